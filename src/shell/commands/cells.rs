//! Rows that the shell itself provides.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, UInt64Array};
use arrow::record_batch::RecordBatch;

use crate::shell::error::ShellError;

/// The cells of one column.
pub(super) enum ShellCells {
    Texts(Vec<Option<String>>),
    Counts(Vec<Option<u64>>),
}

/// The columns as a batch; all may have nulls.
pub(super) fn batch(columns: Vec<(&str, ShellCells)>) -> Result<RecordBatch, ShellError> {
    let column = |(name, cells): (&str, ShellCells)| -> (String, ArrayRef, bool) {
        let cells: ArrayRef = match cells {
            ShellCells::Texts(cells) => Arc::new(StringArray::from(cells)),
            ShellCells::Counts(cells) => Arc::new(UInt64Array::from(cells)),
        };
        (name.to_owned(), cells, true)
    };
    Ok(RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(column))?)
}
