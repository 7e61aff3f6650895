//! `mammodex shell` at a pseudo-terminal: what typing, Tab, Ctrl-C and Ctrl-R do.

use std::io::Write;
use std::process::Stdio;

use crate::fixture::{Fixture, command_by_python};

/// One step of a session.
pub enum Step {
    /// Keys.
    Type(&'static str),
    /// Until this appears.
    Wait(&'static str),
    /// Until an empty prompt appears.
    Ready,
}
use Step::{Ready, Type, Wait};

/// What appeared on a terminal of 24 lines and 80 columns; none where there is no Python.
pub fn session(fixture: &Fixture, environment: &[(&str, &str)], steps: &[Step]) -> Option<String> {
    typed(fixture, &["shell"], environment, steps)
}

/// The same of another subcommand.
fn typed(
    fixture: &Fixture,
    arguments: &[&str],
    environment: &[(&str, &str)],
    steps: &[Step],
) -> Option<String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/terminal.py");
    let mut child = command_by_python(&[script, "24", "80"])
        .args(arguments)
        .current_dir(fixture.dir.path())
        .env("HOME", fixture.dir.path())
        .env("XDG_STATE_HOME", fixture.dir.path().join("state"))
        .env("TERM", "xterm")
        .env("PAGER", "")
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|_| eprintln!("skipped: there is no python3"))
        .ok()?;
    let line = |step: &Step| match step {
        Type(keys) => serde_json::json!({ "type": keys }),
        Wait(mark) => serde_json::json!({ "wait": mark }),
        Ready => serde_json::json!({ "ready": true }),
    };
    let script: String = steps.iter().map(|step| format!("{}\n", line(step))).collect();
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    Some(String::from_utf8_lossy(&out.stdout).into_owned())
}

#[test]
fn tab_completes_tables_columns_values_and_commands() {
    let fixture = Fixture::with("UPDATE patients SET vendor = 'O''Brien' WHERE vendor = 'SIEMENS'");
    fixture.done(&["cohort", "create", "late", "--where", "t_stage >= 2"]);
    let steps = [
        Ready,
        Type("SELECT count(*) AS n FROM pat\t"),
        Wait("FROM patients"),
        Type(" WHERE vendor = '\t\t"),
        Wait("GE       HOLOGIC  O'Brien"),
        Type("o\t"),
        Wait("vendor = 'O''Brien'"),
        Type(";\r"),
        Wait("(1 row)"),
        Ready,
        Type("FROM patients p WHERE p.t_st\t\t"),
        Wait("t_stage  SMALLINT"),
        Type("\x03"),
        Ready,
        Type("SELECT tumor_\t\t"),
        Wait("tumor_size_cm  DOUBLE, cm"),
        Type("\x03"),
        Ready,
        Type("FROM patients WHERE vendor IN ('GE', 'h\t"),
        Wait("IN ('GE', 'HOLOGIC'"),
        Type("\x03"),
        Ready,
        Type("SELECT * FROM cohorts.\t"),
        Wait("cohorts.late"),
        Type("\x03"),
        Ready,
        Type("SUMM\t"),
        Wait("SUMMARIZE"),
        Type("\x03"),
        Ready,
        Type(".desc\t"),
        Wait(".describe "),
        Type("breasts.birads_\t"),
        Wait(".describe breasts.birads_code"),
        Type("\r"),
        Ready,
        Type(".mode \t\t"),
        Wait("markdown"),
        Type("\x03"),
        Ready,
        Type(".read cat\t"),
        Wait(".read catalog/"),
        Type("\x03"),
        Ready,
        Type("\x04"),
    ];
    let Some(shown) = session(&fixture, &[], &steps) else { return };
    assert!(shown.ends_with("\n0\n"), "{shown}");
}

#[test]
fn hostile_values_are_not_offered() {
    let fixture = Fixture::with(
        "UPDATE patients SET vendor = 'H' || chr(27) || '[2J' WHERE vendor = 'HOLOGIC'",
    );
    let steps = [
        Ready,
        Type("FROM patients WHERE vendor = '\t\t"),
        Wait("GE       SIEMENS"),
        Type("\x03"),
        Ready,
        Type("\x04"),
    ];
    let Some(shown) = session(&fixture, &[], &steps) else { return };
    assert!(!shown.contains("\x1b[2J"), "{shown}");
}

