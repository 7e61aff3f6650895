//! A catalog for programs that are not mammodex: as a script of SQL, as a DuckDB file, as an Excel workbook.

mod comment;
mod content;
mod duckdb_file;
mod error;
mod exported_sheet;
mod script;
mod workbook_file;
mod workbook_page;

pub use content::ExportContent;
pub use duckdb_file::write_duckdb_file;
pub use error::ExportError;
pub use exported_sheet::ExportedSheet;
pub use script::CatalogScript;
pub use workbook_file::write_workbook_file;
