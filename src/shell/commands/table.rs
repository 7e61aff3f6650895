//! The table of commands: help, parsing, completion and the list in the guide all follow from it.

use super::command::{CommandCall, CommandOutcome, CommandWord, ShellCommand};
use super::effect::{CommandEffect, EffectTrigger, SHOWS, STARTS, WRITES, WRITES_TO_FILE};
use super::{describe, desktop, display, plot, programs, queries, script, study, tables};
use crate::catalog::Access;
use crate::language::localized;
use crate::shell::error::ShellError;
use crate::shell::session::ShellSession;
use crate::text::{nearest, wrapped};

/// Words without an upper limit.
const MANY: usize = usize::MAX;
const SWITCH: &[CommandWord] = &[CommandWord::OneOf(&["on", "off"])];

/// Every command, in the order of the help.
pub const COMMANDS: &[ShellCommand] = &[
    ShellCommand {
        name: ".tables",
        aliases: &["tables"],
        usage: "[PATTERN]",
        arity: (0, 1),
        help: "tables, views, cohorts and splits; PATTERN as in LIKE",
        words: &[CommandWord::Free],
        effects: SHOWS,
        run: tables::tables,
    },
    ShellCommand {
        name: ".schema",
        aliases: &[],
        usage: "TABLE",
        arity: (1, 1),
        help: "columns of a table and what they mean",
        words: &[CommandWord::Relation],
        effects: SHOWS,
        run: tables::schema,
    },
    ShellCommand {
        name: ".describe",
        aliases: &[".desc"],
        usage: "TABLE[.COLUMN]",
        arity: (1, 1),
        help: "share of filled cells per column; for one column its source, the meaning of null and its values",
        words: &[CommandWord::Column],
        effects: SHOWS,
        run: describe::describe,
    },
    ShellCommand {
        name: ".mode",
        aliases: &[],
        usage: "[FORMAT]",
        arity: (0, 1),
        help: "format of results",
        words: &[CommandWord::Format],
        effects: SHOWS,
        run: display::mode,
    },
    ShellCommand {
        name: ".output",
        aliases: &[],
        usage: "[FILE [--force]]",
        arity: (0, 2),
        help: "write results to FILE until the next .output, which completes it",
        words: &[CommandWord::File],
        effects: &[WRITES_TO_FILE],
        run: display::output,
    },
    ShellCommand {
        name: ".once",
        aliases: &[],
        usage: "FILE [--force] or | COMMAND",
        arity: (1, MANY),
        help: "write the next result to FILE, whose ending determines the format, or to a program",
        words: &[CommandWord::File],
        effects: &[CommandEffect::Starts(EffectTrigger::Bar), WRITES_TO_FILE],
        run: display::once,
    },
    ShellCommand {
        name: ".timer",
        aliases: &[],
        usage: "[on|off]",
        arity: (0, 1),
        help: "show the time that each statement takes",
        words: SWITCH,
        effects: SHOWS,
        run: display::timer,
    },
    ShellCommand {
        name: ".echo",
        aliases: &[],
        usage: "[on|off]",
        arity: (0, 1),
        help: "show statements and commands before they run",
        words: SWITCH,
        effects: SHOWS,
        run: display::echo,
    },
    ShellCommand {
        name: ".bail",
        aliases: &[],
        usage: "[on|off]",
        arity: (0, 1),
        help: "end a script at the first statement that fails",
        words: SWITCH,
        effects: SHOWS,
        run: display::bail,
    },
    ShellCommand {
        name: ".maxrows",
        aliases: &[],
        usage: "[N]",
        arity: (0, 1),
        help: "number of rows that a table shows, half of them from the end; 0 for all",
        words: &[CommandWord::Free],
        effects: SHOWS,
        run: display::max_rows,
    },
    ShellCommand {
        name: ".width",
        aliases: &[],
        usage: "[N …]",
        arity: (0, MANY),
        help: "widths of a table's first columns; 0 fits one to its cells, no number fits all",
        words: &[CommandWord::Free],
        effects: SHOWS,
        run: display::width,
    },
    ShellCommand {
        name: ".wrap",
        aliases: &[],
        usage: "[on|off]",
        arity: (0, 1),
        help: "continue long cells of a table below instead of cutting them",
        words: SWITCH,
        effects: SHOWS,
        run: display::wrap,
    },
    ShellCommand {
        name: ".nullvalue",
        aliases: &[],
        usage: "[TEXT]",
        arity: (0, 1),
        help: "text for NULL in tables",
        words: &[CommandWord::Free],
        effects: SHOWS,
        run: display::null_value,
    },
    ShellCommand {
        name: ".pager",
        aliases: &[],
        usage: "[on|off|COMMAND]",
        arity: (0, MANY),
        help: "program that shows results longer than the terminal",
        words: SWITCH,
        effects: &[CommandEffect::Starts(EffectTrigger::WordBeyond(&["off"]))],
        run: display::pager,
    },
    ShellCommand {
        name: ".read",
        aliases: &[],
        usage: "FILE",
        arity: (1, 1),
        help: "run the statements and commands of FILE",
        words: &[CommandWord::File],
        effects: SHOWS,
        run: script::read,
    },
    ShellCommand {
        name: ".last",
        aliases: &[],
        usage: "",
        arity: (0, 0),
        help: "all rows and columns of the last result, which SQL names _",
        words: &[],
        effects: SHOWS,
        run: script::last,
    },
    ShellCommand {
        name: ".edit",
        aliases: &[],
        usage: "",
        arity: (0, 0),
        help: "edit the last input with $VISUAL or $EDITOR and run it",
        words: &[],
        effects: &[STARTS],
        run: programs::edit,
    },
    ShellCommand {
        name: ".history",
        aliases: &[],
        usage: "[N]",
        arity: (0, 1),
        help: "the last N inputs, 20 by default",
        words: &[CommandWord::Free],
        effects: SHOWS,
        run: queries::history,
    },
    ShellCommand {
        name: ".save",
        aliases: &[],
        usage: "[--force] NAME [SQL]",
        arity: (1, MANY),
        help: "save a query of your own, by default the last one; $x in it is a parameter",
        words: &[CommandWord::Free, CommandWord::Sql],
        effects: &[WRITES],
        run: queries::save,
    },
    ShellCommand {
        name: ".run",
        aliases: &[],
        usage: "[NAME [x=VALUE …]]",
        arity: (0, MANY),
        help: "run a saved query with values for its parameters; without NAME, list them",
        words: &[CommandWord::Query, CommandWord::Free],
        effects: SHOWS,
        run: queries::run,
    },
    ShellCommand {
        name: ".watch",
        aliases: &[],
        usage: "SECONDS [TIMES]",
        arity: (1, 2),
        help: "run the last query every SECONDS until Ctrl-C",
        words: &[CommandWord::Free],
        effects: SHOWS,
        run: queries::watch,
    },
    ShellCommand {
        name: ".shell",
        aliases: &[],
        usage: "COMMAND",
        arity: (1, MANY),
        help: "run a command of the system's shell",
        words: &[CommandWord::File],
        effects: &[STARTS],
        run: programs::shell,
    },
    ShellCommand {
        name: ".cd",
        aliases: &[],
        usage: "[FOLDER]",
        arity: (0, 1),
        help: "change the folder that relative paths start from, by default to the home folder; temporary tables are lost",
        words: &[CommandWord::File],
        effects: SHOWS,
        run: desktop::change_folder,
    },
    ShellCommand {
        name: ".excel",
        aliases: &[],
        usage: "",
        arity: (0, 0),
        help: "open the last result as an Excel workbook",
        words: &[],
        effects: &[STARTS],
        run: desktop::excel,
    },
    ShellCommand {
        name: ".view",
        aliases: &[],
        usage: "[CASE|PATH [OPTIONS …]]",
        arity: (0, MANY),
        help: "open pictures of a case or image, by default of the first case of the last result; options as in `mammodex render`",
        words: &[CommandWord::Free],
        effects: &[STARTS],
        run: desktop::view,
    },
    ShellCommand {
        name: ".explain",
        aliases: &[],
        usage: "[SQL]",
        arity: (0, MANY),
        help: "plan of a query, by default the last one",
        words: &[CommandWord::Sql],
        effects: SHOWS,
        run: script::explain,
    },
    ShellCommand {
        name: ".plot",
        aliases: &[],
        usage: "[-o FILE.svg [--force]]",
        arity: (0, 3),
        help: "draw the last result: numbers by labels as bars, numbers by numbers as a scatter plot, one column of numbers as a histogram; a third column is a group",
        words: &[CommandWord::OneOf(&["-o"]), CommandWord::File, CommandWord::OneOf(&["--force"])],
        effects: &[WRITES_TO_FILE],
        run: plot::plot,
    },
    ShellCommand {
        name: ".cohort",
        aliases: &[],
        usage: "create|list|show|diff|drop …",
        arity: (1, MANY),
        help: "as `mammodex cohort`; create without steps uses the case_id of the last result",
        words: &[
            CommandWord::OneOf(&["create", "list", "show", "diff", "drop"]),
            CommandWord::Cohort,
        ],
        effects: &[CommandEffect::Writes(EffectTrigger::WordBeyond(&["list", "show", "diff"]))],
        run: study::cohort,
    },
    ShellCommand {
        name: ".split",
        aliases: &[],
        usage: "create|show|check|list|drop …",
        arity: (1, MANY),
        help: "as `mammodex split`",
        words: &[
            CommandWord::OneOf(&["create", "show", "check", "list", "drop"]),
            CommandWord::Split,
        ],
        effects: &[CommandEffect::Writes(EffectTrigger::WordBeyond(&["list", "show", "check"]))],
        run: study::subcommand,
    },
    ShellCommand {
        name: ".check",
        aliases: &[],
        usage: "[NAME]",
        arity: (0, 1),
        help: "number of rows that break each check, or the rows that break one",
        words: &[CommandWord::Check],
        effects: SHOWS,
        run: study::check,
    },
    ShellCommand {
        name: ".table1",
        aliases: &[],
        usage: "COHORT …",
        arity: (1, MANY),
        help: "as `mammodex table1`",
        words: &[CommandWord::Cohort, CommandWord::Free],
        effects: SHOWS,
        run: study::analysis,
    },
    ShellCommand {
        name: ".agreement",
        aliases: &[],
        usage: "[OPTIONS …]",
        arity: (0, MANY),
        help: "as `mammodex agreement`",
        words: &[CommandWord::Free],
        effects: SHOWS,
        run: study::analysis,
    },
    ShellCommand {
        name: ".shortcuts",
        aliases: &[],
        usage: "[OPTIONS …]",
        arity: (0, MANY),
        help: "as `mammodex shortcuts`",
        words: &[CommandWord::Free],
        effects: SHOWS,
        run: study::analysis,
    },
    ShellCommand {
        name: ".report",
        aliases: &[],
        usage: "-o FILE …",
        arity: (1, MANY),
        help: "as `mammodex report`",
        words: &[CommandWord::OneOf(&["-o"]), CommandWord::File],
        effects: &[WRITES],
        run: study::analysis,
    },
    ShellCommand {
        name: ".manifest",
        aliases: &[],
        usage: "create|verify …",
        arity: (1, MANY),
        help: "as `mammodex manifest`",
        words: &[
            CommandWord::OneOf(&["create", "verify"]),
            CommandWord::Saved,
            CommandWord::OneOf(&["-o"]),
            CommandWord::File,
        ],
        effects: &[WRITES],
        run: study::subcommand,
    },
    ShellCommand {
        name: ".snapshot",
        aliases: &[],
        usage: "list|show|diff|restore|prune|verify|use …",
        arity: (1, MANY),
        help: "as `mammodex snapshot`; use N switches the session to snapshot N",
        words: &[
            CommandWord::OneOf(&["list", "show", "diff", "restore", "prune", "verify", "use"]),
            CommandWord::Snapshot,
        ],
        effects: &[CommandEffect::Writes(EffectTrigger::WordBeyond(&[
            "list", "show", "diff", "verify", "use",
        ]))],
        run: study::snapshot,
    },
    ShellCommand {
        name: ".help",
        aliases: &["help"],
        usage: "[COMMAND]",
        arity: (0, 1),
        help: "this list, or help on one command",
        words: &[CommandWord::Command],
        effects: SHOWS,
        run: help,
    },
    ShellCommand {
        name: ".quit",
        aliases: &[".exit", "quit", "exit"],
        usage: "",
        arity: (0, 0),
        help: "end the session, as does Ctrl-D",
        words: &[],
        effects: SHOWS,
        run: display::quit,
    },
];

