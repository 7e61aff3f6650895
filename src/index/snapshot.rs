//! Snapshots on disk: written beside, then published by one rename, so that readers never see
//! half a catalog and a crash leaves the previous one whole.

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::disk::{
    DiskError, LockError, LockFile, TemporaryPath, io_error, read_regular, sha256_of_file,
    sync_file, sync_folder,
};
use crate::sources::profile::Profile;
use crate::tables::snapshot;
pub use crate::tables::snapshot::{SCHEMA_VERSION, SnapshotDescription, TableFile};

/// The link that `current` becomes.
const NEXT_LINK: &str = ".current";

/// A step on the catalog's folder failed.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// Another run holds the lock.
    #[error("another index run is writing {catalog} ({holder}); wait for it to end")]
    Locked {
        /// The catalog's folder.
        catalog: PathBuf,
        /// The process that holds it, and when it began.
        holder: String,
    },
    /// The file system has no symbolic links.
    #[error(
        "the file system of {catalog} has no symbolic links ({source}), which the link `current` of a \
         catalog needs: name a --catalog on another disk"
    )]
    NoLinks {
        /// The catalog's folder.
        catalog: PathBuf,
        /// The reason the system gave.
        source: io::Error,
    },
    /// The file system has no locks.
    #[error(
        "the file system of {catalog} has no locks ({source}), without which two runs could write at \
         once: name a --catalog on another disk"
    )]
    NoLocks {
        /// The catalog's folder.
        catalog: PathBuf,
        /// The reason the system gave.
        source: io::Error,
    },
    /// There is no snapshot of that number.
    #[error("the catalog has no snapshot {0}")]
    Missing(u32),
    /// A file differs from its checksum.
    #[error("snapshot {id} is damaged: {file} differs from its checksum")]
    Damaged {
        /// The snapshot.
        id: u32,
        /// The file.
        file: String,
    },
    /// Another build wrote it, whose tables this one does not read.
    #[error(
        "snapshot {id} has tables of version {found}, this mammodex reads version {}: only mammodex \
         {tool}, which wrote it, reads it",
        SCHEMA_VERSION
    )]
    Version {
        /// The snapshot.
        id: u32,
        /// The version found.
        found: u32,
        /// The program that wrote it.
        tool: String,
    },
    /// The file system refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// A catalog's folder, held for writing until dropped.
pub struct CatalogStore {
    dir: PathBuf,
    /// Whether this run made the folder of snapshots.
    is_new: bool,
    /// Absent once it is given back.
    lock: Option<LockFile>,
}

/// A refused first run leaves nothing: what it made is removed where it is still empty.
impl Drop for CatalogStore {
    fn drop(&mut self) {
        if self.is_new && fs::remove_dir(self.dir.join("snapshots")).is_ok() {
            // Some network file systems remove no file that is open.
            drop(self.lock.take());
            let _ = fs::remove_file(self.dir.join(".lock"));
            let _ = fs::remove_dir(&self.dir);
        }
    }
}

impl CatalogStore {
    /// Makes the folder where it is missing, takes the lock and clears what a killed run left.
    ///
    /// # Errors
    /// [`SnapshotError::Locked`] while another run writes; otherwise what the system refused.
    pub fn open(dir: &Path) -> Result<Self, SnapshotError> {
        let snapshots = dir.join("snapshots");
        let is_new = !snapshots.exists();
        fs::create_dir_all(&snapshots).map_err(io_error("make the folder", &snapshots))?;
        let mut store = Self { dir: dir.to_owned(), is_new: false, lock: None };
        match lock(dir) {
            Ok(lock) => store.lock = Some(lock),
            // What is there is the other run's.
            Err(error @ SnapshotError::Locked { .. }) => return Err(error),
            Err(error) => {
                store.is_new = is_new;
                return Err(error);
            }
        }
        store.is_new = is_new;
        check_links(dir)?;
        for entry in fs::read_dir(&snapshots).map_err(io_error("read", &snapshots))?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(".writing") {
                let path = entry.path();
                fs::remove_dir_all(&path).map_err(io_error("remove", &path))?;
            }
        }
        Ok(store)
    }

    /// The current snapshot's folder and description; absent when there is none, another version wrote
    /// it, or it has changed: then every file is read again.
    pub fn current(&self) -> Option<(PathBuf, SnapshotDescription)> {
        self.current_of_any_version()
            .filter(|(_, description)| description.schema_version == SCHEMA_VERSION)
    }

    /// The current snapshot's folder and description, also of another version.
    pub(super) fn current_of_any_version(&self) -> Option<(PathBuf, SnapshotDescription)> {
        let dir = fs::canonicalize(self.dir.join("current")).ok()?;
        if !snapshot::is_in(&self.dir, &dir) {
            return None;
        }
        let text = read_regular(&dir.join("snapshot.json")).ok()?;
        let description: SnapshotDescription = serde_json::from_slice(&text).ok()?;
        // Other versions may have had no checksum.
        let is_other = description.schema_version != SCHEMA_VERSION;
        let is_sound = description.is_unchanged() || (is_other && description.checksum.is_none());
        is_sound.then_some((dir, description))
    }

    /// An empty folder for the next snapshot's tables.
    pub fn begin(&self) -> Result<SnapshotDraft<'_>, SnapshotError> {
        let dir = self.dir.join("snapshots/.writing");
        fs::create_dir(&dir).map_err(io_error("make the folder", &dir))?;
        Ok(SnapshotDraft { store: self, dir: TemporaryPath::new(dir) })
    }

    /// Writes the link to a snapshot beside `current`.
    pub(super) fn prepare_link(&self, id: u32) -> Result<(), SnapshotError> {
        let fresh = self.dir.join(NEXT_LINK);
        let _ = fs::remove_file(&fresh);
        let linked = std::os::unix::fs::symlink(snapshot_name(id), &fresh);
        Ok(linked.map_err(io_error("link", &fresh))?)
    }

    /// Makes the link that was prepared the current one, by one rename.
    pub(super) fn swap_link(&self) -> Result<(), SnapshotError> {
        let link = self.dir.join("current");
        fs::rename(self.dir.join(NEXT_LINK), &link).map_err(io_error("swap", &link))?;
        Ok(sync_folder(&self.dir).map_err(io_error("sync", &self.dir))?)
    }

    /// The catalog's folder.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    fn next_id(&self) -> u32 {
        let names = fs::read_dir(self.dir.join("snapshots")).into_iter().flatten().flatten();
        names
            .filter_map(|e| e.file_name().to_str()?.parse::<u32>().ok())
            .max()
            .unwrap_or(0)
            .saturating_add(1)
    }
}

