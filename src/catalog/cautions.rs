//! What a query may answer wrongly without an error: texts compared whose order is another, and texts that no
//! row has while another spelling of them occurs.

use std::collections::BTreeSet;

use super::database::Catalog;
use super::error::CatalogError;
use crate::sql::{Token, identifier, literal, tokens};
use crate::tables::spec::{self, ColumnSpec, ColumnType, TableSpec};

/// Texts of a query that are looked up.
const MOST_TEXTS: usize = 16;
/// Rows of a table in which a text is looked up at no cost that one notices.
const MOST_ROWS: u64 = 200_000;
/// Comparisons whose answer depends on an order.
const ORDERING: [&str; 5] = ["<", ">", "<=", ">=", "BETWEEN"];
/// Comparisons with one text, or with those of a list.
const MATCHING: [&str; 4] = ["=", "==", "<>", "!="];

impl Catalog {
    /// What a reader of a query's result should know: one line each, in the order of the query.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub fn cautions(&self, sql: &str) -> Result<Vec<String>, CatalogError> {
        let tokens = tokens(sql);
        let code: Vec<&Token<'_>> = tokens.iter().filter(|token| token.is_code()).collect();
        let is_named = |table: &&TableSpec| {
            code.iter().any(|token| token.name().as_ref() == Some(&table.name))
        };
        let tables: Vec<&TableSpec> = spec::all().iter().filter(is_named).collect();
        let mut cautions = Vec::new();
        let mut texts = BTreeSet::new();
        for (place, token) in code.iter().enumerate() {
            let Some(name) = token.name().map(|name| name.to_lowercase()) else { continue };
            let after = &code[place + 1..];
            if let Some(rank) = ranked(&name)
                && let [operator, text, ..] = without_not(after)
                && ORDERING.iter().any(|ordering| operator.is(ordering))
                && let Some(text) = text.value()
            {
                let text = literal(&text);
                cautions.push(format!(
                    "{name} is compared as text, whose order is not that of the categories: use \
                     {rank}({name}) and {rank}({text})"
                ));
            }
            for text in matched(after) {
                texts.insert((place, name.clone(), text));
            }
        }
        for (_, name, text) in texts.into_iter().take(MOST_TEXTS) {
            for table in &tables {
                cautions.extend(self.other_spelling(table, &name, &text)?);
            }
        }
        let mut known = BTreeSet::new();
        cautions.retain(|caution| known.insert(caution.clone()));
        Ok(cautions)
    }

    /// The caution of a text that no row of a table has in a column, while another spelling of it occurs.
    fn other_spelling(
        &self,
        table: &TableSpec,
        column: &str,
        text: &str,
    ) -> Result<Option<String>, CatalogError> {
        let is_text = |spec: &&ColumnSpec| spec.name == column && spec.kind == ColumnType::Text;
        if !table.columns.iter().any(|spec| is_text(&spec)) {
            return Ok(None);
        }
        let rows = self.snapshot().tables.get(&table.name).map_or(0, |table| table.rows);
        if rows > MOST_ROWS {
            return Ok(None);
        }
        let (name, value) = (identifier(column), literal(text));
        let (table, quoted) = (&table.name, identifier(&table.name));
        let sql = format!(
            "SELECT CASE WHEN bool_or({name} = {value}) THEN NULL ELSE min({name}) END FROM {quoted}
             WHERE lower(trim({name})) = lower(trim({value}))"
        );
        let other: Option<String> = self.value(&sql)?;
        Ok(other.map(|other| {
            format!("no row of {table} has {column} = {value}; there is {}", literal(&other))
        }))
    }
}

/// The macro that ranks the texts of a column.
fn ranked(column: &str) -> Option<&'static str> {
    let mut columns = spec::all().iter().flat_map(|table| &table.columns);
    columns.find(|spec| spec.name == column).and_then(|spec| spec.rank.as_deref())
}

fn without_not<'t, 's>(tokens: &'t [&'s Token<'s>]) -> &'t [&'s Token<'s>] {
    match tokens {
        [first, rest @ ..] if first.is("NOT") => rest,
        _ => tokens,
    }
}

/// The texts that a name is compared with: `= 'a'`, `IN ('a', 'b')`.
fn matched(after: &[&Token<'_>]) -> Vec<String> {
    match without_not(after) {
        [operator, text, ..] if MATCHING.iter().any(|matching| operator.is(matching)) => {
            text.value().into_iter().collect()
        }
        [operator, bracket, list @ ..] if operator.is("IN") && bracket.is("(") => list
            .iter()
            .take_while(|token| !token.is(")"))
            .filter_map(|token| token.value())
            .collect(),
        _ => Vec::new(),
    }
}
