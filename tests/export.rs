//! A catalog in other programs: the script of SQL and the DuckDB file.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use duckdb::Connection;

use crate::fixture::{Fixture, python};

/// A catalog with a cohort and a split.
fn prepared() -> Fixture {
    let fixture = Fixture::new();
    fixture.pilot("train=0.7,test=0.3", &[]);
    fixture.done(&["cohort", "create", "t2", "--t-stage", ">=2"]);
    // A cohort of another is made after it, whatever their names.
    fixture.done(&["cohort", "create", "a", "--sql", "SELECT case_id FROM cohorts.t2"]);
    fixture
}

fn value(engine: &Connection, sql: &str) -> String {
    let sql = format!("SELECT coalesce(({sql})::VARCHAR, 'null')");
    engine.query_row(&sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// Questions, each to be answered as by `mammodex query`.
const QUESTIONS: &[&str] = &[
    "SELECT count(*) FROM images",
    "SELECT count(*) FROM cases WHERE t_rank(t_stage_code) >= 20",
    "SELECT count(*) FROM t_at_least('1c')",
    "SELECT count(*) FROM cohorts.t2",
    "SELECT count(*) FROM cohorts.a",
    "SELECT count(*) FROM splits.pilot WHERE split = 'train'",
    "SELECT string_agg(measure, ',') FROM diagnostic_accuracy('4')",
    "SELECT count(*) FROM reviews",
];

fn expected(fixture: &Fixture, sql: &str) -> String {
    let out = fixture.done(&["query", "--format", "csv", sql]);
    out.lines().nth(1).unwrap().trim_matches('"').to_owned()
}

#[test]
fn the_script_makes_everything_in_another_duckdb_and_runs_twice() {
    let fixture = prepared();
    let script = fixture.done(&["schema", "--format", "sql"]);
    let engine = Connection::open_in_memory().unwrap();
    for _ in 0..2 {
        engine.execute_batch(&script).unwrap();
    }
    for sql in QUESTIONS {
        assert_eq!(value(&engine, sql), expected(&fixture, sql), "{sql}");
    }
    let comment = |sql: &str| value(&engine, &format!("SELECT any_value(comment) FROM {sql}"));
    assert_eq!(
        comment("duckdb_columns() WHERE table_name = 'patients' AND column_name = 'age_years'"),
        "Age at examination. [year] Null: neither gives an age."
    );
    assert_eq!(
        value(
            &engine,
            "SELECT count(*) FROM duckdb_columns() WHERE table_name IN (SELECT view_name FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal) AND comment IS NULL AND NOT internal"
        ),
        "0",
        "every column has a comment"
    );
    assert_eq!(
        value(
            &engine,
            "SELECT count(*) FROM duckdb_functions() WHERE NOT internal AND comment IS NULL"
        ),
        "0"
    );
}

#[test]
fn one_table_is_a_view_of_its_file_and_ddl_an_empty_table() {
    let fixture = prepared();
    let view = fixture.done(&["schema", "patients", "--format", "sql"]);
    assert!(view.contains("snapshots/000001/patients.parquet"), "{view}");
    assert!(!view.contains("images.parquet"), "{view}");
    let engine = Connection::open_in_memory().unwrap();
    engine.execute_batch(&fixture.done(&["schema", "--format", "ddl"])).unwrap();
    assert_eq!(value(&engine, "SELECT count(*) FROM lesions"), "0");
    let said = fixture.run(&["schema", "nothing", "--format", "sql"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("no table, view or macro \"nothing\""), "{}", said.err);
}

#[test]
fn a_duckdb_file_answers_as_query_does() {
    let fixture = prepared();
    for arguments in [
        &["export", "duckdb", "f.duckdb"][..],
        &["export", "duckdb", "f.duckdb", "--copy", "--force"],
    ] {
        fixture.done(arguments);
        let engine = Connection::open(fixture.dir.path().join("f.duckdb")).unwrap();
        for sql in QUESTIONS {
            assert_eq!(value(&engine, sql), expected(&fixture, sql), "{arguments:?}: {sql}");
        }
    }
    let said = fixture.run(&["export", "duckdb", "f.duckdb"]);
    assert_eq!((said.code, said.err.contains("--force replaces it")), (2, true), "{}", said.err);
    let said = fixture.run(&["export", "duckdb", "f.csv"]);
    assert_eq!((said.code, said.err.contains("use .duckdb, .db")), (2, true), "{}", said.err);
    let said = fixture.run(&["export", "duckdb", "catalog/f.duckdb"]);
    assert_eq!(
        (said.code, said.err.contains("in the catalog's folder")),
        (2, true),
        "{}",
        said.err
    );
    let names = fs::read_dir(fixture.dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let hidden: Vec<_> = names.filter(|name| name.to_string_lossy().starts_with('.')).collect();
    assert!(hidden.iter().all(|name| !name.to_string_lossy().contains("duckdb")), "{hidden:?}");
}

#[test]
fn a_copy_needs_no_catalog() {
    let fixture = prepared();
    fixture.done(&["export", "duckdb", "copy.duckdb", "--copy"]);
    let answers: Vec<String> = QUESTIONS.iter().map(|sql| expected(&fixture, sql)).collect();
    fs::rename(fixture.catalog(), fixture.dir.path().join("elsewhere")).unwrap();
    let engine = Connection::open(fixture.dir.path().join("copy.duckdb")).unwrap();
    for (sql, answer) in QUESTIONS.iter().zip(answers) {
        assert_eq!(value(&engine, sql), answer, "{sql}");
    }
}

#[test]
fn a_cohort_that_does_not_fit_is_reported_and_missing() {
    let fixture = prepared();
    let path = fixture.catalog().join("cohorts/t2.toml");
    let text = fs::read_to_string(&path).unwrap();
    let text: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    fs::write(&path, text.join("\n").replace("t_stage", "no_such_column")).unwrap();
    let said = fixture.run(&["export", "duckdb", "f.duckdb"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.err.contains("excluded: cohort t2"), "{}", said.err);
    let engine = Connection::open(fixture.dir.path().join("f.duckdb")).unwrap();
    assert_eq!(value(&engine, "SELECT count(*) FROM splits.pilot"), "60");
}

/// Two snapshots whose tables do not fit each other, `current` moved between them without pause.
#[test]
fn a_reader_of_the_file_never_sees_two_snapshots() {
    let fixture = prepared();
    fixture.done(&["export", "duckdb", "f.duckdb"]);
    fixture.snapshot(2, "DELETE FROM images; DELETE FROM patients WHERE diagnosis = 'normal'");
    let done = AtomicBool::new(false);
    let swap = || {
        let (current, next) = (fixture.catalog().join("current"), fixture.catalog().join("next"));
        for round in 0.. {
            std::os::unix::fs::symlink(format!("snapshots/{:06}", round % 2 + 1), &next).unwrap();
            fs::rename(&next, &current).unwrap();
            if done.load(Ordering::Relaxed) {
                return round;
            }
        }
        0
    };
    let read = || {
        let engine = Connection::open(fixture.dir.path().join("f.duckdb")).unwrap();
        let sql = "SELECT (SELECT count(*) FROM images) || ' ' || (SELECT count(*) FROM patients) || ' ' || (SELECT count(*) FROM cases)";
        let answers: Vec<String> = (0..200).map(|_| value(&engine, sql)).collect();
        done.store(true, Ordering::Relaxed);
        answers
    };
    let (swaps, answers) = std::thread::scope(|scope| {
        let swaps = scope.spawn(swap);
        let answers = scope.spawn(read).join();
        done.store(true, Ordering::Relaxed);
        (swaps.join().unwrap(), answers.unwrap())
    });
    assert!(swaps > 200, "{swaps} swaps");
    assert!(answers.iter().all(|answer| answer == "236 60 60"), "{answers:?}");
}

/// What Python runs on a file: the answers, one a line.
const READER: &str = "
import sys, duckdb
engine = duckdb.connect(sys.argv[1], read_only=True)
for sql in sys.argv[2:]:
    print(engine.sql(sql).fetchall()[0][0])
";

#[test]
fn the_duckdb_of_python_and_the_duckdb_shell_open_the_file() {
    if !python().args(["-c", "import duckdb"]).output().is_ok_and(|run| run.status.success()) {
        eprintln!("skipped: no Python with duckdb");
        return;
    }
    let fixture = prepared();
    fixture.done(&["export", "duckdb", "f.duckdb"]);
    fixture.done(&["export", "duckdb", "copy.duckdb", "--copy"]);
    let answers: Vec<String> = QUESTIONS.iter().map(|sql| expected(&fixture, sql)).collect();
    let shell = python().get_program().to_os_string();
    let shell = Path::new(&shell).with_file_name("duckdb");
    for file in ["f.duckdb", "copy.duckdb"] {
        let run = python()
            .args(["-c", READER, file])
            .args(QUESTIONS)
            .current_dir(fixture.dir.path())
            .output()
            .unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        assert_eq!(String::from_utf8_lossy(&run.stdout).lines().collect::<Vec<_>>(), answers);
        if !shell.exists() {
            eprintln!("skipped: no duckdb shell beside Python");
            continue;
        }
        for (sql, answer) in QUESTIONS.iter().zip(&answers) {
            let run = Command::new(&shell)
                .args(["-readonly", "-noheader", "-list", file, sql])
                .current_dir(fixture.dir.path())
                .output()
                .unwrap();
            assert_eq!(
                String::from_utf8_lossy(&run.stdout).trim(),
                answer,
                "{sql}: {}",
                String::from_utf8_lossy(&run.stderr)
            );
        }
    }
}
