//! What statements may not do: anything but read where they come from strangers, and in no case
//! change the catalog.

use std::fs;
use std::path::{Path, PathBuf};

use duckdb::Connection;

use super::CatalogError;
use super::script::{self, ScriptPiece, first_word, literal};

/// Table functions of DuckDB that read what they are given and do nothing else. Those left out
/// change the engine (`enable_logging`, `enable_profiling` and others write files), run a text that
/// nobody has looked at (`query`), or have nothing to read here. Macros of the catalog come on top.
const READING: &[&str] = &[
    "generate_series",
    "json_each",
    "json_tree",
    "pragma_table_info",
    "pragma_version",
    "range",
    "read_parquet",
    "parquet_scan",
    "repeat",
    "repeat_row",
    "summary",
    "unnest",
    "duckdb_columns",
    "duckdb_functions",
    "duckdb_keywords",
    "duckdb_memory",
    "duckdb_settings",
    "duckdb_tables",
    "duckdb_types",
    "duckdb_views",
];

/// What DuckDB's own parser makes of a text: whether it holds anything but queries, why it is no
/// SQL and where, and the table functions that it calls. Its table functions stand under `function`.
const TOLD: &str = "WITH told AS MATERIALIZED (SELECT system.main.json_serialize_sql(?::VARCHAR) AS tree)
SELECT tree->>'error_type', tree->>'error_message', tree->>'position',
       list_distinct(json_extract_string(tree, '$..function.function_name'))::VARCHAR[]::JSON::VARCHAR
FROM told";

/// Lets through queries that read, and what explains them; DuckDB's parser decides, so that no
/// spelling of a statement is read otherwise here than there.
///
/// # Errors
/// When the text is anything else, or calls a table function that does more than read.
pub(super) fn only_reads(engine: &Connection, sql: &str) -> Result<(), CatalogError> {
    let (verb, rest) = unexplained(sql);
    let mut verdict = judge(engine, &blanked(sql, rest))?;
    if verdict != GuardVerdict::Reads && rest.len() < sql.len() {
        // EXPLAIN (FORMAT json) SELECT …
        let options = rest.trim_start().strip_prefix('(').and_then(|r| r.split_once(')'));
        if let Some((_, explained)) = options {
            verdict = judge(engine, &blanked(sql, explained))?;
        }
    }
    match verdict {
        GuardVerdict::Reads => Ok(()),
        GuardVerdict::Calls(function) => {
            Err(CatalogError::Unsafe(format!("the function {function}")))
        }
        GuardVerdict::Other => Err(CatalogError::Unsafe(verb.to_uppercase())),
        GuardVerdict::Wrong(error) => Err(CatalogError::Query(error)),
    }
}

/// The end of a statement at its place: what stands before it is made blank, so that lines and
/// columns in errors are those of the whole.
fn blanked(sql: &str, rest: &str) -> String {
    let before = &sql[..sql.len() - rest.len()];
    let blank = before.chars().map(|c| if c == '\n' { c } else { ' ' });
    blank.chain(rest.chars()).collect()
}

#[derive(Debug, PartialEq, Eq)]
enum GuardVerdict {
    Reads,
    /// A table function that does more than read.
    Calls(String),
    /// Something else than queries, or nothing.
    Other,
    /// No SQL.
    Wrong(String),
}

