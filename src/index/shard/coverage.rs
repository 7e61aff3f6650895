//! The shard that covers each file of a run.

use std::collections::HashSet;

use super::error::ShardError;
use super::set::{Shard, ShardSet};
use crate::index::classify::comes_first;
use crate::index::folder_rows::is_read_again;
use crate::index::outcome::is_unread;
use crate::records::issue::IssueCode;
use crate::records::source::FileKind;
use crate::sources::files::FileTable;
use crate::sources::source_file::SourceFile;
use crate::tables::reader::{TableReadError, TableReader};

/// How shards cover a file; of several shards the highest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileCover {
    /// In no shard.
    Absent,
    /// In a shard, and of another size or time now.
    Changed,
    /// The run reads it itself: tables and annotations, and what a scan could not read.
    ReadAgain,
    /// In this shard, unchanged; the number is its place in the set.
    Shard(u32),
}

/// The shard that covers each file of a run, by its place among the files.
pub struct Coverage {
    covers: Vec<FileCover>,
    /// How many files each shard gives.
    counts: Vec<u32>,
    /// Files of shards that the data set does not have any more.
    gone: u64,
}

impl Coverage {
    /// Compares size and time of every file with the rows of the shards. Memory is eight bytes a file, and one
    /// shard is open at a time.
    ///
    /// # Errors
    /// When a shard is damaged, or its rows are not sorted by path.
    pub fn new(set: &ShardSet, files: &FileTable) -> Result<Self, ShardError> {
        let first_cover = |file: SourceFile| {
            // No list can name them, or linking reads them.
            let is_own = file.raw.is_some() || file.is_missing() || comes_first(&file.path);
            if is_own { FileCover::ReadAgain } else { FileCover::Absent }
        };
        let covers = files.iter().map(first_cover).collect();
        let counts = vec![0; set.shards.len()];
        let mut coverage = Self { covers, counts, gone: 0 };
        for (number, shard) in (0..).zip(&set.shards) {
            coverage.add(number, shard, files)?;
        }
        for cover in &coverage.covers {
            if let FileCover::Shard(number) = cover {
                coverage.counts[*number as usize] += 1;
            }
        }
        Ok(coverage)
    }

    fn add(&mut self, number: u32, shard: &Shard, files: &FileTable) -> Result<(), ShardError> {
        let unread = unread_files(shard)?;
        let mut sources = TableReader::open_described(&shard.folder, "sources")?;
        let mut last = String::new();
        loop {
            let damaged = sources.path().to_owned();
            let damaged = |reason: &str| TableReadError::new(&damaged, reason);
            let Some(row) = sources.advance()? else { return Ok(()) };
            let path = row.text("path").unwrap_or_default();
            if path <= last.as_str() {
                return Err(damaged("its rows are not sorted by path").into());
            }
            last.clear();
            last.push_str(path);
            let kind = row.text("kind").and_then(FileKind::from_name);
            let kind = kind.ok_or_else(|| damaged("column kind has a value that is not known"))?;
            let place = files.first_from(path);
            let Some(file) = files.get(place).filter(|file| *file.path == *path) else {
                self.gone += 1;
                continue;
            };
            let size = i64::try_from(file.size).ok();
            let is_same =
                row.int("size_bytes") == size && row.timestamp("modified_at") == file.modified_ms();
            let cover = if !is_same {
                FileCover::Changed
            } else if unread.contains(path)
                || is_read_again(kind, row.text("status") == Some("rejected"))
            {
                FileCover::ReadAgain
            } else {
                FileCover::Shard(number)
            };
            let known = &mut self.covers[place];
            // Of two shards with the same state of a file the first counts.
            if *known < cover && !matches!(known, FileCover::Shard(_)) {
                *known = cover;
            }
        }
    }

    /// The shard that covers the file at a place.
    pub fn shard(&self, place: usize) -> Option<u32> {
        match self.covers.get(place) {
            Some(FileCover::Shard(number)) => Some(*number),
            _ => None,
        }
    }

    /// How many files each shard gives, by its place in the set.
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// How many files of shards the data set does not have any more.
    pub fn gone(&self) -> u64 {
        self.gone
    }

    /// The places of files that are in no shard, or have changed since; `is_known` names files that an
    /// earlier run covers.
    pub fn uncovered(&self, is_known: impl Fn(usize) -> bool) -> Vec<(usize, FileCover)> {
        let covers = self.covers.iter().copied().enumerate();
        let open = |cover: &FileCover| matches!(cover, FileCover::Absent | FileCover::Changed);
        covers.filter(|(place, cover)| open(cover) && !is_known(*place)).collect()
    }
}

/// The files of a shard that could not be read.
fn unread_files(shard: &Shard) -> Result<HashSet<String>, ShardError> {
    let mut unread = HashSet::new();
    if shard.description.unread == 0 {
        return Ok(unread);
    }
    let mut issues = TableReader::open_described(&shard.folder, "issues")?;
    while let Some(row) = issues.advance()? {
        let code = row.text("code").and_then(IssueCode::from_name);
        if code.is_some_and(is_unread) {
            unread.extend(row.string("file"));
        }
    }
    Ok(unread)
}
