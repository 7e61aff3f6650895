//! Which objects are part of a catalog, and the files of its folder as they are now.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::disk::files_below;

/// The object that names the current snapshot, as the link of a folder does.
pub(super) const CURRENT: &str = "current";
/// The state of the files, by which the next run reads only what changed.
pub(super) const STATE: &str = ".files.csv";
/// What is saved beside the snapshots, in the order in which it is written.
const SAVED: [&str; 4] = ["splits", "cohorts", "checks", "reviews"];
/// The file that makes a snapshot one.
pub(super) const DESCRIPTION: &str = "snapshot.json";

/// What an object or file of a catalog is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CatalogEntry {
    /// A file of the snapshot of that number.
    Snapshot(u32),
    /// A cohort, split or the like.
    Saved,
    /// The state of the files.
    State,
}

impl CatalogEntry {
    /// What a path below the catalog is; absent for what is not part of it.
    pub fn of(path: &str) -> Option<Self> {
        if path == STATE {
            return Some(Self::State);
        }
        let parts: Vec<&str> = path.split('/').collect();
        let is_plain = |name: &str| !name.is_empty() && !name.starts_with('.');
        match parts[..] {
            ["snapshots", number, name] if is_plain(name) && number.len() == 6 => {
                number.parse().ok().map(Self::Snapshot)
            }
            [folder, name] if SAVED.contains(&folder) && is_plain(name) => Some(Self::Saved),
            _ => None,
        }
    }
}

/// The state of a file: another one after it was written.
pub(super) type FileState = (u64, u64, i64, i64);

/// The files of a catalog's folder by their paths, without its link.
///
/// # Errors
/// When a folder cannot be read.
pub(super) fn files(folder: &Path) -> io::Result<BTreeMap<String, FileState>> {
    let mut files = BTreeMap::new();
    for path in files_below(folder)? {
        let Some(name) = path.to_str().filter(|name| CatalogEntry::of(name).is_some()) else {
            continue;
        };
        let metadata = fs::symlink_metadata(folder.join(name))?;
        let state = (metadata.ino(), metadata.len(), metadata.mtime(), metadata.mtime_nsec());
        files.insert(name.to_owned(), state);
    }
    Ok(files)
}

/// The place of a path in the order of writing: what others name comes first.
pub(super) fn rank(path: &str) -> (usize, bool, String) {
    let folder = path.split('/').next().unwrap_or_default();
    let place = SAVED.iter().position(|saved| *saved == folder).map_or(0, |place| place + 1);
    let is_last = path.ends_with(".toml") || path.ends_with(DESCRIPTION);
    (place, is_last, path.to_owned())
}
