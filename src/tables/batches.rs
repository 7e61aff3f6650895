//! Batches of any shape as a Parquet file: results, splits, manifests.

use std::io::Write;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

/// Parquet refused a batch, or the file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write Parquet: {0}")]
pub struct BatchError(#[from] ParquetError);

/// A Parquet file that batches are added to. Same batches, same bytes.
pub struct BatchWriter<W: Write + Send> {
    file: ArrowWriter<W>,
}

impl<W: Write + Send> BatchWriter<W> {
    /// Begins a file of that schema.
    pub fn new(out: W, schema: &SchemaRef) -> Result<Self, BatchError> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by(format!("mammodex {}", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { file: ArrowWriter::try_new(out, schema.clone(), Some(properties))? })
    }

    /// Adds rows.
    pub fn push(&mut self, batch: &RecordBatch) -> Result<(), BatchError> {
        Ok(self.file.write(batch)?)
    }

    /// Writes the rest and the footer, and gives the writer back.
    pub fn finish(self) -> Result<W, BatchError> {
        Ok(self.file.into_inner()?)
    }
}
