//! Clinical tables: any spreadsheet or delimited text, its header row found rather than assumed.

mod budget;
mod cell_style;
mod clinical_table;
mod container;
mod context;
mod delimited;
mod error;
mod grid;
mod header;
mod number_format;
mod ods;
mod ods_styles;
mod package;
mod properties;
mod relationships;
mod rich_text;
mod row;
mod section;
mod sheet_outcome;
mod spreadsheet;
mod turn;
mod upstream;
mod xlsb;
mod xlsx;
mod xml;

pub use budget::ReadLimit;
pub use clinical_table::{group, read};
pub use container::{TableContainer, container, container_of};
pub use error::{BadSheet, OpenError, OpenSheet};
pub use grid::{SheetCell, SheetGrid};
pub use header::{TableHeader, closest, find as header};
pub use properties::filled_properties;
pub use row::{RowSubject, WorkbookRow};
pub use spreadsheet::{OpenTable, open};
pub use turn::LargeTableTurn;
