//! The values that a column has, for a text that is being typed.

use std::cell::RefCell;
use std::collections::HashMap;

use super::candidate::CompletionCandidate;
use crate::catalog::Catalog;
use crate::results::escape;
use crate::shell::relations::ListedRelation;
use crate::sql::{identifier, literal};

/// The first rows of a relation, which are searched for values, so that huge tables answer at once.
const SEARCHED_ROWS: u64 = 1_000_000;
/// The most values that are cached per column.
const CACHED_VALUES: usize = 1_000;
/// The most values that are offered.
const OFFERED_VALUES: usize = 100;

/// Values by relation and column, read on first use.
#[derive(Default)]
pub(super) struct ColumnValues(RefCell<HashMap<(String, String), Vec<String>>>);

impl ColumnValues {
    /// The column's values that begin with what is typed, in upper or lower case, sorted. Values with
    /// control characters, which cannot be typed, are excluded.
    pub(super) fn of(
        &self,
        catalog: &Catalog,
        relation: &ListedRelation,
        column: &str,
        typed: &str,
    ) -> Vec<CompletionCandidate> {
        let key = (relation.shown(), column.to_lowercase());
        let mut cache = self.0.borrow_mut();
        let cached =
            cache.entry(key).or_insert_with(|| query_values(catalog, relation, column, ""));
        let values = if cached.len() < CACHED_VALUES || typed.is_empty() {
            cached.clone()
        } else {
            // The column has more values than are cached; some of the others may fit.
            query_values(catalog, relation, column, typed)
        };
        let typed = typed.to_lowercase();
        values
            .into_iter()
            .filter(|value| value.to_lowercase().starts_with(&typed))
            .filter(|value| !value.contains(escape::is_hostile))
            .take(OFFERED_VALUES)
            .map(|value| CompletionCandidate {
                typed: format!("{}'", value.replace('\'', "''")),
                shown: value,
            })
            .collect()
    }
}

/// The first values of a column as text, sorted.
fn query_values(
    catalog: &Catalog,
    relation: &ListedRelation,
    column: &str,
    typed: &str,
) -> Vec<String> {
    let column = identifier(column);
    let (schema, name) = (identifier(&relation.schema), identifier(&relation.name));
    let values = catalog.values(&format!(
        "SELECT DISTINCT {column}::VARCHAR AS value
         FROM (SELECT {column} FROM {schema}.{name} LIMIT {SEARCHED_ROWS})
         WHERE {column} IS NOT NULL AND starts_with(lower({column}::VARCHAR), lower({}))
         ORDER BY 1 LIMIT {CACHED_VALUES}",
        literal(typed)
    ));
    // Typing continues even if the values cannot be read.
    values.unwrap_or_default()
}
