//! Errors that teach: what stands below DuckDB's word, and where its caret points.

use mammodex::catalog::Catalog;
use mammodex::tables::{relation, spec};
use proptest::prelude::*;

use crate::fixture::{Fixture, assert_said, run_in};

/// The lines from `LINE n:` on: DuckDB's candidates before them are its own affair.
fn taught(fixture: &Fixture, sql: &str) -> String {
    let said = fixture.run(&["query", sql]);
    assert_eq!((said.code, said.out.as_str()), (2, ""), "{sql}: {}", said.err);
    said.err.split_once("LINE ").map_or(String::new(), |(_, rest)| format!("LINE {rest}"))
}

/// The hint alone; empty when there is none.
fn hint(fixture: &Fixture, sql: &str) -> String {
    let lines = taught(fixture, sql);
    lines.lines().find_map(|line| line.strip_prefix("hint: ")).unwrap_or_default().to_owned()
}

#[test]
fn a_misspelt_column_names_the_nearest_and_its_table() {
    let fixture = Fixture::new();
    insta::assert_snapshot!(taught(&fixture, "SELECT vendr FROM patients"), @r"
    LINE 1: SELECT vendr FROM patients
                   ^
    hint: did you mean vendor, a column of patients?
    ");
    // Of the tables that the statement speaks of, not of those that have a column still nearer.
    let said = hint(&fixture, "SELECT b.birad FROM breasts AS b");
    assert_eq!(said, "did you mean birads, a column of breasts?");
    let said = hint(&fixture, "SELECT max_diametr_mm FROM patients");
    assert_eq!(said, "did you mean max_diameter_mm, a column of lesions and contour_reviews?");
}

#[test]
fn a_forgotten_end_of_a_statement_is_noticed() {
    let fixture = Fixture::new();
    for sql in ["SELECT 1\nSELECT 2", "SELECT 1\nFROM patients\nFROM images", "SELECT 1\n.tables"] {
        assert_eq!(hint(&fixture, sql), "end the statement above with ;", "{sql}");
    }
    assert_eq!(hint(&fixture, "SELECT 1 SELECT 2"), "");
    assert_eq!(hint(&fixture, "SELECT 1\n  + SELECT"), "");
}

#[test]
fn a_column_of_another_table_is_told() {
    let fixture = Fixture::new();
    let said = hint(&fixture, "SELECT i.t_stage FROM images AS i");
    assert_eq!(said, "t_stage is a column of patients and cases");
    assert_eq!(hint(&fixture, "SELECT T_STAGE_PREFIX"), "t_stage_prefix is a column of patients");
}

#[test]
fn text_in_double_quotes_is_told_from_a_name() {
    let fixture = Fixture::new();
    insta::assert_snapshot!(hint(&fixture, "FROM patients WHERE vendor = \"GE\""), @r#""GE" in double quotes is a name; text is in single quotes: 'GE'"#);
}

#[test]
fn a_code_held_against_a_number_names_the_column_of_codes() {
    let fixture = Fixture::new();
    insta::assert_snapshot!(taught(&fixture, "SELECT count(*)\nFROM patients AS p\nWHERE p.t_stage = '1c'"), @r"
    LINE 3: WHERE p.t_stage = '1c'
                              ^
    hint: t_stage is a number; for codes write t_stage_code = 'T1c'
    ");
    for (condition, wanted) in [
        ("t_stage >= 't1C'", "t_at_least(t_stage_code, 'T1c')"),
        ("'1c' <= t_stage", "t_at_least(t_stage_code, 'T1c')"),
        ("t_stage IN ('2', '1mi')", "t_stage_code = 'T1mi'"),
        ("t_stage = 'Tis (DCIS)'", "t_stage_code = 'Tis(DCIS)'"),
        ("n_stage < '1mi'", "n_rank(n_stage_code) and n_rank('N1mi')"),
        ("n_stage BETWEEN '1' AND '2a'", "n_rank(n_stage_code) and n_rank('N2a')"),
        ("birads_max >= 'BI-RADS 4a'", "birads_at_least(birads_max_code, '4A')"),
        ("birads_left = '4A'", "birads_left_code = '4A'"),
        ("t_stage = '1c' OR t_stage > '1c'", "t_rank(t_stage_code) and t_rank('T1c')"),
    ] {
        let said = hint(&fixture, &format!("SELECT 1 FROM patients WHERE {condition}"));
        assert!(said.ends_with(&format!("for codes write {wanted}")), "{condition}: {said}");
    }
    let said = hint(&fixture, "SELECT 1 FROM patients WHERE t_stage_code = 1");
    assert_eq!(said, "t_stage_code is text; the number is t_stage");
}

#[test]
fn what_the_hints_for_codes_say_can_be_run() {
    let fixture = Fixture::new();
    for condition in [
        "t_stage_code = 'T1c'",
        "t_at_least(t_stage_code, 'T1c')",
        "n_rank(n_stage_code) < n_rank('N1mi')",
        "birads_at_least(birads_max_code, '4A')",
    ] {
        fixture.done(&["query", &format!("SELECT count(*) FROM patients WHERE {condition}")]);
    }
}

#[test]
fn a_wrong_table_names_the_cohort_the_nearest_or_what_there_is() {
    let fixture = Fixture::new();
    fixture.done(&["cohort", "create", "young", "--where", "age_years < 50"]);
    assert_eq!(hint(&fixture, "FROM young"), "write cohorts.young");
    assert_eq!(hint(&fixture, "FROM cohort.young"), "did you mean cohorts.young?");
    assert_eq!(hint(&fixture, "FROM patinets"), "", "DuckDB names it itself");
    let all = hint(&fixture, "FROM xyz");
    for name in ["patients", "lesion_sizes", "cohorts.young"] {
        assert!(all.starts_with("there are ") && all.contains(name), "{all}");
    }
    let said = fixture.run(&["cohort", "create", "old", "--where", "p.t_stage = '1c'"]);
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: Conversion Error: Could not convert string '1c' to INT16

    LINE 3: WHERE (p.t_stage = '1c')
                               ^
    hint: t_stage is a number; for codes write t_stage_code = 'T1c'
    ");
    let sql = "SELECT case_id\nFROM patients\nWHERE vendr = 'GE'";
    let said = fixture.run(&["cohort", "create", "old", "--sql", sql]);
    assert_said!(said, @r#"
    exit code 2
    --- stderr ---
    mammodex: --sql: Binder Error: Referenced column "vendr" not found in FROM clause!
    Candidate bindings: "vendor", "readers", "views", "age_years", "discarded"

    LINE 3: WHERE vendr = 'GE'
                  ^
    hint: did you mean vendor, a column of patients?
    "#);
    let said = fixture.run_with(&["shell"], "SELECT vendr FROM patients;\n");
    assert_said!(said, @r#"
    exit code 1
    --- stderr ---
    mammodex: Binder Error: Referenced column "vendr" not found in FROM clause!
    Candidate bindings: "vendor", "readers", "views", "age_years", "discarded"

    LINE 1: SELECT vendr FROM patients
                   ^
    hint: did you mean vendor, a column of patients?
    "#);
}

#[test]
fn a_table_that_the_snapshot_was_made_without_is_told() {
    let dir = tempfile::tempdir().unwrap();
    run_in(dir.path(), &["sample", "data", "--patients", "5", "--pixels", "none"], "");
    run_in(dir.path(), &["index", "data"], "");
    let said = run_in(dir.path(), &["query", "FROM tags"], "");
    assert_said!(said, @r#"
    exit code 2
    --- stderr ---
    mammodex: Catalog Error: Table with name tags does not exist!
    Did you mean "images"?

    LINE 1: FROM tags
                 ^
    hint: this snapshot was made without tags
    "#);
}

#[test]
fn a_macro_called_otherwise_says_how() {
    let fixture = Fixture::new();
    let usage = "write t_at_least(t_stage_code, '1c') or FROM t_at_least('1c')";
    assert_eq!(hint(&fixture, "FROM patients WHERE t_at_least('1c')"), usage);
    assert_eq!(hint(&fixture, "FROM patients WHERE t_atleast(t_stage_code, '1c')"), usage);
}

#[test]
fn where_nothing_is_sure_nothing_is_said() {
    let fixture = Fixture::new();
    for sql in [
        "SELECT zzzz FROM patients",
        "SELECT p.nothing FROM (SELECT 1 AS a) AS p",
        "SELECT 1 FROM images WHERE rows = '1c'",
        "SELECT 1 FROM patients WHERE t_stage = 'abc'",
        "SELECT laterality FROM images JOIN breasts USING (case_id)",
        "SELECT frobnicate(1)",
        "SELEC 1",
    ] {
        assert_eq!(hint(&fixture, sql), "", "{sql}");
    }
}

#[test]
fn a_hint_names_only_what_there_is() {
    // Every column of the schema, misspelt, leads back to a column that DuckDB knows.
    let fixture = Fixture::new();
    let mut known =
        fixture.done(&["query", "--format", "csv", "SELECT column_name FROM (DESCRIBE patients)"]);
    known.push('\n');
    let columns = &spec::find("patients").unwrap().columns;
    for column in columns.iter().step_by(5) {
        let slip = format!("{}x", column.name);
        let said = hint(&fixture, &format!("SELECT {slip} FROM patients"));
        let Some(rest) = said.strip_prefix("did you mean ") else { continue };
        let name = rest.split(',').next().unwrap();
        assert!(known.contains(&format!("\n{name}\n")), "{slip}: {said}");
    }
    assert!(relation::view("cases").is_some());
}

/// The display column of the caret, and the text that stands there in the line above.
fn under_the_caret(lines: &str) -> String {
    use unicode_width::UnicodeWidthChar;
    let mut lines = lines.lines();
    let (line, caret) = (lines.next().unwrap(), lines.next().unwrap());
    let column = caret.find('^').unwrap_or_else(|| panic!("no caret: {line}\n{caret}"));
    let mut passed = 0;
    let rest = line.chars().skip_while(|c| {
        let before = passed < column;
        passed += if before { c.width().unwrap_or(0) } else { 0 };
        before
    });
    rest.take(8).collect()
}

#[test]
fn the_caret_stands_under_its_word_whatever_stands_before() {
    let fixture = Fixture::new();
    for before in [
        "SELECT ",
        "SELECT\n\t\t",
        "SELECT 1,\r\n\t",
        "SELECT '한글 표',\t",
        "SELECT 'ｆｕｌｌ' AS 열, ",
        "SELECT 'e\u{301}' AS a, ",
        "SELECT -- 주석\n'\t', ",
        "SELECT 'a long line that DuckDB cuts, because it is wider than a terminal is, and then some more of it', ",
    ] {
        let lines = taught(&fixture, &format!("{before}case_idd,\t1\nFROM patients"));
        assert_eq!(under_the_caret(&lines), "case_idd", "{before:?}: {lines}");
        assert!(!lines.contains(['\t', '\r']) && !lines.contains("\\t"), "{lines}");
    }
}

#[test]
fn no_text_before_a_word_moves_the_caret_from_it() {
    let fixture = Fixture::new();
    let catalog = Catalog::open(&fixture.catalog(), None).unwrap();
    let config =
        ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(before in "[a-z가-힣ａ-ｚ\\t ;]{0,90}", lines in "\\PC{0,20}")| {
        let lines = lines.replace('\'', "''");
        let sql = format!("SELECT '{lines}',\n'{before}', case_idd,\t1\nFROM patients");
        let said = catalog.query(&sql).err().map(|error| error.to_string()).unwrap_or_default();
        let (_, shown) = said.split_once("LINE 2: ").unwrap();
        prop_assert_eq!(under_the_caret(&format!("LINE 2: {}", shown)), "case_idd", "{}", said);
    });
}

#[test]
fn no_statement_is_too_odd_for_a_hint() {
    let fixture = Fixture::new();
    let catalog = Catalog::open(&fixture.catalog(), None).unwrap();
    let config =
        ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(text in "\\PC{0,30}", word in "[a-z_\"'().*+]{0,12}")| {
        let quoted = text.replace('\'', "''").replace('"', "\"\"");
        for sql in [
            format!("FROM \"{quoted}\""),
            format!("SELECT \"{quoted}\" FROM patients"),
            format!("SELECT {word} FROM patients"),
            format!("FROM patients WHERE t_stage = '{quoted}'"),
            text.clone(),
        ] {
            let _ = catalog.query(&sql);
        }
    });
}
