//! The file with the key of pseudonyms: outside the catalog and the data set, for its owner alone.

use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::pseudonym::{KEY_BYTES, PseudonymKey};
use crate::disk::{DiskError, WholeFile, hex, io_error, open_regular, resolved};

/// A key file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// Neither a file nor a home is known.
    #[error(
        "there is no home folder for the key of pseudonyms: name its file with --pseudonym-key FILE"
    )]
    NoPlace,
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

/// The place of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PseudonymKeyFile(PathBuf);

impl PseudonymKeyFile {
    /// The file that was given, else `mammodex/pseudonym.key` in `XDG_DATA_HOME`, else in `~/.local/share`.
    ///
    /// # Errors
    /// When no place is known, or it is in the catalog's or the data set's folder.
    pub fn locate(given: Option<&Path>, catalog: &Path, root: &Path) -> Result<Self, KeyFileError> {
        let path = given.map(Path::to_owned).or_else(usual_path).ok_or(KeyFileError::NoPlace)?;
        check_place(&path, catalog, root)?;
        Ok(Self(path))
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The key in the file; absent where there is no file.
    ///
    /// # Errors
    /// When it cannot be read, other users can read it, or it is not a key.
    pub fn read(&self) -> Result<Option<PseudonymKey>, KeyFileError> {
        let path = self.path();
        let file = match open_regular(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(io_error("read", path))?,
        };
        let mode = file.metadata().map_err(io_error("read", path))?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyFileError::Open { path: path.to_owned(), mode });
        }
        let mut text = String::new();
        file.take(1 << 10).read_to_string(&mut text).map_err(io_error("read", path))?;
        let key = parse(text.trim());
        key.map(Some).ok_or_else(|| KeyFileError::Malformed { path: path.to_owned() })
    }

    /// Writes a new random key, unless another run has just done so, and returns the key in the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create(&self) -> Result<PseudonymKey, KeyFileError> {
        let path = self.path();
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
        self.read()?.ok_or_else(|| KeyFileError::Malformed { path: path.to_owned() })
    }

    /// The key in the file, or a new one.
    ///
    /// # Errors
    /// Those of [`Self::read`] and [`Self::create`].
    pub fn read_or_create(&self) -> Result<PseudonymKey, KeyFileError> {
        self.read()?.map_or_else(|| self.create(), Ok)
    }
}

fn usual_path() -> Option<PathBuf> {
    let folder = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let data = folder("XDG_DATA_HOME").or_else(|| Some(folder("HOME")?.join(".local/share")));
    Some(data?.join("mammodex/pseudonym.key"))
}

fn check_place(path: &Path, catalog: &Path, root: &Path) -> Result<(), KeyFileError> {
    let place = resolved(path);
    for (folder, name) in [(catalog, "catalog"), (root, "data set")] {
        if fs::canonicalize(folder).is_ok_and(|folder| place.starts_with(folder)) {
            return Err(KeyFileError::Inside { path: path.to_owned(), folder: name });
        }
    }
    Ok(())
}

fn parse(digits: &str) -> Option<PseudonymKey> {
    let is_key = digits.len() == 2 * KEY_BYTES && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let mut key = [0; KEY_BYTES];
    for (place, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    is_key.then(|| PseudonymKey::new(key))
}
