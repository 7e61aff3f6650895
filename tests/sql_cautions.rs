//! Queries whose answer may be wrong without an error: a note names what to write instead.

use crate::fixture::{Fixture, assert_said};

fn notes(fixture: &Fixture, sql: &str) -> String {
    let said = fixture.run(&["query", "--format", "csv", sql]);
    assert_eq!(said.code, 0, "{}", said.err);
    said.err
}

#[test]
fn codes_are_not_compared_as_text() {
    let fixture = Fixture::new();
    for sql in [
        "SELECT count(*) FROM patients WHERE t_stage_code >= '2'",
        "SELECT count(*) FROM patients WHERE T_Stage_Code > '2'",
        "SELECT count(*) FROM patients WHERE t_stage_code BETWEEN '2' AND '4'",
        "SELECT count(*) FROM patients AS p WHERE p.t_stage_code /* late */ NOT BETWEEN '2' AND '4'",
        "SELECT count(*) FROM patients WHERE \"t_stage_code\" < '2'",
    ] {
        let wanted = "t_stage_code is compared as text, whose order is not that of the categories: use \
                      t_rank(t_stage_code) and t_rank('2')\n";
        assert_eq!(notes(&fixture, sql), wanted, "{sql}");
    }
    for sql in [
        "SELECT count(*) FROM patients WHERE t_rank(t_stage_code) >= t_rank('2')",
        "SELECT count(*) FROM patients WHERE t_stage_code = '2'",
        "SELECT count(*) FROM patients WHERE t_stage >= 2 AND case_id > 'C'",
        "SELECT 't_stage_code > ''2''' AS text",
    ] {
        assert_eq!(notes(&fixture, sql), "", "{sql}");
    }
}

#[test]
fn another_spelling_of_a_value_is_named() {
    let fixture = Fixture::new();
    let wanted = "no row of patients has vendor = 'Hologic'; there is 'HOLOGIC'\n";
    for sql in [
        "SELECT count(*) FROM patients WHERE vendor = 'Hologic'",
        "SELECT count(*) FROM patients WHERE vendor IN ('GE', 'Hologic', 'nobody')",
        "SELECT count(*) FROM patients WHERE vendor NOT IN ('Hologic')",
        "SELECT count(*) FROM patients WHERE vendor <> 'Hologic' OR vendor != 'Hologic'",
    ] {
        assert_eq!(notes(&fixture, sql), wanted, "{sql}");
    }
    for sql in [
        "SELECT count(*) FROM patients WHERE vendor = 'HOLOGIC'",
        "SELECT count(*) FROM patients WHERE vendor = 'nobody'",
        "SELECT count(*) FROM lesions WHERE label = 'Hologic'",
        "SELECT 'GE' AS vendor WHERE 'ge' = 'GE'",
    ] {
        assert_eq!(notes(&fixture, sql), "", "{sql}");
    }
    assert_said!(fixture.run(&["cohort", "create", "c", "--where", "vendor = 'ge'"]), @r"
        exit code 0
        --- stderr ---
        cohort c: 0 patients, 0 images; saved to catalog/cohorts/c.toml
        no row of patients has vendor = 'ge'; there is 'GE'
        it is empty: `mammodex cohort show c` lists what each step excludes
        ");
    let said = fixture.run_with(&["shell"], "SELECT case_id FROM patients WHERE vendor = 'ge';\n");
    assert_said!(said, @r"
        exit code 0
        --- stdout ---
         case_id
        ─────────
        (0 rows)
        --- stderr ---
        no row of patients has vendor = 'ge'; there is 'GE'
        ");
}
