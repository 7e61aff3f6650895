//! How many rows break each check.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, UInt64Array};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;

use super::check::QualityCheck;
use crate::catalog::{Catalog, CatalogError};
use crate::records::issue::Severity;

/// How many rows break a rule.
#[derive(Debug, Clone, Copy)]
pub struct CheckResult {
    /// The rule.
    pub check: &'static QualityCheck,
    /// Rows that break it; 0 passes.
    pub rows: u64,
}

impl CheckResult {
    /// Counts the rows that break a check.
    ///
    /// # Errors
    /// What DuckDB says.
    pub fn new(check: &'static QualityCheck, catalog: &Catalog) -> Result<Self, CatalogError> {
        let sql = check.statement().sql;
        let rows = catalog.count(&format!("SELECT count(*) FROM (\n{sql}\n)"))?;
        Ok(Self { check, rows })
    }

    /// Whether it makes the command fail: rows of a rule of severity error.
    pub fn is_failure(&self) -> bool {
        self.rows > 0 && self.check.severity == Severity::Error
    }
}

/// Counts the rows of several checks, in their order.
///
/// # Errors
/// What DuckDB says.
pub fn count_all(
    catalog: &Catalog,
    checks: &'static [QualityCheck],
) -> Result<Vec<CheckResult>, CatalogError> {
    checks.iter().map(|check| CheckResult::new(check, catalog)).collect()
}

/// The results as rows: severity, check, rows, title.
///
/// # Errors
/// None that can be met: the columns are of one length.
pub fn overview(results: &[CheckResult]) -> Result<RecordBatch, ArrowError> {
    let text = |of: fn(&CheckResult) -> &'static str| -> ArrayRef {
        Arc::new(results.iter().map(|f| Some(of(f))).collect::<StringArray>())
    };
    let rows: ArrayRef = Arc::new(results.iter().map(|f| Some(f.rows)).collect::<UInt64Array>());
    RecordBatch::try_from_iter([
        ("severity", text(|f| f.check.severity.as_str())),
        ("check", text(|f| f.check.name)),
        ("rows", rows),
        ("title", text(|f| f.check.title)),
    ])
}