/// The folder of a snapshot below that of the catalog.
pub(super) fn snapshot_name(id: u32) -> String {
    format!("snapshots/{id:06}")
}

/// Fails where `current` could not be made a link, before anything is read.
fn check_links(dir: &Path) -> Result<(), SnapshotError> {
    let probe = dir.join(".probe");
    let _ = fs::remove_file(&probe);
    let linked = std::os::unix::fs::symlink("snapshots", &probe);
    let _ = fs::remove_file(&probe);
    linked.map_err(|source| SnapshotError::NoLinks { catalog: dir.to_owned(), source })
}

/// Takes the right to write from a published snapshot, so that no program changes it by mistake.
/// File systems without permissions go on without.
fn set_read_only(folder: &Path) {
    let read_only = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let _ = read_only(&entry.path(), 0o444);
    }
    let _ = read_only(folder, 0o555);
}

fn lock(dir: &Path) -> Result<LockFile, SnapshotError> {
    LockFile::acquire(&dir.join(".lock")).map_err(|error| match error {
        LockError::Held { holder } => SnapshotError::Locked { catalog: dir.to_owned(), holder },
        LockError::Disk(DiskError { action: "lock", source, .. }) => {
            SnapshotError::NoLocks { catalog: dir.to_owned(), source }
        }
        LockError::Disk(error) => error.into(),
    })
}

/// A snapshot being written; dropped before it is published, it leaves nothing.
pub struct SnapshotDraft<'a> {
    store: &'a CatalogStore,
    dir: TemporaryPath,
}

/// The result of publishing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Publication {
    /// A new snapshot; `current` points at it.
    New(SnapshotDescription),
    /// The tables equal those of the current snapshot, byte for byte; it stays.
    Unchanged(SnapshotDescription),
}

impl Publication {
    /// The snapshot that `current` points at now.
    pub fn description(&self) -> &SnapshotDescription {
        match self {
            Self::New(description) | Self::Unchanged(description) => description,
        }
    }
}

impl SnapshotDraft<'_> {
    /// Where the tables go.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The number that the snapshot will have, unless it is the current one again.
    pub fn id(&self) -> u32 {
        self.store.next_id()
    }

    /// Computes the checksums of the tables and swaps `current`, unless nothing differs from the current snapshot.
    pub fn publish(
        self,
        root: &Path,
        profile: &Profile,
        rows: &BTreeMap<String, u64>,
    ) -> Result<Publication, SnapshotError> {
        let sum = |(name, rows): (&String, &u64)| {
            let path = self.dir().join(format!("{name}.parquet"));
            let sha256 = sha256_of_file(&path).map_err(io_error("read", &path))?;
            Ok((name.clone(), TableFile { rows: *rows, sha256 }))
        };
        let tables = rows.par_iter().map(sum).collect::<Result<_, SnapshotError>>()?;
        let description = SnapshotDescription {
            id: self.id(),
            schema_version: SCHEMA_VERSION,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            root: root.to_string_lossy().into_owned(),
            profile: profile.name.clone(),
            pseudonym_key: profile.has_pseudonyms().then(|| profile.key().fingerprint()),
            tables,
            checksum: None,
        }
        .sealed();
        // A snapshot that was damaged since it was written is replaced by an equal one.
        let same = |(dir, now): &(PathBuf, SnapshotDescription)| {
            description.same_as(now) && now.is_whole(dir)
        };
        if let Some((_, current)) = self.store.current().filter(same) {
            return Ok(Publication::Unchanged(current));
        }
        self.write_description(&description)?;
        self.swap(description.id)?;
        Ok(Publication::New(description))
    }

    fn write_description(&self, description: &SnapshotDescription) -> Result<(), SnapshotError> {
        let path = self.dir().join("snapshot.json");
        let mut text = serde_json::to_vec_pretty(description)
            .map_err(|e| io_error("write", &path)(io::Error::other(e)))?;
        text.push(b'\n');
        let write = || -> io::Result<()> {
            let mut file = File::create(&path)?;
            file.write_all(&text)?;
            sync_file(&file)
        };
        write().map_err(io_error("write", &path))?;
        Ok(sync_folder(self.dir()).map_err(io_error("sync", self.dir()))?)
    }

    fn swap(self, id: u32) -> Result<(), SnapshotError> {
        let store = self.store;
        let place = store.dir.join(snapshot_name(id));
        // What needs room on the disk comes first: after it only names change.
        store.prepare_link(id)?;
        self.dir.rename_to(&place).map_err(io_error("rename to", &place))?;
        set_read_only(&place);
        let snapshots = store.dir.join("snapshots");
        sync_folder(&snapshots).map_err(io_error("sync", &snapshots))?;
        store.swap_link()
    }
}
