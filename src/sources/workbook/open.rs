//! Opening spreadsheets and delimited text, whatever their name says.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, Ods, Range, Reader, Xls, Xlsb, Xlsx};

use super::grid::{Cell, Grid};

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

/// How a table is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
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
pub fn container(bytes: &[u8]) -> Option<Container> {
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Some(Container::Xls);
    }
    if !bytes.starts_with(b"PK\x03\x04") {
        return None;
    }
    let archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let has = |name: &str| archive.file_names().flatten().any(|n| n.eq_ignore_ascii_case(name));
    if has("xl/workbook.bin") {
        Some(Container::Xlsb)
    } else if has("xl/workbook.xml") || has("[Content_Types].xml") {
        Some(Container::Xlsx)
    } else if has("content.xml") {
        Some(Container::Ods)
    } else {
        None
    }
}

/// The sheets, in their order.
pub fn open(bytes: &[u8], container: Container) -> Result<Vec<Grid>, OpenError> {
    if container == Container::Text {
        return delimited(bytes);
    }
    // The reader is made for well-formed workbooks; a damaged one may make it panic.
    let sheets = catch_unwind(AssertUnwindSafe(|| match container {
        Container::Xlsx => sheets(&mut Xlsx::new(Cursor::new(bytes)).map_err(refused)?),
        Container::Xlsb => sheets(&mut Xlsb::new(Cursor::new(bytes)).map_err(refused)?),
        Container::Ods => sheets(&mut Ods::new(Cursor::new(bytes)).map_err(refused)?),
        Container::Xls | Container::Text => {
            sheets(&mut Xls::new(Cursor::new(bytes)).map_err(refused)?)
        }
    }));
    sheets.unwrap_or_else(|_| Err(OpenError::Spreadsheet("it is damaged".into())))
}

fn refused(error: impl std::fmt::Display) -> OpenError {
    let text = error.to_string();
    let lower = text.to_lowercase();
    let protected = lower.contains("password") || lower.contains("encrypt");
    OpenError::Spreadsheet(if protected { "it is protected by a password".into() } else { text })
}

fn sheets<'a, R: Reader<Cursor<&'a [u8]>>>(book: &mut R) -> Result<Vec<Grid>, OpenError>
where
    R::Error: std::fmt::Display,
{
    let names = book.sheet_names();
    let mut grids = Vec::with_capacity(names.len());
    for name in names {
        // Sheets that are charts or macros have no cells.
        let Ok(range) = book.worksheet_range(&name) else { continue };
        grids.push(grid(name, &range));
    }
    Ok(grids)
}

fn grid(name: String, range: &Range<Data>) -> Grid {
    let start = range.start().map_or((0, 0), |(row, column)| (row as usize, column as usize));
    let rows = range.rows().map(|row| row.iter().map(cell).collect()).collect();
    Grid::new(Some(name), start, rows)
}

fn cell(data: &Data) -> Cell {
    Cell::Text(match data {
        Data::Error(fault) => return Cell::Fault(fault.to_string()),
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

/// Text as UTF-8: by byte order mark, else where it is valid, else as Korean CP949.
fn decode(bytes: &[u8]) -> String {
    match encoding_rs::Encoding::for_bom(bytes) {
        Some((set, length)) => {
            set.decode_without_bom_handling(bytes.get(length..).unwrap_or_default()).0.into_owned()
        }
        None => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => encoding_rs::EUC_KR.decode_without_bom_handling(bytes).0.into_owned(),
        },
    }
}

fn delimited(bytes: &[u8]) -> Result<Vec<Grid>, OpenError> {
    let text = decode(bytes);
    if text.contains('\0') {
        return Err(OpenError::Text("it holds binary data".into()));
    }
    let head: String = text.lines().take(5).collect();
    let delimiter = [b',', b'\t', b';', b'|']
        .into_iter()
        .max_by_key(|mark| (head.matches(char::from(*mark)).count(), *mark == b','))
        .unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| OpenError::Text(e.to_string()))?;
        // The row's number is its line's as far as that can be: the reader passes over empty lines.
        let line = record.position().map_or(rows.len(), |p| p.line() as usize - 1);
        if rows.is_empty() {
            rows.resize(line.min(1_000), Vec::new());
        }
        rows.push(record.iter().map(|text| Cell::Text(text.to_owned())).collect());
    }
    Ok(vec![Grid::new(None, (0, 0), rows)])
}
