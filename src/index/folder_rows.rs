//! Rows of files as an earlier scan wrote them: those of a snapshot, or of a shard.

use std::cmp::Ordering;
use std::path::Path;

use super::outcome::{FileContent, FileOutcome};
use crate::records::image::{ImageRecord, TagValue};
use crate::records::issue::{Issue, IssueCode};
use crate::records::source::{FileKind, SourceStatus};
use crate::tables::reader::{TableReadError, TableReader, TableRow};

/// The rows of the tables in one folder, read in the order of paths.
pub struct FolderRows {
    sources: TableReader,
    images: TableReader,
    issues: TableReader,
    tags: Option<TableReader>,
    next: NextRows,
}

/// Rows that were read and belong to a path still to come.
#[derive(Default)]
struct NextRows {
    image: Option<ImageRecord>,
    issue: Option<Issue>,
    tag: Option<(String, TagValue)>,
}

impl FolderRows {
    /// Opens the tables `sources`, `images`, `issues` and, with further attributes, `tags` of a folder.
    ///
    /// # Errors
    /// When one cannot be read, or has other columns than `schema/tables` describes.
    pub fn open(folder: &Path, with_tags: bool) -> Result<Self, TableReadError> {
        let open = |table| TableReader::open_described(folder, table);
        Ok(Self {
            sources: open("sources")?,
            images: open("images")?,
            issues: open("issues")?,
            tags: with_tags.then(|| open("tags")).transpose()?,
            next: NextRows::default(),
        })
    }

    /// What was found in a file; absent when it has no row, or is a table or annotation, which are read
    /// every time. Paths come in ascending order.
    ///
    /// # Errors
    /// When a table is damaged, or has a value that its writer cannot have written.
    pub fn take(&mut self, path: &str) -> Result<Option<FileOutcome>, TableReadError> {
        let (kind, status) = loop {
            let Some(row) = self.sources.advance()? else { return Ok(None) };
            match row.text("path").unwrap_or_default().cmp(path) {
                Ordering::Less => {}
                Ordering::Equal => {
                    break kind_and_status(&row)
                        .ok_or_else(|| TableReadError::value("sources", "kind"))?;
                }
                Ordering::Greater => return Ok(None),
            }
        };
        let issues = self.issues_of(path)?;
        if is_read_again(kind, matches!(status, SourceStatus::Rejected(_))) {
            return Ok(None);
        }
        let content = match (kind, &status) {
            (FileKind::Dicom, SourceStatus::Indexed) => {
                let Some(mut image) = self.image_of(path)? else { return Ok(None) };
                image.tags = self.tags_of(path)?;
                FileContent::Image(Box::new(image))
            }
            _ => FileContent::Nothing,
        };
        Ok(Some(FileOutcome { kind, status, content, issues }))
    }

    fn image_of(&mut self, path: &str) -> Result<Option<ImageRecord>, TableReadError> {
        loop {
            let image = match self.next.image.take() {
                Some(image) => image,
                None => {
                    let Some(row) = self.images.advance()? else { return Ok(None) };
                    if row.text("path").unwrap_or_default() < path {
                        continue;
                    }
                    ImageRecord::from_row(&row)
                }
            };
            match image.path.as_str().cmp(path) {
                Ordering::Less => {}
                Ordering::Equal => return Ok(Some(image)),
                Ordering::Greater => {
                    self.next.image = Some(image);
                    return Ok(None);
                }
            }
        }
    }

    fn tags_of(&mut self, path: &str) -> Result<Vec<TagValue>, TableReadError> {
        let mut tags = Vec::new();
        let Some(table) = &mut self.tags else { return Ok(tags) };
        loop {
            let next = match self.next.tag.take() {
                Some(next) => Some(next),
                None => table
                    .advance()?
                    .and_then(|row| Some((row.string("path")?, TagValue::from_row(&row)?))),
            };
            match next {
                Some((of, _)) if of.as_str() < path => {}
                Some((of, tag)) if of == path => tags.push(tag),
                later => {
                    self.next.tag = later;
                    return Ok(tags);
                }
            }
        }
    }

    fn issues_of(&mut self, path: &str) -> Result<Vec<Issue>, TableReadError> {
        let mut issues = Vec::new();
        loop {
            let issue = match self.next.issue.take() {
                Some(issue) => Some(issue),
                // Findings of the scan come first.
                None => match self.issues.advance()? {
                    Some(row) if row.text("stage") == Some("scan") => {
                        let issue = issue(&row);
                        Some(issue.ok_or_else(|| TableReadError::value("issues", "code"))?)
                    }
                    _ => None,
                },
            };
            match issue {
                Some(issue) if issue.file.as_str() < path => {}
                Some(issue) if issue.file == path => issues.push(issue),
                later => {
                    self.next.issue = later;
                    return Ok(issues);
                }
            }
        }
    }
}

fn kind_and_status(row: &TableRow<'_>) -> Option<(FileKind, SourceStatus)> {
    let kind = FileKind::from_name(row.text("kind")?)?;
    let reason = row.string("reason").unwrap_or_default();
    let status = match row.text("status")? {
        "indexed" => SourceStatus::Indexed,
        "rejected" => SourceStatus::Rejected(reason),
        _ => SourceStatus::Ignored(reason),
    };
    Some((kind, status))
}

fn issue(row: &TableRow<'_>) -> Option<Issue> {
    Some(Issue {
        code: IssueCode::from_name(row.text("code")?)?,
        file: row.string("file")?,
        place: row.string("place"),
        case_id: row.string("case_id"),
        message: row.string("message")?,
        value: row.string("value"),
    })
}

/// Whether a file is read by every run: tables and annotations, which linking needs whole, and archives
/// that could not be listed.
pub fn is_read_again(kind: FileKind, is_rejected: bool) -> bool {
    match kind {
        FileKind::Workbook | FileKind::Annotation => true,
        FileKind::Archive => is_rejected,
        FileKind::Dicom | FileKind::DicomDir | FileKind::Other => false,
    }
}
