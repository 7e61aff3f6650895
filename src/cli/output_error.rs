//! Why results could not be written.

use std::io;
use std::path::PathBuf;

use super::destination::DestinationError;
use crate::results::ResultError;

/// Results cannot be written as asked.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// Two results for a file that holds one.
    #[error("a {0} file holds one result, and {1} statements return rows")]
    OneResult(&'static str, usize),
    /// Bytes that are not text, for a terminal.
    #[error("{0} is not text: write it to a file with `-o FILE`")]
    Binary(&'static str),
    /// A byte order mark in a format that has none.
    #[error("--bom is for csv and tsv, not for {0}")]
    Mark(&'static str),
    /// A text for a file of another format.
    #[error("{0}: this is text, which the ending does not name; use .txt")]
    Text(PathBuf),
    /// The file cannot be made.
    #[error("cannot write {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The place is refused.
    #[error(transparent)]
    Destination(#[from] DestinationError),
    /// A result could not be written.
    #[error(transparent)]
    Render(#[from] ResultError),
}

impl OutputError {
    /// Whether the reader of the output has gone away, which is not an error.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Render(error) if error.is_closed_pipe())
    }
}
