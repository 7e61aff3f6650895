//! Records to Arrow batches to Parquet files, driven by `schema/tables/*.toml`.

mod breasts;
pub mod dictionary;
mod images;
mod lesions;
mod patients;
pub mod row;
pub mod sources;
pub mod spec;
pub mod writer;

pub use row::{Cells, Row};
