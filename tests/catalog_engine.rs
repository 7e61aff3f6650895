//! The engine of a session: what is made when a statement names it, what streams, what is left behind.

use std::fs;
use std::process::Command;

use mammodex::catalog::{Catalog, CatalogError};
use mammodex::cohort::COHORT_VIEWS;
use mammodex::split::SPLIT_VIEWS;

use crate::fixture::{Fixture, assert_said};

#[test]
fn a_cohort_that_was_replaced_is_the_new_one() {
    let fixture = Fixture::new();
    fixture.done(&["cohort", "create", "c", "--diagnosis", "malignant"]);
    fixture.done(&["cohort", "create", "of-c", "--sql", "FROM cohorts.c WHERE age_years > 45"]);
    let catalog =
        Catalog::open(&fixture.catalog(), None).unwrap().with_saved(&[COHORT_VIEWS, SPLIT_VIEWS]);
    let count = |sql| catalog.count(sql).unwrap();
    let both =
        "SELECT (SELECT count(*) FROM cohorts.c) * 100 + (SELECT count(*) FROM cohorts.\"of-c\")";
    assert_eq!(count(both), 1207);
    fixture.done(&["cohort", "create", "c", "--diagnosis", "benign", "--force"]);
    assert_eq!(
        count("SELECT count(DISTINCT diagnosis) FROM cohorts.c WHERE diagnosis = 'benign'"),
        1
    );
    fixture.done(&["cohort", "create", "late", "--where", "t_stage >= 2"]);
    assert_eq!(count("SELECT count(*) FROM Cohorts . \"LATE\""), 6);
}

#[test]
fn an_order_is_no_question_what_there_is() {
    let fixture = Fixture::new();
    fixture.done(&["cohort", "create", "a", "--where", "true"]);
    fixture.done(&["cohort", "create", "b", "--sql", "FROM cohorts.a"]);
    fixture.done(&["cohort", "drop", "a"]);
    let catalog =
        Catalog::open(&fixture.catalog(), None).unwrap().with_saved(&[COHORT_VIEWS, SPLIT_VIEWS]);
    catalog.texts("SELECT case_id FROM images ORDER BY path DESC LIMIT 3").unwrap();
    assert_eq!(catalog.take_unfit(), [""; 0]);
    catalog.texts("DESC").unwrap();
    assert_eq!(catalog.take_unfit().len(), 1);
}

#[test]
fn what_a_rolled_back_transaction_named_is_still_there() {
    let fixture = Fixture::new();
    fixture.done(&["cohort", "create", "c", "--diagnosis", "malignant"]);
    let asked = "SELECT count(*) AS n FROM images JOIN cohorts.c USING (case_id)";
    let script = format!("BEGIN; {asked}; ROLLBACK; {asked}");
    let out = fixture.done(&["query", "--format", "csv", &script]);
    assert_eq!(out, "n\n48\n\nn\n48\n");
}

#[test]
fn many_rows_stream_through_a_limit() {
    let fixture = Fixture::new();
    let catalog = Catalog::open(&fixture.catalog(), None).unwrap();
    let plan = |sql: &str| {
        let rows = catalog.texts(&format!("EXPLAIN {sql}")).unwrap();
        rows.into_iter().flatten().flatten().collect::<String>()
    };
    // Rows that are gathered first come from a join.
    assert!(!plan("SELECT * FROM images LIMIT 1_000").contains("JOIN"));
    assert!(plan("SELECT * FROM images ORDER BY path LIMIT 10").contains("JOIN"));
    catalog.texts("SET disabled_optimizers = 'top_n'").unwrap();
    plan("SELECT * FROM images limit 1000");
    let after = catalog.texts("SELECT current_setting('disabled_optimizers')").unwrap();
    assert_eq!(after, [[Some("top_n".to_owned())]]);
}

