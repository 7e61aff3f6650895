//! The catalog's views put back after a statement that may have changed them.

use duckdb::Connection;

use super::error::CatalogError;
use crate::sql::literal;

/// Name and definition of the catalog's views in the engine, and of everything that hides them.
pub(super) fn view_definitions(
    engine: &Connection,
    names: &[String],
) -> Result<Vec<(String, String)>, CatalogError> {
    let list: Vec<String> = names.iter().map(|name| literal(name)).collect();
    let list = list.join(", ");
    let sql = format!(
        "SELECT database_name || '.' || schema_name || '.' || view_name, sql FROM duckdb_views()
         WHERE lower(view_name) IN ({list}) AND (schema_name = 'main' OR temporary)
         UNION ALL
         SELECT database_name || '.' || schema_name || '.' || table_name, sql FROM duckdb_tables()
         WHERE lower(table_name) IN ({list}) AND (schema_name = 'main' OR temporary) ORDER BY ALL"
    );
    let mut statement = engine.prepare(&sql).map_err(CatalogError::query)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.and_then(Iterator::collect).map_err(CatalogError::query)
}

/// Puts back what a statement dropped, replaced or hid.
///
/// # Errors
/// When the statement touched any; the error names the first.
pub(super) fn put_back(
    engine: &Connection,
    before: &[(String, String)],
    after: &[(String, String)],
) -> Result<(), CatalogError> {
    let Some((touched, _)) = before
        .iter()
        .find(|row| !after.contains(row))
        .or(after.iter().find(|row| !before.contains(row)))
    else {
        return Ok(());
    };
    let run = |sql: &str| engine.execute_batch(sql).map_err(CatalogError::query);
    for (name, sql) in after.iter().filter(|row| !before.contains(row)) {
        let kind = if sql.starts_with("CREATE VIEW") || sql.starts_with("CREATE TEMP VIEW") {
            "VIEW"
        } else {
            "TABLE"
        };
        run(&format!("DROP {kind} IF EXISTS {name}"))?;
    }
    for (_, sql) in before.iter().filter(|row| !after.contains(row)) {
        run(sql)?;
    }
    let name = touched.rsplit('.').next().unwrap_or_default();
    Err(CatalogError::Guarded(format!("{name} is one of its views; give yours another name")))
}
