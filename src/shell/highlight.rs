//! The colours of what is typed.

use std::collections::HashSet;
use std::ops::Range;

use super::commands;
use super::continuation::{MARK, reindented};
use crate::catalog::{Catalog, CatalogError};
use crate::sql::{Token, TokenKind, visible_tokens};

const KEYWORD: &str = "\x1b[1;34m";
const LITERAL: &str = "\x1b[32m";
const NUMBER: &str = "\x1b[36m";
const FAINT: &str = "\x1b[90m";
const OPEN: &str = "\x1b[33m";
const MATCH: &str = "\x1b[1;7m";
const COMMAND: &str = "\x1b[1;35m";
const END: &str = "\x1b[0m";

/// The keywords of DuckDB, except those that name a column.
pub(super) fn keywords(catalog: &Catalog) -> Result<HashSet<String>, CatalogError> {
    let words = catalog.values(
        "SELECT keyword_name FROM duckdb_keywords()
         WHERE keyword_category = 'reserved'
            OR keyword_name NOT IN (SELECT column_name FROM duckdb_columns() WHERE NOT internal)",
    )?;
    Ok(words.into_iter().collect())
}

/// The text with colours; the bracket at the cursor and its partner are highlighted.
pub(super) fn highlight(text: &str, cursor: Option<usize>, keywords: &HashSet<String>) -> String {
    if let Some((name, _)) = commands::parse(text) {
        let known = commands::find(name).is_some();
        let end = text.find(name).map_or(0, |start| start + name.len());
        let colour = if known { COMMAND } else { OPEN };
        return format!("{colour}{}{END}{}", &text[..end], &text[end..]);
    }
    let tokens = visible_tokens(text);
    let pair = cursor.and_then(|cursor| brackets(&tokens, cursor));
    let mut painted = String::with_capacity(text.len() * 2);
    let mut done = 0;
    for (index, token) in tokens.iter().enumerate() {
        painted.push_str(&marked(text, done..token.range.start));
        done = token.range.end;
        let colour = match token.kind {
            _ if pair.is_some_and(|(a, b)| a == index || b == index) => MATCH,
            TokenKind::Comment => FAINT,
            _ if !token.closed => OPEN,
            TokenKind::Literal => LITERAL,
            TokenKind::Number => NUMBER,
            TokenKind::Word if keywords.contains(&token.text.to_lowercase()) => KEYWORD,
            _ => {
                painted.push_str(token.text);
                continue;
            }
        };
        // A colour ends with its line: the editor moves the cursor between lines.
        let lines: Vec<String> =
            token.text.split('\n').map(|line| format!("{colour}{line}{END}")).collect();
        painted.push_str(&lines.join("\n"));
    }
    painted.push_str(&marked(text, done..text.len()));
    painted
}

/// White space, in which the indentation of continued lines is a mark.
fn marked(text: &str, space: Range<usize>) -> String {
    let at_start = text[..space.start].ends_with('\n');
    reindented(&text[space], at_start, &faint(MARK))
}

/// A hint, which must look unlike what is typed.
pub(super) fn faint(text: &str) -> String {
    format!("{FAINT}{text}{END}")
}

/// The bracket at the cursor or before it and its partner, as places among the tokens.
fn brackets(tokens: &[Token<'_>], cursor: usize) -> Option<(usize, usize)> {
    let is_bracket = |token: &Token<'_>| ["(", ")", "[", "]", "{", "}"].iter().any(|b| token.is(b));
    let bracket_at =
        |place: usize| tokens.iter().position(|t| t.range.start == place && is_bracket(t));
    let one = bracket_at(cursor).or_else(|| bracket_at(cursor.checked_sub(1)?))?;
    let mut open = Vec::new();
    for (index, token) in tokens.iter().enumerate().filter(|(_, token)| is_bracket(token)) {
        if ["(", "[", "{"].contains(&token.text) {
            open.push(index);
            continue;
        }
        let Some(partner) = open.pop() else { continue };
        let fits =
            matches!((tokens[partner].text, token.text), ("(", ")") | ("[", "]") | ("{", "}"));
        if fits && (partner == one || index == one) {
            return Some((partner, index));
        }
    }
    None
}
