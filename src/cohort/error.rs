//! Why a cohort or split could not be made, read or removed.

use std::path::PathBuf;

use super::{NameError, SavedName};
use crate::catalog::CatalogError;
use crate::disk::DiskError;

/// A cohort or split could not be made, read or removed.
#[derive(Debug, thiserror::Error)]
pub enum CohortError {
    /// The catalog refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The text is no name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A filter asks for a value that no row has.
    #[error("{option}: the catalog has no {value:?}; it has {there}")]
    Unknown {
        /// The filter.
        option: &'static str,
        /// What was asked.
        value: String,
        /// What there is.
        there: String,
    },
    /// A filter's term is no grade of its scale.
    #[error(
        "{option}: {term:?} is not understood; write numbers from 0 to {top}, or one of {codes}, \
         with >=, >, <=, < or nothing before it, several parted by commas"
    )]
    Grade {
        /// The filter.
        option: &'static str,
        /// The term.
        term: String,
        /// The highest number.
        top: u8,
        /// The codes that the scale has.
        codes: String,
    },
    /// `--where` is refused.
    #[error("--where: {0}")]
    Condition(String),
    /// `--sql` is refused.
    #[error("--sql: {0}")]
    Sql(String),
    /// `--cases` is refused.
    #[error("--cases: {0}")]
    Cases(String),
    /// What a step speaks of is not what the cohort has.
    #[error("{0}")]
    Units(String),
    /// A Table 1 is refused.
    #[error("{0}")]
    Table(String),
    /// There is nothing of that name.
    #[error("there is no {kind} {name}; there are: {there}")]
    Missing {
        /// `cohort`, `split`, or both.
        kind: &'static str,
        /// The name.
        name: SavedName,
        /// The names that there are.
        there: String,
    },
    /// There is something of that name.
    #[error("there is a {kind} {name} already; --force replaces it")]
    Exists {
        /// `cohort` or `split`.
        kind: &'static str,
        /// The name that is taken.
        name: SavedName,
    },
    /// The plan of a split is refused.
    #[error("{0}")]
    Plan(String),
    /// A file cannot be read or written.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// A saved file is not as mammodex writes it.
    #[error("{path}: {reason}")]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}
