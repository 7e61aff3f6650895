//! `mammodex query`: the catalog's tables in SQL, in every format.

use std::io::Read;
use std::process::Stdio;

use mammodex::sql;
use mammodex::tables::snapshot::SCHEMA_VERSION;

use crate::fixture::{Fixture, assert_said, python, run_in};

#[test]
fn a_folder_without_a_catalog_says_what_to_run() {
    let dir = tempfile::tempdir().unwrap();
    let said = run_in(dir.path(), &["query", "SELECT 1", "--catalog", "nowhere"], "");
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    insta::assert_snapshot!(said.err, @"mammodex: no catalog at nowhere: run `mammodex index DATASET --catalog nowhere` first");
}

#[test]
fn a_table_counts_its_rows() {
    let fixture = Fixture::new();
    let out = fixture
        .done(&["query", "SELECT diagnosis, count(*) AS n FROM patients GROUP BY 1 ORDER BY 1"]);
    insta::assert_snapshot!(out, @r"
     diagnosis │ n
    ───────────┼────
     benign    │ 12
     malignant │ 12
     normal    │ 36
    (3 rows)
    ");
}

const VALUES: &str = "SELECT 1 AS n, 1.50::DECIMAL(5,2) AS d, 0.1::FLOAT AS f, sum(170141183460469231731687303715884105727) AS h,
    'a,\"b\"' AS quoted, E'two\\nlines' AS broken, '' AS empty, NULL AS nothing, '=1+1' AS formula, '-5' AS number,
    '한글|표' AS wide, DATE '2019-08-12' AS day, TIMESTAMPTZ '2019-08-12 07:13:22.486+09' AS moment, TIME '01:02:03.5' AS clock,
    INTERVAL '14 months 3 days 4 seconds' AS span, [1, NULL] AS list, {'x': 'p, q', 'y': true} AS record,
    MAP {'k': 1} AS map, 'b'::ENUM('a', 'b') AS choice, '\\xAA\\x01ab'::BLOB AS bytes,
    '{\"a\": [1]}'::JSON AS json, uuid '6f1d2c3b-0000-4000-8000-000000000001' AS id, 'nan'::DOUBLE AS nan";

#[test]
fn values_of_every_type_read_well_as_csv() {
    insta::assert_snapshot!(Fixture::new().done(&["query", VALUES, "--format", "csv"]));
}

#[test]
fn values_of_every_type_read_well_as_json() {
    let fixture = Fixture::new();
    let lines = fixture.done(&["query", VALUES, "--format", "jsonl"]);
    insta::assert_snapshot!(lines);
    let array: serde_json::Value =
        serde_json::from_str(&fixture.done(&["query", VALUES, "--format", "json"])).unwrap();
    assert_eq!(array[0], serde_json::from_str::<serde_json::Value>(&lines).unwrap());
    assert_eq!(fixture.done(&["query", "SELECT 1 WHERE false", "--format", "json"]), "[]\n");
}

#[test]
fn values_of_every_type_read_well_as_tables() {
    let fixture = Fixture::new();
    insta::assert_snapshot!("markdown", fixture.done(&["query", VALUES, "--format", "markdown"]));
    insta::assert_snapshot!("table", fixture.done(&["query", VALUES]));
    for format in ["tsv", "line", "latex"] {
        insta::assert_snapshot!(format, fixture.done(&["query", VALUES, "--format", format]));
    }
}

#[test]
fn every_format_says_that_there_are_no_rows() {
    let fixture = Fixture::new();
    let empty = "SELECT 1 AS n, 'x' AS t WHERE false";
    let mut all = String::new();
    for format in ["table", "csv", "tsv", "json", "jsonl", "markdown", "line", "latex"] {
        all.push_str(&format!(
            "{format}:\n{}",
            fixture.done(&["query", empty, "--format", format])
        ));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn latex_sets_every_character_as_it_is() {
    let fixture = Fixture::new();
    let sql = r"SELECT '\ { } $ & # % _ ^ ~ < > | [x] * -- --- `` '''''  AS t, chr(27) AS control";
    insta::assert_snapshot!(fixture.done(&["query", sql, "--format", "latex"]));
}

#[test]
fn parameters_are_values_never_text() {
    let fixture = Fixture::new();
    let count = |condition: &str, parameters: &[&str]| {
        let sql = format!("SELECT count(*) AS n FROM patients WHERE {condition}");
        let mut arguments = vec!["query", "--format", "csv", &sql];
        parameters.iter().for_each(|p| arguments.extend(["--param", p]));
        let said = fixture.run(&arguments);
        said.out.lines().nth(1).map(str::to_owned).ok_or(said.err)
    };
    assert_eq!(count("t_stage >= $t", &["t=2"]), Ok("6".to_owned()));
    // 41 is less than 100 as a number, not as a text.
    assert_eq!(count("age_years < $age", &["age=100"]), Ok("60".to_owned()));
    assert_eq!(count("age_years BETWEEN $a AND $B", &["a=41", "b=43"]), Ok("9".to_owned()));
    assert_eq!(count("diagnosis = $d", &["$d=benign"]), Ok("12".to_owned()));
    assert_eq!(count("diagnosis = $d", &["d=x' OR 'a' = 'a"]), Ok("0".to_owned()));
    assert_eq!(count("diagnosis IN ($1, $2)", &["1=benign", "2=normal"]), Ok("48".to_owned()));
    let wrong = count("t_stage >= $t", &["t=two"]).unwrap_err();
    assert!(wrong.contains("Could not convert string 'two' to INT16"), "{wrong}");
    assert!(count("t_stage >= $t", &[]).unwrap_err().contains("parameter $t has no value"));
    assert!(count("t_stage >= $tt", &["t=2"]).unwrap_err().contains("--param t: no statement"));
    assert!(count("true", &["t"]).unwrap_err().contains("NAME=VALUE"));
    assert!(count("true", &["a b=2"]).unwrap_err().contains("letters, digits"));
    let sql = "SELECT $a AS a; SELECT $b AS b; SELECT $a AS again";
    let out = fixture.done(&["query", "-p", "a=1", "-p", "b==2", sql, "--format", "csv"]);
    assert_eq!(out, "a\n1\n\nb\n'=2\n\nagain\n1\n");
}

#[test]
fn relations_are_there_however_they_are_named() {
    let fixture = Fixture::new();
    for sql in [
        "SELECT count(*) AS n FROM PATIENTS",
        "SELECT count(*) AS n FROM \"patients\"",
        "SELECT count(*) AS n FROM main.patients",
        "FROM query('SELECT count(*) AS n FROM pat' || 'ients')",
        "SELECT count(*) AS n FROM query_table('pat' || 'ients')",
        "CREATE VIEW v AS FROM patients; SELECT count(*) AS n FROM v",
        "CREATE MACRO m() AS TABLE FROM patients; SELECT count(*) AS n FROM m()",
    ] {
        assert_eq!(fixture.done(&["query", sql, "--format", "csv"]), "n\n60\n", "{sql}");
    }
    let tables = fixture.done(&["query", "SHOW TABLES", "--format", "csv"]);
    assert!(tables.contains("breasts\n") && tables.contains("sources\n"), "{tables}");
    let sql = "SELECT count(*) > 6 AS t FROM duckdb_views() WHERE NOT internal";
    assert_eq!(fixture.done(&["query", sql, "--format", "csv"]), "t\ntrue\n");
}

#[test]
fn a_type_that_would_be_shown_wrongly_is_refused() {
    let said = Fixture::new()
        .run(&["query", "SELECT [340282366920938463463374607431768211455::UHUGEINT] AS big"]);
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: column big has type UHUGEINT, which cannot be shown: write big::VARCHAR
    ");
}

#[test]
fn control_characters_are_shown_not_sent() {
    let fixture = Fixture::new();
    let sql = "SELECT chr(27) || '[31mred' || chr(10) || chr(8238) || chr(155) AS \"a\x1bb\"";
    for format in ["table", "markdown"] {
        let out = fixture.done(&["query", sql, "--format", format]);
        assert!(!out.contains(['\x1b', '\u{202e}', '\u{9b}']), "{format}: {out:?}");
        assert!(out.contains("\\x1b[31mred") && out.contains("\\u{202e}\\x9b"), "{format}: {out}");
    }
}

#[test]
fn formulas_are_defused_in_csv_alone() {
    let fixture = Fixture::new();
    let sql = "SELECT unnest(['=cmd', '+1-800', '@x', '-3.5', '－１', 'a=b', chr(9) || 'x']) AS t, -1 AS n";
    let out = fixture.done(&["query", sql, "--format", "csv"]);
    let cells: Vec<&str> = out.lines().skip(1).map(|l| l.rsplit_once(',').unwrap().0).collect();
    assert_eq!(cells, ["'=cmd", "'+1-800", "'@x", "-3.5", "'－１", "a=b", "'\tx"]);
    assert!(out.lines().skip(1).all(|l| l.ends_with(",-1")), "numbers stay: {out}");
    assert!(fixture.done(&["query", sql, "--format", "jsonl"]).contains(r#""t":"=cmd""#));
}

#[test]
fn errors_teach_and_name_the_line_of_the_script() {
    let fixture = Fixture::new();
    let said = fixture.run(&["query", "SELECT 1;\n\nSELECT case_idd\nFROM patients"]);
    assert_said!(said, @r#"
    exit code 2
    --- stdout ---
     1
    ───
     1
    (1 row)
    --- stderr ---
    mammodex: Binder Error: Referenced column "case_idd" not found in FROM clause!
    Candidate bindings: "case_id", "discarded", "birads_left_code", "source_file", "n_stage_code"

    LINE 3: SELECT case_idd
                   ^
    hint: did you mean case_id, a column of patients?
    "#);
    assert_said!(fixture.run(&["query", "FROM patinets"]), @r#"
        exit code 2
        --- stderr ---
        mammodex: Catalog Error: Table with name patinets does not exist!
        Did you mean "patients"?

        LINE 1: FROM patinets
                     ^
        "#);
    assert_eq!(fixture.run(&["query", " -- nothing\n;"]).code, 2);
}

#[test]
fn a_query_that_fails_on_its_way_is_an_error_and_leaves_no_file() {
    let fixture = Fixture::new();
    // With several threads the word of one that was stopped may come before that of the one that failed.
    let sql = "SET threads = 1; SELECT CASE WHEN range = 900000 THEN error('boom') ELSE '' END FROM range(1000000)";
    let said = fixture.run(&["query", sql, "-o", "x.csv"]);
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: Invalid Input Error: boom
    ");
    let names = std::fs::read_dir(fixture.dir.path()).unwrap().map(|e| e.unwrap().file_name());
    assert!(!names.map(|n| n.to_string_lossy().into_owned()).any(|n| n.contains("x.csv")));
}

#[test]
fn statements_come_from_a_file_or_from_standard_input() {
    let fixture = Fixture::new();
    let script = "CREATE TEMP TABLE t AS SELECT ';' AS a; /* ; */ FROM t; SELECT $$;$$ AS b -- ;";
    std::fs::write(fixture.dir.path().join("q.sql"), script).unwrap();
    let expected = "a\n;\n\nb\n;\n";
    assert_eq!(fixture.done(&["query", "-f", "q.sql", "--format", "csv"]), expected);
    let said = fixture.run_with(&["query", "--format", "csv"], script);
    assert_eq!((said.code, said.out.as_str()), (0, expected));
    assert_said!(fixture.run(&["query", "-f", "none.sql"]), @r"
        exit code 2
        --- stderr ---
        mammodex: cannot read none.sql: No such file or directory (os error 2)
        ");
    let said = fixture.run(&["query", "SELECT 1; SELECT 2", "--format", "json"]);
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: a json file holds one result, and 2 statements return rows
    ");
}

#[test]
fn the_name_of_the_file_gives_the_format() {
    let fixture = Fixture::new();
    for (name, start) in
        [("a.csv", "n\n1\n"), ("a.jsonl", "{\"n\":1}\n"), ("a.md", "| n |"), ("a.txt", " n\n")]
    {
        assert_eq!(fixture.done(&["query", "SELECT 1 AS n", "-o", name]), "");
        let text = std::fs::read_to_string(fixture.dir.path().join(name)).unwrap();
        assert!(text.starts_with(start), "{name}: {text}");
    }
    fixture.done(&["query", VALUES, "-o", "a.parquet"]);
    let sql = "SELECT h, list, record.x, day, moment, span FROM 'a.parquet'";
    insta::assert_snapshot!(fixture.done(&["query", sql, "--format", "jsonl"]), @r#"{"h":170141183460469231731687303715884105727,"list":[1,null],"x":"p, q","day":"2019-08-12","moment":"2019-08-11 22:13:22.486+00","span":"1 year 2 months 3 days 00:00:04"}"#);
    assert_said!(fixture.run(&["query", "SELECT 1", "-o", "no/a.csv"]), @r"
        exit code 2
        --- stderr ---
        mammodex: cannot write no/a.csv: its folder does not exist
        ");
    fixture.done(&["query", "SELECT 1", "-o", "/dev/null"]);
}

#[test]
fn an_older_snapshot_stays_open_to_questions() {
    let fixture = Fixture::new();
    fixture.snapshot(2, "DELETE FROM patients WHERE diagnosis = 'benign'");
    let count = ["query", "SELECT count(*) AS n FROM patients", "--format", "csv"];
    assert_eq!(fixture.done(&count), "n\n48\n");
    assert_eq!(fixture.done(&[&count[..], &["--snapshot", "1"]].concat()), "n\n60\n");
    let said = fixture.run(&[&count[..], &["--snapshot", "7"]].concat());
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: the catalog at catalog has no snapshot 7; snapshots: 1, 2
    ");
}

#[test]
fn a_snapshot_of_another_version_is_refused() {
    let fixture = Fixture::new();
    let path = fixture.catalog().join("current/snapshot.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let version = format!("\"schema_version\": {SCHEMA_VERSION}");
    std::fs::write(&path, text.replace(&version, "\"schema_version\": 99")).unwrap();
    let said = fixture.run(&["query", "SELECT 1"]);
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: the snapshot at [DIR]/catalog/snapshots/000001 has tables of version 99, this mammodex reads version 2: run `mammodex index [DIR]/data --catalog [DIR]/catalog`, which writes a new snapshot
    ");
    std::fs::write(&path, "{").unwrap();
    assert_said!(fixture.run(&["query", "SELECT 1"]), @r"
        exit code 2
        --- stderr ---
        mammodex: [DIR]/catalog/snapshots/000001/snapshot.json: EOF while parsing an object at line 1 column 1; run `mammodex index DATASET --catalog [DIR]/catalog` again
        ");
    std::fs::write(&path, text).unwrap();
    std::fs::remove_file(fixture.catalog().join("current/images.parquet")).unwrap();
    assert_said!(fixture.run(&["query", "SELECT 1"]), @r"
        exit code 2
        --- stderr ---
        mammodex: [DIR]/catalog/snapshots/000001/images.parquet: the file is missing; run `mammodex index DATASET --catalog [DIR]/catalog` again
        ");
}

#[test]
fn a_folder_with_wildcards_and_quotes_in_its_name_opens() {
    let fixture = Fixture::new();
    let odd = fixture.dir.path().join("it's [a] *odd? year=2020");
    std::fs::create_dir(&odd).unwrap();
    let place = odd.join("catalog");
    std::fs::rename(fixture.catalog(), &place).unwrap();
    let place = place.to_str().unwrap();
    let sql = "SELECT count(*) AS n FROM images";
    assert_eq!(fixture.done(&["query", sql, "--format", "csv", "--catalog", place]), "n\n236\n");
}

#[test]
fn a_plan_is_drawn_and_a_summary_fits() {
    let fixture = Fixture::new();
    for sql in ["EXPLAIN FROM patients", "EXPLAIN ANALYZE FROM patients"] {
        let out = fixture.done(&["query", sql]);
        assert!(out.lines().count() > 5 && !out.contains("\\n"), "{out}");
    }
    assert!(fixture.done(&["query", "SUMMARIZE patients"]).contains("approx_unique"));
    assert!(fixture.done(&["query", "DESCRIBE patients"]).contains("t_stage_code"));
}

#[test]
fn a_closed_pipe_is_no_error() {
    let fixture = Fixture::new();
    let mut child = crate::fixture::command()
        .args(["query", "FROM range(5000000)", "--format", "csv"])
        .current_dir(fixture.dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut few = [0; 16];
    child.stdout.take().unwrap().read_exact(&mut few).unwrap();
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(done.stderr.is_empty());
}

#[test]
fn scripts_are_split_where_duckdb_ends_a_statement() {
    let texts = |s: &str| -> Vec<String> {
        sql::statements(s).into_iter().map(|s| s.sql.trim().to_owned()).collect()
    };
    assert_eq!(texts("a; b ;; -- c;\n"), ["a", "b"]);
    assert_eq!(
        texts("';' || \";\" || E'\\';' || $x$;$$;$x$ || a$1;z"),
        ["';' || \";\" || E'\\';' || $x$;$$;$x$ || a$1", "z"]
    );
    assert_eq!(texts("'it''s;';b"), ["'it''s;'", "b"]);
    assert_eq!(texts("/* /* ; */ ; */ a"), ["/* /* ; */ ; */ a"]);
    assert_eq!(texts("'한글;'; '끝"), ["'한글;'", "'끝"]);
    for (text, complete) in [
        ("", true),
        ("-- x", true),
        ("select 1;", true),
        ("select 1; -- x", true),
        ("select ';", false),
        ("select 1", false),
        ("/* ;", false),
        ("a; b", false),
        ("select $$;", false),
    ] {
        assert_eq!(sql::is_complete(text), complete, "{text:?}");
    }
    assert_eq!(sql::Statement::new(" -- x\n/* y */ Select 1").word, "select");
}

#[test]
fn python_reads_the_same_values() {
    let fixture = Fixture::new();
    let sql = "SELECT case_id, diagnosis, age_years, t_stage_code, views, discarded FROM patients ORDER BY case_id";
    fixture.done(&["query", sql, "-o", "p.parquet"]);
    fixture.done(&["query", sql, "-o", "p.csv"]);
    let program = "import duckdb\nq='select case_id, diagnosis, age_years::int, t_stage_code, views::varchar, discarded from '\n\
        a=duckdb.sql(q+\"'p.parquet'\").fetchall()\n\
        assert a==duckdb.sql(q+\"read_csv('p.csv')\").fetchall()\n\
        assert a==duckdb.sql(q+\"'catalog/current/patients.parquet' order by 1\").fetchall()\nprint(len(a))";
    let python = python().args(["-c", program]).current_dir(fixture.dir.path()).output();
    match python {
        Ok(out) if out.status.success() => assert_eq!(String::from_utf8_lossy(&out.stdout), "60\n"),
        Ok(out) if String::from_utf8_lossy(&out.stderr).contains("ModuleNotFoundError") => {
            eprintln!("skipped: Python has no duckdb");
        }
        Ok(out) => panic!("{}", String::from_utf8_lossy(&out.stderr)),
        Err(_) => eprintln!("skipped: there is no python3"),
    }
}
