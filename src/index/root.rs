//! Where the data set of a run is: opened when it begins, and still the same when it ends.

use std::path::Path;

use super::error::IndexError;
use super::request::OnLoss;
use crate::sources::discovery::{self, FolderId};
use crate::sources::source_root::SourceRoot;

/// The data set's folder or store.
pub struct DataSetRoot {
    /// It, opened.
    pub root: SourceRoot,
    /// The folder's identity; absent for a store.
    id: Option<FolderId>,
}

impl DataSetRoot {
    /// Opens the folder or store of a data set that is indexed into `catalog`.
    ///
    /// # Errors
    /// When it cannot be read, or it and the catalog cannot be kept apart: it is the catalog's own folder or inside it, or files
    /// of it are in the catalog's folder.
    pub fn open(dataset: &Path, catalog: &Path) -> Result<Self, IndexError> {
        let root = Self::open_alone(dataset)?;
        if let (Some(folder), Some(id)) = (root.root.folder(), root.id) {
            keep_apart(dataset, catalog, folder, id)?;
        }
        Ok(root)
    }

    /// Opens the folder or store of a data set of which lists or a shard are written to `output`.
    ///
    /// # Errors
    /// When it cannot be read, or the output is in it.
    pub fn open_outside(dataset: &Path, output: &Path) -> Result<Self, IndexError> {
        let root = Self::open_alone(dataset)?;
        let place = std::path::absolute(output).unwrap_or_default();
        if root.id.is_some_and(|id| is_below(&place, id)) {
            let (output, path) = (output.to_owned(), dataset.to_owned());
            return Err(IndexError::OutputInside { output, path });
        }
        Ok(root)
    }

    fn open_alone(dataset: &Path) -> Result<Self, IndexError> {
        let path = SourceRoot::printable(dataset);
        let unread = |source| IndexError::Dataset { path: path.clone(), source };
        let root = SourceRoot::open(dataset).map_err(unread)?;
        let Some(folder) = root.folder() else { return Ok(Self { root, id: None }) };
        let Some(id) = discovery::folder(folder) else {
            return Err(unread(std::io::ErrorKind::NotADirectory.into()));
        };
        Ok(Self { root, id: Some(id) })
    }

    /// Fails when the folder is gone or another one is in its place, such as the bare mount point of
    /// a disk, or when a store refuses or lost many of its `files`: they cannot be read, and that does not mean
    /// that they are damaged.
    ///
    /// # Errors
    /// [`IndexError::Vanished`] or [`IndexError::Store`].
    pub fn check(&self, files: usize, on_loss: OnLoss) -> Result<(), IndexError> {
        let path = self.root.name().to_owned();
        if self.root.folder().and_then(discovery::folder) != self.id {
            return Err(IndexError::Vanished { path });
        }
        let files = (on_loss == OnLoss::Refuse).then_some(files);
        self.root.check(files).map_err(|source| IndexError::Store { path, source })
    }
}

/// What a catalog's folder contains, hidden files excepted.
const CATALOG_ENTRIES: [&str; 6] =
    ["snapshots", "current", "cohorts", "splits", "reviews", "checks"];

/// Refuses a data set inside the catalog, and a catalog inside the data set whose folder has files of the data set: the walk
/// excludes that folder, so that they would be silently missing. Any other folder inside the data set can be the catalog.
fn keep_apart(dataset: &Path, catalog: &Path, root: &Path, id: FolderId) -> Result<(), IndexError> {
    let Some(catalog_id) = discovery::folder(catalog) else { return Ok(()) };
    let (path, given) = (dataset.to_owned(), catalog);
    if catalog_id == id {
        return Err(IndexError::Itself { path });
    }
    if is_below(root, catalog_id) {
        return Err(IndexError::InCatalog { path, catalog: given.to_owned() });
    }
    let catalog = std::fs::canonicalize(given).unwrap_or_default();
    if !is_below(&catalog, id) {
        return Ok(());
    }
    let is_new = !catalog.join("snapshots").is_dir();
    let entries = std::fs::read_dir(&catalog).into_iter().flatten().flatten();
    let foreign = entries.map(|entry| entry.file_name()).filter(|name| {
        let name = name.to_string_lossy();
        is_new || !(name.starts_with('.') || CATALOG_ENTRIES.contains(&&*name))
    });
    match foreign.min() {
        Some(name) => Err(IndexError::ForeignFile { file: given.join(name), path }),
        None => Ok(()),
    }
}

/// Whether a path is a folder's own or leads through it.
fn is_below(path: &Path, folder: FolderId) -> bool {
    path.ancestors().any(|above| discovery::folder(above) == Some(folder))
}
