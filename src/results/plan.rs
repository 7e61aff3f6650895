//! The plan of a query, as EXPLAIN draws it.

use std::io::Write;

use arrow::datatypes::Schema;

use super::cell::read_cells;
use super::error::ResultError;
use super::escape;
use crate::catalog::QueryResults;

/// Whether a result is the drawing of a plan, which is what EXPLAIN returns.
pub fn is_plan(schema: &Schema) -> bool {
    let names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
    names == ["explain_key", "explain_value"]
}

/// Writes plans as drawings, which a table's single line per row would make illegible, and returns
/// their number.
pub fn write_plan(results: &mut QueryResults<'_>, out: &mut dyn Write) -> Result<u64, ResultError> {
    let mut drawings = 0;
    while let Some(batch) = results.next_batch()? {
        let columns = read_cells(&batch)?;
        drawings += batch.num_rows() as u64;
        for row in 0..batch.num_rows() {
            let mut text = String::new();
            if let Some(drawing) = columns.last() {
                drawing.text(row, &mut text);
            }
            writeln!(out, "{}", escape::lines(text.trim_end()))?;
        }
    }
    Ok(drawings)
}