#[test]
fn lines_queries_and_sessions_can_be_left() {
    let fixture = Fixture::new();
    let steps = [
        Ready,
        Type("SELECT 6 *\r7 AS answer;\r"),
        Wait("42"),
        Ready,
        Type("SELECT '\r;\r';\r"),
        Wait("\\n;\\n"),
        Ready,
        Type("SELECT nonsense\x03"),
        Ready,
        Type("SELECT count(*) FROM range(100000000000) a, range(1000) b;\r"),
        // It says that it runs, and how to stop it.
        Wait("Ctrl-C stops it"),
        Type("\x03"),
        Wait("interrupted\r\n"),
        Ready,
        Type("SELECT 'still' || 'here';\r"),
        Wait("stillhere"),
        Ready,
        Type("SELECT chr(27) || '[2J' AS hostile;\r"),
        Wait("\\x1b[2J"),
        Ready,
        Type("\x04"),
    ];
    let Some(shown) = session(&fixture, &[], &steps) else { return };
    assert!(shown.ends_with("\n0\n"), "{shown}");
    let steps = [
        Ready,
        Type("\x12answ"),
        Wait("7 AS answer"),
        Type("\r"),
        Wait("42"),
        Ready,
        Type(".quit\r"),
    ];
    let Some(shown) = session(&fixture, &[], &steps) else { return };
    assert!(shown.ends_with("\n0\n"), "{shown}");
}

#[test]
fn ctrl_c_stops_a_script() {
    let fixture = Fixture::new();
    let script =
        "SELECT count(*) FROM range(100000000000) a, range(1000) b;\nSELECT 'after' || 'wards';\n";
    std::fs::write(fixture.dir.path().join("long.sql"), script).unwrap();
    let steps = [
        Ready,
        Type(".read long.sql\r"),
        Wait("Ctrl-C stops it"),
        Type("\x03"),
        Wait("interrupted"),
        Ready,
        Type("\x04"),
    ];
    let Some(shown) = session(&fixture, &[], &steps) else { return };
    assert!(!shown.contains("afterwards"), "{shown}");
}

#[test]
fn a_pager_shows_what_does_not_fit() {
    let fixture = Fixture::new();
    let steps = [
        Ready,
        Type("SELECT 1 AS few;\r"),
        Wait("(1 row)"),
        Ready,
        Type("FROM range(100);\r"),
        Wait("paged 45 lines"),
        Ready,
        Type(".maxrows 0\r"),
        Ready,
        Type("FROM range(100);\r"),
        Wait("paged 104 lines"),
        Ready,
        Type(".pager off\r"),
        Ready,
        Type("FROM range(30);\r"),
        Wait("(30 rows)"),
        Ready,
        Type("\x04"),
    ];
    let pager = [("PAGER", "echo paged $(wc -l) lines")];
    let Some(shown) = session(&fixture, &pager, &steps) else { return };
    assert_eq!(shown.matches("paged").count(), 2, "{shown}");
}

#[test]
fn the_first_rows_come_while_the_rest_is_on_its_way() {
    let fixture = Fixture::new();
    let steps = [
        Ready,
        Type("FROM range(100000000000);\r"),
        Wait(" 7\r\n"),
        Type("\x03"),
        Wait("interrupted"),
        Ready,
        // A reader who leaves the pager ends the query.
        Type(".pager head -5\r"),
        Ready,
        Type(".maxrows 0\r"),
        Ready,
        Type("FROM range(100000000000);\r"),
        Wait(" 1\r\n"),
        Ready,
        Type("\x04"),
    ];
    let Some(shown) = session(&fixture, &[], &steps) else { return };
    assert!(shown.ends_with("\n0\n"), "{shown}");
}

