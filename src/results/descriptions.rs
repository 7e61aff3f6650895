//! What the dictionary says of the columns of a result.

use std::collections::HashMap;

use crate::sql::{self, Token};
use crate::tables::{relation, spec};

/// Keywords that begin a part of a query after FROM or SELECT.
const PARTS: [&str; 11] = [
    "from", "select", "where", "group", "having", "qualify", "window", "order", "limit", "offset",
    "sample",
];
/// Keywords with which a column of a name need not be the one of the relation.
const OTHER_SHAPES: [&str; 9] =
    ["with", "union", "intersect", "except", "values", "pivot", "unpivot", "describe", "summarize"];
/// Schemas of saved cohorts and splits: the columns that they share with tables are those of the tables.
const SAVED: [&str; 2] = ["cohorts", "splits"];

type Metadata = HashMap<String, String>;

/// The metadata of a result's columns, by name. A column is described only where it is one of a table or view
/// unchanged: a column by that name from an expression is another.
#[derive(Debug, Default)]
pub struct ColumnDescriptions {
    columns: HashMap<String, Metadata>,
}

impl ColumnDescriptions {
    /// The descriptions of a query's columns.
    pub fn of_query(sql: &str) -> Self {
        Self { columns: describe(sql).unwrap_or_default() }
    }

    /// The metadata of a column.
    pub fn of(&self, column: &str) -> Option<&Metadata> {
        self.columns.get(column)
    }
}

/// The parts of a query on its outermost level, each after its keyword.
fn parts<'t>(tokens: &'t [Token<'t>]) -> Option<HashMap<&'static str, &'t [Token<'t>]>> {
    let mut parts = HashMap::new();
    let mut begun: Option<(&'static str, usize)> = None;
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.checked_sub(1)?,
            _ if depth > 0 => {}
            _ if OTHER_SHAPES.iter().any(|keyword| token.is(keyword)) => return None,
            _ => {
                let Some(keyword) = PARTS.iter().find(|keyword| token.is(keyword)) else {
                    continue;
                };
                if let Some((part, start)) = begun.replace((keyword, index + 1)) {
                    parts.insert(part, &tokens[start..index]);
                } else if index > 0 {
                    return None;
                }
            }
        }
    }
    let (part, start) = begun?;
    parts.insert(part, &tokens[start..]);
    Some(parts)
}

