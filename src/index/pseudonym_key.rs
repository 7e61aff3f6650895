//! The key of pseudonyms: a file outside the catalog and the data set that only its owner can read.

use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::request::{IndexRequest, OnLoss};
use crate::disk::{DiskError, WholeFile, hex, io_error, open_regular};
use crate::sources::profile::{KEY_BYTES, PseudonymKey};
use crate::tables::snapshot::SnapshotDescription;

/// A key that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PseudonymKeyError {
    /// Neither a file nor a home is known.
    #[error(
        "the profile replaces patient IDs by pseudonyms: name a key file with --pseudonym-key FILE"
    )]
    NoPlace,
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
    /// The file is where its readers are those of the catalog or the data set.
    #[error(
        "{path} is in the {folder}, which others receive: keep the key of its pseudonyms elsewhere"
    )]
    Inside {
        /// The file.
        path: PathBuf,
        /// `catalog` or `data set`.
        folder: &'static str,
    },
    /// Others than its owner may read it.
    #[error("{path} can be read by other users (mode {mode:03o}): chmod 600 {path}")]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The file has something else.
    #[error("{path} is not a key: it must have 64 hexadecimal digits")]
    Malformed {
        /// The file.
        path: PathBuf,
    },
    /// The system refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
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
    let path = request.pseudonym_key.clone().or_else(usual_path);
    let path = path.ok_or(PseudonymKeyError::NoPlace)?;
    check_place(&path, &request.catalog, root)?;
    let current = current.filter(|_| request.on_loss == OnLoss::Refuse);
    let expected = current.and_then(|current| Some((current.id, current.pseudonym_key.clone()?)));
    let Some(key) = read(&path)? else {
        return match expected {
            Some((snapshot, fingerprint)) => {
                Err(PseudonymKeyError::Missing { snapshot, fingerprint, path })
            }
            None => create(&path),
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

/// `mammodex/pseudonym.key` in `XDG_DATA_HOME`, else in `~/.local/share`.
fn usual_path() -> Option<PathBuf> {
    let folder = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let data = folder("XDG_DATA_HOME").or_else(|| Some(folder("HOME")?.join(".local/share")));
    Some(data?.join("mammodex/pseudonym.key"))
}

fn check_place(path: &Path, catalog: &Path, root: &Path) -> Result<(), PseudonymKeyError> {
    let absolute = std::path::absolute(path).map_err(io_error("find", path))?;
    let existing = absolute.ancestors().find_map(|folder| fs::canonicalize(folder).ok());
    let place = existing.unwrap_or(absolute);
    for (folder, name) in [(catalog, "catalog"), (root, "data set")] {
        if fs::canonicalize(folder).is_ok_and(|folder| place.starts_with(folder)) {
            return Err(PseudonymKeyError::Inside { path: path.to_owned(), folder: name });
        }
    }
    Ok(())
}

/// The key in a file; absent where there is no file.
fn read(path: &Path) -> Result<Option<PseudonymKey>, PseudonymKeyError> {
    let file = match open_regular(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(io_error("read", path))?,
    };
    let mode = file.metadata().map_err(io_error("read", path))?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(PseudonymKeyError::Open { path: path.to_owned(), mode });
    }
    let mut text = String::new();
    file.take(1 << 10).read_to_string(&mut text).map_err(io_error("read", path))?;
    let key = parse(text.trim());
    key.map(Some).ok_or_else(|| PseudonymKeyError::Malformed { path: path.to_owned() })
}

fn parse(digits: &str) -> Option<PseudonymKey> {
    let is_key = digits.len() == 2 * KEY_BYTES && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let mut key = [0; KEY_BYTES];
    for (place, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    is_key.then(|| PseudonymKey::new(key))
}

/// Writes a new random key, unless another run has just done so.
fn create(path: &Path) -> Result<PseudonymKey, PseudonymKeyError> {
    let write = || -> io::Result<()> {
        let mut key = [0; KEY_BYTES];
        File::open("/dev/urandom")?.read_exact(&mut key)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        folder.map_or(Ok(()), fs::create_dir_all)?;
        let mut file = WholeFile::create(path)?;
        file.set_permissions(Permissions::from_mode(0o600))?;
        file.write_all(format!("{}\n", hex(&key)).as_bytes())?;
        file.finish_unless_taken()
    };
    write().map_err(io_error("write the key", path))?;
    let key = read(path)?;
    key.ok_or_else(|| PseudonymKeyError::Malformed { path: path.to_owned() })
}
