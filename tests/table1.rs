//! `mammodex table1`: what it shows, what it compares, what it keeps to itself.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::fixture::{Fixture, Said, assert_said, python};

fn everyone(sql: &str) -> Fixture {
    let fixture = Fixture::with(sql);
    fixture.done(&["cohort", "create", "all", "--where", "true"]);
    fixture
}

fn said(fixture: &Fixture, rest: &[&str]) -> Said {
    fixture.run(&[&["table1", "all"], rest].concat())
}

fn table(fixture: &Fixture, rest: &[&str]) -> String {
    fixture.done(&[&["table1", "all"], rest].concat())
}

fn numbers(fixture: &Fixture, rest: &[&str]) -> Vec<Value> {
    serde_json::from_str(&table(fixture, &[&["--format", "json"], rest].concat())).unwrap()
}

#[test]
fn the_table_counts_every_patient_once() {
    let fixture = everyone("");
    insta::assert_snapshot!("by_diagnosis", table(&fixture, &["--by", "diagnosis"]));
    insta::assert_snapshot!(
        "overall",
        table(&fixture, &["--columns", "vendor,age_years", "--format", "markdown"])
    );
}

/// benjaminrich/table1#80: where the column that parts the groups is missing, groups do not sum up.
#[test]
fn patients_without_a_group_are_shown_as_missing() {
    let fixture = everyone("UPDATE patients SET vendor = NULL WHERE right(case_id, 1) = '1'");
    let asked = ["--by", "vendor", "--columns", "diagnosis,age_years", "--format", "json"];
    let said = said(&fixture, &asked);
    assert!(said.err.contains("missing: patients without a group"), "{}", said.err);
    let rows: Vec<Value> = serde_json::from_str(&said.out).unwrap();
    for level in ["normal", "benign", "malignant"] {
        let of: Vec<&Value> = rows.iter().filter(|row| row["level"] == level).collect();
        let all = of.iter().find(|row| row["group"].is_null()).unwrap()["n"].as_u64();
        let groups = of.iter().filter_map(|row| row["group"].as_str().and(row["n"].as_u64())).sum();
        assert_eq!(all, Some(groups));
        assert!(of.iter().any(|row| row["group"] == "missing"));
    }
    // They take no part in tests: p is that of the others alone.
    let others = everyone("DELETE FROM patients WHERE right(case_id, 1) = '1'");
    let alone = numbers(&others, &["--by", "vendor", "--columns", "diagnosis,age_years"]);
    let p = |rows: &[Value], name: &str| {
        rows.iter().find(|row| row["variable"] == name).unwrap()["p"].clone()
    };
    for name in ["diagnosis", "age_years"] {
        assert_eq!(p(&rows, name), p(&alone, name));
        assert!(p(&rows, name).is_number());
    }
}

#[test]
fn levels_that_a_group_lacks_are_zero_and_missing_values_are_counted() {
    let fixture = everyone(
        "UPDATE patients SET age_years = NULL WHERE case_id IN ('Normal_00001', 'Cancer_00001')",
    );
    let rows =
        numbers(&fixture, &["--by", "diagnosis", "--columns", "birads_max,t_stage,age_years"]);
    let cell = |variable: &str, line: &str, level: &str, group: &str| {
        let of = |row: &&Value| {
            row["variable"] == variable
                && row["line"] == line
                && row["group"] == group
                && (level.is_empty() || row["level"] == level)
        };
        let row = rows.iter().find(of).unwrap();
        (row["n"].as_u64().unwrap(), row["percent"].as_f64())
    };
    assert_eq!(cell("birads_max", "level", "6", "normal"), (0, Some(0.0)));
    assert_eq!(cell("birads_max", "level", "6", "malignant"), (4, Some(100.0 / 3.0)));
    // Nobody has a value: no share, and all are missing.
    assert_eq!(cell("t_stage", "level", "T2", "normal"), (0, None));
    assert_eq!(cell("t_stage", "missing", "", "normal"), (36, Some(100.0)));
    assert_eq!(cell("age_years", "missing", "", "malignant"), (1, Some(100.0 / 12.0)));
    assert_eq!(cell("age_years", "values", "", "malignant"), (11, None));
}

