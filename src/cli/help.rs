//! Help and the parser's own messages in the language of this run.

use clap::error::ErrorKind;
use clap::{Arg, Command, builder::StyledStr};

use super::printer::{write_line, write_note, write_text};
use crate::language::{Language, chosen, korean, localized};

/// The parser's own words within a line of help, the longest first; `schema/texts/parser.toml` has their Korean.
pub(super) const WORDS: [&str; 11] = [
    "Print this message or the help of the given subcommand(s)",
    "Print help (see more with '--help')",
    "Print help (see a summary with '-h')",
    "Print version",
    "Print help",
    "Possible values:",
    "[possible values:",
    "[default:",
    "[env:",
    "Usage: ",
    "[OPTIONS]",
];

/// The grammar with its texts in the language of this run.
pub(super) fn localize(command: Command) -> Command {
    match chosen() {
        Language::English => command,
        Language::Korean => in_korean(command),
    }
}

fn in_korean(command: Command) -> Command {
    let (about, long) = (command.get_about().cloned(), command.get_long_about().cloned());
    let after = command.get_after_help().or(command.get_after_long_help()).cloned();
    let is_long = command.get_after_help().is_none();
    let command = command.mut_args(argument_in_korean).mut_subcommands(in_korean);
    let (about, long) = in_both_lengths(about, long);
    let command = about.into_iter().fold(command, Command::about);
    let command = long.into_iter().fold(command, Command::long_about);
    after.into_iter().fold(command, |command, after| {
        let after = translated(&after);
        if is_long { command.after_long_help(after) } else { command.after_help(after) }
    })
}

fn argument_in_korean(argument: Arg) -> Arg {
    let (help, long) = (argument.get_help().cloned(), argument.get_long_help().cloned());
    let (help, long) = in_both_lengths(help, long);
    let argument = help.into_iter().fold(argument, Arg::help);
    long.into_iter().fold(argument, Arg::long_help)
}

/// The short and the long text in Korean, each where there is an English one. The long one has its Korean as a
/// whole; the short one is its first paragraph.
fn in_both_lengths(
    short: Option<StyledStr>,
    long: Option<StyledStr>,
) -> (Option<String>, Option<String>) {
    let long = long.map(|text| translated(&text));
    let first = |text: &String| {
        let paragraph = text.split("\n\n").next().unwrap_or_default();
        paragraph.strip_suffix('.').unwrap_or(paragraph).to_owned()
    };
    let short = short.map(|text| long.as_ref().map_or_else(|| translated(&text), first));
    (short, long)
}

fn translated(text: &StyledStr) -> String {
    let text = text.to_string();
    korean(&text).unwrap_or(text)
}

/// A line of help, whose texts are Korean but for its headings and the values of an option: `- bar: A bar`.
fn help_line(line: &str) -> String {
    let value = || line.trim_start().strip_prefix("- ")?.split_once(':');
    match value() {
        Some((_, text)) if !text.trim().is_empty() => {
            line.replacen(text.trim(), &localized(text.trim()), 1)
        }
        _ if line.ends_with(':') && !line.starts_with(' ') => localized(line).into_owned(),
        _ => line.to_owned(),
    }
}

/// Shows help, the version or a message of the parser, and ends the program as the parser would. A message contains what the
/// user typed, and is escaped as every other.
pub(super) fn exit(error: &clap::Error) -> ! {
    let is_help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if is_help && chosen() == Language::English {
        error.exit();
    }
    let text = error.render().to_string();
    if chosen() == Language::English {
        write_note(text.trim_end());
        std::process::exit(error.exit_code())
    }
    // The values of an option are what the user writes.
    let has_values = |line: &str| line.trim_start().starts_with("[possible values:");
    let shown = |line: &str| match line {
        line if is_help => help_line(line),
        line if has_values(line) => line.to_owned(),
        line => localized(line).into_owned(),
    };
    let text = text.lines().map(|line| {
        let line = shown(line);
        WORDS.iter().fold(line, |line, words| line.replace(words, &localized(words)))
    });
    let text = text.collect::<Vec<_>>().join("\n");
    if is_help {
        write_text(&format!("{text}\n"));
    } else {
        write_line(&text);
    }
    std::process::exit(error.exit_code())
}
