//! A result as a LaTeX table, for a paper: `tabular` with the rules of the package booktabs.

use std::io::Write;

use arrow::datatypes::Schema;
use arrow::record_batch::RecordBatch;

use super::cell::read_cells;
use super::error::ResultError;
use super::escape;
use super::sink::ResultSink;

/// The sink for LaTeX. Numbers are aligned to the right; NULL is an empty cell by default.
pub(super) struct LatexSink {
    null: String,
    buffer: String,
    cell: String,
}

impl LatexSink {
    pub(super) fn new(null: Option<String>) -> Self {
        Self { null: null.unwrap_or_default(), buffer: String::new(), cell: String::new() }
    }
}

impl ResultSink for LatexSink {
    fn begin(&mut self, schema: &Schema, out: &mut dyn Write) -> Result<(), ResultError> {
        let fields = schema.fields();
        let side = |number: bool| if number { 'r' } else { 'l' };
        let sides: String = fields.iter().map(|f| side(f.data_type().is_numeric())).collect();
        self.buffer.clear();
        for (index, field) in fields.iter().enumerate() {
            self.buffer.push_str(if index == 0 { "" } else { " & " });
            push(field.name(), &mut self.buffer);
        }
        writeln!(out, "% \\usepackage{{booktabs}}\n\\begin{{tabular}}{{{sides}}}\n\\toprule")?;
        Ok(writeln!(out, "{} \\\\\n\\midrule", self.buffer)?)
    }

    fn batch(&mut self, batch: &RecordBatch, out: &mut dyn Write) -> Result<(), ResultError> {
        let columns = read_cells(batch)?;
        self.buffer.clear();
        for row in 0..batch.num_rows() {
            for (index, column) in columns.iter().enumerate() {
                self.buffer.push_str(if index == 0 { "" } else { " & " });
                if column.is_null(row) {
                    push(&self.null, &mut self.buffer);
                    continue;
                }
                self.cell.clear();
                column.text(row, &mut self.cell);
                push(&self.cell, &mut self.buffer);
            }
            self.buffer.push_str(" \\\\\n");
        }
        Ok(out.write_all(self.buffer.as_bytes())?)
    }

    fn end(&mut self, out: &mut dyn Write) -> Result<(), ResultError> {
        Ok(out.write_all(b"\\bottomrule\n\\end{tabular}\n")?)
    }
}

/// Adds a text such that LaTeX sets it as it is: no command, no comment, no ligature of `-` or `` ` ``.
fn push(text: &str, out: &mut String) {
    let mut before = None;
    for c in escape::visible(text).chars() {
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => out.extend(['\\', c]),
            '\\' => out.push_str("\\textbackslash{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '<' => out.push_str("\\textless{}"),
            '>' => out.push_str("\\textgreater{}"),
            '|' => out.push_str("\\textbar{}"),
            // A bracket after a line's end would be taken for an option of `\\`.
            '[' => out.push_str("{[}"),
            '*' => out.push_str("{*}"),
            '-' | '`' | '\'' | ',' if before == Some(c) => out.extend(['{', '}', c]),
            _ => out.push(c),
        }
        before = Some(c);
    }
}
