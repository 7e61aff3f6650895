//! A LIMIT of many rows streams like any other result.
//!
//! DuckDB plans a LIMIT of up to a million rows of a file as a join of these rows' numbers with the same
//! file, sorted (its `late_materialization`). For the few rows of `ORDER BY … LIMIT 10` that
//! spares reading the other columns; for many it holds all of them: 1.3 GiB for a million images.

use duckdb::Connection;

use crate::sql::{self, Token, literal};

/// The most rows for which it is a gain: DuckDB's `late_materialization_max_rows`.
const FEW: f64 = 50.0;

/// Plans and begins a statement.
pub(super) fn streaming<T>(engine: &Connection, sql: &str, begin: impl FnOnce() -> T) -> T {
    if !limits_to_many(sql) {
        return begin();
    }
    let switched = switch_off(engine);
    let begun = begin();
    // A locked session keeps its plans; what was set before can be set again.
    if let Ok((aside, before)) = switched {
        let _ = set(&aside, &before);
    }
    begun
}

/// Switches the plan off, by a connection of its own: on the statement's, the next statement would end
/// its rows. Returns the connection and the previous setting.
fn switch_off(engine: &Connection) -> duckdb::Result<(Connection, String)> {
    let aside = engine.try_clone()?;
    let now = "SELECT current_setting('disabled_optimizers')";
    let before: String = aside.query_row(now, [], |row| row.get(0))?;
    let off = format!("{before},late_materialization");
    set(&aside, off.trim_start_matches(','))?;
    Ok((aside, before))
}

fn set(engine: &Connection, disabled: &str) -> duckdb::Result<()> {
    engine.execute_batch(&format!("SET disabled_optimizers = {}", literal(disabled)))
}

/// Whether the word LIMIT comes before a number that is not small.
fn limits_to_many(sql: &str) -> bool {
    let tokens: Vec<Token<'_>> = sql::tokens(sql).into_iter().filter(Token::is_code).collect();
    tokens.windows(2).any(|pair| {
        let number = pair[1].text.replace('_', "").parse::<f64>();
        pair[0].is("limit") && number.is_ok_and(|number| number > FEW)
    })
}
