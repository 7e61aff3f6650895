//! Why a data set cannot be audited.

use std::path::PathBuf;

use arrow::error::ArrowError;

use crate::catalog::CatalogError;
use crate::disk::DiskError;

/// Why a data set cannot be audited.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The catalog refuses.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The data set's folder is not there.
    #[error("{0}, the folder of the data set, is not there; --root names another place of it")]
    Root(PathBuf),
    /// The sheet cannot be written.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The result cannot be written as a table.
    #[error(transparent)]
    Table(#[from] ArrowError),
}
