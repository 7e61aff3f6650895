//! OpenDocument spreadsheets (ODF 1.3 part 3): one pass over `content.xml`, every repetition and
//! every byte counted before it is taken.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::budget::{ReadBudget, ReadLimit};
use super::error::{BadSheet, OpenError, OpenSheet};
use super::grid::{SheetCell, SheetGrid};
use super::package::SpreadsheetPackage;
use super::xml::{XmlError, attribute, resolved, unescaped};

/// The media type that a spreadsheet's first part names (ODF 1.3 part 2, 3.3).
const MEDIA_TYPE: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";

/// Reads every sheet.
pub fn read(bytes: &[u8], budget: &mut ReadBudget) -> Result<Vec<OpenSheet>, OpenError> {
    let refused = |reason: &str| OpenError::Spreadsheet(reason.to_owned());
    let mut package = SpreadsheetPackage::open(bytes)?;
    if let Some(kind) = package.bytes("mimetype", budget)?
        && !kind.starts_with(MEDIA_TYPE)
    {
        return Err(refused("it is an OpenDocument file of another kind"));
    }
    if let Some(manifest) = package.text("META-INF/manifest.xml", budget)?
        && manifest.contains("encryption-data")
    {
        return Err(refused("it is protected by a password"));
    }
    let content = package.text("content.xml", budget)?.ok_or_else(|| refused("it is damaged"))?;
    let sheets = ContentReader::new(budget).read(&content);
    sheets.map_err(|limit| OpenError::Spreadsheet(limit.to_string()))
}

/// A sheet whose rows are being read.
struct PendingSheet {
    grid: SheetGrid,
    /// The next row, from 0.
    row: usize,
    /// Areas of merged cells: their first and last row and column.
    merged: Vec<((usize, usize), (usize, usize))>,
}

/// A row whose cells are being read.
struct PendingRow {
    repeats: usize,
    /// The next column, from 0.
    column: usize,
    cells: Vec<RowCell>,
}

/// A cell that holds something, as often as it repeats.
struct RowCell {
    column: usize,
    repeats: usize,
    cell: SheetCell,
}

/// A cell whose content is being read.
struct PendingCell {
    repeats: usize,
    /// Rows and columns that it covers.
    span: (usize, usize),
    /// The value that an attribute gives, which counts before the text.
    value: Option<String>,
    is_string: bool,
    is_error: bool,
    has_formula: bool,
    text: String,
    paragraphs: usize,
    /// How many paragraphs are open.
    depth: usize,
}

struct ContentReader<'b> {
    budget: &'b mut ReadBudget,
    sheets: Vec<OpenSheet>,
    sheet: Option<PendingSheet>,
    row: Option<PendingRow>,
    cell: Option<PendingCell>,
    /// How many elements are open of one whose text belongs to no cell: a comment or a drawing.
    aside: usize,
}

impl<'b> ContentReader<'b> {
    fn new(budget: &'b mut ReadBudget) -> Self {
        Self { budget, sheets: Vec::new(), sheet: None, row: None, cell: None, aside: 0 }
    }

    /// The sheets; one that is cut off or not well-formed is the last.
    fn read(mut self, content: &str) -> Result<Vec<OpenSheet>, ReadLimit> {
        let reason = match self.read_events(content) {
            Ok(()) if self.sheet.is_none() => return Ok(self.sheets),
            Ok(()) => "it ends before its table does".to_owned(),
            Err(XmlError::Limit(limit)) => return Err(limit),
            Err(XmlError::Malformed(reason)) => reason,
        };
        let name = self.sheet.and_then(|sheet| sheet.grid.name().map(str::to_owned));
        let name = name.unwrap_or_else(|| "content.xml".to_owned());
        self.sheets.push(Err(BadSheet { name, reason: format!("it is damaged: {reason}") }));
        Ok(self.sheets)
    }