#[test]
fn what_is_typed_has_colours_unless_they_are_unwanted() {
    let fixture = Fixture::new();
    let steps =
        [Ready, Type("SELECT (1) FROM patients LIMIT 1;\r"), Wait("(1 row)"), Ready, Type("\x04")];
    let Some(plain) = session(&fixture, &[], &steps) else { return };
    assert!(!plain.contains("\x1b[1;34m"), "{plain}");
    let Some(coloured) = session(&fixture, &[("NO_COLOR", "")], &steps) else { return };
    assert!(coloured.contains("\x1b[1;34mSELECT\x1b[0m"), "{coloured}");
    assert!(coloured.contains("\x1b[1;7m(\x1b[0m"), "matching brackets: {coloured}");
}

#[test]
fn a_long_query_says_that_it_runs_and_leaves_nothing_behind() {
    let fixture = Fixture::new();
    // The second statement is waited for like the first; what was said is wiped before its rows.
    let sql = "SELECT 'first' AS s; SELECT count(*) FROM range(100000000000) a, range(1000) b";
    let steps = [Wait("first"), Wait("Ctrl-C ends it"), Type("\x03")];
    let Some(shown) = typed(&fixture, &["query", sql], &[], &steps) else { return };
    assert!(shown.ends_with("\n-2\n"), "{shown}");
    let steps = [Wait("n\r\n"), Wait("1\r\n")];
    let Some(shown) = typed(&fixture, &["query", "SELECT 1 AS n"], &[], &steps) else { return };
    assert!(!shown.contains("ends it") && !shown.contains('\x1b'), "{shown}");
}

#[test]
fn a_summary_that_does_not_fit_stands_in_tables_below_each_other() {
    let fixture = Fixture::new();
    let steps = [
        Ready,
        Type("SUMMARIZE SELECT case_id, age_years FROM patients;\r"),
        Wait("(2 rows)"),
        Ready,
        Type(".quit\r"),
    ];
    let Some(shown) = session(&fixture, &[], &steps) else { return };
    let heads: Vec<&str> = shown.lines().filter(|line| line.contains("column_name")).collect();
    let heads: Vec<&str> = heads.into_iter().filter(|line| line.contains('│')).collect();
    assert!(heads.len() > 1 && heads.iter().all(|head| head.contains("column_name")), "{shown}");
    let shown_columns = heads.join(" ");
    for name in ["min", "max", "approx_unique", "avg", "std", "q50", "count", "null_percentage"] {
        assert!(shown_columns.contains(name), "{name}: {shown}");
    }
}

#[test]
fn nothing_pasted_or_typed_ahead_is_lost() {
    let fixture = Fixture::new();
    let steps = [
        Ready,
        // As a terminal without brackets around what is pasted sends it.
        Type("SELECT 'a' || 1;\r.nullvalue none\rSELECT 'b' || 2, NULL;\r"),
        Wait("a1"),
        Wait("b2"),
        Wait("none"),
        // With them, commands and statements as they are in a script.
        Type("\x1b[200~SELECT 'c' || 3;\n.nullvalue void\nSELECT 'd' ||\n4, NULL;\n\x1b[201~\r"),
        Wait("c3"),
        Wait("d4"),
        Wait("void"),
        // While a query runs.
        Type("SELECT 'e' || count(*) FROM range(40000000) a WHERE sin(a.range) > 2;\r"),
        Type("SELECT 'f' || 6;\rSELECT 'g' || 7;\r"),
        Wait("e0"),
        Wait("f6"),
        Wait("g7"),
        Ready,
        Type("\x04"),
    ];
    let Some(shown) = session(&fixture, &[], &steps) else { return };
    assert!(shown.ends_with("\n0\n"), "{shown}");
}