#[test]
fn groups_can_be_the_parts_of_a_split() {
    let fixture = everyone("");
    fixture.done(&["cohort", "create", "ill", "--diagnosis", "benign,malignant"]);
    fixture.done(&["split", "create", "s", "--cohort", "ill", "--ratios", "train=0.5,test=0.5"]);
    let page = table(&fixture, &["--by", "split:s", "--columns", "diagnosis", "--format", "csv"]);
    assert_eq!(
        page.lines().take(2).collect::<Vec<_>>(),
        [
            "characteristic,level,overall,train,test,missing,p,test,SMD",
            "n,\"\",60,12,12,36,\"\",\"\",\"\""
        ]
    );
    assert_eq!(fixture.run(&["table1", "all", "--by", "split:t"]).code, 2);
}

#[test]
fn images_are_those_of_the_cohort() {
    let fixture = everyone("");
    fixture.done(&["cohort", "create", "left", "--view", "LCC"]);
    let out =
        fixture.done(&["table1", "left", "--columns", "images,image_count", "--format", "csv"]);
    assert!(out.contains("Images per patient, median [IQR]\",\"\",\"1 [1, 1]\""), "{out}");
    assert!(out.contains("\"image_count, mean (SD)\",\"\",4.0 (0.0)"), "{out}");
}

