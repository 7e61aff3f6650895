//! Dot commands of a session with `--safe`: none writes a file, changes the catalog or starts a program.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use mammodex::cli;
use mammodex::shell::commands::{
    COMMANDS, CommandEffect, CommandWord, EffectTrigger, ShellCommand,
};

use crate::fixture::{Fixture, Said, mammodex};

/// Every file and folder below a folder, files with their content.
fn tree(dir: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let is_folder = path.is_dir() && !path.is_symlink();
        let content = if is_folder { Vec::new() } else { fs::read(&path).unwrap_or_default() };
        found.insert(path.to_string_lossy().into_owned(), content);
        if is_folder {
            tree(&path, found);
        }
    }
}

fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    tree(dir, &mut found);
    found
}

/// A catalog with a cohort, a split and a manifest.
pub fn prepared() -> Fixture {
    let fixture = Fixture::new();
    fixture.done(&["cohort", "create", "m", "--diagnosis", "malignant"]);
    fixture.done(&["split", "create", "s", "--cohort", "m", "--ratios", "a=1"]);
    fixture.done(&["manifest", "create", "m", "-o", "m.csv"]);
    fixture
}

/// Runs lines in a session of `--safe` whose home and temporary folder are watched.
fn safe(fixture: &Fixture, lines: &[String]) -> Said {
    let dir = fixture.dir.path();
    let mut command = mammodex(dir);
    command.args(["shell", "--safe", "--format", "csv"]).env("TMPDIR", dir).env("EDITOR", "touch");
    crate::fixture::run(&mut command, dir, &format!("{}\n", lines.join("\n")))
}

/// Lines with which a command has each of its effects.
fn effective_lines(command: &ShellCommand) -> Vec<String> {
    let name = command.name;
    let mut lines = Vec::new();
    for effect in command.effects {
        let (CommandEffect::Writes(trigger) | CommandEffect::Starts(trigger)) = effect;
        match trigger {
            EffectTrigger::Always => {
                let words = ["-o", "bad.html"].into_iter().cycle().take(command.arity.0.max(1));
                let words: Vec<&str> = words.take(command.arity.1).collect();
                lines.push(format!("{name} {}", words.join(" ")).trim_end().to_owned());
            }
            EffectTrigger::AnyWord => {
                lines.push(format!("{name} bad.csv"));
                lines.push(format!("{name} bad.csv --force"));
                lines.push(format!("{name} -o bad.svg"));
            }
            EffectTrigger::WordBeyond(known) => {
                let [CommandWord::OneOf(verbs), ..] = command.words else {
                    panic!("{name}: the words of its first place are not listed")
                };
                let is_known = |verb: &&&str| known.contains(*verb);
                let others = verbs.iter().copied().filter(|verb| !is_known(&verb));
                let others = others.chain(["touch"]);
                lines.extend(others.map(|verb| format!("{name} {verb} bad -o bad.csv")));
            }
            EffectTrigger::Bar => lines.push(format!("{name} | touch bad")),
        }
    }
    // What takes fewer words says how it is used, which is a refusal of another kind.
    lines.retain(|line| line.split_whitespace().count() <= command.arity.1.saturating_add(1));
    lines
}

#[test]
fn every_command_is_classed() {
    let of = |wanted: fn(&CommandEffect) -> bool| -> Vec<&str> {
        let has = |command: &&ShellCommand| command.effects.iter().any(wanted);
        COMMANDS.iter().filter(has).map(|command| command.name).collect()
    };
    let writes = of(|effect| matches!(effect, CommandEffect::Writes(_)));
    let starts = of(|effect| matches!(effect, CommandEffect::Starts(_)));
    let shows = COMMANDS.iter().filter(|command| command.effects.is_empty());
    let shows: Vec<&str> = shows.map(|command| command.name).collect();
    assert_eq!(
        writes,
        [
            ".output",
            ".once",
            ".save",
            ".plot",
            ".cohort",
            ".split",
            ".report",
            ".manifest",
            ".snapshot"
        ]
    );
    assert_eq!(starts, [".once", ".pager", ".edit", ".shell", ".excel", ".view"]);
    assert_eq!(
        shows,
        [
            ".tables",
            ".schema",
            ".describe",
            ".mode",
            ".timer",
            ".echo",
            ".bail",
            ".maxrows",
            ".width",
            ".wrap",
            ".nullvalue",
            ".read",
            ".last",
            ".history",
            ".run",
            ".watch",
            ".cd",
            ".explain",
            ".check",
            ".table1",
            ".agreement",
            ".shortcuts",
            ".help",
            ".quit"
        ]
    );
}

