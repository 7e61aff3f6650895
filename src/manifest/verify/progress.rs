//! How far a verification has come, in `FILE.verify`: one that was stopped resumes from there.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};

use super::super::provenance::{beside, with_ending};
use super::difference::ManifestDifference;
use crate::disk::{TemporaryPath, regular, sha256_of_file};

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
        let saved = read(path).ok();
        let saved: Option<Self> = saved.and_then(|text| serde_json::from_slice(&text).ok());
        let same = saved.filter(|progress| progress.provenance == provenance);
        same.unwrap_or(Self { provenance, ..Self::default() })
    }

    /// Saves how far it has come.
    pub fn save(&self, path: &Path) {
        // Where it cannot be saved, the verification goes on; stopped, it begins again.
        if let Ok(text) = serde_json::to_vec(self) {
            let _ = write(path, &text);
        }
    }
}

/// Reads a file that is not a link, which may be someone else's.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).map_err(io::Error::other)?;
    let mut content = Vec::new();
    let mut file = regular(File::options().read(true).custom_flags(flags).open(path)?)?;
    file.read_to_end(&mut content)?;
    Ok(content)
}

/// Writes a new file for this user alone and moves it to its place: a link there is replaced, not
/// followed.
fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let part = TemporaryPath::new(with_ending(path, "part"));
    // What a killed verification left.
    let _ = fs::remove_file(part.path());
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(part.path())?;
    file.write_all(content)?;
    // SMB renames nothing that is open.
    drop(file);
    part.rename_to(path)
}
