//! A Parquet file that a stranger may have written, opened within bounds.
//!
//! A page of a few bytes may unpack to two gigabytes, a run of a few bytes repeat a value two billion times,
//! and a footer of a few bytes claim as many columns. The footer and the headers of pages are examined before
//! the `parquet` crate allocates what they claim; texts are views, so that a long text which many rows
//! share is in memory once.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;

use super::thrift::{self, PageSizes, ThriftFault};
use crate::disk::open_regular;

/// The longest footer, in bytes: some thousand row groups of a hundred columns.
const LONGEST_FOOTER: usize = 64 << 20;
/// What a page may unpack to, in bytes; writers end one at a megabyte, or after a single longer value.
const LARGEST_PAGE: u32 = 128 << 20;
/// Values of a list column in one row group: every list of one row is in memory at a time.
const MOST_LIST_VALUES: u64 = 32_000_000;
/// Bytes in which the header of a page is looked for first: without statistics it has some thirty.
const USUAL_HEADER: usize = 512;
/// The longest header of a page, in bytes.
const LONGEST_HEADER: usize = 1 << 20;

/// A Parquet file whose footer is sound.
pub(super) struct ParquetFile {
    file: File,
    metadata: ArrowReaderMetadata,
}

/// Why a Parquet file is not read.
#[derive(Debug, thiserror::Error)]
pub enum ParquetFault {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] io::Error),
    /// It is damaged, or no Parquet.
    #[error(transparent)]
    Damaged(#[from] ParquetError),
    /// Its footer is too long, or claims more than its length allows.
    #[error("its footer is damaged")]
    Footer,
    /// The header of a page is damaged.
    #[error("the header of a page of column {0} is damaged")]
    PageHeader(String),
    /// A page would unpack to too much.
    #[error("a page of column {column} unpacks to {bytes} bytes; at most {LARGEST_PAGE} are read")]
    Page {
        /// The column.
        column: String,
        /// The bytes.
        bytes: u32,
    },
    /// A row group has lists of too many values.
    #[error(
        "a row group has {values} values in the lists of column {column}; at most {MOST_LIST_VALUES} are read"
    )]
    Lists {
        /// The column.
        column: String,
        /// The values.
        values: u64,
    },
}

impl ParquetFile {
    /// Opens a regular file and reads its footer.
    pub(super) fn open(path: &Path) -> Result<Self, ParquetFault> {
        let file = open_regular(path)?;
        check_footer(&file)?;
        // What another program noted of its own types is not needed.
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let metadata = ArrowReaderMetadata::load(&file, options)?;
        Ok(Self { file, metadata })
    }

    /// The columns, texts as they are in tables.
    pub(super) fn schema(&self) -> &SchemaRef {
        self.metadata.schema()
    }

    /// The number of rows, as the footer has it.
    pub(super) fn rows(&self) -> i64 {
        self.metadata.metadata().file_metadata().num_rows()
    }

    /// The bytes of a column by the footer, unpacked.
    pub(super) fn unpacked_bytes(&self, column: &str) -> u64 {
        let groups = self.metadata.metadata().row_groups().iter();
        let chunks = groups.flat_map(|group| group.columns());
        let chunks = chunks
            .filter(|chunk| chunk.column_path().parts().first().is_some_and(|root| root == column));
        chunks.map(|chunk| u64::try_from(chunk.uncompressed_size()).unwrap_or(0)).sum()
    }

    /// Checks the pages of some columns, or of all.
    pub(super) fn check_pages(&self, columns: Option<&[&str]>) -> Result<(), ParquetFault> {
        let mask = self.mask(columns);
        for group in self.metadata.metadata().row_groups() {
            let chunks = group.columns().iter().enumerate();
            for (_, chunk) in chunks.filter(|(leaf, _)| mask.leaf_included(*leaf)) {
                check_pages(&self.file, chunk)?;
            }
        }
        Ok(())
    }

