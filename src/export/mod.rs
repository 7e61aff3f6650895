//! A catalog for programs that are not mammodex: as a script of SQL and as a DuckDB file.

mod comment;
mod content;
mod duckdb_file;
mod error;
mod script;

pub use content::ExportContent;
pub use duckdb_file::write_duckdb_file;
pub use error::ExportError;
pub use script::CatalogScript;
