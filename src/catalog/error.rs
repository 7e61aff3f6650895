//! Why a catalog cannot be opened or a statement failed.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::rows::RowError;
use crate::tables::snapshot::{self, SCHEMA_VERSION};

/// A catalog could not be opened, or a statement failed.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The folder is not a catalog.
    #[error("no catalog at {0}: run `mammodex index DATASET --catalog {0}` first")]
    Missing(PathBuf),
    /// The folder is a snapshot of a catalog.
    #[error("{dir} is a snapshot, not a catalog: use --catalog {catalog}")]
    Snapshot {
        /// The folder.
        dir: PathBuf,
        /// The catalog that it belongs to.
        catalog: PathBuf,
    },
    /// The folder cannot be looked into.
    #[error("cannot open the catalog at {dir}: {source}")]
    Unreadable {
        /// The folder.
        dir: PathBuf,
        /// The reason that the system gave.
        source: std::io::Error,
    },
    /// The catalog has no such snapshot.
    #[error("the catalog at {dir} has no snapshot {id}; snapshots: {}", .there.iter().map(u32::to_string).collect::<Vec<_>>().join(", "))]
    NoSnapshot {
        /// The catalog's folder.
        dir: PathBuf,
        /// The number requested.
        id: u32,
        /// The numbers that it has.
        there: Vec<u32>,
    },
    /// `snapshot.json` or a table of the snapshot cannot be read.
    #[error("{path}: {reason}; {advice}")]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
        /// What to do.
        advice: String,
    },
    /// The tables are of a version that this program does not read.
    #[error(
        "the snapshot at {dir} has tables of version {found}, this mammodex reads version {}: {advice}",
        SCHEMA_VERSION
    )]
    Version {
        /// The snapshot's folder.
        dir: PathBuf,
        /// The version found.
        found: u32,
        /// What to do.
        advice: String,
    },
    /// DuckDB refused a statement.
    #[error("{0}")]
    Query(String),
    /// A file of `schema/views` or `schema/macros` does not fit the tables.
    #[error("schema/{0}: {1}")]
    Schema(String, String),
    /// A cohort or split that a statement names does not fit the snapshot, or its file is damaged.
    #[error("{what} does not work on this snapshot: {why}")]
    Unfit {
        /// Kind and name: `cohort young`.
        what: String,
        /// The reason.
        why: String,
    },
    /// A column has a type whose values would be shown wrongly.
    #[error("column {column} has type {kind}, which cannot be shown: write {column}::VARCHAR")]
    Column {
        /// The column.
        column: String,
        /// Its type.
        kind: &'static str,
    },
    /// A result does not have the columns or values that its reader expects.
    #[error("{error}; in the statement: {}", .sql.trim())]
    Row {
        /// What does not fit.
        error: RowError,
        /// The statement.
        sql: String,
    },
    /// A statement that `Access::Safe` does not accept.
    #[error(
        "--safe accepts only queries that read the catalog (SELECT, FROM, WITH, VALUES, DESCRIBE, \
         SHOW, SUMMARIZE, EXPLAIN), not {0}"
    )]
    Unsafe(String),
    /// A text with none or several statements where one is expected.
    #[error("expected one SQL statement, not {0}")]
    Several(usize),
    /// SQL in a file of the catalog, or in the provenance of a manifest, does more than read the
    /// catalog's tables.
    #[error("its SQL {0}; only a query of the catalog's own tables, cohorts and splits is run")]
    Saved(String),
    /// A statement that could change the catalog or the data set.
    #[error("the catalog and the data set are read-only: {0}")]
    Guarded(String),
    /// A statement has a parameter without a value.
    #[error("parameter ${0} has no value")]
    Parameter(String),
    /// The kernel refused to confine the process.
    #[error("--safe: the kernel refused to confine the process: {0}")]
    Confine(String),
    /// The time that a statement may take is over.
    #[error("stopped: the statement took longer than {} s", .0.as_secs_f64())]
    Timeout(Duration),
    /// The query was stopped by the user. DuckDB reports the same for threads that it stops itself
    /// when another one fails, sometimes before the actual error.
    #[error(
        "interrupted (if not by you, another part of the query failed: SET threads = 1 shows it)"
    )]
    Interrupted,
}

/// Returns the command that indexes a data set, for messages.
pub(super) fn index_command(root: &str, catalog: &Path) -> String {
    let word =
        |text: &str| shlex::try_quote(text).map_or_else(|_| text.to_owned(), Cow::into_owned);
    format!("`mammodex index {} --catalog {}`", word(root), word(&catalog.to_string_lossy()))
}

impl CatalogError {
    /// Why a folder has no snapshot that can be opened.
    pub(super) fn absent(dir: &Path) -> Self {
        let folder = dir.to_owned();
        if dir.join("snapshot.json").is_file() {
            let real = std::fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
            let named = |path: &Path| path.parent().map(Path::to_owned);
            let catalog = match dir.file_name().is_some_and(|name| name == "current") {
                true => named(dir),
                false => named(&real).as_deref().and_then(named),
            };
            let catalog = catalog.filter(|path| !path.as_os_str().is_empty());
            return Self::Snapshot { dir: folder, catalog: catalog.unwrap_or_else(|| "..".into()) };
        }
        match std::fs::read_dir(dir.join("snapshots")) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Self::Unreadable { dir: folder, source }
            }
            _ => Self::Missing(folder),
        }
    }

    /// The error of a damaged file in the folder of a snapshot: only the current snapshot is written
    /// again by the indexer.
    pub(super) fn broken(path: PathBuf, reason: impl Into<String>) -> Self {
        let folder = path.parent().unwrap_or(Path::new(""));
        let catalog = folder.parent().and_then(Path::parent).unwrap_or(folder);
        let number = folder.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
        let advice = match (number, snapshot::current(catalog)) {
            (Some(number), Some(current)) if number != current => format!(
                "snapshot {number} is not the current one, so `mammodex index` does not write it again: \
                 restore {} from a backup, or remove it by `mammodex snapshot prune --damaged`",
                folder.display()
            ),
            _ => format!("run {} again", index_command("DATASET", catalog)),
        };
        Self::Broken { path, reason: reason.into(), advice }
    }

    /// The error of a statement that so many lines of its script, which DuckDB was not given, are before.
    #[must_use]
    pub fn behind_lines(self, lines: usize) -> Self {
        match self {
            Self::Query(text) if lines > 0 => {
                Self::Query(format!("{text}\nLINE 1 is line {} of the script", lines + 1))
            }
            other => other,
        }
    }

    pub(super) fn query(error: duckdb::Error) -> Self {
        let text = match error {
            duckdb::Error::DuckDBFailure(_, Some(text)) => text,
            other => other.to_string(),
        };
        if text.starts_with("INTERRUPT") { Self::Interrupted } else { Self::Query(text) }
    }
}
