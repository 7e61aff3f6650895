//! A result as an Excel workbook with one sheet.

use std::io::Write;

use arrow::datatypes::Schema;
use arrow::record_batch::RecordBatch;

use super::error::ResultError;
use super::sink::ResultSink;
use super::workbook::{LongText, WorkbookWriter};

/// The sink for workbooks. Nothing is written before the last row is known.
#[derive(Default)]
pub(super) struct XlsxSink {
    workbook: Option<WorkbookWriter>,
}

impl ResultSink for XlsxSink {
    fn begin(&mut self, schema: &Schema, _: &mut dyn Write) -> Result<(), ResultError> {
        let mut workbook = WorkbookWriter::new(LongText::Refuse)?;
        workbook.begin_sheet("result", schema)?;
        self.workbook = Some(workbook);
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch, _: &mut dyn Write) -> Result<(), ResultError> {
        match &mut self.workbook {
            Some(workbook) => workbook.write_batch(batch),
            None => Ok(()),
        }
    }

    fn end(&mut self, out: &mut dyn Write) -> Result<(), ResultError> {
        match self.workbook.take() {
            Some(workbook) => workbook.finish(out),
            None => Ok(()),
        }
    }
}
