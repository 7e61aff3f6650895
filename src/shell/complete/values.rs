//! The values that a column has, for a text that is being typed.

use std::cell::RefCell;
use std::collections::HashMap;

use super::CompletionCandidate;
use crate::catalog::Catalog;
use crate::results::escape;
use crate::shell::relations::ListedRelation;
use crate::sql::{identifier, literal};

/// Rows that are looked at: values of a huge table come at once, those of its first rows.
const LOOKED_AT: u64 = 1_000_000;
/// Values that are kept of one column.
const KEPT: usize = 1_000;
/// Values that are offered.
const OFFERED: usize = 100;

/// Values by relation and column, as they were when they were first asked for.
#[derive(Default)]
pub(super) struct ColumnValues(RefCell<HashMap<(String, String), Vec<String>>>);

impl ColumnValues {
    /// The column's values that begin with what is typed, in any case, sorted. Those that no one
    /// can type, since a terminal would act on them, are left out.
    pub(super) fn of(
        &self,
        catalog: &Catalog,
        relation: &ListedRelation,
        column: &str,
        typed: &str,
    ) -> Vec<CompletionCandidate> {
        let key = (relation.shown(), column.to_lowercase());
        let mut known = self.0.borrow_mut();
        let kept = known.entry(key).or_insert_with(|| ask(catalog, relation, column, ""));
        let found = if kept.len() < KEPT || typed.is_empty() {
            kept.clone()
        } else {
            // There are more than are kept: those that fit may be among the others.
            ask(catalog, relation, column, typed)
        };
        let typed = typed.to_lowercase();
        found
            .into_iter()
            .filter(|value| value.to_lowercase().starts_with(&typed))
            .filter(|value| !value.contains(escape::is_hostile))
            .take(OFFERED)
            .map(|value| CompletionCandidate {
                typed: format!("{}'", value.replace('\'', "''")),
                shown: value,
            })
            .collect()
    }
}

/// The column's values in order, as text.
fn ask(catalog: &Catalog, relation: &ListedRelation, column: &str, typed: &str) -> Vec<String> {
    let column = identifier(column);
    let (schema, name) = (identifier(&relation.schema), identifier(&relation.name));
    let values = catalog.values(&format!(
        "SELECT DISTINCT {column}::VARCHAR AS value
         FROM (SELECT {column} FROM {schema}.{name} LIMIT {LOOKED_AT})
         WHERE {column} IS NOT NULL AND starts_with(lower({column}::VARCHAR), lower({}))
         ORDER BY 1 LIMIT {KEPT}",
        literal(typed)
    ));
    // A column without values to offer is no reason to disturb who types.
    values.unwrap_or_default()
}
