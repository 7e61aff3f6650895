//! Opening spreadsheets and delimited text, whatever their name says.

use std::io::Cursor;

use calamine::{Data, Dimensions, Range, Reader, SheetType, Xls};

use super::budget::{ReadBudget, ReadLimit};
use super::cell_style::show_moment;
use super::container::TableContainer;
use super::delimited;
use super::error::{BadSheet, OpenError, OpenSheet};
use super::grid::{CellNote, SheetCell, SheetGrid};
use super::ods;
use super::turn::LargeTableTurn;
use super::upstream::xls_limits;
use super::upstream::xls_styles::{self, XlsCells};
use super::{xlsb, xlsx};
use crate::panics::catch_panic;
use crate::sources::sniff;

/// The sheets of a table, in their order.
#[derive(Debug)]
pub struct OpenTable {
    /// Each sheet, or why it cannot be read.
    pub sheets: Vec<OpenSheet>,
    /// A large table is the only one of its size in memory.
    _turn: Option<LargeTableTurn>,
}

/// Opens a table. A large one waits until no other thread holds one.
///
/// # Errors
/// When the file cannot be opened at all, or would take more memory than a table may; a sheet that
/// cannot be read is an error in its place.
pub fn open(bytes: &[u8], container: TableContainer) -> Result<OpenTable, OpenError> {
    let limit = |limit: ReadLimit| OpenError::Spreadsheet(limit.to_string());
    let mut budget = ReadBudget::new(bytes.len()).map_err(limit)?;
    // A reader that panics over a damaged table costs that table.
    let sheets = catch_panic(|| sheets(bytes, container, &mut budget));
    let sheets = sheets.unwrap_or_else(|| Err(OpenError::Spreadsheet("it is damaged".into())))?;
    Ok(OpenTable { sheets, _turn: budget.into_turn() })
}

fn sheets(
    bytes: &[u8],
    container: TableContainer,
    budget: &mut ReadBudget,
) -> Result<Vec<OpenSheet>, OpenError> {
    match container {
        TableContainer::Text => return delimited::read(bytes, budget),
        TableContainer::Ods => return ods::read(bytes, budget),
        TableContainer::Xlsx if !sniff::is_ole(bytes) => return xlsx::read(bytes, budget),
        TableContainer::Xlsb if !sniff::is_ole(bytes) => return xlsb::read(bytes, budget),
        _ => {}
    }
    // An encrypted workbook is an OLE file with a stream of this name (MS-OFFCRYPTO 2.3.2).
    let stream: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    if contains(bytes, &stream) {
        return Err(OpenError::Spreadsheet("it is protected by a password".into()));
    }
    xls_limits::check(bytes, budget)?;
    xls(bytes, budget)
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    // The directory of an OLE file begins on a boundary of 64 bytes; its names are 128 apart.
    bytes.chunks(64).any(|chunk| chunk.starts_with(part))
}

fn refused(error: impl std::fmt::Display) -> OpenError {
    let text = error.to_string();
    let lower = text.to_lowercase();
    let protected = lower.contains("password") || lower.contains("encrypt");
    OpenError::Spreadsheet(if protected { "it is protected by a password".into() } else { text })
}

type WorkbookBytes<'a> = Cursor<&'a [u8]>;

/// The names of sheets with cells; charts, dialogs and macros have none.
fn worksheets<'a, R: Reader<WorkbookBytes<'a>>>(book: &R) -> Vec<String> {
    let all = book.sheets_metadata().iter();
    all.filter(|s| s.typ == SheetType::WorkSheet).map(|s| s.name.clone()).collect()
}

/// Why a sheet's cells end early: a bound, which costs the workbook, or the sheet's own fault.
enum SheetError {
    Limit(ReadLimit),
    Reason(String),
}

impl From<ReadLimit> for SheetError {
    fn from(limit: ReadLimit) -> Self {
        Self::Limit(limit)
    }
}

impl SheetError {
    fn reason(error: impl std::fmt::Display) -> Self {
        Self::Reason(error.to_string())
    }
}

/// Every formula of this form has a result, if only an empty text.
fn xls(bytes: &[u8], budget: &mut ReadBudget) -> Result<Vec<OpenSheet>, OpenError> {
    let mut book = Xls::new(Cursor::new(bytes)).map_err(refused)?;
    let mut grids = Vec::new();
    let mut cells = xls_styles::read(bytes).into_iter();
    for name in worksheets(&book) {
        let cells = cells.next().unwrap_or_default();
        let range = book.worksheet_range(&name).map_err(SheetError::reason);
        let merged = book.merge_cells_by_sheet_name(&name).unwrap_or_default();
        let grid = range.and_then(|range| Ok(grid(name.clone(), &range, &cells, budget)?));
        grids.push(finished(name, grid, &merged, budget)?);
    }
    Ok(grids)
}

type SheetPlace = (u32, u32);

/// A sheet with its merged cells spread: what a merged cell says, it says for every cell that it
/// covers.
fn finished(
    name: String,
    grid: Result<SheetGrid, SheetError>,
    merged: &[Dimensions],
    budget: &mut ReadBudget,
) -> Result<OpenSheet, OpenError> {
    let mut grid = match grid {
        Ok(grid) => grid,
        Err(SheetError::Limit(limit)) => return Err(refused(limit)),
        Err(SheetError::Reason(reason)) => return Ok(Err(BadSheet { name, reason })),
    };
    for area in merged {
        let ends = |(row, column): SheetPlace| (row as usize, column as usize);
        grid.spread(ends(area.start), ends(area.end), budget).map_err(refused)?;
    }
    Ok(Ok(grid))
}

fn grid(
    name: String,
    range: &Range<Data>,
    cells: &XlsCells,
    budget: &mut ReadBudget,
) -> Result<SheetGrid, ReadLimit> {
    let start = range.start().map_or((0, 0), |(row, column)| (row as usize, column as usize));
    let mut grid = SheetGrid::new(Some(name), start);
    for (row, column, data) in range.used_cells() {
        let Some(noted) = cells.get(&(start.0 + row, start.1 + column)) else {
            grid.put(row, column, cell(data), budget)?;
            continue;
        };
        let text = noted.text.clone();
        let number = match data {
            Data::Float(number) => Some(*number),
            #[allow(clippy::cast_precision_loss)] // Excel holds no others
            Data::Int(number) => Some(*number as f64),
            _ => None,
        };
        let shown = match (&text, number) {
            (Some(rich), _) => SheetCell::Text(rich.text.clone()),
            (None, Some(number)) => SheetCell::Text(noted.style.number.show(number)),
            (None, None) => cell(data),
        };
        grid.put(row, column, shown, budget)?;
        if let Some(footnote) = text.and_then(|rich| rich.footnote) {
            grid.note(row, column, CellNote::Footnote(footnote), budget)?;
        }
        if noted.style.is_struck {
            grid.note(row, column, CellNote::Struck, budget)?;
        }
    }
    Ok(grid)
}

fn cell(data: &Data) -> SheetCell {
    SheetCell::Text(match data {
        Data::Error(fault) => return SheetCell::Fault(fault.to_string()),
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Bool(flag) => flag.to_string(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(), // the shortest form: 2, not 2.0
        Data::DateTime(moment) if moment.is_duration() => moment.as_f64().to_string(),
        // The format is not known here.
        Data::DateTime(moment) => show_moment(*moment, false),
    })
}
