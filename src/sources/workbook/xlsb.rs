//! Binary workbooks of Excel 2007 (MS-XLSB): one pass over the records of each sheet, every cell counted
//! before it is taken, with what its number format and its superscripts say.

use std::collections::HashMap;

use super::budget::ReadBudget;
use super::cell_style::CellStyle;
use super::error::{BadSheet, OpenError, OpenSheet};
use super::grid::{CellNote, SheetCell, SheetGrid};
use super::number_format::NumberFormat;
use super::package::SpreadsheetPackage;
use super::relationships::relationships;
use super::rich_text::RichText;
use super::sheet_outcome::{opened, refused};
use super::xml::XmlError;

/// Types of records (MS-XLSB 2.3.2).
mod kind {
    pub const ROW: u32 = 0;
    /// Blank to formula with an error: cells that begin with their column (2.4.301 to 2.4.307).
    pub const CELLS: std::ops::RangeInclusive<u32> = 1..=11;
    /// The same in the short form, which belong to the column after the last one.
    pub const SHORT_CELLS: std::ops::RangeInclusive<u32> = 12..=18;
    pub const RICH_CELL: u32 = 62;
    pub const SHARED_TEXT: u32 = 19;
    pub const FONT: u32 = 43;
    pub const FORMAT: u32 = 44;
    pub const STYLE: u32 = 47;
    pub const BOOK_PROPERTIES: u32 = 153;
    pub const SHEET: u32 = 156;
    pub const MERGED: u32 = 176;
    pub const SHEET_DATA_END: u32 = 146;
    pub const SHEET_END: u32 = 130;
    pub const CELL_STYLES: u32 = 617;
    pub const CELL_STYLES_END: u32 = 618;
}

/// Reads every worksheet.
///
/// # Errors
/// When the workbook cannot be opened, or is larger than the budget allows.
pub fn read(bytes: &[u8], budget: &mut ReadBudget) -> Result<Vec<OpenSheet>, OpenError> {
    let mut package = SpreadsheetPackage::open(bytes)?;
    let damaged = || OpenError::Spreadsheet("it is damaged".to_owned());
    let book = package.bytes("xl/workbook.bin", budget)?.ok_or_else(damaged)?;
    let targets = package.text("xl/_rels/workbook.bin.rels", budget)?.unwrap_or_default();
    let targets = relationships(&targets, "xl/").map_err(refused)?;
    let part = |wanted: &str, default: &str| {
        let part = targets.values().find(|(kind, _)| kind == wanted);
        part.map_or_else(|| default.to_owned(), |(_, part)| part.clone())
    };
    let styles = package.bytes(&part("styles", "xl/styles.bin"), budget)?.unwrap_or_default();
    let styles = BinaryStyles::read(&styles);
    let texts = part("sharedStrings", "xl/sharedStrings.bin");
    let texts = package.bytes(&texts, budget)?.unwrap_or_default();
    let texts = shared_texts(&texts, &styles, budget).map_err(refused)?;
    let mut workbook = BinaryWorkbook { styles, texts, is_1904: false };
    let mut names = Vec::new();
    for record in Records(&book) {
        let (kind, body) = record.map_err(refused)?;
        match kind {
            kind::BOOK_PROPERTIES => workbook.is_1904 = body.first().is_some_and(|b| b & 1 > 0),
            kind::SHEET => {
                let mut rest = body.get(8..).unwrap_or_default();
                let id = wide_text(&mut rest).map(|units| String::from_utf16_lossy(&units));
                let name = wide_text(&mut rest).map(|units| String::from_utf16_lossy(&units));
                names.push((id.unwrap_or_default(), name.ok_or_else(damaged)?));
            }
            _ => {}
        }
    }
    let mut sheets = Vec::new();
    for (id, name) in names {
        let part = match targets.get(&id) {
            Some((kind, part)) if kind == "worksheet" => part,
            Some(_) => continue,
            None => "",
        };
        budget.take_sheet().map_err(|limit| refused(limit.into()))?;
        let Some(bytes) = package.bytes(part, budget)? else {
            sheets.push(Err(BadSheet { name, reason: "its part is missing".into() }));
            continue;
        };
        let sheet = workbook.sheet(&name, &bytes, budget);
        sheets.push(opened(name, sheet)?);
    }
    Ok(sheets)
}

fn cut() -> XmlError {
    XmlError::Malformed("it ends within a record".into())
}