    fn read_events(&mut self, content: &str) -> Result<(), XmlError> {
        let mut xml = Reader::from_str(content);
        xml.config_mut().expand_empty_elements = true;
        loop {
            match xml.read_event()? {
                Event::Start(_) if self.aside > 0 => self.aside += 1,
                Event::End(_) if self.aside > 0 => self.aside -= 1,
                Event::Start(element) => self.open(&element)?,
                Event::End(element) => self.close(element.local_name().as_ref())?,
                Event::Text(text) => self.add_text(&text.xml10_content())?,
                Event::CData(text) => self.add_text(&text.xml10_content())?,
                Event::GeneralRef(entity) => self.add_text(&resolved(&entity)?)?,
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    fn open(&mut self, element: &BytesStart<'_>) -> Result<(), XmlError> {
        match element.local_name().as_ref() {
            "annotation" | "shapes" | "frame" | "tracked-changes" | "forms" => self.aside = 1,
            "table" if self.sheet.is_none() => {
                self.budget.take_sheet()?;
                let name = attribute(element, "name")?;
                let grid = SheetGrid::new(Some(name.unwrap_or_default()), (0, 0));
                self.sheet = Some(PendingSheet { grid, row: 0, merged: Vec::new() });
            }
            "table-row" if self.sheet.is_some() => {
                let repeats = count(element, "number-rows-repeated")?;
                self.row = Some(PendingRow { repeats, column: 0, cells: Vec::new() });
            }
            "table-cell" | "covered-table-cell" if self.row.is_some() => {
                self.cell = Some(PendingCell::open(element)?);
            }
            name => {
                if let Some(cell) = &mut self.cell {
                    cell.open_content(name, element)?;
                }
            }
        }
        Ok(())
    }

    fn close(&mut self, name: &str) -> Result<(), ReadLimit> {
        match name {
            "table" => {
                if let Some(mut sheet) = self.sheet.take() {
                    for (first, last) in sheet.merged {
                        sheet.grid.spread(first, last, self.budget)?;
                    }
                    self.sheets.push(Ok(sheet.grid));
                }
            }
            "table-row" => {
                if let (Some(sheet), Some(row)) = (&mut self.sheet, self.row.take()) {
                    sheet.put(row, self.budget)?;
                }
            }
            "table-cell" | "covered-table-cell" => {
                if let (Some(row), Some(cell)) = (&mut self.row, self.cell.take()) {
                    let place = (self.sheet.as_ref().map_or(0, |sheet| sheet.row), row.column);
                    if let Some(sheet) = &mut self.sheet
                        && cell.span != (1, 1)
                    {
                        let (rows, columns) = cell.span;
                        let last =
                            (place.0.saturating_add(rows - 1), place.1.saturating_add(columns - 1));
                        sheet.merged.push((place, last));
                    }
                    row.put(cell);
                }
            }
            "p" => {
                if let Some(cell) = &mut self.cell {
                    cell.depth = cell.depth.saturating_sub(1);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// White space between elements belongs to no cell; within a paragraph it is one blank (ODF 1.3
    /// part 3, 6.1.2).
    fn add_text(&mut self, text: &str) -> Result<(), ReadLimit> {
        let Some(cell) = self.cell.as_mut().filter(|cell| cell.depth > 0 && self.aside == 0) else {
            return Ok(());
        };
        self.budget.take_text(cell.text.len() + text.len(), 0)?;
        for c in text.chars() {
            if !matches!(c, ' ' | '\t' | '\r' | '\n') {
                cell.text.push(c);
            } else if !cell.text.ends_with([' ', '\n']) && !cell.text.is_empty() {
                cell.text.push(' ');
            }
        }
        Ok(())
    }
}

impl PendingSheet {
    /// Puts a row as often as it repeats; rows that hold nothing only move the next one down.
    fn put(&mut self, row: PendingRow, budget: &mut ReadBudget) -> Result<(), ReadLimit> {
        if row.cells.is_empty() {
            self.row = self.row.saturating_add(row.repeats);
            return Ok(());
        }
        for _ in 0..row.repeats {
            for cell in &row.cells {
                let last = cell.column.saturating_add(cell.repeats);
                ReadBudget::check_place(self.row, last - 1)?;
                for column in cell.column..last {
                    self.grid.put(self.row, column, cell.cell.clone(), budget)?;
                }
            }
            self.row += 1;
        }
        Ok(())
    }
}

impl PendingRow {
    fn put(&mut self, cell: PendingCell) {
        let (column, repeats) = (self.column, cell.repeats);
        self.column = self.column.saturating_add(repeats);
        let cell = cell.finish();
        if cell != SheetCell::default() {
            self.cells.push(RowCell { column, repeats, cell });
        }
    }
}

impl PendingCell {
    fn open(element: &BytesStart<'_>) -> Result<Self, XmlError> {
        let mut cell = Self {
            repeats: count(element, "number-columns-repeated")?,
            span: (
                count(element, "number-rows-spanned")?,
                count(element, "number-columns-spanned")?,
            ),
            value: None,
            is_string: false,
            is_error: false,
            has_formula: false,
            text: String::new(),
            paragraphs: 0,
            depth: 0,
        };
        for attribute in element.attributes().with_checks(false) {
            let attribute = attribute.map_err(|e| XmlError::Malformed(e.to_string()))?;
            let value = unescaped(&attribute)?;
            match attribute.key.as_ref() {
                "office:value" if cell.value.is_none() => {
                    let number: f64 = value.trim().parse().map_err(|_| {
                        XmlError::Malformed(format!("{value:?} is not a valid number"))
                    })?;
                    cell.value = Some(number.to_string()); // the shortest form: 2, not 2.0
                }
                "office:string-value" | "office:date-value" | "office:time-value"
                    if cell.value.is_none() =>
                {
                    cell.value = Some(value.into_owned());
                }
                "office:boolean-value" if cell.value.is_none() => {
                    cell.value = Some(value.eq_ignore_ascii_case("true").to_string());
                }
                "office:value-type" => cell.is_string = value == "string",
                "calcext:value-type" => cell.is_error = value == "error",
                "table:formula" => cell.has_formula = !value.is_empty(),
                _ => {}
            }
        }
        Ok(cell)
    }

    /// Begins a paragraph, or adds what an element of one means.
    fn open_content(&mut self, name: &str, element: &BytesStart<'_>) -> Result<(), XmlError> {
        /// Blanks that one element may name.
        const MOST_BLANKS: usize = 1_000;
        match name {
            "p" => {
                if self.paragraphs > 0 {
                    self.text.push('\n');
                }
                self.paragraphs += 1;
                self.depth += 1;
            }
            "s" if self.depth > 0 => {
                let blanks = count(element, "c")?.min(MOST_BLANKS);
                self.text.extend(std::iter::repeat_n(' ', blanks));
            }
            "tab" if self.depth > 0 => self.text.push('\t'),
            "line-break" if self.depth > 0 => self.text.push('\n'),
            _ => {}
        }
        Ok(())
    }

    fn finish(self) -> SheetCell {
        // LibreOffice writes an error as its text, beside an empty value.
        let value = self.value.filter(|value| !(self.is_error && value.is_empty()));
        match value {
            Some(value) => SheetCell::Text(value),
            None if self.is_string || self.is_error => SheetCell::Text(self.text),
            None if self.has_formula => SheetCell::Pending,
            None => SheetCell::default(),
        }
    }
}

/// How often something repeats or how far it reaches; once when nothing is said.
fn count(element: &BytesStart<'_>, name: &str) -> Result<usize, XmlError> {
    let Some(text) = attribute(element, name)? else { return Ok(1) };
    let number = text
        .trim()
        .parse()
        .map_err(|_| XmlError::Malformed(format!("{text:?} is not a valid count")))?;
    Ok(std::cmp::max(number, 1))
}
