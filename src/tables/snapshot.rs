//! What a snapshot on disk says of itself: `snapshot.json`, and where snapshots lie.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use sha2::{Digest, Sha256};

use super::spec;
use crate::disk::{hex, sha256_of_file};

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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The fingerprint of the key that its pseudonyms were made with; absent where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pseudonym_key: Option<String>,
    /// Rows and checksum of each table.
    pub tables: BTreeMap<String, TableFile>,
    /// SHA-256 of all other fields, hexadecimal; absent before it is sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
}

impl SnapshotDescription {
    /// Same data, whatever the number.
    pub fn same_as(&self, other: &Self) -> bool {
        Self { id: other.id, checksum: other.checksum.clone(), ..self.clone() } == *other
    }

    /// The same with the checksum of its fields.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        self.checksum = Some(self.own_checksum());
        self
    }

    /// Whether no field has changed since it was sealed.
    pub fn is_unchanged(&self) -> bool {
        self.checksum.as_ref().is_some_and(|checksum| *checksum == self.own_checksum())
    }

    fn own_checksum(&self) -> String {
        let fields = Self { checksum: None, ..self.clone() };
        // Texts and numbers are always written.
        hex(&Sha256::digest(serde_json::to_vec(&fields).unwrap_or_default()))
    }

    /// Why its tables are not those of this version, if so: a stranger may have written the names, of which
    /// paths are made.
    pub fn table_fault(&self) -> Option<String> {
        let unknown = self.tables.keys().find(|name| spec::find(name).is_none());
        let missing = spec::all()
            .iter()
            .find(|table| !table.optional && !self.tables.contains_key(&table.name))
            .map(|table| &table.name);
        let named = unknown.map(|name| format!("it names the table {name:?}, which is unknown"));
        named.or_else(|| missing.map(|name| format!("it does not name the table {name}")))
    }

    /// Whether the file of a table in the snapshot's folder is unchanged, byte for byte.
    pub fn has_whole(&self, dir: &Path, table: &str) -> bool {
        let checksum = sha256_of_file(&dir.join(format!("{table}.parquet"))).ok();
        checksum.is_some() && checksum.as_ref() == self.tables.get(table).map(|file| &file.sha256)
    }

    /// Whether every table in the snapshot's folder is unchanged since it was written, byte for byte.
    pub fn is_whole(&self, dir: &Path) -> bool {
        self.tables.keys().all(|table| self.has_whole(dir, table))
    }
}

/// Bytes of the files in a snapshot's folder.
pub fn size(dir: &Path) -> u64 {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|meta| meta.len()).sum()
}

/// When a snapshot was written, by its file: the description itself carries no time. Absent where the
/// file system does not say.
pub fn written(dir: &Path) -> Option<SystemTime> {
    std::fs::metadata(dir.join("snapshot.json")).ok()?.modified().ok()
}

/// Whether a folder, without links, is below a catalog's folder of snapshots: a link that a stranger made may
/// lead anywhere.
pub fn is_in(catalog: &Path, place: &Path) -> bool {
    std::fs::canonicalize(catalog.join("snapshots"))
        .is_ok_and(|snapshots| place.parent() == Some(&snapshots))
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

/// The number of the current snapshot; absent in a folder without one.
pub fn current(catalog: &Path) -> Option<u32> {
    let link = std::fs::read_link(catalog.join("current")).ok()?;
    link.file_name()?.to_str()?.parse().ok()
}
