//! What a query may answer wrongly without an error: texts compared whose order is another, and texts that no
//! row has while another spelling of them occurs.

use std::collections::BTreeSet;

use serde_json::Value;

use super::code_order::{self, order_cautions};
use super::database::Catalog;
use super::error::CatalogError;
use crate::sql::{Token, identifier, literal, tokens};
use crate::tables::relation;
use crate::tables::spec::{self, ColumnSpec, ColumnType};

/// Texts of a query that are looked up.
const MOST_TEXTS: usize = 16;
/// Rows of a table in which a text is looked up at no cost that one notices.
const MOST_ROWS: u64 = 200_000;
/// Functions that change the case of letters.
const CASED: [&str; 4] = ["lower", "lcase", "upper", "ucase"];
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
        let places = ValuePlace::named(&code.iter().filter_map(|token| token.name()).collect());
        let mut cautions = self.code_cautions(sql, &code)?;
        let mut texts = BTreeSet::new();
        for (place, token) in code.iter().enumerate() {
            let Some(name) = token.name().map(|name| name.to_lowercase()) else { continue };
            let (before, after) = (without_qualifier(&code[..place]), &code[place + 1..]);
            for text in matched(before, after) {
                texts.insert((place, name.clone(), text));
            }
        }
        for (_, name, text) in texts.into_iter().take(MOST_TEXTS) {
            for place in &places {
                cautions.extend(self.other_spelling(place, &name, &text)?);
            }
        }
        let mut known = BTreeSet::new();
        cautions.retain(|caution| known.insert(caution.clone()));
        Ok(cautions)
    }

    /// The cautions of codes that are compared or sorted as text, and of texts that no change of letters returns.
    fn code_cautions(&self, sql: &str, code: &[&Token<'_>]) -> Result<Vec<String>, CatalogError> {
        let names = code.iter().filter_map(|token| token.name());
        let is_worth_it = |name: &String| {
            let name = name.to_lowercase();
            code_order::is_code(&name) || CASED.contains(&name.as_str())
        };
        // A code may be behind `*` too.
        let has_places = code.windows(2).any(|pair| {
            (pair[0].is("BY") || pair[0].is(",")) && pair[1].text.parse::<u16>().is_ok()
        });
        if !has_places && !names.into_iter().any(|name| is_worth_it(&name)) {
            return Ok(Vec::new());
        }
        // Of CREATE TABLE … AS, EXPLAIN and others, the query in it.
        let query = code
            .iter()
            .find(|token| ["SELECT", "FROM", "WITH"].iter().any(|word| token.is(word)))
            .map_or(sql, |token| &sql[token.range.start..]);
        let tree = format!(
            "SELECT json_serialize_sql({}, skip_default := true, skip_empty := true, \
             skip_null := true)::VARCHAR",
            literal(query)
        );
        let tree: String = self.value(&tree)?;
        // A tree too deep for the reader has no cautions.
        let tree: Value = serde_json::from_str(&tree).unwrap_or_default();
        let columns = || {
            let query = query.trim_end().trim_end_matches(';');
            self.values(&format!("SELECT column_name FROM (DESCRIBE {query}\n)"))
                .unwrap_or_default()
        };
        Ok(order_cautions(&tree, &columns))
    }

    /// The caution of a text that no row of a table or view has in a column, while another spelling of it
    /// occurs.
    fn other_spelling(
        &self,
        place: &ValuePlace,
        column: &str,
        text: &SoughtText,
    ) -> Result<Option<String>, CatalogError> {
        if !place.columns.contains(column) {
            return Ok(None);
        }
        // A view has about as many rows as the longest table.
        let rows = self.snapshot().tables.iter();
        let rows = rows.filter(|(table, _)| !place.is_table || **table == place.relation);
        if rows.map(|(_, table)| table.rows).max().unwrap_or(0) > MOST_ROWS {
            return Ok(None);
        }
        let (name, value) = (identifier(column), literal(text.text()));
        let (relation, quoted) = (&place.relation, identifier(&place.relation));
        let (is_met, is_near, shown) = match text {
            SoughtText::Whole(_) => (
                format!("{name} = {value}"),
                format!("lower(trim({name})) = lower(trim({value}))"),
                "=",
            ),
            SoughtText::Pattern(_) => {
                (format!("{name} LIKE {value}"), format!("{name} ILIKE {value}"), "LIKE")
            }
        };
        let sql = format!(
            "SELECT CASE WHEN bool_or({is_met}) THEN NULL ELSE min({name}) END FROM {quoted}
             WHERE {is_near}"
        );
        // A column that a view only describes is not worth an error.
        let Ok(Some(other)) = self.value::<Option<String>>(&sql) else { return Ok(None) };
        Ok(Some(format!(
            "no row of {relation} has {column} {shown} {value}; there is {}",
            literal(&other)
        )))
    }
}

