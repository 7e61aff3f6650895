//! Where a data set is: a folder, or what lies below an address of a store.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::dicom;
use super::discovery::{self, FolderWalk};
use super::source_file::{FileOrigin, SourceFile};
use super::stored_file::StoredFile;
use crate::disk::open_regular;
use crate::remote::{ObjectStore, RemoteAddress, RemoteObject, StoreError, StoredObject};
use crate::storage::Requests;

/// How much of a file will be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadExtent {
    /// Its header.
    Header,
    /// Its header, then its pixels.
    Pixels,
    /// All of it at once.
    Whole,
}

/// Where a data set is.
pub enum SourceRoot {
    /// A folder.
    Folder(SourceFolder),
    /// Part of a store.
    Store(SourceStore),
}

/// A data set's folder.
pub struct SourceFolder {
    path: PathBuf,
    handle: File,
}

/// A data set in a store.
pub struct SourceStore {
    /// The address, as it is written in tables.
    name: PathBuf,
    store: Arc<ObjectStore>,
}

impl SourceRoot {
    /// Opens a folder or the store of an address. Of a store nothing is requested yet.
    ///
    /// # Errors
    /// When the folder cannot be opened, or the address cannot be used.
    pub fn open(dataset: &Path) -> io::Result<Self> {
        let address = dataset.to_str().map(RemoteAddress::parse).transpose()?.flatten();
        if let Some(address) = address {
            let name = PathBuf::from(address.to_string());
            let store = Arc::new(ObjectStore::connect(address)?);
            return Ok(Self::Store(SourceStore { name, store }));
        }
        let path = std::fs::canonicalize(dataset)?;
        let handle = File::open(&path)?;
        Ok(Self::Folder(SourceFolder { path, handle }))
    }

    /// Whether a data set is given by an address, perhaps one that cannot be used.
    pub fn is_address(dataset: &Path) -> bool {
        dataset.to_str().is_some_and(|text| !matches!(RemoteAddress::parse(text), Ok(None)))
    }

    /// A data set as messages show it: an address may hold a credential where it cannot be used.
    pub fn printable(dataset: &Path) -> PathBuf {
        let shown = dataset.to_str().map(RemoteAddress::without_credentials);
        shown.map_or_else(|| dataset.to_owned(), PathBuf::from)
    }

    /// The absolute path without links, or the address: what the catalog says of where the data set is.
    pub fn name(&self) -> &Path {
        match self {
            Self::Folder(folder) => &folder.path,
            Self::Store(store) => &store.name,
        }
    }

    /// The folder; absent for a store.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(&folder.path),
            Self::Store(_) => None,
        }
    }

    /// The address; absent for a folder.
    pub fn address(&self) -> Option<&RemoteAddress> {
        match self {
            Self::Folder(_) => None,
            Self::Store(SourceStore { store, .. }) => Some(store.address()),
        }
    }

    /// Whether a data set may be there: its folder exists, or it is in a store.
    pub fn may_be(dataset: &Path) -> bool {
        let address = dataset.to_str().map(RemoteAddress::parse);
        dataset.is_dir() || matches!(address, Some(Ok(Some(_))))
    }

    /// The file of an object that a list describes; absent where it is not below the address.
    pub fn listed(&self, object: &StoredObject) -> Option<SourceFile> {
        let path = object.key.strip_prefix(&self.address()?.prefix)?;
        Some(source_file(path.to_owned(), object))
    }

    /// Every file, sorted by path. `skip` are folders that are not part of the data set, such as the catalog.
    ///
    /// # Errors
    /// When the folder itself, or any page of a store's listing, cannot be read.
    pub fn walk(&self, skip: &[PathBuf], requests: &Requests) -> io::Result<FolderWalk> {
        match self {
            Self::Folder(folder) => discovery::walk(&folder.path, skip, requests),
            Self::Store(SourceStore { store, .. }) => {
                let mut walk = FolderWalk::default();
                store.list(requests, |object| walk.files.extend(self.listed(&object)))?;
                walk.files.sort();
                Ok(walk)
            }
        }
    }

    /// Opens a file that was found.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open_file(&self, file: &SourceFile, extent: ReadExtent) -> io::Result<StoredFile> {
        match self {
            Self::Folder(folder) => {
                let source = discovery::open(&folder.handle, file)?;
                if extent == ReadExtent::Header {
                    dicom::disable_read_ahead(&source);
                }
                Ok(StoredFile::Local(source))
            }
            Self::Store(SourceStore { store, .. }) => {
                let object = StoredObject {
                    key: store.address().key(&file.path),
                    size: file.size,
                    tag: file.inode,
                    modified_ns: None,
                };
                let object = RemoteObject::new(Arc::clone(store), object);
                let is_whole = extent == ReadExtent::Whole;
                let object = if is_whole { object.read_whole_soon() } else { object };
                Ok(StoredFile::Remote(object))
            }
        }
    }

    /// Opens a file by its path.
    ///
    /// # Errors
    /// When it is missing or cannot be opened.
    pub fn open_path(&self, path: &Path) -> io::Result<StoredFile> {
        match self {
            Self::Folder(folder) => open_regular(&folder.path.join(path)).map(StoredFile::Local),
            Self::Store(SourceStore { store, .. }) => {
                let path = path.to_str().ok_or(io::ErrorKind::InvalidInput)?;
                let key = store.address().key(path);
                Ok(StoredFile::Remote(RemoteObject::open(Arc::clone(store), &key)?))
            }
        }
    }

    /// Looks at a file by its path. What is not a file is returned as missing.
    ///
    /// # Errors
    /// When a store does not say.
    pub fn look_up(&self, path: String) -> io::Result<SourceFile> {
        match self {
            Self::Folder(folder) => Ok(discovery::look_up(&folder.path, path)),
            Self::Store(SourceStore { store, .. }) => {
                let object = store.look_up(&store.address().key(&path))?;
                Ok(match object {
                    Some(object) => source_file(path, &object),
                    None => SourceFile::missing(path),
                })
            }
        }
    }

    /// Looks at files by their paths, in that order.
    ///
    /// # Errors
    /// When a store does not say.
    pub fn look_up_all(
        &self,
        paths: Vec<String>,
        requests: &Requests,
    ) -> io::Result<Vec<SourceFile>> {
        requests.map(paths, || (), |_, path| self.look_up(path)).into_iter().collect()
    }

    /// Whether something that is not a file is at a path.
    pub fn has_other(&self, path: &str) -> bool {
        self.folder().is_some_and(|folder| std::fs::metadata(folder.join(path)).is_ok())
    }

    /// Fails when a store refuses or no longer answers, or when more than a few of so many files, where their number
    /// is given, could not be read: their absence says nothing about the data set.
    ///
    /// # Errors
    /// The reason.
    pub fn check(&self, files: Option<usize>) -> Result<(), StoreError> {
        match self {
            Self::Folder(_) => Ok(()),
            Self::Store(SourceStore { store, .. }) => {
                store.check()?;
                files.map_or(Ok(()), |files| store.check_losses(files))
            }
        }
    }
}

fn source_file(path: String, object: &StoredObject) -> SourceFile {
    SourceFile {
        path: path.into_boxed_str(),
        raw: None,
        size: object.size,
        mtime_ns: object.modified_ns.unwrap_or(SourceFile::UNKNOWN_TIME),
        inode: object.tag,
        origin: FileOrigin::File,
    }
}
