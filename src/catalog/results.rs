//! The rows of one statement, batch by batch.

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use duckdb::core::{LogicalTypeHandle, LogicalTypeId};

use super::deadline::{self, Deadline};
use super::error::CatalogError;
use super::hints;
use super::parameters::Parameters;
use super::recorded_rows::{RecordedRows, RowRecorder};
use super::rows::{FromRow, RowError};

/// The rows of a statement that has begun. Memory holds one batch at a time.
pub struct QueryResults<'c> {
    statement: duckdb::Statement<'c>,
    schema: SchemaRef,
    watch: Option<Deadline>,
    recorder: Option<RowRecorder>,
}

impl<'c> QueryResults<'c> {
    pub(super) fn start(
        mut statement: duckdb::Statement<'c>,
        parameters: &Parameters,
        watch: Option<Deadline>,
    ) -> Result<Self, CatalogError> {
        let values = parameters.of(&statement)?;
        let values = duckdb::params_from_iter(values);
        let started = deadline::during(watch.as_ref(), || statement.stream_arrow(values).map(drop));
        started
            .map_err(|error| deadline::or_timeout(CatalogError::query(error), watch.as_ref()))?;
        let schema = statement.schema();
        for (index, field) in schema.fields().iter().enumerate() {
            if let Some(kind) = distorted(&statement.column_logical_type(index)) {
                let column = field.name().clone();
                return Err(CatalogError::Column { column, kind });
            }
        }
        Ok(Self { statement, schema, watch, recorder: None })
    }

    /// Names and types of the columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The next rows; none when all have come.
    ///
    /// # Errors
    /// What DuckDB meets while it goes on: a failed cast, an interrupt, no memory.
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>, CatalogError> {
        // Not the iterator of `stream_arrow`: it panics where `step` gives the error.
        let batch =
            deadline::during(self.watch.as_ref(), || self.statement.step()).map_err(|error| {
                while_streaming(deadline::or_timeout(
                    CatalogError::query(error),
                    self.watch.as_ref(),
                ))
            })?;
        if let Some(watch) = &self.watch {
            watch.check()?;
        }
        let batch = batch.map(RecordBatch::from);
        if let Some(recorder) = &mut self.recorder {
            recorder.add(batch.as_ref());
        }
        Ok(batch)
    }

    /// Records the rows that are read from now on.
    pub fn record(&mut self) {
        self.recorder = Some(RowRecorder::new());
    }

    /// The recorded rows; none when not all were read, when they take more than 64 MiB, or when a column is
    /// of a type that the engine does not take back.
    pub fn take_record(&mut self) -> Option<RecordedRows> {
        self.recorder.take().and_then(RowRecorder::finish)
    }

    /// All rows as values of one type; `sql` is the statement, for errors.
    ///
    /// # Errors
    /// Those of [`QueryResults::next_batch`], and [`CatalogError::Row`].
    pub(super) fn rows<R: FromRow>(mut self, sql: &str) -> Result<Vec<R>, CatalogError> {
        let mut rows = Vec::new();
        let mut read = |batch: &RecordBatch| {
            let before = rows.len();
            R::read(batch, &mut rows).map_err(|error| {
                let error = match error {
                    RowError::Null { column, row } => RowError::Null { column, row: before + row },
                    other => other,
                };
                CatalogError::Row { error, sql: sql.to_owned() }
            })
        };
        read(&RecordBatch::new_empty(self.schema.clone()))?;
        while let Some(batch) = self.next_batch()? {
            read(&batch)?;
        }
        Ok(rows)
    }
}

/// An error that comes while rows are read, when the statement is no longer at hand.
fn while_streaming(error: CatalogError) -> CatalogError {
    match error {
        CatalogError::Query(text) => CatalogError::Query(hints::improve(&text, "", &Vec::new)),
        other => other,
    }
}

/// The types, also within lists and structs, that would come through Arrow with another value than
/// they have.
fn distorted(kind: &LogicalTypeHandle) -> Option<&'static str> {
    match kind.id() {
        LogicalTypeId::UHugeint => Some("UHUGEINT"),
        LogicalTypeId::Bignum => Some("BIGNUM"),
        LogicalTypeId::Bit => Some("BIT"),
        LogicalTypeId::TimeTZ => Some("TIMETZ"),
        _ => (0..kind.num_children()).find_map(|at| distorted(&kind.child(at))),
    }
}
