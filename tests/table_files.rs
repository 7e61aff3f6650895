//! Tables as spreadsheet programs write them: one model of cells, written as .xlsx, .xlsb, .xls, .ods and
//! delimited text. Only what a table needs is written.

use std::io::{Cursor, Write};

use mammodex::sources::workbook::TableContainer;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// What a cell holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Content {
    #[default]
    Empty,
    Text(String),
    Number(f64),
    /// `#N/A`.
    Fault,
    /// A formula whose result is not in the file.
    Formula,
}

/// A cell of a table that is written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cell {
    pub content: Content,
    /// Superscript behind the text.
    pub raised: String,
    /// Number format; empty is General.
    pub format: &'static str,
    pub is_struck: bool,
    /// Rows and columns that it covers beside its own.
    pub covers: (usize, usize),
    /// What the test knows of it.
    pub truth: Option<(u32, usize)>,
}

impl Cell {
    pub fn text(text: &str) -> Self {
        let content = if text.is_empty() { Content::Empty } else { Content::Text(text.to_owned()) };
        Self { content, ..Self::default() }
    }

    /// As delimited text has it.
    pub fn plain(&self) -> String {
        match &self.content {
            Content::Empty | Content::Formula => String::new(),
            Content::Text(text) => format!("{text}{}", self.raised),
            Content::Number(number) => shown(*number, self.format),
            Content::Fault => "#N/A".to_owned(),
        }
    }
}

/// A sheet.
#[derive(Debug, Clone)]
pub struct Table {
    pub name: String,
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    fn cells(&self) -> impl Iterator<Item = (usize, usize, &Cell)> {
        let rows = self.rows.iter().enumerate();
        rows.flat_map(|(row, cells)| {
            cells.iter().enumerate().map(move |(column, cell)| (row, column, cell))
        })
    }

    /// The number formats that occur and struck-out ones of each, General first.
    fn styles(&self) -> Vec<(&'static str, bool)> {
        let mut styles = vec![("", false)];
        for (_, _, cell) in self.cells() {
            if !styles.contains(&(cell.format, cell.is_struck)) {
                styles.push((cell.format, cell.is_struck));
            }
        }
        styles
    }

    /// First and last row and column of each merged cell.
    fn merged(&self) -> Vec<[usize; 4]> {
        let covering = self.cells().filter(|(_, _, cell)| cell.covers != (0, 0));
        covering
            .map(|(row, column, cell)| [row, row + cell.covers.0, column, column + cell.covers.1])
            .collect()
    }

    pub fn written(&self, container: TableContainer) -> Vec<u8> {
        match container {
            TableContainer::Xlsx => self.xlsx(),
            TableContainer::Xlsb => self.xlsb(),
            TableContainer::Xls => self.xls(),
            TableContainer::Ods => self.ods(),
            TableContainer::Text => self.delimited(",").into_bytes(),
        }
    }

    pub fn delimited(&self, delimiter: &str) -> String {
        let width = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let mut text = String::new();
        for row in &self.rows {
            for column in 0..width {
                let cell = row.get(column).map(Cell::plain).unwrap_or_default();
                let is_quoted = cell.contains([',', ';', '\t', '|', '"', '\n', '\r']);
                if column > 0 {
                    text.push_str(delimiter);
                }
                text +=
                    &if is_quoted { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell };
            }
            text.push('\n');
        }
        text
    }