/// The records of a part: type and body (MS-XLSB 2.1.4).
struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = Result<(u32, &'a [u8]), XmlError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let record = self.record().ok_or_else(cut);
        if record.is_err() {
            self.0 = &[];
        }
        Some(record)
    }
}

impl<'a> Records<'a> {
    fn record(&mut self) -> Option<(u32, &'a [u8])> {
        let kind = self.number(2)?;
        let length = self.number(4)? as usize;
        let (body, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some((kind, body))
    }

    /// Seven bits a byte, the lowest first; the highest bit says that another follows.
    fn number(&mut self, most: usize) -> Option<u32> {
        let mut value = 0;
        for index in 0..most {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u32::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                break;
            }
        }
        Some(value)
    }
}

fn u16_at(bytes: &[u8], offset: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(offset..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(offset..)?.first_chunk()?))
}

/// A text as its count of UTF-16 code units and these (2.5.168, XLWideString).
fn wide_text(rest: &mut &[u8]) -> Option<Vec<u16>> {
    let length = u32_at(rest, 0)? as usize;
    let (units, after) = rest.get(4..)?.split_at_checked(length.checked_mul(2)?)?;
    *rest = after;
    Some(units.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect())
}

/// Styles of cells by their number, and which fonts are superscript.
#[derive(Default)]
struct BinaryStyles {
    cells: Vec<CellStyle>,
    raised_fonts: Vec<bool>,
}

impl BinaryStyles {
    /// As far as the part can be read: formats beyond damage are those of plain numbers.
    fn read(part: &[u8]) -> Self {
        let mut styles = Self::default();
        let (mut formats, mut struck, mut are_cells) = (HashMap::new(), Vec::new(), false);
        for (kind, body) in Records(part).map_while(Result::ok) {
            match kind {
                kind::FORMAT => {
                    let code = body.get(2..).and_then(|mut rest| wide_text(&mut rest));
                    if let (Some(id), Some(code)) = (u16_at(body, 0), code) {
                        let code = String::from_utf16_lossy(&code);
                        formats.insert(id, NumberFormat::parse(&code));
                    }
                }
                kind::FONT => {
                    struck.push(u16_at(body, 2).is_some_and(|flags| flags & 8 > 0));
                    styles.raised_fonts.push(u16_at(body, 6) == Some(1));
                }
                kind::CELL_STYLES => are_cells = true,
                kind::CELL_STYLES_END => are_cells = false,
                kind::STYLE if are_cells => {
                    let format = u16_at(body, 2).unwrap_or(0);
                    let font = usize::from(u16_at(body, 4).unwrap_or(0));
                    let number = formats.get(&format).cloned();
                    styles.cells.push(CellStyle {
                        number: number.unwrap_or_else(|| NumberFormat::built_in(format.into())),
                        is_struck: struck.get(font).copied().unwrap_or(false),
                    });
                }
                _ => {}
            }
        }
        styles
    }

    /// A text with runs of fonts (2.5.122, RichStr).
    fn rich_text(&self, body: &[u8]) -> Option<RichText> {
        let (&flags, mut rest) = body.split_first()?;
        let units = wide_text(&mut rest)?;
        let mut runs = Vec::new();
        if flags & 1 > 0 {
            let count = u32_at(rest, 0)? as usize;
            let bytes = rest.get(4..)?.chunks_exact(4).take(count);
            runs.extend(bytes.map(|run| {
                let font = usize::from(u16::from_le_bytes([run[2], run[3]]));
                let is_raised = self.raised_fonts.get(font).copied().unwrap_or(false);
                (usize::from(u16::from_le_bytes([run[0], run[1]])), is_raised)
            }));
        }
        Some(RichText::of_runs(&units, &runs))
    }
}

fn shared_texts(
    part: &[u8],
    styles: &BinaryStyles,
    budget: &mut ReadBudget,
) -> Result<Vec<RichText>, XmlError> {
    let mut texts = Vec::new();
    for record in Records(part) {
        let (kind, body) = record?;
        if kind == kind::SHARED_TEXT {
            let text = styles.rich_text(body).ok_or_else(cut)?;
            budget.take_text(text.text.len(), 0)?;
            budget.take_distinct(text.text.len())?;
            texts.push(text);
        }
    }
    Ok(texts)
}

/// What is said once for all sheets.
struct BinaryWorkbook {
    styles: BinaryStyles,
    texts: Vec<RichText>,
    is_1904: bool,
}

