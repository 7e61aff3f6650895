//! Down-sampling and matched controls.

use crate::fixture::assert_said;
use crate::split::{fixture, number, rows, split, with};

#[test]
fn down_sampling_reaches_the_proportion_and_keeps_the_rest_traceable() {
    let fixture = fixture();
    for (balance, wanted) in [
        ("diagnosis=1:1:1", ["12", "12", "12"]),
        ("diagnosis=normal:2,malignant:1", ["0", "12", "24"]),
        ("diagnosis=2:1:3", ["12", "6", "18"]),
    ] {
        fixture.done(&split("s", &["--balance", balance, "--stratify", "vendor", "--force"]));
        let sql = "SELECT count_if(diagnosis = 'benign'), count_if(diagnosis = 'malignant'),
            count_if(diagnosis = 'normal') FROM splits.s JOIN patients USING (case_id) WHERE split IS NOT NULL";
        assert_eq!(rows(&fixture, sql), [wanted], "{balance}");
        let out = "SELECT count(*), count_if(exclusion_reason = 'balance') FROM splits.s WHERE split IS NULL";
        let cells = &rows(&fixture, out)[0];
        assert_eq!(cells[0], cells[1], "{balance}");
        assert_eq!(number(&fixture, "SELECT count(*) FROM splits.s"), 60.0);
    }
    // Within a value the strata keep their shares: 12 of 36 normal, a third of each maker.
    fixture.done(&split("t", &["--balance", "diagnosis=1:1:1", "--stratify", "vendor"]));
    let sql = "SELECT vendor, count(*) FROM splits.t JOIN patients USING (case_id)
        WHERE split IS NOT NULL AND diagnosis = 'normal' GROUP BY 1 ORDER BY 1";
    assert_eq!(rows(&fixture, sql), [["GE", "4"], ["HOLOGIC", "4"], ["SIEMENS", "4"]]);
}

pub const MATCH: [&str; 8] = [
    "--match",
    "age_years±2,vendor",
    "--cases",
    "malignant",
    "--controls",
    "normal",
    "--ratio",
    "1:2",
];

#[test]
fn controls_are_within_the_caliper_and_sets_stay_together() {
    let fixture = fixture();
    for choice in [&[][..], &["--optimal"]] {
        let said = fixture.run(&split("s", &[&MATCH[..], choice, &["--force"]].concat()));
        assert_eq!(said.code, 0, "{}", said.err);
        let sets =
            "SELECT count(*), count(DISTINCT match_id) FROM splits.s WHERE match_id IS NOT NULL";
        let cells = &rows(&fixture, sets)[0];
        assert!(cells[1] == "12", "{cells:?}");
        let wrong =
            "WITH s AS (FROM splits.s JOIN patients USING (case_id) WHERE match_id IS NOT NULL)
            SELECT count(*) FROM s AS a JOIN s AS b USING (match_id)
            WHERE a.diagnosis = 'malignant' AND (a.split <> b.split OR a.vendor <> b.vendor
              OR abs(a.age_years - b.age_years) > 2
              OR (b.diagnosis <> 'normal' AND a.case_id <> b.case_id))";
        assert_eq!(number(&fixture, wrong), 0.0);
        let sizes = "SELECT count(*) FROM (SELECT match_id FROM splits.s WHERE match_id IS NOT NULL
            GROUP BY 1 HAVING count(*) NOT IN (2, 3))";
        assert_eq!(number(&fixture, sizes), 0.0);
        assert!(said.err.contains("SMD of vendor: "), "{}", said.err);
    }
}

