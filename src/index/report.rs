//! What an index run reports, while it goes on and at its end.

use std::collections::BTreeMap;

use super::snapshot::Publication;
use crate::records::issue::{IssueCode, Severity};

/// How many findings there are of each code.
pub type FindingCounts = BTreeMap<(Severity, IssueCode), u64>;

/// How many files are ignored for each reason.
pub type IgnoredCounts = BTreeMap<String, u64>;

/// What a run reports while it goes on.
pub trait IndexProgress: Sync {
    /// The walk found this many files.
    fn found(&self, files: usize);
    /// This many more files are done.
    fn done(&self, files: usize);
}

/// The result of a run.
#[derive(Debug, Default)]
pub struct IndexReport {
    /// The snapshot; absent when errors kept it from being published.
    pub published: Option<Publication>,
    /// The profile that was used.
    pub profile: String,
    /// Files below the root.
    pub files: usize,
    /// How many of them had to be read.
    pub read: usize,
    /// Rows of every table.
    pub rows: BTreeMap<String, u64>,
    /// Files that are ignored, by reason.
    pub ignored: IgnoredCounts,
    /// Findings by severity and code.
    pub findings: FindingCounts,
    /// The first errors of a run that was not published, each with its place: they can be read
    /// nowhere else. Empty otherwise.
    pub errors: Vec<String>,
    /// Files of shards that the data set does not have any more.
    pub gone: u64,
}

impl IndexReport {
    /// The number of findings of one severity.
    pub fn count(&self, severity: Severity) -> u64 {
        self.findings.iter().filter(|((of, _), _)| *of == severity).map(|(_, count)| count).sum()
    }
}
