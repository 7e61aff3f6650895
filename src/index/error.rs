//! Why an index run could not be completed.

use std::io;
use std::path::PathBuf;

use super::inventory_error::InventoryError;
use super::pseudonym_key::PseudonymKeyError;
use super::shard::ShardError;
use super::snapshot::SnapshotError;
use crate::remote::StoreError;
use crate::sources::dicom::{TagRefusal, UnknownKeyword};
use crate::sources::profile::ProfileError;
use crate::tables::reader::TableReadError;
use crate::tables::writer::WriteError;

/// A run that could not be completed. What is wrong with single files is a row of `issues`.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The data set's folder cannot be read.
    #[error("cannot read the data set {path}: {source}")]
    Dataset {
        /// The folder.
        path: PathBuf,
        /// The reason the system gave.
        source: io::Error,
    },
    /// The data set's folder was there when the run began.
    #[error("the data set {path} went away during the run; the catalog is unchanged")]
    Vanished {
        /// The folder.
        path: PathBuf,
    },
    /// The data set's store refused, or lost too much.
    #[error("cannot read the data set {path}, and the catalog is unchanged: {source}")]
    Store {
        /// The address.
        path: PathBuf,
        /// The reason.
        source: StoreError,
    },
    /// The current snapshot is of another folder.
    #[error(
        "snapshot {snapshot} is of {current}, not of {root}; use another --catalog, or --force to \
         replace it"
    )]
    AnotherRoot {
        /// Number of the current snapshot.
        snapshot: u32,
        /// Its data set.
        current: String,
        /// The data set of this run.
        root: PathBuf,
    },
    /// Most rows of the current snapshot would vanish.
    #[error(
        "{lost} of snapshot {snapshot} would vanish; the catalog is unchanged. Check that the data \
         set is complete and mounted, or use --force to replace the snapshot"
    )]
    Loss {
        /// Number of the current snapshot.
        snapshot: u32,
        /// What would vanish, such as `40 of 40 images`.
        lost: String,
    },
    /// Tables of the catalog would be read as files of the data set.
    #[error("the catalog cannot be the data set's own folder {path}; use {path}/catalog")]
    Itself {
        /// The folder.
        path: PathBuf,
    },
    /// A shard cannot be written or used.
    #[error(transparent)]
    Shard(#[from] ShardError),
    /// Whatever mammodex does with its own folder it would do to the data set.
    #[error(
        "the data set {path} is inside the catalog {catalog}, where only mammodex itself writes; use another --catalog"
    )]
    InCatalog {
        /// The data set's folder.
        path: PathBuf,
        /// The catalog's folder.
        catalog: PathBuf,
    },
    /// The lists or the shard would become files of the data set.
    #[error(
        "{output} is inside the data set {path}, to whose files it would add; name a folder outside"
    )]
    OutputInside {
        /// The folder that was to be written.
        output: PathBuf,
        /// The data set's folder.
        path: PathBuf,
    },
    /// The catalog's folder is excluded from the data set, and a file of the data set may be in it.
    #[error(
        "{file} is in the folder of the catalog, which is excluded from the data set; use another --catalog, such as \
         {path}/catalog"
    )]
    ForeignFile {
        /// The file or folder.
        file: PathBuf,
        /// The data set's folder.
        path: PathBuf,
    },
    /// The list of files cannot be used.
    #[error(transparent)]
    Inventory(#[from] InventoryError),
    /// The profile cannot be used.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The key of pseudonyms cannot be used.
    #[error(transparent)]
    PseudonymKey(#[from] PseudonymKeyError),
    /// The catalog's folder cannot be written, or another run has locked it.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// A table could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A table that this run wrote cannot be read.
    #[error(transparent)]
    Read(#[from] TableReadError),
    /// A further attribute may not be published.
    #[error(transparent)]
    Tag(#[from] TagRefusal),
    /// `schema/tables` names an attribute that DICOM does not have.
    #[error(transparent)]
    Keyword(#[from] UnknownKeyword),
}
