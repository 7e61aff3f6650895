//! The tables of a snapshot that are written while files stream by.

use std::collections::VecDeque;
use std::path::Path;

use super::batch::BatchTables;
use super::report::{FindingCounts, IgnoredCounts};
use crate::records::identifying;
use crate::records::image::ImageRecord;
use crate::records::issue::Issue;
use crate::records::source::{FileKind, SourceRecord, SourceStatus};
use crate::tables::images::ImageTag;
use crate::tables::sources::{FindingStage, StagedIssue};
use crate::tables::writer::{TableWriter, WriteError};

/// Tables that are written as files stream by.
pub struct ScanTables {
    /// `images`.
    pub images: TableWriter,
    /// `tags`, where further attributes are requested.
    pub tags: Option<TableWriter>,
    /// `sources`.
    pub sources: SourceWriter,
    /// `issues`.
    pub issues: IssueWriter,
}

impl ScanTables {
    /// Begins the tables in `dir`.
    ///
    /// # Errors
    /// When a file cannot be created.
    pub fn new(dir: &Path, with_tags: bool) -> Result<Self, WriteError> {
        let tags = with_tags.then(|| TableWriter::of::<ImageTag<'_>>(dir)).transpose()?;
        Ok(Self {
            images: TableWriter::of::<ImageRecord>(dir)?,
            tags,
            sources: SourceWriter::new(dir)?,
            issues: IssueWriter::new(dir)?,
        })
    }

    /// Empty batches for the rows of some files.
    pub fn batches(&self) -> BatchTables {
        BatchTables { images: self.images.rows(), tags: self.tags.as_ref().map(TableWriter::rows) }
    }
}

/// The table `issues`, and how many findings there are of each code.
pub struct IssueWriter {
    table: TableWriter,
    findings: FindingCounts,
}

impl IssueWriter {
    /// Begins the table in `dir`.
    pub fn new(dir: &Path) -> Result<Self, WriteError> {
        Ok(Self { table: TableWriter::of::<StagedIssue<'_>>(dir)?, findings: FindingCounts::new() })
    }

    /// Writes what was found within one file.
    pub fn push_scan(&mut self, issue: &Issue) -> Result<(), WriteError> {
        self.push(FindingStage::Scan, issue)
    }

    /// Writes what was found between files.
    pub fn push_link(&mut self, issue: &Issue) -> Result<(), WriteError> {
        self.push(FindingStage::Link, issue)
    }

    fn push(&mut self, stage: FindingStage, issue: &Issue) -> Result<(), WriteError> {
        *self.findings.entry((issue.severity(), issue.code)).or_default() += 1;
        let masked = without_identity(issue);
        self.table.push(&StagedIssue(stage, masked.as_ref().unwrap_or(issue)))
    }

    /// Writes the rest; returns the number of rows and the counts by code.
    pub fn finish(self) -> Result<(u64, FindingCounts), WriteError> {
        Ok((self.table.finish()?, self.findings))
    }
}

/// The table `sources`, in the order of paths. The row of an archive counts the rows of its members
/// and waits until the last of them is done.
pub struct SourceWriter {
    table: TableWriter,
    /// Rows that wait for an archive before them, and that archive first.
    waiting: VecDeque<SourceRecord>,
    /// Archives among those that wait, each by the number of rows before it in the table.
    open_archives: VecDeque<u64>,
    /// Rows that are in the table.
    written: u64,
    ignored: IgnoredCounts,
}

impl SourceWriter {
    /// Begins the table in `dir`.
    pub fn new(dir: &Path) -> Result<Self, WriteError> {
        let table = TableWriter::of::<SourceRecord>(dir)?;
        Ok(Self {
            table,
            waiting: VecDeque::new(),
            open_archives: VecDeque::new(),
            written: 0,
            ignored: IgnoredCounts::new(),
        })
    }

    /// Takes the next row; `archive` is the path of the archive that it is a member of.
    pub fn push(&mut self, source: SourceRecord, archive: Option<&str>) -> Result<(), WriteError> {
        self.close_archives(Some(&source.path))?;
        if let SourceStatus::Ignored(reason) = &source.status {
            *self.ignored.entry(reason.clone()).or_default() += 1;
        }
        if let Some(archive) = archive {
            self.count_member(archive, source.rows);
        }
        if source.kind == FileKind::Archive && archive.is_none() {
            self.open_archives.push_back(self.written + self.waiting.len() as u64);
        }
        self.waiting.push_back(source);
        if self.open_archives.is_empty() { self.write_until(u64::MAX) } else { Ok(()) }
    }

    /// Adds the rows of a member to those of its archive.
    fn count_member(&mut self, archive: &str, rows: u32) {
        for number in &self.open_archives {
            let place = usize::try_from(number - self.written).ok();
            let row = place.and_then(|place| self.waiting.get_mut(place));
            if let Some(row) = row.filter(|row| row.path == archive) {
                row.rows = row.rows.saturating_add(rows).min(i32::MAX.unsigned_abs());
            }
        }
    }

    /// Closes the archives whose members all sort before `next`.
    fn close_archives(&mut self, next: Option<&str>) -> Result<(), WriteError> {
        if self.open_archives.is_empty() {
            return Ok(());
        }
        let (waiting, written) = (&self.waiting, self.written);
        self.open_archives.retain(|number| {
            let row = usize::try_from(number - written).ok().and_then(|place| waiting.get(place));
            // `0` follows `/`: nothing that begins with `archive!/` sorts after `archive!0`.
            let end = row.map(|row| format!("{}!0", row.path));
            end.zip(next).is_some_and(|(end, next)| next < end.as_str())
        });
        self.write_until(self.open_archives.front().copied().unwrap_or(u64::MAX))
    }

    fn write_until(&mut self, row: u64) -> Result<(), WriteError> {
        while self.written < row
            && let Some(source) = self.waiting.pop_front()
        {
            self.table.push(&source)?;
            self.written += 1;
        }
        Ok(())
    }

    /// Writes the rest; returns the number of rows, and of ignored files by reason.
    pub fn finish(mut self) -> Result<(u64, IgnoredCounts), WriteError> {
        self.close_archives(None)?;
        self.write_until(u64::MAX)?;
        Ok((self.table.finish()?, self.ignored))
    }
}

/// The issue without what identifies a person; absent where there is nothing to mask.
fn without_identity(issue: &Issue) -> Option<Issue> {
    let value = issue.value.as_deref().and_then(identifying::mask_text);
    let message = identifying::mask_text(&issue.message);
    if value.is_none() && message.is_none() {
        return None;
    }
    let mut masked = issue.clone();
    masked.value = value.map(|value| value.text).or(masked.value);
    masked.message = message.map_or(masked.message, |message| message.text);
    Some(masked)
}
