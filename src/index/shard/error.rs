//! Why a shard cannot be written or used.

use std::io;
use std::path::PathBuf;

use super::difference::ScanDifference;
use crate::tables::reader::TableReadError;

/// A shard that cannot be written or used.
#[derive(Debug, thiserror::Error)]
pub enum ShardError {
    /// A folder of shards cannot be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The folder or file.
        path: PathBuf,
        /// The reason the system gave.
        source: io::Error,
    },
    /// The key file of a shard is not one, or was changed.
    #[error("{path} does not describe a shard: {reason}")]
    Description {
        /// The file.
        path: PathBuf,
        /// The mistake.
        reason: String,
    },
    /// A table is not the one that the scan wrote.
    #[error("{path} is missing or differs from its checksum: scan the shard again")]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// A table cannot be read.
    #[error(transparent)]
    Table(#[from] TableReadError),
    /// There is none among the folders.
    #[error("none of the folders is a finished shard")]
    None,
    /// Two shards were scanned in different ways.
    #[error("{one} and {other} were scanned in different ways: {difference}")]
    Mixed {
        /// A shard.
        one: PathBuf,
        /// Another one.
        other: PathBuf,
        /// What differs.
        difference: ScanDifference,
    },
    /// The shards were scanned in another way than the run scans.
    #[error("{shard} was scanned in another way than this run scans: {difference}")]
    Other {
        /// A shard.
        shard: PathBuf,
        /// What differs.
        difference: ScanDifference,
    },
    /// The place of a shard has another one.
    #[error(
        "{path} holds a shard of other files, or of an earlier state of them: name another folder, or use \
         --force to replace it"
    )]
    Exists {
        /// The shard.
        path: PathBuf,
    },
    /// Files of the data set are in no shard.
    #[error(
        "shards do not cover {files} of the data set ({changed} changed since they were scanned): {first}; \
         scan the list that --uncovered LIST writes, or use --read-uncovered to read them now"
    )]
    Uncovered {
        /// How many, with their noun.
        files: String,
        /// How many of them are in a shard and have changed since.
        changed: usize,
        /// The first of them.
        first: String,
    },
    /// A list or the plan cannot be written.
    #[error("cannot write {path}: {source}")]
    Unwritable {
        /// The file or folder.
        path: PathBuf,
        /// The reason the system gave.
        source: io::Error,
    },
}
