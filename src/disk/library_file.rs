//! A file that a library writes by its path, and that appears only when it is whole.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::sync::sync_file;
use super::temporary::{TemporaryPath, hidden_beside, remove_left_beside};

/// A file being written in a hidden folder beside its place, with whatever else the library puts beside it.
/// Dropped before [`LibraryFile::finish`], it leaves nothing.
pub struct LibraryFile {
    folder: TemporaryPath,
    path: PathBuf,
    target: PathBuf,
}

impl LibraryFile {
    /// Begins the file that will be at `path`. A link is followed, so that it stays a link.
    ///
    /// # Errors
    /// When a folder, pipe or device is there, or the folder is missing or cannot be written.
    pub fn create(path: &Path) -> io::Result<Self> {
        let target = fs::canonicalize(path).or_else(|_| std::path::absolute(path))?;
        if target.exists() && !target.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
        }
        remove_left_beside(&target);
        let folder = TemporaryPath::create_folder(hidden_beside(&target), 0o700)?;
        let path = folder.path().join(target.file_name().unwrap_or_default());
        Ok(Self { folder, path, target })
    }

    /// Where the library writes it; nothing is there yet.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Syncs the file, which is closed by now, and moves it to its place.
    ///
    /// # Errors
    /// When it is missing or cannot be moved.
    pub fn finish(self) -> io::Result<()> {
        sync_file(&File::open(&self.path)?)?;
        fs::rename(&self.path, &self.target)?;
        drop(self.folder);
        Ok(())
    }
}
