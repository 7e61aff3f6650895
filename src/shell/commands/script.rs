//! Commands that run SQL from elsewhere.

use std::fs::File;
use std::io::BufReader;

use super::CommandCall;
use crate::shell::{DEEPEST_READ, ShellError, ShellSession, ShellStep};
use crate::sql::{self, Statement};

pub(super) fn read(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<ShellStep, ShellError> {
    let path = call.word(0).unwrap_or_default();
    if session.depth >= DEEPEST_READ {
        return Err(format!("{path} is not read: scripts read each other too deep").into());
    }
    let failed = |error| format!("cannot read {path}: {error}");
    let file = File::open(path).map_err(failed)?;
    session.depth += 1;
    let next = session.read(BufReader::new(file));
    session.depth -= 1;
    Ok(next.map_err(failed)?)
}

pub(super) fn explain(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<ShellStep, ShellError> {
    let statements = match (call.rest, &session.last) {
        ("", None) => return Err("there is no query yet: .explain SQL".into()),
        ("", Some(last)) => vec![Statement::new(last.clone())],
        (sql, _) => sql::statements(sql),
    };
    for statement in statements {
        let sql = format!("EXPLAIN {}", statement.sql);
        session.screen.run(&session.catalog, &Statement::new(sql), &session.look)?;
    }
    Ok(ShellStep::Read)
}
