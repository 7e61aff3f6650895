//! The previous run: its snapshot, and the rows of files that are unchanged since.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::outcome::{FileContent, FileOutcome};
use super::report::{FindingCounts, IgnoredCounts};
use super::request::IndexRequest;
use super::snapshot::{CatalogStore, SnapshotDescription};
use super::state::RunState;
use crate::records::image::{ImageRecord, TagValue};
use crate::records::issue::{Issue, IssueCode};
use crate::records::source::{FileKind, SourceStatus};
use crate::sources::dicom::{ReadDepth, RequestedTags};
use crate::sources::discovery::FolderWalk;
use crate::sources::files::FileTable;
use crate::tables::reader::{TableReadError, TableReader, TableRow};

/// The snapshot of the previous run, and the state that fits it and this run.
pub struct PreviousRun {
    state: Option<RunState>,
    snapshot: Option<(PathBuf, SnapshotDescription)>,
    /// Whether this run hashes pixels and the previous one did not: rows that are otherwise
    /// unchanged may have no hash.
    needs_hashes: bool,
}

impl PreviousRun {
    /// What a run with this key can reuse (see [`super::state::run_key`]).
    pub fn new(
        store: &CatalogStore,
        state: Option<RunState>,
        key: &str,
        request: &IndexRequest,
    ) -> Self {
        let snapshot = store.current();
        let state = state.filter(|state| {
            snapshot.as_ref().is_some_and(|(_, description)| state.fits(key, description.id))
        });
        let needs_hashes = request.depth == ReadDepth::Pixels
            && state.as_ref().is_some_and(|state| state.depth() == ReadDepth::Header);
        Self { state, snapshot, needs_hashes }
    }

    /// The snapshot, when every file is unchanged.
    pub fn unchanged(&self, walk: &FolderWalk) -> Option<UnchangedSnapshot> {
        let (state, (dir, description)) = self.state.as_ref().zip(self.snapshot.as_ref())?;
        let is_same = !self.needs_hashes && walk.errors.is_empty() && state.has_only(&walk.files);
        if !is_same || !description.is_whole(dir) {
            return None;
        }
        Some(UnchangedSnapshot {
            description: description.clone(),
            findings: finding_counts(dir).ok()?,
            ignored: ignored_counts(dir).ok()?,
        })
    }

    /// The rows of files that are unchanged; absent when none can be reused. `tags` are the further
    /// attributes of both runs.
    pub fn rows(&self, walk: &FolderWalk, tags: &RequestedTags) -> Option<UnchangedRows> {
        let (state, (dir, description)) = self.state.as_ref().zip(self.snapshot.as_ref())?;
        let rows = PreviousRows::open(dir, description, tags).ok()??;
        let mut is_unchanged = state.unchanged(&walk.files);
        if self.needs_hashes {
            forget_unhashed(dir, &walk.files, &mut is_unchanged).ok()?;
        }
        Some(UnchangedRows { is_unchanged, rows: Some(rows) })
    }
}

/// A snapshot that a run would write again.
pub struct UnchangedSnapshot {
    /// Its description.
    pub description: SnapshotDescription,
    /// Its findings by severity and code.
    pub findings: FindingCounts,
    /// Files that are ignored, by reason.
    pub ignored: IgnoredCounts,
}

/// The ignored files in a snapshot's `sources`, by reason.
fn ignored_counts(snapshot: &Path) -> Result<IgnoredCounts, TableReadError> {
    let mut table = TableReader::open_columns(snapshot, "sources", &["status", "reason"])?;
    let mut ignored = IgnoredCounts::new();
    while let Some(row) = table.advance()? {
        if row.text("status") == Some("ignored") {
            *ignored.entry(row.string("reason").unwrap_or_default()).or_default() += 1;
        }
    }
    Ok(ignored)
}

/// The findings that a snapshot's `issues` has.
fn finding_counts(snapshot: &Path) -> Result<FindingCounts, TableReadError> {
    let mut table = TableReader::open(snapshot, "issues")?;
    let mut findings = FindingCounts::new();
    while let Some(row) = table.advance()? {
        let code = row.text("code").and_then(IssueCode::from_name);
        let code = code.ok_or_else(|| TableReadError::value("issues", "code"))?;
        *findings.entry((code.severity(), code)).or_default() += 1;
    }
    Ok(findings)
}

/// Marks files whose image has no hash of its pixels as changed. `snapshot` is the previous one;
/// files and images are sorted by path.
fn forget_unhashed(
    snapshot: &Path,
    files: &FileTable,
    is_unchanged: &mut [bool],
) -> Result<(), TableReadError> {
    let mut images = TableReader::open(snapshot, "images")?;
    let mut files = (0..).map(|place| files.path(place)).zip(is_unchanged).peekable();
    while let Some(row) = images.advance()? {
        let Some(path) = row.text("path") else { continue };
        while files.next_if(|(file, _)| *file < path).is_some() {}
        if let Some((_, is_unchanged)) = files.next_if(|(file, _)| *file == path) {
            *is_unchanged = *is_unchanged && row.text("pixel_hash").is_some();
        }
    }
    Ok(())
}

/// The rows of files that are unchanged, taken in the order of paths.
pub struct UnchangedRows {
    is_unchanged: Vec<bool>,
    /// Absent once a table turned out to be damaged: the remaining files are read.
    rows: Option<PreviousRows>,
}

impl UnchangedRows {
    /// The outcomes of the unchanged files of a range, by their place in the range.
    pub fn take(&mut self, files: &FileTable, range: Range<usize>) -> BTreeMap<usize, FileOutcome> {
        let mut outcomes = BTreeMap::new();
        let start = range.start;
        for place in range.filter(|place| self.is_unchanged.get(*place) == Some(&true)) {
            let Some(rows) = &mut self.rows else { break };
            match rows.take(files.path(place)) {
                Ok(outcome) => outcomes.extend(outcome.map(|outcome| (place - start, outcome))),
                Err(_) => self.rows = None,
            }
        }
        outcomes
    }
}

/// The rows of the previous snapshot, read in the order of paths.
struct PreviousRows {
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

impl PreviousRows {
    /// Opens the tables of a snapshot; absent when one has changed since it was written.
    fn open(
        snapshot: &Path,
        description: &SnapshotDescription,
        tags: &RequestedTags,
    ) -> Result<Option<Self>, TableReadError> {
        if !description.is_whole(snapshot) {
            return Ok(None);
        }
        let open = |table| TableReader::open(snapshot, table);
        let has_tags = tags.keywords().next().is_some();
        Ok(Some(Self {
            sources: open("sources")?,
            images: open("images")?,
            issues: open("issues")?,
            tags: has_tags.then(|| open("tags")).transpose()?,
            next: NextRows::default(),
        }))
    }

    /// What the previous run found in a file; absent when it has no row, or is a table or annotation,
    /// which are read every time.
    fn take(&mut self, path: &str) -> Result<Option<FileOutcome>, TableReadError> {
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
        let is_read_again = matches!(kind, FileKind::Workbook | FileKind::Annotation)
            || (kind == FileKind::Archive && matches!(status, SourceStatus::Rejected(_)));
        if is_read_again {
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
