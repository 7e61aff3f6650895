//! What a format has taken: counts by part, diagnosis and label, and the checksum of the selection.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::image::ManifestImage;
use super::job::ManifestContent;
use crate::disk::hex;

/// The count of the images that a format has taken.
pub(super) struct ImageTally {
    has_label: bool,
    cases: BTreeSet<(Option<String>, String)>,
    hasher: Sha256,
    content: ManifestContent,
}

impl ImageTally {
    /// Begins; rows are counted by label where images have one.
    pub fn new(has_label: bool) -> Self {
        Self {
            has_label,
            cases: BTreeSet::new(),
            hasher: Sha256::new(),
            content: ManifestContent::default(),
        }
    }

    /// Adds an image.
    pub fn add(&mut self, image: &ManifestImage) {
        let Self { content, .. } = self;
        content.rows += 1;
        content.frames += if image.frames > 1 { u64::from(image.frames) } else { 0 };
        if let Some(keywords) = &image.identifying {
            content.identifying.add(keywords);
        }
        content.inverted += u64::from(image.is_inverted());
        let key = (image.split.clone(), image.diagnosis.clone());
        let group = content.counts.entry(key).or_default();
        group.images += 1;
        if self.cases.insert((image.split.clone(), image.case_id.clone())) {
            group.patients += 1;
        }
        let label = image.label.map(|label| label.to_string());
        if self.has_label {
            let labelled = content.labels.entry((image.split.clone(), label.clone()));
            *labelled.or_default() += 1;
        }
        let texts = [image.split.as_ref(), Some(&image.case_id), Some(&image.path), label.as_ref()];
        for text in texts {
            // Lengths separate neighbours, whatever the texts hold.
            let text = text.map_or_else(|| "-".to_owned(), |t| format!("{}:{t}", t.len()));
            self.hasher.update(text.as_bytes());
        }
    }

    /// Returns the counts, and the SHA-256 of part, case, path and label of every image.
    pub fn finish(self) -> ManifestContent {
        let selection_sha256 = Some(hex(&self.hasher.finalize()));
        ManifestContent { selection_sha256, ..self.content }
    }
}
