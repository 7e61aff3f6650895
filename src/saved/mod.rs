//! Named files in the catalog's folder, such as cohorts and splits.
//!
//! Owns what a name may be, where the file of a name is, and what happens when a name is taken or
//! unknown. What the files contain is up to those who save them.

mod error;
mod folder;
mod name;

pub use error::SavedError;
pub use folder::{IfExists, SavedFolder, check_stays, missing, parquet_relation};
pub use name::{NameError, SavedName};
