//! Why checks cannot be run.

use std::path::PathBuf;

use arrow::error::ArrowError;

use crate::catalog::CatalogError;
use crate::disk::DiskError;
use crate::text::nearest;

/// Why checks cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum QualityError {
    /// The catalog refuses.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// There is no check of that name.
    #[error(transparent)]
    Unknown(#[from] UnknownCheck),
    /// The file of waivers is not as it should be.
    #[error("{path}: {reason}")]
    Waivers {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file cannot be read or written.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The result cannot be written as a table.
    #[error(transparent)]
    Table(#[from] ArrowError),
}

/// There is no check of that name.
#[derive(Debug, thiserror::Error)]
#[error("there is no check {name:?}{near}; `mammodex check --all` lists them")]
pub struct UnknownCheck {
    name: String,
    near: String,
}

impl UnknownCheck {
    /// The error for a name, with the nearest of those that there are.
    pub fn new<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Self {
        let near = nearest(name, names).map(|near| format!(" (did you mean {near}?)"));
        Self { name: name.to_owned(), near: near.unwrap_or_default() }
    }
}
