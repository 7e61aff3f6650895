//! Scratch that no other user can look into.

use std::io;
use std::path::Path;

use super::temporary::{TemporaryPath, remove_left_in};

/// Names that are tried before giving up: others may have taken some.
const TRIES: u32 = 100;

/// A new folder in the system's temporary folder or another one, open to this user alone and removed when dropped.
#[derive(Debug)]
pub struct ScratchFolder(TemporaryPath);

impl ScratchFolder {
    /// Makes the folder. Nothing that is there already is used, so that no link is followed.
    ///
    /// # Errors
    /// When the temporary folder cannot be written.
    pub fn create() -> io::Result<Self> {
        Self::create_in(&std::env::temp_dir())
    }

    /// Makes the folder in another one.
    ///
    /// # Errors
    /// When that folder cannot be written.
    pub fn create_in(parent: &Path) -> io::Result<Self> {
        let process = std::process::id();
        remove_left_in(parent, is_scratch);
        let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
        for number in 0..TRIES {
            let folder = parent.join(format!("mammodex-{process}-{number}"));
            match TemporaryPath::create_folder(folder, 0o700) {
                Ok(folder) => return Ok(Self(folder)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Whether a name in the temporary folder is one of those above: `mammodex-PROCESS-NUMBER`.
fn is_scratch(name: &str) -> bool {
    let numbers = name.strip_prefix("mammodex-").and_then(|name| name.split_once('-'));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    numbers.is_some_and(|(process, number)| is_number(process) && is_number(number))
}
