//! The data set's folder: found when a run begins, and still the same one when it ends.

use std::fs::File;
use std::path::PathBuf;

use super::error::IndexError;
use super::request::IndexRequest;
use crate::sources::discovery::{self, FolderId};

/// The data set's folder.
pub struct DataSetRoot {
    /// Its absolute path without links.
    pub path: PathBuf,
    /// The open folder.
    pub handle: File,
    id: FolderId,
}

impl DataSetRoot {
    /// Opens the folder of a request.
    ///
    /// # Errors
    /// When it cannot be read, or is the catalog's own.
    pub fn open(request: &IndexRequest) -> Result<Self, IndexError> {
        let unread = |source| IndexError::Dataset { path: request.dataset.clone(), source };
        let path = std::fs::canonicalize(&request.dataset).map_err(unread)?;
        let no_folder = || unread(std::io::ErrorKind::NotADirectory.into());
        let id = discovery::folder(&path).ok_or_else(no_folder)?;
        if discovery::folder(&request.catalog) == Some(id) {
            return Err(IndexError::Itself { path: request.dataset.clone() });
        }
        let handle = File::open(&path).map_err(unread)?;
        Ok(Self { path, handle, id })
    }

    /// Fails when the folder is gone or another one is in its place, such as the bare mount point of
    /// a disk: its files cannot be read, and that does not mean that they are damaged.
    ///
    /// # Errors
    /// [`IndexError::Vanished`].
    pub fn check(&self) -> Result<(), IndexError> {
        if discovery::folder(&self.path) == Some(self.id) {
            return Ok(());
        }
        Err(IndexError::Vanished { path: self.path.clone() })
    }
}
