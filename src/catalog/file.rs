//! A file that appears only when it is whole: written beside its place, then renamed.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file being written. Dropped before [`WholeFile::finish`], it leaves nothing.
pub struct WholeFile {
    out: Option<BufWriter<File>>,
    /// Where it is written; none when the target is no regular file, such as `/dev/null` or a
    /// pipe, and is written to directly.
    part: Option<PathBuf>,
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
        let file = File::create(&part)?;
        if let Ok(standing) = fs::metadata(&target) {
            file.set_permissions(standing.permissions())?;
        }
        Ok(Self { out: Some(BufWriter::with_capacity(1 << 16, file)), part: Some(part), target })
    }

    /// Puts the file on disk and in its place.
    pub fn finish(mut self) -> io::Result<()> {
        if let Some(out) = self.out.take() {
            let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
            if let Some(part) = &self.part {
                file.sync_all()?;
                fs::rename(part, &self.target)?;
            }
        }
        self.part = None;
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

impl Drop for WholeFile {
    fn drop(&mut self) {
        self.out = None;
        if let Some(part) = &self.part {
            let _ = fs::remove_file(part);
        }
    }
}
