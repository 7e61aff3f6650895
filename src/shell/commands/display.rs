//! Commands that determine how results look and where they go.

use std::path::PathBuf;

use super::command::{CommandCall, CommandOutcome};
use crate::results::{CellFit, ResultFormat};
use crate::saved::IfExists;
use crate::shell::error::ShellError;
use crate::shell::screen::{Destination, Pager, RowLimit};
use crate::shell::session::ShellSession;
use crate::text::nearest;

pub(super) fn mode(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    match call.word(0) {
        None => session.screen.note(&format!("mode: {}", session.display.format.name())),
        Some(name) => {
            let names: Vec<&str> = ResultFormat::ALL.iter().map(|f| f.name()).collect();
            session.display.format = ResultFormat::named(name).ok_or_else(|| {
                match nearest(name, names.iter().copied()) {
                    Some(near) => format!("there is no mode {name}; did you mean {near}?"),
                    None => format!("there is no mode {name}; modes: {}", names.join(", ")),
                }
            })?;
        }
    }
    Ok(CommandOutcome::Done)
}

pub(super) fn output(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    session.screen.set_destination(match file(call)? {
        None => Destination::Screen,
        Some((file, if_exists)) => Destination::File(file, if_exists),
    })?;
    Ok(CommandOutcome::Done)
}

pub(super) fn once(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    if let Some(command) = call.rest.strip_prefix('|').map(str::trim) {
        if command.is_empty() {
            return Err(call.misuse());
        }
        session.screen.set_destination(Destination::Program(command.to_owned()))?;
        return Ok(CommandOutcome::Done);
    }
    let (file, if_exists) = file(call)?.ok_or_else(|| call.misuse())?;
    session.screen.set_destination(Destination::Once(file, if_exists))?;
    Ok(CommandOutcome::Done)
}

/// The file that a command names, and whether `--force` is beside it.
fn file(call: &CommandCall<'_>) -> Result<Option<(PathBuf, IfExists)>, ShellError> {
    let (forced, files): (Vec<&str>, Vec<&str>) =
        call.words.iter().map(String::as_str).partition(|word| *word == "--force");
    let if_exists = if forced.is_empty() { IfExists::Fail } else { IfExists::Replace };
    match files[..] {
        [] if forced.is_empty() => Ok(None),
        [file] if forced.len() < 2 => Ok(Some((PathBuf::from(file), if_exists))),
        _ => Err(call.misuse()),
    }
}

pub(super) fn timer(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    session.display.timer = switch(session, call, session.display.timer)?;
    Ok(CommandOutcome::Done)
}

/// `.echo`: statements and commands before they run.
pub(super) fn echo(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    session.echo = switch(session, call, session.echo)?;
    Ok(CommandOutcome::Done)
}

/// `.bail`: a failed statement ends the script.
pub(super) fn bail(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    session.bail = switch(session, call, session.bail)?;
    Ok(CommandOutcome::Done)
}

/// The state after `on` or `off`; it is shown and stays when the command has none of them.
fn switch(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
    now: bool,
) -> Result<bool, ShellError> {
    match call.word(0) {
        Some("on") => Ok(true),
        Some("off") => Ok(false),
        Some(_) => Err(call.misuse()),
        None => {
            let name = call.command.name.trim_start_matches('.');
            session.screen.note(&format!("{name}: {}", if now { "on" } else { "off" }));
            Ok(now)
        }
    }
}

pub(super) fn max_rows(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    match call.word(0).map(str::parse) {
        Some(Ok(0)) => session.display.rows = RowLimit::All,
        Some(Ok(most)) => session.display.rows = RowLimit::Most(most),
        Some(Err(_)) => return Err(call.misuse()),
        None => session.screen.note(&match session.display.rows {
            RowLimit::Usual => "maxrows: 40 on a terminal, all elsewhere".to_owned(),
            RowLimit::All => "maxrows: all".to_owned(),
            RowLimit::Most(most) => format!("maxrows: {most}"),
        }),
    }
    Ok(CommandOutcome::Done)
}

pub(super) fn width(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    let widths: Result<Vec<usize>, _> = call.words.iter().map(|word| word.parse()).collect();
    session.display.widths = widths.map_err(|_| call.misuse())?;
    Ok(CommandOutcome::Done)
}

/// `.wrap`: long cells continue below.
pub(super) fn wrap(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    let is_on = switch(session, call, session.display.cells == CellFit::Wrapped)?;
    session.display.cells = if is_on { CellFit::Wrapped } else { CellFit::Cut };
    Ok(CommandOutcome::Done)
}

pub(super) fn null_value(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    session.display.null = call.word(0).map(str::to_owned);
    Ok(CommandOutcome::Done)
}

pub(super) fn pager(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    match call.rest {
        "on" => session.display.pager = Pager::Usual,
        "off" => session.display.pager = Pager::Off,
        "" => session.screen.note(&match &session.display.pager {
            Pager::Usual => "pager: on".to_owned(),
            Pager::Off => "pager: off".to_owned(),
            Pager::Program(program) => format!("pager: {program}"),
        }),
        program => session.display.pager = Pager::Program(program.to_owned()),
    }
    Ok(CommandOutcome::Done)
}

/// `.quit`: ends the session.
pub(super) fn quit(
    _: &mut ShellSession<'_>,
    _: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    Ok(CommandOutcome::Quit)
}