/// A text that a column is compared with.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum SoughtText {
    Whole(String),
    /// The pattern of LIKE.
    Pattern(String),
}

impl SoughtText {
    fn text(&self) -> &str {
        match self {
            Self::Whole(text) | Self::Pattern(text) => text,
        }
    }
}

/// A table or view that a query names, and its columns of texts.
struct ValuePlace {
    relation: String,
    is_table: bool,
    columns: BTreeSet<&'static str>,
}

impl ValuePlace {
    /// Those of the names. Cohorts and splits have the texts of patients.
    fn named(names: &BTreeSet<String>) -> Vec<Self> {
        let is_saved = names.contains("cohorts") || names.contains("splits");
        let is_named = |name: &str| names.contains(name) || name == "patients" && is_saved;
        let is_text = |column: &&ColumnSpec| column.kind == ColumnType::Text;
        let tables = spec::all().iter().filter(|table| is_named(&table.name)).map(|table| Self {
            relation: table.name.clone(),
            is_table: true,
            columns: table.columns.iter().filter(is_text).map(|c| c.name.as_str()).collect(),
        });
        let views = relation::views().iter().filter(|view| is_named(view.name)).map(|view| Self {
            relation: view.name.to_owned(),
            is_table: false,
            columns: view.columns.iter().map(|column| column.name).collect(),
        });
        tables.chain(views).collect()
    }
}

/// The tokens before a column without the name of its relation: `p.`.
fn without_qualifier<'t, 's>(before: &'t [&'s Token<'s>]) -> &'t [&'s Token<'s>] {
    match before {
        [rest @ .., _, dot] if dot.is(".") => without_qualifier(rest),
        _ => before,
    }
}

fn without_not<'t, 's>(tokens: &'t [&'s Token<'s>]) -> &'t [&'s Token<'s>] {
    match tokens {
        [first, rest @ ..] if first.is("NOT") => rest,
        _ => tokens,
    }
}

/// The texts that a name is compared with: `= 'a'`, `'a' =`, `IN ('a', 'b')`, `LIKE 'a%'`.
fn matched(before: &[&Token<'_>], after: &[&Token<'_>]) -> Vec<SoughtText> {
    let is_matching = |token: &Token<'_>| MATCHING.iter().any(|matching| token.is(matching));
    let whole = |token: &Token<'_>| token.value().map(SoughtText::Whole).into_iter().collect();
    match (before, without_not(after)) {
        (_, [operator, text, ..]) if is_matching(operator) => whole(text),
        (_, [operator, text, ..]) if operator.is("LIKE") => {
            text.value().map(SoughtText::Pattern).into_iter().collect()
        }
        (_, [operator, bracket, list @ ..]) if operator.is("IN") && bracket.is("(") => list
            .iter()
            .take_while(|token| !token.is(")"))
            .filter_map(|token| token.value().map(SoughtText::Whole))
            .collect(),
        ([.., text, operator], _) if is_matching(operator) => whole(text),
        _ => Vec::new(),
    }
}
