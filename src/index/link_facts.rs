//! What linking needs of the files that were scanned.

use std::collections::hash_map::Entry;

use super::case::{CaseIndex, DeviceNumbers, ImageFacts};
use super::duplicates::DuplicateImages;
use super::frames::AnnotatedViews;
use super::pending::{PendingRow, PendingStore};
use super::spool::SpoolOffset;
use crate::records::issue::{Issue, IssueCode};
use crate::sources::discovery::WalkError;
use crate::tables::writer::WriteError;

/// What linking needs of the files that were scanned.
pub struct LinkFacts {
    /// Clinical rows of each file, in the order of files and rows.
    pub clinical_rows: Vec<Vec<PendingRow>>,
    /// Annotation files, in the order of files.
    pub annotations: Vec<SpoolOffset>,
    /// Views with contours of annotations that were not read early: images before them were scanned
    /// without knowing of contours.
    pub late_views: AnnotatedViews,
    /// Cases, and what their images have in common.
    pub cases: CaseIndex,
    /// Hashes that reveal duplicate images.
    pub duplicates: DuplicateImages,
    /// Findings about paths that could not be looked at.
    pub walk_issues: Vec<Issue>,
}

impl LinkFacts {
    /// No facts yet, with room for those of so many files.
    pub fn with_capacity(files: usize) -> Self {
        Self {
            clinical_rows: Vec::new(),
            annotations: Vec::new(),
            late_views: AnnotatedViews::new(),
            cases: CaseIndex::with_capacity(files),
            duplicates: DuplicateImages::with_capacity(files),
            walk_issues: Vec::new(),
        }
    }

    /// Adds a finding for every path that the walk could not look at.
    pub fn add_walk_errors(&mut self, errors: &[WalkError]) {
        self.walk_issues.extend(errors.iter().map(|failed| {
            let message = format!("it cannot be looked at: {}", failed.error);
            Issue::new(IssueCode::FileUnreadable, &*failed.path, message)
        }));
    }

    /// Adds what linking needs of one image.
    ///
    /// # Errors
    /// When the frame of its contours cannot be spooled.
    pub fn observe(
        &mut self,
        image: ImageFacts,
        case: Option<u32>,
        device: DeviceNumbers,
        store: &PendingStore,
    ) -> Result<(), WriteError> {
        self.duplicates.observe(image.uid, image.pixels);
        if let Some((_, indexed)) = case.and_then(|case| self.cases.case_mut(case)) {
            indexed.observe(&image, device);
        }
        if let Some(key) = image.key {
            self.cases.files.entry(key).or_insert(case);
        }
        if let (Some(case), Some(frame)) = (case, image.frame) {
            let (slot, frame) = *frame;
            if let Entry::Vacant(free) = self.cases.frames.entry((case, slot)) {
                free.insert(store.put_frame(&frame)?);
            }
        }
        Ok(())
    }
}
