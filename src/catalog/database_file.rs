//! A DuckDB file made by statements of the program's own.

use std::path::Path;

use duckdb::{Config, Connection};

use super::error::CatalogError;

/// Runs statements in a new database file, which is whole when this returns.
///
/// # Errors
/// When DuckDB refuses the file or a statement.
pub fn write_database(path: &Path, statements: &[String]) -> Result<(), CatalogError> {
    let run = || -> duckdb::Result<()> {
        let config = Config::default()
            .with("autoinstall_known_extensions", "false")?
            .with("autoload_known_extensions", "false")?;
        let connection = Connection::open_with_flags(path, config)?;
        for statement in statements {
            connection.execute_batch(statement)?;
        }
        connection.execute_batch("CHECKPOINT")?;
        connection.close().map_err(|(_, error)| error)
    };
    run().map_err(CatalogError::query)
}