    fn xlsx(&self) -> Vec<u8> {
        let styles = self.styles();
        let mut formats = String::new();
        let mut cell_formats = String::new();
        for (number, (format, is_struck)) in styles.iter().enumerate() {
            let id = if format.is_empty() { 0 } else { 164 + number };
            if id > 0 {
                formats +=
                    &format!("<numFmt numFmtId=\"{id}\" formatCode=\"{}\"/>", escaped(format));
            }
            cell_formats += &format!("<xf numFmtId=\"{id}\" fontId=\"{}\"/>", u8::from(*is_struck));
        }
        let mut sheet = "<worksheet><sheetData>".to_owned();
        for (row, cells) in self.rows.iter().enumerate() {
            sheet += &format!("<row r=\"{}\">", row + 1);
            for (column, cell) in cells.iter().enumerate() {
                let style = styles.iter().position(|style| *style == (cell.format, cell.is_struck));
                let head =
                    format!("<c r=\"{}\" s=\"{}\"", address(row, column), style.unwrap_or(0));
                sheet += &match &cell.content {
                    Content::Empty => continue,
                    Content::Number(number) => format!("{head}><v>{number}</v></c>"),
                    Content::Fault => format!("{head} t=\"e\"><v>#N/A</v></c>"),
                    Content::Formula => format!("{head}><f>A1+1</f></c>"),
                    Content::Text(text) if cell.raised.is_empty() => {
                        format!("{head} t=\"inlineStr\"><is><t>{}</t></is></c>", escaped(text))
                    }
                    Content::Text(text) => format!(
                        "{head} t=\"inlineStr\"><is><r><t>{}</t></r><r><rPr><vertAlign val=\"superscript\"/></rPr><t>{}</t></r></is></c>",
                        escaped(text),
                        escaped(&cell.raised)
                    ),
                };
            }
            sheet += "</row>";
        }
        sheet += "</sheetData>";
        let merged = self.merged();
        if !merged.is_empty() {
            let areas = merged.iter().map(|[top, bottom, left, right]| {
                format!(
                    "<mergeCell ref=\"{}:{}\"/>",
                    address(*top, *left),
                    address(*bottom, *right)
                )
            });
            sheet += &format!("<mergeCells>{}</mergeCells>", areas.collect::<String>());
        }
        sheet += "</worksheet>";
        let book = format!(
            "<workbook><sheets><sheet name=\"{}\" sheetId=\"1\" id=\"r1\"/></sheets></workbook>",
            escaped(&self.name)
        );
        let styles = format!(
            "<styleSheet><numFmts>{formats}</numFmts><fonts><font/><font><strike/></font></fonts><cellXfs>{cell_formats}</cellXfs></styleSheet>"
        );
        zipped(&[
            ("[Content_Types].xml", b"<Types/>"),
            ("xl/workbook.xml", book.as_bytes()),
            ("xl/_rels/workbook.xml.rels", relationships("sheet1.xml", "styles.xml").as_bytes()),
            ("xl/styles.xml", styles.as_bytes()),
            ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
        ])
    }

    fn ods(&self) -> Vec<u8> {
        let styles = self.styles();
        let mut automatic = "<style:style style:name=\"up\" style:family=\"text\"><style:text-properties style:text-position=\"super 58%\"/></style:style>".to_owned();
        for (number, (format, is_struck)) in styles.iter().enumerate() {
            automatic += &ods_format(number, format);
            automatic += &format!(
                "<style:style style:name=\"ce{number}\" style:family=\"table-cell\" style:data-style-name=\"N{number}\">"
            );
            if *is_struck {
                automatic += "<style:text-properties style:text-line-through-style=\"solid\"/>";
            }
            automatic += "</style:style>";
        }
        let mut rows = String::new();
        for cells in &self.rows {
            rows += "<table:table-row>";
            for cell in cells {
                let style = styles.iter().position(|style| *style == (cell.format, cell.is_struck));
                let mut head =
                    format!("<table:table-cell table:style-name=\"ce{}\"", style.unwrap_or(0));
                if cell.covers != (0, 0) {
                    head += &format!(
                        " table:number-rows-spanned=\"{}\" table:number-columns-spanned=\"{}\"",
                        cell.covers.0 + 1,
                        cell.covers.1 + 1
                    );
                }
                rows += &match &cell.content {
                    Content::Empty => format!("{head}/>"),
                    Content::Number(_) if cell.format == "yyyy-mm-dd" => format!(
                        "{head} office:value-type=\"date\" office:date-value=\"2019-01-03\"><text:p>2019-01-03</text:p></table:table-cell>"
                    ),
                    Content::Number(_) if cell.format == "h:mm" => format!(
                        "{head} office:value-type=\"time\" office:time-value=\"PT08H05M00S\"><text:p>08:05</text:p></table:table-cell>"
                    ),
                    Content::Number(number) => format!(
                        "{head} office:value-type=\"float\" office:value=\"{number}\"><text:p>{number}</text:p></table:table-cell>"
                    ),
                    Content::Fault => format!(
                        "{head} table:formula=\"of:=NA()\" office:value-type=\"string\" office:string-value=\"\" calcext:value-type=\"error\"><text:p>#N/A</text:p></table:table-cell>"
                    ),
                    Content::Formula => format!("{head} table:formula=\"of:=A1\"/>"),
                    Content::Text(text) => {
                        let raised = match cell.raised.as_str() {
                            "" => String::new(),
                            raised => format!(
                                "<text:span text:style-name=\"up\">{}</text:span>",
                                escaped(raised)
                            ),
                        };
                        format!(
                            "{head} office:value-type=\"string\"><text:p>{}{raised}</text:p></table:table-cell>",
                            ods_text(text)
                        )
                    }
                };
            }
            rows += "</table:table-row>";
        }
        let content = format!(
            "<office:document-content><office:automatic-styles>{automatic}</office:automatic-styles><office:body><office:spreadsheet><table:table table:name=\"{}\">{rows}</table:table></office:spreadsheet></office:body></office:document-content>",
            escaped(&self.name)
        );
        zipped(&[
            ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
            ("content.xml", content.as_bytes()),
        ])
    }

