//! The last result, which later statements name `_`.

use super::error::ShellError;
use crate::catalog::{Catalog, Parameters, RecordedRows};
use crate::sql;

/// The name of the last result in SQL.
pub(super) const LAST: &str = "_";

/// The query of the last result and its rows.
pub(super) struct LastResult {
    /// The query; if it named the result before it, that one's query is in it.
    pub(super) sql: String,
    pub(super) parameters: Parameters,
    rows: Option<RecordedRows>,
}

impl LastResult {
    /// The result of a query, which may have named the result before it.
    pub(super) fn new(
        sql: &str,
        parameters: &Parameters,
        rows: Option<RecordedRows>,
        before: Option<&Self>,
    ) -> Self {
        let sql = sql.trim();
        match before.filter(|before| before.sql != sql && is_named(sql)) {
            None => Self { sql: sql.to_owned(), parameters: parameters.clone(), rows },
            Some(before) => Self {
                sql: format!("WITH \"{LAST}\" AS (\n{}\n)\nFROM (\n{sql}\n)", before.sql),
                parameters: before.parameters.joined(parameters),
                rows,
            },
        }
    }

    /// Makes the table of the last result.
    pub(super) fn make_table(&self, catalog: &Catalog) -> Result<(), ShellError> {
        let query = (self.sql.as_str(), &self.parameters);
        Ok(catalog.make_table(LAST, query, self.rows.as_ref())?)
    }

    /// Whether the query runs again for its rows.
    pub(super) fn runs_again(&self) -> bool {
        self.rows.is_none()
    }
}

/// Whether a statement names the last result.
pub(super) fn is_named(sql: &str) -> bool {
    sql::names(sql).contains(LAST)
}
