//! Number formats with text, struck-out cells and superscript of workbooks of Excel 97 (MS-XLS):
//! calamine 0.38 reads the values alone.
//!
//! Upstream: <https://github.com/tafia/calamine/issues/597> (format codes and styles of cells).

use std::collections::{BTreeMap, HashMap, HashSet};

use super::ole::OleContainer;
use super::xls_limits::{records, u16_at, u32_at};
use crate::sources::workbook::cell_style::CellStyle;
use crate::sources::workbook::number_format::NumberFormat;
use crate::sources::workbook::rich_text::RichText;

/// Cells with something to say, at most: those beyond are read as plain ones.
const MOST_CELLS: usize = 1_000_000;

/// Types of records (MS-XLS 2.3).
mod kind {
    pub const SHEET: u16 = 0x0085;
    pub const FONT: u16 = 0x0031;
    pub const FORMAT: u16 = 0x041e;
    pub const STYLE: u16 = 0x00e0;
    pub const SHARED_TEXTS: u16 = 0x00fc;
    pub const CONTINUE: u16 = 0x003c;
    pub const BEGIN: u16 = 0x0809;
    pub const END: u16 = 0x000a;
    pub const FORMULA: u16 = 0x0006;
    pub const NUMBER: u16 = 0x0203;
    pub const COMPRESSED: u16 = 0x027e;
    pub const SEVERAL_COMPRESSED: u16 = 0x00bd;
    pub const SHARED_TEXT: u16 = 0x00fd;
    pub const LABEL: u16 = 0x0204;
}

/// What a cell says beside its value.
#[derive(Debug, Clone, Default)]
pub struct XlsCell {
    /// Its style, where that says something.
    pub style: CellStyle,
    /// Its text, where that has superscript behind it.
    pub text: Option<RichText>,
}

/// The cells of a sheet that say something beside their value, by row and column.
pub type XlsCells = BTreeMap<(usize, usize), XlsCell>;

/// The cells of every worksheet in its order; none where the workbook cannot be taken apart.
pub fn read(bytes: &[u8]) -> Vec<XlsCells> {
    let stream = OleContainer::open(bytes).and_then(|ole| ole.stream("Workbook"));
    stream.map(|stream| Styles::read(&stream).sheets(&stream)).unwrap_or_default()
}

#[derive(Default)]
struct Styles {
    cells: Vec<CellStyle>,
    /// Shared texts with superscript behind them, by their number.
    raised: HashMap<u64, RichText>,
    /// Where each worksheet begins.
    starts: Vec<u64>,
}

impl Styles {
    fn read(stream: &[u8]) -> Self {
        let mut styles = Self::default();
        let (mut formats, mut struck, mut raised_fonts) =
            (HashMap::new(), Vec::new(), HashSet::new());
        let mut shared: Vec<&[u8]> = Vec::new();
        let mut are_shared = false;
        for (kind, body) in records(stream).take_while(|(kind, _)| *kind != kind::END) {
            are_shared = kind == kind::SHARED_TEXTS || (are_shared && kind == kind::CONTINUE);
            match kind {
                _ if are_shared => shared.push(body),
                // The kind of a sheet is the sixth byte (2.4.28); worksheets are 0.
                kind::SHEET if body.get(5) == Some(&0) => styles.starts.extend(u32_at(body, 0)),
                kind::FONT => {
                    // No font has the number 4 (2.5.129, FontIndex).
                    let number = struck.len() + usize::from(struck.len() >= 4);
                    if u16_at(body, 8) == Some(1) {
                        raised_fonts.insert(number as u64);
                    }
                    struck.push(u16_at(body, 2).is_some_and(|flags| flags & 8 > 0));
                }
                kind::FORMAT => {
                    let code = u16_at(body, 2).and_then(|length| text_at(body, 4, length));
                    if let (Some(id), Some(code)) = (u16_at(body, 0), code) {
                        formats.insert(id, NumberFormat::parse(&code));
                    }
                }
                kind::STYLE => {
                    let (font, format) = (u16_at(body, 0), u16_at(body, 2));
                    let font = font.map_or(0, |font| font - u64::from(font > 4));
                    let is_struck = usize::try_from(font).ok().and_then(|font| struck.get(font));
                    styles.cells.push(CellStyle {
                        number: format.and_then(|f| formats.get(&f)).cloned().unwrap_or_default(),
                        is_struck: is_struck.copied().unwrap_or(false),
                    });
                }
                _ => {}
            }
        }
        styles.raised = SharedTexts::new(shared).raised(&raised_fonts);
        styles
    }

    fn sheets(&self, stream: &[u8]) -> Vec<XlsCells> {
        let sheet = |start: &u64| {
            let bytes = usize::try_from(*start).ok().and_then(|start| stream.get(start..));
            self.sheet(bytes.unwrap_or_default())
        };
        self.starts.iter().map(sheet).collect()
    }

