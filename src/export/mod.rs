//! A catalog for programs that are not mammodex: as a script of SQL, as a DuckDB file, as an Excel workbook, as tables of
//! the OMOP Common Data Model.

mod comment;
mod content;
mod duckdb_file;
mod error;
mod exported_sheet;
mod omop;
mod omop_schema;
mod omop_source;
mod script;
mod workbook_file;
mod workbook_page;

pub use content::ExportContent;
pub use duckdb_file::write_duckdb_file;
pub use error::ExportError;
pub use exported_sheet::ExportedSheet;
pub use omop::{OmopReport, write_omop};
pub use omop_schema::{OmopColumn, OmopExclusion, OmopFormat, omop_columns, omop_tables};
pub use omop_source::OmopSource;
pub use script::CatalogScript;
pub use workbook_file::write_workbook_file;
