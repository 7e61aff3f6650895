//! Opening spreadsheets and delimited text, whatever their name says.

use std::io::Cursor;

use calamine::{
    CellType, Data, DataRef, DataType, Dimensions, Ods, Range, Reader, SheetType, Xls, Xlsb, Xlsx,
};

use super::catch_panic::quietly;
use super::delimited;
use super::formula;
use super::grid::{SheetCell, SheetGrid};
use super::limits::{self, MOST_CELLS};
use super::xlsb;
use crate::sources::sniff;

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
    /// Why.
    pub reason: String,
}

/// A sheet, or why it cannot be read.
pub type OpenSheet = Result<SheetGrid, BadSheet>;

/// How a table is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableContainer {
    /// Office Open XML.
    Xlsx,
    /// Binary Excel 2007.
    Xlsb,
    /// Excel 97, or an encrypted workbook.
    Xls,
    /// OpenDocument.
    Ods,
    /// Comma, semicolon or tab between cells.
    Text,
}

/// What kind of table these bytes are, by content; a ZIP archive that is no spreadsheet is none.
/// Text is a table only when the caller knows: nothing in it says so.
pub fn container(bytes: &[u8]) -> Option<TableContainer> {
    if sniff::is_ole(bytes) {
        return Some(TableContainer::Xls);
    }
    if !sniff::is_zip_member(bytes) {
        return None;
    }
    let archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let names: Vec<_> = archive.file_names().flatten().collect();
    container_of(names.iter().map(AsRef::as_ref))
}

/// What kind of spreadsheet a ZIP archive with members of these names is.
pub fn container_of<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Option<TableContainer> {
    let has = |name: &str| names.clone().any(|n| n.eq_ignore_ascii_case(name));
    if has("xl/workbook.bin") {
        Some(TableContainer::Xlsb)
    } else if has("xl/workbook.xml") || has("[Content_Types].xml") {
        Some(TableContainer::Xlsx)
    } else if has("content.xml") {
        Some(TableContainer::Ods)
    } else {
        None
    }
}

