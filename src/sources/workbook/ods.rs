//! OpenDocument spreadsheets (ODF 1.3 part 3): one pass over `content.xml`, every repetition and
//! every byte counted before it is taken.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::budget::{ReadBudget, ReadLimit};
use super::cell_style::CellStyle;
use super::error::{BadSheet, OpenError, OpenSheet};
use super::grid::{CellNote, SheetCell, SheetGrid};
use super::ods_styles::OdsStyles;
use super::package::SpreadsheetPackage;
use super::rich_text::RichText;
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
    let mut styles = OdsStyles::default();
    for part in [package.text("styles.xml", budget)?.as_deref().unwrap_or_default(), &content] {
        // What is not well-formed costs its styles; the cells are read by themselves.
        let _ = styles.read(part);
    }
    let sheets = ContentReader::new(budget, &styles).read(&content);
    sheets.map_err(|limit| OpenError::Spreadsheet(limit.to_string()))
}

/// A sheet whose rows are being read.
struct PendingSheet {
    grid: SheetGrid,
    /// The next row, from 0.
    row: usize,
    /// Areas of merged cells: their first and last row and column.
    merged: Vec<((usize, usize), (usize, usize))>,
    /// Styles of the cells of columns, each with how many columns have it.
    column_styles: Vec<(usize, String)>,
}

/// A row whose cells are being read.
struct PendingRow {
    repeats: usize,
    /// The next column, from 0.
    column: usize,
    cells: Vec<RowCell>,
    /// The style of its cells without one.
    style: Option<String>,
}

/// A cell that holds something, as often as it repeats.
struct RowCell {
    column: usize,
    repeats: usize,
    cell: SheetCell,
    notes: Vec<CellNote>,
}

/// A cell whose content is being read.
struct PendingCell {
    repeats: usize,
    /// Rows and columns that it covers.
    span: (usize, usize),
    /// The value that an attribute gives, which counts before the text.
    value: Option<String>,
    is_string: bool,
    /// The value is a number, which the style shows.
    number: Option<f64>,
    style: Option<String>,
    /// Superscript behind the text.
    raised: String,
    /// How many spans of superscript are open, and spans in all.
    raised_spans: usize,
    spans: Vec<bool>,
    is_error: bool,
    has_formula: bool,
    text: String,
    paragraphs: usize,
    /// How many paragraphs are open.
    depth: usize,
}

struct ContentReader<'b> {
    budget: &'b mut ReadBudget,
    styles: &'b OdsStyles,
    sheets: Vec<OpenSheet>,
    sheet: Option<PendingSheet>,
    row: Option<PendingRow>,
    cell: Option<PendingCell>,
    /// How many elements are open of one whose text belongs to no cell: a comment or a drawing.
    aside: usize,
}

impl<'b> ContentReader<'b> {
    fn new(budget: &'b mut ReadBudget, styles: &'b OdsStyles) -> Self {
        Self { budget, styles, sheets: Vec::new(), sheet: None, row: None, cell: None, aside: 0 }
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
                self.sheet = Some(PendingSheet {
                    grid,
                    row: 0,
                    merged: Vec::new(),
                    column_styles: Vec::new(),
                });
            }
            "table-column" => {
                if let Some(sheet) = &mut self.sheet {
                    self.budget.take_cells(0, 1)?;
                    let repeats = count(element, "number-columns-repeated")?;
                    let style = attribute(element, "default-cell-style-name")?;
                    sheet.column_styles.push((repeats, style.unwrap_or_default()));
                }
            }
            "table-row" if self.sheet.is_some() => {
                let repeats = count(element, "number-rows-repeated")?;
                self.row = Some(PendingRow {
                    repeats,
                    column: 0,
                    cells: Vec::new(),
                    style: attribute(element, "default-cell-style-name")?,
                });
            }
            "table-cell" | "covered-table-cell" if self.row.is_some() => {
                self.cell = Some(PendingCell::open(element)?);
            }
            name => {
                if let Some(cell) = &mut self.cell {
                    cell.open_content(name, element, self.styles)?;
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
                    let columns = self.sheet.as_ref().map_or(&[][..], |sheet| &sheet.column_styles);
                    row.put(cell, self.styles, columns);
                }
            }
            "p" => {
                if let Some(cell) = &mut self.cell {
                    cell.depth = cell.depth.saturating_sub(1);
                }
            }
            "span" => {
                if let Some(cell) = &mut self.cell {
                    cell.raised_spans -= usize::from(cell.spans.pop() == Some(true));
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
        self.budget.take_text(cell.text.len() + cell.raised.len() + text.len(), 0)?;
        if cell.raised_spans > 0 && !cell.text.is_empty() {
            cell.raised.push_str(text);
            return Ok(());
        }
        if !text.trim().is_empty() {
            // A superscript before other text is part of it.
            let raised = std::mem::take(&mut cell.raised);
            cell.text.push_str(&raised);
        }
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
                    for note in &cell.notes {
                        self.grid.note(self.row, column, note.clone(), budget)?;
                    }
                }
            }
            self.row += 1;
        }
        Ok(())
    }
}

