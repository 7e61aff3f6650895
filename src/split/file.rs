//! The rows of a split as a Parquet file.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Builder, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::record_batch::RecordBatch;

use crate::cohort::CohortError;
use crate::disk::{WholeFile, io_error};
use crate::tables::batches::BatchWriter;

/// Rows that are handed on at a time.
const BATCH_ROWS: usize = 65_536;

/// One patient.
#[derive(Debug, Clone, Copy, Default)]
pub struct SplitRow<'a> {
    /// Her case.
    pub case_id: &'a str,
    /// Her part; none when she is left out.
    pub split: Option<&'a str>,
    /// Her combination of values; none when the cohort does not have her.
    pub stratum: Option<&'a str>,
    /// The number of her matched set, from 1.
    pub match_id: Option<i32>,
    /// The first of the cases that share images with her, herself among them.
    pub linked_with: Option<&'a str>,
    /// Why she has no part.
    pub left_out: Option<&'a str>,
    /// The part that waits for her while the cohort does not have her.
    pub kept_part: Option<&'a str>,
}

/// Writes the rows, sorted by case.
pub fn write<'a>(path: &Path, rows: impl Iterator<Item = SplitRow<'a>>) -> Result<(), CohortError> {
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
    Ok(run().map_err(|error| io_error("write", path)(std::io::Error::other(error)))?)
}

fn schema() -> Arc<Schema> {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    Arc::new(Schema::new(vec![
        Field::new("case_id", DataType::Utf8, false),
        text("split"),
        text("stratum"),
        Field::new("match_id", DataType::Int32, true),
        text("linked_with"),
        text("left_out"),
        text("kept_part"),
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
    left_out: StringBuilder,
    kept_part: StringBuilder,
}

impl SplitTableBuilder {
    fn push(&mut self, row: &SplitRow) {
        self.rows += 1;
        self.case_id.append_value(row.case_id);
        self.split.append_option(row.split);
        self.stratum.append_option(row.stratum);
        self.match_id.append_option(row.match_id);
        self.linked_with.append_option(row.linked_with);
        self.left_out.append_option(row.left_out);
        self.kept_part.append_option(row.kept_part);
    }

    fn finish(&mut self) -> Result<RecordBatch, arrow::error::ArrowError> {
        self.rows = 0;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.case_id.finish()),
            Arc::new(self.split.finish()),
            Arc::new(self.stratum.finish()),
            Arc::new(self.match_id.finish()),
            Arc::new(self.linked_with.finish()),
            Arc::new(self.left_out.finish()),
            Arc::new(self.kept_part.finish()),
        ];
        RecordBatch::try_new(schema(), columns)
    }
}
