//! `mammodex check`: rules and waivers of the catalog's own.

use std::fs;

use mammodex::catalog::Catalog;
use mammodex::quality::{self, CheckResult, CheckStatus};

use crate::fixture::{Fixture, assert_said};

const HEAD: &str = "-- severity: error
-- title: Young women
-- means: None is expected.
-- advice: Ask.
-- population: patients WHERE age_years IS NOT NULL
-- key: case_id
";

const YOUNG: &str = "SELECT case_id, age_years FROM patients WHERE age_years < 43 ORDER BY case_id";

fn write(fixture: &Fixture, file: &str, text: &str) {
    let folder = fixture.catalog().join("checks");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(file), text).unwrap();
}

fn result(fixture: &Fixture, name: &str) -> CheckResult {
    let catalog = Catalog::open(&fixture.catalog(), None).unwrap();
    let report = quality::run_checks(&catalog).unwrap();
    report.results.into_iter().find(|result| result.check.name == name).unwrap()
}

#[test]
fn a_rule_of_the_catalog_is_run_beside_those_of_the_program() {
    let fixture = Fixture::new();
    write(&fixture, "young.sql", &format!("{HEAD}{YOUNG};\n"));
    let young = result(&fixture, "young");
    assert_eq!((young.rows, young.population), (6, Some(60)));
    assert_eq!(young.status, CheckStatus::Failed);
    assert_said!(fixture.run(&["check", "young", "--format", "csv"]), @r"
        exit code 1
        --- stdout ---
        case_id,age_years
        Benign_00001,41
        Benign_00002,42
        Cancer_00001,41
        Cancer_00002,42
        Normal_00001,41
        Normal_00002,42
        --- stderr ---
        young (error): Young women
        None is expected.
        What to do: Ask.
        6 of 60 (10.0 %): failed
        ");
}

#[test]
fn a_tolerated_count_or_share_passes_and_one_more_row_fails() {
    let fixture = Fixture::new();
    for (lines, status) in [
        ("-- at-most: 6\n", CheckStatus::Passed),
        ("-- at-most: 5\n", CheckStatus::Failed),
        ("-- at-most-percent: 10\n", CheckStatus::Passed),
        ("-- at-most-percent: 9.9\n", CheckStatus::Failed),
        ("-- at-most: 5\n-- at-most-percent: 10\n", CheckStatus::Passed),
    ] {
        write(&fixture, "young.sql", &format!("{HEAD}{lines}{YOUNG}"));
        assert_eq!(result(&fixture, "young").status, status, "{lines}");
    }
    let nobody = HEAD.replace("age_years IS NOT NULL", "false");
    write(&fixture, "young.sql", &format!("{nobody}SELECT case_id FROM patients WHERE false"));
    assert_eq!(result(&fixture, "young").status, CheckStatus::NotApplicable);
}

/// What a stranger may write, and a part of the message.
#[test]
fn a_rule_that_does_more_than_read_the_catalog_is_not_run() {
    let fixture = Fixture::new();
    fs::write(fixture.dir.path().join("secret.csv"), "case_id\nx\n").unwrap();
    let secret = fixture.dir.path().join("secret.csv").display().to_string();
    for (text, message) in [
        (format!("{HEAD}SELECT * FROM read_csv('{secret}')"), "calls the function read_csv"),
        (format!("{HEAD}SELECT * FROM '{secret}'"), "reads the file"),
        (format!("{HEAD}COPY patients TO 'out.csv'"), "not one SELECT statement"),
        (format!("{HEAD}{YOUNG}; DROP VIEW patients"), "expected one SQL statement, not 2"),
        (format!("{HEAD}SELECT 1) UNION (SELECT 2"), "syntax error"),
        (format!("{HEAD}SELECT nothing FROM patients"), "nothing"),
        (
            format!(
                "{}{YOUNG}",
                HEAD.replace("patients WHERE age_years IS NOT NULL", "read_text('x')")
            ),
            "calls the function read_text",
        ),
        (format!("{}{YOUNG}", HEAD.replace("-- means: None is expected.\n", "")), "-- means"),
        (format!("{}{YOUNG}", HEAD.replace("error", "grave")), "severity is not"),
        (format!("{}{YOUNG}", HEAD.replace("-- key", "-- at-most: many\n-- key")), "at-most"),
    ] {
        write(&fixture, "young.sql", &text);
        let CheckStatus::Error(reason) = result(&fixture, "young").status else {
            panic!("{text} was run");
        };
        assert!(reason.contains(message), "{text}: {reason}");
    }
    assert!(!fixture.dir.path().join("out.csv").exists());
    // The others are run, and the exit code says that one was not.
    let said = fixture.run(&["check"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("1 could not be run"), "{}", said.err);
    assert!(said.err.contains("mammodex: young: "), "{}", said.err);
}

#[test]
fn the_name_of_a_rule_is_checked() {
    let fixture = Fixture::new();
    for (file, message) in [
        ("views-incomplete.sql", "the program has a check of that name"),
        ("waive.sql", "cannot be called waive"),
        ("a b.sql", "not a valid name"),
    ] {
        write(&fixture, file, &format!("{HEAD}{YOUNG}"));
        let catalog = Catalog::open(&fixture.catalog(), None).unwrap();
        let report = quality::run_checks(&catalog).unwrap();
        let reasons: Vec<&String> = report
            .results
            .iter()
            .filter_map(|result| match &result.status {
                CheckStatus::Error(reason) => Some(reason),
                _ => None,
            })
            .collect();
        assert_eq!(reasons.len(), 1, "{file}: {reasons:?}");
        assert!(reasons[0].contains(message), "{file}: {reasons:?}");
        fs::remove_file(fixture.catalog().join("checks").join(file)).unwrap();
    }
}

#[test]
fn a_waiver_covers_what_it_says_and_one_that_covers_nothing_is_reported() {
    let fixture = Fixture::new();
    write(&fixture, "young.sql", &format!("{HEAD}{YOUNG}"));
    let waive = |lines: &str| {
        write(
            &fixture,
            "waivers.toml",
            &format!("[[waiver]]\nreason = \"a study of young women\"\n{lines}"),
        );
        let catalog = Catalog::open(&fixture.catalog(), None).unwrap();
        let report = quality::run_checks(&catalog).unwrap();
        let waived = report.count("waived", None);
        (waived, report.waiver_faults.first().map(|fault| fault.reason.clone()))
    };
    for lines in [
        "check = \"young\"",
        "check = \"young\"\nrows = 6",
        "check = \"young\"\nuntil_snapshot = 1",
        "check = \"young\"\nuntil = \"2999-12-31\"",
    ] {
        assert_eq!(waive(lines), (1, None), "{lines}");
    }
    for (lines, reason) in [
        ("check = \"yuong\"", "there is no check of that name"),
        ("check = \"tis-with-nodes\"", "the check passes"),
        ("check = \"contours-unaccounted\"", "the check does not apply to the snapshot"),
        ("check = \"young\"\nrows = 5", "it covers 5 rows, and there are 6"),
        ("check = \"young\"\nuntil_snapshot = 0", "it ended with snapshot 0"),
        ("check = \"young\"\nuntil = \"2001-01-31\"", "it ended on 2001-01-31"),
    ] {
        assert_eq!(waive(lines), (0, Some(reason.to_owned())), "{lines}");
    }
    waive("check = \"young\"\nwho = \"Kim\"");
    assert_said!(fixture.run(&["check", "young", "--format", "csv"]), @r"
        exit code 0
        --- stdout ---
        case_id,age_years
        Benign_00001,41
        Benign_00002,42
        Cancer_00001,41
        Cancer_00002,42
        Normal_00001,41
        Normal_00002,42
        --- stderr ---
        young (error): Young women
        None is expected.
        What to do: Ask.
        6 of 60 (10.0 %): waived
        waived: young, 6 rows: a study of young women (Kim)
        ");
    for (text, message) in [
        ("[[waiver]]\ncheck = \"young\"", "missing field `reason`"),
        ("[[waiver]]\ncheck = \"young\"\nreason = \" \"", "the waiver of young has no reason"),
        ("[[waiver]]\ncheck = \"young\"\nreason = \"x\"\nuntil = \"1.2.2027\"", "is not a date"),
        ("[[waiver]]\ncheck = \"young\"\nreason = \"x\"\nuntill = 3", "unknown field `untill`"),
    ] {
        write(&fixture, "waivers.toml", text);
        let said = fixture.run(&["check"]);
        assert_eq!(said.code, 2, "{text}");
        assert!(said.err.contains(message), "{text}: {}", said.err);
    }
}