fn judge(engine: &Connection, sql: &str) -> Result<GuardVerdict, CatalogError> {
    if first_word(sql).0.is_empty() && !sql.trim_start().starts_with('(') {
        return Ok(GuardVerdict::Other);
    }
    type Told = (Option<String>, Option<String>, Option<String>, Option<String>);
    let (kind, message, position, functions): Told = engine
        .query_row(TOLD, [sql], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .map_err(CatalogError::query)?;
    match kind.as_deref() {
        None => {}
        Some("parser" | "syntax") => {
            let at = position.and_then(|p| p.parse().ok());
            return Ok(GuardVerdict::Wrong(marked(sql, &message.unwrap_or_default(), at)));
        }
        Some(_) => return Ok(GuardVerdict::Other),
    }
    let called: Vec<String> =
        serde_json::from_str(functions.as_deref().unwrap_or("[]")).unwrap_or_default();
    let own = |name: &str| crate::schema::MACROS.iter().any(|(stem, _)| *stem == name);
    let foreign = called.into_iter().find(|name| !READING.contains(&name.as_str()) && !own(name));
    Ok(foreign.map_or(GuardVerdict::Reads, GuardVerdict::Calls))
}

/// The first word of a statement and the statement, both without EXPLAIN and ANALYZE.
fn unexplained(sql: &str) -> (String, &str) {
    let (mut verb, mut rest) = first_word(sql);
    let mut whole = sql;
    while matches!(verb.as_str(), "explain" | "analyze") {
        whole = rest;
        (verb, rest) = first_word(whole);
    }
    (verb, whole)
}

/// An error with the line that it is in and a mark below the place, as DuckDB draws them.
fn marked(sql: &str, message: &str, at: Option<usize>) -> String {
    let mut text = format!("Parser Error: {message}");
    if let Some((before, after)) = at.and_then(|at| sql.split_at_checked(at)) {
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = [&before[start..], after.lines().next().unwrap_or_default()].concat();
        let head = format!("LINE {}: ", before.matches('\n').count() + 1);
        let shift = head.len() + before[start..].chars().count();
        text.push_str(&format!("\n\n{head}{line}\n{}^", " ".repeat(shift)));
    }
    text
}

/// Keeps COPY and EXPORT from writing into the catalog's folder, or from replacing it.
///
/// # Errors
/// When the target lies there, or is not written as a plain text.
pub(super) fn spares(catalog: &Path, sql: &str) -> Result<(), CatalogError> {
    let words = words(sql);
    let verb = words.iter().position(|w| matches!(w.as_str(), "copy" | "export"));
    let Some(verb) = verb else { return Ok(()) };
    let mark = if words[verb] == "copy" { "to" } else { "database" };
    let Some(at) = words.iter().skip(verb).position(|w| w == mark) else { return Ok(()) };
    let target = words.get(verb + at + 1).map_or("", String::as_str);
    let Some(target) = target.strip_prefix('\'').or_else(|| plain(target)) else {
        return Err(CatalogError::Guarded(format!(
            "write the file after {} as a text, so that it is known not to be the catalog's",
            mark.to_uppercase()
        )));
    };
    let (target, catalog) = (resolved(Path::new(target)), resolved(catalog));
    if target.starts_with(&catalog) || catalog.starts_with(&target) {
        return Err(CatalogError::Guarded(format!(
            "{} belongs to it; write to another place",
            target.display()
        )));
    }
    Ok(())
}

fn plain(word: &str) -> Option<&str> {
    let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '/' | '-');
    (!word.is_empty() && word.chars().all(is_path)).then_some(word)
}

/// The words of a statement outside parentheses, in lower case; a literal or quoted name is a word
/// of its own, which begins with an apostrophe and keeps its case; a parenthesis is the word `(`.
fn words(sql: &str) -> Vec<String> {
    let (mut words, mut word, mut depth) = (Vec::new(), String::new(), 0_u32);
    for (piece, range, _) in script::pieces(sql) {
        let text = &sql[range];
        let bare = piece == ScriptPiece::Character && !matches!(text, "(" | ")" | ";" | ",");
        if bare && depth == 0 {
            word.push_str(text);
            continue;
        }
        let escaping = piece == ScriptPiece::Literal && word.eq_ignore_ascii_case("e");
        let finished = std::mem::take(&mut word);
        if !finished.is_empty() && !escaping && depth == 0 {
            words.push(finished.to_lowercase());
        }
        match (piece, text) {
            (ScriptPiece::Character, "(") => {
                if depth == 0 {
                    words.push("(".to_owned());
                }
                depth += 1;
            }
            (ScriptPiece::Character, ")") => depth = depth.saturating_sub(1),
            // An escape's meaning is DuckDB's to say.
            (ScriptPiece::Literal, _) if escaping => words.push("(".to_owned()),
            (ScriptPiece::Literal | ScriptPiece::Name, _) if depth == 0 => {
                words.push(format!("'{}", unquoted(text)));
            }
            _ => {}
        }
    }
    if !word.is_empty() {
        words.push(word.to_lowercase());
    }
    words
}