    fn mask(&self, columns: Option<&[&str]>) -> ProjectionMask {
        columns.map_or_else(ProjectionMask::all, |columns| {
            let schema = self.metadata.metadata().file_metadata().schema_descr();
            ProjectionMask::columns(schema, columns.iter().copied())
        })
    }

    /// A reader of some columns, or of all, whose pages are checked now; texts are views.
    pub(super) fn reader(
        self,
        columns: Option<&[&str]>,
    ) -> Result<ParquetRecordBatchReaderBuilder<File>, ParquetFault> {
        self.check_pages(columns)?;
        let mask = self.mask(columns);
        let Self { file, metadata } = self;
        let fields: Vec<Arc<Field>> = metadata.schema().fields().iter().map(with_views).collect();
        let options = ArrowReaderOptions::new()
            .with_skip_arrow_metadata(true)
            .with_schema(Arc::new(Schema::new(fields)));
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options)?;
        Ok(ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata).with_projection(mask))
    }
}

/// A field with views in the place of texts and bytes.
fn with_views(field: &Arc<Field>) -> Arc<Field> {
    let kind = match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
        DataType::Binary | DataType::LargeBinary => DataType::BinaryView,
        DataType::List(element) => DataType::List(with_views(element)),
        _ => return Arc::clone(field),
    };
    Arc::new(field.as_ref().clone().with_data_type(kind))
}

/// Checks that the footer claims no more than it has bytes for.
fn check_footer(file: &File) -> Result<(), ParquetFault> {
    let length = file.metadata()?.len();
    let mut end = [0; 8];
    let tail = length.checked_sub(end.len() as u64).ok_or(ParquetFault::Footer)?;
    file.read_exact_at(&mut end, tail)?;
    let [a, b, c, d, b'P', b'A', b'R', b'1'] = end else { return Err(ParquetFault::Footer) };
    let size = u32::from_le_bytes([a, b, c, d]);
    let start = tail.checked_sub(size.into()).ok_or(ParquetFault::Footer)?;
    let size = usize::try_from(size).ok().filter(|size| *size <= LONGEST_FOOTER);
    let mut footer = vec![0; size.ok_or(ParquetFault::Footer)?];
    file.read_exact_at(&mut footer, start)?;
    thrift::check_footer(&footer).map_err(|_| ParquetFault::Footer)
}

/// Checks the headers of the pages of one column in one row group.
fn check_pages(file: &File, chunk: &ColumnChunkMetaData) -> Result<(), ParquetFault> {
    let column = || chunk.column_path().string();
    let damaged = || ParquetFault::PageHeader(column());
    let (start, length) = chunk.byte_range();
    let end = start.checked_add(length).ok_or_else(damaged)?;
    let is_list = chunk.column_descr().max_rep_level() > 0;
    let (mut place, mut values) = (start, 0_u64);
    while place < end {
        let sizes = page_sizes(file, place, end)?.ok_or_else(damaged)?;
        if sizes.unpacked > LARGEST_PAGE {
            return Err(ParquetFault::Page { column: column(), bytes: sizes.unpacked });
        }
        values += if is_list { u64::from(sizes.values) } else { 0 };
        if values > MOST_LIST_VALUES {
            return Err(ParquetFault::Lists { column: column(), values });
        }
        let next = place.checked_add(sizes.header as u64 + u64::from(sizes.packed));
        place = next.ok_or_else(damaged)?;
    }
    Ok(())
}

/// The header of the page at a place; absent when it is damaged.
fn page_sizes(file: &File, place: u64, end: u64) -> io::Result<Option<PageSizes>> {
    let rest = usize::try_from(end - place).unwrap_or(usize::MAX);
    for most in [USUAL_HEADER, LONGEST_HEADER] {
        let mut bytes = vec![0; rest.min(most)];
        file.read_exact_at(&mut bytes, place)?;
        match thrift::page_sizes(&bytes) {
            Ok(sizes) => return Ok(Some(sizes)),
            Err(ThriftFault::Cut) if rest > most => {}
            Err(_) => return Ok(None),
        }
    }
    Ok(None)
}
