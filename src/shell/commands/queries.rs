//! Commands that run queries again: named ones, the last one, those of the history.

use std::time::{Duration, Instant};

use super::cells::{ShellCells, batch};
use super::command::{CommandCall, CommandOutcome};
use crate::catalog::Parameters;
use crate::shell::error::ShellError;
use crate::shell::saved_queries;
use crate::shell::session::ShellSession;
use crate::sql::{self, Statement};

/// Inputs that `.history` shows.
const RECENT: usize = 20;
/// How often a pause looks whether Ctrl-C was pressed.
const TICK: Duration = Duration::from_millis(50);

/// `.save`: a named query, by default the last one.
pub(super) fn save(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    let (rest, replace) = match call.rest.strip_prefix("--force") {
        Some(rest) => (rest.trim(), true),
        None => (call.rest, false),
    };
    let (name, sql) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let sql = match (sql.trim(), &session.last) {
        ("", None) => return Err("there is no query yet: .save NAME SQL".into()),
        ("", Some(last)) => format!("{};", last.sql),
        (sql, _) => sql.to_owned(),
    };
    let path = saved_queries::save(name, &sql, replace)?;
    session.screen.note(&format!("query {name}; saved to {}", path.display()));
    Ok(CommandOutcome::Done)
}

/// `.run`: a named query with values for its parameters, which are bound, not pasted; without a name, the
/// list of all.
pub(super) fn run(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    let Some(name) = call.word(0) else {
        let names = saved_queries::names()?;
        let line = |name: &String| {
            let text = saved_queries::read(name).unwrap_or_default();
            Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
        };
        let queries = names.iter().map(line).collect();
        let names = names.into_iter().map(Some).collect();
        let columns =
            vec![("name", ShellCells::Texts(names)), ("query", ShellCells::Texts(queries))];
        session.screen.rows(&batch(columns)?, &session.display)?;
        return Ok(CommandOutcome::Done);
    };
    let text = saved_queries::read(name)?;
    let pair = |word: &String| {
        let (name, value) = word.split_once('=')?;
        Some((name.trim_start_matches('$').to_owned(), value.to_owned()))
    };
    let pairs: Option<Vec<(String, String)>> = call.words.iter().skip(1).map(pair).collect();
    let parameters = Parameters::new(pairs.ok_or_else(|| call.misuse())?);
    if let Some(unused) = parameters.unused(&text) {
        return Err(format!("query {name} has no parameter ${unused}").into());
    }
    session.run(&sql::statements(&text), &parameters)?;
    Ok(CommandOutcome::Done)
}

/// `.watch`: the last query again and again, until Ctrl-C or as often as given.
pub(super) fn watch(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    let seconds = call.word(0).and_then(|word| word.parse::<f64>().ok());
    let seconds = seconds.filter(|seconds| (0.1..=86_400.0).contains(seconds));
    let pause = Duration::from_secs_f64(seconds.ok_or_else(|| call.misuse())?);
    let times = call.word(1).map(str::parse::<u64>).transpose().map_err(|_| call.misuse())?;
    let last = session.last.as_ref().ok_or("there is no result yet: run a query first")?;
    let (statement, parameters) = (Statement::new(last.sql.clone()), last.parameters.clone());
    for round in 1.. {
        session.run(std::slice::from_ref(&statement), &parameters)?;
        let end = Instant::now() + pause;
        while times != Some(round) && Instant::now() < end && !session.guard().was_pressed() {
            std::thread::sleep(TICK);
        }
        if times == Some(round) || session.guard().was_pressed() {
            break;
        }
    }
    Ok(CommandOutcome::Done)
}

/// `.history`: the last inputs, oldest first.
pub(super) fn history(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    let most = call.word(0).map_or(Ok(RECENT), str::parse).map_err(|_| call.misuse())?;
    let first = session.inputs.len().saturating_sub(most);
    let mut text = String::new();
    for (number, input) in session.inputs.iter().enumerate().skip(first) {
        let lines = input.trim_end().replace('\n', "\n       ");
        text.push_str(&format!("{:>5}  {lines}\n", number + 1));
    }
    session.screen.text(&text, &session.display)?;
    Ok(CommandOutcome::Done)
}
