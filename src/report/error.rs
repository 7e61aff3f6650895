//! Why a report could not be made.

use arrow::error::ArrowError;

use crate::agreement::AgreementError;
use crate::audit::AuditError;
use crate::catalog::CatalogError;
use crate::quality::QualityError;
use crate::shortcuts::ShortcutError;

/// A report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The catalog refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// Agreement could not be measured.
    #[error(transparent)]
    Agreement(#[from] AgreementError),
    /// The audit could not be made.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// Shortcuts could not be measured.
    #[error(transparent)]
    Shortcuts(#[from] ShortcutError),
    /// The checks could not run.
    #[error(transparent)]
    Quality(#[from] QualityError),
    /// A result is not a table.
    #[error(transparent)]
    Table(#[from] ArrowError),
    /// A file of `schema/report` is not valid.
    #[error("schema/report/{file}: {reason}")]
    Schema {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
}
