//! Earlier scans, whose rows a run reuses: that of the previous snapshot, and shards.

use super::outcome::FileOutcome;
use crate::tables::reader::TableReadError;

/// Rows of files that were scanned earlier, taken in the order of paths.
pub trait EarlierRows: Send {
    /// The outcome of the file with this path, the one at `place` among the files of the run; absent
    /// when the file is to be read.
    ///
    /// # Errors
    /// When the rows are damaged and must not be replaced by reading the file.
    fn take(&mut self, place: usize, path: &str) -> Result<Option<FileOutcome>, TableReadError>;
}

/// Earlier scans of the files of a run, in the order of preference.
pub type EarlierScans<'a> = Vec<Box<dyn EarlierRows + 'a>>;