/// The name and the rest of a command; none if the text is SQL.
pub(in crate::shell) fn parse(text: &str) -> Option<(&str, &str)> {
    let line = text.trim().trim_end_matches(';').trim_end();
    if line.starts_with('.') && !line.contains('\n') {
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        return Some((name, rest.trim()));
    }
    let plain = |command: &ShellCommand| command.aliases.contains(&line);
    COMMANDS.iter().any(plain).then_some((line, ""))
}

/// The command of that name or alias.
pub(in crate::shell) fn find(name: &str) -> Option<&'static ShellCommand> {
    COMMANDS.iter().find(|command| command.name == name || command.aliases.contains(&name))
}

/// Runs a command on a session.
pub(in crate::shell) fn run(
    session: &mut ShellSession<'_>,
    name: &str,
    rest: &str,
) -> Result<CommandOutcome, ShellError> {
    let command = find(name).ok_or_else(|| unknown(name))?;
    let words = if command.words.last() == Some(&CommandWord::Sql) {
        Vec::from_iter((!rest.is_empty()).then(|| rest.to_owned()))
    } else {
        shlex::split(rest).ok_or("a quote is not closed")?
    };
    let call = CommandCall { command, rest, words };
    let (fewest, most) = command.arity;
    if call.words.len() < fewest || call.words.len() > most {
        return Err(call.misuse());
    }
    let is_safe = session.catalog.access() == Access::Safe;
    let mut effects = command.effects.iter();
    match effects.find(|effect| is_safe && effect.applies(call.rest, &call.words)) {
        Some(effect) => Err(effect.refusal(command.name, &call.words).into()),
        None => (command.run)(session, &call),
    }
}

