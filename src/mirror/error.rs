//! Why a catalog in a store cannot be read or written.

use crate::disk::DiskError;
use crate::remote::StoreError;

/// A catalog in a store cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// The store refuses.
    #[error("catalog {address}: {error}")]
    Store {
        /// The address of the catalog.
        address: String,
        /// What the store says.
        error: StoreError,
    },
    /// There is no catalog at the address.
    #[error("there is no catalog at {0}: it has no object `current` that names a snapshot")]
    NoCatalog(String),
    /// Stores without a listing have no catalogs.
    #[error("a catalog can be in a bucket (s3://, gs://, az://), not on a web server")]
    NoListing,
    /// Removing needs a lock, which stores do not have.
    #[error(
        "snapshots of a catalog in a store are not removed by mammodex, since no lock keeps readers away: \
         remove their objects with the store's own tools"
    )]
    Prune,
    /// The cache cannot be used.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// There is no place for the cache.
    #[error("no place for the cache of catalogs in stores: set XDG_CACHE_HOME or HOME")]
    NoCache,
}
