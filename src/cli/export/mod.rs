//! `mammodex export`: the catalog for other programs.

mod arguments;
mod duckdb;
mod omop;
mod target;
mod xlsx;

pub use arguments::ExportArgs;
pub(super) use arguments::run;
