//! `--safe`: statements of strangers read the catalog and do nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use duckdb::Connection;
use mammodex::catalog::{Catalog, Confinement, confine};
use mammodex::sql;

use crate::fixture::{Fixture, Said, assert_said, mammodex};

const HOSTILE: &str = include_str!("hostile.txt");
/// What no output may hold; in every file that a statement could reach, and in the environment.
const CANARY: &str = "CANARY-7f3a91";

/// The list's statements: whether each is refused, and its text.
fn hostile(dir: &Path) -> Vec<(bool, String)> {
    let mut refused = true;
    let mut list = Vec::new();
    for line in HOSTILE.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix("== ") {
            Some(heading) => refused = heading == "refused",
            None => {
                let text = line
                    .replace("{dir}", dir.to_str().unwrap())
                    .replace("{esc}", "\x1b")
                    .replace("{cr}", "\r");
                list.push((refused, text));
            }
        }
    }
    list
}

/// A catalog beside files that are none of its business.
fn guarded() -> Fixture {
    let fixture = Fixture::new();
    fixture.done(&["cohort", "create", "m", "--diagnosis", "malignant", "--note", CANARY]);
    fixture.done(&["split", "create", "s", "--cohort", "m", "--ratios", "a=1"]);
    let dir = fixture.dir.path();
    fs::write(dir.join("secret.csv"), format!("a\n{CANARY}\n")).unwrap();
    fs::write(dir.join("secret.json"), format!("{{\"a\": \"{CANARY}\"}}\n")).unwrap();
    let db = Connection::open(dir.join("other.duckdb")).unwrap();
    let copy = format!(
        "CREATE TABLE secrets AS SELECT '{CANARY}' AS a; COPY secrets TO '{}' (FORMAT parquet)",
        dir.join("secret.parquet").display()
    );
    db.execute_batch(&copy).unwrap();
    fixture
}

/// Every file below a folder with its content.
fn files(dir: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() {
            files(&path, found);
        } else {
            let content = fs::read(&path).unwrap_or_default();
            found.insert(path.to_string_lossy().into_owned(), content);
        }
    }
}

fn standing(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    files(dir, &mut found);
    found
}

/// Runs the binary with a secret in its environment, and its home and temporary folder watched.
fn run(fixture: &Fixture, arguments: &[&str], input: &str) -> Said {
    let dir = fixture.dir.path();
    let mut command = mammodex(dir);
    command.args(arguments).env("TMPDIR", dir).env("MAMMODEX_SECRET", CANARY);
    crate::fixture::run(&mut command, dir, input)
}