    /// MS-XLSB 2.1.7.
    fn xlsb(&self) -> Vec<u8> {
        let record = |out: &mut Vec<u8>, kind: u32, body: &[u8]| {
            for mut left in [kind, body.len() as u32] {
                while left > 0x7f {
                    out.push((left & 0x7f) as u8 | 0x80);
                    left >>= 7;
                }
                out.push(left as u8);
            }
            out.extend_from_slice(body);
        };
        let wide = |text: &str| {
            let units: Vec<u16> = text.encode_utf16().collect();
            let mut bytes = (units.len() as u32).to_le_bytes().to_vec();
            bytes.extend(units.into_iter().flat_map(u16::to_le_bytes));
            bytes
        };
        let styles = self.styles();
        let mut style_part = Vec::new();
        record(&mut style_part, 615, &(styles.len() as u32).to_le_bytes());
        for (number, (format, _)) in styles.iter().enumerate().filter(|(_, (f, _))| !f.is_empty()) {
            record(
                &mut style_part,
                44,
                &[&(164 + number as u16).to_le_bytes()[..], &wide(format)].concat(),
            );
        }
        record(&mut style_part, 616, &[]);
        record(&mut style_part, 611, &3_u32.to_le_bytes());
        for (flags, script) in [(0_u8, 0_u8), (8, 0), (0, 1)] {
            let mut font = vec![220, 0, flags, 0, 144, 1, script, 0, 0, 0, 0, 0];
            font.extend([0; 9]);
            font.extend(wide("Malgun Gothic"));
            record(&mut style_part, 43, &font);
        }
        record(&mut style_part, 612, &[]);
        record(&mut style_part, 617, &(styles.len() as u32).to_le_bytes());
        for (number, (format, is_struck)) in styles.iter().enumerate() {
            let id = if format.is_empty() { 0 } else { 164 + number as u16 };
            let mut body = vec![0, 0];
            body.extend(id.to_le_bytes());
            body.extend(u16::from(*is_struck).to_le_bytes());
            body.extend([0; 10]);
            record(&mut style_part, 47, &body);
        }
        record(&mut style_part, 618, &[]);
        let mut sheet = Vec::new();
        record(&mut sheet, 129, &[]);
        let size = [0, self.rows.len() as u32, 0, 100];
        record(&mut sheet, 148, &size.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<_>>());
        record(&mut sheet, 145, &[]);
        for (row, cells) in self.rows.iter().enumerate() {
            record(&mut sheet, 0, &[&(row as u32).to_le_bytes()[..], &[0; 13]].concat());
            for (column, cell) in cells.iter().enumerate() {
                let style = styles.iter().position(|style| *style == (cell.format, cell.is_struck));
                let mut body = (column as u32).to_le_bytes().to_vec();
                body.extend((style.unwrap_or(0) as u32).to_le_bytes());
                let kind = match &cell.content {
                    Content::Empty => continue,
                    Content::Number(number) => {
                        body.extend(number.to_le_bytes());
                        5
                    }
                    Content::Fault => {
                        body.push(0x2a);
                        3
                    }
                    // An empty text, as of a formula that no program calculated.
                    Content::Formula => {
                        body.push(0x2a);
                        11
                    }
                    Content::Text(text) if cell.raised.is_empty() => {
                        body.extend(wide(text));
                        6
                    }
                    Content::Text(text) => {
                        body.push(1);
                        body.extend(wide(&format!("{text}{}", cell.raised)));
                        body.extend(1_u32.to_le_bytes());
                        body.extend((text.encode_utf16().count() as u16).to_le_bytes());
                        body.extend(2_u16.to_le_bytes());
                        62
                    }
                };
                record(&mut sheet, kind, &body);
            }
        }
        record(&mut sheet, 146, &[]);
        let merged = self.merged();
        record(&mut sheet, 177, &(merged.len() as u32).to_le_bytes());
        for area in merged {
            let body: Vec<u8> = area.iter().flat_map(|n| (*n as u32).to_le_bytes()).collect();
            record(&mut sheet, 176, &body);
        }
        record(&mut sheet, 178, &[]);
        record(&mut sheet, 130, &[]);
        let mut book = Vec::new();
        record(&mut book, 131, &[]);
        record(&mut book, 143, &[]);
        let named = [&[0; 4][..], &1_u32.to_le_bytes(), &wide("r1"), &wide(&self.name)].concat();
        record(&mut book, 156, &named);
        record(&mut book, 144, &[]);
        record(&mut book, 132, &[]);
        zipped(&[
            ("[Content_Types].xml", b"<Types/>"),
            ("xl/workbook.bin", &book),
            ("xl/_rels/workbook.bin.rels", relationships("sheet1.bin", "styles.bin").as_bytes()),
            ("xl/styles.bin", &style_part),
            ("xl/worksheets/sheet1.bin", &sheet),
        ])
    }

