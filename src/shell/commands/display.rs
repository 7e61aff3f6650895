//! Commands that decide how results look and where they go.

use std::path::PathBuf;

use super::{CommandCall, misused};
use crate::results::ResultFormat;
use crate::shell::commands::find;
use crate::shell::{Destination, Pager, RowLimit, ShellError, ShellSession, ShellStep};

pub(super) fn mode(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<ShellStep, ShellError> {
    match call.word(0) {
        None => session.screen.say(&format!("mode: {}", session.look.format.name())),
        Some(name) => {
            let names =
                || ResultFormat::ALL.iter().map(|f| f.name()).collect::<Vec<_>>().join(", ");
            session.look.format = ResultFormat::named(name)
                .ok_or_else(|| format!("there is no mode {name}; there are {}", names()))?;
        }
    }
    Ok(ShellStep::Read)
}

pub(super) fn output(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<ShellStep, ShellError> {
    session.screen.aim(match call.word(0) {
        None => Destination::Screen,
        Some(file) => Destination::File(PathBuf::from(file)),
    })?;
    Ok(ShellStep::Read)
}

pub(super) fn once(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<ShellStep, ShellError> {
    session.screen.aim(Destination::Once(call.word(0).map(PathBuf::from).unwrap_or_default()))?;
    Ok(ShellStep::Read)
}

pub(super) fn timer(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<ShellStep, ShellError> {
    match call.word(0) {
        Some("on") => session.look.timer = true,
        Some("off") => session.look.timer = false,
        Some(_) => return Err(misuse(".timer")),
        None => {
            let now = if session.look.timer { "on" } else { "off" };
            session.screen.say(&format!("timer: {now}"));
        }
    }
    Ok(ShellStep::Read)
}

pub(super) fn max_rows(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<ShellStep, ShellError> {
    match call.word(0).map(str::parse) {
        Some(Ok(0)) => session.look.rows = RowLimit::All,
        Some(Ok(most)) => session.look.rows = RowLimit::Most(most),
        Some(Err(_)) => return Err(misuse(".maxrows")),
        None => session.screen.say(&match session.look.rows {
            RowLimit::Usual => "maxrows: 40 on a terminal, all elsewhere".to_owned(),
            RowLimit::All => "maxrows: all".to_owned(),
            RowLimit::Most(most) => format!("maxrows: {most}"),
        }),
    }
    Ok(ShellStep::Read)
}

pub(super) fn width(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<ShellStep, ShellError> {
    let widths: Result<Vec<usize>, _> = call.words.iter().map(|word| word.parse()).collect();
    session.look.widths = widths.map_err(|_| misuse(".width"))?;
    Ok(ShellStep::Read)
}

pub(super) fn null_value(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<ShellStep, ShellError> {
    session.look.null = call.word(0).map(str::to_owned);
    Ok(ShellStep::Read)
}

pub(super) fn pager(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<ShellStep, ShellError> {
    match call.rest {
        "on" => session.look.pager = Pager::Usual,
        "off" => session.look.pager = Pager::Off,
        "" => session.screen.say(&match &session.look.pager {
            Pager::Usual => "pager: on".to_owned(),
            Pager::Off => "pager: off".to_owned(),
            Pager::Program(program) => format!("pager: {program}"),
        }),
        program => session.look.pager = Pager::Program(program.to_owned()),
    }
    Ok(ShellStep::Read)
}

fn misuse(name: &str) -> ShellError {
    find(name).map_or_else(|| name.into(), misused)
}
