//! A file that appears only when it is whole.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::temporary::TemporaryPath;

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
        let part = TemporaryPath::new(hidden_beside(&target));
        let file = File::create(part.path())?;
        if let Ok(existing) = fs::metadata(&target) {
            file.set_permissions(existing.permissions())?;
        }
        Ok(Self { out: Some(BufWriter::with_capacity(1 << 16, file)), part: Some(part), target })
    }

    /// Syncs the file and moves it to its place.
    ///
    /// # Errors
    /// When the rest cannot be written, or the file not moved.
    pub fn finish(mut self) -> io::Result<()> {
        self.sync()?;
        self.part.take().map_or(Ok(()), |part| part.rename_to(&self.target))
    }

    /// Writes the rest to disk, not yet to its place; nothing more can be written.
    ///
    /// # Errors
    /// When the rest cannot be written.
    pub fn sync(&mut self) -> io::Result<()> {
        if let Some(out) = self.out.take() {
            let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
            if self.part.is_some() {
                file.sync_all()?;
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

/// The hidden name beside a place under which this process writes what will be there.
pub(super) fn hidden_beside(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.{}.part", std::process::id()))
}
