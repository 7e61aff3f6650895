//! Why shortcuts could not be measured.

use arrow::error::ArrowError;

use crate::catalog::CatalogError;

/// Shortcuts could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum ShortcutError {
    /// The catalog refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The request does not fit the cohort.
    #[error("{0}")]
    Request(String),
    /// The result cannot be written as a table.
    #[error(transparent)]
    Table(#[from] ArrowError),
}