#[test]
fn the_optimal_choice_finds_a_control_for_everyone_where_the_nearest_does_not() {
    // Case 50 can have 50 or 51, case 49 (within 1) only 50: who takes the nearest may rob her.
    let fixture = with(
        "DELETE FROM patients; DELETE FROM images;
        INSERT INTO patients BY NAME SELECT case_id, diagnosis, age_years FROM (VALUES
          ('c1', 'malignant', 50), ('c2', 'malignant', 49), ('c3', 'malignant', 90),
          ('n1', 'normal', 50), ('n2', 'normal', 51)) AS t(case_id, diagnosis, age_years);",
    );
    let order = ["--match", "age_years+-1", "--cases", "malignant", "--controls", "normal"];
    let mut sizes = std::collections::BTreeSet::new();
    for seed in ["1", "2", "3", "4", "5", "6", "7", "8"] {
        let more = [&order[..], &["--seed", seed, "--force"]].concat();
        fixture.done(&split("near", &more));
        sizes.insert(
            number(&fixture, "SELECT count(DISTINCT match_id) FROM splits.near").to_string(),
        );
        let said = fixture.run(&split("best", &[&more[..], &["--optimal"]].concat()));
        assert_eq!(
            rows(
                &fixture,
                "SELECT case_id, match_id FROM splits.best WHERE match_id IS NOT NULL ORDER BY 1"
            ),
            [["c1", "1"], ["c2", "2"], ["n1", "2"], ["n2", "1"]]
        );
        assert!(said.err.contains("excluded: 1 patient (no control found)"), "{}", said.err);
    }
    assert_eq!(sizes.into_iter().collect::<Vec<_>>(), ["1", "2"]);
    let alone = "SELECT case_id FROM splits.best WHERE exclusion_reason = 'no control found'";
    assert_eq!(rows(&fixture, alone), [["c3"]]);
}

#[test]
fn balance_is_better_after_matching_and_kept_with_the_split() {
    // Cases are older than controls.
    let fixture =
        with("UPDATE patients SET age_years = age_years + 20 WHERE diagnosis = 'malignant';");
    let said = fixture.run(&split(
        "s",
        &["--match", "age_years±1", "--cases", "malignant", "--controls", "normal"],
    ));
    let line = said.err.lines().find(|line| line.starts_with("SMD of age_years")).unwrap();
    let figures: Vec<f64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    assert!(figures[0] > figures[1] && figures[1] < 0.1, "{line}");
    let shown = fixture.done(&["split", "show", "s"]);
    assert!(
        shown.contains("matched: diagnosis=malignant with 1 diagnosis=normal on age_years±1"),
        "{shown}"
    );
    assert!(shown.contains("age_years │"), "{shown}");
    // The figure before is that of everyone, worked out by hand in SQL.
    let sql = "SELECT round(abs(avg(a) FILTER (c) - avg(a) FILTER (NOT c))
        / sqrt((var_samp(a) FILTER (c) + var_samp(a) FILTER (NOT c)) / 2), 3)
        FROM (SELECT age_years AS a, diagnosis = 'malignant' AS c FROM patients WHERE diagnosis <> 'benign')";
    assert_eq!(number(&fixture, sql), figures[0]);
}

#[test]
fn who_lacks_a_value_matches_nobody() {
    let fixture = with(
        "UPDATE patients SET vendor = NULL WHERE case_id IN ('Cancer_00001', 'Normal_00001');",
    );
    fixture.done(&split("s", &MATCH));
    let sql = "SELECT case_id, exclusion_reason FROM splits.s WHERE case_id IN ('Cancer_00001', 'Normal_00001') ORDER BY 1";
    assert_eq!(
        rows(&fixture, sql),
        [["Cancer_00001", "no control found"], ["Normal_00001", "not needed as a control"]]
    );
}

#[test]
fn matching_speaks_of_any_column() {
    let fixture = fixture();
    let said = fixture.run(&split(
        "s",
        &["--match", "vendor", "--cases", "t_stage=1", "--controls", "t_stage=2", "--ratio", "1:1"],
    ));
    assert_said!(said, @"
    exit code 0
    --- stdout ---
     stratum │ patients │ train │ train target │ val │ val target │ test │ test target
    ─────────┼──────────┼───────┼──────────────┼─────┼────────────┼──────┼─────────────
     all     │        0 │     0 │ 0.00         │   0 │ 0.00       │    0 │ 0.00
    (1 row)
    --- stderr ---
    largest deviation from target: 0.00 patients per stratum, 0.00 patients per part
    patients in more than one part: 0
    matched: 0 sets of t_stage=1 with t_stage=2, 0 with fewer than 1
    SMD of vendor: inf before, none after
    excluded: 54 patients (neither case nor control)
    excluded: 4 patients (no control found)
    excluded: 2 patients (not needed as a control)
    train is empty: 0 patients are too few for it
    val is empty: 0 patients are too few for it
    test is empty: 0 patients are too few for it
    split s: 0 patients; saved to catalog/splits/s.toml
    ");
}
