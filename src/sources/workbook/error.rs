//! Why a table, or one sheet of it, cannot be read.

use super::grid::SheetGrid;

/// A table's file that cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A spreadsheet that is protected, damaged or not what it seems.
    #[error("the spreadsheet cannot be opened: {0}")]
    Spreadsheet(String),
    /// Delimited text that cannot be read.
    #[error("the text cannot be read as a table: {0}")]
    Text(String),
}

/// A sheet that cannot be read, of a workbook that can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSheet {
    /// Its name.
    pub name: String,
    /// The reason.
    pub reason: String,
}

/// A sheet, or why it cannot be read.
pub type OpenSheet = Result<SheetGrid, BadSheet>;
