//! SQL that a stranger may have written: in the file of a cohort or split, or in the provenance of a
//! manifest. It is checked when the file is read, by DuckDB's parser alone, and runs nothing.

use std::sync::{Mutex, PoisonError};

use duckdb::{Config, Connection};

use super::error::CatalogError;
use super::policy;

/// An engine without tables, for its parser. It is never closed: when the process ends, what DuckDB keeps for
/// each thread is gone before a connection that a thread keeps would be closed.
static PARSER: Mutex<Option<Connection>> = Mutex::new(None);

fn with_parser<T>(
    work: impl FnOnce(&Connection) -> Result<T, CatalogError>,
) -> Result<T, CatalogError> {
    let mut parser = PARSER.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(engine) = &*parser {
        return work(engine);
    }
    let config = Config::default().threads(1).and_then(|config| config.with("temp_directory", ""));
    let engine = config.and_then(Connection::open_in_memory_with_flags);
    work(parser.insert(engine.map_err(CatalogError::query)?))
}

/// Checks that a text is one query of the catalog's own tables, cohorts and splits.
///
/// # Errors
/// [`CatalogError::Saved`] with the reason, or what the parser reports.
pub fn check_untrusted_query(sql: &str) -> Result<(), CatalogError> {
    with_parser(|engine| policy::only_reads_tables(engine, sql))
}

/// Checks that a text is one expression that reads nothing but the catalog's own tables, cohorts and
/// splits.
///
/// # Errors
/// [`CatalogError::Saved`] with the reason, or what the parser reports.
pub fn check_untrusted_expression(text: &str) -> Result<(), CatalogError> {
    // As one text it must be an expression in each of these places; what closes a parenthesis to go on
    // behind it fails in the other.
    with_parser(|engine| {
        policy::only_reads_tables(engine, &format!("SELECT 1 WHERE (\n{text}\n)"))?;
        policy::only_reads_tables(engine, &format!("SELECT [\n{text}\n]"))
    })
}
