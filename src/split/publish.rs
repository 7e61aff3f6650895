//! Publication of a split: its files appear, are replaced and are removed as one.
//!
//! The rows are in a file whose name contains its checksum, so that a file never changes. The TOML file
//! names the checksum, and its rename publishes both. A reader who has read the TOML file of a split
//! that is replaced meanwhile still finds the rows that belong to it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use super::draft::SplitDraft;
use super::saved::Split;
use super::store::{self, SPLITS};
use crate::disk::{LockError, LockFile, TemporaryPath, io_error, sha256_of_file};
use crate::saved::{IfExists, SavedError, SavedName};

/// How long to wait for another process that saves a split, which takes less than a second.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// How long the rows of a replaced split stay at least, for those who are reading it.
const RETENTION: Duration = Duration::from_secs(3_600);

/// Saves a split, and returns it with the path of its TOML file.
///
/// # Errors
/// When the name is taken and must not be replaced, or the folder cannot be written.
pub(super) fn publish(
    catalog: &Path,
    draft: &SplitDraft<'_>,
    if_exists: IfExists,
) -> Result<(Split, PathBuf), SavedError> {
    let name = &draft.plan.name;
    let folder = SPLITS.create(catalog)?;
    let _lock = lock(&folder)?;
    // Another process may have taken the name since the first check.
    SPLITS.check_free(catalog, name, if_exists)?;
    remove_unfinished(&folder);
    let replaced = SPLITS.read::<Split>(catalog, name).ok();
    let rows = TemporaryPath::new(folder.join(format!(".{name}.rows.part")));
    draft.write_rows(rows.path())?;
    let sha256 = sha256_of_file(rows.path()).map_err(io_error("read", rows.path()))?;
    let split = draft.describe(sha256);
    let target = store::checksum_path(catalog, &split)
        .ok_or_else(|| SavedError::broken(rows.path().to_owned(), "its checksum is not valid"))?;
    rows.rename_to(&target).map_err(io_error("write", &target))?;
    let path = SPLITS.write(catalog, name, &split)?;
    let in_use = [Some(target), replaced.map(|split| store::rows_path(catalog, &split))];
    for old in row_files(&folder, name) {
        if !in_use.iter().flatten().any(|in_use| *in_use == old) && is_expired(&old) {
            // What cannot be removed now is removed by a later run.
            let _ = fs::remove_file(old);
        }
    }
    Ok((split, path))
}

/// Removes a saved split; manifests made from it stay.
///
/// # Errors
/// When there is none of that name, or its files cannot be removed.
pub fn delete(catalog: &Path, name: &SavedName) -> Result<(), SavedError> {
    if !SPLITS.path(catalog, name, "toml").exists() {
        return SPLITS.remove(catalog, name);
    }
    let folder = SPLITS.create(catalog)?;
    let _lock = lock(&folder)?;
    SPLITS.remove(catalog, name)?;
    for path in row_files(&folder, name) {
        fs::remove_file(&path).map_err(io_error("remove", &path))?;
    }
    Ok(())
}

/// Waits until no other process saves or removes a split.
fn lock(folder: &Path) -> Result<LockFile, SavedError> {
    let path = folder.join(".lock");
    let begin = std::time::Instant::now();
    loop {
        match LockFile::acquire(&path) {
            Err(LockError::Held { .. }) if begin.elapsed() < MAX_WAIT => {
                thread::sleep(Duration::from_millis(20));
            }
            Err(LockError::Held { holder }) => return Err(SavedError::Locked { path, holder }),
            Err(LockError::Disk(error)) => return Err(error.into()),
            Ok(lock) => return Ok(lock),
        }
    }
}

/// The files of rows of a split: that of the present one, and those of replaced ones.
fn row_files(folder: &Path, name: &SavedName) -> Vec<PathBuf> {
    let is_of_split = |file: &str| {
        let middle = file.strip_prefix(name.as_str()).and_then(|f| f.strip_suffix("parquet"));
        middle.is_some_and(|middle| middle == "." || is_version(middle))
    };
    files(folder).into_iter().filter(|(file, _)| is_of_split(file)).map(|(_, path)| path).collect()
}

/// Whether the text is the part of a file name that [`store::checksum_path`] makes of a checksum.
fn is_version(text: &str) -> bool {
    let digits = text.strip_prefix('.').and_then(|text| text.strip_suffix('.'));
    digits.is_some_and(|digits| digits.chars().all(|c| c.is_ascii_hexdigit()))
}

/// Removes what a process that was killed left unfinished. The lock must be held.
fn remove_unfinished(folder: &Path) {
    for (file, path) in files(folder) {
        if file.starts_with('.') && file.ends_with(".part") {
            // What cannot be removed does no harm.
            let _ = fs::remove_file(path);
        }
    }
}

fn files(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|e| Some((e.file_name().to_str()?.to_owned(), e.path()))).collect()
}

fn is_expired(path: &Path) -> bool {
    let age = |metadata: fs::Metadata| -> io::Result<Duration> {
        let modified = metadata.modified()?;
        Ok(SystemTime::now().duration_since(modified).unwrap_or_default())
    };
    fs::metadata(path).and_then(age).is_ok_and(|age| age > RETENTION)
}
