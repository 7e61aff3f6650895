//! A table read back, row by row, as the writer left it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray};
use arrow::datatypes::{
    DataType, Date32Type, FieldRef, Float64Type, Int16Type, Int32Type, Int64Type,
    TimestampMillisecondType,
};
use arrow::record_batch::{RecordBatch, RecordBatchReader};
use chrono::{Days, NaiveDate};
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use super::parquet_file::ParquetFile;
use super::spec::{self, TableSpec};
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

    /// The reason, without the file.
    pub fn reason(&self) -> &str {
        &self.reason
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
        let file = open(&path)?;
        Self::build(path, file, None)
    }

    /// Opens `dir/NAME.parquet`, which a stranger may have written: its columns must be those of
    /// `schema/tables`.
    ///
    /// # Errors
    /// When the file is missing or damaged, or has other columns.
    pub fn open_described(dir: &Path, table: &str) -> Result<Self, TableReadError> {
        let path = table_path(dir, table);
        let file = open(&path)?;
        check_columns(&path, &file, table, DataType::equals_datatype)?;
        Self::build(path, file, None)
    }

    /// Opens some columns of `dir/NAME.parquet`, none of them a list.
    ///
    /// # Errors
    /// When the file is missing or damaged.
    pub fn open_columns(dir: &Path, table: &str, columns: &[&str]) -> Result<Self, TableReadError> {
        let path = table_path(dir, table);
        let file = open(&path)?;
        Self::build(path, file, Some(columns))
    }

    fn build(
        path: PathBuf,
        file: ParquetFile,
        columns: Option<&[&str]>,
    ) -> Result<Self, TableReadError> {
        let rows = file.rows();
        let builder = undamaged(&path, || file.reader(columns))?;
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

/// Checks the columns of a table that a stranger may have written, and the size of its pages if `with_pages`.
///
/// # Errors
/// When the file is damaged, has other columns than those of `schema/tables`, or a page that unpacks to too much.
pub fn check_described(path: &Path, table: &str, with_pages: bool) -> Result<(), TableReadError> {
    let file = open(path)?;
    check_columns(path, &file, table, is_alike)?;
    if with_pages {
        undamaged(path, || file.check_pages(None))?;
    }
    Ok(())
}

fn open(path: &Path) -> Result<ParquetFile, TableReadError> {
    undamaged(path, || ParquetFile::open(path))
}

/// Compares the columns of a table with those of `schema/tables`.
fn check_columns(
    path: &Path,
    file: &ParquetFile,
    table: &str,
    is_same: fn(&DataType, &DataType) -> bool,
) -> Result<(), TableReadError> {
    let described = spec::find(table).map(TableSpec::arrow);
    let is_described = described.is_some_and(|described| {
        let columns = file.schema();
        columns.fields().len() == described.fields().len()
            && columns.fields().iter().zip(described.fields()).all(|(column, described)| {
                column.name() == described.name()
                    && is_same(column.data_type(), described.data_type())
            })
    });
    if is_described {
        return Ok(());
    }
    Err(TableReadError::new(path, "its columns are not those that this version writes"))
}

/// Whether values of two types are the same to SQL: the unit of moments is not part of it.
fn is_alike(one: &DataType, other: &DataType) -> bool {
    match (one, other) {
        (DataType::Timestamp(_, zone), DataType::Timestamp(_, other)) => {
            zone.is_some() == other.is_some()
        }
        (DataType::List(one), DataType::List(other)) => {
            is_alike(one.data_type(), other.data_type())
        }
        (DataType::Struct(fields), DataType::Struct(others)) => {
            let is_alike_field = |(one, other): (&FieldRef, &FieldRef)| {
                one.name() == other.name() && is_alike(one.data_type(), other.data_type())
            };
            fields.len() == others.len() && fields.iter().zip(others).all(is_alike_field)
        }
        _ => one == other,
    }
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
        Some(self.cell(column)?.as_string_view_opt()?.value(self.row))
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
        let list = list.as_ref().and_then(|l| l.as_string_view_opt());
        list.map(|texts| texts.iter().flatten().map(keyword::intern).collect()).unwrap_or_default()
    }
}