#[test]
fn what_did_not_fit_in_memory_is_gone_with_the_program() {
    let fixture = Fixture::new();
    let folder = fixture.dir.path().join("tmp");
    fs::create_dir(&folder).unwrap();
    let spilt = "SET threads = 1; SET memory_limit = '150MB';
        SELECT count(*) AS n FROM (SELECT repeat(i::VARCHAR, 30) AS s FROM range(1_500_000) t(i) ORDER BY s);
        SELECT count(*) > 0 AS spilt FROM duckdb_temporary_files()";
    let held = "SET memory_limit = '150MB'; CREATE TEMP TABLE t AS
        SELECT i, repeat(md5(i::VARCHAR), 8) AS s FROM range(1_000_000) t(i);
        SELECT count(*) > 0 AS spilt FROM duckdb_temporary_files()";
    for (sql, last) in [(spilt, "n\n1500000\n"), (held, "spilt\ntrue\n")] {
        let out = crate::fixture::command()
            .args(["query", "--format", "csv", sql])
            .current_dir(fixture.dir.path())
            .env("TMPDIR", &folder)
            .env("MAMMODEX_CONFIG", "")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&out.stdout);
        assert!(said.contains(last), "{said}{}", String::from_utf8_lossy(&out.stderr));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_nothing_behind() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::ExitStatusExt;
    let fixture = Fixture::new();
    let folder = fixture.dir.path().join("tmp");
    fs::create_dir(&folder).unwrap();
    let mut child = crate::fixture::command()
        .args([
            "query",
            "-o",
            "sum.csv",
            "SELECT sum(a.i * b.i) FROM range(10_000_000) a(i), range(10_000_000) b(i)",
        ])
        .current_dir(fixture.dir.path())
        .env("TMPDIR", &folder)
        .env("MAMMODEX_CONFIG", "")
        .spawn()
        .unwrap();
    let begun = || {
        let mut all = fs::read_dir(fixture.dir.path()).unwrap().flatten();
        all.any(|entry| entry.file_name().to_string_lossy().contains("sum.csv"))
    };
    while !begun() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    for entry in fs::read_dir(&folder).unwrap().flatten() {
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().signal(), Some(2));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    assert!(!begun());
}

#[test]
fn a_value_that_cannot_be_converted_is_named_with_the_users_line() {
    let fixture = Fixture::new();
    let sql = "SELECT case_id\nFROM patients\nWHERE case_id::INTEGER > 3";
    let said = fixture.run(&["cohort", "create", "x", "--sql", sql]);
    assert_eq!(said.code, 2);
    assert_said!(said, @r"
        exit code 2
        --- stderr ---
        mammodex: Conversion Error: Could not convert string 'Normal_00001' to INT32 when casting from source column case_id

        LINE 3: WHERE case_id::INTEGER > 3
                             ^
        ");
}

#[test]
fn rows_are_values_of_their_type_or_an_error_that_names_column_and_statement() {
    let fixture = Fixture::new();
    let catalog = Catalog::open(&fixture.catalog(), None).unwrap();
    let rows = catalog.rows::<(String, Option<u64>, f64, bool, i64)>(
        "SELECT 'a', NULL, 0.5::DECIMAL(4, 2), true, -1 UNION ALL SELECT 'b', sum(7), 1, false, 2
         ORDER BY 1",
    );
    let expected = [("a".into(), None, 0.5, true, -1), ("b".into(), Some(7), 1.0, false, 2)];
    assert_eq!(rows.unwrap(), expected);
    assert_eq!(catalog.values::<Option<String>>("SELECT NULL::VARCHAR").unwrap(), [None]);
    assert_eq!(catalog.rows::<(u64,)>("SELECT 1 WHERE false").unwrap(), []);

    let refused = |result: Result<Vec<(u64,)>, CatalogError>| result.unwrap_err().to_string();
    let statement = "; in the statement: SELECT";
    for (sql, reason) in [
        ("SELECT 'x' AS n", "column n is Utf8, expected a whole number from 0"),
        (
            "SELECT 0.5::DOUBLE AS n WHERE false",
            "column n is Float64, expected a whole number from 0",
        ),
        ("SELECT -1 AS n", "a value of column n is not a whole number from 0: "),
        ("SELECT 1, 2", "the result has 2 columns, expected 1"),
        (
            "SELECT if(i = 3000, NULL, i) AS n FROM range(5000) AS r(i)",
            "column n is NULL in row 3001",
        ),
    ] {
        let error = refused(catalog.rows(sql));
        assert!(error.starts_with(reason), "{error}");
        assert!(error.contains(statement), "{error}");
    }
    let none = catalog.count("SELECT 1 WHERE false").unwrap_err().to_string();
    assert!(none.starts_with("the result has 0 rows, expected one"), "{none}");
    let two = catalog.value::<u64>("SELECT 1 FROM range(2)").unwrap_err().to_string();
    assert!(two.starts_with("the result has 2 rows, expected one"), "{two}");
}
