//! What takes the rows of a result.

use std::io::Write;

use arrow::datatypes::Schema;
use arrow::record_batch::RecordBatch;

use super::error::ResultError;

/// Takes the batches of one result and writes them as they come.
pub trait ResultSink {
    /// The columns are known.
    fn begin(&mut self, schema: &Schema, out: &mut dyn Write) -> Result<(), ResultError>;
    /// More rows.
    fn batch(&mut self, batch: &RecordBatch, out: &mut dyn Write) -> Result<(), ResultError>;
    /// No more rows.
    fn end(&mut self, out: &mut dyn Write) -> Result<(), ResultError>;
}
