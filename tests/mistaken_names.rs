//! Names that nothing has: the message says which name may be meant.

use std::fs;

use crate::fixture::{Fixture, assert_said};

#[test]
fn the_name_of_a_split_is_not_that_of_a_cohort() {
    let fixture = Fixture::new();
    fixture.done(&["cohort", "create", "young", "--where", "age_years < 50"]);
    fixture.pilot("train=0.7,test=0.3", &[]);
    assert_said!(fixture.run(&["cohort", "show", "pilot"]), @r"
        exit code 2
        --- stderr ---
        mammodex: there is no cohort pilot; pilot is a split
        ");
    assert_said!(fixture.run(&["table1", "pilot"]), @r"
        exit code 2
        --- stderr ---
        mammodex: there is no cohort pilot; pilot is a split
        ");
    assert_said!(fixture.run(&["split", "show", "young"]), @r"
        exit code 2
        --- stderr ---
        mammodex: there is no split young; young is a cohort
        ");
    assert_said!(fixture.run(&["cohort", "show", "yung"]), @r"
        exit code 2
        --- stderr ---
        mammodex: there is no cohort yung; did you mean young?
        ");
    assert_said!(fixture.run(&["split", "create", "s", "--cohort", "young", "--ratios", "train=70,test=30"]), @r"
        exit code 2
        --- stderr ---
        mammodex: the shares of --ratios must sum to 1, such as train=0.7,test=0.3; these sum to 100
        ");
}

#[test]
fn tables_and_codes_have_near_names() {
    let fixture = Fixture::new();
    assert_said!(fixture.run(&["schema", "patient"]), @r#"
        exit code 2
        --- stderr ---
        mammodex: there is no table, view or macro "patient" (did you mean patients?); `mammodex schema` lists them
        "#);
    assert_said!(fixture.run(&["schema", "--issues", "case-unkown"]), @r#"
        exit code 2
        --- stderr ---
        mammodex: there is no code of findings "case-unkown" (did you mean case-unknown?); `mammodex schema --issues` lists them
        "#);
    assert_said!(fixture.run(&["schema", "--issues", "case-unknown"]), @r"
        exit code 0
        --- stdout ---
        case-unknown (error): No rule of the profile gives the case of this image or annotation.
        What to do: Add a rule to the profile, or move the file to the folder of its case.
        ");
}

#[test]
fn a_folder_that_is_no_catalog_is_named_for_what_it_is() {
    let fixture = Fixture::new();
    for folder in ["catalog/current", "catalog/snapshots/000001"] {
        let said = fixture.run(&["--catalog", folder, "query", "SELECT 1"]);
        assert_eq!(
            (said.code, said.err.contains("is a snapshot, not a catalog")),
            (2, true),
            "{}",
            said.err
        );
        assert!(said.err.contains("use --catalog "), "{}", said.err);
    }
    assert_said!(fixture.run(&["--catalog", "catalog/current", "cohort", "list"]), @r"
        exit code 2
        --- stderr ---
        mammodex: catalog/current is a snapshot, not a catalog: use --catalog catalog
        ");
    fs::create_dir(fixture.dir.path().join("empty")).unwrap();
    assert_said!(fixture.run(&["--catalog", "empty", "cohort", "list"]), @r"
        exit code 2
        --- stderr ---
        mammodex: no catalog at empty: run `mammodex index DATASET --catalog empty` first
        ");
    fs::write(fixture.dir.path().join("file"), "").unwrap();
    assert_said!(fixture.run(&["--catalog", "file", "cohort", "list"]), @r"
        exit code 2
        --- stderr ---
        mammodex: cannot open the catalog at file: Not a directory (os error 20)
        ");
}

#[test]
fn a_cohort_and_a_split_do_not_share_a_name() {
    let fixture = Fixture::new();
    fixture.pilot("train=0.7,test=0.3", &[]);
    assert_said!(fixture.run(&["cohort", "create", "Pilot", "--where", "age_years < 50", "--force"]), @r"
        exit code 2
        --- stderr ---
        mammodex: pilot is a split already: give the cohort another name
        ");
    fixture.done(&["cohort", "create", "young", "--where", "age_years < 50"]);
    let split = ["split", "create", "young", "--cohort", "young", "--ratios", "train=0.5,test=0.5"];
    assert_said!(fixture.run(&split), @r"
        exit code 2
        --- stderr ---
        mammodex: young is a cohort already: give the split another name
        ");
}

#[test]
fn values_sheets_and_columns_of_bands_have_near_names() {
    let fixture = Fixture::new();
    fixture.done(&["cohort", "create", "all", "--where", "true"]);
    for (arguments, wanted) in [
        (
            &["cohort", "create", "c", "--diagnosis", "malignnt"][..],
            "--diagnosis: the catalog has no \"malignnt\"; did you mean malignant? values: ",
        ),
        (
            &["cohort", "create", "c", "--diagnosis", "xyz"],
            "--diagnosis: the catalog has no \"xyz\"; values: ",
        ),
        (
            &["export", "xlsx", "a.xlsx", "--sheets", "pateints"],
            "called \"pateints\"; did you mean patients?",
        ),
        (
            &["export", "xlsx", "a.xlsx", "--sheets", "xyz"],
            "called \"xyz\"; there are: agreement, ",
        ),
        (
            &["table1", "all", "--by", "age_yers:10"],
            "--by: patients has no column \"age_yers\"; did you mean age_years?",
        ),
    ] {
        let said = fixture.run(arguments);
        assert_eq!(said.code, 2, "{arguments:?}: {}", said.err);
        assert!(said.err.contains(wanted), "{arguments:?}: {}", said.err);
    }
}
