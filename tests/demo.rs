//! What a newcomer meets first: the demonstration, completions, manual pages, progress for programs.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::fixture::run_in;

#[test]
fn the_demonstration_shows_each_command_and_its_commands_can_be_typed() {
    let dir = tempfile::tempdir().unwrap();
    let said = run_in(dir.path(), &["demo", "tour"], "");
    assert_eq!(said.code, 0, "{}", said.err);
    let commands: Vec<&str> =
        said.out.lines().filter(|line| line.starts_with("$ mammodex ")).collect();
    for name in ["sample", "index", "query", "cohort create", "split create", "manifest create"] {
        let start = format!("$ mammodex {name} ");
        assert!(commands.iter().any(|line| line.starts_with(&start)), "{name}: {commands:?}");
    }
    assert!(said.out.contains(" malignant │       40 │    160"), "{}", said.out);
    let manifest = fs::read_to_string(dir.path().join("tour/train.csv")).unwrap();

    // The same commands, typed in a shell, make the same manifest.
    let script: Vec<&str> =
        said.out.split("\n$ ").map(|step| step.trim_start_matches("$ ")).collect();
    let typed: String = script
        .iter()
        .map(|step| {
            let lines = if step.contains("\nFROM ") { 2 } else { 1 };
            step.lines().take(lines).collect::<Vec<_>>().join("\n") + "\n"
        })
        .collect();
    let again = tempfile::tempdir().unwrap();
    let path =
        format!("{}:{}", crate::fixture::binary_folder().display(), std::env::var("PATH").unwrap());
    let mut shell = crate::fixture::without_settings(Command::new("sh"));
    let run = shell
        .args(["-ec", &typed])
        .current_dir(again.path())
        .env("PATH", path)
        .env("HOME", again.path())
        .output()
        .unwrap();
    assert!(run.status.success(), "{typed}: {}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(fs::read_to_string(again.path().join("tour/train.csv")).unwrap(), manifest);

    let said = run_in(dir.path(), &["demo", "tour"], "");
    assert_eq!((said.code, said.err.contains("tour is not empty")), (2, true), "{}", said.err);
}

#[test]
fn completions_and_manual_pages_name_every_subcommand() {
    let dir = tempfile::tempdir().unwrap();
    let help = run_in(dir.path(), &["--help"], "").out;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names: BTreeSet<&str> = commands
        .take_while(|line| line.starts_with("  "))
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(names.len() > 15, "{names:?}");
    for shell in ["bash", "zsh", "fish"] {
        let said = run_in(dir.path(), &["completions", shell], "");
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(names.iter().all(|name| said.out.contains(name)), "{shell}");
    }
    let said = run_in(dir.path(), &["man", "pages"], "");
    assert_eq!(said.code, 0, "{}", said.err);
    // `help` is clap's own.
    for name in names.iter().filter(|name| **name != "help") {
        let page = fs::read_to_string(dir.path().join(format!("pages/mammodex-{name}.1")));
        assert!(page.unwrap_or_default().contains(".SH SYNOPSIS"), "{name}");
    }
}

#[test]
fn progress_for_programs_counts_to_all_files_and_ends_with_the_report() {
    let dir = tempfile::tempdir().unwrap();
    run_in(dir.path(), &["sample", "data", "--patients", "10", "--pixels", "none"], "");
    let lines = |said: &crate::fixture::Said| -> Vec<Value> {
        said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let said = run_in(dir.path(), &["index", "data", "--progress", "json"], "");
    let first = lines(&said);
    let (report, steps) = first.split_last().unwrap();
    let last = steps.last().unwrap();
    assert_eq!((&last["done"], &last["found"]), (&report["files"], &report["files"]));
    assert_eq!((report["snapshot"].as_u64(), report["is_new"].as_bool()), (Some(1), Some(true)));
    assert_eq!(report["rows"]["images"], 40);
    assert!(
        report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|f| f["code"] == "file-unrecognised" && f["severity"] == "info"),
        "{report}"
    );
    let again = lines(&run_in(dir.path(), &["index", "data", "--progress", "json"], ""));
    let report = again.last().unwrap();
    assert_eq!(
        (report["snapshot"].as_u64(), report["is_new"].as_bool(), report["read"].as_u64()),
        (Some(1), Some(false), Some(0))
    );
}
