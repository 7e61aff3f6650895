//! Which snapshots a catalog keeps, and which one is current.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::snapshot::{
    CatalogStore, SCHEMA_VERSION, SnapshotDescription, SnapshotError, snapshot_name,
};
use crate::disk::{io_error, read_regular, sync_folder};
use crate::tables::snapshot;

/// A snapshot that was removed, or would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrunedSnapshot {
    /// Its number.
    pub id: u32,
    /// Bytes of its files.
    pub bytes: u64,
}

/// What pruning does with the snapshots that it finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PruneMode {
    /// Removes them.
    Remove,
    /// Lists them.
    DryRun,
}

/// The files of a snapshot that differ from their checksums, by name.
///
/// # Errors
/// When the catalog has no such snapshot, or its description cannot be read.
pub fn damaged_files(catalog: &Path, id: u32) -> Result<Vec<String>, SnapshotError> {
    let dir = snapshot::place(catalog, Some(id));
    let description = read_description(&dir, id)?;
    let tables = description.tables.keys().filter(|table| !description.has_whole(&dir, table));
    let mut files: Vec<String> = tables.map(|table| format!("{table}.parquet")).collect();
    if !description.is_unchanged() {
        files.push("snapshot.json".to_owned());
    }
    Ok(files)
}

/// Makes an older snapshot the current one. The snapshots after it stay; the next run of the
/// indexer publishes a new one where its tables differ.
///
/// # Errors
/// When another run writes, there is no such snapshot, another version wrote it, or a file of it is
/// damaged.
pub fn restore(catalog: &Path, id: u32) -> Result<SnapshotDescription, SnapshotError> {
    let store = CatalogStore::open(catalog)?;
    let description = read_description(&snapshot::place(catalog, Some(id)), id)?;
    if description.schema_version != SCHEMA_VERSION {
        let (found, tool) = (description.schema_version, description.tool_version);
        return Err(SnapshotError::Version { id, found, tool });
    }
    if let Some(file) = damaged_files(catalog, id)?.into_iter().next() {
        return Err(SnapshotError::Damaged { id, file });
    }
    store.prepare_link(id)?;
    store.swap_link()?;
    Ok(description)
}

/// Removes all snapshots but the newest `keep`, the current one and those of `needed`, the oldest
/// first.
///
/// # Errors
/// When another run writes, or a folder cannot be removed.
pub fn prune(
    catalog: &Path,
    keep: usize,
    needed: &BTreeSet<u32>,
    mode: PruneMode,
) -> Result<Vec<PrunedSnapshot>, SnapshotError> {
    let newest = snapshot::ids(catalog).into_iter().rev().take(keep).collect::<BTreeSet<u32>>();
    remove(catalog, mode, |id| newest.contains(&id) || needed.contains(&id))
}

/// Removes the snapshots with a file that differs from its checksum, but for the current one, which the
/// next run of the indexer replaces. A snapshot of another version stays: its description is read by that
/// version alone.
///
/// # Errors
/// Those of [`prune`].
pub fn prune_damaged(
    catalog: &Path,
    mode: PruneMode,
) -> Result<Vec<PrunedSnapshot>, SnapshotError> {
    remove(catalog, mode, |id| {
        let description = read_description(&snapshot::place(catalog, Some(id)), id);
        let is_other = description.is_ok_and(|other| other.schema_version != SCHEMA_VERSION);
        is_other || damaged_files(catalog, id).is_ok_and(|files| files.is_empty())
    })
}

fn remove(
    catalog: &Path,
    mode: PruneMode,
    stays: impl Fn(u32) -> bool,
) -> Result<Vec<PrunedSnapshot>, SnapshotError> {
    let store = CatalogStore::open(catalog)?;
    let current = snapshot::current(catalog);
    let mut pruned = Vec::new();
    for id in snapshot::ids(catalog) {
        if current == Some(id) || stays(id) {
            continue;
        }
        let dir = store.dir().join(snapshot_name(id));
        let bytes = snapshot::size(&dir);
        if mode == PruneMode::Remove {
            // Its files are read-only, and so is its folder.
            let _ = fs::set_permissions(&dir, Permissions::from_mode(0o755));
            fs::remove_dir_all(&dir).map_err(io_error("remove", &dir))?;
        }
        pruned.push(PrunedSnapshot { id, bytes });
    }
    let snapshots = store.dir().join("snapshots");
    sync_folder(&snapshots).map_err(io_error("sync", &snapshots))?;
    Ok(pruned)
}

fn read_description(dir: &Path, id: u32) -> Result<SnapshotDescription, SnapshotError> {
    let path = dir.join("snapshot.json");
    let text = read_regular(&path).map_err(|_| SnapshotError::Missing(id))?;
    let read = serde_json::from_slice(&text).map_err(std::io::Error::other);
    Ok(read.map_err(io_error("read", &path))?)
}
