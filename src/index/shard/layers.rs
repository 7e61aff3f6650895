//! The earlier scans of a run that links shards: the shards first, then the previous snapshot.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use super::coverage::{Coverage, FileCover};
use super::error::ShardError;
use super::merge::merge;
use super::path_line::path_line;
use super::row_folders::RowFolders;
use super::rows::ShardRows;
use super::set::{Shard, ShardSet};
use crate::disk::WholeFile;
use crate::index::earlier::EarlierScans;
use crate::index::previous::UnchangedRows;
use crate::index::request::OnGap;
use crate::sources::files::FileTable;
use crate::text::counted;

/// Shards, and what happens to files that they do not cover.
pub struct ShardLayer<'a> {
    /// The shards.
    pub set: &'a ShardSet,
    /// What happens to other files.
    pub on_uncovered: OnGap,
    /// The file to which the paths of other files are written.
    pub list: Option<&'a Path>,
}

/// The earlier scans of a run, in the order of preference, and how many files of shards the data set does
/// not have any more. Shards whose paths interleave are merged in the folder `scratch`.
///
/// # Errors
/// When a shard is damaged, or files that no earlier scan covers may not be read.
pub fn earlier_scans<'a>(
    shards: Option<&ShardLayer<'a>>,
    previous: Option<UnchangedRows>,
    files: &FileTable,
    scratch: &Path,
) -> Result<(EarlierScans<'a>, u64), ShardError> {
    let mut earlier: EarlierScans<'a> = Vec::new();
    let mut gone = 0;
    let shard_rows = match shards {
        None => None,
        Some(layer) => {
            let coverage = Coverage::new(layer.set, files)?;
            let is_known = |place| previous.as_ref().is_some_and(|rows| rows.has(place));
            layer.check(&coverage.uncovered(is_known), files)?;
            gone = coverage.gone();
            let shards = &layer.set.shards;
            let folders = shards.iter().map(|shard| shard.folder.clone()).collect();
            // All were scanned alike.
            let has_tags = shards.first().is_some_and(Shard::has_tags);
            let coverage = Arc::new(coverage);
            let folders = RowFolders::of_shards(folders, has_tags);
            let folders = merge(folders, &coverage, files, scratch)?;
            Some(ShardRows::new(Arc::new(folders), coverage))
        }
    };
    if let Some(rows) = shard_rows {
        earlier.push(Box::new(rows));
    }
    if let Some(rows) = previous {
        earlier.push(Box::new(rows));
    }
    Ok((earlier, gone))
}

impl ShardLayer<'_> {
    /// Writes the list of files that no earlier scan covers, and refuses them where the request does.
    fn check(&self, uncovered: &[(usize, FileCover)], files: &FileTable) -> Result<(), ShardError> {
        /// Files that a message names.
        const NAMED: usize = 5;
        if let Some(list) = self.list {
            write_list(list, uncovered, files)
                .map_err(|source| ShardError::Unwritable { path: list.to_owned(), source })?;
        }
        if uncovered.is_empty() || self.on_uncovered == OnGap::Read {
            return Ok(());
        }
        let changed = uncovered.iter().filter(|(_, cover)| *cover == FileCover::Changed).count();
        let named = uncovered.iter().take(NAMED).map(|(place, _)| files.path(*place));
        let more = (uncovered.len() > NAMED).then_some("…");
        Err(ShardError::Uncovered {
            files: counted(uncovered.len() as u64, "file"),
            changed,
            first: named.chain(more).collect::<Vec<_>>().join(", "),
        })
    }
}

fn write_list(list: &Path, uncovered: &[(usize, FileCover)], files: &FileTable) -> io::Result<()> {
    let mut out = WholeFile::create(list)?;
    for (place, _) in uncovered {
        // An archive is scanned with all of its members.
        if files.get(*place).is_some_and(|file| file.archive().is_none()) {
            out.write_all(path_line(files.path(*place)).as_bytes())?;
        }
    }
    out.finish()
}
