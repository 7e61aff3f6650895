//! Errors of an export.

use std::io;
use std::path::PathBuf;

use crate::catalog::CatalogError;
use crate::results::ResultError;

/// An export is not written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The catalog does not open, or DuckDB refuses a statement.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A row cannot be written.
    #[error(transparent)]
    Result(#[from] ResultError),
    /// The catalog has no relation of that name.
    #[error("the catalog has no table, view, cohort or split called {name:?}; {hint}")]
    Unknown {
        /// The name.
        name: String,
        /// The name that was most likely meant, or those that there are.
        hint: String,
    },
    /// A table of the Common Data Model does not have the columns that it must have.
    #[error("the mapping of {table} in schema/omop leaves {rows} rows without a required value")]
    Required {
        /// The table.
        table: String,
        /// The rows.
        rows: u64,
    },
    /// The file that describes the source cannot be used.
    #[error("cannot use {path} for cdm_source: {reason}", path = path.display())]
    SourceFile {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// The file cannot be written.
    #[error("cannot write {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}
