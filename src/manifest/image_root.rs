//! The data set's folder or store, and where its images are.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::ManifestError;
use crate::disk::{hex, is_inside, open_regular, sha256_of_file};
use crate::sources::source_root::SourceRoot;
use crate::sources::stored_file::StoredFile;
use crate::storage::request;

/// How much of an object is requested at a time where all of it is read.
const STEP: usize = 1 << 20;

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

/// The data set's folder or store.
pub(super) struct ImageRoot {
    /// The path or address that names it.
    path: PathBuf,
    place: RootPlace,
}

enum RootPlace {
    /// A folder, open: the system goes a short way from it to each of its files. None where it may not be listed; its
    /// files may be there all the same.
    Folder(Option<File>),
    /// A store.
    Store(SourceRoot),
}

impl ImageRoot {
    /// Opens the folder or address that the user names, else the folder that was recorded.
    ///
    /// # Errors
    /// When the folder is not there, the address cannot be used, or an address was recorded: whoever wrote the
    /// catalog or the provenance may have written any, and a request to it would carry the user's credentials.
    pub fn locate(given: Option<&Path>, recorded: &Path) -> Result<Self, ManifestError> {
        let path = match given {
            Some(path) => path,
            None if SourceRoot::is_address(recorded) => {
                return Err(ManifestError::Address { shown: SourceRoot::printable(recorded) });
            }
            None => recorded,
        };
        if SourceRoot::is_address(path) {
            let shown = SourceRoot::printable(path);
            let store = SourceRoot::open(path)
                .map_err(|reason| ManifestError::Store { root: shown, reason })?;
            return Ok(Self { path: store.name().to_owned(), place: RootPlace::Store(store) });
        }
        if !path.is_dir() {
            return Err(ManifestError::Root(path.to_owned()));
        }
        Ok(Self::of_folder(path))
    }

    /// Opens a folder.
    pub fn of_folder(path: &Path) -> Self {
        Self { path: path.to_owned(), place: RootPlace::Folder(File::open(path).ok()) }
    }

    /// The path or address that names it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder; absent for a store.
    pub fn folder(&self) -> Option<&Path> {
        match self.place {
            RootPlace::Folder(_) => Some(&self.path),
            RootPlace::Store(_) => None,
        }
    }

    /// Fails when a store refuses or no longer answers: what it does not give is then not missing.
    ///
    /// # Errors
    /// [`ManifestError::Store`].
    pub fn check(&self) -> Result<(), ManifestError> {
        let RootPlace::Store(store) = &self.place else { return Ok(()) };
        let failed = |reason| ManifestError::Store { root: self.path.clone(), reason };
        store.check(None).map_err(|error| failed(error.into()))
    }

    /// Looks for an image.
    pub fn place(&self, path: &str) -> ImagePlace {
        let mut ends = path.match_indices("!/").map(|(end, _)| end);
        match self.is_file(path) {
            Err(error) => ImagePlace::Unreadable(error),
            Ok(true) => ImagePlace::There(None),
            Ok(false) if ends.any(|end| self.is_file(&path[..end]).unwrap_or(false)) => {
                ImagePlace::Archived
            }
            Ok(false) => ImagePlace::Missing,
        }
    }

    /// Looks for an image and reads the checksum of its file.
    pub fn summed(&self, path: &str) -> ImagePlace {
        let summed = |sum: io::Result<String>| match sum {
            Ok(sum) => ImagePlace::There(Some(sum)),
            Err(error) => ImagePlace::Unreadable(error),
        };
        // An object is not looked at before it is read.
        if self.folder().is_none() && is_inside(path) {
            match self.sha256(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                sum => return summed(sum),
            }
        }
        match self.place(path) {
            ImagePlace::There(_) => summed(self.sha256(path)),
            elsewhere => elsewhere,
        }
    }

    /// The length of a file; absent for what is not a file.
    ///
    /// # Errors
    /// When nothing is there, or it cannot be looked at.
    pub fn length(&self, path: &str) -> io::Result<Option<u64>> {
        match &self.place {
            RootPlace::Folder(_) => {
                let metadata = request(|| fs::metadata(self.path.join(path)))?;
                Ok(metadata.is_file().then_some(metadata.len()))
            }
            RootPlace::Store(store) => store.open_path(Path::new(path))?.length().map(Some),
        }
    }

    /// The SHA-256 of a file in hexadecimal digits.
    ///
    /// # Errors
    /// When it cannot be read to its end.
    pub fn sha256(&self, path: &str) -> io::Result<String> {
        if self.folder().is_some() {
            return sha256_of_file(&self.path.join(path));
        }
        let file = self.open(path)?;
        let mut stream = file.stream()?;
        let (mut hasher, mut bytes) = (Sha256::new(), vec![0; STEP]);
        loop {
            match stream.read(&mut bytes)? {
                0 => return Ok(hex(&hasher.finalize())),
                count => hasher.update(&bytes[..count]),
            }
        }
    }

    /// Opens a file.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(&self, path: &str) -> io::Result<StoredFile> {
        match &self.place {
            RootPlace::Folder(_) => open_regular(&self.path.join(path)).map(StoredFile::Local),
            RootPlace::Store(store) => store.open_path(Path::new(path)),
        }
    }

    /// Whether a file is there. A path that leaves the folder is not followed: it comes from the
    /// catalog, which may be a stranger's.
    fn is_file(&self, path: &str) -> io::Result<bool> {
        if !is_inside(path) {
            return Ok(false);
        }
        let folder = match &self.place {
            RootPlace::Store(store) => return Ok(!store.look_up(path.to_owned())?.is_missing()),
            RootPlace::Folder(folder) => folder,
        };
        let Some(folder) = folder else {
            return Ok(fs::metadata(self.path.join(path)).is_ok_and(|meta| meta.is_file()));
        };
        let kind = |stat: rustix::fs::Stat| rustix::fs::FileType::from_raw_mode(stat.st_mode);
        let look = || rustix::fs::statat(folder, path, rustix::fs::AtFlags::empty());
        let looked = request(look);
        Ok(looked.is_ok_and(|stat| kind(stat).is_file()))
    }
}
