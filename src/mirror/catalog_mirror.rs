//! The folder of a catalog in a store, for one run.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::cache::{CacheFailure, ObjectCache};
use super::error::MirrorError;
use super::tree::{self, CURRENT, CatalogEntry, DESCRIPTION, FileState};
use crate::disk::{ScratchFolder, io_error};
use crate::remote::{ObjectStore, RemoteAddress, RemoteObject, StoreError, StoredObject};
use crate::storage::Requests;

/// Length of the object `current` at most.
const LONGEST_LINK: u64 = 1_024;

/// What a run does with a catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MirrorUse {
    /// It reads a catalog that is there, and may save cohorts, splits and the like.
    Read,
    /// It publishes a snapshot; the catalog may not exist yet.
    Publish,
}

/// A catalog in a store as a folder, until it is dropped.
pub struct CatalogMirror {
    pub(super) store: Arc<ObjectStore>,
    cache: ObjectCache,
    folder: ScratchFolder,
    objects: BTreeMap<String, StoredObject>,
    pub(super) known: Mutex<KnownFiles>,
}

/// The folder as it agrees with the store.
#[derive(Default)]
pub(super) struct KnownFiles {
    /// The files that were placed, each with the number of its ETag; 0 for one that this run has written.
    pub files: BTreeMap<String, (FileState, u64)>,
    /// What `current` names, with the number of its ETag.
    pub current: Option<(String, u64)>,
}

impl CatalogMirror {
    /// Lists a catalog and fetches its current snapshot and all that is small.
    ///
    /// # Errors
    /// When the store refuses, or there is no catalog where one is read.
    pub fn open(address: RemoteAddress, purpose: MirrorUse) -> Result<Self, MirrorError> {
        if !address.scheme.has_listing() {
            return Err(MirrorError::NoListing);
        }
        let shown = address.to_string();
        let failed = |error| MirrorError::Store { address: shown.clone(), error };
        let store = Arc::new(ObjectStore::connect(address).map_err(failed)?);
        let mut objects = BTreeMap::new();
        let prefix = store.address().prefix.clone();
        let listed = store.list(&Requests::default(), |object| {
            if let Some(path) = object.key.strip_prefix(&prefix) {
                objects.insert(path.to_owned(), object);
            }
        });
        listed.map_err(failed)?;
        let cache = ObjectCache::open()?;
        let folder = ScratchFolder::create_in(cache.folder());
        let folder = folder.map_err(io_error("make a folder in", cache.folder()))?;
        let mirror = Self { store, cache, folder, objects, known: Mutex::default() };
        mirror.begin(purpose)?;
        Ok(mirror)
    }

    /// The folder that commands work with.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The address of the catalog.
    pub fn address(&self) -> PathBuf {
        PathBuf::from(self.store.address().to_string())
    }

    /// Fetches the tables of a snapshot. One that the catalog does not have is left to whoever opens it.
    ///
    /// # Errors
    /// When an object cannot be read.
    pub fn fetch(&self, snapshot: u32) -> Result<(), MirrorError> {
        self.place_all(|_, entry| entry == CatalogEntry::Snapshot(snapshot))
    }

    /// Fetches the tables of all snapshots.
    ///
    /// # Errors
    /// When an object cannot be read.
    pub fn fetch_all(&self) -> Result<(), MirrorError> {
        self.place_all(|_, entry| matches!(entry, CatalogEntry::Snapshot(_)))
    }

    fn begin(&self, purpose: MirrorUse) -> Result<(), MirrorError> {
        let current =
            self.objects.get(CURRENT).map(|object| self.read_current(object)).transpose()?;
        let publishes = purpose == MirrorUse::Publish;
        if current.is_none() && !publishes {
            return Err(MirrorError::NoCatalog(self.store.address().to_string()));
        }
        self.place_all(|path, entry| match entry {
            CatalogEntry::Saved => true,
            CatalogEntry::Snapshot(_) => path.ends_with(DESCRIPTION),
            CatalogEntry::State => publishes,
        })?;
        if publishes {
            // The number of a snapshot that another run is writing, or did not finish, is taken.
            for path in self.objects.keys() {
                if let Some(CatalogEntry::Snapshot(id)) = CatalogEntry::of(path) {
                    self.make_folder(&format!("snapshots/{id:06}"))?;
                }
            }
        }
        if let Some((target, tag)) = current {
            let link = self.folder().join(CURRENT);
            symlink(&target, &link).map_err(io_error("link", &link))?;
            let id = target.rsplit('/').next().and_then(|number| number.parse().ok());
            self.known().current = Some((target, tag));
            id.map_or(Ok(()), |id| self.fetch(id))?;
        }
        self.cache.trim();
        Ok(())
    }

    /// What the object `current` names, with the number of its ETag.
    fn read_current(&self, object: &StoredObject) -> Result<(String, u64), MirrorError> {
        let store = Arc::clone(&self.store);
        let text = if object.size > LONGEST_LINK {
            Vec::new()
        } else {
            let whole = RemoteObject::new(store, object.clone()).whole();
            whole.map_err(|error| self.failed(error))?
        };
        let text = String::from_utf8(text).unwrap_or_default();
        let number = text.trim().strip_prefix("snapshots/").filter(|number| {
            number.len() == 6 && number.bytes().all(|digit| digit.is_ascii_digit())
        });
        match number {
            Some(number) => Ok((format!("snapshots/{number}"), object.tag)),
            None => Err(MirrorError::NoCatalog(self.store.address().to_string())),
        }
    }

    /// Places those objects that are not there yet.
    fn place_all(&self, is_wanted: impl Fn(&str, CatalogEntry) -> bool) -> Result<(), MirrorError> {
        let mut wanted = Vec::new();
        for (path, object) in &self.objects {
            let entry = CatalogEntry::of(path).filter(|entry| is_wanted(path, *entry));
            if entry.is_some() && !self.known().files.contains_key(path) {
                self.make_folder(path.rsplit_once('/').map_or("", |(folder, _)| folder))?;
                wanted.push((path, object));
            }
        }
        let place = |_: &mut (), (path, object): (&String, &StoredObject)| {
            self.cache.place(&self.store, object, &self.folder().join(path))
        };
        let placed = Requests::default().map(wanted.clone(), || (), place);
        for result in placed {
            result.map_err(|failure| match failure {
                CacheFailure::Store(error) => self.failed(error),
                CacheFailure::Disk(error) => error.into(),
            })?;
        }
        let files = tree::files(self.folder()).map_err(io_error("read", self.folder()))?;
        let mut known = self.known();
        for (path, object) in wanted {
            if let Some(state) = files.get(path) {
                known.files.insert(path.clone(), (*state, object.tag));
            }
        }
        Ok(())
    }

    fn make_folder(&self, folder: &str) -> Result<(), MirrorError> {
        let folder = self.folder().join(folder);
        Ok(fs::create_dir_all(&folder).map_err(io_error("make the folder", &folder))?)
    }

    pub(super) fn known(&self) -> std::sync::MutexGuard<'_, KnownFiles> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn failed(&self, error: StoreError) -> MirrorError {
        MirrorError::Store { address: self.store.address().to_string(), error }
    }
}

/// Published snapshots are read-only, and could not be removed with the folder.
impl Drop for CatalogMirror {
    fn drop(&mut self) {
        let snapshots = fs::read_dir(self.folder().join("snapshots")).into_iter().flatten();
        for snapshot in snapshots.flatten() {
            let _ = fs::set_permissions(snapshot.path(), Permissions::from_mode(0o700));
        }
    }
}