    /// MS-XLS 2.1.7.
    fn xls(&self) -> Vec<u8> {
        let record = |out: &mut Vec<u8>, kind: u16, body: &[u8]| {
            out.extend(kind.to_le_bytes());
            out.extend((body.len() as u16).to_le_bytes());
            out.extend_from_slice(body);
        };
        let units =
            |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
        let count = |text: &str| text.encode_utf16().count() as u16;
        let begin = |kind: u8| [0, 6, kind, 0, 0xbb, 0x0d, 0xcc, 7, 0, 0, 0, 0, 6, 0, 0, 0];
        let styles = self.styles();
        let mut texts: Vec<(&str, &str)> = Vec::new();
        for (_, _, cell) in self.cells() {
            if let Content::Text(text) = &cell.content
                && !texts.contains(&(text, &cell.raised))
            {
                texts.push((text, &cell.raised));
            }
        }
        let mut globals = Vec::new();
        record(&mut globals, 0x0809, &begin(5));
        record(&mut globals, 0x0042, &1200_u16.to_le_bytes());
        for (flags, script) in [(0_u8, 0_u8), (8, 0), (0, 1)] {
            let mut font = vec![220, 0, flags, 0, 0xff, 0x7f, 144, 1, script, 0, 0, 0, 0, 0, 5, 1];
            font.extend(units("Arial"));
            record(&mut globals, 0x0031, &font);
        }
        for (number, (format, _)) in styles.iter().enumerate().filter(|(_, (f, _))| !f.is_empty()) {
            let mut body = (164 + number as u16).to_le_bytes().to_vec();
            body.extend(count(format).to_le_bytes());
            body.push(1);
            body.extend(units(format));
            record(&mut globals, 0x041e, &body);
        }
        for (number, (format, is_struck)) in styles.iter().enumerate() {
            let id = if format.is_empty() { 0 } else { 164 + number as u16 };
            let mut body = u16::from(*is_struck).to_le_bytes().to_vec();
            body.extend(id.to_le_bytes());
            body.extend([0; 16]);
            record(&mut globals, 0x00e0, &body);
        }
        let place = globals.len() + 4;
        let mut named = vec![0; 6];
        named.extend([count(&self.name) as u8, 1]);
        named.extend(units(&self.name));
        record(&mut globals, 0x0085, &named);
        let mut shared = Vec::new();
        shared.extend((texts.len() as u32).to_le_bytes());
        shared.extend((texts.len() as u32).to_le_bytes());
        for (text, raised) in &texts {
            shared.extend((count(text) + count(raised)).to_le_bytes());
            shared.push(if raised.is_empty() { 1 } else { 9 });
            if !raised.is_empty() {
                shared.extend(1_u16.to_le_bytes());
            }
            shared.extend(units(text));
            shared.extend(units(raised));
            if !raised.is_empty() {
                shared.extend(count(text).to_le_bytes());
                shared.extend(2_u16.to_le_bytes());
            }
        }
        assert!(shared.len() <= 8224, "a longer record continues in others");
        record(&mut globals, 0x00fc, &shared);
        record(&mut globals, 0x000a, &[]);
        let start = (globals.len() as u32).to_le_bytes();
        globals[place..place + 4].copy_from_slice(&start);
        let mut stream = globals;
        record(&mut stream, 0x0809, &begin(0x10));
        let width = self.rows.iter().map(Vec::len).max().unwrap_or(0) as u16;
        let mut size = vec![0; 4];
        size.extend((self.rows.len() as u32).to_le_bytes());
        size.extend([0, 0]);
        size.extend(width.to_le_bytes());
        size.extend([0, 0]);
        record(&mut stream, 0x0200, &size);
        for (row, column, cell) in self.cells() {
            let style = styles.iter().position(|style| *style == (cell.format, cell.is_struck));
            let mut body = (row as u16).to_le_bytes().to_vec();
            body.extend((column as u16).to_le_bytes());
            body.extend((style.unwrap_or(0) as u16).to_le_bytes());
            let kind = match &cell.content {
                Content::Empty => continue,
                Content::Number(number) => {
                    body.extend(number.to_le_bytes());
                    0x0203
                }
                Content::Fault | Content::Formula => {
                    body.extend([0x2a, 1]);
                    0x0205
                }
                Content::Text(text) => {
                    let index = texts.iter().position(|known| *known == (text, &cell.raised));
                    body.extend((index.unwrap() as u32).to_le_bytes());
                    0x00fd
                }
            };
            record(&mut stream, kind, &body);
        }
        let merged = self.merged();
        if !merged.is_empty() {
            let mut body = (merged.len() as u16).to_le_bytes().to_vec();
            body.extend(merged.iter().flatten().flat_map(|n| (*n as u16).to_le_bytes()));
            record(&mut stream, 0x00e5, &body);
        }
        record(&mut stream, 0x000a, &[]);
        compound("Workbook", stream)
    }
}

