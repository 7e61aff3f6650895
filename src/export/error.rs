//! Errors of an export.

use std::io;
use std::path::PathBuf;

use crate::catalog::CatalogError;

/// An export is not written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The catalog does not open, or DuckDB refuses a statement.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The file cannot be written.
    #[error("cannot write {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}
