//! A result as a Word document with one table (Office Open XML, ECMA-376 part 1, 17.4).
//!
//! The same rows give the same bytes: the members of the package carry no time of writing.

use std::io::{Cursor, Write};

use arrow::datatypes::Schema;
use arrow::record_batch::RecordBatch;
use unicode_width::UnicodeWidthStr;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::cell::read_cells;
use super::error::ResultError;
use super::escape;
use super::sink::ResultSink;

/// Rows and columns of a table, its header among the rows ("Operating parameter limitations and specifications
/// in Word", Microsoft Support).
const MOST_ROWS: usize = 32_767;
const MOST_COLUMNS: usize = 63;
/// The narrowest and the widest column, in characters, before all are fitted to the page.
const NARROWEST: usize = 5;
/// The space on both sides of a cell, in characters.
const PADDING: usize = 5;
const WIDEST: usize = 40;
/// The margin of the page in twentieths of a point, 2 cm.
const MARGIN: usize = 1_134;
/// Columns that fit a page in portrait.
const PORTRAIT_COLUMNS: usize = 7;

const NAMESPACE: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

/// The parts of the package beside the document.
const PARTS: [(&str, &str); 4] = [
    (
        "[Content_Types].xml",
        r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#,
    ),
    (
        "word/_rels/document.xml.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#,
    ),
    (
        "word/styles.xml",
        r#"<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman" w:eastAsia="Malgun Gothic"/><w:sz w:val="20"/><w:szCs w:val="20"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="0"/></w:pPr></w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style><w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr><w:tblCellMar><w:left w:w="80" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style></w:styles>"#,
    ),
];

/// The sink for documents. Rules are those of papers: above and below the table and below its header, which
/// is repeated on every page. Nothing is written before the last row is known.
pub(super) struct DocxSink {
    null: String,
    body: String,
    /// The characters of the widest line of each column, where wide ones count twice.
    widths: Vec<usize>,
    rows: usize,
    /// Paragraphs below the table.
    notes: Vec<String>,
}

/// Writes the rows of one batch as a document with notes below the table, a paragraph each.
///
/// # Errors
/// When the table is too large, or the document cannot be written.
pub fn write_document(
    batch: &RecordBatch,
    notes: &[String],
    out: &mut dyn Write,
) -> Result<(), ResultError> {
    let mut sink = DocxSink { notes: notes.to_vec(), ..DocxSink::new(None) };
    sink.begin(batch.schema_ref(), out)?;
    sink.batch(batch, out)?;
    sink.end(out)
}

impl DocxSink {
    pub(super) fn new(null: Option<String>) -> Self {
        let null = null.unwrap_or_default();
        Self { null, body: String::new(), widths: Vec::new(), rows: 1, notes: Vec::new() }
    }

