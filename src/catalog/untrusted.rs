//! SQL that a stranger may have written: in the file of a cohort or split, or in the provenance of a
//! manifest. It is checked when the file is read, by DuckDB's parser alone, and runs nothing.

use std::cell::OnceCell;

use duckdb::{Config, Connection};

use super::error::CatalogError;
use super::policy;

thread_local! {
    /// An engine without tables, for its parser.
    static PARSER: OnceCell<Connection> = const { OnceCell::new() };
}

fn with_parser<T>(
    work: impl FnOnce(&Connection) -> Result<T, CatalogError>,
) -> Result<T, CatalogError> {
    PARSER.with(|parser| {
        if let Some(engine) = parser.get() {
            return work(engine);
        }
        let config =
            Config::default().threads(1).and_then(|config| config.with("temp_directory", ""));
        let engine = config.and_then(Connection::open_in_memory_with_flags);
        let engine = engine.map_err(CatalogError::query)?;
        work(parser.get_or_init(|| engine))
    })
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
