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
fn codes_are_not_sorted_as_text_under_any_name() {
    let fixture = Fixture::new();
    let sorted = |name: &str, rank: &str| {
        format!(
            "{name} is sorted as text, whose order is not that of the categories: use ORDER BY \
             {rank}({name})\n"
        )
    };
    let stage = sorted("t_stage_code", "t_rank");
    for sql in [
        "SELECT t_stage_code, count(*) FROM patients GROUP BY 1 ORDER BY 1",
        "SELECT vendor, p.t_stage_code FROM patients p ORDER BY 1, 2 DESC",
        "SELECT * FROM (SELECT case_id, t_stage_code FROM patients) ORDER BY 2",
        "FROM patients SELECT case_id ORDER BY lower(t_stage_code)",
        "FROM patients SELECT case_id ORDER BY coalesce(t_stage_code, '?')::VARCHAR",
        "SELECT string_agg(case_id, ' ' ORDER BY t_stage_code) FROM patients",
        "SELECT case_id, row_number() OVER (PARTITION BY vendor ORDER BY t_stage_code) FROM patients",
        "CREATE TEMP TABLE x AS SELECT case_id, t_stage_code FROM patients ORDER BY 2; FROM x LIMIT 0",
    ] {
        let said = fixture.run(&["query", sql]);
        assert_eq!((said.code, said.err.as_str()), (0, stage.as_str()), "{sql}");
    }
    for (sql, wanted) in [
        ("SELECT t_stage_code AS t FROM patients ORDER BY t", sorted("t_stage_code", "t_rank")),
        (
            "SELECT t FROM (SELECT n_stage_code AS t FROM patients) ORDER BY t",
            sorted("t", "n_rank"),
        ),
        (
            "SELECT t_stage_code, count(*) FROM patients GROUP BY ALL ORDER BY ALL",
            stage.replace("t_rank(t_stage_code)", "min(t_rank(t_stage_code))"),
        ),
        (
            "SELECT t_stage_code FROM patients UNION ALL SELECT t_stage_code FROM patients ORDER BY 1",
            stage.replace("use ORDER", "use FROM (…) ORDER"),
        ),
        (
            "WITH s AS (SELECT case_id, t_stage_code AS t FROM patients) FROM s ORDER BY s.t",
            sorted("t", "t_rank"),
        ),
        (
            "SELECT count(*) FROM patients a, patients b WHERE a.t_stage_code < b.t_stage_code",
            "t_stage_code is compared as text, whose order is not that of the categories: use \
             t_rank(t_stage_code)\n".to_owned(),
        ),
        (
            "SELECT count(*) FROM patients WHERE upper(t_stage_code) BETWEEN 'T1' AND 'T2'",
            "t_stage_code is compared as text, whose order is not that of the categories: use \
             t_rank(t_stage_code) and t_rank('T1')\n".to_owned(),
        ),
        (
            "SELECT arg_max(case_id, t_stage_code) FROM patients",
            "arg_max(t_stage_code) compares texts, whose order is not that of the categories: use \
             arg_max(…, t_rank(t_stage_code))\n".to_owned(),
        ),
        (
            "SELECT least(t_stage_code, 'T1'), list_sort(list(n_stage_code)) FROM patients GROUP BY 1",
            "least(t_stage_code) compares texts, whose order is not that of the categories: use \
             least(t_rank(t_stage_code)), or arg_min(t_stage_code, t_rank(t_stage_code))\n\
             list_sort(n_stage_code) compares texts, whose order is not that of the categories: use \
             list(n_stage_code ORDER BY n_rank(n_stage_code))\n".to_owned(),
        ),
    ] {
        assert_eq!(notes(&fixture, sql), wanted, "{sql}");
    }
    for sql in [
        "SELECT t_rank(t_stage_code) AS t_stage_code FROM patients ORDER BY t_stage_code",
        "SELECT t_stage_code, count(*) FROM patients GROUP BY 1 ORDER BY 2",
        "SELECT t_stage_code, count(*) FROM patients GROUP BY 1 ORDER BY t_rank(1::VARCHAR)",
        "FROM patients SELECT case_id, t_stage_code ORDER BY 1",
        "SELECT case_id FROM patients ORDER BY t_stage_code = 'T2', 1",
    ] {
        assert_eq!(notes(&fixture, sql), "", "{sql}");
    }
}

#[test]
fn letters_of_another_case_never_equal_a_text() {
    let fixture = Fixture::new();
    for (sql, wanted) in [
        (
            "SELECT count(*) FROM patients p WHERE lower(p.vendor) = 'Hologic'",
            "lower(vendor) never equals 'Hologic': write 'hologic'\n",
        ),
        (
            "SELECT count(*) FROM patients WHERE 'ge' <> upper(vendor)",
            "upper(vendor) never equals 'ge': write 'GE'\n",
        ),
        (
            "SELECT count(*) FROM patients WHERE lower(vendor) IN ('ge', 'HOLOGIC')",
            "lower(vendor) never equals 'HOLOGIC': write 'hologic'\n",
        ),
        (
            "SELECT count(*) FROM patients WHERE lower(vendor) NOT LIKE 'Holo%'",
            "lower(vendor) never equals 'Holo%': write 'holo%'\n",
        ),
    ] {
        assert_eq!(notes(&fixture, sql), wanted, "{sql}");
    }
    for sql in [
        "SELECT count(*) FROM patients WHERE lower(vendor) = 'hologic' OR upper(vendor) = 'GE'",
        "SELECT lower('ABC') = lower('Abc')",
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
