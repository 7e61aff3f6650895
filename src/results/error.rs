//! Why a result could not be written.

use std::io;

use arrow::error::ArrowError;
use rust_xlsxwriter::XlsxError;
use zip::result::ZipError;

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
    /// A text is longer than a cell of a workbook.
    #[error(
        "{column}, row {row}: {length} characters, and a cell of Excel takes 32,767: write csv or parquet, or \
         leave the column out"
    )]
    LongText {
        /// The column.
        column: String,
        /// The row of the result, from 1.
        row: u64,
        /// The characters of the text.
        length: usize,
    },
    /// More rows or columns than a sheet of a workbook has.
    #[error("more than {0}, which is what a sheet of Excel takes: write csv or parquet")]
    SheetFull(&'static str),
    /// More rows or columns than a table of Word has.
    #[error("more than {0}, which is what a table of Word takes: write xlsx, csv or parquet")]
    TableFull(&'static str),
    /// The package of a document could not be written.
    #[error("cannot write the document: {0}")]
    Document(#[from] ZipError),
    /// The writer of workbooks refused.
    #[error("cannot write the workbook: {0}")]
    Workbook(#[from] XlsxError),
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