#[test]
fn hostile_statements_are_refused_or_defused() {
    let fixture = guarded();
    let before = standing(fixture.dir.path());
    let list = hostile(fixture.dir.path());
    assert!(list.iter().filter(|(refused, _)| *refused).count() >= 250);
    let mut wrong = Vec::new();
    for (refused, sql) in &list {
        // A file, so that a text that begins with a dash is no option.
        let said = run(&fixture, &["query", "--safe", "--format", "table"], sql);
        let leaked = said.out.contains(CANARY) || said.err.contains(CANARY);
        let raw = [&said.out, &said.err].iter().any(|t| t.contains(['\x1b', '\u{9b}', '\u{202e}']));
        let code = if *refused { 2 } else { 0 };
        if said.code != code || leaked || raw {
            wrong.push(format!("{sql}\n  {} {} {}", said.code, said.out, said.err));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(standing(fixture.dir.path()) == before, "a file was written, changed or removed");
}

#[test]
fn no_session_changes_the_catalog_or_the_data_set() {
    let fixture = guarded();
    let dir = fixture.dir.path();
    std::os::unix::fs::symlink(fixture.catalog(), dir.join("link")).unwrap();
    fs::create_dir(dir.join("script")).unwrap();
    fs::write(
        dir.join("script/schema.sql"),
        format!("COPY (SELECT 1) TO '{}/catalog/evil.csv';", dir.display()),
    )
    .unwrap();
    fs::write(dir.join("script/load.sql"), "").unwrap();
    std::env::set_current_dir(dir).unwrap();
    let (catalog_before, data_before) = (standing(&fixture.catalog()), standing(&fixture.root()));
    let network = ["INSTALL", "FORCE", "LOAD", "UPDATE EXTENSIONS"];
    for (_, text) in hostile(dir).iter().filter(|(_, text)| !text.contains("((((")) {
        if network.iter().any(|word| text.starts_with(word)) {
            continue;
        }
        let catalog = Catalog::open(&fixture.catalog(), None).unwrap();
        let drain = |sql: &str| {
            let Ok(mut rows) = catalog.query(sql) else { return };
            while let Ok(Some(_)) = rows.next_batch() {}
        };
        drain(text);
        let statements = sql::statements(text);
        statements.iter().for_each(|statement| drain(&statement.sql));
        drain("EXECUTE p");
        drain("EXECUTE p(1)");
        drain("SELECT count(*) FROM patients");
        assert!(standing(&fixture.catalog()) == catalog_before, "{text:?} changed the catalog");
    }
    assert!(standing(&fixture.root()) == data_before, "a file of the data set changed");
    let again = Catalog::open(&fixture.catalog(), None).unwrap();
    assert_eq!(again.count("SELECT count(*) FROM patients").unwrap(), 60);
}

#[test]
fn the_catalog_answers_right_after_hostile_statements() {
    let fixture = guarded();
    let before = standing(fixture.dir.path());
    let count = "SELECT (SELECT count(*) FROM patients) AS patients, (SELECT count(*) FROM images) AS images, \
                 (SELECT count(*) FROM cohorts.m) AS m, (SELECT count(*) FROM splits.s) AS s;\n";
    let mut input = String::new();
    for (_, sql) in hostile(fixture.dir.path()).iter().filter(|(_, sql)| !sql.contains("((((")) {
        input.push_str(&format!("{sql}\n;\n"));
    }
    input.push_str(count);
    let said = run(&fixture, &["shell", "--safe", "--format", "csv"], &input);
    assert!(said.out.ends_with("patients,images,m,s\n60,236,12,12\n"), "{}", said.out);
    assert!(!said.out.contains(CANARY) && !said.err.contains(CANARY), "{}{}", said.out, said.err);
    let after = standing(fixture.dir.path());
    assert!(after == before, "a file was written, changed or removed");
}

#[test]
fn questions_work_in_a_safe_session() {
    let fixture = guarded();
    for sql in [
        "SELECT count(*) FROM patients",
        "FROM images ORDER BY path LIMIT 3",
        "WITH m AS (FROM cohorts.m) SELECT count(*) FROM m JOIN splits.s USING (case_id)",
        "(SELECT 1) UNION ALL VALUES (2)",
        "SELECT 1; -- two\nSELECT 2;",
        "DESCRIBE patients",
        "SHOW TABLES",
        "SUMMARIZE breasts",
        "EXPLAIN SELECT count(*) FROM patients",
        "EXPLAIN ANALYZE SELECT count(*) FROM patients",
        "EXPLAIN (FORMAT json) SELECT count(*) FROM patients",
        "PIVOT patients ON diagnosis IN ('benign', 'normal') USING count(*)",
        "SELECT unnest(views) AS view FROM patients LIMIT 2",
        "FROM range(3)",
    ] {
        let said = run(&fixture, &["query", "--safe", sql], "");
        assert_eq!(said.code, 0, "{sql}: {}", said.err);
    }
    let arguments = ["query", "--safe", "--format", "csv", "-p", "d=benign", "-o", "own.csv"];
    let sql = "SELECT count(*) AS n FROM patients WHERE diagnosis = $d";
    let said = run(&fixture, &[&arguments[..], &[sql]].concat(), "");
    assert_eq!(said.code, 0, "one's own -o stays: {}", said.err);
    assert_eq!(fs::read_to_string(fixture.dir.path().join("own.csv")).unwrap(), "n\n12\n");
}

#[test]
fn a_refusal_says_what_is_let_through() {
    let fixture = Fixture::new();
    let said = fixture.run(&["query", "--safe", "EXPLAIN ANALYZE COPY patients TO 'x'"]);
    insta::assert_snapshot!(said.err, @"mammodex: --safe accepts only queries that read the catalog (SELECT, FROM, WITH, VALUES, DESCRIBE, SHOW, SUMMARIZE, EXPLAIN), not COPY");
    let said = fixture.run(&["query", "--safe", "FROM read_text('x')"]);
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: --safe accepts only queries that read the catalog (SELECT, FROM, WITH, VALUES, DESCRIBE, SHOW, SUMMARIZE, EXPLAIN), not the function read_text
    ");
    let said = fixture.run(&["query", "--safe", "SELECT 1;\n\nSELECT 2,\n  3 +, 4"]);
    insta::assert_snapshot!(said.err, @r#"
    mammodex: Parser Error: syntax error at or near ","

    LINE 4:   3 +, 4
                 ^
    "#);
}

#[test]
fn a_folder_with_wildcards_in_its_name_opens_safely() {
    let fixture = Fixture::new();
    let odd = fixture.dir.path().join("it's [a] *odd?");
    fs::create_dir(&odd).unwrap();
    let place = odd.join("catalog");
    fs::rename(fixture.catalog(), &place).unwrap();
    let place = place.to_str().unwrap();
    let sql = "SELECT count(*) AS n FROM images";
    let out = fixture.done(&["query", "--safe", sql, "--format", "csv", "--catalog", place]);
    assert_eq!(out, "n\n236\n");
}

#[test]
fn a_cohort_whose_file_was_tampered_with_is_left_out() {
    let fixture = guarded();
    let path = fixture.catalog().join("cohorts/m.toml");
    let text = fs::read_to_string(&path).unwrap();
    let secret = fixture.dir.path().join("secret.csv");
    let evil = format!("SELECT a AS case_id FROM read_csv('{}')", secret.display());
    let start = text.find("sql = ").unwrap();
    fs::write(&path, format!("{}sql = \"{evil}\"\n", &text[..start])).unwrap();
    let said = run(&fixture, &["query", "--safe", "FROM cohorts.m"], "");
    assert_eq!(said.code, 2);
    assert!(!said.out.contains(CANARY) && !said.err.contains(CANARY), "{}", said.err);
}

#[test]
fn nobody_changes_the_catalog() {
    let fixture = Fixture::new();
    let before = standing(&fixture.catalog());
    let inside = fixture.catalog().join("current/patients.parquet");
    std::os::unix::fs::symlink(fixture.catalog(), fixture.dir.path().join("link")).unwrap();
    let into = |target: &str| format!("COPY (SELECT 1 AS a) TO {target}");
    for sql in [
        "DROP VIEW patients".to_owned(),
        "DROP VIEW main.\"patients\"".to_owned(),
        "CREATE OR REPLACE VIEW patients AS SELECT 1 AS a".to_owned(),
        "CREATE TEMP VIEW Patients AS SELECT 1 AS a".to_owned(),
        "CREATE TEMP TABLE patients AS SELECT 1 AS a".to_owned(),
        "ALTER VIEW patients RENAME TO gone".to_owned(),
        "PREPARE p AS DROP VIEW patients; EXECUTE p".to_owned(),
        "INSERT INTO patients BY NAME SELECT 'x' AS case_id".to_owned(),
        "DELETE FROM patients".to_owned(),
        "EXPORT DATABASE 'catalog'".to_owned(),
        into(&format!("'{}'", inside.display())),
        into("'catalog/snapshots/../current/patients.parquet'"),
        into("'link/current/patients.parquet'"),
        into("'catalog/current/x' (FORMAT parquet, PARTITION_BY a)"),
        into("'.' (FORMAT parquet, PARTITION_BY a, OVERWRITE)"),
        into("$$catalog/current/patients.parquet$$"),
        into("('catalog/current' || '/patients.parquet')"),
        into("E'catalog/current/patients\\x2eparquet'"),
        format!("PREPARE p AS {}; EXECUTE p", into("'catalog/current/patients.parquet'")),
        format!("EXPLAIN ANALYZE {}", into("'catalog/current/patients.parquet'")),
    ] {
        let input = format!("{sql};\nSELECT count(*) AS n FROM patients;");
        let said = fixture.run_with(&["shell", "--format", "csv"], &input);
        assert!(said.code == 1 && said.out.ends_with("n\n60\n"), "{sql}: {}{}", said.out, said.err);
    }
    assert!(standing(&fixture.catalog()) == before, "a file of the catalog changed");
    fixture.done(&[
        "query",
        "COPY (SELECT 1 AS a) TO 'mine.csv'; CREATE VIEW mine AS FROM patients; FROM mine",
    ]);
    assert_eq!(fs::read_to_string(fixture.dir.path().join("mine.csv")).unwrap(), "a\n1\n");
}

#[test]
fn a_statement_stops_when_its_time_is_over() {
    let fixture = Fixture::new();
    let endless = "SELECT count(*) FROM range(100000000000) a, range(1000) b";
    for sql in [endless, "FROM range(100000000000)"] {
        let said = fixture.run(&["query", "--timeout", "0.2", sql, "-o", "x.csv"]);
        assert_eq!(said.code, 2);
        assert_eq!(said.err, "mammodex: stopped: the statement took longer than 0.2 s\n");
    }
    assert!(!fixture.dir.path().join("x.csv").exists());
    let input = format!("{endless};\nSELECT 1 AS n;");
    let said = fixture.run_with(&["shell", "--timeout", "0.2", "--format", "csv"], &input);
    assert_eq!((said.code, said.out.as_str()), (1, "n\n1\n"));
    assert_eq!(
        fixture.done(&["query", "--timeout", "60", "SELECT 1 AS n", "--format", "csv"]),
        "n\n1\n"
    );
}

#[test]
fn a_statement_that_cannot_be_interrupted_ends_the_program() {
    let fixture = Fixture::new();
    // One call of one function, on two texts of 300,000 letters.
    let sql = "SELECT levenshtein(repeat('a', 300000), repeat('b', 300000))";
    let said = fixture.run(&["query", "--timeout", "0.1", sql, "-o", "cut.csv"]);
    let left = std::fs::read_dir(fixture.dir.path()).unwrap().flatten();
    let left: Vec<_> = left.map(|entry| entry.file_name().into_string().unwrap()).collect();
    assert!(!left.iter().any(|name| name.contains("cut.csv")), "{left:?}");
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: stopped: the statement took longer than 0.1 s, and would not end
    ");
}

#[test]
fn what_is_too_deep_crashes_nothing() {
    let fixture = Fixture::new();
    for (open, close) in [("[", "]"), ("(", ")"), ("abs(", ")"), ("(SELECT ", ")"), ("- ", "")] {
        let deep = format!("SELECT {}1{}", open.repeat(900), close.repeat(900));
        let said = fixture.run_with(&["query", "--safe", "--timeout", "20"], &deep);
        assert!(matches!(said.code, 0 | 2), "{open}: {} {}", said.code, said.err);
        let deep = format!("SELECT {}1{}", open.repeat(10), close.repeat(10));
        let said = fixture.run_with(&["query", "--safe", "--timeout", "60"], &deep);
        assert_eq!(said.code, 0, "{open}: {}", said.err);
    }
}

#[test]
fn memory_has_a_limit() {
    let fixture = Fixture::new();
    let arguments = ["query", "--safe", "--memory", "100MB", "--threads", "1"];
    // The last two are values that DuckDB does not count.
    for sql in [
        "SELECT count(DISTINCT range) FROM range(100000000)",
        "SELECT length(repeat('x', 3000000000))",
        "SELECT repeat('x', 100000000) FROM range(100)",
    ] {
        let said = fixture.run(&[&arguments[..], &[sql, "-o", "x.csv"]].concat());
        assert!(said.code == 2 && said.err.contains("Out of Memory"), "{sql}: {}", said.err);
    }
    let sql = "SELECT current_setting('memory_limit') AS m, current_setting('threads') AS t";
    let out = fixture.done(&[&arguments[..], &[sql, "--format", "csv"]].concat());
    assert_eq!(out, "m,t\n95.3 MiB,1\n");
    for (option, value) in
        [("--memory", "5XB"), ("--memory", "x"), ("--timeout", "-1"), ("--threads", "0")]
    {
        let said = fixture.run(&["query", "SELECT 1", &format!("{option}={value}")]);
        assert!(said.code == 2 && said.err.contains(option), "{}", said.err);
    }
}

/// Replaces a line of a TOML file that begins with a key.
fn tamper(path: &Path, key: &str, value: &str) {
    let text = fs::read_to_string(path).unwrap();
    let mut table: toml::Table = text.parse().unwrap();
    table.insert(key.to_owned(), toml::Value::String(value.to_owned()));
    fs::write(path, toml::to_string(&table).unwrap()).unwrap();
}

#[test]
fn sql_in_a_file_of_the_catalog_is_one_query_of_its_tables_or_not_run() {
    let fixture = guarded();
    let path = fixture.catalog().join("cohorts/m.toml");
    let saved = fs::read_to_string(&path).unwrap();
    let before = |fixture: &Fixture| standing(&fixture.root()).len();
    let files = before(&fixture);
    let secret = fixture.dir.path().join("secret");
    for sql in [
        "SELECT case_id FROM patients)); COPY (SELECT 'it ran') TO 'it-ran.csv'; SELECT 1 WHERE 1 IN (SELECT 1 FROM (SELECT 1".to_owned(),
        "COPY (SELECT 'it ran') TO 'it-ran.csv'".to_owned(),
        "SELECT case_id FROM patients; COPY (SELECT 1) TO 'it-ran.csv'".to_owned(),
        format!("SELECT a AS case_id FROM read_csv('{}.csv')", secret.display()),
        format!("SELECT a AS case_id FROM '{}.csv'", secret.display()),
        format!("SELECT a AS case_id FROM read_parquet('{}.parquet')", secret.display()),
        "SELECT a AS case_id FROM \"secret.csv\"".to_owned(),
        "SELECT a AS case_id FROM secret.csv".to_owned(),
        "SELECT case_id FROM patients WHERE (SELECT count(*) FROM enable_logging(storage = 'file', storage_path = 'it-ran.csv')) = 0".to_owned(),
        "SELECT content AS case_id FROM query('FROM read_text(''secret.csv'')')".to_owned(),
        "FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))".to_owned(),
    ] {
        tamper(&path, "sql", &sql);
        for arguments in [
            &["query", "SHOW TABLES"][..],
            &["query", "FROM cohorts.m"],
            &["query", "FROM cohorts.n"],
            &["query", "SELECT case_idd FROM patients"],
            &["query", "--safe", "FROM cohorts.m"],
            &["cohort", "show", "m"],
            &["cohort", "list"],
            &["split", "create", "t", "--cohort", "m", "--ratios", "a=1"],
            &["table1", "m"],
            &["manifest", "create", "m", "-o", "m.csv"],
        ] {
            let said = run(&fixture, arguments, "");
            let text = format!("{}{}", said.out, said.err);
            assert!(!text.contains(CANARY), "{sql}: {arguments:?}: {text}");
            assert!(!fixture.dir.path().join("it-ran.csv").exists(), "{sql}: {arguments:?} ran it");
        }
        let said = run(&fixture, &["shell", "--format", "csv"], "SELECT 1;\n.tables\n.cohort show m\n");
        assert!(said.out.starts_with("1\n1\n") && !said.out.contains(CANARY), "{}", said.out);
        assert!(!fixture.dir.path().join("it-ran.csv").exists(), "{sql}: the shell ran it");
        let said = run(&fixture, &["query", "FROM cohorts.m"], "");
        assert!(said.code == 2 && said.err.contains("m.toml"), "{sql}: {}", said.err);
    }
    fs::write(&path, saved).unwrap();
    let split = fixture.catalog().join("splits/s.toml");
    let text = fs::read_to_string(&split).unwrap();
    let (text, _checksum) = text.trim_end().rsplit_once('\n').unwrap();
    fs::write(&split, text.replace("name = \"a\"", "name = \"../../../escaped\"")).unwrap();
    let said =
        run(&fixture, &["manifest", "create", "s", "--format", "imagefolder", "-o", "x"], "");
    assert_said!(said, @r#"
    exit code 2
    --- stderr ---
    mammodex: catalog/splits/s.toml: "../../../escaped" is not a valid name of a part
    "#);
    assert_eq!(before(&fixture), files);
    let said = run(
        &fixture,
        &["cohort", "create", "f", "--sql", "SELECT a AS case_id FROM 'secret.csv'"],
        "",
    );
    assert_said!(said, @r#"
    exit code 2
    --- stderr ---
    mammodex: --sql: its SQL reads the file "secret.csv"; only a query of the catalog's own tables, cohorts and splits is run
    "#);
}

#[test]
fn the_kernel_lets_a_safe_session_read_the_catalog_and_nothing_else() {
    let fixture = guarded();
    let dir = fixture.dir.path();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let confinement = confine(&[fixture.catalog()], &[]).unwrap();
    if confinement == Confinement::None {
        return eprintln!("this kernel has no Landlock");
    }
    assert!(fs::read(dir.join("secret.csv")).is_err());
    assert!(fs::read_dir(dir).is_err());
    assert!(fs::write(dir.join("written.csv"), "x").is_err());
    assert!(fs::write(fixture.catalog().join("written.csv"), "x").is_err());
    assert!(fs::remove_file(fixture.catalog().join("cohorts/m.toml")).is_err());
    if confinement == Confinement::Full {
        assert!(std::net::TcpStream::connect(address).is_err());
    }
    // Even an engine without walls of its own reads no other file.
    let catalog = Catalog::open(&fixture.catalog(), None).unwrap();
    assert_eq!(catalog.count("SELECT count(*) FROM patients").unwrap(), 60);
    let secret = format!("FROM read_text('{}')", dir.join("secret.csv").display());
    assert!(catalog.texts(&secret).is_err());
    let copy = format!("COPY patients TO '{}'", dir.join("copy.csv").display());
    assert!(catalog.texts(&copy).is_err());
}