/// A compound file with one stream (MS-CFB 2).
fn compound(name: &str, mut stream: Vec<u8>) -> Vec<u8> {
    const SECTOR: usize = 512;
    const END: u32 = 0xffff_fffe;
    stream.resize(stream.len().max(4096).next_multiple_of(SECTOR), 0);
    let length = stream.len();
    let sectors = length / SECTOR;
    let tables = (sectors + 2).div_ceil(SECTOR / 4 - 1);
    let mut out = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    out.extend([0; 16]);
    out.extend([0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0]);
    out.extend([0; 10]);
    out.extend((tables as u32).to_le_bytes());
    out.extend((sectors as u32).to_le_bytes());
    out.extend([0; 4]);
    out.extend(4096_u32.to_le_bytes());
    for value in [END, 0, END, 0] {
        out.extend(value.to_le_bytes());
    }
    for index in 0..109 {
        let sector = if index < tables { (sectors + 1 + index) as u32 } else { u32::MAX };
        out.extend(sector.to_le_bytes());
    }
    out.extend(stream);
    let entry = |name: &str, kind: u8, child: u32, start: u32, length: u32| {
        let mut bytes: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let units = bytes.len() as u16 + 2;
        bytes.resize(64, 0);
        bytes.extend(units.to_le_bytes());
        bytes.extend([kind, 1]);
        for id in [u32::MAX, u32::MAX, child] {
            bytes.extend(id.to_le_bytes());
        }
        bytes.extend([0; 36]);
        bytes.extend(start.to_le_bytes());
        bytes.extend(length.to_le_bytes());
        bytes.resize(128, 0);
        bytes
    };
    out.extend(entry("Root Entry", 5, 1, END, 0));
    out.extend(entry(name, 2, u32::MAX, 0, length as u32));
    out.extend([0; 256]);
    let mut table: Vec<u32> = (1..sectors as u32).collect();
    table.extend([END, END]);
    table.extend(std::iter::repeat_n(0xffff_fffd, tables));
    table.resize(tables * SECTOR / 4, u32::MAX);
    out.extend(table.into_iter().flat_map(u32::to_le_bytes));
    out
}

