//! The columns of tables and their types, as DuckDB names these.

use std::collections::BTreeMap;

use crate::catalog::{Catalog, CatalogError};
use crate::sql::identifier;

/// The columns of a table with their types.
pub type ColumnTypes = BTreeMap<String, String>;

/// The columns of a table with their types.
///
/// # Errors
/// When the catalog does not have the table.
pub fn column_types(catalog: &Catalog, table: &str) -> Result<ColumnTypes, CatalogError> {
    let sql = format!("SELECT column_name, column_type FROM (DESCRIBE FROM {})", identifier(table));
    Ok(catalog.rows(&sql)?.into_iter().collect())
}

/// Whether the type is numeric, so that its values have differences.
pub fn is_number(kind: &str) -> bool {
    const NUMBERS: [&str; 10] = [
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "UBIGINT",
        "FLOAT",
        "DOUBLE",
    ];
    NUMBERS.contains(&kind) || kind.starts_with("DECIMAL")
}
