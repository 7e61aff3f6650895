//! Why a manifest could not be written or verified.

use std::path::PathBuf;

use crate::catalog::CatalogError;
use crate::cohort::CohortError;
use crate::disk::DiskError;
use crate::results::ResultError;
use crate::saved::{SavedError, SavedName};
use crate::sources::profile::KeyFileError;
use crate::split::SplitError;
use crate::tables::batches::BatchError;
use crate::text::counted;

/// A manifest could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The cohort or split could not be read.
    #[error(transparent)]
    Cohort(#[from] CohortError),
    /// The split could not be read.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// There is neither a split nor a cohort of that name, or its files cannot be read.
    #[error(transparent)]
    Saved(#[from] SavedError),
    /// The catalog refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The rows could not be written.
    #[error(transparent)]
    Render(#[from] ResultError),
    /// Parquet refused.
    #[error(transparent)]
    Parquet(#[from] BatchError),
    /// The data set is not where the snapshot found it.
    #[error("the data set is not at {0}, where the snapshot found it; name its folder with --root")]
    Root(PathBuf),
    /// The data set is in a store that only the catalog or the provenance names.
    #[error(
        "the data set of the catalog is at an address, which is read only when you name it: --root {shown}"
    )]
    Address {
        /// The address, without credentials.
        shown: PathBuf,
    },
    /// The data set's store cannot be read.
    #[error("{root}: {reason}")]
    Store {
        /// The address.
        root: PathBuf,
        /// The reason.
        reason: std::io::Error,
    },
    /// A patient is in several parts of the split.
    #[error("split {name} has {} more than once: create it again", counted(*count, "patient"))]
    Overlap {
        /// The split.
        name: SavedName,
        /// How many.
        count: u64,
    },
    /// The request cannot be met.
    #[error("{0}")]
    Request(String),
    /// `FILE.provenance.json` is missing or not as mammodex writes it.
    #[error("{path}: {reason}")]
    Provenance {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The key of UIDs cannot be used.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// A file cannot be read or written.
    #[error(transparent)]
    Disk(#[from] DiskError),
}
