//! Formats that are one line per row: CSV, TSV, JSON, JSON lines, Markdown.

use std::io::Write;

use arrow::datatypes::Schema;
use arrow::record_batch::RecordBatch;

use super::cell::{CellReader, quote, read_cells};
use super::error::ResultError;
use super::escape;
use super::sink::ResultSink;

/// Cells separated by commas or tabs. NULL is an empty cell, an empty text is `""`; a text that a
/// spreadsheet would run gets an apostrophe before it.
pub(super) struct DelimitedSink {
    between: u8,
    buffer: String,
    cell: String,
}

impl DelimitedSink {
    pub(super) fn commas() -> Self {
        Self { between: b',', buffer: String::new(), cell: String::new() }
    }

    pub(super) fn tabs() -> Self {
        Self { between: b'\t', ..Self::commas() }
    }

    fn field(&mut self, cells: &CellReader, row: usize) {
        if cells.is_null(row) {
            return;
        }
        let text = match cells {
            CellReader::Text(texts) => texts.value(row),
            _ => {
                self.cell.clear();
                cells.text(row, &mut self.cell);
                &self.cell
            }
        };
        if !cells.is_number() && escape::is_formula(text) {
            field(&format!("'{text}"), self.between, &mut self.buffer);
        } else {
            field(text, self.between, &mut self.buffer);
        }
    }
}

/// Adds one CSV cell, quoted where it must be.
pub fn csv_field(text: &str, out: &mut String) {
    field(text, b',', out);
}

/// Adds one cell, quoted where it must be (RFC 4180).
fn field(text: &str, between: u8, out: &mut String) {
    let special = |byte| byte == between || matches!(byte, b'"' | b'\n' | b'\r');
    // Without an early end: many bytes are looked at at a time.
    if text.is_empty() || text.bytes().fold(false, |any, byte| any | special(byte)) {
        out.push('"');
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(text);
    }
}

impl ResultSink for DelimitedSink {
    fn begin(&mut self, schema: &Schema, out: &mut dyn Write) -> Result<(), ResultError> {
        self.buffer.clear();
        for (index, named) in schema.fields().iter().enumerate() {
            if index > 0 {
                self.buffer.push(char::from(self.between));
            }
            let name = named.name();
            if escape::is_formula(name) {
                field(&format!("'{name}"), self.between, &mut self.buffer);
            } else {
                field(name, self.between, &mut self.buffer);
            }
        }
        self.buffer.push('\n');
        Ok(out.write_all(self.buffer.as_bytes())?)
    }

    fn batch(&mut self, batch: &RecordBatch, out: &mut dyn Write) -> Result<(), ResultError> {
        let columns = read_cells(batch)?;
        self.buffer.clear();
        for row in 0..batch.num_rows() {
            for (index, column) in columns.iter().enumerate() {
                if index > 0 {
                    self.buffer.push(char::from(self.between));
                }
                self.field(column, row);
            }
            self.buffer.push('\n');
        }
        Ok(out.write_all(self.buffer.as_bytes())?)
    }

    fn end(&mut self, _: &mut dyn Write) -> Result<(), ResultError> {
        Ok(())
    }
}

/// JSON objects: an array of them, or one per line.
pub(super) struct JsonSink {
    array: bool,
    keys: Vec<String>,
    first: bool,
}

impl JsonSink {
    pub(super) fn array() -> Self {
        Self { array: true, keys: Vec::new(), first: true }
    }

    pub(super) fn lines() -> Self {
        Self { array: false, keys: Vec::new(), first: true }
    }
}

impl ResultSink for JsonSink {
    fn begin(&mut self, schema: &Schema, out: &mut dyn Write) -> Result<(), ResultError> {
        let key = |(index, field): (usize, &std::sync::Arc<arrow::datatypes::Field>)| {
            let mut key = String::from(if index == 0 { "{" } else { "," });
            quote(field.name(), &mut key);
            key + ":"
        };
        self.keys = schema.fields().iter().enumerate().map(key).collect();
        if self.array {
            out.write_all(b"[")?;
        }
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch, out: &mut dyn Write) -> Result<(), ResultError> {
        let columns = read_cells(batch)?;
        let mut buffer = String::new();
        for row in 0..batch.num_rows() {
            if self.array {
                buffer.push_str(if self.first { "\n" } else { ",\n" });
            }
            self.first = false;
            for (key, column) in self.keys.iter().zip(&columns) {
                buffer.push_str(key);
                column.json(row, &mut buffer);
            }
            buffer.push('}');
            if !self.array {
                buffer.push('\n');
            }
        }
        Ok(out.write_all(buffer.as_bytes())?)
    }

    fn end(&mut self, out: &mut dyn Write) -> Result<(), ResultError> {
        if self.array {
            out.write_all(if self.first { b"]\n" } else { b"\n]\n" })?;
        }
        Ok(())
    }
}

/// A Markdown table; numbers are aligned to the right.
pub(super) struct MarkdownSink;

impl MarkdownSink {
    fn cell(text: &str) -> String {
        let broken = text.replace('\\', "\\\\").replace('|', "\\|").replace("\r\n", "\n");
        let parts: Vec<_> = broken.split('\n').map(escape::visible).collect();
        parts.join("<br>").replace('<', "&lt;").replace("&lt;br>", "<br>")
    }
}

impl ResultSink for MarkdownSink {
    fn begin(&mut self, schema: &Schema, out: &mut dyn Write) -> Result<(), ResultError> {
        let names: Vec<String> = schema.fields().iter().map(|f| Self::cell(f.name())).collect();
        let rule = |f: &std::sync::Arc<arrow::datatypes::Field>| {
            if f.data_type().is_numeric() { "---:" } else { "---" }
        };
        let rules: Vec<&str> = schema.fields().iter().map(rule).collect();
        Ok(writeln!(out, "| {} |\n| {} |", names.join(" | "), rules.join(" | "))?)
    }

    fn batch(&mut self, batch: &RecordBatch, out: &mut dyn Write) -> Result<(), ResultError> {
        let columns = read_cells(batch)?;
        let mut buffer = String::new();
        let mut text = String::new();
        for row in 0..batch.num_rows() {
            for column in &columns {
                text.clear();
                if column.is_null(row) {
                    text.push_str("NULL");
                } else {
                    column.text(row, &mut text);
                }
                buffer.push_str("| ");
                buffer.push_str(&Self::cell(&text));
                buffer.push(' ');
            }
            buffer.push_str("|\n");
        }
        Ok(out.write_all(buffer.as_bytes())?)
    }

    fn end(&mut self, _: &mut dyn Write) -> Result<(), ResultError> {
        Ok(())
    }
}