/// The tokens between commas on the outermost level.
fn items<'t>(tokens: &'t [Token<'t>]) -> Vec<&'t [Token<'t>]> {
    let mut items = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (index, token) in tokens.iter().enumerate() {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            "," if depth == 0 => {
                items.push(&tokens[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    items.push(&tokens[start..]);
    items.retain(|item| !item.is_empty());
    items
}

/// A table or view in FROM, by the name that qualifies its columns.
struct NamedRelation {
    alias: String,
    columns: Vec<(String, Metadata)>,
}

/// The columns of a table or view.
fn columns(name: &str) -> Option<Vec<(String, Metadata)>> {
    let name = name.to_lowercase();
    if let Some(table) = spec::find(&name) {
        return Some(table.columns.iter().map(|c| (c.name.clone(), c.metadata())).collect());
    }
    let view = relation::view(&name)?;
    Some(view.columns.iter().map(|c| (c.name.to_owned(), c.metadata())).collect())
}

/// The relations of FROM; none when one of them is not a table, view, cohort or split.
fn relations(from: &[Token<'_>]) -> Option<Vec<NamedRelation>> {
    let mut relations = Vec::new();
    let mut rest = from;
    while let Some(first) = rest.first() {
        let name = first.name()?;
        let mut next = 1;
        if rest.get(1).is_some_and(|token| token.is(".")) {
            if !SAVED.contains(&name.to_lowercase().as_str()) {
                return None;
            }
            rest.get(2)?.name()?;
            next = 3;
        } else {
            let columns = columns(&name)?;
            if rest.get(next).is_some_and(|token| token.is("as")) {
                next += 1;
            }
            let alias = rest.get(next).filter(|token| !is_join(token)).and_then(Token::name);
            let alias = alias.unwrap_or(name).to_lowercase();
            relations.push(NamedRelation { alias, columns });
        }
        // The next relation comes after a comma or JOIN.
        let is_next = |token: &Token<'_>| token.is(",") || token.is("join");
        let after = rest[next.min(rest.len())..].iter();
        let mut depth = 0_i32;
        let end = after.enumerate().find(|(_, token)| {
            match token.text {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            depth == 0 && is_next(token)
        });
        rest = end.map_or(&[], |(index, _)| &rest[next + index + 1..]);
    }
    Some(relations)
}

/// Whether a word after a relation belongs to a join, and is not its alias.
fn is_join(token: &Token<'_>) -> bool {
    const WORDS: [&str; 14] = [
        "join",
        "left",
        "right",
        "full",
        "inner",
        "outer",
        "cross",
        "natural",
        "semi",
        "anti",
        "asof",
        "positional",
        "on",
        "using",
    ];
    token.is(",") || WORDS.iter().any(|word| token.is(word))
}

/// The columns of a result as far as its query has been read.
struct ResultColumns<'r> {
    relations: &'r [NamedRelation],
    described: HashMap<String, Metadata>,
    /// Names of expressions.
    computed: Vec<String>,
}

impl ResultColumns<'_> {
    /// Adds the columns of all relations, or of one.
    fn add_all(&mut self, alias: Option<&str>) {
        let named = self.relations.iter().filter(|r| alias.is_none_or(|name| r.alias == name));
        for (name, metadata) in named.flat_map(|relation| &relation.columns) {
            self.described.entry(name.clone()).or_insert_with(|| metadata.clone());
        }
    }

    /// Adds a column, of the first relation that has it.
    fn add(&mut self, alias: Option<&str>, column: &str, output: Option<String>) {
        let named = self.relations.iter().filter(|r| alias.is_none_or(|name| r.alias == name));
        let mut columns = named.flat_map(|relation| &relation.columns);
        if let Some((name, metadata)) = columns.find(|(name, _)| name.eq_ignore_ascii_case(column))
        {
            self.described.insert(output.unwrap_or_else(|| name.clone()), metadata.clone());
        }
    }

    /// Adds one item after SELECT. None when the columns that it stands for are not known.
    fn add_item(&mut self, item: &[Token<'_>]) -> Option<()> {
        let (source, output) = match item {
            [source @ .., word, alias] if word.is("as") => (source, alias.name()),
            _ => (item, None),
        };
        match source {
            [star] if star.text == "*" => self.add_all(None),
            [relation, dot, star] if dot.text == "." && star.text == "*" => {
                self.add_all(Some(&relation.name()?.to_lowercase()));
            }
            // EXCLUDE and REPLACE change what the star stands for.
            [star, ..] if star.text == "*" => return None,
            [_, dot, star, ..] if dot.text == "." && star.text == "*" => return None,
            [column] if column.name().is_some() => self.add(None, &column.name()?, output),
            [relation, dot, column] if dot.text == "." && column.name().is_some() => {
                self.add(Some(&relation.name()?.to_lowercase()), &column.name()?, output);
            }
            [.., last] => self.computed.extend(output.or_else(|| last.name())),
            [] => {}
        }
        Some(())
    }
}

fn describe(sql: &str) -> Option<HashMap<String, Metadata>> {
    let tokens: Vec<Token<'_>> = sql::visible_tokens(sql);
    let tokens: Vec<Token<'_>> = tokens.into_iter().filter(Token::is_code).collect();
    let end = tokens.iter().position(|token| token.text == ";").unwrap_or(tokens.len());
    let parts = parts(&tokens[..end])?;
    let relations = relations(parts.get("from")?)?;
    let mut columns =
        ResultColumns { relations: &relations, described: HashMap::new(), computed: Vec::new() };
    match parts.get("select") {
        None => columns.add_all(None),
        Some([first, list @ ..]) if first.is("distinct") => {
            items(list).into_iter().try_for_each(|item| columns.add_item(item))?;
        }
        Some(list) => items(list).into_iter().try_for_each(|item| columns.add_item(item))?,
    }
    for name in &columns.computed {
        columns.described.remove(name);
    }
    Some(columns.described)
}
