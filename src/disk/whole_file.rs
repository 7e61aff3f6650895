//! A file that appears only when it is whole.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::sync::sync_file;
use super::temporary::{TemporaryPath, hidden_beside, remove_left_beside};

/// A file being written beside its place. Dropped before [`WholeFile::finish`], it leaves nothing.
pub struct WholeFile {
    out: Option<BufWriter<File>>,
    /// Where it is written; none when the target is not a regular file, such as `/dev/null` or a
    /// pipe, and is written to directly.
    part: Option<TemporaryPath>,
    target: PathBuf,
}

impl WholeFile {
    /// Begins the file that will be at `path`. A link is followed, so that it stays a link.
    ///
    /// # Errors
    /// When the folder is missing or cannot be written.
    pub fn create(path: &Path) -> io::Result<Self> {
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if target.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
        }
        if target.exists() && !target.is_file() {
            let file = File::options().write(true).open(&target)?;
            return Ok(Self { out: Some(BufWriter::new(file)), part: None, target });
        }
        remove_left_beside(&target);
        let (part, file) = TemporaryPath::create_file(hidden_beside(&target))?;
        if let Ok(existing) = fs::metadata(&target) {
            // A file system without permissions goes on without.
            let _ = file.set_permissions(existing.permissions());
        }
        Ok(Self { out: Some(BufWriter::with_capacity(1 << 16, file)), part: Some(part), target })
    }

    /// Sets the permissions of a file that is not in its place yet.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn set_permissions(&mut self, permissions: fs::Permissions) -> io::Result<()> {
        self.out()?.get_ref().set_permissions(permissions)
    }

    /// Syncs the file and moves it to its place.
    ///
    /// # Errors
    /// When the rest cannot be written, or the file not moved.
    pub fn finish(mut self) -> io::Result<()> {
        self.sync()?;
        self.part.take().map_or(Ok(()), |part| part.rename_to(&self.target))
    }

    /// As [`WholeFile::finish`], but a file that another process has put there meanwhile stays.
    ///
    /// # Errors
    /// When the rest cannot be written, or the file not moved.
    pub fn finish_unless_taken(mut self) -> io::Result<()> {
        self.sync()?;
        let Some(part) = self.part.take() else { return Ok(()) };
        match fs::hard_link(part.path(), &self.target) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            // A file system without second names.
            Err(_) => part.rename_to(&self.target),
        }
    }

    /// Writes the rest to disk, not yet to its place; nothing more can be written.
    ///
    /// # Errors
    /// When the rest cannot be written.
    pub fn sync(&mut self) -> io::Result<()> {
        if let Some(out) = self.out.take() {
            let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
            if self.part.is_some() {
                sync_file(&file)?;
            }
        }
        Ok(())
    }

    /// Writes a whole file at once.
    ///
    /// # Errors
    /// As [`WholeFile::create`] and [`WholeFile::finish`].
    pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
        let mut file = Self::create(path)?;
        file.write_all(content)?;
        file.finish()
    }

    fn out(&mut self) -> io::Result<&mut BufWriter<File>> {
        self.out.as_mut().ok_or_else(|| io::Error::other("the file is closed"))
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out()?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out()?.flush()
    }
}
