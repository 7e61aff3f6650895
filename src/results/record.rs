//! A result value by value: one line per column, for rows that are too wide for a table.

use std::io::Write;

use arrow::datatypes::Schema;
use arrow::record_batch::RecordBatch;
use unicode_width::UnicodeWidthStr;

use super::cell::read_cells;
use super::error::ResultError;
use super::escape;
use super::sink::ResultSink;

/// The sink for `column = value`, a blank line between rows.
pub(super) struct RecordSink {
    null: String,
    /// The columns' names, as far to the right as the longest.
    names: Vec<String>,
    rows: u64,
}

impl RecordSink {
    pub(super) fn new(null: Option<String>) -> Self {
        Self { null: null.unwrap_or_else(|| "NULL".to_owned()), names: Vec::new(), rows: 0 }
    }
}

impl ResultSink for RecordSink {
    fn begin(&mut self, schema: &Schema, _: &mut dyn Write) -> Result<(), ResultError> {
        let names: Vec<_> = schema.fields().iter().map(|f| escape::visible(f.name())).collect();
        let widest = names.iter().map(|name| name.width()).max().unwrap_or(0);
        let shifted = |name: &str| format!("{}{name} = ", " ".repeat(widest - name.width()));
        self.names = names.iter().map(|name| shifted(name)).collect();
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch, out: &mut dyn Write) -> Result<(), ResultError> {
        let columns = read_cells(batch)?;
        let (mut lines, mut cell) = (String::new(), String::new());
        for row in 0..batch.num_rows() {
            lines.push_str(if self.rows == 0 { "" } else { "\n" });
            self.rows += 1;
            for (name, column) in self.names.iter().zip(&columns) {
                cell.clear();
                if column.is_null(row) {
                    cell.push_str(&self.null);
                } else {
                    column.text(row, &mut cell);
                }
                lines.extend([name, escape::visible(&cell).as_ref()]);
                lines.push('\n');
            }
        }
        Ok(out.write_all(lines.as_bytes())?)
    }

    fn end(&mut self, _: &mut dyn Write) -> Result<(), ResultError> {
        Ok(())
    }
}
