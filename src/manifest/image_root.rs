//! The data set's folder, and where its images are.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use crate::disk::{is_inside, sha256_of_file};
use crate::storage::request;

/// Where an image is.
pub(super) enum ImagePlace {
    /// A file that can be opened, with its checksum on request.
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
        let mut ends = path.match_indices("!/").map(|(end, _)| end);
        if ends.any(|end| self.is_file(&path[..end])) {
            ImagePlace::Archived
        } else {
            ImagePlace::Missing
        }
    }

    /// Looks for an image and reads the checksum of its file.
    pub fn summed(&self, path: &str) -> ImagePlace {
        match self.place(path) {
            ImagePlace::There(_) => match sha256_of_file(&self.path.join(path)) {
                Ok(sum) => ImagePlace::There(Some(sum)),
                Err(error) => ImagePlace::Unreadable(error),
            },
            elsewhere => elsewhere,
        }
    }

    /// Whether a file is there. A path that leaves the folder is not followed: it comes from the
    /// catalog, which may be a stranger's.
    fn is_file(&self, path: &str) -> bool {
        if !is_inside(path) {
            return false;
        }
        let Some(folder) = &self.folder else {
            return fs::metadata(self.path.join(path)).is_ok_and(|meta| meta.is_file());
        };
        let kind = |stat: rustix::fs::Stat| rustix::fs::FileType::from_raw_mode(stat.st_mode);
        let look = || rustix::fs::statat(folder, path, rustix::fs::AtFlags::empty());
        let looked = request(look);
        looked.is_ok_and(|stat| kind(stat).is_file())
    }
}
