//! `mammodex check`: JUnit and SARIF, waivers by command, history over snapshots.

use std::fs;

use crate::fixture::{Fixture, assert_said, python};

const YOUNG: &str =
    "UPDATE patients SET age_years = 17 WHERE case_id IN ('Normal_00001', 'Normal_00002');";

#[test]
fn junit_and_sarif_are_read_by_independent_programs() {
    let fixture = Fixture::with(YOUNG);
    let folder = fixture.catalog().join("checks");
    fs::create_dir_all(&folder).unwrap();
    let head = "-- severity: error\n-- title: A <b> & \"c\"\n-- means: It is.\n-- advice: Ask.\n-- key: case_id\n";
    fs::write(folder.join("wrong.sql"), format!("{head}SELECT nothing FROM patients")).unwrap();
    fs::write(
        folder.join("odd.sql"),
        format!("{head}SELECT case_id, 'a b/ü?.dcm' AS path FROM patients WHERE age_years = 17"),
    )
    .unwrap();
    let waive = ["check", "waive", "patients.age_years.range", "--reason", "<confirmed>"];
    fixture.done(&waive);
    for (format, file) in [("junit", "checks.xml"), ("sarif", "checks.sarif")] {
        let said = fixture.run(&["check", "-o", file]);
        assert_eq!(said.code, 1, "{}", said.err);
        let printed = fixture.run(&["check", "--format", format]).out;
        assert_eq!(fs::read_to_string(fixture.dir.path().join(file)).unwrap(), printed);
    }
    let log: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(fixture.dir.path().join("checks.sarif")).unwrap())
            .unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let odd = results.iter().find(|result| result["ruleId"] == "odd").unwrap();
    insta::assert_snapshot!(format!("{odd:#}"), @r#"
        {
          "ruleId": "odd",
          "ruleIndex": 5,
          "level": "error",
          "message": {
            "text": "A <b> & \"c\": [\"Normal_00001\"]"
          },
          "partialFingerprints": {
            "rowKey/v1": "odd:[\"Normal_00001\"]"
          },
          "locations": [
            {
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "a%20b/%C3%BC%3F.dcm",
                  "uriBaseId": "DATASET"
                }
              },
              "logicalLocations": [
                {
                  "name": "Normal_00001",
                  "kind": "case"
                }
              ]
            }
          ]
        }
        "#);
    let waived = results.iter().find(|r| r["ruleId"] == "patients.age_years.range").unwrap();
    assert_eq!(waived["suppressions"][0]["justification"], "<confirmed>");
    let failed = &log["runs"][0]["invocations"][0];
    assert_eq!(failed["executionSuccessful"], false);
    let told = python()
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/check_formats.py"))
        .args(["checks.xml", "checks.sarif"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/sarif-schema-2.1.0.json"))
        .current_dir(fixture.dir.path())
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&told.stdout).into_owned();
    if told.status.code() == Some(77) {
        eprintln!("{out}");
        return;
    }
    assert!(told.status.success(), "{out}{}", String::from_utf8_lossy(&told.stderr));
    let junit = out.lines().find(|line| line.starts_with("junit ")).unwrap();
    let numbers: Vec<usize> = junit.split(' ').skip(1).map(|n| n.parse().unwrap()).collect();
    assert_eq!(numbers[0], mammodex::quality::checks().len() + 2, "{out}");
    assert_eq!(numbers[2], 1, "{out}");
    assert!(out.lines().any(|line| line.starts_with("sarif ") && line.ends_with(" 2")), "{out}");
}

#[test]
fn a_check_is_waived_by_command_until_it_has_more_rows() {
    let fixture = Fixture::with(YOUNG);
    let name = "patients.age_years.range";
    assert_said!(fixture.run(&["check", "waive", name, "--reason", "confirmed", "--who", "Kim"]), @r"
        exit code 0
        --- stderr ---
        waived: patients.age_years.range, 2 rows; saved to catalog/checks/waivers.toml
        ");
    let file = fixture.catalog().join("checks/waivers.toml");
    insta::assert_snapshot!(fs::read_to_string(&file).unwrap(), @r#"
        [[waiver]]
        check = "patients.age_years.range"
        reason = "confirmed"
        who = "Kim"
        rows = 2
        "#);
    assert!(
        fixture
            .run(&["check"])
            .err
            .contains("\nwaived: patients.age_years.range, 2 rows: confirmed (Kim)\n")
    );
    fixture.snapshot(2, &YOUNG.replace("'Normal_00002'", "'Normal_00002', 'Normal_00003'"));
    let more = fixture.run(&["check"]);
    assert!(more.out.contains("warning │ patients.age_years.range"), "{}", more.out);
    let fault = "the waiver of patients.age_years.range covers nothing: it covers 2 rows, and there are 3\n";
    assert!(more.err.contains(fault), "{}", more.err);
    fixture.done(&[
        "check",
        "waive",
        name,
        "--reason",
        "confirmed",
        "--any-rows",
        "--until",
        "2999-01-31",
    ]);
    assert!(fixture.run(&["check"]).err.contains("\nwaived: "));
    fixture.done(&["check", "waive", name, "--remove"]);
    assert!(!fixture.run(&["check"]).err.contains("waive"));
    for (arguments, message) in [
        (
            &["check", "waive", name, "--remove"][..],
            "there is no waiver of patients.age_years.range",
        ),
        (&["check", "waive", name], "--reason <TEXT>"),
        (&["check", "waive", name, "--reason", " "], "a waiver needs a reason"),
        (&["check", "waive", "tis-with-nodes", "--reason", "x"], "there is nothing to waive"),
        (&["check", "waive", "tis-with-node", "--reason", "x"], "did you mean tis-with-nodes?"),
        (&["check", "waive", name, "--reason", "x", "--until", "tomorrow"], "not a day"),
    ] {
        let said = fixture.run(arguments);
        assert_eq!(said.code, 2, "{arguments:?}");
        assert!(said.err.contains(message), "{arguments:?}: {}", said.err);
    }
}

#[test]
fn rows_of_two_snapshots_are_new_gone_or_the_same() {
    let fixture = Fixture::with(YOUNG);
    let moved = YOUNG.replace("'Normal_00001'", "'Normal_00003', 'Normal_00004'");
    let error = "UPDATE patients SET diagnosis = NULL WHERE case_id = 'Normal_00005';";
    fixture.snapshot(2, &moved);
    fixture.snapshot(3, &format!("{moved}{error}"));
    let name = "patients.age_years.range";
    assert_said!(fixture.run(&["check", name, "--since", "1", "--snapshot", "2", "--format", "csv"]), @r#"
        exit code 0
        --- stdout ---
        check,change,key
        patients.age_years.range,gone,"[""Normal_00001""]"
        patients.age_years.range,same,"[""Normal_00002""]"
        patients.age_years.range,new,"[""Normal_00003""]"
        patients.age_years.range,new,"[""Normal_00004""]"
        "#);
    let all = fixture.run(&["check", "--since", "1", "--snapshot", "2", "--format", "csv"]);
    assert_eq!(all.code, 0, "{}", all.err);
    assert!(all.out.contains("warning,patients.age_years.range,2,1,1,"), "{}", all.out);
    // A new row of severity error is the exit code.
    let newer = fixture.run(&["check", "--since", "2", "--format", "csv"]);
    assert!(newer.out.contains("error,patients.diagnosis.required,1,0,0,"), "{}", newer.out);
    assert_eq!((newer.code, fixture.run(&["check", "--since", "3"]).code), (1, 0));
    assert_eq!(fixture.run(&["check", "--since", "9"]).code, 2);
}
