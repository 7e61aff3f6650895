//! The previous run: its snapshot, and the rows of files that are unchanged since.

use std::path::{Path, PathBuf};

use super::earlier::EarlierRows;
use super::folder_rows::FolderRows;
use super::outcome::FileOutcome;
use super::report::{FindingCounts, IgnoredCounts};
use super::request::IndexRequest;
use super::snapshot::{CatalogStore, SnapshotDescription};
use super::state::RunState;
use crate::records::issue::IssueCode;
use crate::sources::dicom::{ReadDepth, RequestedTags};
use crate::sources::discovery::FolderWalk;
use crate::sources::files::FileTable;
use crate::tables::reader::{TableReadError, TableReader};

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
    /// attributes of both runs. The state's memory is free afterwards.
    pub fn into_rows(self, walk: &FolderWalk, tags: &RequestedTags) -> Option<UnchangedRows> {
        let (state, (dir, description)) = self.state.zip(self.snapshot)?;
        if !description.is_whole(&dir) {
            return None;
        }
        let rows = FolderRows::open(&dir, tags.keywords().next().is_some()).ok()?;
        let mut is_unchanged = state.unchanged(&walk.files);
        if self.needs_hashes {
            forget_unhashed(&dir, &walk.files, &mut is_unchanged).ok()?;
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
    rows: Option<FolderRows>,
}

impl UnchangedRows {
    /// Whether the file at a place is unchanged.
    pub fn has(&self, place: usize) -> bool {
        self.is_unchanged.get(place) == Some(&true)
    }
}

impl EarlierRows for UnchangedRows {
    fn take(&mut self, place: usize, path: &str) -> Result<Option<FileOutcome>, TableReadError> {
        let is_unchanged = self.has(place);
        let Some(rows) = self.rows.as_mut().filter(|_| is_unchanged) else { return Ok(None) };
        Ok(rows.take(path).unwrap_or_else(|_| {
            self.rows = None;
            None
        }))
    }
}
