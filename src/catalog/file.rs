//! A file that appears only when it is whole: written beside its place, then renamed; and what must be
//! gone when the process ends, however it ends of itself.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// What is being written now.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A file or folder that is gone when this is dropped, unless it was moved away.
#[derive(Debug)]
pub(crate) struct TemporaryPath(PathBuf);

impl TemporaryPath {
    pub(crate) fn new(path: PathBuf) -> Self {
        UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone());
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryPath {
    fn drop(&mut self) {
        remove(&self.0);
        UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

fn remove(path: &Path) {
    let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
}

/// Removes what is being written and not whole: before an end of the process that drops nothing.
pub fn abandon() {
    for path in &*UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner) {
        remove(path);
    }
}

/// A file being written. Dropped before [`WholeFile::finish`], it leaves nothing.
pub struct WholeFile {
    out: Option<BufWriter<File>>,
    /// Where it is written; none when the target is no regular file, such as `/dev/null` or a
    /// pipe, and is written to directly.
    part: Option<TemporaryPath>,
    target: PathBuf,
}

impl WholeFile {
    /// Begins the file that shall stand at `path`. A link is followed, so that it stays a link.
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
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let part = target.with_file_name(format!(".{name}.{}.part", std::process::id()));
        let part = TemporaryPath::new(part);
        let file = File::create(part.path())?;
        if let Ok(standing) = fs::metadata(&target) {
            file.set_permissions(standing.permissions())?;
        }
        Ok(Self { out: Some(BufWriter::with_capacity(1 << 16, file)), part: Some(part), target })
    }

    /// Puts the file on disk and in its place.
    pub fn finish(mut self) -> io::Result<()> {
        self.settle()?;
        match &self.part {
            Some(part) => fs::rename(part.path(), &self.target),
            None => Ok(()),
        }
    }

    /// Puts the file on disk, not yet in its place; nothing more can be written.
    pub fn settle(&mut self) -> io::Result<()> {
        if let Some(out) = self.out.take() {
            let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
            if self.part.is_some() {
                file.sync_all()?;
            }
        }
        Ok(())
    }

    /// Writes a whole file at once.
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
