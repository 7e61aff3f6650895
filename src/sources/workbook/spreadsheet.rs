//! Opening spreadsheets and delimited text, whatever their name says.

use std::io::Cursor;

use calamine::{Data, DataRef, Dimensions, Range, Reader, SheetType, Xls, Xlsb};

use super::budget::{ReadBudget, ReadLimit};
use super::container::TableContainer;
use super::delimited;
use super::error::{BadSheet, OpenError, OpenSheet};
use super::grid::{SheetCell, SheetGrid};
use super::ods;
use super::turn::LargeTableTurn;
use super::upstream::{xls_limits, xlsb_records, zip_limits};
use super::xlsx;
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
    let sheets = sheets(bytes, container, &mut budget)?;
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
        _ => {}
    }
    // An encrypted workbook is an OLE file with a stream of this name (MS-OFFCRYPTO 2.3.2).
    let stream: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    if container == TableContainer::Xls && contains(bytes, &stream) {
        return Err(OpenError::Spreadsheet("it is protected by a password".into()));
    }
    // Readers of the newer formats look into an OLE file too, for a password.
    if sniff::is_ole(bytes) {
        xls_limits::check(bytes, budget)?;
    } else {
        zip_limits::check(bytes, budget)?;
    }
    // The reader is made for well-formed workbooks; a damaged one may make it panic.
    let sheets = catch_panic(|| match container {
        TableContainer::Xlsb => xlsb(bytes, budget),
        _ => xls(bytes, budget),
    });
    sheets.unwrap_or_else(|| Err(OpenError::Spreadsheet("it is damaged".into())))
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
    for name in worksheets(&book) {
        let range = book.worksheet_range(&name).map_err(SheetError::reason);
        let merged = book.merge_cells_by_sheet_name(&name).unwrap_or_default();
        let grid = range.and_then(|range| Ok(grid(name.clone(), &range, budget)?));
        grids.push(finished(name, grid, &merged, budget)?);
    }
    Ok(grids)
}

type SheetPlace = (u32, u32);

fn xlsb(bytes: &[u8], budget: &mut ReadBudget) -> Result<Vec<OpenSheet>, OpenError> {
    let bytes = xlsb_records::lengthen(bytes);
    let mut book = Xlsb::new(Cursor::new(&*bytes)).map_err(refused)?;
    let mut grids = Vec::new();
    for name in worksheets(&book) {
        budget.take_sheet().map_err(refused)?;
        let cells = book.worksheet_cells_reader(&name).map_err(SheetError::reason);
        let grid = cells.and_then(|mut cells| {
            let next = || cells.next_cell().map_err(SheetError::reason);
            sparse(&name, budget, next, |cell| (cell.get_position(), cell_ref(cell.get_value())))
        });
        grids.push(finished(name, grid, &[], budget)?);
    }
    Ok(grids)
}

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

/// The cells that `next` gives, in rows as long as they need to be.
fn sparse<C>(
    name: &str,
    budget: &mut ReadBudget,
    mut next: impl FnMut() -> Result<Option<C>, SheetError>,
    read: impl Fn(&C) -> (SheetPlace, SheetCell),
) -> Result<SheetGrid, SheetError> {
    let mut grid = SheetGrid::new(Some(name.to_owned()), (0, 0));
    while let Some(found) = next()? {
        let ((row, column), cell) = read(&found);
        if cell == SheetCell::default() {
            continue;
        }
        let (row, column) = (row as usize, column as usize);
        ReadBudget::check_place(row, column)?;
        grid.put(row, column, cell, budget)?;
    }
    Ok(grid)
}

fn grid(
    name: String,
    range: &Range<Data>,
    budget: &mut ReadBudget,
) -> Result<SheetGrid, ReadLimit> {
    let start = range.start().map_or((0, 0), |(row, column)| (row as usize, column as usize));
    let mut grid = SheetGrid::new(Some(name), start);
    for (row, column, data) in range.used_cells() {
        grid.put(row, column, cell(data), budget)?;
    }
    Ok(grid)
}

fn cell_ref(data: &DataRef<'_>) -> SheetCell {
    match data {
        DataRef::SharedString(text) => SheetCell::Text((*text).to_owned()),
        other => cell(&Data::from(other.clone())),
    }
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
        Data::DateTime(moment) => match moment.to_ymd_hms_milli() {
            (y, m, d, 0, 0, 0, _) => format!("{y:04}-{m:02}-{d:02}"),
            (y, m, d, h, min, s, _) => format!("{y:04}-{m:02}-{d:02} {h:02}:{min:02}:{s:02}"),
        },
    })
}