    fn sheet(&self, bytes: &[u8]) -> XlsCells {
        let mut cells = XlsCells::new();
        let mut depth = 0;
        for (kind, body) in records(bytes) {
            match kind {
                kind::BEGIN => depth += 1,
                kind::END if depth <= 1 => break,
                kind::END => depth -= 1,
                kind::FORMULA
                | kind::NUMBER
                | kind::COMPRESSED
                | kind::SHARED_TEXT
                | kind::LABEL => {
                    let text = u32_at(body, 6).filter(|_| kind == kind::SHARED_TEXT);
                    let text = text.and_then(|index| self.raised.get(&index)).cloned();
                    self.note(&mut cells, body, 0, u16_at(body, 4), text);
                }
                kind::SEVERAL_COMPRESSED => {
                    for index in 0..body.len().saturating_sub(6) / 6 {
                        self.note(&mut cells, body, index, u16_at(body, 4 + 6 * index), None);
                    }
                }
                _ => {}
            }
            if cells.len() >= MOST_CELLS {
                break;
            }
        }
        cells
    }

    /// Takes what the cell says whose record begins with its row and column.
    fn note(
        &self,
        cells: &mut XlsCells,
        body: &[u8],
        offset: usize,
        style: Option<u64>,
        text: Option<RichText>,
    ) {
        let style = style.and_then(|style| self.cells.get(usize::try_from(style).ok()?));
        let style = style.cloned().unwrap_or_default();
        let place = u16_at(body, 0).zip(u16_at(body, 2));
        let (Some((row, column)), true) = (place, style != CellStyle::default() || text.is_some())
        else {
            return;
        };
        // Two bytes each: they fit.
        #[allow(clippy::cast_possible_truncation)]
        cells.insert((row as usize, column as usize + offset), XlsCell { style, text });
    }
}

/// A text of so many characters, of one byte or two each as its first byte says (2.5.294).
fn text_at(body: &[u8], offset: usize, length: u64) -> Option<String> {
    let length = usize::try_from(length).ok()?;
    let (&flags, rest) = body.get(offset..)?.split_first()?;
    if flags & 1 == 0 {
        return Some(rest.get(..length)?.iter().map(|byte| char::from(*byte)).collect());
    }
    let units = rest.get(..2 * length)?.chunks_exact(2);
    let units: Vec<u16> = units.map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
    Some(String::from_utf16_lossy(&units))
}

/// The bytes of the shared texts, in records that continue each other (2.4.265, 2.4.58).
struct SharedTexts<'a> {
    parts: std::vec::IntoIter<&'a [u8]>,
    part: &'a [u8],
}

impl<'a> SharedTexts<'a> {
    fn new(parts: Vec<&'a [u8]>) -> Self {
        let mut parts = parts.into_iter();
        let part = parts.next().and_then(|part| part.get(8..)).unwrap_or_default();
        Self { parts, part }
    }

    /// The texts that have superscript behind them.
    fn raised(mut self, fonts: &HashSet<u64>) -> HashMap<u64, RichText> {
        let mut texts = HashMap::new();
        let mut index = 0;
        while !fonts.is_empty()
            && let Some(text) = self.text(fonts)
        {
            if text.footnote.is_some() {
                texts.insert(index, text);
            }
            index += 1;
        }
        texts
    }

    fn byte(&mut self) -> Option<u8> {
        while self.part.is_empty() {
            self.part = self.parts.next()?;
        }
        let (&byte, rest) = self.part.split_first()?;
        self.part = rest;
        Some(byte)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    /// One text with its runs (2.5.293). Within its characters a continued record begins with a byte
    /// that says again how wide they are.
    fn text(&mut self, fonts: &HashSet<u64>) -> Option<RichText> {
        let length = self.u16()?;
        let flags = self.byte()?;
        let run_count = if flags & 8 > 0 { self.u16()? } else { 0 };
        let extra = if flags & 4 > 0 {
            u32::from_le_bytes([self.byte()?, self.byte()?, self.byte()?, self.byte()?])
        } else {
            0
        };
        let (mut units, mut is_wide) = (Vec::new(), flags & 1 > 0);
        for _ in 0..length {
            if self.part.is_empty() {
                is_wide = self.byte()? & 1 > 0;
            }
            units.push(if is_wide { self.u16()? } else { self.byte()?.into() });
        }
        let mut runs = Vec::new();
        for _ in 0..run_count {
            let (start, font) = (self.u16()?, self.u16()?);
            runs.push((usize::from(start), fonts.contains(&u64::from(font))));
        }
        for _ in 0..extra {
            self.byte()?;
        }
        Some(RichText::of_runs(&units, &runs))
    }
}
