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
        "SELECT count(*) FROM patients AS p WHERE '2' <= p.t_stage_code",
        "SELECT count(*) FROM images JOIN (FROM patients WHERE t_stage_code >= '2') USING (case_id)",
    ] {
        let wanted = "t_stage_code is compared as text, whose order is not that of the categories: use \
                      t_rank(t_stage_code) and t_rank('2')\n";
        assert_eq!(notes(&fixture, sql), wanted, "{sql}");
    }
    for (sql, wanted) in [
        (
            "SELECT max(p.t_stage_code) FROM patients p",
            "max(t_stage_code) compares texts, whose order is not that of the categories: use \
             max(t_rank(t_stage_code)), or arg_max(t_stage_code, t_rank(t_stage_code))\n",
        ),
        (
            "SELECT vendor, birads_max_code FROM patients ORDER BY vendor, birads_max_code DESC",
            "birads_max_code is sorted as text, whose order is not that of the categories: use ORDER BY \
             birads_rank(birads_max_code)\n",
        ),
    ] {
        assert_eq!(notes(&fixture, sql), wanted, "{sql}");
    }
    for sql in [
        "SELECT vendor FROM patients WHERE t_stage_code IN ('2', '4') ORDER BY t_rank(t_stage_code)",
        "SELECT arg_max(t_stage_code, t_rank(t_stage_code)) FROM patients",
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
        "SELECT count(*) FROM patients AS p WHERE 'Hologic' = p.vendor",
        "WITH h AS (FROM patients WHERE vendor = 'Hologic') SELECT count(*) FROM h",
    ] {
        assert_eq!(notes(&fixture, sql), wanted, "{sql}");
    }
    fixture.done(&["cohort", "create", "all", "--where", "true"]);
    for (sql, wanted) in [
        (
            "SELECT count(*) FROM patients WHERE vendor LIKE 'Holo%'",
            "no row of patients has vendor LIKE 'Holo%'; there is 'HOLOGIC'\n",
        ),
        (
            "SELECT count(*) FROM cohorts.all WHERE vendor = 'Hologic'",
            "no row of patients has vendor = 'Hologic'; there is 'HOLOGIC'\n",
        ),
        (
            "SELECT count(*) FROM cases WHERE diagnosis = 'Benign'",
            "no row of cases has diagnosis = 'Benign'; there is 'benign'\n",
        ),
    ] {
        assert_eq!(notes(&fixture, sql), wanted, "{sql}");
    }
    for sql in [
        "SELECT count(*) FROM patients WHERE vendor LIKE 'HOLO%' OR vendor ILIKE 'holo%'",
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
