//! Records to Arrow batches to Parquet files, driven by `schema/tables/*.toml`.

pub mod row;
pub mod spec;
pub mod writer;

pub use row::{Cells, Row};
