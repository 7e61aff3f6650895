//! A catalog in a store: a folder of the same form for one run, its files linked to a private cache, and what the run
//! changes put back by conditional writes.

mod cache;
mod catalog_mirror;
mod changes;
mod error;
mod tree;

pub use catalog_mirror::{CatalogMirror, MirrorUse};
pub use error::MirrorError;
