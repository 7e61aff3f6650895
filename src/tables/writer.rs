//! A table being written: rows in, a Parquet file out, memory bounded by one row group.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use super::field_ids::parquet_schema;
use super::row::{CellBuilder, RowCells, RowRecord};
use super::spec::{self, ColumnType, TableSpec};
use crate::disk::sync_file;

/// How many rows are held at a time: small enough for memory, large enough for scans.
#[derive(Clone, Copy)]
struct BatchLimit {
    /// Rows in one batch handed to the Parquet writer.
    batch: usize,
    /// Rows in one page of a column, whose values are held plain until it is full.
    page: usize,
    /// Rows in one row group.
    group: usize,
}

const SMALL_ROWS: BatchLimit = BatchLimit { batch: 1_024, page: 8_192, group: 65_536 };
/// A contour has some two hundred points, each written three times.
const CONTOURS: BatchLimit = BatchLimit { batch: 32, page: 256, group: 4_096 };

/// Writing a table failed.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The file could not be made.
    #[error("cannot write {path}: {source}")]
    Create {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// A row group could not be written, such as on a full disk.
    #[error("cannot write {path}: {source}")]
    Encode {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: parquet::errors::ParquetError,
    },
    /// The rows do not fit the table's description.
    #[error("table {table}: {source}")]
    Batch {
        /// The table.
        table: &'static str,
        /// The reason.
        source: arrow::error::ArrowError,
    },
}

/// Rows of one table, gathered into a batch; made where the records are, written elsewhere.
pub struct RowBatch {
    table: &'static TableSpec,
    schema: SchemaRef,
    builders: Vec<CellBuilder>,
    count: usize,
}

impl RowBatch {
    fn new(table: &'static TableSpec, schema: SchemaRef) -> Self {
        let builders = table.columns.iter().map(|column| CellBuilder::new(column.kind)).collect();
        Self { table, schema, builders, count: 0 }
    }

    /// Adds one row.
    pub fn push<R: RowRecord>(&mut self, record: &R) {
        let mut cells = RowCells::new(self.table, &mut self.builders);
        record.write(&mut cells);
        cells.close();
        self.count += 1;
    }

    /// Takes out the rows that were added since the last call; absent when there are none.
    pub fn take(&mut self) -> Result<Option<RecordBatch>, WriteError> {
        if self.count == 0 {
            return Ok(None);
        }
        self.count = 0;
        let columns = self.builders.iter_mut().map(CellBuilder::finish).collect();
        RecordBatch::try_new(self.schema.clone(), columns)
            .map(Some)
            .map_err(|source| WriteError::Batch { table: &self.table.name, source })
    }
}

/// A Parquet file that rows are added to.
pub struct TableWriter {
    rows: RowBatch,
    path: PathBuf,
    batch: usize,
    written: u64,
    file: ArrowWriter<File>,
}

impl TableWriter {
    /// Makes `dir/NAME.parquet`. Same rows, same bytes: nothing of the moment goes in.
    pub fn create(table: &'static TableSpec, dir: &Path) -> Result<Self, WriteError> {
        let path = dir.join(format!("{}.parquet", table.name));
        let file = File::create(&path)
            .map_err(|source| WriteError::Create { path: path.clone(), source })?;
        let contours = table.columns.iter().any(|column| column.kind == ColumnType::Points);
        let portion = if contours { CONTOURS } else { SMALL_ROWS };
        let note = |key: &str, value: &str| KeyValue::new(key.to_owned(), value.to_owned());
        // A dictionary of values that do not repeat holds all of them once more.
        let distinct = table.columns.iter().filter(|column| column.distinct);
        let properties = distinct.fold(WriterProperties::builder(), |properties, column| {
            properties.set_column_dictionary_enabled(ColumnPath::from(&*column.name), false)
        });
        let properties = properties
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_data_page_row_count_limit(portion.page)
            .set_max_row_group_row_count(Some(portion.group))
            .set_created_by(format!("mammodex {}", env!("CARGO_PKG_VERSION")))
            .set_key_value_metadata(Some(vec![
                note("mammodex.table", &table.name),
                note("mammodex.grain", &table.grain),
                note("mammodex.key", &table.key.join(",")),
                note("mammodex.description", &table.description),
                note("mammodex.description_ko", &table.description_ko),
            ]))
            .build();
        let schema = table.arrow();
        let encoded = |source| WriteError::Encode { path: path.clone(), source };
        let options = ArrowWriterOptions::new()
            .with_properties(properties)
            .with_parquet_schema(parquet_schema(table).map_err(encoded)?);
        let file =
            ArrowWriter::try_new_with_options(file, schema.clone(), options).map_err(encoded)?;
        Ok(Self {
            rows: RowBatch::new(table, schema),
            path,
            batch: portion.batch,
            written: 0,
            file,
        })
    }

    /// The writer for records of type `R`.
    pub fn of<R: RowRecord>(dir: &Path) -> Result<Self, WriteError> {
        let table = spec::find(R::TABLE).ok_or_else(|| WriteError::Create {
            path: dir.join(R::TABLE),
            source: std::io::Error::other("schema/tables does not describe it"),
        })?;
        Self::create(table, dir)
    }

    /// An empty batch of rows of this table, to be filled elsewhere.
    pub fn rows(&self) -> RowBatch {
        RowBatch::new(self.rows.table, self.rows.schema.clone())
    }

    /// Adds one row.
    pub fn push<R: RowRecord>(&mut self, record: &R) -> Result<(), WriteError> {
        self.rows.push(record);
        if self.rows.count == self.batch { self.flush() } else { Ok(()) }
    }

    /// Adds the rows of a batch.
    pub fn append(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        self.written += batch.num_rows() as u64;
        self.file
            .write(batch)
            .map_err(|source| WriteError::Encode { path: self.path.clone(), source })
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        let batch = self.rows.take()?;
        batch.map_or(Ok(()), |batch| self.append(&batch))
    }

    /// Writes the rest and the footer, and puts the file on disk. Returns the number of rows.
    pub fn finish(mut self) -> Result<u64, WriteError> {
        self.flush()?;
        let file = self
            .file
            .into_inner()
            .map_err(|source| WriteError::Encode { path: self.path.clone(), source })?;
        sync_file(&file).map_err(|source| WriteError::Create { path: self.path, source })?;
        Ok(self.written)
    }
}
