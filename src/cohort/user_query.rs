//! A query that the user wrote.

use super::error::CohortError;
use crate::catalog::{Catalog, CatalogError, check_untrusted_query};
use crate::sql;

/// A SELECT statement of the user's own, checked by DuckDB.
pub(super) struct UserQuery {
    /// The statement without the `;`.
    pub sql: String,
    /// The names of its columns.
    pub columns: Vec<String>,
}

impl UserQuery {
    /// Reads one statement.
    ///
    /// # Errors
    /// When it is not one statement, or DuckDB refuses it.
    pub fn parse(catalog: &Catalog, text: &str) -> Result<Self, CohortError> {
        let statements = sql::statements(text);
        let [only] = statements.as_slice() else {
            return Err(CohortError::Sql("give one SELECT statement".to_owned()));
        };
        let sql = only.sql.trim().to_owned();
        let refused = |error: CatalogError| CohortError::Sql(error.to_string());
        // By itself first, so that an error names the line that the user wrote.
        catalog.check(&only.sql).map_err(refused)?;
        // What could not be read from the cohort's file later is not saved.
        check_untrusted_query(&sql).map_err(refused)?;
        let columns = catalog.columns(&format!("(\n{sql}\n)")).map_err(refused)?;
        Ok(Self { sql, columns })
    }

    /// Whether it returns a column of this name, in any case.
    pub fn has_column(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.eq_ignore_ascii_case(name))
    }
}
