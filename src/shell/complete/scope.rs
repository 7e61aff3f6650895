//! The relations and columns that an unfinished statement names, found by its words: it cannot be parsed
//! yet.

use crate::sql::{Token, TokenKind};

/// An unfinished text and the column that it is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::shell) struct ComparedText {
    /// The column's name.
    pub(in crate::shell) column: String,
    /// The text so far, without quotes.
    pub(in crate::shell) typed: String,
}

/// Words that a relation follows.
const BEFORE_RELATION: &[&str] = &["from", "join", "into", "describe", "summarize", "table"];

/// The place of the last token, an open text: `vendor = '…`, `p.vendor <> '…`, `vendor LIKE '…`,
/// `vendor IN ('GE', '…`. None without a column before it.
pub(in crate::shell) fn value_at(tokens: &[Token<'_>]) -> Option<ComparedText> {
    let (last, before) = tokens.split_last()?;
    let typed = last.text.strip_prefix('\'')?.replace("''", "'");
    let before = without_list(before);
    let (operator, before) = before.split_last()?;
    let compares = ["=", "==", "<>", "!=", "<", ">", "<=", ">=", "like", "ilike", "in", "from"];
    if !compares.iter().any(|word| operator.is(word)) {
        return None;
    }
    // `IS [NOT] DISTINCT FROM` and `NOT LIKE` keep words between.
    let between = |t: &Token<'_>| ["not", "is", "distinct"].iter().any(|word| t.is(word));
    let column = before.iter().rev().find(|token| !between(token))?;
    if operator.is("from") && !before.last().is_some_and(|token| token.is("distinct")) {
        return None;
    }
    Some(ComparedText { column: column.name()?, typed })
}

/// The tokens before the bracket of a list of texts, up to its `IN`.
fn without_list<'a, 't>(tokens: &'a [Token<'t>]) -> &'a [Token<'t>] {
    let listed = |token: &Token<'_>| token.kind == TokenKind::Literal || token.is(",");
    let rest = tokens.iter().rev().take_while(|token| listed(token)).count();
    let (before, list) = tokens.split_at(tokens.len() - rest);
    match before.split_last() {
        Some((bracket, before)) if bracket.is("(") && before.last().is_some_and(|t| t.is("in")) => {
            before
        }
        _ if list.is_empty() => tokens,
        _ => &[],
    }
}

/// The name before a dot at the end: `p.` gives `p`, `cohorts.t2.` gives `cohorts.t2`.
pub(in crate::shell) fn qualifier(tokens: &[Token<'_>], end: usize) -> Option<String> {
    let [rest @ .., name, dot] = tokens else { return None };
    if !dot.is(".") || dot.range.end != end || name.range.end != dot.range.start {
        return None;
    }
    let name_text = name.name()?;
    match rest {
        [.., schema, inner] if inner.is(".") && inner.range.end == name.range.start => {
            Some(format!("{}.{name_text}", schema.name()?))
        }
        _ => Some(name_text),
    }
}

/// Whether a relation must follow.
pub(in crate::shell) fn wants_relation(tokens: &[Token<'_>]) -> bool {
    tokens.last().is_some_and(|last| BEFORE_RELATION.iter().any(|word| last.is(word)))
}

/// Whether a column may well follow, with nothing of it typed yet.
pub(in crate::shell) fn wants_column(tokens: &[Token<'_>]) -> bool {
    const BEFORE: &[&str] =
        &["select", "where", "and", "or", "by", "on", "having", ",", "(", "not"];
    tokens.last().is_some_and(|last| BEFORE.iter().any(|word| last.is(word)))
}

/// Every name of a statement that could be a relation's: `patients`, `cohorts.t2`.
pub(in crate::shell) fn named(tokens: &[Token<'_>]) -> Vec<String> {
    let mut names = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let Some(name) = token.name() else { continue };
        match &tokens[index + 1..] {
            [dot, inner, ..] if dot.is(".") => {
                if let Some(inner) = inner.name() {
                    names.push(format!("{name}.{inner}"));
                }
            }
            _ if !names.contains(&name) => names.push(name),
            _ => {}
        }
    }
    names
}

/// The relation that a name is the alias of: `FROM patients p`, `JOIN cohorts.t2 AS t`.
pub(in crate::shell) fn aliased(tokens: &[Token<'_>], alias: &str) -> Option<String> {
    let is_alias = |token: &Token<'_>| token.name().is_some_and(|n| n.eq_ignore_ascii_case(alias));
    for (place, _) in tokens.iter().enumerate().filter(|(_, token)| is_alias(token)) {
        let before = &tokens[..place];
        let before = match before.split_last() {
            Some((last, rest)) if last.is("as") => rest,
            _ => before,
        };
        let [rest @ .., name] = before else { continue };
        let (schema, rest) = match rest {
            [rest @ .., schema, dot] if dot.is(".") => (schema.name(), rest),
            _ => (None, rest),
        };
        if rest.last().is_some_and(|t| BEFORE_RELATION.iter().any(|w| t.is(w)) || t.is(",")) {
            let name = name.name()?;
            return Some(schema.map_or(name.clone(), |schema| format!("{schema}.{name}")));
        }
    }
    None
}

/// Whether a statement begins after these tokens.
pub(in crate::shell) fn begins_statement(tokens: &[Token<'_>]) -> bool {
    tokens.last().is_none_or(|token| token.is(";"))
}
