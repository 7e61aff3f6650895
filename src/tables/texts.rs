//! One column of texts of any Parquet file, whoever wrote it.

use std::path::Path;

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;

use super::parquet_file::{ParquetFault, ParquetFile};
use crate::panics::catch_panic;

/// A Parquet file without a column of texts of that name.
#[derive(Debug, thiserror::Error)]
pub enum TextsError {
    /// It is damaged, or no Parquet.
    #[error("it cannot be read as Parquet: {0}")]
    Parquet(#[from] ParquetFault),
    /// The column holds no texts, or a row group is damaged.
    #[error("it cannot be read: {0}")]
    Arrow(#[from] ArrowError),
    /// It is damaged in a way that its reader does not foresee.
    #[error("it is damaged")]
    Damaged,
    /// It holds more than a list may.
    #[error("its column {0} holds more than 4 million texts, or 256 MiB of them")]
    TooLong(String),
    /// There is no such column.
    #[error("it has no column {0}")]
    Column(String),
}

/// The most texts of a column, and bytes of all of them.
const MOST_TEXTS: usize = 4_000_000;
const MOST_BYTES: u64 = 256 << 20;

/// The values of the column `name`, row by row.
///
/// # Errors
/// When the file does not read to its end, has no such column, or holds more than a list may.
pub fn column(path: &Path, name: &str) -> Result<Vec<Option<String>>, TextsError> {
    catch_panic(|| texts_of(path, name)).unwrap_or(Err(TextsError::Damaged))
}

fn texts_of(path: &Path, name: &str) -> Result<Vec<Option<String>>, TextsError> {
    let file = ParquetFile::open(path)?;
    if file.schema().index_of(name).is_err() {
        return Err(TextsError::Column(name.to_owned()));
    }
    let too_long = || TextsError::TooLong(name.to_owned());
    if file.unpacked_bytes(name) > MOST_BYTES {
        return Err(too_long());
    }
    let (mut texts, mut bytes) = (Vec::new(), 0);
    let batches = file.reader(Some(&[name]))?.build().map_err(ParquetFault::from)?;
    for batch in batches {
        let column = cast(batch?.column(0), &DataType::Utf8View)?;
        for text in column.as_string_view() {
            bytes += text.map_or(0, str::len) as u64;
            if texts.len() == MOST_TEXTS || bytes > MOST_BYTES {
                return Err(too_long());
            }
            texts.push(text.map(str::to_owned));
        }
    }
    Ok(texts)
}
