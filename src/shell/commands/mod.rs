//! The shell's commands, in one table: help, parsing, completion, running and the guide's list all
//! follow from it.

mod cohorts;
mod describe;
mod display;
mod plot;
mod script;
mod tables;

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, UInt64Array};
use arrow::record_batch::RecordBatch;

use super::{ShellError, ShellSession, ShellStep};
use crate::text::nearest;

/// One command.
pub struct ShellCommand {
    /// Its name with the dot.
    pub name: &'static str,
    /// Other names for it.
    pub others: &'static [&'static str],
    /// What follows the name.
    pub usage: &'static str,
    /// The fewest and the most words that may follow.
    pub arity: (usize, usize),
    /// What it does, in one line.
    pub help: &'static str,
    /// What its words are; the last goes for all that follow.
    pub words: &'static [CommandWord],
    run: fn(&mut ShellSession<'_>, &CommandCall<'_>) -> Result<ShellStep, ShellError>,
}

/// What a word of a command is, which says what completes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandWord {
    /// Anything.
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
    /// A check.
    Check,
    /// A command.
    Command,
    /// A format.
    Format,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// SQL to the line's end.
    Sql,
}

/// What was typed after a command's name.
struct CommandCall<'t> {
    /// The text as it is.
    rest: &'t str,
    /// Its words, quotes taken off.
    words: Vec<String>,
}

impl CommandCall<'_> {
    fn word(&self, at: usize) -> Option<&str> {
        self.words.get(at).map(String::as_str)
    }
}

const MANY: usize = usize::MAX;
const SWITCH: &[CommandWord] = &[CommandWord::OneOf(&["on", "off"])];

/// Every command, in the order of the help.
pub const COMMANDS: &[ShellCommand] = &[
    ShellCommand {
        name: ".tables",
        others: &["tables"],
        usage: "[PATTERN]",
        arity: (0, 1),
        help: "the tables, views, cohorts and splits; PATTERN is that of LIKE",
        words: &[CommandWord::Free],
        run: tables::tables,
    },
    ShellCommand {
        name: ".schema",
        others: &[],
        usage: "TABLE",
        arity: (1, 1),
        help: "the columns of a table, and what they mean",
        words: &[CommandWord::Relation],
        run: tables::schema,
    },
    ShellCommand {
        name: ".describe",
        others: &[".desc"],
        usage: "TABLE[.COLUMN]",
        arity: (1, 1),
        help: "how filled the columns are; of one column the source, what null means, the values",
        words: &[CommandWord::Column],
        run: describe::describe,
    },
    ShellCommand {
        name: ".mode",
        others: &[],
        usage: "[FORMAT]",
        arity: (0, 1),
        help: "how results are written",
        words: &[CommandWord::Format],
        run: display::mode,
    },
    ShellCommand {
        name: ".output",
        others: &[],
        usage: "[FILE]",
        arity: (0, 1),
        help: "write results to FILE until the next .output, which puts it in its place",
        words: &[CommandWord::File],
        run: display::output,
    },
    ShellCommand {
        name: ".once",
        others: &[],
        usage: "FILE",
        arity: (1, 1),
        help: "write the next result to FILE, whose name gives the format",
        words: &[CommandWord::File],
        run: display::once,
    },
    ShellCommand {
        name: ".timer",
        others: &[],
        usage: "[on|off]",
        arity: (0, 1),
        help: "say how long each statement takes",
        words: SWITCH,
        run: display::timer,
    },
    ShellCommand {
        name: ".maxrows",
        others: &[],
        usage: "[N]",
        arity: (0, 1),
        help: "rows that a table shows, half of them from the end; 0 is all",
        words: &[CommandWord::Free],
        run: display::max_rows,
    },
    ShellCommand {
        name: ".width",
        others: &[],
        usage: "[N …]",
        arity: (0, MANY),
        help: "widths of a table's first columns; 0 leaves one to its cells, no number all of them",
        words: &[CommandWord::Free],
        run: display::width,
    },
    ShellCommand {
        name: ".nullvalue",
        others: &[],
        usage: "[TEXT]",
        arity: (0, 1),
        help: "what stands for NULL in a table",
        words: &[CommandWord::Free],
        run: display::null_value,
    },
    ShellCommand {
        name: ".pager",
        others: &[],
        usage: "[on|off|COMMAND]",
        arity: (0, MANY),
        help: "what shows a result that does not fit the terminal",
        words: SWITCH,
        run: display::pager,
    },
    ShellCommand {
        name: ".read",
        others: &[],
        usage: "FILE",
        arity: (1, 1),
        help: "run the statements and commands of FILE",
        words: &[CommandWord::File],
        run: script::read,
    },
    ShellCommand {
        name: ".explain",
        others: &[],
        usage: "[SQL]",
        arity: (0, MANY),
        help: "how a query would be run; without SQL, the last one",
        words: &[CommandWord::Sql],
        run: script::explain,
    },
    ShellCommand {
        name: ".plot",
        others: &[],
        usage: "[-o FILE.svg]",
        arity: (0, 2),
        help: "draw the last result: two columns as bars, one of numbers as a histogram",
        words: &[CommandWord::OneOf(&["-o"]), CommandWord::File],
        run: plot::plot,
    },
    ShellCommand {
        name: ".cohort",
        others: &[],
        usage: "list|show|create|drop [NAME] …",
        arity: (0, MANY),
        help: "as `mammodex cohort`; create without options takes the case_id of the last result",
        words: &[CommandWord::Cohort, CommandWord::Free],
        run: cohorts::cohort,
    },
    ShellCommand {
        name: ".split",
        others: &[],
        usage: "list|show|create|check|drop [NAME] …",
        arity: (0, MANY),
        help: "as `mammodex split`; without words, the parts of every split",
        words: &[CommandWord::Split],
        run: cohorts::split,
    },
    ShellCommand {
        name: ".check",
        others: &[],
        usage: "[NAME]",
        arity: (0, 1),
        help: "the checks and how many rows break each, or the rows of one",
        words: &[CommandWord::Check],
        run: cohorts::check,
    },
    ShellCommand {
        name: ".manifest",
        others: &[],
        usage: "create SOURCE -o FILE …",
        arity: (2, MANY),
        help: "as `mammodex manifest`: write the images of a split or cohort; verify FILE compares one",
        words: &[CommandWord::Saved, CommandWord::OneOf(&["-o"]), CommandWord::File],
        run: cohorts::manifest,
    },
    ShellCommand {
        name: ".snapshot",
        others: &[],
        usage: "[N]",
        arity: (0, 1),
        help: "the snapshot that is asked and those that there are, or turn to another",
        words: &[CommandWord::Free],
        run: cohorts::snapshot,
    },
    ShellCommand {
        name: ".help",
        others: &["help"],
        usage: "[COMMAND]",
        arity: (0, 1),
        help: "this list, or one command",
        words: &[CommandWord::Command],
        run: help,
    },
    ShellCommand {
        name: ".quit",
        others: &[".exit", "quit", "exit"],
        usage: "",
        arity: (0, 0),
        help: "leave; so does Ctrl-D",
        words: &[],
        run: quit,
    },
];

