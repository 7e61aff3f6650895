//! The key of a catalog's pseudonyms, which must stay the same from run to run.

use std::path::{Path, PathBuf};

use super::request::{IndexRequest, OnLoss};
use crate::sources::profile::{KeyFileError, PseudonymKey, PseudonymKeyFile};
use crate::tables::snapshot::SnapshotDescription;

/// A key that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PseudonymKeyError {
    /// The key of the current snapshot is gone.
    #[error(
        "the pseudonyms of snapshot {snapshot} were made with the key {fingerprint}, and {path} does \
         not exist: restore that file or name it with --pseudonym-key FILE. With --force a new key is \
         created and every pseudonym changes"
    )]
    Missing {
        /// Number of the current snapshot.
        snapshot: u32,
        /// The fingerprint of its key.
        fingerprint: String,
        /// The file that was looked for.
        path: PathBuf,
    },
    /// Another key than that of the current snapshot.
    #[error(
        "the pseudonyms of snapshot {snapshot} were made with the key {expected}, and {path} is the \
         key {actual}: name the other file with --pseudonym-key FILE. With --force this key is used \
         and every pseudonym changes"
    )]
    Other {
        /// Number of the current snapshot.
        snapshot: u32,
        /// The fingerprint of its key.
        expected: String,
        /// The file.
        path: PathBuf,
        /// The fingerprint of the key in it.
        actual: String,
    },
    /// There is no key, and a shard may not be scanned with one of its own.
    #[error(
        "{path} does not exist, and all shards need the same key: copy the key's file to this machine and \
         name it with --pseudonym-key FILE"
    )]
    Absent {
        /// The file that was looked for.
        path: PathBuf,
    },
    /// The file cannot be used.
    #[error(transparent)]
    File(#[from] KeyFileError),
}

/// Reads the key of a request, or creates it where there is none yet. `current` is the catalog's current
/// snapshot, whose pseudonyms must stay the same.
///
/// # Errors
/// When the file cannot be used, or is not the key of the current snapshot.
pub fn load(
    request: &IndexRequest,
    root: &Path,
    current: Option<&SnapshotDescription>,
) -> Result<PseudonymKey, PseudonymKeyError> {
    let file = PseudonymKeyFile::locate(request.pseudonym_key.as_deref(), &request.catalog, root)?;
    let current = current.filter(|_| request.on_loss == OnLoss::Refuse);
    let expected = current.and_then(|current| Some((current.id, current.pseudonym_key.clone()?)));
    let path = file.path().to_owned();
    let Some(key) = file.read()? else {
        return match expected {
            Some((snapshot, fingerprint)) => {
                Err(PseudonymKeyError::Missing { snapshot, fingerprint, path })
            }
            None => Ok(file.create()?),
        };
    };
    match expected {
        Some((snapshot, expected)) if expected != key.fingerprint() => {
            let actual = key.fingerprint();
            Err(PseudonymKeyError::Other { snapshot, expected, path, actual })
        }
        _ => Ok(key),
    }
}

/// Reads the key of a shard, which exists: one that each machine created for itself would give every shard
/// other pseudonyms. `output` is the folder that is written.
///
/// # Errors
/// When the file is missing or cannot be used.
pub fn load_existing(
    given: Option<&Path>,
    output: &Path,
    root: &Path,
) -> Result<PseudonymKey, PseudonymKeyError> {
    let file = PseudonymKeyFile::locate(given, output, root)?;
    let path = file.path().to_owned();
    file.read()?.ok_or(PseudonymKeyError::Absent { path })
}