fn unquoted(text: &str) -> String {
    let quote = &text[..1];
    if quote == "$" {
        let tag = text[1..].find('$').map_or(1, |at| at + 2);
        return text.get(tag..text.len().saturating_sub(tag)).unwrap_or_default().to_owned();
    }
    let inner = text.strip_prefix(quote).and_then(|t| t.strip_suffix(quote)).unwrap_or_default();
    inner.replace(&quote.repeat(2), quote)
}

/// A path with its links followed as far as it exists.
fn resolved(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for place in path.ancestors() {
        if let Ok(real) = fs::canonicalize(place) {
            let rest = path.strip_prefix(place).unwrap_or(Path::new(""));
            return if rest.as_os_str().is_empty() { real } else { real.join(rest) };
        }
    }
    path
}

/// Whether a statement does no more than read, as far as its first word tells.
pub(super) fn is_question(sql: &str) -> bool {
    const QUESTIONS: &[&str] =
        &["select", "from", "with", "values", "table", "describe", "desc", "show", "summarize", ""];
    QUESTIONS.contains(&unexplained(sql).0.as_str())
}

/// Whether a statement may make, drop or rename something.
pub(super) fn defines(sql: &str) -> bool {
    const DEFINING: &[&str] = &["create", "drop", "alter", "execute", "import"];
    DEFINING.contains(&unexplained(sql).0.as_str())
}

/// The catalog's views as they stand in the engine, with what hides them.
pub(super) fn standing(
    engine: &Connection,
    names: &[String],
) -> Result<Vec<(String, String)>, CatalogError> {
    let list: Vec<String> = names.iter().map(|name| literal(name)).collect();
    let list = list.join(", ");
    let sql = format!(
        "SELECT database_name || '.' || schema_name || '.' || view_name, sql FROM duckdb_views()
         WHERE lower(view_name) IN ({list}) AND (schema_name = 'main' OR temporary)
         UNION ALL
         SELECT database_name || '.' || schema_name || '.' || table_name, sql FROM duckdb_tables()
         WHERE lower(table_name) IN ({list}) AND (schema_name = 'main' OR temporary) ORDER BY ALL"
    );
    let mut statement = engine.prepare(&sql).map_err(CatalogError::query)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.and_then(Iterator::collect).map_err(CatalogError::query)
}

/// Puts back what a statement dropped, replaced or hid.
///
/// # Errors
/// Always one that names what the statement touched, when it touched anything.
pub(super) fn put_back(
    engine: &Connection,
    before: &[(String, String)],
    after: &[(String, String)],
) -> Result<(), CatalogError> {
    let Some((touched, _)) = before
        .iter()
        .find(|row| !after.contains(row))
        .or(after.iter().find(|row| !before.contains(row)))
    else {
        return Ok(());
    };
    let run = |sql: &str| engine.execute_batch(sql).map_err(CatalogError::query);
    for (name, sql) in after.iter().filter(|row| !before.contains(row)) {
        let kind = if sql.starts_with("CREATE VIEW") || sql.starts_with("CREATE TEMP VIEW") {
            "VIEW"
        } else {
            "TABLE"
        };
        run(&format!("DROP {kind} IF EXISTS {name}"))?;
    }
    for (_, sql) in before.iter().filter(|row| !after.contains(row)) {
        run(sql)?;
    }
    let name = touched.rsplit('.').next().unwrap_or_default();
    Err(CatalogError::Guarded(format!("{name} stays as it is; give yours another name")))
}
