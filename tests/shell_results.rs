//! `mammodex shell`: the last result as the table `_`, and shown again.

use crate::fixture::{Fixture, Said};

fn csv(fixture: &Fixture, arguments: &[&str], input: &str) -> Said {
    let arguments = [&["shell", "--format", "csv"], arguments].concat();
    fixture.run_with(&arguments, input)
}

#[test]
fn the_last_result_is_a_table_that_is_not_computed_again() {
    let fixture = Fixture::new();
    for arguments in [&[][..], &["--safe"]] {
        let said = csv(
            &fixture,
            arguments,
            "SELECT random() AS r FROM range(3);\n.last\n.last\nSELECT sum(r) AS s FROM _;\n\
             SELECT s > 1e9 AS more FROM _;\n.last\n.explain\n",
        );
        assert_eq!(said.code, 0, "{}", said.err);
        let lines: Vec<&str> = said.out.lines().collect();
        assert_eq!(lines[..4], lines[4..8], "{}", said.out);
        assert_eq!(lines[..4], lines[8..12], "{}", said.out);
        assert_eq!(lines[12], "s");
        let sum: f64 = lines[1..4].iter().map(|line| line.parse::<f64>().unwrap()).sum();
        assert!((sum - lines[13].parse::<f64>().unwrap()).abs() < 1e-9, "{}", said.out);
        assert_eq!(lines[14..18], ["more", "false", "more", "false"]);
    }
}

#[test]
fn the_last_result_has_the_types_of_its_query() {
    let fixture = Fixture::new();
    let said = csv(
        &fixture,
        &[],
        "SELECT 1::TINYINT AS a, 2.50::DECIMAL(5, 2) AS b, DATE '2015-02-03' AS c, 'x' AS d, \
         true AS e, [1, NULL] AS f, TIMESTAMP '2015-02-03 04:05:06' AS g, 1.5::FLOAT AS h, \
         NULL::VARCHAR AS i, 3::HUGEINT AS j, 'm'::ENUM('k', 'm') AS k, {'a': 1} AS l;\n.last\n\
         SELECT column_type FROM (DESCRIBE FROM _);\n\
         SELECT 1::TINYINT AS a, [1, NULL] AS f, 3::HUGEINT AS j;\n.last\n\
         SELECT column_type FROM (DESCRIBE FROM _);\nFROM range(0);\n.last\n",
    );
    assert_eq!(said.code, 0, "{}", said.err);
    let lines: Vec<&str> = said.out.lines().collect();
    assert_eq!(lines[..2], lines[2..4], "{}", said.out);
    assert_eq!(
        lines[5..17],
        [
            "TINYINT",
            "\"DECIMAL(5,2)\"",
            "DATE",
            "VARCHAR",
            "BOOLEAN",
            "INTEGER[]",
            "TIMESTAMP",
            "FLOAT",
            "VARCHAR",
            "HUGEINT",
            "\"ENUM('k', 'm')\"",
            "STRUCT(a INTEGER)",
        ],
        "{}",
        said.out
    );
    assert_eq!(lines[17..19], lines[19..21], "{}", said.out);
    assert_eq!(lines[22..25], ["TINYINT", "INTEGER[]", "HUGEINT"], "{}", said.out);
    assert_eq!(lines[25..], ["range", "range"], "{}", said.out);
}

#[test]
fn a_result_that_is_too_large_runs_again() {
    let fixture = Fixture::new();
    let said = csv(
        &fixture,
        &[],
        ".output big.csv\nFROM range(10000000);\n.output\nSELECT count(*) AS n, max(range) AS m FROM _;\n",
    );
    assert_eq!((said.code, said.out.as_str()), (0, "n,m\n10000000,9999999\n"), "{}", said.err);
    assert!(said.err.contains("larger than 64 MiB"), "{}", said.err);
    let said = csv(&fixture, &[], ".last\nFROM _;\n");
    assert_eq!(said.code, 1);
    assert!(said.err.contains("there is no result yet"), "{}", said.err);
}

