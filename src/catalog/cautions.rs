//! What a query may answer wrongly without an error: texts compared whose order is another, and texts that no
//! row has while another spelling of them occurs.

use std::collections::BTreeSet;

use super::database::Catalog;
use super::error::CatalogError;
use crate::sql::{Token, identifier, literal, tokens};
use crate::tables::relation;
use crate::tables::spec::{self, ColumnSpec, ColumnType};

/// Texts of a query that are looked up.
const MOST_TEXTS: usize = 16;
/// Rows of a table in which a text is looked up at no cost that one notices.
const MOST_ROWS: u64 = 200_000;
/// Comparisons whose answer depends on an order.
const ORDERING: [&str; 5] = ["<", ">", "<=", ">=", "BETWEEN"];
/// Comparisons with one text, or with those of a list.
const MATCHING: [&str; 4] = ["=", "==", "<>", "!="];
/// Functions that return the first or last of texts.
const EXTREMES: [&str; 4] = ["max", "min", "greatest", "least"];

impl Catalog {
    /// What a reader of a query's result should know: one line each, in the order of the query.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub fn cautions(&self, sql: &str) -> Result<Vec<String>, CatalogError> {
        let tokens = tokens(sql);
        let code: Vec<&Token<'_>> = tokens.iter().filter(|token| token.is_code()).collect();
        let places = ValuePlace::named(&code.iter().filter_map(|token| token.name()).collect());
        let mut cautions = Vec::new();
        let mut texts = BTreeSet::new();
        for (place, token) in code.iter().enumerate() {
            let Some(name) = token.name().map(|name| name.to_lowercase()) else { continue };
            let (before, after) = (without_qualifier(&code[..place]), &code[place + 1..]);
            if let Some(rank) = ranked(&name) {
                cautions.extend(wrong_order(&name, rank, before, after));
            }
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

/// The cautions of one place where a column of ordered categories is named.
fn wrong_order(name: &str, rank: &str, before: &[&Token<'_>], after: &[&Token<'_>]) -> Vec<String> {
    let is_ordering = |token: &Token<'_>| ORDERING.iter().any(|ordering| token.is(ordering));
    let text = match (before, without_not(after)) {
        (_, [operator, text, ..]) if is_ordering(operator) => text.value(),
        ([.., text, operator], _) if is_ordering(operator) && !operator.is("BETWEEN") => {
            text.value()
        }
        _ => None,
    };
    let mut cautions = Vec::new();
    if let Some(text) = text {
        let text = literal(&text);
        cautions.push(format!(
            "{name} is compared as text, whose order is not that of the categories: use \
             {rank}({name}) and {rank}({text})"
        ));
    }
    if let [.., function, bracket] = before
        && bracket.is("(")
        && let Some(extreme) = EXTREMES.iter().find(|extreme| function.is(extreme))
    {
        let end = if ["min", "least"].contains(extreme) { "min" } else { "max" };
        let advice = format!("{extreme}({rank}({name})), or arg_{end}({name}, {rank}({name}))");
        cautions.push(format!(
            "{extreme}({name}) compares texts, whose order is not that of the categories: use {advice}"
        ));
    }
    if is_sort_key(before) {
        cautions.push(format!(
            "{name} is sorted as text, whose order is not that of the categories: use ORDER BY \
             {rank}({name})"
        ));
    }
    cautions
}

/// Whether what follows these tokens is an expression of ORDER BY by itself.
fn is_sort_key(before: &[&Token<'_>]) -> bool {
    match before {
        [.., order, by] if by.is("BY") => order.is("ORDER"),
        [.., comma] if comma.is(",") => {
            let start = before.iter().rposition(|token| token.is("BY") || token.is("SELECT"));
            let start = start.filter(|start| before[*start].is("BY") && *start > 0);
            let is_flat =
                |start: usize| !before[start..].iter().any(|token| token.is("(") || token.is(")"));
            start.is_some_and(|start| before[start - 1].is("ORDER") && is_flat(start))
        }
        _ => false,
    }
}

/// The tokens before a column without the name of its relation: `p.`.
fn without_qualifier<'t, 's>(before: &'t [&'s Token<'s>]) -> &'t [&'s Token<'s>] {
    match before {
        [rest @ .., _, dot] if dot.is(".") => without_qualifier(rest),
        _ => before,
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
