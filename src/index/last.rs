//! What the last run left for this one: its snapshot, and how the files were then.

use std::path::{Path, PathBuf};

use super::recall::{self, Recall, State};
use super::run::{Findings, Request};
use super::scan::Scan;
use super::snapshot::{Description, Store};
use crate::records::issue;
use crate::sources::dicom::{Depth, Extra};
use crate::sources::discovery::Walk;
use crate::tables::reader::TableReader;

/// The last snapshot and the state that fits it and this run.
pub struct Last {
    state: Option<State>,
    snapshot: Option<(PathBuf, Description)>,
    /// Hashes that were never asked for are missing from rows that are otherwise as they were.
    unhashed: bool,
}

impl Last {
    /// What may be used by a run with this key (see [`recall::key`]).
    pub fn of(store: &Store, state: Option<State>, key: &str, request: &Request) -> Self {
        let snapshot = store.current();
        let state =
            state.filter(|s| snapshot.as_ref().is_some_and(|(_, last)| s.fits(key, last.id)));
        let unhashed = request.depth == Depth::Pixels
            && state.as_ref().is_some_and(|state| state.depth() == Depth::Header);
        Self { state, snapshot, unhashed }
    }

    /// The last snapshot and its findings, where every file is as it was.
    pub fn unchanged(&self, walk: &Walk) -> Option<(Description, Findings)> {
        let (state, (dir, last)) = self.state.as_ref().zip(self.snapshot.as_ref())?;
        let same = !self.unhashed && walk.unseen.is_empty() && state.is(&walk.files);
        let findings = if same && last.is_whole(dir) { findings_of(dir)? } else { return None };
        Some((last.clone(), findings))
    }

    /// The rows of the last snapshot, where they may be taken over.
    pub fn recall(&self, tags: &Extra) -> Option<Recall> {
        let (_, (dir, last)) = self.state.as_ref().zip(self.snapshot.as_ref())?;
        Recall::open(dir, last, tags)
    }

    /// Hands the rows of files that are as they were to a scan.
    pub fn hand_over(&self, recall: Option<Recall>, walk: &Walk, scan: &mut Scan<'_>) {
        let kept = self.state.as_ref().zip(self.snapshot.as_ref());
        if let (Some((state, (dir, _))), Some(recall)) = (kept, recall) {
            let mut known = state.unchanged(&walk.files);
            if self.unhashed {
                recall::forget_unhashed(dir, &walk.files, &mut known);
            }
            scan.take_over(known, recall);
        }
    }
}

/// The findings that a snapshot's `issues` hold.
fn findings_of(snapshot: &Path) -> Option<Findings> {
    let mut table = TableReader::open(snapshot, "issues")?;
    let mut findings = Findings::new();
    while let Some(line) = table.advance() {
        let code = line.word("code")?;
        *findings.entry((issue::severity(code), code)).or_default() += 1;
    }
    Some(findings)
}
