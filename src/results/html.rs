//! A result as an HTML table, to paste into a page.

use std::io::Write;

use arrow::datatypes::Schema;
use arrow::record_batch::RecordBatch;

use super::cell::read_cells;
use super::error::ResultError;
use super::escape;
use super::sink::ResultSink;

/// The sink for HTML. Numbers are aligned to the right; NULL is an empty cell of class `null`.
#[derive(Default)]
pub(super) struct HtmlSink {
    buffer: String,
    cell: String,
}

impl ResultSink for HtmlSink {
    fn begin(&mut self, schema: &Schema, out: &mut dyn Write) -> Result<(), ResultError> {
        self.buffer.clear();
        for field in schema.fields() {
            self.buffer.push_str("<th scope=\"col\">");
            push(field.name(), &mut self.buffer);
            self.buffer.push_str("</th>");
        }
        Ok(writeln!(out, "<table>\n<thead>\n<tr>{}</tr>\n</thead>\n<tbody>", self.buffer)?)
    }

    fn batch(&mut self, batch: &RecordBatch, out: &mut dyn Write) -> Result<(), ResultError> {
        let columns = read_cells(batch)?;
        self.buffer.clear();
        for row in 0..batch.num_rows() {
            self.buffer.push_str("<tr>");
            for column in &columns {
                if column.is_null(row) {
                    self.buffer.push_str("<td class=\"null\"></td>");
                    continue;
                }
                let side = if column.is_number() { " align=\"right\"" } else { "" };
                self.buffer.push_str("<td");
                self.buffer.push_str(side);
                self.buffer.push('>');
                self.cell.clear();
                column.text(row, &mut self.cell);
                push(&self.cell, &mut self.buffer);
                self.buffer.push_str("</td>");
            }
            self.buffer.push_str("</tr>\n");
        }
        Ok(out.write_all(self.buffer.as_bytes())?)
    }

    fn end(&mut self, out: &mut dyn Write) -> Result<(), ResultError> {
        Ok(out.write_all(b"</tbody>\n</table>\n")?)
    }
}

/// Adds a text: what HTML would take for markup is written as entities, control characters are
/// made visible, line breaks stay.
fn push(text: &str, out: &mut String) {
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push_str("<br>");
        }
        escape::visible(line).chars().for_each(|c| escape::push_html(c, out));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_text() {
        let mut out = String::new();
        push("<script>alert('&\"')</script>\n\u{1b}[31m", &mut out);
        assert_eq!(out, "&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;<br>\\x1b[31m");
    }
}
