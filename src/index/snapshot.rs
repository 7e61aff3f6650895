//! Snapshots on disk: written beside, then published by one rename, so that readers never see
//! half a catalog and a crash leaves the previous one whole.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

pub use crate::tables::snapshot::{SCHEMA_VERSION, SnapshotDescription, TableFile, checksum};

/// A step on the catalog's folder failed.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// Another run holds the lock.
    #[error("another index run is writing {catalog} ({holder}); wait for it to end")]
    Locked {
        /// The catalog's folder.
        catalog: PathBuf,
        /// Who holds it: process and when it began.
        holder: String,
    },
    /// The file system refused.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SnapshotError {
    move |source| SnapshotError::Io { action, path: path.to_owned(), source }
}

/// A catalog's folder, held for writing until dropped.
pub struct CatalogStore {
    dir: PathBuf,
    _lock: File,
}

impl CatalogStore {
    /// Makes the folder where it is missing, takes the lock and clears what a killed run left.
    ///
    /// # Errors
    /// [`SnapshotError::Locked`] while another run writes; otherwise what the system refused.
    pub fn open(dir: &Path) -> Result<Self, SnapshotError> {
        let snapshots = dir.join("snapshots");
        fs::create_dir_all(&snapshots).map_err(io_error("make the folder", &snapshots))?;
        let lock = lock(dir)?;
        for entry in fs::read_dir(&snapshots).map_err(io_error("read", &snapshots))?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(".writing") {
                let path = entry.path();
                fs::remove_dir_all(&path).map_err(io_error("remove", &path))?;
            }
        }
        Ok(Self { dir: dir.to_owned(), _lock: lock })
    }

    /// The newest snapshot's folder and description, when there is one that reads.
    pub fn current(&self) -> Option<(PathBuf, SnapshotDescription)> {
        let dir = fs::canonicalize(self.dir.join("current")).ok()?;
        let text = fs::read(dir.join("snapshot.json")).ok()?;
        Some((dir, serde_json::from_slice(&text).ok()?))
    }

    /// An empty folder for the next snapshot's tables.
    pub fn begin(&self) -> Result<SnapshotDraft<'_>, SnapshotError> {
        let dir = self.dir.join("snapshots/.writing");
        fs::create_dir(&dir).map_err(io_error("make the folder", &dir))?;
        Ok(SnapshotDraft { store: self, dir, kept: false })
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

fn lock(dir: &Path) -> Result<File, SnapshotError> {
    let path = dir.join(".lock");
    let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = open.map_err(io_error("open the lock", &path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            let holder = if holder.is_empty() { "unknown holder".to_owned() } else { holder };
            return Err(SnapshotError::Locked { catalog: dir.to_owned(), holder });
        }
        Err(TryLockError::Error(source)) => {
            return Err(SnapshotError::Io { action: "lock", path, source });
        }
    }
    let started = chrono::DateTime::from_timestamp(now(), 0).unwrap_or_default();
    let note = format!("process {} since {}", std::process::id(), started.format("%F %T UTC"));
    file.set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| file.write_all(note.as_bytes()))
        .map_err(io_error("write", &path))?;
    Ok(file)
}

/// Seconds since 1970, for the lock's note alone.
fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(0))
}

/// A snapshot being written; dropped before it is published, it leaves nothing.
pub struct SnapshotDraft<'a> {
    store: &'a CatalogStore,
    dir: PathBuf,
    kept: bool,
}

/// What publishing came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Publication {
    /// A new snapshot stands, `current` points at it.
    New(SnapshotDescription),
    /// The tables are those of the current snapshot, byte for byte: it stays.
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
        &self.dir
    }

    /// The number that the snapshot will have, unless it is the current one again.
    pub fn id(&self) -> u32 {
        self.store.next_id()
    }

    /// Sums up the tables and swaps `current`, unless nothing differs from the current snapshot.
    pub fn publish(
        mut self,
        root: &str,
        profile: &str,
        rows: &BTreeMap<String, u64>,
    ) -> Result<Publication, SnapshotError> {
        let sum = |(name, rows): (&String, &u64)| {
            let path = self.dir.join(format!("{name}.parquet"));
            let sha256 = checksum(&path).map_err(io_error("read", &path))?;
            Ok((name.clone(), TableFile { rows: *rows, sha256 }))
        };
        let tables = rows.par_iter().map(sum).collect::<Result<_, SnapshotError>>()?;
        let description = SnapshotDescription {
            id: self.id(),
            schema_version: SCHEMA_VERSION,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            root: root.to_owned(),
            profile: profile.to_owned(),
            tables,
        };
        // One that was damaged since it was written is replaced by the same again.
        let same = |(dir, now): &(PathBuf, SnapshotDescription)| {
            description.same_as(now) && now.is_whole(dir)
        };
        if let Some((_, current)) = self.store.current().filter(same) {
            return Ok(Publication::Unchanged(current));
        }
        self.write_description(&description)?;
        self.swap(description.id)?;
        self.kept = true;
        Ok(Publication::New(description))
    }

    fn write_description(&self, description: &SnapshotDescription) -> Result<(), SnapshotError> {
        let path = self.dir.join("snapshot.json");
        let mut text = serde_json::to_vec_pretty(description)
            .map_err(|e| io_error("write", &path)(io::Error::other(e)))?;
        text.push(b'\n');
        let write = || -> io::Result<()> {
            let mut file = File::create(&path)?;
            file.write_all(&text)?;
            file.sync_all()
        };
        write().map_err(io_error("write", &path))?;
        sync_folder(&self.dir)
    }

    fn swap(&self, id: u32) -> Result<(), SnapshotError> {
        let name = format!("snapshots/{id:06}");
        let place = self.store.dir.join(&name);
        let (link, fresh) = (self.store.dir.join("current"), self.store.dir.join(".current"));
        // What needs room on the disk comes first: after it only names change.
        let _ = fs::remove_file(&fresh);
        std::os::unix::fs::symlink(&name, &fresh).map_err(io_error("link", &fresh))?;
        fs::rename(&self.dir, &place).map_err(io_error("rename to", &place))?;
        sync_folder(&self.store.dir.join("snapshots"))?;
        fs::rename(&fresh, &link).map_err(io_error("swap", &link))?;
        sync_folder(&self.store.dir)
    }
}

impl Drop for SnapshotDraft<'_> {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_dir_all(&self.dir);
        }
    }
}

fn sync_folder(dir: &Path) -> Result<(), SnapshotError> {
    File::open(dir).and_then(|d| d.sync_all()).map_err(io_error("sync", dir))
}
