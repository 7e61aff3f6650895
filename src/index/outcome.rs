//! The outcome of reading one file.

use super::pending::PendingRow;
use crate::records::image::ImageRecord;
use crate::records::issue::{Issue, IssueCode};
use crate::records::source::{FileKind, SourceStatus};
use crate::sources::annotation::AnnotationFile;
use crate::sources::source_file::SourceFile;

/// The outcome of reading one file.
#[derive(Debug)]
pub struct FileOutcome {
    /// Its type, by content.
    pub kind: FileKind,
    /// Whether it was indexed.
    pub status: SourceStatus,
    /// What it holds.
    pub content: FileContent,
    /// Findings about it.
    pub issues: Vec<Issue>,
}

/// What a file holds.
#[derive(Debug)]
pub enum FileContent {
    /// An image and its case.
    Image(Box<ImageRecord>),
    /// Clinical rows that are spooled.
    Rows(Vec<PendingRow>),
    /// Annotations.
    Annotations(Vec<AnnotationFile>),
    /// Nothing that a table takes.
    Nothing,
}

/// Whether a finding says that a file could not be read: another attempt may succeed.
pub fn is_unread(code: IssueCode) -> bool {
    matches!(code, IssueCode::FileUnreadable | IssueCode::PixelsUnreadable)
}

impl FileOutcome {
    /// A file that cannot be used, for that reason.
    pub fn rejected(kind: FileKind, reason: &str, issues: Vec<Issue>) -> Self {
        let status = SourceStatus::Rejected(reason.to_owned());
        Self { kind, status, content: FileContent::Nothing, issues }
    }

    /// A file without data, for that reason.
    pub fn ignored(kind: FileKind, reason: &str) -> Self {
        let status = SourceStatus::Ignored(reason.to_owned());
        Self { kind, status, content: FileContent::Nothing, issues: Vec::new() }
    }

    /// A file that is DICOM and cannot be read.
    pub fn broken(file: &SourceFile, reason: String) -> Self {
        let issue = Issue::new(IssueCode::DicomUnreadable, &*file.path, &reason);
        Self::rejected(FileKind::Dicom, &reason, vec![issue])
    }

    /// Whether the file could not be read: what it holds is not known, and may be another time.
    pub fn is_unread(&self) -> bool {
        self.issues.iter().any(|issue| is_unread(issue.code))
    }

    /// How many rows of tables came from it.
    pub fn row_count(&self) -> usize {
        match &self.content {
            FileContent::Image(_) => 1,
            FileContent::Rows(rows) => rows.len(),
            FileContent::Annotations(files) => {
                files.len() + files.iter().map(|file| file.drawings.len()).sum::<usize>()
            }
            FileContent::Nothing => 0,
        }
    }
}
