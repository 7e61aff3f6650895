//! The results of checks as tables.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, StringArray, UInt64Array};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;

use super::report::{CheckResult, CheckStatus};

/// The table for reading: severity, check, status, rows, of, title.
///
/// # Errors
/// When Arrow refuses.
pub fn page<'a>(
    results: impl IntoIterator<Item = &'a CheckResult>,
) -> Result<RecordBatch, ArrowError> {
    let results: Vec<&CheckResult> = results.into_iter().collect();
    let status = |result: &CheckResult| match result.status {
        CheckStatus::Failed => result.check.severity.as_str().to_owned(),
        CheckStatus::Error(_) => "not run".to_owned(),
        _ => result.status.as_str().to_owned(),
    };
    RecordBatch::try_from_iter_with_nullable([
        ("result", text(&results, |result| Some(status(result))), false),
        ("check", text(&results, |result| Some(result.check.name.clone())), false),
        ("rows", count(&results, CheckResult::counted_rows), true),
        ("of", count(&results, |result| result.population), true),
        ("title", text(&results, |result| Some(result.check.title.clone())), false),
    ])
}

/// The table of numbers: one row per check, with the SQL of its rows.
///
/// # Errors
/// When Arrow refuses.
pub fn numbers<'a>(
    results: impl IntoIterator<Item = &'a CheckResult>,
) -> Result<RecordBatch, ArrowError> {
    let results: Vec<&CheckResult> = results.into_iter().collect();
    let percent: Float64Array = results.iter().map(|result| result.percent()).collect();
    let tolerated: Float64Array =
        results.iter().map(|result| Some(result.check.tolerance.percent)).collect();
    RecordBatch::try_from_iter_with_nullable([
        ("severity", text(&results, |r| Some(r.check.severity.to_string())), false),
        ("check", text(&results, |r| Some(r.check.name.clone())), false),
        ("status", text(&results, |r| Some(r.status.as_str().to_owned())), false),
        ("rows", count(&results, CheckResult::counted_rows), true),
        ("population", count(&results, |r| r.population), true),
        ("percent", Arc::new(percent), true),
        ("tolerated_rows", count(&results, |r| Some(r.check.tolerance.rows)), false),
        ("tolerated_percent", Arc::new(tolerated), false),
        ("title", text(&results, |r| Some(r.check.title.clone())), false),
        ("reason", text(&results, reason), true),
        ("finding", text(&results, |r| r.check.finding.clone()), true),
        ("origin", text(&results, |r| Some(r.check.origin.as_str().to_owned())), false),
        ("sql", text(&results, |r| Some(r.check.sql())), false),
    ])
}

/// The reason of a waiver, or of an error.
fn reason(result: &CheckResult) -> Option<String> {
    match &result.status {
        CheckStatus::Waived(waiver) => Some(waiver.reason.clone()),
        CheckStatus::Error(reason) => Some(reason.clone()),
        _ => None,
    }
}

impl CheckResult {
    /// Rows that break the check; absent where it could not be run.
    fn counted_rows(&self) -> Option<u64> {
        (!matches!(self.status, CheckStatus::Error(_))).then_some(self.rows)
    }
}

fn text(results: &[&CheckResult], cell: impl Fn(&CheckResult) -> Option<String>) -> ArrayRef {
    Arc::new(results.iter().map(|result| cell(result)).collect::<StringArray>())
}

fn count(results: &[&CheckResult], cell: impl Fn(&CheckResult) -> Option<u64>) -> ArrayRef {
    Arc::new(results.iter().map(|result| cell(result)).collect::<UInt64Array>())
}