#[test]
fn a_statement_without_end_is_noticed() {
    let fixture = Fixture::new();
    let steps = [
        Ready,
        Type("SELECT 6 * 7\r"),
        Wait("; ends the statement"),
        Type("tables\r"),
        Wait("tables: the statement above is not finished; end it with ; or clear it with Ctrl-C"),
        Type("\x03"),
        Ready,
        Type(".pager off\r"),
        Ready,
        Type("SELECT 6 *\r"),
        Wait("; ends the statement"),
        Type("help\r"),
        Wait(".quit"),
        Wait("; ends the statement"),
        Type("7;\r"),
        Wait("42"),
        Ready,
        Type("SELECT 8\r"),
        Wait("; ends the statement"),
        Type("exit\r"),
    ];
    let Some(shown) = session(&fixture, &[("NO_COLOR", "")], &steps) else { return };
    assert!(shown.ends_with("\n0\n"), "{shown}");
}

#[test]
fn the_first_tab_lists_and_a_statement_begins_with_keywords() {
    let fixture = Fixture::new();
    let steps = [
        Ready,
        Type("FROM patients WHERE vendor = '\t"),
        Wait("GE       HOLOGIC"),
        Type("\x03"),
        Ready,
        Type("s\t"),
        Wait("summarize"),
        Type("\x03"),
        Ready,
        Type(".history\r"),
        Wait("1  .history"),
        Ready,
        Type("\x04"),
    ];
    let Some(shown) = session(&fixture, &[], &steps) else { return };
    assert!(!shown.contains("specimen") && !shown.contains("side  "), "{shown}");
}

#[test]
fn an_editor_changes_the_last_input_and_it_runs() {
    let fixture = Fixture::new();
    let steps = [
        Ready,
        Type("SELECT 'fi' || 'rst' AS s;\r"),
        Wait("first"),
        Ready,
        Type(".edit\r"),
        Wait("third"),
        Ready,
        Type("\x1b[A"),
        Wait("'thi' || 'rd'"),
        Type("\x03"),
        Ready,
        Type("\x04"),
    ];
    let editor = [("EDITOR", "sed -i \"s/'fi'/'thi'/;s/'rst'/'rd'/\"")];
    let Some(shown) = session(&fixture, &editor, &steps) else { return };
    assert!(shown.ends_with("\n0\n"), "{shown}");
}

#[test]
fn a_safe_session_has_its_walls_at_a_terminal_too() {
    let fixture = Fixture::new();
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("o.sql"), "SELECT 'read' || '-outside';\n").unwrap();
    std::os::unix::fs::symlink(outside.path().join("o.sql"), fixture.dir.path().join("o.sql"))
        .unwrap();
    std::fs::write(fixture.dir.path().join("i.sql"), "SELECT 'read' || '-inside';\n").unwrap();
    let steps = [
        Ready,
        Type(".output bad.csv\r"),
        Ready,
        Type(".once bad.csv\r"),
        Ready,
        Type(".once | touch bad\r"),
        Ready,
        Type(".pager touch bad\r"),
        Ready,
        Type(".shell touch bad\r"),
        Ready,
        Type(".edit\r"),
        Ready,
        Type(".cohort create bad --where true\r"),
        Ready,
        Type(".table1 m -o bad.csv\r"),
        Ready,
        Type(".read i.sql\r"),
        Wait("read-inside"),
        Ready,
        Type(".read o.sql\r"),
        Ready,
        Type("FROM patients;\r"),
        Wait("(60 rows"),
        Ready,
        Type("\u{4}"),
    ];
    let environment = [("PAGER", "touch bad; cat"), ("EDITOR", "touch bad;")];
    let Some(shown) = typed(&fixture, &["shell", "--safe"], &environment, &steps) else { return };
    assert_eq!(shown.matches("which --safe does not allow").count(), 7, "{shown}");
    let names = |folder: &std::path::Path| -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    };
    for folder in [fixture.dir.path(), &fixture.catalog()] {
        assert!(!names(folder).iter().any(|name| name.contains("bad")), "{:?}", names(folder));
    }
    assert!(!fixture.catalog().join("cohorts/bad.toml").exists());
    if !shown.contains("no Landlock") {
        assert!(shown.contains("cannot read o.sql") && !shown.contains("read-outside"), "{shown}");
    }
    let history = std::fs::read_to_string(fixture.dir.path().join("state/mammodex/history"));
    assert!(history.unwrap().contains(".output bad.csv"));
}
