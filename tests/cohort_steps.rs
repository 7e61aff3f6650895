//! `mammodex cohort`: steps in order, algebra, lists of cases, attrition, flow, change over time.

use std::fs;

use proptest::prelude::*;

use crate::fixture::{Fixture, assert_said};

fn create(fixture: &Fixture, name: &str, steps: &[&str]) {
    fixture.done(&[&["cohort", "create", name, "--force"], steps].concat());
}

/// The attrition table: step, patients, images, excluded, excluded alone.
fn attrition(fixture: &Fixture, name: &str) -> Vec<(String, [u64; 4])> {
    let out = fixture.done(&["cohort", "show", name, "--format", "json"]);
    let rows: Vec<serde_json::Value> = serde_json::from_str(&out).unwrap();
    let row = |row: serde_json::Value| {
        let number = |key: &str| row[key].as_u64().unwrap();
        let step = row["step"].as_str().unwrap().to_owned();
        (step, ["patients", "images", "excluded", "excluded_alone"].map(number))
    };
    rows.into_iter().map(row).collect()
}

#[test]
fn the_attrition_table_follows_the_order_of_the_command_line() {
    let fixture = Fixture::new();
    create(
        &fixture,
        "a",
        &["--where", "age_years <= 50", "--diagnosis", "malignant", "--vendor", "GE"],
    );
    let wanted = |rows: &[(&str, [u64; 4])]| -> Vec<(String, [u64; 4])> {
        rows.iter().map(|(step, counts)| ((*step).to_owned(), *counts)).collect()
    };
    assert_eq!(
        attrition(&fixture, "a"),
        wanted(&[
            ("all patients", [60, 236, 0, 0]),
            ("where: age_years <= 50", [30, 120, 30, 30]),
            ("diagnosis: malignant", [10, 40, 20, 48]),
            ("vendor: GE", [3, 12, 7, 40]),
        ])
    );
    create(
        &fixture,
        "b",
        &["--vendor", "GE", "--where", "age_years <= 50", "--diagnosis", "malignant"],
    );
    let other = attrition(&fixture, "b");
    assert_eq!(other[1], ("vendor: GE".to_owned(), [20, 76, 40, 40]));
    assert_eq!(other[3], ("diagnosis: malignant".to_owned(), [3, 12, 6, 48]));
}

#[test]
fn a_step_given_twice_counts_twice() {
    let fixture = Fixture::new();
    create(&fixture, "a", &["--where", "age_years > 45", "--where", "age_years < 50"]);
    let rows = attrition(&fixture, "a");
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[2].1[0], 12);
}

#[test]
fn a_step_on_views_limits_the_images_from_there_on() {
    let fixture = Fixture::new();
    create(&fixture, "a", &["--diagnosis", "normal", "--view", "LCC,RCC", "--vendor", "GE"]);
    let images: Vec<u64> = attrition(&fixture, "a").iter().map(|(_, row)| row[1]).collect();
    assert_eq!(images, [236, 140, 70, 22]);
}

#[test]
fn cohorts_are_joined_cut_and_taken_away() {
    let fixture = Fixture::new();
    create(&fixture, "ge", &["--vendor", "GE"]);
    create(&fixture, "old", &["--where", "age_years > 50"]);
    create(&fixture, "ill", &["--diagnosis", "malignant,benign"]);
    for (steps, condition) in [
        (&["--union", "ge,old"][..], "vendor = 'GE' OR age_years > 50"),
        (&["--intersect", "ge,old"], "vendor = 'GE' AND age_years > 50"),
        (&["--except", "ge"], "vendor <> 'GE'"),
        (&["--except", "ge,old"], "vendor <> 'GE' AND age_years <= 50"),
        (
            &["--union", "ge,old", "--except", "ill", "--where", "birads_max = 1"],
            "(vendor = 'GE' OR age_years > 50) AND diagnosis = 'normal' AND birads_max = 1",
        ),
        (
            &["--sql", "SELECT case_id FROM images", "--intersect", "ge"],
            "vendor = 'GE' AND image_count > 0",
        ),
    ] {
        create(&fixture, "c", steps);
        let found =
            fixture.done(&["query", "--format", "csv", "SELECT case_id FROM cohorts.c ORDER BY 1"]);
        let sql = format!("SELECT case_id FROM patients WHERE {condition} ORDER BY 1");
        assert_eq!(found, fixture.done(&["query", "--format", "csv", &sql]), "{steps:?}");
        assert!(found.lines().count() > 2, "{steps:?} tests nothing");
    }
}

