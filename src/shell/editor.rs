//! The helper of the line editor: whether Enter ends the input, colours, hints, completion.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashSet;
use std::rc::Rc;

use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter, HistoryHinter};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};

use super::complete::{CompletionCandidate, SqlCompleter};
use super::interpreter::{command_within, is_complete, is_understood_within};
use super::{commands, highlight};
use crate::catalog::Catalog;
use crate::language::localized;
use crate::results::escape;

/// Helps the editor of one session.
pub(super) struct EditorHelper {
    completion: SqlCompleter,
    files: FilenameCompleter,
    past: HistoryHinter,
    keywords: HashSet<String>,
    /// Whether hints are shown; without colour they would look like typed text.
    hints: bool,
    /// Whether the line is entered, so that no bracket is highlighted.
    settled: Cell<bool>,
}

impl EditorHelper {
    pub(super) fn new(catalog: Rc<Catalog>, hints: bool) -> Self {
        // Without keywords there are fewer colours, and the shell still works.
        let keywords = highlight::keywords(&catalog).unwrap_or_default();
        Self {
            completion: SqlCompleter::new(catalog),
            files: FilenameCompleter::new(),
            past: HistoryHinter::new(),
            keywords,
            hints,
            settled: Cell::new(false),
        }
    }

    /// Completes for a catalog from now on, which may be another one or have new tables.
    pub(super) fn refresh(&mut self, catalog: &Rc<Catalog>) {
        self.completion = SqlCompleter::new(Rc::clone(catalog));
    }
}

impl Validator for EditorHelper {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let text = context.input();
        if let Some(name) = command_within(text) {
            if is_understood_within(name) {
                return Ok(ValidationResult::Valid(None));
            }
            let advice = format!(
                "{name}: the statement above is not finished; end it with ; or clear it with Ctrl-C"
            );
            return Ok(ValidationResult::Invalid(Some(format!("\n{}", localized(&advice)))));
        }
        Ok(if text.trim().is_empty() || is_complete(text) {
            ValidationResult::Valid(None)
        } else {
            ValidationResult::Incomplete
        })
    }
}

impl Completer for EditorHelper {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        cursor: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let before = &line[..cursor];
        if self.completion.wants_file(before) {
            let (start, mut files) = self.files.complete_path(line, cursor)?;
            files.retain(|file| !file.replacement.contains(escape::is_hostile));
            return Ok((start, files));
        }
        let (start, found) = self.completion.complete(line, cursor);
        let pair =
            |CompletionCandidate { shown, typed }| Pair { display: shown, replacement: typed };
        Ok((start, found.into_iter().map(pair).collect()))
    }
}

/// A faint text after the cursor.
pub(super) enum Suggestion {
    /// The rest of an earlier input, which the right arrow accepts.
    Past(String),
    /// The words that a command takes, which cannot be accepted.
    Usage(String),
}

impl Hint for Suggestion {
    fn display(&self) -> &str {
        match self {
            Self::Past(text) => text,
            Self::Usage(text) => text,
        }
    }

    fn completion(&self) -> Option<&str> {
        match self {
            Self::Past(text) => Some(text),
            Self::Usage(_) => None,
        }
    }
}

impl Hinter for EditorHelper {
    type Hint = Suggestion;

    fn hint(&self, line: &str, cursor: usize, context: &Context<'_>) -> Option<Suggestion> {
        if !self.hints {
            return None;
        }
        if let Some((name, "")) = commands::parse(line)
            && line.ends_with(' ')
            && let Some(command) = commands::find(name)
        {
            return Some(command.usage.to_owned())
                .filter(|usage| !usage.is_empty())
                .map(Suggestion::Usage);
        }
        if line.len() == cursor && line.trim_end_matches(' ').ends_with('\n') && !is_complete(line)
        {
            return Some(Suggestion::Usage(localized("; ends the statement").into_owned()));
        }
        self.past.hint(line, cursor, context).map(Suggestion::Past)
    }
}

impl Highlighter for EditorHelper {
    fn highlight<'l>(&self, line: &'l str, cursor: usize) -> Cow<'l, str> {
        let cursor = Some(cursor).filter(|_| !self.settled.get());
        Cow::Owned(highlight::highlight(line, cursor, &self.keywords))
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(highlight::faint(hint))
    }

    fn highlight_char(&self, _: &str, _: usize, kind: CmdKind) -> bool {
        self.settled.set(kind == CmdKind::ForcedRefresh);
        true
    }
}

impl Helper for EditorHelper {}
