//! A table read back, row by row, as the writer left it.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use arrow::array::{Array, AsArray, StringArray};
use arrow::datatypes::{
    Date32Type, Float64Type, Int16Type, Int32Type, Int64Type, TimestampMillisecondType,
};
use arrow::record_batch::{RecordBatch, RecordBatchReader};
use chrono::{Days, NaiveDate};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use crate::records::keyword;

/// Rows of a table in their order.
pub struct TableReader {
    batches: ParquetRecordBatchReader,
    columns: HashMap<String, usize>,
    rows: i64,
    batch: Option<RecordBatch>,
    next: usize,
}

impl TableReader {
    /// Opens `dir/NAME.parquet`; none when it is not there or no longer reads.
    pub fn open(dir: &Path, table: &str) -> Option<Self> {
        Self::build(builder(dir, table)?)
    }

    /// The same for some of its columns, which have no parts.
    pub fn open_columns(dir: &Path, table: &str, columns: &[&str]) -> Option<Self> {
        let builder = builder(dir, table)?;
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        Self::build(builder.with_projection(mask))
    }

    fn build(builder: ParquetRecordBatchReaderBuilder<File>) -> Option<Self> {
        let rows = builder.metadata().file_metadata().num_rows();
        let batches = builder.with_batch_size(2048).build().ok()?;
        let schema = batches.schema();
        let fields = schema.fields().iter().enumerate();
        let columns = fields.map(|(at, field)| (field.name().clone(), at)).collect();
        Some(Self { batches, columns, rows, batch: None, next: 0 })
    }

    /// How many rows the file says that it has.
    pub fn rows(&self) -> i64 {
        self.rows
    }

    /// Goes to the next row; none at the end, or where the file is damaged.
    pub fn advance(&mut self) -> Option<TableRow<'_>> {
        while self.batch.as_ref().is_none_or(|batch| self.next >= batch.num_rows()) {
            self.batch = Some(self.batches.next()?.ok()?);
            self.next = 0;
        }
        self.next += 1;
        self.line()
    }

    /// The row that `advance` went to.
    pub fn line(&self) -> Option<TableRow<'_>> {
        let row = self.next.checked_sub(1)?;
        Some(TableRow { batch: self.batch.as_ref()?, columns: &self.columns, row })
    }
}

fn builder(dir: &Path, table: &str) -> Option<ParquetRecordBatchReaderBuilder<File>> {
    let file = File::open(dir.join(format!("{table}.parquet"))).ok()?;
    ParquetRecordBatchReaderBuilder::try_new(file).ok()
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
