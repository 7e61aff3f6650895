//! The rows of a result, recorded while they are read.

use arrow::datatypes::{DataType, TimeUnit};
use arrow::record_batch::RecordBatch;
use duckdb::Connection;

use super::error::CatalogError;

/// The most memory that recorded rows take, in bytes.
const MOST: usize = 64 << 20;

/// All rows of one result, of at most 64 MiB.
#[derive(Debug, Clone)]
pub struct RecordedRows(Vec<RecordBatch>);

impl RecordedRows {
    /// Adds the rows to a table that has their columns.
    pub(super) fn append(&self, engine: &Connection, table: &str) -> Result<(), CatalogError> {
        let mut appender = engine
            .appender_to_catalog_and_db(table, "temp", "main")
            .map_err(CatalogError::query)?;
        for batch in &self.0 {
            appender.append_record_batch(batch.clone()).map_err(CatalogError::query)?;
        }
        appender.flush().map_err(CatalogError::query)
    }
}

/// Records the rows of a result until they are too many.
#[derive(Debug)]
pub(super) struct RowRecorder {
    batches: Vec<RecordBatch>,
    bytes: usize,
    state: RecorderState,
}

#[derive(Debug, PartialEq, Eq)]
enum RecorderState {
    Reading,
    Whole,
    /// Too many rows, or of a type that the engine does not take back.
    Unfit,
}

impl RowRecorder {
    pub(super) fn new() -> Self {
        Self { batches: Vec::new(), bytes: 0, state: RecorderState::Reading }
    }

    /// Records what comes next; none is the end.
    pub(super) fn add(&mut self, batch: Option<&RecordBatch>) {
        if self.state != RecorderState::Reading {
            return;
        }
        let Some(batch) = batch else {
            self.state = RecorderState::Whole;
            return;
        };
        self.bytes = self.bytes.saturating_add(batch.get_array_memory_size());
        let fields = batch.schema_ref().fields();
        if self.bytes > MOST || !fields.iter().all(|field| returns(field.data_type())) {
            self.batches = Vec::new();
            self.state = RecorderState::Unfit;
            return;
        }
        self.batches.push(batch.clone());
    }

    /// The rows when they were all read.
    pub(super) fn finish(self) -> Option<RecordedRows> {
        (self.state == RecorderState::Whole).then_some(RecordedRows(self.batches))
    }
}

/// Whether the engine takes values of a type back as it gave them.
fn returns(kind: &DataType) -> bool {
    match kind {
        DataType::Boolean | DataType::Utf8 | DataType::Date32 => true,
        DataType::Timestamp(TimeUnit::Microsecond, None) | DataType::Decimal128(..) => true,
        DataType::List(item) => returns(item.data_type()),
        number => number.is_integer() || number.is_floating() && *number != DataType::Float16,
    }
}
