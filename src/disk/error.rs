//! The error of a step on the disk.

use std::io;
use std::path::{Path, PathBuf};

/// A file or folder could not be made, read, written or moved.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {path}: {source}")]
pub struct DiskError {
    /// The step that failed, as a verb: `read`, `write`, `make the folder`.
    pub action: &'static str,
    /// The file or folder.
    pub path: PathBuf,
    /// The system's reason.
    pub source: io::Error,
}

/// Returns what makes a [`DiskError`] of an [`io::Error`], for `map_err`.
pub fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DiskError {
    move |source| DiskError { action, path: path.to_owned(), source }
}
