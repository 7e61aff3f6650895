//! One column of a table that a user lists something in: case IDs, paths.

use super::container::{self, TableContainer};
use super::error::{BadSheet, OpenError};
use super::grid::{CellNote, SheetCell, SheetGrid};
use super::spreadsheet;
use crate::sources::sniff;

/// A filled cell of the column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedCell {
    /// The row's number in the file, from 1.
    pub row: usize,
    /// The text without white space around it.
    pub text: String,
}

/// A column that cannot be read whole. Nothing of a list is passed over in silence.
#[derive(Debug, thiserror::Error)]
pub enum ColumnError {
    /// The file cannot be opened as a table.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A sheet cannot be read.
    #[error("sheet {}: {}", .0.name, .0.reason)]
    Sheet(BadSheet),
    /// No column has the name, and there are several.
    #[error("it has several columns, none of them named {0}")]
    NoColumn(String),
    /// Several sheets have the column.
    #[error("sheets {sheets} have a column {name}: keep one of them")]
    SeveralSheets {
        /// The name of the column.
        name: String,
        /// The names of the sheets.
        sheets: String,
    },
    /// A cell is not plain text.
    #[error("{address} {reason}")]
    Cell {
        /// The cell's address in the file.
        address: String,
        /// What it is.
        reason: &'static str,
    },
}

/// What is wrong with a zip archive that is not a workbook.
const NOT_WHOLE: &str = "it is a zip archive that is cut off or damaged, or has no workbook in it";

/// Reads the filled cells of a column: the one of that name, else the only one. The table is a spreadsheet
/// or delimited text, whose character set and delimiter are detected; a first line such as `sep=;` and a
/// byte order mark declare them.
///
/// # Errors
/// When the table or one of its sheets cannot be read, no or several sheets have the column, or a cell of it
/// is an error, a formula without its result, struck out, or has a quote that does not close.
pub fn read_column(bytes: &[u8], name: &str) -> Result<Vec<ListedCell>, ColumnError> {
    let container = match container::container(bytes) {
        Some(container) => container,
        // Never text, whatever is left of it.
        None if sniff::is_zip(bytes) => return Err(OpenError::Spreadsheet(NOT_WHOLE.into()).into()),
        None => TableContainer::Text,
    };
    let table = spreadsheet::open(bytes, container)?;
    let mut sheets = Vec::new();
    for sheet in &table.sheets {
        let sheet = sheet.as_ref().map_err(|bad| ColumnError::Sheet(bad.clone()))?;
        sheets.extend(first_row(sheet).map(|row| (sheet, row)));
    }
    let named: Vec<(&SheetGrid, usize, usize)> = sheets
        .iter()
        .filter_map(|(sheet, row)| Some((*sheet, row + 1, named_column(sheet, *row, name)?)))
        .collect();
    match (named.as_slice(), sheets.as_slice()) {
        ([(sheet, row, column)], _) => cells(sheet, *row, *column),
        ([], []) => Ok(Vec::new()),
        ([], [(sheet, row)]) => match only_column(sheet) {
            Some(column) => cells(sheet, *row, column),
            None => Err(ColumnError::NoColumn(name.to_owned())),
        },
        ([], _) => Err(ColumnError::NoColumn(name.to_owned())),
        (several, _) => {
            let sheets = several.iter().filter_map(|(sheet, ..)| sheet.name());
            let sheets = sheets.collect::<Vec<_>>().join(", ");
            Err(ColumnError::SeveralSheets { name: name.to_owned(), sheets })
        }
    }
}

/// The first row with text, after a line that declares the delimiter.
fn first_row(sheet: &SheetGrid) -> Option<usize> {
    let is_filled = |row: &usize| {
        (0..sheet.row_width(*row)).any(|column| !sheet.text(*row, column).trim().is_empty())
    };
    let declares = |row: usize| sheet.name().is_none() && sheet.text(row, 0).starts_with("sep=");
    (0..sheet.height()).filter(is_filled).find(|row| !declares(*row))
}

fn named_column(sheet: &SheetGrid, row: usize, name: &str) -> Option<usize> {
    (0..sheet.row_width(row))
        .find(|column| sheet.text(row, *column).trim().eq_ignore_ascii_case(name))
}

/// The column with text, where there is one alone.
fn only_column(sheet: &SheetGrid) -> Option<usize> {
    let is_filled = |column: &usize| {
        (0..sheet.height()).any(|row| sheet.cell(row, *column).is_some_and(|cell| !is_empty(cell)))
    };
    let mut filled = (0..sheet.width()).filter(is_filled);
    filled.next().filter(|_| filled.next().is_none())
}

fn is_empty(cell: &SheetCell) -> bool {
    matches!(cell, SheetCell::Text(text) if text.trim().is_empty())
}

fn cells(sheet: &SheetGrid, first: usize, column: usize) -> Result<Vec<ListedCell>, ColumnError> {
    let mut cells = Vec::new();
    for row in first..sheet.height() {
        let fault = |reason| ColumnError::Cell { address: sheet.address(row, column), reason };
        let note = sheet.notes(row).iter().find(|(noted, _)| *noted == column);
        match note.map(|(_, note)| note) {
            Some(CellNote::QuoteUnclosed) => {
                return Err(fault("has a quote that does not close"));
            }
            Some(CellNote::Struck) => return Err(fault("is struck out: remove it or the line")),
            Some(CellNote::Footnote(_)) => return Err(fault("ends in a footnote mark")),
            Some(CellNote::QuoteWithin) | None => {}
        }
        match sheet.cell(row, column) {
            Some(SheetCell::Fault(_)) => return Err(fault("is an error of the spreadsheet")),
            Some(SheetCell::Pending) => {
                return Err(fault("is a formula without its result: save the file in Excel"));
            }
            Some(SheetCell::Text(text)) if !text.trim().is_empty() => {
                let row = sheet.row_number(row);
                cells.push(ListedCell { row, text: text.trim().to_owned() });
            }
            Some(SheetCell::Text(_)) | None => {}
        }
    }
    Ok(cells)
}
