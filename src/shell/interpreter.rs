//! Input executed: commands, and SQL up to its `;`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::commands::{self, CommandOutcome};
use super::error::ShellError;
use super::session::ShellSession;
use crate::catalog::Parameters;
use crate::disk::{LONGEST_DOCUMENT, too_long};
use crate::sql::{self, ScriptEnd};

/// How deep scripts may nest, so that two that read each other end.
const MAX_SCRIPT_DEPTH: usize = 16;

/// Whether the session continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShellStep {
    /// It reads more input.
    Continue,
    /// It ends.
    Quit,
    /// It reads no more of the scripts that it runs, since a statement failed and `.bail` is on.
    Bail,
}

/// Reads from a pipe or file, without prompt and history. The last statement needs no `;`.
///
/// # Errors
/// When the input cannot be read.
pub fn read(session: &mut ShellSession<'_>, input: impl BufRead) -> io::Result<ShellStep> {
    read_script(session, input, 0)
}

fn read_script(
    session: &mut ShellSession<'_>,
    mut input: impl BufRead,
    depth: usize,
) -> io::Result<ShellStep> {
    let (mut text, mut end) = (String::new(), InputEnd::default());
    while let Some(line) = read_line(&mut input, LONGEST_DOCUMENT - text.len() as u64)? {
        if text.is_empty() && line.trim().is_empty() {
            continue;
        }
        text.push_str(&line);
        text.push('\n');
        if end.is_at(&text) {
            end = InputEnd::default();
            let step = execute_at(session, &std::mem::take(&mut text), depth);
            if step != ShellStep::Continue {
                return Ok(step);
            }
        }
        if session.guard().was_pressed() {
            return Ok(ShellStep::Continue);
        }
    }
    Ok(execute_at(session, &text, depth))
}

/// The next line without its end; none at the end of the input.
///
/// # Errors
/// When it cannot be read, is not UTF-8, or is longer than `longest` bytes with its end.
fn read_line(input: &mut impl BufRead, longest: u64) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    let length = input.by_ref().take(longest).read_until(b'\n', &mut line)?;
    if length == 0 && longest > 0 {
        return Ok(None);
    }
    if line.pop_if(|end| *end == b'\n').is_some() {
        line.pop_if(|end| *end == b'\r');
    } else if length as u64 == longest {
        return Err(too_long(LONGEST_DOCUMENT));
    }
    let text = String::from_utf8(line);
    text.map(Some).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Executes one complete input, which may be several lines of statements and commands that were pasted;
/// errors are shown and counted.
pub(super) fn execute(session: &mut ShellSession<'_>, text: &str) -> ShellStep {
    let mut rest = text;
    while let Some(end) = first_input(rest) {
        let (input, next) = rest.split_at(end);
        let step = execute_at(session, input, 0);
        if step != ShellStep::Continue {
            return step;
        }
        if session.guard().was_pressed() {
            return ShellStep::Continue;
        }
        rest = next;
    }
    if rest.trim().is_empty() { ShellStep::Continue } else { execute_at(session, rest, 0) }
}

/// A text of more bytes is not looked at as a whole for every line.
const WHOLE: usize = 1 << 12;

/// Where an input that grows line by line may end.
#[derive(Default)]
struct InputEnd {
    /// How long the text was when it was looked at last.
    length: usize,
    script: ScriptEnd,
}

impl InputEnd {
    /// Whether the input is complete; the text is that of the last call with further lines.
    fn is_at(&mut self, text: &str) -> bool {
        if text.len() <= WHOLE {
            let lines = text.strip_suffix('\n').unwrap_or(text);
            let line = lines.rsplit('\n').next().unwrap_or_default();
            let may_end = line.len() == lines.len() || line.contains(';') || line.contains("*/");
            return may_end && is_complete_input(text);
        }
        self.script.add(&text[self.length..]);
        self.length = text.len();
        self.script.is_complete() || commands::parse(text).is_some()
    }
}

/// Where the first complete input of a text ends, as reading line by line finds it; none when no line
/// completes one.
fn first_input(text: &str) -> Option<usize> {
    let start = text.len() - text.trim_start().len();
    let ends = text[start..].match_indices('\n').map(|(end, _)| start + end + 1);
    let mut end = InputEnd::default();
    ends.chain([text.len()]).find(|place| end.is_at(&text[start..*place]))
}

fn is_complete_input(text: &str) -> bool {
    !text.trim().is_empty() && (commands::parse(text).is_some() || sql::is_complete(text))
}

fn execute_at(session: &mut ShellSession<'_>, text: &str, depth: usize) -> ShellStep {
    if session.echo && !text.trim().is_empty() {
        session.screen.note(text.trim());
    }
    let result = match commands::parse(text) {
        Some((name, rest)) => commands::run(session, name, rest),
        None => session
            .run(&sql::statements(text), &Parameters::default())
            .map(|()| CommandOutcome::Done),
    };
    for unfit in session.catalog.take_unfit() {
        session.screen.error(&format!("excluded: {unfit}"));
    }
    let step = match result {
        Ok(CommandOutcome::Done) => Ok(ShellStep::Continue),
        Ok(CommandOutcome::Quit) => Ok(ShellStep::Quit),
        Ok(CommandOutcome::Script(path)) => run_script(session, &path, depth + 1),
        Ok(CommandOutcome::Text(text)) => {
            read_script(session, text.as_bytes(), depth + 1).map_err(ShellError::from)
        }
        Err(error) => Err(error),
    };
    step.unwrap_or_else(|error| {
        session.report(&error);
        if session.bail { ShellStep::Bail } else { ShellStep::Continue }
    })
}

fn run_script(
    session: &mut ShellSession<'_>,
    path: &Path,
    depth: usize,
) -> Result<ShellStep, ShellError> {
    let name = path.display();
    if depth > MAX_SCRIPT_DEPTH {
        return Err(format!("{name} was not read: scripts are nested too deep").into());
    }
    let failed = |error| format!("cannot read {name}: {error}");
    let file = File::open(path).map_err(failed)?;
    Ok(read_script(session, BufReader::new(file), depth).map_err(failed)?)
}

/// Whether the text can be executed: commands, and SQL up to a `;`.
pub(super) fn is_complete(text: &str) -> bool {
    let mut rest = text;
    while let Some(end) = first_input(rest) {
        rest = &rest[end..];
    }
    rest.trim().is_empty()
}

/// Whether a command on the last line of an unfinished statement is run: help, after which the statement goes on, and the end
/// of the session. Other names may be those of columns and tables.
pub(super) fn is_understood_within(name: &str) -> bool {
    ["help", "exit", "quit"].contains(&name.trim_start_matches('.').to_lowercase().as_str())
}

/// The command that was typed on the last line of SQL that has no end yet, such as `exit`.
pub(super) fn command_within(text: &str) -> Option<&str> {
    let (before, line) = text.trim_end().rsplit_once('\n')?;
    let (name, _) = commands::parse(line)?;
    (!is_complete(before) && commands::find(name).is_some()).then_some(name)
}
