//! A run whose images come from shards.

use std::path::PathBuf;

use super::layers::ShardLayer;
use super::set::ShardSet;
use crate::index::error::IndexError;
use crate::index::report::{IndexProgress, IndexReport};
use crate::index::request::{IndexRequest, LinkRequest};
use crate::index::run::run_over;

/// The result of a run that linked shards.
#[derive(Debug)]
pub struct LinkReport {
    /// The result of the run.
    pub index: IndexReport,
    /// How many shards were linked.
    pub shards: usize,
    /// Folders of scans that did not end.
    pub unfinished: Vec<PathBuf>,
}

/// Links shards into a catalog: images come from them, tables and annotations from the data set. The tables are
/// those of [`crate::index::run`], byte for byte.
///
/// # Errors
/// When a shard, the data set, the profile or the catalog cannot be used, or shards do not cover the files.
pub fn link(request: &LinkRequest, progress: &dyn IndexProgress) -> Result<LinkReport, IndexError> {
    let set = ShardSet::open(&request.shards)?;
    let scan = set.scan()?;
    let index = IndexRequest {
        tags: scan.tags.clone(),
        depth: scan.depth(),
        profile: Some(request.index.profile.clone().unwrap_or_else(|| scan.profile.clone())),
        ..request.index.clone()
    };
    let layer = ShardLayer {
        set: &set,
        on_uncovered: request.on_uncovered,
        list: request.uncovered.as_deref(),
    };
    let index = run_over(&index, Some(&layer), progress)?;
    Ok(LinkReport { index, shards: set.shards.len(), unfinished: set.unfinished })
}
