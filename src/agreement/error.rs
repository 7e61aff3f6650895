//! Why agreement cannot be measured.

use arrow::error::ArrowError;

use crate::catalog::CatalogError;

/// Why agreement cannot be measured.
#[derive(Debug, thiserror::Error)]
pub enum AgreementError {
    /// The catalog refuses.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// No case has two readings of that kind.
    #[error("no case {within} has {kind}: there is nothing to compare")]
    NothingToCompare {
        /// `of the catalog` or `of cohort NAME`.
        within: String,
        /// What is compared, in words.
        kind: &'static str,
    },
    /// The result cannot be written as a table.
    #[error(transparent)]
    Table(#[from] ArrowError),
}
