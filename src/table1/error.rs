//! Why a Table 1 could not be made.

use crate::catalog::CatalogError;
use crate::cohort::CohortError;

/// A Table 1 could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Table1Error {
    /// The catalog refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The cohort could not be read.
    #[error(transparent)]
    Cohort(#[from] CohortError),
    /// The request does not fit the cohort.
    #[error("{0}")]
    Request(String),
}
