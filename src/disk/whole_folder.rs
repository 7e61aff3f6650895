//! A folder that appears only when all of its files are written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::sync::sync_file_system;
use super::temporary::{TemporaryPath, hidden_beside, remove_left_beside};

/// A folder being written: hidden beside its place until it is whole. Dropped before
/// [`WholeFolder::finish`], it leaves nothing.
pub struct WholeFolder {
    part: TemporaryPath,
    target: PathBuf,
}

impl WholeFolder {
    /// Begins the folder that will be at `path`, where nothing is yet, or an empty folder.
    ///
    /// # Errors
    /// When a folder with content is there, or none can be made.
    pub fn create(path: &Path) -> io::Result<Self> {
        let target = std::path::absolute(path)?;
        let taken = match fs::read_dir(&target) {
            Ok(mut entries) => entries.next().is_some(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(error),
        };
        if taken {
            let why = "the folder exists and is not empty; remove it, or name another";
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, why));
        }
        remove_left_beside(&target);
        let part = TemporaryPath::create_folder(hidden_beside(&target), 0o777)?;
        Ok(Self { part, target })
    }

    /// Where its files are written meanwhile.
    pub fn path(&self) -> &Path {
        self.part.path()
    }

    /// Brings its files to disk, not yet to its place.
    ///
    /// # Errors
    /// When the system cannot write them.
    pub fn sync(&self) -> io::Result<()> {
        sync_file_system(self.part.path())
    }

    /// Moves it to its place.
    ///
    /// # Errors
    /// When the system refuses the rename.
    pub fn finish(self) -> io::Result<()> {
        // Onto an empty folder: rename replaces it.
        self.part.rename_to(&self.target)
    }
}