#[test]
fn what_cannot_be_shown_is_refused() {
    let fixture = everyone("");
    for (rest, reason) in [
        (&["--columns", "agee"][..], "patients has no column \"agee\""),
        (&["--by", "agee"], "patients has no column \"agee\""),
        (&["--by", "case_id"], "--by has 60 groups; the most is 20"),
        (&["--columns", "views"], "views is not text, a number or a Boolean"),
        (&["--median", "vendor"], "--median: vendor is not a number"),
        (
            &["--categorical", "software_version"],
            "--categorical: software_version is not in the table",
        ),
        (&["--min-cell", "100"], "no group has 100 patients, so nothing can be shown"),
        (&["--min-cell", "1"], "1 is not in"),
        (&["--by", "split:../x"], "is not a valid name"),
    ] {
        let said = said(&fixture, rest);
        assert_eq!(said.code, 2, "{rest:?}");
        assert!(said.err.contains(reason), "{rest:?}: {}", said.err);
    }
    fixture.done(&["cohort", "create", "none", "--where", "false"]);
    assert_said!(fixture.run(&["table1", "none"]), @r"
        exit code 2
        --- stderr ---
        mammodex: the cohort has no patients
        ");
}

#[test]
fn small_cells_and_those_that_tell_them_are_withheld() {
    let fixture = everyone(
        "UPDATE patients SET age_years = NULL WHERE case_id IN ('Normal_00001', 'Cancer_00001')",
    );
    let asked =
        ["--by", "diagnosis", "--columns", "birads_max,vendor,age_years", "--min-cell", "5"];
    let said = said(&fixture, &asked);
    assert_eq!(said.code, 0, "{}", said.err);
    insta::assert_snapshot!("withheld", format!("{}{}", said.out, said.err));
    // Nor do the numbers hold what the page does not show.
    let rows = numbers(&fixture, &asked);
    for row in &rows {
        assert!(!row["n"].as_u64().is_some_and(|n| (1..5).contains(&n)), "{row}");
        if row["mark"].is_string() {
            assert!(row["n"].is_null() && row["percent"].is_null() && row["p"].is_null(), "{row}");
        }
    }
    // How many have an age would tell how many have none.
    let ages: Vec<&Value> = rows.iter().filter(|row| row["variable"] == "age_years").collect();
    assert!(ages.iter().any(|row| row["mark"] == "small"));
    assert!(ages.iter().all(|row| row["line"] != "values" || row["n"].is_null()));
}

#[test]
fn groups_smaller_than_a_cell_are_left_out() {
    let fixture = everyone(
        "UPDATE patients SET vendor = 'RARE' WHERE case_id IN ('Normal_00001', 'Cancer_00001')",
    );
    let asked = ["--by", "vendor", "--columns", "diagnosis", "--min-cell", "3", "--format", "csv"];
    let said = said(&fixture, &asked);
    assert_said!(said, @r#"
    exit code 0
    --- stdout ---
    characteristic,level,overall,GE,HOLOGIC,SIEMENS,p,test,SMD
    n,"",58,20,18,20,"","",""
    "Diagnosis, n (%)",normal,35 (60.3),12 (60.0),11 (61.1),12 (60.0),>0.999,Fisher exact,0.093
    "",benign,12 (20.7),4 (20.0),4 (22.2),4 (20.0),"","",""
    "",malignant,11 (19.0),4 (20.0),3 (16.7),4 (20.0),"","",""
    --- stderr ---
    SMD: the largest over all pairs of groups
    mammodex: excluded with their patients, as too small: RARE
    "#);
    assert!(said.out.lines().nth(1).unwrap().starts_with("n,\"\",58,"), "{}", said.out);
    assert_said!(said, @r#"
    exit code 0
    --- stdout ---
    characteristic,level,overall,GE,HOLOGIC,SIEMENS,p,test,SMD
    n,"",58,20,18,20,"","",""
    "Diagnosis, n (%)",normal,35 (60.3),12 (60.0),11 (61.1),12 (60.0),>0.999,Fisher exact,0.093
    "",benign,12 (20.7),4 (20.0),4 (22.2),4 (20.0),"","",""
    "",malignant,11 (19.0),4 (20.0),3 (16.7),4 (20.0),"","",""
    --- stderr ---
    SMD: the largest over all pairs of groups
    mammodex: excluded with their patients, as too small: RARE
    "#);
}

/// A mean of three follows from the mean of all and those of the others.
#[test]
fn means_of_few_are_withheld_with_the_mean_of_all() {
    let fixture = everyone(
        "UPDATE patients SET age_years = NULL WHERE diagnosis = 'benign' AND right(case_id, 2)::INT > 3",
    );
    let out = table(
        &fixture,
        &["--by", "diagnosis", "--columns", "age_years", "--min-cell", "5", "--format", "csv"],
    );
    let line = out.lines().nth(2).unwrap();
    assert!(line.starts_with("\"Age, years, mean (SD)\",\"\",x,"), "{line}");
    assert_eq!(line.matches(",x").count(), 4, "{line}");
}

#[test]
fn figures_are_those_of_the_package_tableone() {
    let fixture = everyone(
        "UPDATE patients SET tumor_size_cm = 0.3 * (right(case_id, 5)::INT * 7 % 11), lesion_count = right(case_id, 5)::INT % 4;
         UPDATE patients SET age_years = NULL WHERE right(case_id, 1) = '7';
         UPDATE patients SET discarded = vendor = 'GE' AND right(case_id, 1) IN ('1', '3');",
    );
    let columns = "age_years,vendor,birads_max,discarded,tumor_size_cm,lesion_count,has_four_views";
    let patients = fixture.catalog().join("current/patients.parquet");
    for by in ["diagnosis", "vendor", "histology_group", "discarded"] {
        let columns: Vec<&str> = columns.split(',').filter(|column| *column != by).collect();
        let out = table(
            &fixture,
            &[
                "--by",
                by,
                "--columns",
                &columns.join(","),
                "--median",
                "tumor_size_cm,lesion_count",
                "--format",
                "json",
            ],
        );
        let file = fixture.dir.path().join("table.json");
        fs::write(&file, out).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/table1_compare.py");
        match python().arg(script).arg(&file).arg(&patients).arg(by).output() {
            Ok(out) if out.status.code() == Some(77) => {
                eprintln!("skipped: Python has no tableone")
            }
            Ok(out) => {
                let wrong = String::from_utf8_lossy(&out.stderr);
                assert!(out.status.success(), "{by}: {wrong}");
                eprintln!("{by}: {}", String::from_utf8_lossy(&out.stdout).trim());
            }
            Err(error) => eprintln!("skipped: Python does not run: {error}"),
        }
    }
}