/// The name and the rest of a command; none when the text is SQL.
pub(super) fn parse(text: &str) -> Option<(&str, &str)> {
    let line = text.trim().trim_end_matches(';').trim_end();
    if line.starts_with('.') && !line.contains('\n') {
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        return Some((name, rest.trim()));
    }
    let plain = |command: &ShellCommand| command.others.contains(&line);
    COMMANDS.iter().any(plain).then_some((line, ""))
}

/// The command that is called so.
pub(super) fn find(name: &str) -> Option<&'static ShellCommand> {
    COMMANDS.iter().find(|command| command.name == name || command.others.contains(&name))
}

pub(super) fn run(
    session: &mut ShellSession<'_>,
    name: &str,
    rest: &str,
) -> Result<ShellStep, ShellError> {
    let command = find(name).ok_or_else(|| unknown(name))?;
    let words = if command.words == [CommandWord::Sql] {
        Vec::from_iter((!rest.is_empty()).then(|| rest.to_owned()))
    } else {
        shlex::split(rest).ok_or("a quote is not closed")?
    };
    let (fewest, most) = command.arity;
    if words.len() < fewest || words.len() > most {
        return Err(misused(command));
    }
    (command.run)(session, &CommandCall { rest, words })
}

fn unknown(name: &str) -> ShellError {
    match nearest(name, COMMANDS.iter().map(|command| command.name)) {
        Some(near) => format!("there is no command {name}; did you mean {near}?").into(),
        None => format!("there is no command {name}; .help lists them").into(),
    }
}

fn misused(command: &ShellCommand) -> ShellError {
    format!("usage: {}", usage(command)).into()
}

/// The name and what follows it.
pub fn usage(command: &ShellCommand) -> String {
    format!("{} {}", command.name, command.usage).trim_end().to_owned()
}

fn help(session: &mut ShellSession<'_>, call: &CommandCall<'_>) -> Result<ShellStep, ShellError> {
    if let Some(name) = call.word(0) {
        let dotted = format!(".{name}");
        let command = find(name).or_else(|| find(&dotted)).ok_or_else(|| unknown(name))?;
        let others = match command.others {
            [] => String::new(),
            others => format!("\nalso {}", others.join(", ")),
        };
        session.screen.text(&format!("{}\n{}{others}\n", usage(command), command.help))?;
        return Ok(ShellStep::Read);
    }
    let width = COMMANDS.iter().map(|c| usage(c).chars().count()).max().unwrap_or(0);
    let mut text = String::from("SQL ends with ; and may run over several lines.\n");
    for command in COMMANDS {
        text.push_str(&format!("  {:width$}  {}\n", usage(command), command.help));
    }
    session.screen.text(&text)?;
    Ok(ShellStep::Read)
}

/// The commands as a Markdown table, for the guide.
pub fn markdown() -> String {
    let mut page = String::from("| command | what it does |\n|---|---|\n");
    for command in COMMANDS {
        let others = match command.others {
            [] => String::new(),
            others => format!("; also `{}`", others.join("`, `")),
        };
        let call = usage(command).replace('|', "\\|");
        page.push_str(&format!("| `{call}` | {}{others} |\n", command.help));
    }
    page
}

fn quit(_: &mut ShellSession<'_>, _: &CommandCall<'_>) -> Result<ShellStep, ShellError> {
    Ok(ShellStep::Leave)
}

/// The cells of a column that the shell makes itself.
enum ShellCells {
    Texts(Vec<Option<String>>),
    Counts(Vec<Option<u64>>),
}

fn batch(columns: Vec<(&str, ShellCells)>) -> Result<RecordBatch, ShellError> {
    let column = |(name, cells): (&str, ShellCells)| -> (String, ArrayRef, bool) {
        let cells: ArrayRef = match cells {
            ShellCells::Texts(cells) => Arc::new(StringArray::from(cells)),
            ShellCells::Counts(cells) => Arc::new(UInt64Array::from(cells)),
        };
        (name.to_owned(), cells, true)
    };
    Ok(RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(column))?)
}
