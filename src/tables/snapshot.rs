//! What a snapshot on disk says of itself: `snapshot.json`, and where snapshots lie.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::disk::sha256_of_file;

/// The version of the tables' shape; it grows when a column changes its meaning.
pub const SCHEMA_VERSION: u32 = 2;

/// What `snapshot.json` says of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableFile {
    /// Rows in the file.
    pub rows: u64,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
}

/// `snapshot.json`: what a snapshot is made of. It carries no time of its making.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotDescription {
    /// The snapshot's number.
    pub id: u32,
    /// Version of the tables' shape.
    pub schema_version: u32,
    /// The program that wrote it.
    pub tool_version: String,
    /// The data set's folder, absolute.
    pub root: String,
    /// Name of the profile that was used.
    pub profile: String,
    /// Each table's rows and sum.
    pub tables: BTreeMap<String, TableFile>,
}

impl SnapshotDescription {
    /// Same data, whatever the number.
    pub fn same_as(&self, other: &Self) -> bool {
        Self { id: other.id, ..self.clone() } == *other
    }

    /// Whether every table in the snapshot's folder is unchanged since it was written, byte for byte.
    pub fn is_whole(&self, dir: &Path) -> bool {
        self.tables.iter().all(|(name, table)| {
            let sum = sha256_of_file(&dir.join(format!("{name}.parquet")));
            sum.is_ok_and(|sum| sum == table.sha256)
        })
    }
}

/// Where a catalog keeps a snapshot: that of a number, or the newest one.
pub fn place(catalog: &Path, id: Option<u32>) -> PathBuf {
    match id {
        Some(id) => catalog.join(format!("snapshots/{id:06}")),
        None => catalog.join("current"),
    }
}

/// The numbers of the snapshots that a catalog holds, ascending.
pub fn ids(catalog: &Path) -> Vec<u32> {
    let entries = std::fs::read_dir(catalog.join("snapshots")).into_iter().flatten().flatten();
    let mut ids: Vec<u32> = entries.filter_map(|e| e.file_name().to_str()?.parse().ok()).collect();
    ids.sort_unstable();
    ids
}
