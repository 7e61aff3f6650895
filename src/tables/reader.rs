//! A table read back, row by row, as the writer left it.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray, StringArray};
use arrow::datatypes::{
    Date32Type, Float64Type, Int16Type, Int32Type, Int64Type, TimestampMillisecondType,
};
use arrow::record_batch::{RecordBatch, RecordBatchReader};
use chrono::{Days, NaiveDate};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::spec::{self, TableSpec};
use crate::disk::open_regular;
use crate::panics::catch_panic;
use crate::records::keyword;

/// A table that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the table {path}: {reason}")]
pub struct TableReadError {
    /// The file; of a value, the table's name.
    path: PathBuf,
    reason: String,
}

impl TableReadError {
    /// A table in this file, for that reason.
    pub fn new(path: &Path, reason: impl ToString) -> Self {
        Self { path: path.to_owned(), reason: reason.to_string() }
    }

    /// A value that the writer of the table cannot have written.
    pub fn value(table: &str, column: &str) -> Self {
        Self::new(Path::new(table), format!("column {column} has a value that is not known"))
    }
}

/// The rows of a table in their order.
pub struct TableReader {
    path: PathBuf,
    batches: ParquetRecordBatchReader,
    columns: HashMap<String, usize>,
    rows: i64,
    batch: Option<RecordBatch>,
    /// The number of the next row in the batch.
    next: usize,
}

impl TableReader {
    /// Opens `dir/NAME.parquet`.
    ///
    /// # Errors
    /// When the file is missing or damaged.
    pub fn open(dir: &Path, table: &str) -> Result<Self, TableReadError> {
        let path = table_path(dir, table);
        let builder = builder(&path)?;
        Self::build(path, builder)
    }

    /// Opens `dir/NAME.parquet`, which a stranger may have written: its columns must be those of
    /// `schema/tables`.
    ///
    /// # Errors
    /// When the file is missing or damaged, or has other columns.
    pub fn open_described(dir: &Path, table: &str) -> Result<Self, TableReadError> {
        let reader = Self::open(dir, table)?;
        let schema = spec::find(table).map(TableSpec::arrow);
        let is_described = schema.is_some_and(|schema| {
            let columns = reader.batches.schema();
            columns.fields().len() == schema.fields().len()
                && columns.fields().iter().zip(schema.fields()).all(|(column, described)| {
                    // Lists differ in their numbers, which the file alone has.
                    column.name() == described.name()
                        && column.data_type().equals_datatype(described.data_type())
                })
        });
        if is_described {
            return Ok(reader);
        }
        let reason = "its columns are not those that this version writes";
        Err(TableReadError::new(&reader.path, reason))
    }

    /// Opens some columns of `dir/NAME.parquet`, none of them a list.
    ///
    /// # Errors
    /// When the file is missing or damaged.
    pub fn open_columns(dir: &Path, table: &str, columns: &[&str]) -> Result<Self, TableReadError> {
        let path = table_path(dir, table);
        let builder = builder(&path)?;
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        Self::build(path, builder.with_projection(mask))
    }

    fn build(
        path: PathBuf,
        builder: ParquetRecordBatchReaderBuilder<File>,
    ) -> Result<Self, TableReadError> {
        let rows = builder.metadata().file_metadata().num_rows();
        let batches = undamaged(&path, || builder.with_batch_size(2048).build())?;
        let schema = batches.schema();
        let fields = schema.fields().iter().enumerate();
        let columns = fields.map(|(place, field)| (field.name().clone(), place)).collect();
        Ok(Self { path, batches, columns, rows, batch: None, next: 0 })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The number of rows, as the footer of the file has it.
    pub fn rows(&self) -> i64 {
        self.rows
    }

    /// Goes to the next row; absent at the end.
    ///
    /// # Errors
    /// When the file is damaged.
    pub fn advance(&mut self) -> Result<Option<TableRow<'_>>, TableReadError> {
        while self.batch.as_ref().is_none_or(|batch| self.next >= batch.num_rows()) {
            let batch = undamaged(&self.path, || self.batches.next().transpose())?;
            self.next = 0;
            self.batch = batch;
            if self.batch.is_none() {
                return Ok(None);
            }
        }
        self.next += 1;
        Ok(self.row())
    }