impl PendingRow {
    fn put(&mut self, cell: PendingCell, styles: &OdsStyles, columns: &[(usize, String)]) {
        let (column, repeats) = (self.column, cell.repeats);
        self.column = self.column.saturating_add(repeats);
        // The style of a cell is its own, else that of its row, else that of its column (9.1.4).
        let mut end = 0_usize;
        let of_column = columns.iter().find(|(repeats, _)| {
            end = end.saturating_add(*repeats);
            column < end
        });
        let name = cell.style.as_deref().or(self.style.as_deref());
        let name = name.or(of_column.map(|(_, style)| style.as_str()));
        let style = name.map(|name| styles.cell(name)).unwrap_or_default();
        let (cell, footnote) = cell.finish(&style);
        if cell != SheetCell::default() {
            let struck = style.is_struck.then_some(CellNote::Struck);
            let notes = footnote.map(CellNote::Footnote).into_iter().chain(struck).collect();
            self.cells.push(RowCell { column, repeats, cell, notes });
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
            number: None,
            style: attribute(element, "style-name")?,
            raised: String::new(),
            raised_spans: 0,
            spans: Vec::new(),
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
                    cell.number = Some(number);
                }
                "office:string-value" | "office:date-value" if cell.value.is_none() => {
                    cell.value = Some(value.into_owned());
                }
                "office:time-value" if cell.value.is_none() => {
                    cell.value = Some(time_of_day(&value).unwrap_or(value.into_owned()));
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
    fn open_content(
        &mut self,
        name: &str,
        element: &BytesStart<'_>,
        styles: &OdsStyles,
    ) -> Result<(), XmlError> {
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
            "span" => {
                let style = attribute(element, "style-name")?;
                let is_raised = style.is_some_and(|style| styles.is_raised(&style));
                self.spans.push(is_raised);
                self.raised_spans += usize::from(is_raised);
            }
            "tab" if self.depth > 0 => self.text.push('\t'),
            "line-break" if self.depth > 0 => self.text.push('\n'),
            _ => {}
        }
        Ok(())
    }

    /// What the cell holds, and the text with its footnote marks where it has any.
    fn finish(self, style: &CellStyle) -> (SheetCell, Option<String>) {
        if self.is_error {
            // LibreOffice writes an error as its text, beside an empty value.
            let text = self.value.filter(|value| !value.is_empty()).unwrap_or(self.text);
            return (SheetCell::Fault(text), None);
        }
        if let Some(number) = self.number {
            return (SheetCell::Text(style.number.show(number)), None);
        }
        match self.value {
            Some(value) => (SheetCell::Text(value), None),
            None if self.is_string => {
                let rich = RichText::new(self.text, &self.raised);
                (SheetCell::Text(rich.text), rich.footnote)
            }
            None if self.has_formula => (SheetCell::Pending, None),
            None => (SheetCell::default(), None),
        }
    }
}

/// A duration such as `PT08H05M00S` as the time of day; none from 24 hours on, or of another form.
fn time_of_day(duration: &str) -> Option<String> {
    let (hours, rest) = duration.strip_prefix("PT")?.split_once('H')?;
    let (minutes, seconds) = rest.strip_suffix('S')?.split_once('M')?;
    let [hour, minute, second] =
        [hours, minutes, seconds.split(['.', ',']).next()?].map(str::parse::<u8>);
    let (hour, minute, second) = (hour.ok()?, minute.ok()?, second.ok()?);
    (hour < 24 && minute < 60 && second < 60).then(|| format!("{hour:02}:{minute:02}:{second:02}"))
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
