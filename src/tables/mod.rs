//! Records to Arrow batches to Parquet files, driven by `schema/tables/*.toml`.

mod agreement;
pub mod batches;
mod breasts;
pub mod dictionary;
mod extra;
pub mod fact;
mod field_ids;
pub mod images;
mod lesions;
mod parquet_file;
mod patients;
pub mod reader;
pub mod relation;
pub mod row;
pub mod snapshot;
pub mod sources;
pub mod spec;
pub mod texts;
mod thrift;
pub mod writer;

pub use row::{RowCells, RowRecord};
