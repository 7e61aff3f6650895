//! Why a result could not be written.

use std::io;

use arrow::error::ArrowError;

use crate::catalog::CatalogError;
use crate::tables::batches::BatchError;

/// Writing a result failed.
#[derive(Debug, thiserror::Error)]
pub enum ResultError {
    /// The query failed while its rows were read.
    #[error(transparent)]
    Query(#[from] CatalogError),
    /// The output could not be written.
    #[error("cannot write the result: {0}")]
    Write(#[from] io::Error),
    /// A column's type cannot be written.
    #[error("a column cannot be written: {0}")]
    Column(#[from] ArrowError),
    /// Parquet refused.
    #[error(transparent)]
    Parquet(#[from] BatchError),
}

impl ResultError {
    /// Whether the reader of the output has closed it, which is not an error of the query.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Write(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}
