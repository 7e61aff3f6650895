//! The verdict: what must be known before any number.

use std::collections::HashSet;

use super::computed::SnapshotChanges;
use super::error::ReportError;
use super::request::ReportSubject;
use crate::catalog::Catalog;
use crate::quality::CheckResult;

/// Whether the data can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VerdictState {
    Good,
    Attention,
    Fail,
}

/// Counts of the verdict.
#[derive(Debug, Clone)]
pub(super) struct ReportVerdict {
    pub patients: u64,
    pub images: u64,
    pub contours: u64,
    pub errors: u64,
    pub warnings: u64,
    /// Failed checks of severity error, and checks that could not run; without those whose fault is among the
    /// errors already, as a finding of the index.
    pub failed_checks: u64,
    pub changes: Option<SnapshotChanges>,
}

impl ReportVerdict {
    /// The counts with their names, as the page and the JSON file have them.
    pub fn counts(&self) -> [(&'static str, u64); 6] {
        [
            ("patients", self.patients),
            ("images", self.images),
            ("contours", self.contours),
            ("errors", self.errors),
            ("warnings", self.warnings),
            ("failed_checks", self.failed_checks),
        ]
    }

    pub fn state(&self) -> VerdictState {
        match (self.errors + self.failed_checks, self.warnings) {
            (0, 0) => VerdictState::Good,
            (0, _) => VerdictState::Attention,
            _ => VerdictState::Fail,
        }
    }
}

/// Counts what the verdict names; changes are added by who compares snapshots.
pub(super) fn verdict(
    catalog: &Catalog,
    subject: &ReportSubject,
    checks: &[CheckResult],
) -> Result<ReportVerdict, ReportError> {
    let cases = subject.cases();
    let count = |sql: String| catalog.count(&sql);
    let findings = |severity: &str| {
        count(format!(
            "SELECT count(*) FROM issues WHERE severity = '{severity}' \
             AND (case_id IS NULL OR case_id IN ({cases}))"
        ))
    };
    let codes: HashSet<String> = catalog
        .values(&format!(
            "SELECT DISTINCT code FROM issues WHERE severity = 'error' \
             AND (case_id IS NULL OR case_id IN ({cases}))"
        ))?
        .into_iter()
        .collect();
    let is_counted = |result: &&CheckResult| {
        result.check.finding.as_ref().is_some_and(|code| codes.contains(code))
    };
    let failed = checks.iter().filter(|result| result.is_failure() && !is_counted(result));
    Ok(ReportVerdict {
        patients: count(format!("SELECT count(*) FROM patients WHERE case_id IN ({cases})"))?,
        images: count(format!("SELECT count(*) FROM images WHERE case_id IN ({cases})"))?,
        contours: count(format!(
            "SELECT count(*) FROM lesions WHERE case_id IN ({cases}) AND NOT superseded \
             AND NOT is_duplicate AND discarded IS NOT true"
        ))?,
        errors: findings("error")?,
        warnings: findings("warning")?,
        failed_checks: failed.count() as u64,
        changes: None,
    })
}
