//! Why a split could not be made, read or removed.

use crate::catalog::CatalogError;
use crate::cohort::CohortError;
use crate::saved::SavedError;

/// A split could not be made, read or removed.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    /// The catalog refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The patients of the cohort could not be read.
    #[error(transparent)]
    Cohort(#[from] CohortError),
    /// A saved file could not be read, written or removed.
    #[error(transparent)]
    Saved(#[from] SavedError),
    /// The plan does not fit the cohort.
    #[error("{0}")]
    Plan(String),
}
