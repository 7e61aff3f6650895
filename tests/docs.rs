//! The documents say what the program does: their commands run, their tables are generated.
//!
//! `MAMMODEX_BLESS=1 cargo nextest run docs` writes what the program says into them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn document(name: &str) -> (PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let text = fs::read_to_string(&path).unwrap_or_default();
    (path, text)
}

/// Compares a document with what the program prints; writes it with `MAMMODEX_BLESS`.
pub fn hold(name: &str, wanted: &str) {
    let (path, text) = document(name);
    if env::var_os("MAMMODEX_BLESS").is_some() {
        fs::write(path, wanted).unwrap();
    } else if text != wanted {
        let first = text.lines().zip(wanted.lines()).find(|(a, b)| a != b);
        panic!("{name} is not what the program says (bless it); first difference: {first:#?}");
    }
}

/// What a shell prints, both streams in the order of writing.
fn run(dir: &Path, command: &str) -> String {
    run_in_language(dir, command, "en")
}

fn run_in_language(dir: &Path, command: &str, language: &str) -> String {
    let bin = crate::fixture::binary_folder();
    let path = format!("{}:{}", bin.display(), env::var("PATH").unwrap());
    let output = crate::fixture::without_settings(Command::new("sh"))
        .arg("-c")
        .arg(format!("exec 2>&1\n{command}"))
        .current_dir(dir)
        .env("PATH", path)
        .env("HOME", dir)
        .env("MAMMODEX_LANG", language)
        .output()
        .unwrap();
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).unwrap()
}

/// A document with the output of every command of its `console` blocks below the command. Lines that
/// begin with `> ` go on with the command above, as in a here-document.
fn performed(text: &str) -> String {
    performed_in_language(text, "en")
}

fn performed_in_language(text: &str, language: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let mut page = String::new();
    let mut inside = false;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if inside && !line.starts_with("$ ") {
            continue; // output of an earlier time
        }
        page.push_str(line);
        page.push('\n');
        if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            let mut command = format!("{command}\n");
            while let Some(more) = lines.next_if(|line| line.starts_with("> ")) {
                page.push_str(&format!("{more}\n"));
                command.push_str(&format!("{}\n", &more[2..]));
            }
            page.push_str(&run_in_language(dir.path(), &command, language));
        }
    }
    page
}

#[test]
fn the_readmes_commands_print_what_it_shows() {
    let (_, text) = document("README.md");
    hold("README.md", &performed(&text));
}

#[test]
fn the_korean_documents_print_what_they_show() {
    for name in ["README.ko.md", "docs/guide.ko.md"] {
        let (_, text) = document(name);
        hold(name, &performed_in_language(&text, "ko"));
    }
}

#[test]
fn the_shells_guide_shows_what_the_shell_does_and_names_its_commands() {
    let (_, text) = document("docs/shell.md");
    let (before, rest) = text.split_once("<!-- commands").unwrap();
    let (mark, rest) = rest.split_once("-->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end -->").unwrap();
    let table = mammodex::shell::commands::markdown();
    let page = format!("{before}<!-- commands{mark}-->\n\n{table}\n<!-- end -->{after}");
    hold("docs/shell.md", &performed(&page));
}

#[test]
fn the_guide_of_queries_prints_what_it_shows() {
    let (_, text) = document("docs/query.md");
    hold("docs/query.md", &performed(&text));
}

#[test]
fn the_guide_of_views_prints_what_it_shows() {
    let (_, text) = document("docs/views.md");
    hold("docs/views.md", &performed(&text));
}

#[test]
fn the_guide_of_checks_prints_what_it_shows() {
    let (_, text) = document("docs/checks.md");
    hold("docs/checks.md", &performed(&text));
}

#[test]
fn the_guide_of_cohorts_prints_what_it_shows() {
    let (_, text) = document("docs/cohorts.md");
    hold("docs/cohorts.md", &performed(&text));
}

#[test]
fn the_guide_of_splits_prints_what_it_shows() {
    let (_, text) = document("docs/splits.md");
    hold("docs/splits.md", &performed(&text));
}

#[test]
fn the_dictionary_and_the_findings_are_those_of_the_program() {
    let dir = tempfile::tempdir().unwrap();
    hold("docs/dictionary.md", &run(dir.path(), "mammodex schema --format markdown"));
    hold("docs/issues.md", &run(dir.path(), "mammodex schema --issues --format markdown"));
}

#[test]
fn every_command_and_document_is_named_in_the_readme() {
    let (_, readme) = document("README.md");
    let dir = tempfile::tempdir().unwrap();
    let help = run(dir.path(), "mammodex --help");
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    for line in commands.take_while(|line| line.starts_with("  ")) {
        let Some(name) = line.split_whitespace().next().filter(|name| *name != "help") else {
            continue;
        };
        if line.starts_with("   ") {
            continue; // the text goes on
        }
        let named = readme.contains(&format!("mammodex {name}"));
        assert!(named, "README.md does not show `mammodex {name}`");
    }
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")).unwrap() {
        let name = format!("docs/{}", entry.unwrap().file_name().to_string_lossy());
        assert!(readme.contains(&name), "README.md does not name {name}");
    }
}

#[test]
fn the_guide_of_manifests_prints_what_it_shows() {
    let (_, text) = document("docs/manifests.md");
    hold("docs/manifests.md", &performed(&text));
}

#[test]
fn the_guide_of_scale_prints_what_it_shows() {
    let (_, text) = document("docs/scale.md");
    hold("docs/scale.md", &performed(&text));
}

#[test]
fn the_guide_of_shortcuts_prints_what_it_shows() {
    let (_, text) = document("docs/shortcuts.md");
    let dir = tempfile::tempdir().unwrap();
    for line in text.lines().filter_map(|line| line.strip_prefix("$ ")) {
        run(dir.path(), line);
    }
    let picture = fs::read_to_string(dir.path().join("shortcuts.svg")).unwrap();
    hold("docs/images/shortcuts.svg", &picture);
    hold("docs/shortcuts.md", &performed(&text));
}

#[test]
fn the_guide_of_reviews_prints_what_it_shows() {
    let (_, text) = document("docs/review.md");
    hold("docs/review.md", &performed(&text));
}
