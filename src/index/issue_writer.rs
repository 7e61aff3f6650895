//! The findings of a run: rows of `issues`, and how often each code was found.

use std::path::Path;

use super::run::FindingCounts;
use crate::records::issue::Issue;
use crate::tables::sources::{FindingStage, StagedIssue};
use crate::tables::writer::{TableWriter, WriteError};

/// The table `issues` while it is written.
pub struct IssueWriter {
    table: TableWriter,
    findings: FindingCounts,
}

impl IssueWriter {
    /// Begins the table in `dir`.
    pub fn new(dir: &Path) -> Result<Self, WriteError> {
        Ok(Self { table: TableWriter::of::<StagedIssue<'_>>(dir)?, findings: FindingCounts::new() })
    }

    /// Notes what was found within one file.
    pub fn scan(&mut self, issue: &Issue) -> Result<(), WriteError> {
        self.note(FindingStage::Scan, issue)
    }

    /// Notes what was found between files.
    pub fn link(&mut self, issue: &Issue) -> Result<(), WriteError> {
        self.note(FindingStage::Link, issue)
    }

    fn note(&mut self, stage: FindingStage, issue: &Issue) -> Result<(), WriteError> {
        *self.findings.entry((issue.severity(), issue.code)).or_default() += 1;
        self.table.push(&StagedIssue(stage, issue))
    }

    /// Writes the rest; gives the number of rows and what was found.
    pub fn finish(self) -> Result<(u64, FindingCounts), WriteError> {
        Ok((self.table.finish()?, self.findings))
    }
}