/// A number in its format, as programs export it.
fn shown(number: f64, format: &str) -> String {
    if format == "yyyy-mm-dd" {
        return "2019-01-03".to_owned();
    }
    if format == "h:mm" {
        return "08:05:00".to_owned();
    }
    match format.trim_matches('0').is_empty() && format.len() > 1 {
        true => format!("{number:0>width$}", width = format.len()),
        false => match format.split_once('0') {
            Some((before, behind)) => {
                let behind = behind.trim_start_matches(".0");
                format!("{before}{number}{behind}").replace('"', "")
            }
            None => number.to_string(),
        },
    }
}

/// The text of an OpenDocument paragraph.
fn ods_text(text: &str) -> String {
    let text = escaped(text).replace('\n', "</text:p><text:p>").replace('\t', "<text:tab/>");
    text.replace("  ", " <text:s/>")
}

/// A number format in the elements of OpenDocument.
fn ods_format(number: usize, format: &str) -> String {
    let part = |text: &str| format!("<number:text>{}</number:text>", escaped(text));
    let digits = "<number:number number:min-integer-digits=\"1\"/>";
    let inner = match format {
        "" => return String::new(),
        "h:mm" => {
            return format!(
                "<number:time-style style:name=\"N{number}\"><number:hours/></number:time-style>"
            );
        }
        "yyyy-mm-dd" => {
            return format!(
                "<number:date-style style:name=\"N{number}\"><number:year/></number:date-style>"
            );
        }
        format => {
            let pieces: Vec<&str> = format.split('"').collect();
            let piece = |(index, piece): (usize, &&str)| match (index % 2, *piece) {
                (0, "") => String::new(),
                (0, zeros) => digits
                    .replace("\"1\"", &format!("\"{}\"", zeros.trim_start_matches("0.").len())),
                (_, text) => part(text),
            };
            pieces.iter().enumerate().map(piece).collect::<String>()
        }
    };
    format!("<number:number-style style:name=\"N{number}\">{inner}</number:number-style>")
}

fn relationships(sheet: &str, styles: &str) -> String {
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    format!(
        "<Relationships><Relationship Id=\"r1\" Type=\"{kind}/worksheet\" Target=\"worksheets/{sheet}\"/>\
         <Relationship Id=\"r2\" Type=\"{kind}/styles\" Target=\"{styles}\"/></Relationships>"
    )
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in parts {
        out.start_file(*name, options).unwrap();
        out.write_all(bytes).unwrap();
    }
    out.finish().unwrap().into_inner()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// An address such as `B12`, of row and column from 0.
pub fn address(row: usize, column: usize) -> String {
    let (mut letters, mut rest) = (String::new(), column + 1);
    while rest > 0 {
        letters.insert(0, char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    format!("{letters}{}", row + 1)
}
