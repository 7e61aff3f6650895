//! The rows of shards, merged in the order of paths.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::coverage::Coverage;
use super::set::ShardSet;
use crate::index::earlier::EarlierRows;
use crate::index::folder_rows::FolderRows;
use crate::index::outcome::FileOutcome;
use crate::tables::reader::TableReadError;

/// The rows of the shards that cover the files of a run. A shard is open from its first file to its last:
/// where lists are cut in the order of paths, one at a time.
pub struct ShardRows<'a> {
    set: &'a ShardSet,
    coverage: Coverage,
    open: HashMap<u32, OpenShard>,
}

/// A shard that is being read.
struct OpenShard {
    rows: FolderRows,
    /// Files that are still to come.
    rest: u32,
}

impl<'a> ShardRows<'a> {
    /// The rows of the shards that cover files.
    pub fn new(set: &'a ShardSet, coverage: Coverage) -> Self {
        Self { set, coverage, open: HashMap::new() }
    }
}

impl EarlierRows for ShardRows<'_> {
    fn take(&mut self, place: usize, path: &str) -> Result<Option<FileOutcome>, TableReadError> {
        let Some(number) = self.coverage.shard(place) else { return Ok(None) };
        let shard = &self.set.shards[number as usize];
        let open = match self.open.entry(number) {
            Entry::Occupied(open) => open.into_mut(),
            Entry::Vacant(free) => {
                let rows = FolderRows::open(&shard.folder, shard.has_tags())?;
                let rest = self.coverage.counts().get(number as usize).copied().unwrap_or(0);
                free.insert(OpenShard { rows, rest })
            }
        };
        let outcome = open.rows.take(path)?;
        open.rest = open.rest.saturating_sub(1);
        if open.rest == 0 {
            self.open.remove(&number);
        }
        let missing = || {
            let reason = format!("the rows of {path} are not in the order of paths, or missing");
            TableReadError::new(&shard.folder, reason)
        };
        outcome.map(Some).ok_or_else(missing)
    }
}
