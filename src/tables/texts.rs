//! One column of texts of any Parquet file, whoever wrote it.

use std::fs::File;
use std::path::Path;

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;

use crate::disk::open_regular;
use crate::panics::catch_panic;

/// A Parquet file without a column of texts of that name.
#[derive(Debug, thiserror::Error)]
pub enum TextsError {
    /// It cannot be opened.
    #[error(transparent)]
    Open(#[from] std::io::Error),
    /// It is damaged, or no Parquet.
    #[error("it cannot be read as Parquet: {0}")]
    Parquet(#[from] ParquetError),
    /// The column holds no texts, or a row group is damaged.
    #[error("it cannot be read: {0}")]
    Arrow(#[from] ArrowError),
    /// It is damaged in a way that its reader does not foresee.
    #[error("it is damaged")]
    Damaged,
    /// There is no such column.
    #[error("it has no column {0}")]
    Column(String),
}

/// The values of the column `name`, row by row.
///
/// # Errors
/// When the file does not read to its end, or has no such column.
pub fn column(path: &Path, name: &str) -> Result<Vec<Option<String>>, TextsError> {
    let file = open_regular(path)?;
    catch_panic(|| texts_of(file, name)).unwrap_or(Err(TextsError::Damaged))
}

fn texts_of(file: File, name: &str) -> Result<Vec<Option<String>>, TextsError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
    let column =
        builder.schema().index_of(name).map_err(|_| TextsError::Column(name.to_owned()))?;
    let mask = ProjectionMask::roots(builder.parquet_schema(), [column]);
    let mut texts = Vec::new();
    for batch in builder.with_projection(mask).build()? {
        let batch = batch?;
        let column = cast(batch.column(0), &DataType::Utf8)?;
        texts.extend(column.as_string::<i32>().iter().map(|text| text.map(str::to_owned)));
    }
    Ok(texts)
}
