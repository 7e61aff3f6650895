//! A table being written: rows in, a Parquet file out, memory bounded by one row group.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use super::row::{Builder, Cells, Row};
use super::spec::{self, Kind, Table};

/// How many rows are held at a time: small enough for memory, large enough for scans.
#[derive(Clone, Copy)]
struct Portion {
    /// Rows in one batch handed to the Parquet writer.
    batch: usize,
    /// Rows in one page of a column, whose values are held plain until it is full.
    page: usize,
    /// Rows in one row group.
    group: usize,
}

const SMALL_ROWS: Portion = Portion { batch: 1_024, page: 20_000, group: 65_536 };
/// A contour has some two hundred points, each written three times.
const CONTOURS: Portion = Portion { batch: 32, page: 256, group: 4_096 };

/// Writing a table failed.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The file could not be made.
    #[error("cannot write {path}: {source}")]
    Create {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A row group could not be written, such as on a full disk.
    #[error("cannot write {path}: {source}")]
    Encode {
        /// Where.
        path: PathBuf,
        /// Why.
        source: parquet::errors::ParquetError,
    },
    /// The rows do not fit the table's description.
    #[error("table {table}: {source}")]
    Batch {
        /// Which table.
        table: &'static str,
        /// Why.
        source: arrow::error::ArrowError,
    },
}

/// A Parquet file that rows are added to.
pub struct TableWriter {
    table: &'static Table,
    schema: SchemaRef,
    path: PathBuf,
    builders: Vec<Builder>,
    pending: usize,
    batch: usize,
    rows: u64,
    file: ArrowWriter<File>,
}

impl TableWriter {
    /// Makes `dir/NAME.parquet`. Same rows, same bytes: nothing of the moment goes in.
    pub fn create(table: &'static Table, dir: &Path) -> Result<Self, WriteError> {
        let path = dir.join(format!("{}.parquet", table.name));
        let file = File::create(&path)
            .map_err(|source| WriteError::Create { path: path.clone(), source })?;
        let contours = table.columns.iter().any(|column| column.kind == Kind::Points);
        let portion = if contours { CONTOURS } else { SMALL_ROWS };
        let note = |key: &str, value: &str| KeyValue::new(key.to_owned(), value.to_owned());
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_data_page_row_count_limit(portion.page)
            .set_max_row_group_row_count(Some(portion.group))
            .set_created_by(format!("mammodex {}", env!("CARGO_PKG_VERSION")))
            .set_key_value_metadata(Some(vec![
                note("mammodex.table", &table.name),
                note("mammodex.grain", &table.grain),
                note("mammodex.key", &table.key.join(",")),
            ]))
            .build();
        let schema = table.arrow();
        let file = ArrowWriter::try_new(file, schema.clone(), Some(properties))
            .map_err(|source| WriteError::Encode { path: path.clone(), source })?;
        let builders = table.columns.iter().map(|column| Builder::new(column.kind)).collect();
        Ok(Self { table, schema, path, builders, pending: 0, batch: portion.batch, rows: 0, file })
    }

    /// The writer for records of type `R`.
    pub fn of<R: Row>(dir: &Path) -> Result<Self, WriteError> {
        let table = spec::find(R::TABLE).ok_or_else(|| WriteError::Create {
            path: dir.join(R::TABLE),
            source: std::io::Error::other("schema/tables does not describe it"),
        })?;
        Self::create(table, dir)
    }

    /// Adds one row.
    pub fn push<R: Row>(&mut self, record: &R) -> Result<(), WriteError> {
        let mut cells = Cells::new(self.table, &mut self.builders);
        record.write(&mut cells);
        cells.close();
        self.pending += 1;
        self.rows += 1;
        if self.pending == self.batch { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        if self.pending == 0 {
            return Ok(());
        }
        self.pending = 0;
        let columns = self.builders.iter_mut().map(Builder::finish).collect();
        let batch = RecordBatch::try_new(self.schema.clone(), columns)
            .map_err(|source| WriteError::Batch { table: &self.table.name, source })?;
        self.file
            .write(&batch)
            .map_err(|source| WriteError::Encode { path: self.path.clone(), source })
    }

    /// Writes the rest and the footer, and puts the file on disk. Gives the number of rows.
    pub fn finish(mut self) -> Result<u64, WriteError> {
        self.flush()?;
        let file = self
            .file
            .into_inner()
            .map_err(|source| WriteError::Encode { path: self.path.clone(), source })?;
        file.sync_all().map_err(|source| WriteError::Create { path: self.path, source })?;
        Ok(self.rows)
    }
}
