//! The lines of an unfinished statement after its first: they are indented below the prompt, and the
//! indentation is shown as a mark of the same width, so that every line can still be edited.

use rustyline::{
    CharSearch, Cmd, ConditionalEventHandler, Event, EventContext, Movement, RepeatCount,
};

use super::interpreter::{command_within, is_complete};
use crate::sql::{self, TokenKind};

/// The blanks before such a line.
pub(super) const INDENT: &str = "          ";
/// What is shown in their place.
pub(super) const MARK: &str = "     ...> ";

/// Enter within an unfinished statement: a new line, indented unless that would change a text.
pub(super) struct NewLine;

impl ConditionalEventHandler for NewLine {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        let (text, cursor) = (context.line(), context.pos());
        if text.trim().is_empty() || is_complete(text) || command_within(text).is_some() {
            return None;
        }
        let is_in_text = sql::tokens(&text[..cursor]).last().is_some_and(|token| !token.closed);
        (!is_in_text).then(|| Cmd::Insert(1, format!("\n{INDENT}")))
    }
}

/// Backspace at the beginning of an indented line: the line is joined to the one above.
pub(super) struct JoinLines;

impl ConditionalEventHandler for JoinLines {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext) -> Option<Cmd> {
        let (_, line) = context.line()[..context.pos()].rsplit_once('\n')?;
        let is_indentation = line == INDENT;
        // The editor repeats a command as often as the key was, so that a number of characters is of no use.
        let line_end = Movement::ViCharSearch(1, CharSearch::Backward('\n'));
        is_indentation.then_some(Cmd::Kill(line_end))
    }
}

/// White space in which the indentation of lines is something else; `at_start` says whether it begins a
/// line.
pub(super) fn reindented(space: &str, at_start: bool, with: &str) -> String {
    let lines = space.split('\n').enumerate();
    let lines = lines.map(|(number, line)| match line.strip_prefix(INDENT) {
        Some(rest) if at_start || number > 0 => format!("{with}{rest}"),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The text without the indentation that Enter added.
pub(super) fn unindented(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for token in sql::tokens(text) {
        match token.kind {
            TokenKind::Space => {
                plain.push_str(&reindented(token.text, plain.ends_with('\n'), ""));
            }
            _ => plain.push_str(token.text),
        }
    }
    plain
}
