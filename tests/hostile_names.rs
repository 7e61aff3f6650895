//! Names from files that a stranger wrote, with escape sequences and marks of direction: no command shows
//! them raw.

use std::fs;
use std::path::Path;

use mammodex::cli;

use crate::fixture::{mammodex, run, run_in};

/// What a terminal would obey: a colour, a right-to-left override, an 8-bit control sequence, an isolate.
const HOSTILE: &str = "\u{1b}[31mred\u{202e}\u{9b}\u{2066}";

/// Characters that must not reach a terminal.
const RAW: [char; 4] = ['\u{1b}', '\u{202e}', '\u{9b}', '\u{2066}'];

fn hostile_sample(dir: &Path) {
    let sample = ["sample", "data", "--patients", "30", "--seed", "5", "--readers", "2"];
    assert_eq!(run_in(dir, &sample, "").code, 0);
    for (_, path) in crate::sample_data::files_below(&dir.join("data")) {
        if path.extension().is_some_and(|ending| ending == "json") {
            let text = fs::read_to_string(&path).unwrap();
            let name = "\\u001b[31mred\\u202e\\u009b\\u2066";
            fs::write(&path, text.replace("annotation_user", name)).unwrap();
        }
    }
    let case = dir.join("data/dcm/Uncompressed/Normal/Normal_00001");
    fs::copy(case.join("LCC.dcm"), case.join(format!("{HOSTILE}.dcm"))).unwrap();
    fs::write(case.join(format!("{HOSTILE}_2.dcm")), "no image").unwrap();
    fs::write(
        dir.join(format!("data/clinical/{HOSTILE}.csv")),
        format!("ID,T stage\n{HOSTILE},{HOSTILE}\n"),
    )
    .unwrap();
}

#[test]
fn no_command_shows_escape_sequences_of_names() {
    let dir = tempfile::tempdir().unwrap();
    hostile_sample(dir.path());
    let indexed = run_in(dir.path(), &["index", "data"], "");
    assert!(indexed.code < 2, "{}", indexed.err);
    let created = run_in(dir.path(), &["cohort", "create", "all", "--where", "true"], "");
    assert_eq!(created.code, 0, "{}", created.err);
    let label = format!("p.case_id = '{HOSTILE}'");
    let mut seen = String::new();
    for arguments in [
        &["index", "data"][..],
        &["agreement"],
        &["agreement", "--pairs"],
        &["agreement", "--cases", "--threshold", "1"],
        &["agreement", "--cases", "--threshold", "1", "--format", "markdown"],
        &["agreement", "--cohort", HOSTILE],
        &["audit", "--pixels", "look"],
        &["audit", "--root", HOSTILE],
        &["audit", "--summary", HOSTILE],
        &["shortcuts", "all", "--label", &label],
        &["shortcuts", HOSTILE, "--label", "true"],
        &["report", "-o", HOSTILE],
        &["report", HOSTILE, "-o", "none.html"],
        &["report", "-o", "report.html"],
        &["check", "--all"],
        &["explain", HOSTILE],
        &["export", "duckdb", HOSTILE],
        &["export", HOSTILE],
        &["review", "--static", HOSTILE],
        &["review", "export", HOSTILE],
        &["review", "import", HOSTILE],
        &["snapshot", "diff", HOSTILE],
        &["manifest", "verify", HOSTILE],
        &["query", "SELECT reader, file FROM annotations"],
        &["query", "FROM issues"],
    ] {
        let said = run_in(dir.path(), arguments, "");
        for text in [&said.out, &said.err] {
            assert!(!text.contains(RAW), "{arguments:?}: {text:?}");
            seen.push_str(text);
        }
    }
    // The names were there, made visible.
    assert!(seen.contains("\\x1b[31mred"), "{seen}");
    let page = fs::read_to_string(dir.path().join("look/index.html")).unwrap();
    assert!(!page.contains(RAW));
    let report = fs::read_to_string(dir.path().join("report.html")).unwrap();
    assert!(!report.contains(RAW));
}

/// The words of every subcommand with its options that take a value.
fn subcommands(
    command: &clap::Command,
    above: &[String],
    found: &mut Vec<(Vec<String>, Vec<String>)>,
) {
    let takes_value = |argument: &&clap::Arg| argument.get_action().takes_values();
    let long = |argument: &clap::Arg| argument.get_long().map(|long| format!("--{long}"));
    let options = command.get_arguments().filter(takes_value).filter_map(long).collect();
    found.push((above.to_vec(), options));
    for inner in command.get_subcommands() {
        subcommands(inner, &[above, &[inner.get_name().to_owned()]].concat(), found);
    }
}

#[test]
fn no_message_about_arguments_shows_escape_sequences() {
    let dir = tempfile::tempdir().unwrap();
    let mut commands = Vec::new();
    subcommands(&cli::grammar(), &[], &mut commands);
    assert!(commands.len() > 30);
    let unknown = format!("--{HOSTILE}");
    let mut seen = 0;
    for (words, options) in &commands {
        let values = options.iter().map(|option| format!("{option}={HOSTILE}"));
        // The last is an error of every command, so that none does anything.
        for value in values.chain([HOSTILE.to_owned()]) {
            for language in ["en", "ko"] {
                let mut command = mammodex(dir.path());
                command.args(words).args([&value, &unknown]).env("MAMMODEX_LANG", language);
                let said = run(command.env("LANG", format!("{language}_KR.UTF-8")), dir.path(), "");
                assert_eq!(said.code, 2, "{words:?} {value:?}: {}", said.err);
                assert!(!said.err.contains(RAW), "{words:?} {value:?}: {:?}", said.err);
                seen += usize::from(said.err.contains("red\\u{202e}"));
            }
        }
        let mut command = mammodex(dir.path());
        command.args(words).arg("--help").env("MAMMODEX_CATALOG", HOSTILE);
        let help = run(&mut command, dir.path(), "");
        assert!(help.code == 0 && !help.out.contains(RAW), "{words:?}: {:?}", help.out);
    }
    assert!(seen > 2 * commands.len(), "{seen}");
}