    /// Adds a row of texts, each with whether it is a number.
    fn row<'t>(&mut self, cells: impl Iterator<Item = (&'t str, bool)>, is_header: bool) {
        let body = &mut self.body;
        body.push_str("<w:tr><w:trPr><w:cantSplit/>");
        body.push_str(if is_header { "<w:tblHeader/></w:trPr>" } else { "</w:trPr>" });
        for ((text, is_number), widest) in cells.zip(&mut self.widths) {
            let width = text.lines().map(UnicodeWidthStr::width).max().unwrap_or(0);
            *widest = width.min(WIDEST).max(*widest);
            body.push_str("<w:tc><w:tcPr>");
            if is_header {
                body.push_str(r#"<w:tcBorders><w:bottom w:val="single" w:sz="6"/></w:tcBorders>"#);
            }
            body.push_str("</w:tcPr><w:p>");
            if is_number {
                body.push_str(r#"<w:pPr><w:jc w:val="right"/></w:pPr>"#);
            }
            body.push_str(if is_header { "<w:r><w:rPr><w:b/></w:rPr>" } else { "<w:r>" });
            for (index, line) in text.split('\n').enumerate() {
                body.push_str(if index > 0 { "<w:br/>" } else { "" });
                body.push_str(r#"<w:t xml:space="preserve">"#);
                push_text(line.trim_end_matches('\r'), body);
                body.push_str("</w:t>");
            }
            body.push_str("</w:r></w:p></w:tc>");
        }
        body.push_str("</w:tr>");
    }

    fn document(&self) -> String {
        // A4 in twentieths of a point.
        let (page, page_width) = if self.widths.len() > PORTRAIT_COLUMNS {
            (r#"<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>"#, 16_838)
        } else {
            (r#"<w:pgSz w:w="11906" w:h="16838"/>"#, 11_906)
        };
        let space = page_width - 2 * MARGIN;
        let all = self.widths.iter().map(|width| width + PADDING).sum::<usize>().max(1);
        let shares = self.widths.iter().map(|width| (width + PADDING) * space / all);
        let grid: String = shares.map(|share| format!("<w:gridCol w:w=\"{share}\"/>")).collect();
        let rule = r#"w:val="single" w:sz="8""#;
        let mut notes = String::new();
        for note in &self.notes {
            notes.push_str(
                r#"<w:p><w:r><w:rPr><w:sz w:val="18"/></w:rPr><w:t xml:space="preserve">"#,
            );
            push_text(note, &mut notes);
            notes.push_str("</w:t></w:r></w:p>");
        }
        // A document cannot end with a table.
        let notes = if notes.is_empty() { "<w:p/>" } else { &notes };
        format!(
            "<w:document xmlns:w=\"{NAMESPACE}\"><w:body><w:tbl><w:tblPr>\
             <w:tblW w:w=\"5000\" w:type=\"pct\"/>\
             <w:tblBorders><w:top {rule}/><w:bottom {rule}/></w:tblBorders>\
             </w:tblPr><w:tblGrid>{grid}</w:tblGrid>{}</w:tbl>{notes}\
             <w:sectPr>{page}<w:pgMar w:top=\"{MARGIN}\" w:right=\"{MARGIN}\" w:bottom=\"{MARGIN}\" \
             w:left=\"{MARGIN}\" w:header=\"567\" w:footer=\"567\" w:gutter=\"0\"/></w:sectPr>\
             </w:body></w:document>",
            self.body
        )
    }
}

impl ResultSink for DocxSink {
    fn begin(&mut self, schema: &Schema, _: &mut dyn Write) -> Result<(), ResultError> {
        if schema.fields().len() > MOST_COLUMNS {
            return Err(ResultError::TableFull("63 columns"));
        }
        self.widths = vec![NARROWEST; schema.fields().len()];
        let names = schema.fields().iter();
        self.row(names.map(|f| (f.name().as_str(), f.data_type().is_numeric())), true);
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch, _: &mut dyn Write) -> Result<(), ResultError> {
        self.rows += batch.num_rows();
        if self.rows > MOST_ROWS {
            return Err(ResultError::TableFull("32,766 rows"));
        }
        let columns = read_cells(batch)?;
        let mut texts = vec![String::new(); columns.len()];
        for row in 0..batch.num_rows() {
            for (text, cells) in texts.iter_mut().zip(&columns) {
                text.clear();
                if cells.is_null(row) {
                    text.push_str(&self.null);
                } else {
                    cells.text(row, text);
                }
            }
            let cells = texts.iter().zip(&columns);
            self.row(cells.map(|(text, cells)| (text.as_str(), cells.is_number())), false);
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> Result<(), ResultError> {
        const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default());
        let mut package = ZipWriter::new(Cursor::new(Vec::new()));
        let document = self.document();
        for (name, text) in PARTS.into_iter().chain([("word/document.xml", document.as_str())]) {
            package.start_file(name, options)?;
            package.write_all(HEAD.as_bytes())?;
            package.write_all(text.as_bytes())?;
        }
        Ok(out.write_all(&package.finish()?.into_inner())?)
    }
}

/// Adds a text, its control characters visible: XML 1.0 cannot say most of them.
fn push_text(text: &str, body: &mut String) {
    for c in escape::visible(text).chars() {
        match c {
            '&' => body.push_str("&amp;"),
            '<' => body.push_str("&lt;"),
            '>' => body.push_str("&gt;"),
            '\u{fffe}' | '\u{ffff}' => body.push(char::REPLACEMENT_CHARACTER),
            c => body.push(c),
        }
    }
}
