//! What the last run left for this one: its snapshot, and how the files were then.

use std::path::{Path, PathBuf};

use super::previous::{self, PreviousRows, RunState};
use super::run::{FindingCounts, IndexRequest};
use super::scan::Scan;
use super::snapshot::{CatalogStore, SnapshotDescription};
use crate::records::issue::IssueCode;
use crate::sources::dicom::{ReadDepth, RequestedTags};
use crate::sources::discovery::FolderWalk;
use crate::tables::reader::TableReader;

/// The last snapshot and the state that fits it and this run.
pub struct PreviousRun {
    state: Option<RunState>,
    snapshot: Option<(PathBuf, SnapshotDescription)>,
    /// Hashes that were never asked for are missing from rows that are otherwise as they were.
    unhashed: bool,
}

impl PreviousRun {
    /// What may be used by a run with this key (see [`previous::key`]).
    pub fn of(
        store: &CatalogStore,
        state: Option<RunState>,
        key: &str,
        request: &IndexRequest,
    ) -> Self {
        let snapshot = store.current();
        let state =
            state.filter(|s| snapshot.as_ref().is_some_and(|(_, last)| s.fits(key, last.id)));
        let unhashed = request.depth == ReadDepth::Pixels
            && state.as_ref().is_some_and(|state| state.depth() == ReadDepth::Header);
        Self { state, snapshot, unhashed }
    }

    /// The last snapshot and its findings, where every file is as it was.
    pub fn unchanged(&self, walk: &FolderWalk) -> Option<(SnapshotDescription, FindingCounts)> {
        let (state, (dir, last)) = self.state.as_ref().zip(self.snapshot.as_ref())?;
        let same = !self.unhashed && walk.unseen.is_empty() && state.is(&walk.files);
        let findings = if same && last.is_whole(dir) { findings_of(dir)? } else { return None };
        Some((last.clone(), findings))
    }

    /// The rows of the last snapshot, where they may be taken over.
    pub fn recall(&self, tags: &RequestedTags) -> Option<PreviousRows> {
        let (_, (dir, last)) = self.state.as_ref().zip(self.snapshot.as_ref())?;
        PreviousRows::open(dir, last, tags)
    }

    /// Hands the rows of files that are as they were to a scan.
    pub fn hand_over(&self, recall: Option<PreviousRows>, walk: &FolderWalk, scan: &mut Scan<'_>) {
        let kept = self.state.as_ref().zip(self.snapshot.as_ref());
        if let (Some((state, (dir, _))), Some(recall)) = (kept, recall) {
            let mut known = state.unchanged(&walk.files);
            if self.unhashed {
                previous::forget_unhashed(dir, &walk.files, &mut known);
            }
            scan.take_over(known, recall);
        }
    }
}

/// The findings that a snapshot's `issues` hold.
fn findings_of(snapshot: &Path) -> Option<FindingCounts> {
    let mut table = TableReader::open(snapshot, "issues")?;
    let mut findings = FindingCounts::new();
    while let Some(line) = table.advance() {
        let code = IssueCode::from_name(line.text("code")?)?;
        *findings.entry((code.severity(), code)).or_default() += 1;
    }
    Some(findings)
}
