//! How far a verification has come, in `FILE.verify`: one that was stopped resumes from there.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::super::provenance::beside;
use super::difference::ManifestDifference;
use crate::disk::{WholeFile, sha256_of_file};

/// How far a verification has come.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct VerifyProgress {
    /// The checksum of the provenance that it follows.
    provenance: String,
    /// Files that were looked at, in the order of the manifest.
    pub done: u64,
    /// The differences found there.
    pub differences: Vec<ManifestDifference>,
}

impl VerifyProgress {
    /// Resumes a verification of the same provenance that was stopped, else begins.
    pub fn resume(path: &Path, manifest: &Path) -> Self {
        let provenance = sha256_of_file(&beside(manifest)).unwrap_or_default();
        let saved = fs::read(path).ok();
        let saved: Option<Self> = saved.and_then(|text| serde_json::from_slice(&text).ok());
        let same = saved.filter(|progress| progress.provenance == provenance);
        same.unwrap_or(Self { provenance, ..Self::default() })
    }

    /// Saves how far it has come.
    pub fn save(&self, path: &Path) {
        // Where it cannot be saved, the verification goes on; stopped, it begins again.
        if let Ok(text) = serde_json::to_vec(self) {
            let _ = WholeFile::write(path, &text);
        }
    }
}
