//! The rows of shards, merged in the order of paths.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::coverage::Coverage;
use super::row_folders::RowFolders;
use crate::index::earlier::EarlierRows;
use crate::index::folder_rows::FolderRows;
use crate::index::outcome::FileOutcome;
use crate::tables::reader::TableReadError;

/// The rows of the shards that cover the files of a run. A folder of rows is open from its first file to its last:
/// where lists are cut in the order of paths, one at a time.
pub struct ShardRows {
    folders: Arc<RowFolders>,
    coverage: Arc<Coverage>,
    counts: Vec<u32>,
    open: HashMap<u32, OpenFolder>,
}

/// A folder that is being read.
struct OpenFolder {
    rows: FolderRows,
    /// Files that are still to come.
    rest: u32,
}

impl ShardRows {
    /// The rows of the shards that cover files.
    pub fn new(folders: Arc<RowFolders>, coverage: Arc<Coverage>) -> Self {
        let counts = folders.counts(&coverage);
        Self { folders, coverage, counts, open: HashMap::new() }
    }
}

impl EarlierRows for ShardRows {
    fn take(&mut self, place: usize, path: &str) -> Result<Option<FileOutcome>, TableReadError> {
        let Some(number) = self.folders.folder(&self.coverage, place) else { return Ok(None) };
        let folder = &self.folders.folders[number as usize];
        let open = match self.open.entry(number) {
            Entry::Occupied(open) => open.into_mut(),
            Entry::Vacant(free) => {
                let rows = FolderRows::open(folder, self.folders.has_tags)?;
                let rest = self.counts.get(number as usize).copied().unwrap_or(0);
                free.insert(OpenFolder { rows, rest })
            }
        };
        let outcome = open.rows.take(path)?;
        open.rest = open.rest.saturating_sub(1);
        if open.rest == 0 {
            self.open.remove(&number);
        }
        let missing = || {
            let reason = format!("the rows of {path} are not in the order of paths, or missing");
            TableReadError::new(folder, reason)
        };
        outcome.map(Some).ok_or_else(missing)
    }
}
