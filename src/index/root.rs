//! The data set's folder: found when a run begins, and still the same one when it ends.

use std::fs::File;
use std::path::{Path, PathBuf};

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
    /// When it cannot be read, or it and the catalog cannot be kept apart: it is the catalog's own folder or inside it, or files
    /// of it are in the catalog's folder.
    pub fn open(request: &IndexRequest) -> Result<Self, IndexError> {
        let unread = |source| IndexError::Dataset { path: request.dataset.clone(), source };
        let path = std::fs::canonicalize(&request.dataset).map_err(unread)?;
        let no_folder = || unread(std::io::ErrorKind::NotADirectory.into());
        let id = discovery::folder(&path).ok_or_else(no_folder)?;
        keep_apart(request, &path, id)?;
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

/// What a catalog's folder contains, hidden files excepted.
const CATALOG_ENTRIES: [&str; 6] =
    ["snapshots", "current", "cohorts", "splits", "reviews", "checks"];

/// Refuses a data set inside the catalog, and a catalog inside the data set whose folder has files of the data set: the walk
/// excludes that folder, so that they would be silently missing. Any other folder inside the data set can be the catalog.
fn keep_apart(request: &IndexRequest, root: &Path, id: FolderId) -> Result<(), IndexError> {
    let Some(catalog_id) = discovery::folder(&request.catalog) else { return Ok(()) };
    let path = request.dataset.clone();
    if catalog_id == id {
        return Err(IndexError::Itself { path });
    }
    let is_above = |path: &Path, id| path.ancestors().any(|a| discovery::folder(a) == Some(id));
    if is_above(root, catalog_id) {
        return Err(IndexError::InCatalog { path, catalog: request.catalog.clone() });
    }
    let catalog = std::fs::canonicalize(&request.catalog).unwrap_or_default();
    if !is_above(&catalog, id) {
        return Ok(());
    }
    let is_new = !catalog.join("snapshots").is_dir();
    let entries = std::fs::read_dir(&catalog).into_iter().flatten().flatten();
    let foreign = entries.map(|entry| entry.file_name()).filter(|name| {
        let name = name.to_string_lossy();
        is_new || !(name.starts_with('.') || CATALOG_ENTRIES.contains(&&*name))
    });
    match foreign.min() {
        Some(name) => Err(IndexError::ForeignFile { file: request.catalog.join(name), path }),
        None => Ok(()),
    }
}