fn unknown(name: &str) -> ShellError {
    match nearest(name, COMMANDS.iter().map(|command| command.name)) {
        Some(near) => format!("there is no command {name}; did you mean {near}?").into(),
        None => format!("there is no command {name}; .help lists them").into(),
    }
}

fn help(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    if let Some(name) = call.word(0) {
        let dotted = format!(".{name}");
        let command = find(name).or_else(|| find(&dotted)).ok_or_else(|| unknown(name))?;
        let aliases = match command.aliases {
            [] => String::new(),
            aliases => format!("\nalso {}", aliases.join(", ")),
        };
        let width = session.screen.width();
        let help = wrapped(&localized(command.help), width).join("\n");
        let text = format!("{}\n{help}{aliases}\n", command.synopsis());
        session.screen.text(&text, &session.display)?;
        return Ok(CommandOutcome::Done);
    }
    /// Columns of a synopsis; a longer one has its own line.
    const SYNOPSIS: usize = 24;
    let mut text = format!("{}\n", localized("SQL ends with ; and may run over several lines."));
    let indent = SYNOPSIS + 4;
    for command in COMMANDS {
        let synopsis = command.synopsis();
        let help = wrapped(&localized(command.help), session.screen.width().saturating_sub(indent));
        let help = help.join(&format!("\n{:indent$}", ""));
        if synopsis.chars().count() > SYNOPSIS {
            text.push_str(&format!("  {synopsis}\n{:indent$}{help}\n", ""));
        } else {
            text.push_str(&format!("  {synopsis:SYNOPSIS$}  {help}\n"));
        }
    }
    session.screen.text(&text, &session.display)?;
    Ok(CommandOutcome::Done)
}
