//! Opening spreadsheets and delimited text, whatever their name says.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, Ods, Range, Reader, SheetType, Xls, Xlsb, Xlsx};

use super::grid::{Cell, Grid};
use super::guard;

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
pub type Sheet = Result<Grid, BadSheet>;

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
    let names: Vec<_> = archive.file_names().flatten().collect();
    container_of(names.iter().map(AsRef::as_ref))
}

/// What kind of spreadsheet a ZIP archive with members of these names is.
pub fn container_of<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Option<Container> {
    let has = |name: &str| names.clone().any(|n| n.eq_ignore_ascii_case(name));
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
pub fn open(bytes: &[u8], container: Container) -> Result<Vec<Sheet>, OpenError> {
    if container == Container::Text {
        return delimited(bytes);
    }
    // An encrypted workbook is an OLE file with a stream of this name (MS-OFFCRYPTO 2.3.2).
    let stream: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    if container == Container::Xls && contains(bytes, &stream) {
        return Err(OpenError::Spreadsheet("it is protected by a password".into()));
    }
    guard::check(bytes, container)?;
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

fn sheets<'a, R: Reader<Cursor<&'a [u8]>>>(book: &mut R) -> Result<Vec<Sheet>, OpenError>
where
    R::Error: std::fmt::Display,
{
    let mut grids = Vec::new();
    for sheet in book.sheets_metadata().to_vec() {
        // Charts, dialogs and macros have no cells.
        if sheet.typ == SheetType::WorkSheet {
            grids.push(match book.worksheet_range(&sheet.name) {
                Ok(range) => Ok(grid(sheet.name, &range)),
                Err(error) => Err(BadSheet { name: sheet.name, reason: error.to_string() }),
            });
        }
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

fn delimited(bytes: &[u8]) -> Result<Vec<Sheet>, OpenError> {
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
    Ok(vec![Ok(Grid::new(None, (0, 0), rows))])
}
