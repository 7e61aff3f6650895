//! Objects of catalogs on this machine, named by address, ETag and length: an object that changes is another file.

use std::fs::{self, DirBuilder, File, FileTimes, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use super::error::MirrorError;
use crate::disk::{DiskError, WholeFile, hex, io_error};
use crate::remote::{ObjectStore, RemoteObject, StoreError, StoredObject};

/// Bytes that stay from run to run.
const MOST_BYTES: u64 = 32 << 30;
/// How much of an object is requested at a time.
const STEP: usize = 8 << 20;

/// The folder of cached objects.
pub(super) struct ObjectCache {
    folder: PathBuf,
}

impl ObjectCache {
    /// The cache of this user.
    ///
    /// # Errors
    /// When there is no place for it, or it cannot be created.
    pub fn open() -> Result<Self, MirrorError> {
        let variable =
            |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let cache = variable("XDG_CACHE_HOME").or_else(|| Some(variable("HOME")?.join(".cache")));
        let folder = cache.ok_or(MirrorError::NoCache)?.join("mammodex/catalogs");
        let make = DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        make.map_err(io_error("make the folder", &folder))?;
        Ok(Self { folder })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Puts an object at a place, from the cache or from the store. Both names are one file, so that the place stays
    /// where the cache drops it.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn place(
        &self,
        store: &Arc<ObjectStore>,
        object: &StoredObject,
        target: &Path,
    ) -> Result<(), CacheFailure> {
        let text = format!("{}\n{}\n{}\n{}", store.address(), object.key, object.tag, object.size);
        let cached = self.folder.join(hex(&Sha256::digest(text)));
        let is_whole = |path: &Path| fs::metadata(path).is_ok_and(|meta| meta.len() == object.size);
        // Without an ETag nothing says that it is still the same.
        if object.tag == 0 || !is_whole(&cached) {
            fetch(store, object, &cached)?;
        } else if let Ok(file) = File::open(&cached) {
            let _ = file.set_times(FileTimes::new().set_accessed(SystemTime::now())); // it was used
        }
        fs::hard_link(&cached, target).map_err(io_error("link", target))?;
        Ok(())
    }

    /// Drops what was not used for longest, beyond the bound.
    pub fn trim(&self) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let file = |entry: fs::DirEntry| {
            let metadata = entry.metadata().ok().filter(|metadata| metadata.is_file())?;
            Some((metadata.accessed().ok()?, metadata.len(), entry.path()))
        };
        let mut files: Vec<(SystemTime, u64, PathBuf)> = entries.filter_map(file).collect();
        files.sort();
        let mut total: u64 = files.iter().map(|(_, size, _)| size).sum();
        for (_, size, path) in files {
            if total <= MOST_BYTES {
                break;
            }
            // Another run may have been first.
            let _ = fs::remove_file(path);
            total -= size;
        }
    }
}

/// Why an object is not at its place.
pub(super) enum CacheFailure {
    Store(StoreError),
    Disk(DiskError),
}

impl From<StoreError> for CacheFailure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<DiskError> for CacheFailure {
    fn from(error: DiskError) -> Self {
        Self::Disk(error)
    }
}

/// Reads an object into a file that appears when whole.
fn fetch(
    store: &Arc<ObjectStore>,
    object: &StoredObject,
    target: &Path,
) -> Result<(), CacheFailure> {
    let source = RemoteObject::new(Arc::clone(store), object.clone());
    let mut file = WholeFile::create(target).map_err(io_error("write", target))?;
    let length = usize::try_from(object.size).unwrap_or(usize::MAX).clamp(1, STEP);
    let (mut bytes, mut offset) = (vec![0; length], 0);
    while offset < object.size {
        let count = source.read_at(&mut bytes, offset)?;
        if count == 0 {
            return Err(StoreError::Damaged("it is shorter than it says").into());
        }
        file.write_all(&bytes[..count]).map_err(io_error("write", target))?;
        offset += count as u64;
    }
    let finish = || -> io::Result<()> {
        file.finish()?;
        let nanoseconds = object.modified_ns.and_then(|time| u64::try_from(time).ok());
        let written = Duration::from_nanos(nanoseconds.unwrap_or(0));
        // The time of the object is that of a file of the catalog.
        let times = FileTimes::new().set_accessed(SystemTime::now());
        File::open(target)?.set_times(times.set_modified(SystemTime::UNIX_EPOCH + written))?;
        fs::set_permissions(target, Permissions::from_mode(0o400))
    };
    Ok(finish().map_err(io_error("write", target))?)
}
