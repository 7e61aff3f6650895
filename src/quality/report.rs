//! What running the checks has shown.

use super::check::QualityCheck;
use super::waiver::{CheckWaiver, WaiverFault};
use crate::records::issue::Severity;

/// The result of one check.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckResult {
    /// The rule.
    pub check: QualityCheck,
    /// What it came to.
    pub status: CheckStatus,
    /// Rows that break it; 0 where the status is an error.
    pub rows: u64,
    /// Rows that it applies to; absent for a check of the catalog's own that does not say.
    pub population: Option<u64>,
}

/// What a check came to.
#[derive(Debug, Clone, PartialEq)]
pub enum CheckStatus {
    /// No row breaks it, or no more than it tolerates.
    Passed,
    /// Rows break it.
    Failed,
    /// Rows break it, and a waiver covers all of them.
    Waived(CheckWaiver),
    /// The catalog has no row that it applies to.
    NotApplicable,
    /// Its SQL failed; the message is DuckDB's.
    Error(String),
}

impl CheckStatus {
    /// The word in tables of results.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Waived(_) => "waived",
            Self::NotApplicable => "not applicable",
            Self::Error(_) => "error",
        }
    }
}

impl CheckResult {
    /// Rows that break it as a share of those that it applies to, in per cent.
    pub fn percent(&self) -> Option<f64> {
        let population = self.population.filter(|all| *all > 0)?;
        Some(100.0 * self.rows as f64 / population as f64)
    }

    /// Whether it makes the command fail: a failed rule of severity error, or one whose SQL failed.
    pub fn is_failure(&self) -> bool {
        match self.status {
            CheckStatus::Failed => self.check.severity == Severity::Error,
            CheckStatus::Error(_) => true,
            _ => false,
        }
    }

    /// Whether a reader should see it without asking: everything but passed and not applicable.
    pub fn is_notable(&self) -> bool {
        !matches!(self.status, CheckStatus::Passed | CheckStatus::NotApplicable)
    }
}

/// The results of all checks of a catalog.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QualityReport {
    /// One per check, the most severe first, then by name.
    pub results: Vec<CheckResult>,
    /// Waivers that cover nothing, and why.
    pub waiver_faults: Vec<WaiverFault>,
}

impl QualityReport {
    /// How many checks came to a status, of a severity where one is given.
    pub fn count(&self, status: &str, severity: Option<Severity>) -> u64 {
        let counted = self.results.iter().filter(|result| {
            result.status.as_str() == status
                && severity.is_none_or(|severity| result.check.severity == severity)
        });
        counted.count() as u64
    }

    /// Whether any result makes the command fail.
    pub fn has_failures(&self) -> bool {
        self.results.iter().any(CheckResult::is_failure)
    }
}