#[test]
fn a_result_of_the_last_result_becomes_a_cohort_that_can_be_computed_again() {
    let fixture = Fixture::new();
    let said = csv(
        &fixture,
        &[],
        "SELECT case_id, t_stage FROM patients -- all\n;\nSELECT case_id FROM _ WHERE t_stage = 4;\n\
         .cohort create late\n.once late.csv\n.last\n",
    );
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.err.contains("cohort late: 2 patients"), "{}", said.err);
    let written = std::fs::read_to_string(fixture.dir.path().join("late.csv")).unwrap();
    assert_eq!(written, "case_id\nCancer_00005\nCancer_00011\n");
    let members =
        fixture.done(&["query", "--format", "csv", "FROM cohorts.late SELECT count(*) AS n"]);
    assert_eq!(members, "n\n2\n");
}

#[test]
fn queries_are_saved_with_parameters_and_run_again() {
    let fixture = Fixture::new();
    let said = csv(
        &fixture,
        &[],
        ".save late SELECT count(*) AS n FROM patients WHERE t_stage >= $t AND vendor <> $v;\n\
         .run late t=2 \"v=x'; DROP TABLE patients; --\"\n.run late t=4 v=y\n.watch 0.1 2\n.run\n",
    );
    assert_eq!(said.code, 0, "{}", said.err);
    let lines: Vec<&str> = said.out.lines().collect();
    assert_eq!(lines[..10], ["n", "6", "n", "2", "n", "2", "n", "2", "name,query", lines[9]]);
    assert!(lines[9].starts_with("late,SELECT count(*)"), "{}", said.out);
    let file = fixture.dir.path().join(".config/mammodex/queries/late.sql");
    assert!(file.is_file() && !fixture.catalog().join("queries").exists());
    let said = csv(
        &fixture,
        &[],
        ".run late t=2\n.run late t=2 v=x w=1\n.run lat\n.run ../x\n.save late SELECT 1\n\
         .save --force late SELECT 7 AS seven\n.run late\n",
    );
    assert_eq!((said.code, said.out.as_str()), (1, "seven\n7\n"));
    for message in [
        "$v",
        "query late has no parameter $w",
        "there is no query lat; did you mean late?",
        "is not a valid name",
        "there is a query late already; --force replaces it",
    ] {
        assert!(said.err.contains(message), "{message}: {}", said.err);
    }
}

#[test]
fn programs_run_and_take_results_unless_the_session_is_safe() {
    let fixture = Fixture::new();
    let read = |name: &str| std::fs::read_to_string(fixture.dir.path().join(name)).ok();
    let said = csv(
        &fixture,
        &[],
        ".shell echo made > made.txt\n.once | tr a-z A-Z > upper.txt\nSELECT 'loud' AS word;\n\
         SELECT 'on' AS word;\n.shell exit 3\n",
    );
    assert_eq!((said.code, said.out.as_str()), (1, "word\non\n"), "{}", said.err);
    assert_eq!(read("made.txt").as_deref(), Some("made\n"));
    assert_eq!(read("upper.txt").as_deref(), Some("WORD\nLOUD\n"));
    assert!(said.err.contains("exit 3 ended with exit status: 3"), "{}", said.err);
    let said = csv(
        &fixture,
        &["--safe"],
        ".shell touch bad\n.edit\n.save x SELECT 1\n.once | touch bad\n.report -o bad.html\n",
    );
    assert_eq!(said.err.matches("which --safe does not allow").count(), 5, "{}", said.err);
    assert!(read("bad").is_none() && read("bad.html").is_none());
}

#[test]
fn a_script_shows_its_statements_and_ends_at_the_first_that_fails() {
    let fixture = Fixture::new();
    let script = fixture.dir.path().join("s.sql");
    std::fs::write(script, "SELECT 1 AS n;\nSELECT nothing;\nSELECT 2 AS n;\n").unwrap();
    let said = csv(&fixture, &[], ".echo on\n.read s.sql\n.bail on\n.read s.sql\nSELECT 3 AS n;\n");
    assert_eq!((said.code, said.out.as_str()), (1, "n\n1\nn\n2\nn\n1\n"), "{}", said.err);
    assert!(said.err.contains("SELECT 1 AS n;\n"), "{}", said.err);
}

#[test]
fn analyses_run_on_the_snapshot_of_the_session() {
    let fixture = Fixture::new();
    fixture.done(&["cohort", "create", "all", "--where", "true"]);
    let said =
        csv(&fixture, &[], ".table1 all --by age_years:20 --columns vendor\n.table1\n.agreement\n");
    assert!(said.out.starts_with("characteristic,"), "{}{}", said.out, said.err);
    assert!(said.err.contains("usage: .table1 COHORT"), "{}", said.err);
}