/// The sheets, in their order.
///
/// # Errors
/// When the file cannot be opened at all; a sheet that cannot be read is told in its place.
pub fn open(bytes: &[u8], container: TableContainer) -> Result<Vec<OpenSheet>, OpenError> {
    if container == TableContainer::Text {
        return delimited::read(bytes);
    }
    // An encrypted workbook is an OLE file with a stream of this name (MS-OFFCRYPTO 2.3.2).
    let stream: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    if container == TableContainer::Xls && contains(bytes, &stream) {
        return Err(OpenError::Spreadsheet("it is protected by a password".into()));
    }
    limits::check(bytes, container)?;
    // The reader is made for well-formed workbooks; a damaged one may make it panic.
    let sheets = quietly(|| match container {
        TableContainer::Xlsx => xlsx(bytes),
        TableContainer::Xlsb => xlsb(bytes),
        TableContainer::Ods => ods(bytes),
        TableContainer::Xls | TableContainer::Text => xls(bytes),
    });
    sheets.unwrap_or_else(|| Err(OpenError::Spreadsheet("it is damaged".into())))
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    // The directory of an OLE file stands on a boundary of 64 bytes; its names are 128 apart.
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

/// Every formula of this form has a result, if only an empty text.
fn xls(bytes: &[u8]) -> Result<Vec<OpenSheet>, OpenError> {
    let mut book = Xls::new(Cursor::new(bytes)).map_err(refused)?;
    let mut grids = Vec::new();
    for name in worksheets(&book) {
        let range = book.worksheet_range(&name).map_err(|e| e.to_string());
        let merged = book.merge_cells_by_sheet_name(&name).unwrap_or_default();
        let grid = range.map(|range| grid(name.clone(), &range));
        grids.push(finished(name, grid, &merged));
    }
    Ok(grids)
}

fn ods(bytes: &[u8]) -> Result<Vec<OpenSheet>, OpenError> {
    let mut book = Ods::new(Cursor::new(bytes)).map_err(refused)?;
    let mut grids = Vec::new();
    for name in worksheets(&book) {
        let ranges = book.worksheet_range(&name).and_then(|values| {
            let formulas = book.worksheet_formula(&name)?;
            Ok((values, formulas))
        });
        let grid = ranges.map_err(|e| e.to_string()).and_then(|(values, formulas)| {
            let held = used(&values).map(|(at, value)| (at, cell(value)));
            let pending = used(&formulas)
                .filter(|(at, _)| values.get_value(*at).is_none_or(DataType::is_empty))
                .map(|(at, _)| (at, SheetCell::Pending));
            let mut cells = held.chain(pending);
            sparse(&name, || Ok(cells.next()), Clone::clone)
        });
        grids.push(finished(name, grid, &[]));
    }
    Ok(grids)
}

type SheetPlace = (u32, u32);

/// The cells of a range that hold something, with their row and column in the sheet, from 0.
fn used<T: CellType>(range: &Range<T>) -> impl Iterator<Item = (SheetPlace, &T)> {
    let (top, left) = range.start().unwrap_or_default();
    let at =
        |from: u32, steps: usize| from.saturating_add(u32::try_from(steps).unwrap_or(u32::MAX));
    range.used_cells().map(move |(row, column, value)| ((at(top, row), at(left, column)), value))
}

/// Cell by cell: a sheet with one cell in its last corner takes no more memory than it holds.
fn xlsx(bytes: &[u8]) -> Result<Vec<OpenSheet>, OpenError> {
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(refused)?;
    let uncalculated = formula::is_uncalculated(bytes);
    let mut grids = Vec::new();
    for name in worksheets(&book) {
        let cells = book.worksheet_cells_reader(&name).map_err(|e| e.to_string());
        let grid = cells.and_then(|mut cells| {
            let next = || cells.next_cell_with_formula_metadata().map_err(|e| e.to_string());
            sparse(&name, next, |found| {
                let pending =
                    found.formula.is_some() && formula::is_pending(&found.value, uncalculated);
                (found.pos, if pending { SheetCell::Pending } else { cell_ref(&found.value) })
            })
        });
        // A formula that is written wrongly does not cost the sheet its values.
        let grid = grid.or_else(|_| xlsx_values(&mut book, &name));
        let merged = book.merge_cells_by_sheet_name(&name).unwrap_or_default();
        grids.push(finished(name, grid, &merged));
    }
    Ok(grids)
}

/// A sheet's cells without a look at their formulas.
fn xlsx_values(book: &mut Xlsx<WorkbookBytes<'_>>, name: &str) -> Result<SheetGrid, String> {
    let mut cells = book.worksheet_cells_reader(name).map_err(|e| e.to_string())?;
    let next = || cells.next_cell().map_err(|e| e.to_string());
    sparse(name, next, |cell| (cell.get_position(), cell_ref(cell.get_value())))
}

fn xlsb(bytes: &[u8]) -> Result<Vec<OpenSheet>, OpenError> {
    let bytes = xlsb::lengthen(bytes);
    let mut book = Xlsb::new(Cursor::new(&*bytes)).map_err(refused)?;
    let mut grids = Vec::new();
    for name in worksheets(&book) {
        let cells = book.worksheet_cells_reader(&name).map_err(|e| e.to_string());
        let grid = cells.and_then(|mut cells| {
            let next = || cells.next_cell().map_err(|e| e.to_string());
            sparse(&name, next, |cell| (cell.get_position(), cell_ref(cell.get_value())))
        });
        grids.push(finished(name, grid, &[]));
    }
    Ok(grids)
}

fn finished(name: String, grid: Result<SheetGrid, String>, merged: &[Dimensions]) -> OpenSheet {
    let mut grid = grid.map_err(|reason| BadSheet { name, reason })?;
    spread(&mut grid, merged);
    Ok(grid)
}

/// The cells that `next` gives, in rows as long as they need to be.
fn sparse<C>(
    name: &str,
    mut next: impl FnMut() -> Result<Option<C>, String>,
    read: impl Fn(&C) -> (SheetPlace, SheetCell),
) -> Result<SheetGrid, String> {
    let mut grid = SheetGrid::new(Some(name.to_owned()), (0, 0));
    let mut held = 0;
    while let Some(found) = next()? {
        let ((row, column), cell) = read(&found);
        if cell == SheetCell::default() {
            continue;
        }
        held += grid.put(row as usize, column as usize, cell);
        if held as u64 > MOST_CELLS {
            return Err(format!("it has more than {MOST_CELLS} cells"));
        }
    }
    Ok(grid)
}

/// What a merged cell says, it says for every cell that it covers.
fn spread(grid: &mut SheetGrid, merged: &[Dimensions]) {
    for area in merged {
        let ends = |(row, column): (u32, u32)| (row as usize, column as usize);
        grid.spread(ends(area.start), ends(area.end));
    }
}

fn grid(name: String, range: &Range<Data>) -> SheetGrid {
    let start = range.start().map_or((0, 0), |(row, column)| (row as usize, column as usize));
    let mut grid = SheetGrid::new(Some(name), start);
    for (row, cells) in range.rows().enumerate() {
        for (column, data) in cells.iter().enumerate() {
            grid.put(row, column, cell(data));
        }
    }
    grid
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
