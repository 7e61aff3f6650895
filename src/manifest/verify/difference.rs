//! What differs, one row per difference.

use serde::{Deserialize, Serialize};

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestDifference {
    /// What was checked: manifest, snapshot, source, patients, rows or files.
    pub check: String,
    /// The file, table or row.
    pub place: String,
    /// How it differs.
    pub message: String,
}

/// All differences so far.
#[derive(Debug, Default)]
pub struct DifferenceList(Vec<ManifestDifference>);

impl DifferenceList {
    /// Adds one.
    pub fn add(&mut self, check: &str, place: impl ToString, message: impl ToString) {
        self.0.push(ManifestDifference {
            check: check.to_owned(),
            place: place.to_string(),
            message: message.to_string(),
        });
    }

    /// Adds those of another list.
    pub fn append(&mut self, more: Vec<ManifestDifference>) {
        self.0.extend(more);
    }

    /// Whether that check found a difference.
    pub fn has(&self, check: &str) -> bool {
        self.0.iter().any(|difference| difference.check == check)
    }

    /// The differences in the order in which they were found.
    pub fn into_vec(self) -> Vec<ManifestDifference> {
        self.0
    }
}
