//! `mammodex cohort`: filters, queries, what is kept.

use std::fs;

use crate::fixture::{Fixture, assert_said};

/// Case IDs of a cohort that was just made from filters.
fn members(fixture: &Fixture, filters: &[&str]) -> Vec<String> {
    fixture.done(&[&["cohort", "create", "c", "--force"], filters].concat());
    let out =
        fixture.done(&["query", "--format", "csv", "SELECT case_id FROM cohorts.c ORDER BY 1"]);
    out.lines().skip(1).map(str::to_owned).collect()
}

/// Case IDs that a condition gives.
fn wanted(fixture: &Fixture, condition: &str) -> Vec<String> {
    let sql = format!("SELECT case_id FROM patients WHERE {condition} ORDER BY 1");
    fixture.done(&["query", "--format", "csv", &sql]).lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn filters_take_the_patients_that_they_say() {
    let fixture = Fixture::new();
    for (filters, condition) in [
        (&["--t-stage", ">=2"][..], "t_stage >= 2"),
        (&["--t-stage", "1c"], "t_stage_code = '1c'"),
        (&["--t-stage", "T1C"], "t_stage_code = '1c'"),
        (&["--t-stage", "2,3"], "t_stage IN (2, 3)"),
        (&["--t-stage", "Tis"], "t_stage_code = 'Tis (DCIS)'"),
        (&["--t-stage", "0"], "t_stage = 0"),
        (&["--t-stage", ">=1c"], "t_stage > 1 OR t_stage_code = '1c'"),
        (&["--t-stage", "<1c"], "t_stage = 0 OR t_stage_code = '1mi'"),
        (&["--t-stage", "<=Tis"], "t_stage = 0"),
        (&["--t-stage", "Tis, >3"], "t_stage IN (0, 4)"),
        (&["--n-stage", ">=1mi"], "n_stage >= 1"),
        (&["--n-stage", "0"], "n_stage = 0"),
        (&["--histology", "idc"], "histology_group = 'IDC'"),
        (&["--histology", "8520/3,IDC"], "histology_group IN ('IDC', 'ILC')"),
        (&["--vendor", "ge,Siemens"], "vendor IN ('GE', 'SIEMENS')"),
        (&["--birads", "4,5"], "birads_max IN (4, 5)"),
        (&["--birads", "4b"], "birads_max_code = '4B'"),
        (&["--birads", ">=4B"], "birads_max > 4 OR birads_max_code = '4B'"),
        (&["--birads", "<3"], "birads_max IN (1, 2)"),
        (&["--birads", "0"], "birads_max = 0"),
        (&["--birads", ">=0"], "birads_max > 0"),
        (&["--diagnosis", "Malignant"], "diagnosis = 'malignant'"),
        (&["--view", "rcc"], "image_count > 0"),
        (
            &["--where", "age_years < 45 OR p.vendor = 'GE' -- why not"],
            "age_years < 45 OR vendor = 'GE'",
        ),
        (
            &["--diagnosis", "malignant", "--vendor", "GE"],
            "diagnosis = 'malignant' AND vendor = 'GE'",
        ),
    ] {
        let found = members(&fixture, filters);
        assert_eq!(found, wanted(&fixture, condition), "{filters:?}");
        assert!(!found.is_empty(), "{filters:?} tests nothing");
    }
}

#[test]
fn what_is_not_there_is_named_with_what_is() {
    let fixture = Fixture::new();
    for (filters, text) in [
        (
            &["--vendor", "GEE"][..],
            "--vendor: the catalog has no \"GEE\"; did you mean GE? values: GE, HOLOGIC, SIEMENS",
        ),
        (&["--diagnosis", "cancer"], "values: benign, malignant, normal"),
        (&["--view", "RXX"], "values: LCC, LMLO, RCC, RMLO"),
        (&["--histology", "xyz"], "values: IDC, ILC, 8500/3, 8520/3"),
        (&["--t-stage", "5"], "--t-stage: \"5\" is not a valid grade"),
        (&["--t-stage", ">=X"], "--t-stage: \">=X\" is not a valid grade"),
        (&["--t-stage", "1z"], "TX, Tis, T1mi, T1a"),
        (&["--birads", "4D"], "4A, 4B, 4C"),
        (&["--n-stage", ""], "--n-stage"),
        (&["--vendor", ","], "--vendor"),
        (&["--where", "agee > 3"], "age_years"),
        (&["--where", "1=1; DROP TABLE x"], "give one SQL condition"),
        (&["--sql", "SELECT 1 AS n"], "must return a column case_id; it returns n"),
        (
            &["--sql", "SELECT 'x' AS case_id"],
            "1 of 1 case IDs are not in patients, for example \"x\"",
        ),
        (&["--sql", "SELECT NULL::VARCHAR AS case_id"], "case_id is NULL in 1 of 1 row"),
        (&["--sql", "SELECT 1; SELECT 2"], "give one SELECT statement"),
        (&["--sql", "DELETE FROM patients"], "--sql: "),
        (&[], "give at least one step"),
    ] {
        let said = fixture.run(&[&["cohort", "create", "c"], filters].concat());
        assert_eq!(said.code, 2, "{filters:?}: {}", said.err);
        assert!(said.err.contains(text), "{filters:?}: {}", said.err);
        assert!(!fixture.catalog().join("cohorts/c.toml").exists(), "{filters:?}");
    }
}

#[test]
fn text_of_the_data_is_quoted() {
    let fixture = Fixture::with("UPDATE patients SET vendor = 'O''Neil; --' WHERE vendor = 'GE'");
    assert_eq!(members(&fixture, &["--vendor", "o'neil; --"]).len(), 20);
}

#[test]
fn names_play_no_tricks() {
    let fixture = Fixture::new();
    for name in ["../x", "a/b", "", ".", "a b", "x.toml", "ü", "a\0b", &"x".repeat(65)] {
        if name.contains('\0') {
            continue;
        }
        let said = fixture.run(&["cohort", "create", name, "--where", "true"]);
        assert_eq!(said.code, 2, "{name:?}");
    }
    fixture.done(&["cohort", "create", "A-1_b", "--where", "true"]);
    let said = fixture.run(&["cohort", "create", "a-1_B", "--where", "true"]);
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: there is a cohort A-1_b already; --force replaces it
    ");
    let said = fixture.run(&["query", "SELECT count(*) FROM cohorts.\"A-1_b\"", "--format", "csv"]);
    assert_said!(said, @"
    exit code 0
    --- stdout ---
    count_star()
    60
    ");
}

#[test]
fn a_cohort_is_kept_shown_listed_and_dropped() {
    let fixture = Fixture::new();
    let said = fixture.run(&[
        "cohort",
        "create",
        "ge",
        "--t-stage",
        ">=1c",
        "--vendor",
        "GE",
        "--view",
        "RCC,LCC",
        "--note",
        "pilot",
    ]);
    assert_eq!((said.code, said.out.as_str()), (0, ""));
    insta::assert_snapshot!(said.err, @"cohort ge: 2 patients, 4 images; saved to catalog/cohorts/ge.toml");
    insta::assert_snapshot!("show", fixture.done(&["cohort", "show", "ge"]));
    let listed = fixture.done(&["cohort", "list", "--format", "csv"]);
    assert_eq!(listed, "name,unit,patients,images,snapshot,note\nge,patient,2,4,1,pilot\n");
    let kept = fs::read_to_string(fixture.catalog().join("cohorts/ge.toml")).unwrap();
    let kept: toml::Table = kept.parse().unwrap();
    let sql = kept["sql"].as_str().unwrap();
    assert_eq!(
        fixture.done(&["query", sql, "--format", "csv"]),
        fixture.done(&["query", "SELECT case_id FROM cohorts.ge ORDER BY 1", "--format", "csv"]),
    );
    fixture.done(&["cohort", "drop", "ge"]);
    let said = fixture.run(&["cohort", "show", "ge"]);
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: there is no cohort ge; there are none
    ");
    assert_eq!(fixture.run(&["cohort", "drop", "ge"]).code, 2);
}

#[test]
fn a_query_may_name_patients_more_than_once() {
    let fixture = Fixture::new();
    let said =
        fixture.run(&["cohort", "create", "imaged", "--sql", "SELECT case_id FROM images; -- all"]);
    assert_said!(said, @"
    exit code 0
    --- stderr ---
    cohort imaged: 59 patients, 236 images; saved to catalog/cohorts/imaged.toml
    177 rows of the query repeat patients that other rows have; each counts once
    ");
    let said = fixture.run(&[
        "cohort",
        "create",
        "of",
        "--sql",
        "SELECT * FROM cohorts.imaged WHERE age_years < 50",
    ]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(fixture.done(&["query", "SELECT count(*) FROM cohorts.of"]).contains("27"));
}

#[test]
fn a_newer_snapshot_says_what_changed() {
    let fixture = Fixture::new();
    fixture.done(&["cohort", "create", "m", "--diagnosis", "malignant"]);
    fixture.snapshot(2, "DELETE FROM patients WHERE case_id = 'Cancer_00001'");
    let said = fixture.run(&["cohort", "show", "m"]);
    assert_said!(said, @"
    exit code 0
    --- stdout ---
    cohort m, made on snapshot 1

     step                 │ patients │ images │ excluded │ excluded_alone
    ──────────────────────┼──────────┼────────┼──────────┼────────────────
     all patients         │       59 │    232 │        0 │              0
     diagnosis: malignant │       11 │     44 │       48 │             48
    (2 rows)

     diagnosis │ patients │ images
    ───────────┼──────────┼────────
     malignant │       11 │     44
     all       │       11 │     44
    (2 rows)

    SELECT p.case_id
    FROM patients AS p
    WHERE p.diagnosis IN ('malignant')
    ORDER BY p.case_id
    --- stderr ---
    made on snapshot 1 with 12 patients and 48 images; on snapshot 2 it has 11 and 44
    0 added, 1 removed since snapshot 1: `mammodex cohort diff m` lists them
    ");
    assert_eq!(fixture.run(&["cohort", "show", "m", "--snapshot", "1"]).err, "");
}

#[test]
fn a_cohort_that_fits_no_more_hinders_no_query() {
    let fixture = Fixture::new();
    fixture.done(&["cohort", "create", "a", "--where", "true"]);
    fixture.done(&["cohort", "create", "b", "--sql", "FROM cohorts.a"]);
    fixture.done(&["cohort", "drop", "a"]);
    fs::write(fixture.catalog().join("cohorts/bad.toml"), "name = 1").unwrap();
    let said = fixture.run(&["query", "SELECT 1 AS n", "--format", "csv"]);
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (0, "n\n1\n", ""));
    // It is told of where it is missed: by its name, and in a list of all there is.
    let said = fixture.run(&["query", "SELECT count(*) FROM cohorts.b"]);
    assert_eq!(said.code, 2);
    let why = "cohort b does not work on this snapshot: Catalog Error: Table with name a";
    assert!(said.err.contains(why), "{}", said.err);
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: cohort b does not work on this snapshot: Catalog Error: Table with name a does not exist!
    ");
    let said = fixture.run(&["query", "SELECT view_name FROM duckdb_views()"]);
    assert_eq!(said.code, 0);
    assert!(
        said.err.contains("excluded: cohort b: ") && said.err.contains("bad.toml"),
        "{}",
        said.err
    );
    assert_eq!(fixture.run(&["cohort", "list"]).code, 1);
}
