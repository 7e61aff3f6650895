//! Commands around a study: cohorts, splits, manifests, snapshots, checks.

use super::command::{CommandCall, CommandOutcome, CommandWord};
use crate::catalog::Parameters;
use crate::cohort::STEP_KINDS;
use crate::quality::{self, CheckSuite};
use crate::shell::error::ShellError;
use crate::shell::screen::{DisplayOptions, RowLimit};
use crate::shell::session::ShellSession;
use crate::text::nearest;

/// Runs the subcommand of `mammodex` that is written in the same words, on the open snapshot.
pub(super) fn subcommand(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    run_subcommand(session, call, &[])
}

/// `.cohort`: create without steps uses the last query, which the cohort saves and runs on its own
/// connection: it must not name what exists only in this session.
pub(super) fn cohort(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    let is_step = |word: &String| {
        let option = word.strip_prefix("--").and_then(|option| option.split('=').next());
        STEP_KINDS.iter().any(|kind| option == Some(kind.option))
    };
    if call.word(0) != Some("create") || call.words.len() < 2 || call.words.iter().any(is_step) {
        return run_subcommand(session, call, &[]);
    }
    let Some(sql) = session.last.as_ref().map(|last| last.sql.clone()) else {
        return Err(
            "there is no result yet: run a query that returns case_id, or give steps".into()
        );
    };
    run_subcommand(session, call, &[&format!("--sql={sql}")])
}

/// `.snapshot`: use switches the session, the other verbs are those of `mammodex snapshot`.
pub(super) fn snapshot(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    if call.word(0) != Some("use") {
        return run_subcommand(session, call, &[]);
    }
    let [_, number] = call.words.as_slice() else { return Err(call.misuse()) };
    let number =
        number.parse().map_err(|_| format!("{number:?} is not the number of a snapshot"))?;
    session.switch(number)?;
    let snapshot = session.catalog.snapshot();
    session.screen.note(&format!("snapshot {} of {}", snapshot.id, snapshot.root));
    Ok(CommandOutcome::Done)
}

/// Runs the subcommand that has no verbs, on the open snapshot and in the session's format.
pub(super) fn analysis(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    let noun = call.command.name.trim_start_matches('.');
    let is_given = |options: &[&str]| {
        call.words.iter().filter_map(|word| word.split('=').next()).any(|w| options.contains(&w))
    };
    let snapshot = session.catalog.snapshot().id.to_string();
    let format = session.screen.format(&session.display);
    let mut words = vec![noun];
    if !is_given(&["--snapshot"]) {
        words.extend(["--snapshot", snapshot.as_str()]);
    }
    if noun != "report" && !is_given(&["--format", "-o", "--output"]) {
        words.extend(["--format", format.name()]);
    }
    words.extend(call.words.iter().map(String::as_str));
    session.screen.subcommand(&session.catalog, &words, &session.display)?;
    Ok(CommandOutcome::Done)
}

/// Runs the words of a call and more options as a subcommand. Options that are not given follow the
/// session: its snapshot and format.
fn run_subcommand(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
    options: &[&str],
) -> Result<CommandOutcome, ShellError> {
    let noun = call.command.name.trim_start_matches('.');
    let verb = call.word(0).unwrap_or_default();
    let [CommandWord::OneOf(verbs), ..] = call.command.words else { return Err(call.misuse()) };
    if !verbs.contains(&verb) {
        return Err(match nearest(verb, verbs.iter().copied()) {
            Some(near) => {
                format!("{} has no verb {verb}; did you mean {near}?", call.command.name).into()
            }
            None => call.misuse(),
        });
    }
    let snapshot = session.catalog.snapshot().id.to_string();
    let format = session.screen.format(&session.display);
    let (option, value) = match (noun, verb) {
        (_, "list") | ("snapshot", "show" | "diff") => ("--format", format.name()),
        ("cohort" | "split" | "manifest", "create" | "show" | "check") => {
            ("--snapshot", snapshot.as_str())
        }
        _ => ("", ""),
    };
    let names_file = |word: &str| ["-o", "--output"].contains(&word) && option == "--format";
    let is_given = call
        .words
        .iter()
        .filter_map(|word| word.split('=').next())
        .any(|word| word == option || names_file(word));
    let mut words = vec![noun, verb];
    if !option.is_empty() && !is_given {
        words.extend([option, value]);
    }
    words.extend(options);
    words.extend(call.words.iter().skip(1).map(String::as_str));
    session.screen.subcommand(&session.catalog, &words, &session.display)?;
    Ok(CommandOutcome::Done)
}

/// `.check`: the checks with the number of rows that break each, or the rows of one, which can become a
/// cohort.
pub(super) fn check(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    let Some(name) = call.word(0) else {
        let report = quality::run_checks(&session.catalog)?;
        let display = DisplayOptions { rows: RowLimit::All, ..session.display.clone() };
        let notable = report.results.iter().filter(|result| result.is_notable());
        session.screen.rows(&quality::page(notable)?, &display)?;
        return Ok(CommandOutcome::Done);
    };
    let suite = CheckSuite::of(&session.catalog)?;
    let check = suite.find(name)?;
    let statement = check.statement();
    session.screen.note(check.explained().trim_end());
    session.run(&[statement], &Parameters::default())?;
    Ok(CommandOutcome::Done)
}
