//! The shards that a run links: found, checked against their checksums, and scanned alike.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::description::{ScanDescription, ShardDescription};
use super::error::ShardError;
use crate::disk::sha256_of_file;

/// A shard that is whole.
#[derive(Debug)]
pub struct Shard {
    /// Its folder.
    pub folder: PathBuf,
    /// What it says of itself.
    pub description: ShardDescription,
}

impl Shard {
    /// The shard in a folder; absent when its scan did not end.
    ///
    /// # Errors
    /// When its description is not one of this version, or a table differs from its checksum.
    pub fn open(folder: &Path) -> Result<Option<Self>, ShardError> {
        let Some(description) = ShardDescription::read(folder)? else { return Ok(None) };
        for (table, file) in &description.tables {
            let path = folder.join(format!("{table}.parquet"));
            if sha256_of_file(&path).ok().as_ref() != Some(&file.sha256) {
                return Err(ShardError::Damaged { path });
            }
        }
        Ok(Some(Self { folder: folder.to_owned(), description }))
    }

    /// Whether it has rows of further attributes.
    pub fn has_tags(&self) -> bool {
        !self.description.scan.tags.is_empty()
    }
}

/// Shards that were scanned alike, in an order that does not depend on how they were named.
#[derive(Debug)]
pub struct ShardSet {
    /// The shards, each once.
    pub shards: Vec<Shard>,
    /// Folders of scans that did not end.
    pub unfinished: Vec<PathBuf>,
}

impl ShardSet {
    /// The shards in these folders, and in the folders in them.
    ///
    /// # Errors
    /// When a folder cannot be read, a shard is damaged, there is none, or two were scanned in different ways.
    pub fn open(folders: &[PathBuf]) -> Result<Self, ShardError> {
        let mut candidates = Vec::new();
        for folder in folders {
            candidates.extend(shard_folders(folder)?);
        }
        candidates.sort();
        candidates.dedup();
        let opened: Vec<_> = candidates.par_iter().map(|folder| Shard::open(folder)).collect();
        let (mut shards, mut unfinished) = (Vec::new(), Vec::new());
        for (folder, shard) in candidates.into_iter().zip(opened) {
            match shard? {
                Some(shard) => shards.push(shard),
                None => unfinished.push(folder),
            }
        }
        let mut set = Self { shards, unfinished };
        set.check_alike()?;
        set.shards.sort_by_cached_key(|shard| shard.description.checksum.clone());
        // The same scan twice is one.
        set.shards.dedup_by(|later, first| later.description == first.description);
        Ok(set)
    }

    /// How the shards were scanned.
    ///
    /// # Errors
    /// When there is none.
    pub fn scan(&self) -> Result<&ScanDescription, ShardError> {
        Ok(&self.shards.first().ok_or(ShardError::None)?.description.scan)
    }

    fn check_alike(&self) -> Result<(), ShardError> {
        let scan = self.scan()?;
        for shard in &self.shards {
            if let Some(difference) = scan.difference(&shard.description.scan) {
                let (one, other) = (self.shards[0].folder.clone(), shard.folder.clone());
                return Err(ShardError::Mixed { one, other, difference });
            }
        }
        Ok(())
    }

    /// Compares how the shards were scanned with how a run scans.
    ///
    /// # Errors
    /// When something differs.
    pub fn check(&self, run: &ScanDescription) -> Result<(), ShardError> {
        let Some(difference) = self.scan()?.difference(run) else { return Ok(()) };
        let shard = self.shards[0].folder.clone();
        Err(ShardError::Other { shard, difference })
    }
}

/// The folder itself where it is a shard or was to be one, else the folders in it.
fn shard_folders(folder: &Path) -> Result<Vec<PathBuf>, ShardError> {
    let unreadable = |source| ShardError::Unreadable { path: folder.to_owned(), source };
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        // A folder that is being written has a hidden name.
        let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if !is_hidden && fs::metadata(entry.path()).map_err(unreadable)?.is_dir() {
            folders.push(entry.path());
        }
    }
    if folders.is_empty() {
        folders.push(folder.to_owned());
    }
    Ok(folders)
}
