//! Commands that run SQL from elsewhere.

use std::path::PathBuf;

use super::command::{CommandCall, CommandOutcome};
use crate::shell::error::ShellError;
use crate::shell::session::ShellSession;
use crate::sql::{self, Statement};

/// `.read`: the session runs the file after the command.
pub(super) fn read(
    _: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    Ok(CommandOutcome::Script(PathBuf::from(call.word(0).unwrap_or_default())))
}

/// `.explain`: the plan of a query, by default the last one.
pub(super) fn explain(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    let statements = match (call.rest, &session.last_query) {
        ("", None) => return Err("there is no query yet: .explain SQL".into()),
        ("", Some(last)) => vec![Statement::new(last.clone())],
        (sql, _) => sql::statements(sql),
    };
    for statement in statements {
        let sql = format!("EXPLAIN {}", statement.sql);
        session.screen.run(&session.catalog, &Statement::new(sql), &session.display)?;
    }
    Ok(CommandOutcome::Done)
}
