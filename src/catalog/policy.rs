//! Which statements do nothing but read, by DuckDB's own parser: those of strangers in a safe session, and
//! the queries that a catalog's files contain.

use duckdb::Connection;

use super::error::CatalogError;
use crate::sql::{self, Statement, StatementMode, Token, Verb};

/// Table functions of DuckDB that read what they are given and do nothing else. Those missing change the
/// engine (`enable_logging`, `enable_profiling` and others write files), run a text that was not checked
/// (`query`), or have nothing to read here. Macros of the catalog are allowed as well.
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

/// Those of them that read files.
const READING_FILES: &[&str] = &["read_parquet", "parquet_scan"];

/// Schemas that a saved query may name.
const SCHEMAS: &[&str] = &["", "main", "cohorts", "splits", "information_schema", "pg_catalog"];

/// Names that, after a schema's, are the ending of a file which DuckDB would read.
const ENDINGS: &[&str] =
    &["csv", "tsv", "txt", "json", "jsonl", "ndjson", "parquet", "db", "duckdb", "gz", "zst"];

/// What DuckDB's own parser makes of a text: whether it has anything but queries, why it is not SQL and
/// where, how many statements it has, and the functions and tables that it names. Table functions are
/// below `function`.
const PARSED: &str = "WITH parsed AS MATERIALIZED (SELECT system.main.json_serialize_sql(?::VARCHAR) AS tree),
texts AS (
  SELECT tree, list_distinct(json_extract_string(tree, '$..function.function_name')) AS functions,
    list_distinct(json_extract_string(tree, '$..table_name')) AS tables,
    list_distinct(json_extract_string(tree, '$..schema_name')) AS schemas
  FROM parsed)
SELECT tree->>'error_type', tree->>'error_message', tree->>'position',
  coalesce(json_array_length(tree, '$.statements'), 0)::BIGINT,
  functions::VARCHAR[]::JSON::VARCHAR, tables::VARCHAR[]::JSON::VARCHAR, schemas::VARCHAR[]::JSON::VARCHAR
FROM texts";

/// Lets through one query that reads, and what explains it; DuckDB's parser decides, so that no spelling
/// of a statement is read differently here and there.
///
/// # Errors
/// When the text is anything else, or calls a table function that does more than read.
pub(super) fn only_reads(engine: &Connection, sql: &str) -> Result<(), CatalogError> {
    let statement = single(sql)?;
    let refused = || Err(CatalogError::Unsafe(statement.word.to_uppercase()));
    if statement.mode == StatementMode::Prepare || statement.start == sql.len() {
        return refused();
    }
    // An error has the lines and columns of the whole statement.
    match judge(engine, &blanked(sql, statement.start))? {
        Parsed::Wrong(error) => Err(CatalogError::Query(error)),
        Parsed::Query { statements: 1, functions, .. } => match foreign(&functions) {
            Some(function) => Err(CatalogError::Unsafe(format!("the function {function}"))),
            None => Ok(()),
        },
        Parsed::Query { .. } | Parsed::Other => refused(),
    }
}

/// Lets through one query of the catalog's own tables, views, cohorts and splits: what a cohort's or
/// split's file, or the provenance of a manifest, may contain.
///
/// # Errors
/// When the text is anything else, or would read a file.
pub(super) fn only_reads_tables(engine: &Connection, sql: &str) -> Result<(), CatalogError> {
    let statement = single(sql)?;
    let is_query = matches!(statement.verb, Verb::Query | Verb::Pivot);
    if !is_query || statement.mode != StatementMode::Run {
        return Err(CatalogError::Saved("is not one SELECT statement".to_owned()));
    }
    let (functions, tables, schemas) = match judge(engine, sql)? {
        Parsed::Wrong(error) => return Err(CatalogError::Query(error)),
        Parsed::Query { statements: 1, functions, tables, schemas } => (functions, tables, schemas),
        Parsed::Query { .. } | Parsed::Other => {
            return Err(CatalogError::Saved("is not one SELECT statement".to_owned()));
        }
    };
    let files = functions.iter().find(|name| READING_FILES.contains(&name.as_str()));
    if let Some(function) = files.or(foreign(&functions)) {
        return Err(CatalogError::Saved(format!("calls the function {function}")));
    }
    let is_schema = |name: &str| SCHEMAS.contains(&name.to_lowercase().as_str());
    if let Some(schema) = schemas.iter().find(|schema| !is_schema(schema)) {
        return Err(CatalogError::Saved(format!("names the schema {schema:?}")));
    }
    let in_schema = schemas.iter().any(|schema| !schema.is_empty());
    let is_file = |name: &&String| {
        name.contains(['.', '/', '\\', ':'])
            || in_schema && ENDINGS.contains(&name.to_lowercase().as_str())
    };
    match tables.iter().find(is_file) {
        Some(table) => Err(CatalogError::Saved(format!("reads the file {table:?}"))),
        None => Ok(()),
    }
}

