//! Results written for people and programs: tables, CSV and TSV, JSON, Markdown, LaTeX, Parquet, Excel, Word.

mod cell;
mod descriptions;
mod docx;
mod error;
pub mod escape;
mod format;
mod grid;
mod grid_layout;
mod html;
mod kind;
mod latex;
mod lines;
mod moment;
pub mod parquet;
mod plan;
mod record;
mod sheet_name;
mod sink;
mod workbook;
mod workbook_value;
mod writer;
mod xlsx;

pub use cell::CellReader;
pub use descriptions::ColumnDescriptions;
pub use docx::write_document;
pub use error::ResultError;
pub use format::ResultFormat;
pub use grid::{CellFit, TableFit};
pub use lines::csv_field;
pub use plan::{is_plan, write_plan};
pub use sheet_name::sheet_name;
pub use sink::ResultSink;
pub use workbook::{LongText, MOST_SHEET_ROWS, WorkbookWriter};
pub use writer::{is_description, is_summary, sink, write, write_batch};