#[test]
fn what_writes_or_starts_a_program_is_refused() {
    let fixture = prepared();
    let before = files(fixture.dir.path());
    let lines: Vec<String> = COMMANDS.iter().flat_map(effective_lines).collect();
    assert!(lines.len() > 20, "{lines:?}");
    let said = safe(&fixture, &[&["SELECT 1 AS n;".to_owned()], lines.as_slice()].concat());
    let refusals = said.err.matches("which --safe does not allow").count();
    assert_eq!(refusals, lines.len(), "{lines:#?}\n{}", said.err);
    assert!(files(fixture.dir.path()) == before, "a file was written, changed or removed");
}

/// The options of a subcommand that take a file or folder, and its verbs' own.
fn paths_of(command: &clap::Command) -> Vec<String> {
    let is_path = |argument: &&clap::Arg| {
        argument.get_value_names().unwrap_or_default().iter().any(|name| {
            ["FILE", "DIR", "FOLDER", "PATH"].iter().any(|word| name.as_str().contains(word))
        })
    };
    let long = |argument: &clap::Arg| argument.get_long().map(|long| format!("--{long}"));
    command.get_arguments().filter(is_path).filter_map(long).collect()
}

#[test]
fn no_option_of_a_subcommand_writes() {
    let fixture = prepared();
    let grammar = cli::grammar();
    let mut lines = vec!["SELECT case_id FROM patients;".to_owned()];
    for command in COMMANDS {
        let Some(noun) = grammar.find_subcommand(command.name.trim_start_matches('.')) else {
            continue;
        };
        let verbs: Vec<&clap::Command> = match noun.has_subcommands() {
            true => noun.get_subcommands().collect(),
            false => vec![noun],
        };
        for verb in verbs {
            let name = if noun.has_subcommands() { verb.get_name() } else { "" };
            for (option, saved) in
                paths_of(verb).iter().flat_map(|o| ["", "m", "s", "1"].map(|s| (o, s)))
            {
                for ending in ["csv", "svg", "xlsx", "parquet"] {
                    let file = format!("bad{}.{ending}", lines.len());
                    lines.push(format!("{} {name} {saved} {option} {file}", command.name));
                    lines.push(format!("{} {name} {saved} {option}={file} --force", command.name));
                }
            }
        }
    }
    assert!(lines.len() > 100, "{}", lines.len());
    let before = files(fixture.dir.path());
    let said = safe(&fixture, &lines);
    assert!(said.err.contains("--safe does not allow writing"), "{}", said.err);
    assert!(files(fixture.dir.path()) == before, "a file was written: {}", said.err);
}

#[test]
fn commands_that_show_work_in_a_safe_session() {
    let fixture = prepared();
    let lines = [
        ".tables",
        ".schema patients",
        ".describe patients.vendor",
        ".mode csv",
        ".output",
        ".pager off",
        "SELECT count(*) AS n FROM patients;",
        ".last",
        ".plot",
        ".explain",
        ".watch 0.1 1",
        ".check",
        ".cohort list",
        ".cohort show m",
        ".split list",
        ".split show s",
        ".split check s",
        ".table1 m",
        ".snapshot list",
        ".snapshot show 1",
        ".snapshot verify",
        ".snapshot use 1",
        ".run",
        ".history",
        ".help",
    ];
    let said = safe(&fixture, &lines.map(str::to_owned));
    assert_eq!(said.code, 0, "{}", said.err);
}