/// The statement of a text that has one.
fn single(sql: &str) -> Result<Statement, CatalogError> {
    let mut statements = sql::statements(sql);
    match (statements.pop(), statements.len()) {
        (Some(statement), 0) => {
            // The text as it is, without the line breaks that `statements` puts before a later one.
            Ok(Statement { sql: sql.to_owned(), ..statement })
        }
        (_, others) => Err(CatalogError::Several(others + 1)),
    }
}

/// The end of a statement at its place: what is before it is made blank.
fn blanked(sql: &str, start: usize) -> String {
    let blank = sql[..start].chars().map(|c| if c == '\n' { c } else { ' ' });
    blank.chain(sql[start..].chars()).collect()
}

/// What DuckDB's parser makes of a text.
enum Parsed {
    /// Queries alone.
    Query { statements: i64, functions: Vec<String>, tables: Vec<String>, schemas: Vec<String> },
    /// Something else than queries, or nothing.
    Other,
    /// Not valid SQL.
    Wrong(String),
}

fn judge(engine: &Connection, sql: &str) -> Result<Parsed, CatalogError> {
    type Row = (Option<String>, Option<String>, Option<String>, i64, [Option<String>; 3]);
    let row = |row: &duckdb::Row<'_>| -> duckdb::Result<Row> {
        let lists = [row.get(4)?, row.get(5)?, row.get(6)?];
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, lists))
    };
    let (kind, message, position, statements, lists) =
        engine.query_row(PARSED, [sql], row).map_err(CatalogError::query)?;
    match kind.as_deref() {
        None => {}
        Some("parser" | "syntax") => {
            let place = position.and_then(|position| position.parse().ok());
            return Ok(Parsed::Wrong(marked(sql, &message.unwrap_or_default(), place)));
        }
        Some(_) => return Ok(Parsed::Other),
    }
    let list = |text: &Option<String>| -> Result<Vec<String>, CatalogError> {
        let list: Result<Vec<Option<String>>, _> =
            serde_json::from_str(text.as_deref().unwrap_or("[]"));
        let list = list.map_err(|error| CatalogError::Query(format!("parser: {error}")))?;
        Ok(list.into_iter().flatten().collect())
    };
    let [functions, tables, schemas] = &lists;
    let (functions, tables, schemas) = (list(functions)?, list(tables)?, list(schemas)?);
    Ok(Parsed::Query { statements, functions, tables, schemas })
}

/// The first table function that does more than read.
fn foreign(functions: &[String]) -> Option<&String> {
    let is_macro = |name: &str| crate::schema::MACROS.iter().any(|(stem, _)| *stem == name);
    functions.iter().find(|name| !READING.contains(&name.as_str()) && !is_macro(name))
}

/// An error with the line that it is in and a mark below the place, as DuckDB draws them.
fn marked(sql: &str, message: &str, place: Option<usize>) -> String {
    let mut text = format!("Parser Error: {message}");
    if let Some((before, after)) = place.and_then(|place| sql.split_at_checked(place)) {
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = [&before[start..], after.lines().next().unwrap_or_default()].concat();
        let head = format!("LINE {}: ", before.matches('\n').count() + 1);
        let shift = head.len() + before[start..].chars().count();
        text.push_str(&format!("\n\n{head}{line}\n{}^", " ".repeat(shift)));
    }
    text
}

/// Functions that change the engine, write files or run a text that was not checked, in any session.
const HARMFUL: &[&str] = &[
    "add_grammar_extension",
    "add_parser_extension",
    "arrow_scan",
    "arrow_scan_dumb",
    "enable_logging",
    "enable_profile",
    "enable_profiling",
    "import_database",
    "json_execute_serialized_sql",
    "seq_scan",
];

/// The first harmful function that a statement calls. `query('…')` is harmful unless its text is plain and
/// calls none.
pub(super) fn harmful_call(tokens: &[&Token<'_>]) -> Option<String> {
    tokens.windows(2).enumerate().find_map(|(place, pair)| {
        let name = pair[0].name()?.to_lowercase();
        let is_call = pair[1].is("(");
        let is_harmful = HARMFUL.contains(&name.as_str())
            || name == "query" && !is_harmless_text(&tokens[place + 2..]);
        (is_call && is_harmful).then_some(name)
    })
}

/// Whether the argument that begins here is made of plain texts alone and, as SQL, calls nothing harmful.
fn is_harmless_text(argument: &[&Token<'_>]) -> bool {
    let mut text = String::new();
    for token in argument.iter().take_while(|token| !token.is(")")) {
        match token.value() {
            Some(value) => text.push_str(&value),
            None if token.is("||") => {}
            None => return false,
        }
    }
    let inner = sql::tokens(&text);
    harmful_call(&inner.iter().filter(|token| token.is_code()).collect::<Vec<_>>()).is_none()
}
