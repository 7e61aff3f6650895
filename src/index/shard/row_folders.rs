//! The folders that hold the rows of shards: their own, or merged ones.

use std::path::PathBuf;

use super::coverage::Coverage;
use crate::disk::ScratchFolder;

/// Folders with rows of files, by the shard that covers a file.
pub struct RowFolders {
    /// The folders, those of shards or merged ones.
    pub folders: Vec<PathBuf>,
    /// The place of the folder with the rows of each shard.
    pub of_shard: Vec<u32>,
    /// Whether they have further attributes.
    pub has_tags: bool,
    _scratch: Vec<ScratchFolder>,
}

impl RowFolders {
    /// The folders of shards.
    pub fn of_shards(folders: Vec<PathBuf>, has_tags: bool) -> Self {
        let of_shard = (0..).take(folders.len()).collect();
        Self { folders, of_shard, has_tags, _scratch: Vec::new() }
    }

    /// The same rows in merged folders, which are removed when this is dropped.
    pub fn merged_into(&self, scratch: Vec<ScratchFolder>, of_shard: Vec<u32>) -> Self {
        let folders = scratch.iter().map(|folder| folder.path().to_owned()).collect();
        Self { folders, of_shard, has_tags: self.has_tags, _scratch: scratch }
    }

    /// The folder of the file at a place; absent where no shard covers it.
    pub fn folder(&self, coverage: &Coverage, place: usize) -> Option<u32> {
        let shard = coverage.shard(place)?;
        self.of_shard.get(shard as usize).copied()
    }

    /// How many files each folder gives.
    pub fn counts(&self, coverage: &Coverage) -> Vec<u32> {
        let mut counts = vec![0; self.folders.len()];
        for (shard, count) in coverage.counts().iter().enumerate() {
            if let Some(folder) = self.of_shard.get(shard) {
                counts[*folder as usize] += count;
            }
        }
        counts
    }

    /// How many folders are open at most, each from its first file to its last.
    pub fn most_at_once(&self, coverage: &Coverage, files: usize) -> usize {
        let mut rest = self.counts(coverage);
        let mut has_begun = vec![false; self.folders.len()];
        let (mut open, mut most) = (0, 0);
        for place in 0..files {
            let Some(folder) = self.folder(coverage, place) else { continue };
            let folder = folder as usize;
            if !std::mem::replace(&mut has_begun[folder], true) {
                open += 1;
                most = most.max(open);
            }
            rest[folder] = rest[folder].saturating_sub(1);
            open -= usize::from(rest[folder] == 0);
        }
        most
    }
}
