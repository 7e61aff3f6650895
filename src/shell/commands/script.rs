//! Commands that run SQL from elsewhere.

use std::path::PathBuf;

use super::command::{CommandCall, CommandOutcome};
use crate::catalog::Parameters;
use crate::results::CellFit;
use crate::shell::error::ShellError;
use crate::shell::last_result::LAST;
use crate::shell::screen::{DisplayOptions, RowLimit};
use crate::shell::session::ShellSession;
use crate::sql::{self, Statement};

/// `.read`: the session runs the file after the command.
pub(super) fn read(
    _: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    Ok(CommandOutcome::Script(PathBuf::from(call.word(0).unwrap_or_default())))
}

/// `.last`: all rows of the last result, without running its query again.
pub(super) fn last(
    session: &mut ShellSession<'_>,
    _: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    session.make_last_table()?;
    // What a pager shows can be scrolled sideways; elsewhere whole lines would break.
    let cells = match (session.screen.scrolls_sideways(&session.display), session.display.cells) {
        (true, CellFit::Cut) => CellFit::Whole,
        (_, cells) => cells,
    };
    let display = DisplayOptions { rows: RowLimit::All, cells, ..session.display.clone() };
    let (statement, none) = (Statement::new(format!("FROM {LAST}")), Parameters::default());
    session.screen.run(&session.catalog, &statement, &none, &display)?;
    Ok(CommandOutcome::Done)
}

/// `.explain`: the plan of a query, by default the last one.
pub(super) fn explain(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    let statements = match (call.rest, &session.last) {
        ("", None) => return Err("there is no query yet: .explain SQL".into()),
        ("", Some(last)) => vec![Statement::new(last.sql.clone())],
        (sql, _) => sql::statements(sql),
    };
    for statement in statements {
        let sql = format!("EXPLAIN {}", statement.sql);
        let (statement, none) = (Statement::new(sql), Parameters::default());
        session.screen.run(&session.catalog, &statement, &none, &session.display)?;
    }
    Ok(CommandOutcome::Done)
}