#[test]
fn a_cohort_made_from_others_stands_by_itself() {
    let fixture = Fixture::new();
    create(&fixture, "ge", &["--vendor", "GE"]);
    create(&fixture, "c", &["--except", "ge"]);
    create(&fixture, "ge", &["--vendor", "SIEMENS"]);
    fixture.done(&["cohort", "drop", "ge"]);
    let said = fixture.run(&[
        "query",
        "--format",
        "csv",
        "SELECT DISTINCT vendor FROM cohorts.c ORDER BY 1",
    ]);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("vendor\nHOLOGIC\nSIEMENS\n", ""));
}

#[test]
fn views_go_along_with_the_cohorts_that_have_them() {
    let fixture = Fixture::new();
    create(&fixture, "left", &["--view", "LCC,LMLO"]);
    create(&fixture, "right", &["--view", "RCC"]);
    create(&fixture, "c", &["--intersect", "left", "--vendor", "GE"]);
    let images: Vec<u64> = attrition(&fixture, "c").iter().map(|(_, row)| row[1]).collect();
    assert_eq!(images, [236, 118, 38]);
    let said = fixture.run(&["cohort", "create", "d", "--union", "left,right"]);
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: cohort right is limited to images of RCC, the steps before it to LCC, LMLO: limit both to the same views first
    ");
    create(&fixture, "e", &["--intersect", "left", "--view", "LCC"]);
    assert_eq!(attrition(&fixture, "e")[2].1[1], 59);
}

#[test]
fn a_list_of_cases_is_taken_whole_or_not_at_all() {
    let fixture = Fixture::new();
    let file = fixture.dir.path().join("cases.csv");
    for text in [
        "case_id\nCancer_00001\nNormal_00002\n",
        "Cancer_00001\n\n Normal_00002 \nCancer_00001",
        "\u{feff}note,CASE_ID\r\n\"a, b\",Cancer_00001\r\n,Normal_00002\r\n",
    ] {
        fs::write(&file, text).unwrap();
        create(&fixture, "c", &["--cases", "cases.csv"]);
        let found =
            fixture.done(&["query", "--format", "csv", "SELECT case_id FROM cohorts.c ORDER BY 1"]);
        assert_eq!(found, "case_id\nCancer_00001\nNormal_00002\n", "{text:?}");
    }
    for (text, reason) in [
        (
            "case_id\nCancer_00001\nCancer_1\nx'y\n",
            "2 of 3 case IDs are not in the catalog: \"Cancer_1\", \"x'y\"",
        ),
        ("a,b\nCancer_00001,1\n", "it has several columns, none of them named case_id"),
        ("case_id\n\n", "it has no case IDs"),
        ("", "it has no case IDs"),
        ("\"a\nb\"\n", "a case ID contains a line break"),
    ] {
        fs::write(&file, text).unwrap();
        let said = fixture.run(&["cohort", "create", "n", "--cases", "cases.csv"]);
        assert_eq!(said.code, 2, "{text:?}");
        assert!(said.err.contains(reason), "{text:?}: {}", said.err);
    }
    assert_eq!(fixture.run(&["cohort", "create", "n", "--cases", "none.csv"]).code, 2);
}

#[test]
fn files_of_earlier_versions_are_read() {
    let fixture = Fixture::new();
    create(&fixture, "first", &["--vendor", "GE"]);
    let earlier = "name = \"a\"\nsnapshot = 1\npatients = 20\nimages = 76\n\
                   sql = \"SELECT p.case_id FROM patients AS p WHERE p.vendor IN ('GE')\"\nviews = []\n\n\
                   [filters]\nvendor = \"GE\"\n";
    fs::write(fixture.catalog().join("cohorts/a.toml"), earlier).unwrap();
    let rows = attrition(&fixture, "a");
    assert_eq!(rows[1], ("filters: vendor: GE".to_owned(), [20, 76, 40, 40]));
    assert_eq!(rows.len(), 2);
    fs::write(fixture.catalog().join("cohorts/a.toml"), earlier.replace("views", "vies")).unwrap();
    let said = fixture.run(&["cohort", "show", "a"]);
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: catalog/cohorts/a.toml: TOML parse error at line 6, column 1
      |
    6 | vies = []
      | ^^^^
    unknown field `vies`, expected one of `name`, `note`, `snapshot`, `unit`, `members`, `patients`, `images`, `sql`, `views`, `filters`, `step`
    ");
}

