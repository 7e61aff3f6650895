//! The rows of a split as a Parquet file.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Builder, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::record_batch::RecordBatch;

use crate::disk::{DiskError, WholeFile, io_error};
use crate::tables::batches::BatchWriter;

/// Rows of one batch.
const BATCH_ROWS: usize = 65_536;

/// One row of the file.
#[derive(Debug, Clone, Copy, Default)]
pub struct SplitRow<'a> {
    /// The case.
    pub case_id: &'a str,
    /// The part; none for a patient who is excluded.
    pub split: Option<&'a str>,
    /// The combination of values; none for a patient who is not in the cohort.
    pub stratum: Option<&'a str>,
    /// The number of the matched set, from 1.
    pub match_id: Option<i32>,
    /// The first of the cases that share images with this one, including itself.
    pub linked_with: Option<&'a str>,
    /// Why the patient has no part.
    pub exclusion_reason: Option<&'a str>,
    /// The part reserved for the patient while the cohort does not have her.
    pub reserved_part: Option<&'a str>,
}

/// Writes the rows, sorted by case.
pub fn write<'a>(path: &Path, rows: impl Iterator<Item = SplitRow<'a>>) -> Result<(), DiskError> {
    let run = || -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let mut builder = SplitTableBuilder::default();
        let mut file = BatchWriter::new(WholeFile::create(path)?, &schema())?;
        for row in rows {
            builder.push(&row);
            if builder.rows == BATCH_ROWS {
                file.push(&builder.finish()?)?;
            }
        }
        file.push(&builder.finish()?)?;
        file.finish()?.finish()?;
        Ok(())
    };
    run().map_err(|error| io_error("write", path)(std::io::Error::other(error)))
}

fn schema() -> Arc<Schema> {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    Arc::new(Schema::new(vec![
        Field::new("case_id", DataType::Utf8, false),
        text("split"),
        text("stratum"),
        Field::new("match_id", DataType::Int32, true),
        text("linked_with"),
        text("exclusion_reason"),
        text("reserved_part"),
    ]))
}

#[derive(Default)]
struct SplitTableBuilder {
    rows: usize,
    case_id: StringBuilder,
    split: StringBuilder,
    stratum: StringBuilder,
    match_id: Int32Builder,
    linked_with: StringBuilder,
    exclusion_reason: StringBuilder,
    reserved_part: StringBuilder,
}

impl SplitTableBuilder {
    fn push(&mut self, row: &SplitRow) {
        self.rows += 1;
        self.case_id.append_value(row.case_id);
        self.split.append_option(row.split);
        self.stratum.append_option(row.stratum);
        self.match_id.append_option(row.match_id);
        self.linked_with.append_option(row.linked_with);
        self.exclusion_reason.append_option(row.exclusion_reason);
        self.reserved_part.append_option(row.reserved_part);
    }

    fn finish(&mut self) -> Result<RecordBatch, arrow::error::ArrowError> {
        self.rows = 0;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.case_id.finish()),
            Arc::new(self.split.finish()),
            Arc::new(self.stratum.finish()),
            Arc::new(self.match_id.finish()),
            Arc::new(self.linked_with.finish()),
            Arc::new(self.exclusion_reason.finish()),
            Arc::new(self.reserved_part.finish()),
        ];
        RecordBatch::try_new(schema(), columns)
    }
}
