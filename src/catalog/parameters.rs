//! Values for `$name` in statements: bound by DuckDB, never pasted into the text.

use std::collections::BTreeMap;

use super::error::CatalogError;

/// Values by name, without the `$`. All are texts: DuckDB casts a text to the type of what it is
/// compared with, so that `t_stage >= $t` compares numbers; elsewhere `$t::INTEGER` says the type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// From pairs of name and value. Names differ in more than case; of two the last counts.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect())
    }

    /// These and others, which count where both have a name.
    #[must_use]
    pub fn joined(&self, others: &Self) -> Self {
        let mut all = self.0.clone();
        all.extend(others.0.clone());
        Self(all)
    }

    /// The first name that a script does not write as `$name`.
    pub fn unused(&self, script: &str) -> Option<&str> {
        let script = script.to_lowercase();
        let named = |name: &&String| {
            script.match_indices(&format!("${name}")).any(|(index, found)| {
                let next = script[index + found.len()..].chars().next();
                !next.is_some_and(|c| c.is_alphanumeric() || c == '_')
            })
        };
        self.0.keys().find(|name| !named(name)).map(String::as_str)
    }

    /// The values in the order in which the statement numbers its parameters.
    ///
    /// # Errors
    /// When it names one that has no value.
    pub(super) fn of(&self, statement: &duckdb::Statement<'_>) -> Result<Vec<&str>, CatalogError> {
        let value = |index| {
            let name = statement.parameter_name(index).map_err(CatalogError::query)?;
            let value = self.0.get(&name.to_lowercase()).map(String::as_str);
            value.ok_or(CatalogError::Parameter(name))
        };
        (1..=statement.parameter_count()).map(value).collect()
    }
}