#[test]
fn who_came_and_who_went_is_listed_with_the_reason() {
    let fixture = Fixture::new();
    create(&fixture, "m", &["--diagnosis", "malignant"]);
    fixture.snapshot(
        2,
        "DELETE FROM patients WHERE case_id = 'Cancer_00001';
         UPDATE patients SET diagnosis = 'benign' WHERE case_id = 'Cancer_00002';
         UPDATE patients SET diagnosis = 'malignant' WHERE case_id = 'Benign_00001';
         UPDATE patients SET case_id = 'Cancer_00099' WHERE case_id = 'Cancer_00003';",
    );
    let said = fixture.run(&["cohort", "diff", "m", "--format", "csv"]);
    assert_eq!(said.code, 0, "{}", said.err);
    insta::assert_snapshot!(said.out, @r"
    change,case_id,reason
    added,Benign_00001,now meets the steps
    removed,Cancer_00001,no longer in the catalog
    removed,Cancer_00002,no longer meets the steps
    removed,Cancer_00003,no longer in the catalog
    added,Cancer_00099,new in the catalog
    ");
    assert_said!(said, @"
    exit code 0
    --- stdout ---
    change,case_id,reason
    added,Benign_00001,now meets the steps
    removed,Cancer_00001,no longer in the catalog
    removed,Cancer_00002,no longer meets the steps
    removed,Cancer_00003,no longer in the catalog
    added,Cancer_00099,new in the catalog
    --- stderr ---
    cohort m: 2 added, 3 removed from snapshot 1 to the newest
    ");
    let said = fixture.run(&["cohort", "show", "m"]);
    assert_said!(said, @"
    exit code 0
    --- stdout ---
    cohort m, made on snapshot 1

     step                 │ patients │ images │ excluded │ excluded_alone
    ──────────────────────┼──────────┼────────┼──────────┼────────────────
     all patients         │       59 │    228 │        0 │              0
     diagnosis: malignant │       11 │     40 │       48 │             48
    (2 rows)

     diagnosis │ patients │ images
    ───────────┼──────────┼────────
     malignant │       11 │     40
     all       │       11 │     40
    (2 rows)

    SELECT p.case_id
    FROM patients AS p
    WHERE p.diagnosis IN ('malignant')
    ORDER BY p.case_id
    --- stderr ---
    made on snapshot 1 with 12 patients and 48 images; on snapshot 2 it has 11 and 40
    2 added, 3 removed since snapshot 1: `mammodex cohort diff m` lists them
    ");
    // The same the other way round, and nothing of a snapshot against itself.
    let back = fixture.run(&["cohort", "diff", "m", "--snapshot", "2", "--to", "1"]);
    assert_said!(back, @r"
        exit code 0
        --- stdout ---
         change  │ case_id      │ reason
        ─────────┼──────────────┼───────────────────────────
         removed │ Benign_00001 │ no longer meets the steps
         added   │ Cancer_00001 │ new in the catalog
         added   │ Cancer_00002 │ now meets the steps
         added   │ Cancer_00003 │ new in the catalog
         removed │ Cancer_00099 │ no longer in the catalog
        (5 rows)
        --- stderr ---
        cohort m: 3 added, 2 removed from snapshot 2 to 1
        ");
    let none = fixture.run(&["cohort", "diff", "m", "--to", "1", "--format", "csv"]);
    assert_eq!(none.out, "change,case_id,reason\n");
    assert_eq!(fixture.run(&["cohort", "diff", "m", "--to", "7"]).code, 2);
}

#[test]
fn the_flow_is_drawn_with_every_step_and_group() {
    let fixture = Fixture::new();
    create(
        &fixture,
        "c",
        &["--where", "age_years < 45 AND vendor <> '<GE>'", "--vendor", "GE,SIEMENS"],
    );
    let said = fixture.run(&["cohort", "show", "c", "--flow", "flow.svg"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let svg = fs::read_to_string(fixture.dir.path().join("flow.svg")).unwrap();
    let lines: Vec<&str> = svg
        .split("</text>")
        .filter_map(|part| part.rsplit_once('>'))
        .map(|(_, text)| text.trim())
        .filter(|text| !text.is_empty())
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
    fixture.done(&["cohort", "show", "c", "--flow", "again.svg"]);
    assert_eq!(svg, fs::read_to_string(fixture.dir.path().join("again.svg")).unwrap());
}

const STEPS: [(&str, &str); 7] = [
    ("--vendor", "GE,HOLOGIC"),
    ("--diagnosis", "malignant,normal"),
    ("--birads", ">=1"),
    ("--view", "LCC"),
    ("--where", "age_years > 44"),
    ("--except", "ill"),
    ("--where", "t_stage IS NULL"),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..Default::default() })]

    /// Whatever the order: the last stage is the cohort, stages never grow, what is excluded sums
    /// up, and what a step excludes alone does not depend on its place.
    #[test]
    fn attrition_adds_up(order in Just(STEPS.to_vec()).prop_shuffle(), many in 1_usize..=7) {
        let fixture = Fixture::new();
        create(&fixture, "ill", &["--where", "birads_max = 5"]);
        let steps: Vec<&str> = order[..many].iter().flat_map(|(option, text)| [*option, *text]).collect();
        create(&fixture, "c", &steps);
        let rows = attrition(&fixture, "c");
        prop_assert_eq!(rows.len(), many + 1);
        let members = fixture.done(&["query", "--format", "csv", "SELECT count(*) AS n FROM cohorts.c"]);
        prop_assert_eq!(members, format!("n\n{}\n", rows[many].1[0]));
        prop_assert_eq!(rows.iter().map(|(_, row)| row[2]).sum::<u64>() + rows[many].1[0], 60);
        for pair in rows.windows(2) {
            prop_assert!(pair[0].1[0] >= pair[1].1[0] && pair[0].1[1] >= pair[1].1[1]);
            prop_assert!(pair[1].1[2] <= pair[1].1[3]);
        }
        create(&fixture, "one", &steps[..2]);
        prop_assert_eq!(&attrition(&fixture, "one")[1].1[3], &rows[1].1[3]);
    }
}

#[test]
fn ages_years_sides_and_views_are_written_as_people_write_them() {
    let fixture = Fixture::with(
        "UPDATE patients SET tumor_side = ['L', 'R', 'B'][t_stage % 3 + 1] WHERE t_stage IS NOT NULL; \
         UPDATE images SET study_date = DATE '2014-05-06' WHERE case_id < 'Cancer_00005'; \
         UPDATE images SET study_date = DATE '2015-05-06' WHERE case_id >= 'Cancer_00005'",
    );
    let patients = |steps: &[&str]| {
        create(&fixture, "c", steps);
        let rows = attrition(&fixture, "c");
        (rows[1].1[0], rows[1].1[1])
    };
    let same = |left: &[&str], condition: &str| {
        let (left, right) = (patients(left), patients(&["--where", condition]));
        assert!(left.0 > 0 && left.0 < 60 && left.0 == right.0, "{condition}: {left:?} {right:?}");
    };
    same(&["--age", "40-49"], "age_years BETWEEN 40 AND 49");
    same(&["--age", ">= 60, 41"], "age_years >= 60 OR age_years = 41");
    same(&["--tumor-side", "left"], "tumor_side = 'L'");
    same(&["--tumor-side", "Right,both"], "tumor_side IN ('R', 'B')");
    assert_eq!(patients(&["--view", "CC"]), patients(&["--view", "LCC,RCC"]));
    same(
        &["--year", "2014"],
        "EXISTS (FROM images AS i WHERE i.case_id = p.case_id AND i.study_date = '2014-05-06')",
    );
    for wrong in ["49-40", "x", "", "40-", "-3", "4.5"] {
        let said = fixture.run(&["cohort", "create", "w", &format!("--age={wrong}")]);
        assert!(said.err.contains("is not a number or range"), "{wrong}: {}", said.err);
    }
}

#[test]
fn a_condition_with_a_label_is_named_by_it() {
    let fixture = Fixture::new();
    create(
        &fixture,
        "a",
        &["--where", "older than 45: age_years > 45", "--where", "age_years::INT < 50"],
    );
    let steps: Vec<String> = attrition(&fixture, "a").into_iter().map(|(step, _)| step).collect();
    assert_eq!(steps, ["all patients", "older than 45", "where: age_years::INT < 50"]);
    let flow = fixture.dir.path().join("flow.svg");
    create(&fixture, "b", &["--where", "older than 45: age_years > 45"]);
    fixture.done(&["cohort", "show", "b", "--flow", flow.to_str().unwrap()]);
    let figure = fs::read_to_string(flow).unwrap();
    assert!(figure.contains("not: older than 45") && !figure.contains("age_years"), "{figure}");
}
