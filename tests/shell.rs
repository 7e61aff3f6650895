//! `mammodex shell`: statements and commands, from a pipe and at a terminal.

use std::os::unix::fs::PermissionsExt;

use crate::fixture::{Fixture, assert_said, command_by_python};

#[test]
fn statements_from_a_pipe_run_without_a_prompt() {
    let fixture = Fixture::new();
    let input = "SELECT count(*) AS n\n  FROM patients\n  -- all; of them\n;\n\nCREATE TEMP TABLE t AS SELECT ';' AS a; FROM t;\nSELECT 2 AS last";
    let said = fixture.run_with(&["shell", "--format", "csv"], input);
    assert_eq!(
        (said.code, said.out.as_str(), said.err.as_str()),
        (0, "n\n60\na\n;\nlast\n2\n", "")
    );
}

#[test]
fn the_shell_goes_on_after_an_error() {
    let fixture = Fixture::new();
    let said = fixture.run_with(
        &["shell", "--format", "csv"],
        "FROM patinets;\n.frob\n.schema\nSELECT 1 AS n;\n.quit\nSELECT 2;",
    );
    assert_said!(said, @r#"
    exit code 1
    --- stdout ---
    n
    1
    --- stderr ---
    mammodex: Catalog Error: Table with name patinets does not exist!
    Did you mean "patients"?

    LINE 1: FROM patinets
                 ^
    mammodex: there is no command .frob; .help lists them
    mammodex: usage: .schema TABLE
    "#);
}

#[test]
fn commands_show_tables_and_columns() {
    let fixture = Fixture::new();
    fixture.done(&["cohort", "create", "m", "--diagnosis", "malignant"]);
    fixture.done(&["split", "create", "s", "--cohort", "m", "--ratios", "a=1"]);
    let said = fixture.run_with(
        &["shell"],
        "tables\n.tables %s\n.help\nhelp;\n.help plot\n.explain SELECT 1\nEXPLAIN ANALYZE SELECT 1;\n",
    );
    assert_eq!(said.code, 0, "{}", said.err);
    let (shown, plans) = said.out.split_once('┌').unwrap();
    assert!(plans.contains("PROJECTION") && plans.contains("Total Time"), "{plans}");
    insta::assert_snapshot!("help", shown);
    let said = fixture.run_with(
        &["shell", "--format", "csv"],
        ".schema breasts\n.schema splits.s\n.schema nothing\n",
    );
    assert_eq!(said.code, 1);
    assert!(said.out.contains("birads,SMALLINT,,"), "{}", said.out);
    assert!(
        said.out.contains("column,type\ncase_id,VARCHAR\nsplit,VARCHAR\nstratum,VARCHAR\n"),
        "{}",
        said.out
    );
    assert!(said.err.contains("nothing"), "{}", said.err);
}

#[test]
fn what_was_typed_is_kept_for_its_user_alone() {
    let fixture = Fixture::new();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/terminal.py");
    let steps = "{\"ready\": true}\n{\"type\": \"SELECT 'kept';\\r\"}\n{\"ready\": true}\n\
                 {\"type\": \" SELECT 'private';\\r\"}\n{\"ready\": true}\n{\"type\": \"\\u0004\"}\n";
    let typed = fixture.dir.path().join("steps");
    std::fs::write(&typed, steps).unwrap();
    let python = command_by_python(&[script, "24", "80"])
        .arg("shell")
        .current_dir(fixture.dir.path())
        .env("XDG_STATE_HOME", fixture.dir.path().join("state"))
        .env("TERM", "xterm")
        .stdin(std::fs::File::open(typed).unwrap())
        .output();
    let Ok(out) = python else {
        eprintln!("skipped: there is no python3");
        return;
    };
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let history = fixture.dir.path().join("state/mammodex/history");
    let text = std::fs::read_to_string(&history).unwrap();
    assert!(text.contains("kept") && !text.contains("private"), "{text}");
    assert_eq!(std::fs::metadata(history).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn every_mode_writes_what_it_says() {
    let fixture = Fixture::new();
    let ask = "SELECT * FROM (VALUES (1, 'a|b', NULL), (22, '홍길동', 0.5)) t(n, text, x);\n";
    let mut input = String::new();
    for format in mammodex::results::ResultFormat::ALL.iter().filter(|f| !f.is_binary()) {
        input.push_str(&format!(".mode {}\n{ask}", format.name()));
    }
    input.push_str(".mode table\n.nullvalue -\n.width 2 4\n");
    input.push_str(ask);
    input.push_str(".maxrows 3\n.width\nFROM range(1000);\n.mode nothing\n.width x\n.timer x\n");
    let said = fixture.run_with(&["shell"], &input);
    assert_eq!(said.code, 1);
    insta::assert_snapshot!("modes", said.out);
    insta::assert_snapshot!("modes_refused", said.err);
}
