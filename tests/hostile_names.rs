//! Names from files that a stranger wrote, with escape sequences and marks of direction: no command shows
//! them raw.

use std::fs;
use std::path::Path;

use crate::fixture::run_in;

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
        // What the user types is the user's own.
        if said.err.starts_with("error: ") {
            continue;
        }
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
