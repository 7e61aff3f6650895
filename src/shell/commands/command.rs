//! One command: its name, its words, what runs it.

use std::path::PathBuf;

use super::effect::CommandEffect;
use crate::shell::error::ShellError;
use crate::shell::session::ShellSession;

/// A command of the shell.
pub struct ShellCommand {
    /// Its name with the dot.
    pub name: &'static str,
    /// Its other names.
    pub aliases: &'static [&'static str],
    /// What follows the name, as help shows it.
    pub usage: &'static str,
    /// The fewest and the most words that may follow.
    pub arity: (usize, usize),
    /// What it does, in one line.
    pub help: &'static str,
    /// What each word is; the last applies to all that follow.
    pub words: &'static [CommandWord],
    /// What it does beside showing what the catalog contains; `--safe` refuses it then.
    pub effects: &'static [CommandEffect],
    /// What runs it.
    pub(super) run:
        fn(&mut ShellSession<'_>, &CommandCall<'_>) -> Result<CommandOutcome, ShellError>,
}

impl ShellCommand {
    /// The name and what follows it.
    pub fn synopsis(&self) -> String {
        format!("{} {}", self.name, self.usage).trim_end().to_owned()
    }
}

/// What a word of a command is, which determines its completions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandWord {
    /// Any text.
    Free,
    /// A table or view, or a column of one.
    Column,
    /// A table or view.
    Relation,
    /// A file.
    File,
    /// A cohort.
    Cohort,
    /// A split.
    Split,
    /// A split or cohort.
    Saved,
    /// A snapshot.
    Snapshot,
    /// A named query of the user.
    Query,
    /// A check.
    Check,
    /// A command.
    Command,
    /// A format.
    Format,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// SQL to the end of the line.
    Sql,
}

/// What the session does after a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandOutcome {
    /// It reads more input.
    Done,
    /// It runs the statements and commands of a file.
    Script(PathBuf),
    /// It runs these statements and commands.
    Text(String),
    /// It ends.
    Quit,
}

/// A command as typed.
pub(super) struct CommandCall<'t> {
    /// The command.
    pub(super) command: &'static ShellCommand,
    /// The text after its name.
    pub(super) rest: &'t str,
    /// The words of that text, without quotes.
    pub(super) words: Vec<String>,
}

impl CommandCall<'_> {
    /// The word at a position from 0.
    pub(super) fn word(&self, index: usize) -> Option<&str> {
        self.words.get(index).map(String::as_str)
    }

    /// The error for words that the command does not take.
    pub(super) fn misuse(&self) -> ShellError {
        format!("usage: {}", self.command.synopsis()).into()
    }
}