    /// The row that `advance` went to.
    pub fn row(&self) -> Option<TableRow<'_>> {
        let row = self.next.checked_sub(1)?;
        Some(TableRow { batch: self.batch.as_ref()?, columns: &self.columns, row })
    }
}

fn table_path(dir: &Path, table: &str) -> PathBuf {
    dir.join(format!("{table}.parquet"))
}

fn builder(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, TableReadError> {
    let file = open_regular(path).map_err(|error| TableReadError::new(path, error))?;
    undamaged(path, || ParquetRecordBatchReaderBuilder::try_new(file))
}

/// The result of a step of the Parquet reader, which panics over some damaged files.
fn undamaged<T, E: ToString>(
    path: &Path,
    step: impl FnOnce() -> Result<T, E>,
) -> Result<T, TableReadError> {
    let result = catch_panic(step).ok_or_else(|| TableReadError::new(path, "it is damaged"))?;
    result.map_err(|error| TableReadError::new(path, error))
}

/// One row; a value that is null, or of a column that is not there, is absent.
#[derive(Clone, Copy)]
pub struct TableRow<'a> {
    batch: &'a RecordBatch,
    columns: &'a HashMap<String, usize>,
    row: usize,
}

impl<'a> TableRow<'a> {
    fn cell(&self, column: &str) -> Option<&'a dyn Array> {
        let array = self.batch.column(*self.columns.get(column)?);
        array.is_valid(self.row).then_some(array.as_ref())
    }

    /// A text.
    pub fn text(&self, column: &str) -> Option<&'a str> {
        Some(self.cell(column)?.as_string_opt::<i32>()?.value(self.row))
    }

    /// A text, owned.
    pub fn string(&self, column: &str) -> Option<String> {
        self.text(column).map(str::to_owned)
    }

    /// A text of a column that holds a handful of different ones.
    pub fn word(&self, column: &str) -> Option<&'static str> {
        self.text(column).map(keyword::intern)
    }

    /// A whole number of any width.
    pub fn int(&self, column: &str) -> Option<i64> {
        let cell = self.cell(column)?;
        let wide = cell.as_primitive_opt::<Int64Type>().map(|a| a.value(self.row));
        let middle = || cell.as_primitive_opt::<Int32Type>().map(|a| a.value(self.row).into());
        let narrow = || cell.as_primitive_opt::<Int16Type>().map(|a| a.value(self.row).into());
        wide.or_else(middle).or_else(narrow)
    }

    /// A number.
    pub fn double(&self, column: &str) -> Option<f64> {
        Some(self.cell(column)?.as_primitive_opt::<Float64Type>()?.value(self.row))
    }

    /// True or false.
    pub fn bool(&self, column: &str) -> Option<bool> {
        Some(self.cell(column)?.as_boolean_opt()?.value(self.row))
    }

    /// A calendar day.
    pub fn date(&self, column: &str) -> Option<NaiveDate> {
        let days = self.cell(column)?.as_primitive_opt::<Date32Type>()?.value(self.row);
        let span = Days::new(days.unsigned_abs().into());
        let start = NaiveDate::default();
        if days < 0 { start.checked_sub_days(span) } else { start.checked_add_days(span) }
    }

    /// A moment, in milliseconds since 1970 UTC.
    pub fn timestamp(&self, column: &str) -> Option<i64> {
        Some(self.cell(column)?.as_primitive_opt::<TimestampMillisecondType>()?.value(self.row))
    }

    /// A list of texts of a column that holds a handful of different ones.
    pub fn words(&self, column: &str) -> Vec<&'static str> {
        let list =
            self.cell(column).and_then(|cell| Some(cell.as_list_opt::<i32>()?.value(self.row)));
        let list = list.as_ref().and_then(|l| l.as_any().downcast_ref::<StringArray>());
        list.map(|texts| texts.iter().flatten().map(keyword::intern).collect()).unwrap_or_default()
    }
}
