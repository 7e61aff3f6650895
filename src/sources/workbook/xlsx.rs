//! Workbooks of Office Open XML (ECMA-376 part 1, 18): one pass over each sheet, every cell counted
//! before it is taken, with what its number format and its superscripts say.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::budget::ReadBudget;
use super::cell_style::CellStyle;
use super::error::{BadSheet, OpenError, OpenSheet};
use super::grid::{CellNote, SheetCell, SheetGrid};
use super::number_format::NumberFormat;
use super::package::SpreadsheetPackage;
use super::relationships::{Relationships, relationships};
use super::rich_text::{RichText, RichTextReader};
use super::sheet_outcome::{opened, refused};
use super::xml::{XmlError, attribute, for_each_element, resolved};

/// Reads every worksheet.
pub fn read(bytes: &[u8], budget: &mut ReadBudget) -> Result<Vec<OpenSheet>, OpenError> {
    let mut package = SpreadsheetPackage::open(bytes)?;
    // The package says where its workbook is (ECMA-376 part 2, 6.5); all but a few write this.
    let roots = package.text("_rels/.rels", budget)?.unwrap_or_default();
    let roots = relationships(&roots, "").unwrap_or_default();
    let root = roots.into_values().find(|(kind, _)| kind == "officeDocument");
    let part = root.map_or_else(|| "xl/workbook.xml".to_owned(), |(_, part)| part);
    let Some(text) = package.text(&part, budget)? else {
        let reason = "it has no workbook: it is an Office file of another kind";
        return Err(OpenError::Spreadsheet(reason.into()));
    };
    let (folder, name) = part.rsplit_once('/').unwrap_or(("", &part));
    let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let targets = package.text(&format!("{folder}_rels/{name}.rels"), budget)?.unwrap_or_default();
    let targets = relationships(&targets, &folder).map_err(refused)?;
    let mut book = Workbook::read(&text, &targets).map_err(refused)?;
    let strings = package.text(&book.part("sharedStrings", "xl/sharedStrings.xml"), budget)?;
    book.strings = shared_strings(&strings.unwrap_or_default(), budget).map_err(refused)?;
    let styles = package.text(&book.part("styles", "xl/styles.xml"), budget)?;
    book.styles = cell_styles(&styles.unwrap_or_default()).unwrap_or_default();
    let mut sheets = Vec::new();
    for (name, part) in book.sheets.clone() {
        budget.take_sheet().map_err(|limit| OpenError::Spreadsheet(limit.to_string()))?;
        let Some(text) = package.text(&part, budget)? else {
            sheets.push(Err(BadSheet { name, reason: "its part is missing".into() }));
            continue;
        };
        let mut reader = SheetReader::new(&name, &book, budget);
        let sheet = reader.read(&text).map(|()| reader.grid);
        sheets.push(opened(name, sheet)?);
    }
    Ok(sheets)
}

/// What is said once for all sheets.
#[derive(Default)]
struct Workbook {
    /// Names and parts of the worksheets; charts, dialogs and macros have no cells.
    sheets: Vec<(String, String)>,
    /// Other parts by kind.
    parts: HashMap<String, String>,
    is_1904: bool,
    /// It asks to be calculated when it is opened (18.2.2, `fullCalcOnLoad`). A spreadsheet program
    /// removes the request when it has calculated: where it is present, no program has.
    is_uncalculated: bool,
    strings: Vec<RichText>,
    styles: Vec<CellStyle>,
}

