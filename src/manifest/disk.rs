//! The files that a manifest speaks of, and the output that appears only when whole.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::catalog::file::WholeFile;
use crate::tables::snapshot::{checksum, hex};

/// Where an image is.
pub(super) enum ImagePlace {
    /// A file that can be opened, and its sum where it was asked for.
    There(Option<String>),
    /// Nowhere.
    Missing,
    /// In a zip archive: what reads a manifest opens files.
    Archived,
    /// There, but it cannot be read.
    Unreadable(io::Error),
}

/// The data set's folder, open: the system goes a short way from it to each of its files.
pub(super) struct ImageRoot<'a> {
    path: &'a Path,
    /// None where it may not be listed; its files may be there all the same.
    folder: Option<File>,
}

impl<'a> ImageRoot<'a> {
    /// Opens the folder.
    pub fn open(path: &'a Path) -> Self {
        Self { path, folder: File::open(path).ok() }
    }

    /// Looks for an image.
    pub fn place(&self, path: &str) -> ImagePlace {
        if self.is_file(path) {
            return ImagePlace::There(None);
        }
        let mut ends = path.match_indices("!/").map(|(at, _)| at);
        if ends.any(|at| self.is_file(&path[..at])) {
            ImagePlace::Archived
        } else {
            ImagePlace::Missing
        }
    }

    /// The same with the sum of its file.
    pub fn summed(&self, path: &str) -> ImagePlace {
        match self.place(path) {
            ImagePlace::There(_) => match checksum(&self.path.join(path)) {
                Ok(sum) => ImagePlace::There(Some(sum)),
                Err(error) => ImagePlace::Unreadable(error),
            },
            elsewhere => elsewhere,
        }
    }

    fn is_file(&self, path: &str) -> bool {
        let Some(folder) = &self.folder else {
            return fs::metadata(self.path.join(path)).is_ok_and(|meta| meta.is_file());
        };
        let kind = |stat: rustix::fs::Stat| rustix::fs::FileType::from_raw_mode(stat.st_mode);
        let looked = rustix::fs::statat(folder, path, rustix::fs::AtFlags::empty());
        looked.is_ok_and(|stat| kind(stat).is_file())
    }
}

/// `to` as seen from the folder `from`; both absolute, without `..` and links.
pub(super) fn relative(from: &Path, to: &Path) -> PathBuf {
    let from: Vec<Component<'_>> = from.components().collect();
    let to: Vec<Component<'_>> = to.components().collect();
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from[common..].iter().map(|_| Component::ParentDir);
    up.chain(to[common..].iter().copied()).collect()
}

/// A file being written, and the sum of what went into it.
pub(super) struct ChecksumWriter {
    file: WholeFile,
    hasher: Sha256,
    size: u64,
}

impl ChecksumWriter {
    /// Around a file.
    pub fn new(file: WholeFile) -> Self {
        Self { file, hasher: Sha256::new(), size: 0 }
    }

    /// The file, its length and its sum.
    pub fn finish(self) -> (WholeFile, u64, String) {
        (self.file, self.size, hex(&self.hasher.finalize()))
    }
}

impl Write for ChecksumWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A folder being written: hidden beside its place until it is whole. Dropped before
/// [`WholeFolder::finish`], it leaves nothing.
pub(super) struct WholeFolder {
    part: Option<PathBuf>,
    target: PathBuf,
}

impl WholeFolder {
    /// Begins the folder that shall stand at `path`, where nothing is or an empty folder.
    pub fn create(path: &Path) -> io::Result<Self> {
        let target = std::path::absolute(path)?;
        let taken = match fs::read_dir(&target) {
            Ok(mut entries) => entries.next().is_some(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(error),
        };
        if taken {
            let why = "the folder is there and not empty; remove it, or name another";
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, why));
        }
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        let part = target.with_file_name(format!(".{name}.{}.part", std::process::id()));
        fs::create_dir(&part)?;
        Ok(Self { part: Some(part), target })
    }

    /// Where its files are written meanwhile.
    pub fn path(&self) -> &Path {
        self.part.as_deref().unwrap_or(&self.target)
    }

    /// Puts it in its place.
    pub fn finish(mut self) -> io::Result<()> {
        if let Some(part) = &self.part {
            // Onto an empty folder: rename replaces it.
            fs::rename(part, &self.target)?;
        }
        self.part = None;
        Ok(())
    }
}

impl Drop for WholeFolder {
    fn drop(&mut self) {
        if let Some(part) = &self.part {
            let _ = fs::remove_dir_all(part);
        }
    }
}

/// Writes a file of a folder, its own folder made before.
pub(super) fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, content)
}

/// The files below a folder, relative to it, sorted.
pub(super) fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![PathBuf::new()];
    while let Some(inner) = waiting.pop() {
        for entry in fs::read_dir(folder.join(&inner))? {
            let entry = entry?;
            let path = inner.join(entry.file_name());
            if entry.file_type()?.is_dir() { waiting.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a relative path stays below the folder that it starts from.
pub(super) fn is_inside(path: &str) -> bool {
    let mut depth = 0_i32;
    for component in Path::new(path).components() {
        match component {
            Component::Normal(_) => depth += 1,
            Component::ParentDir => depth -= 1,
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return false,
        }
        if depth < 0 {
            return false;
        }
    }
    true
}
