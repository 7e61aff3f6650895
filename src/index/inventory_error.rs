//! Why a list of files cannot be used.

use std::io;

use crate::sources::workbook::ColumnError;
use crate::tables::texts::TextsError;

/// An inventory that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// The list cannot be read.
    #[error("cannot read the inventory {list}: {source}")]
    Unreadable {
        /// The inventory.
        list: String,
        /// The reason.
        source: io::Error,
    },
    /// A store does not say whether the files exist.
    #[error("cannot look at the files of the inventory {list}: {source}")]
    LookUp {
        /// The inventory.
        list: String,
        /// The reason.
        source: io::Error,
    },
    /// It is not a Parquet file with a column of paths.
    #[error("cannot use the inventory {list}: {source}")]
    Parquet {
        /// The inventory.
        list: String,
        /// The reason.
        source: TextsError,
    },
    /// It is not a spreadsheet with a column of paths.
    #[error("cannot use the inventory {list}: {source}")]
    Spreadsheet {
        /// The inventory.
        list: String,
        /// The reason.
        source: ColumnError,
    },
    /// A line of it is damaged.
    #[error("{list}, line {line}: {reason}")]
    Line {
        /// The inventory.
        list: String,
        /// Counted from 1; of a Parquet file, the row.
        line: usize,
        /// The mistake.
        reason: String,
    },
}