impl Workbook {
    fn read(text: &str, targets: &Relationships) -> Result<Self, XmlError> {
        let mut book = Self::default();
        for (kind, part) in targets.values() {
            book.parts.insert(kind.clone(), part.clone());
        }
        for_each_element(text, |element| {
            match element.local_name().as_ref() {
                "sheet" => {
                    let name = attribute(element, "name")?.unwrap_or_default();
                    let id = attribute(element, "id")?.unwrap_or_default();
                    match targets.get(&id) {
                        Some((kind, part)) if kind == "worksheet" => {
                            book.sheets.push((name, part.clone()));
                        }
                        Some(_) => {}
                        None => book.sheets.push((name, String::new())),
                    }
                }
                "workbookPr" => book.is_1904 = is_true(attribute(element, "date1904")?),
                "calcPr" => book.is_uncalculated = is_true(attribute(element, "fullCalcOnLoad")?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(book)
    }

    fn part(&self, kind: &str, default: &str) -> String {
        self.parts.get(kind).cloned().unwrap_or_else(|| default.to_owned())
    }
}

fn is_true(value: Option<String>) -> bool {
    value.is_some_and(|value| value == "1" || value == "true")
}

/// The shared texts (18.4).
fn shared_strings(text: &str, budget: &mut ReadBudget) -> Result<Vec<RichText>, XmlError> {
    let mut strings = Vec::new();
    let mut reader: Option<RichTextReader> = None;
    let mut xml = Reader::from_str(text);
    xml.config_mut().expand_empty_elements = true;
    loop {
        match xml.read_event()? {
            Event::Start(element) if element.local_name().as_ref() == "si" => {
                reader = Some(RichTextReader::default());
            }
            Event::End(element) if element.local_name().as_ref() == "si" => {
                let text = reader.take().unwrap_or_default().finish();
                budget.take_text(text.text.len(), 0)?;
                budget.take_distinct(text.text.len())?;
                strings.push(text);
            }
            Event::Eof => return Ok(strings),
            event => {
                if let Some(reader) = &mut reader {
                    reader.read(&event)?;
                }
            }
        }
    }
}

/// The formats of cells by their number (18.8.10), from the formats of numbers (18.8.30) and the fonts.
fn cell_styles(text: &str) -> Result<Vec<CellStyle>, XmlError> {
    let (mut formats, mut fonts, mut styles) = (HashMap::new(), Vec::new(), Vec::new());
    let mut is_cell_format = false;
    for_each_element(text, |element| {
        let number = |name| -> Result<u32, XmlError> {
            Ok(attribute(element, name)?.and_then(|value| value.parse().ok()).unwrap_or(0))
        };
        match element.local_name().as_ref() {
            "numFmt" => {
                let code = attribute(element, "formatCode")?.unwrap_or_default();
                formats.insert(number("numFmtId")?, NumberFormat::parse(&code));
            }
            "font" => fonts.push(false),
            "strike" => {
                let is_struck = attribute(element, "val")?.is_none_or(|v| v != "0" && v != "false");
                if let Some(font) = fonts.last_mut() {
                    *font = is_struck;
                }
            }
            "cellStyleXfs" | "cellStyles" | "dxfs" => is_cell_format = false,
            "cellXfs" => is_cell_format = true,
            "xf" if is_cell_format => {
                let format = number("numFmtId")?;
                let font = usize::try_from(number("fontId")?).unwrap_or(usize::MAX);
                styles.push(CellStyle {
                    number: formats
                        .get(&format)
                        .cloned()
                        .unwrap_or_else(|| NumberFormat::built_in(format)),
                    is_struck: fonts.get(font).copied().unwrap_or(false),
                });
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(styles)
}

/// A cell whose content is being read.
#[derive(Default)]
struct PendingCell {
    row: usize,
    column: usize,
    style: usize,
    kind: String,
    value: Option<String>,
    inline: Option<RichTextReader>,
    has_formula: bool,
}

struct SheetReader<'b> {
    book: &'b Workbook,
    budget: &'b mut ReadBudget,
    grid: SheetGrid,
    row: usize,
    column: usize,
    cell: Option<PendingCell>,
    /// Text belongs to the value of the cell.
    is_value: bool,
    merged: Vec<((usize, usize), (usize, usize))>,
}

impl<'b> SheetReader<'b> {
    fn new(name: &str, book: &'b Workbook, budget: &'b mut ReadBudget) -> Self {
        let grid = SheetGrid::new(Some(name.to_owned()), (0, 0));
        let merged = Vec::new();
        Self { book, budget, grid, row: 0, column: 0, cell: None, is_value: false, merged }
    }

    fn read(&mut self, text: &str) -> Result<(), XmlError> {
        let mut xml = Reader::from_str(text);
        xml.config_mut().expand_empty_elements = true;
        let mut is_sheet = false;
        loop {
            match xml.read_event()? {
                Event::Start(element) => {
                    is_sheet |= element.local_name().as_ref() == "sheetData";
                    self.open(&element)?;
                }
                Event::End(element) => {
                    self.close(element.local_name().as_ref())?;
                }
                Event::Text(text) => {
                    self.add(&text.xml10_content(), &Event::Text(text.borrow()))?
                }
                Event::CData(text) => {
                    self.add(&text.xml10_content(), &Event::CData(text.borrow()))?;
                }
                Event::GeneralRef(entity) => {
                    self.add(&resolved(&entity)?, &Event::GeneralRef(entity.borrow()))?;
                }
                Event::Eof if is_sheet && self.cell.is_none() => break,
                Event::Eof => {
                    return Err(XmlError::Malformed("it ends before its cells do".into()));
                }
                _ => {}
            }
        }
        for (first, last) in std::mem::take(&mut self.merged) {
            self.grid.spread(first, last, self.budget)?;
        }
        Ok(())
    }

    fn open(&mut self, element: &BytesStart<'_>) -> Result<(), XmlError> {
        match element.local_name().as_ref() {
            "row" => {
                if let Some(number) = attribute(element, "r")?.and_then(|r| r.parse::<usize>().ok())
                {
                    self.row = number.saturating_sub(1);
                }
                self.column = 0;
            }
            "c" => {
                let place = attribute(element, "r")?.and_then(|r| parse_place(&r));
                let (row, column) = place.unwrap_or((self.row, self.column));
                self.column = column.saturating_add(1);
                let style = attribute(element, "s")?.and_then(|s| s.parse().ok()).unwrap_or(0);
                let kind = attribute(element, "t")?.unwrap_or_default();
                self.cell =
                    Some(PendingCell { row, column, style, kind, ..PendingCell::default() });
            }
            "mergeCell" => {
                let area = attribute(element, "ref")?.unwrap_or_default();
                let ends = area.split_once(':').unwrap_or((&area, &area));
                if let (Some(first), Some(last)) = (parse_place(ends.0), parse_place(ends.1)) {
                    self.merged.push((first, last));
                }
            }
            name => {
                let Some(cell) = &mut self.cell else { return Ok(()) };
                match name {
                    "v" => {
                        self.is_value = true;
                        cell.value.get_or_insert_default();
                    }
                    "f" => cell.has_formula = true,
                    "is" => cell.inline = Some(RichTextReader::default()),
                    _ => {
                        if let Some(inline) = &mut cell.inline {
                            inline.read(&Event::Start(element.borrow()))?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn close(&mut self, name: &str) -> Result<(), XmlError> {
        match name {
            "row" => self.row += 1,
            "v" => self.is_value = false,
            "c" => {
                if let Some(cell) = self.cell.take() {
                    self.put(cell)?;
                }
            }
            _ => {
                if let Some(inline) = self.cell.as_mut().and_then(|cell| cell.inline.as_mut()) {
                    inline.close(name);
                }
            }
        }
        Ok(())
    }

    /// Adds character data, of any kind (XML 1.0, 2.7), to the cell.
    fn add(&mut self, text: &str, event: &Event<'_>) -> Result<(), XmlError> {
        let Some(cell) = &mut self.cell else { return Ok(()) };
        match (&mut cell.inline, &mut cell.value) {
            (Some(inline), _) => inline.read(event)?,
            (None, Some(value)) if self.is_value => {
                self.budget.take_text(value.len() + text.len(), 0)?;
                value.push_str(text);
            }
            _ => {}
        }
        Ok(())
    }

    fn put(&mut self, cell: PendingCell) -> Result<(), XmlError> {
        let style = self.book.styles.get(cell.style);
        let mut footnote = None;
        let pending = cell.has_formula;
        let is_text = matches!(cell.kind.as_str(), "s" | "str" | "inlineStr" | "is" | "d" | "e");
        let content = match (cell.inline, cell.value) {
            (Some(inline), _) => {
                let rich = inline.finish();
                footnote = rich.footnote;
                SheetCell::Text(rich.text)
            }
            (None, None) if pending => SheetCell::Pending,
            (None, None) => return Ok(()),
            (None, Some(value)) if value.is_empty() && !is_text && pending => SheetCell::Pending,
            (None, Some(value)) => match cell.kind.as_str() {
                "s" => {
                    let Ok(index) = value.trim().parse::<usize>() else { return Ok(()) };
                    let Some(rich) = self.book.strings.get(index) else {
                        let reason = format!("it names shared text {index}, which does not exist");
                        return Err(XmlError::Malformed(reason));
                    };
                    footnote.clone_from(&rich.footnote);
                    SheetCell::Text(rich.text.clone())
                }
                "b" => SheetCell::Text((value.trim() == "1" || value.trim() == "true").to_string()),
                "e" => SheetCell::Fault(value),
                "str" | "d" | "inlineStr" | "is" => {
                    SheetCell::Text(super::rich_text::unescape(&value))
                }
                _ => match value.trim().parse::<f64>() {
                    Ok(0.0) if pending && self.book.is_uncalculated => SheetCell::Pending,
                    Ok(number) => {
                        SheetCell::Text(CellStyle::show(style, number, self.book.is_1904))
                    }
                    Err(_) => SheetCell::Text(value),
                },
            },
        };
        if content == SheetCell::default() {
            return Ok(());
        }
        ReadBudget::check_place(cell.row, cell.column)?;
        self.grid.put(cell.row, cell.column, content, self.budget)?;
        if let Some(text) = footnote {
            self.grid.note(cell.row, cell.column, CellNote::Footnote(text), self.budget)?;
        }
        if style.is_some_and(|style| style.is_struck) {
            self.grid.note(cell.row, cell.column, CellNote::Struck, self.budget)?;
        }
        Ok(())
    }
}

/// Row and column of an address such as `B12`, from 0.
fn parse_place(address: &str) -> Option<(usize, usize)> {
    let address = address.replace('$', "");
    let letters = address.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (column, row) = address.split_at(letters);
    if column.is_empty() || column.len() > 4 {
        return None;
    }
    let column = column.bytes().fold(0_usize, |sum, letter| {
        sum * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1
    });
    Some((row.parse::<usize>().ok()?.checked_sub(1)?, column - 1))
}
