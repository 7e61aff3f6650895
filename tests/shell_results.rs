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