impl BinaryWorkbook {
    fn sheet(
        &self,
        name: &str,
        part: &[u8],
        budget: &mut ReadBudget,
    ) -> Result<SheetGrid, XmlError> {
        let mut grid = SheetGrid::new(Some(name.to_owned()), (0, 0));
        let (mut row, mut column, mut merged, mut is_whole) = (0, 0_usize, Vec::new(), false);
        for record in Records(part) {
            let (kind, body) = record?;
            match kind {
                kind::ROW => row = u32_at(body, 0).ok_or_else(cut)? as usize,
                kind if kind::SHORT_CELLS.contains(&kind) => {
                    column = column.saturating_add(1);
                    self.put(&mut grid, (row, column), kind - 11, body, budget)?;
                }
                kind if kind::CELLS.contains(&kind) || kind == kind::RICH_CELL => {
                    column = u32_at(body, 0).ok_or_else(cut)? as usize;
                    self.put(&mut grid, (row, column), kind, &body[4..], budget)?;
                }
                kind::MERGED => {
                    let place = |index| u32_at(body, index).map(|n| n as usize).ok_or_else(cut);
                    merged.push(((place(0)?, place(8)?), (place(4)?, place(12)?)));
                }
                kind::SHEET_DATA_END | kind::SHEET_END => is_whole = true,
                _ => {}
            }
        }
        if !is_whole {
            return Err(XmlError::Malformed("it ends before its cells do".into()));
        }
        for (first, last) in merged {
            grid.spread(first, last, budget)?;
        }
        Ok(grid)
    }

    /// Puts a cell of a kind; its body begins with its style.
    fn put(
        &self,
        grid: &mut SheetGrid,
        (row, column): (usize, usize),
        kind: u32,
        body: &[u8],
        budget: &mut ReadBudget,
    ) -> Result<(), XmlError> {
        let style = u32_at(body, 0).ok_or_else(cut)? & 0x00ff_ffff;
        let style = self.styles.cells.get(style as usize);
        let mut value = &body[4..];
        let show = |number| SheetCell::Text(CellStyle::show(style, number, self.is_1904));
        let mut footnote = None;
        let mut plain = |rich: RichText| {
            footnote = rich.footnote;
            SheetCell::Text(rich.text)
        };
        let cell = match kind {
            2 => u32_at(value, 0).map(|bits| show(compressed_number(bits))),
            3 | 11 => value.first().map(|code| SheetCell::Fault(error_name(*code).to_owned())),
            4 | 10 => value.first().map(|flag| SheetCell::Text((*flag != 0).to_string())),
            5 | 9 => value.first_chunk().map(|bytes| show(f64::from_le_bytes(*bytes))),
            6 | 8 => wide_text(&mut value).map(|u| SheetCell::Text(String::from_utf16_lossy(&u))),
            7 => {
                let index = u32_at(value, 0).ok_or_else(cut)?;
                let reason = || format!("it names shared text {index}, which does not exist");
                let text = self.texts.get(index as usize).cloned();
                Some(plain(text.ok_or_else(|| XmlError::Malformed(reason()))?))
            }
            kind::RICH_CELL => self.styles.rich_text(value).map(plain),
            _ => Some(SheetCell::default()),
        };
        let cell = cell.ok_or_else(cut)?;
        if cell == SheetCell::default() {
            return Ok(());
        }
        ReadBudget::check_place(row, column)?;
        grid.put(row, column, cell, budget)?;
        if let Some(text) = footnote {
            grid.note(row, column, CellNote::Footnote(text), budget)?;
        }
        if style.is_some_and(|style| style.is_struck) {
            grid.note(row, column, CellNote::Struck, budget)?;
        }
        Ok(())
    }
}

/// A number in thirty bits (2.5.123, RkNumber).
fn compressed_number(bits: u32) -> f64 {
    let number = if bits & 2 > 0 {
        f64::from(bits.cast_signed() >> 2)
    } else {
        f64::from_bits(u64::from(bits & !3) << 32)
    };
    if bits & 1 > 0 { number / 100.0 } else { number }
}

/// The name of an error (2.5.97.2, BErr).
fn error_name(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0f => "#VALUE!",
        0x17 => "#REF!",
        0x1d => "#NAME?",
        0x24 => "#NUM!",
        0x2a => "#N/A",
        _ => "#ERROR",
    }
}
