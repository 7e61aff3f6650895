//! `mammodex check`: every rule finds what it is for, and nothing where nothing is.

use mammodex::quality;
use mammodex::records::issue::Severity;
use mammodex::schema;

use crate::fixture::{Fixture, run_in};

/// SQL that breaks one rule in the fixture's tables, and how many rows the check then gives.
///
/// The fixture has neither annotations nor sizes, and every image has the fingerprint `f`; `CALM`
/// makes it break no rule.
const CALM: &str = "
UPDATE images SET header_fingerprint = path, presentation_intent = 'FOR PRESENTATION',
    pixel_spacing_row_mm = 0.07, study_date = DATE '2015-03-04', study_instance_uid = case_id;
UPDATE images SET sop_instance_uid = path;
UPDATE patients SET n_stage = 0, n_stage_code = 'N0' WHERE t_stage = 0;
UPDATE patients SET icdo3 = '8500/2', histology_group = 'DCIS' WHERE t_stage = 0;
UPDATE patients SET discarded = false, lesion_count = 1 WHERE diagnosis = 'malignant';
UPDATE patients SET t_stage_code = CASE WHEN t_stage_code LIKE 'Tis%' THEN t_stage_code ELSE 'T' || t_stage_code END WHERE t_stage IS NOT NULL;
INSERT INTO breasts BY NAME SELECT case_id, unnest(['L', 'R']) AS laterality, diagnosis,
    ['LCC', 'LMLO'] AS views, []::VARCHAR[] AS readers FROM patients;
UPDATE breasts SET views = ['RCC', 'RMLO'] WHERE laterality = 'R';
UPDATE breasts SET has_tumor = laterality = 'L' WHERE diagnosis = 'malignant';
DELETE FROM patients WHERE case_id = 'Normal_00036'; DELETE FROM breasts WHERE case_id = 'Normal_00036';
";

/// A contour of that case, view and reader, at `x` and 10 mm across.
fn contour(case: &str, view: &str, reader: &str, label: &str, x: u32) -> String {
    format!(
        "INSERT INTO lesions BY NAME SELECT '{case}' AS case_id, '{view}' AS view, '{view}'[1] AS laterality,
         '{reader}' AS reader, '{label}' AS label, '{reader}/{case}' AS annotation_path, '{view}{x}' AS lesion_id,
         {x} AS bbox_x_min_px, {x} + 100 AS bbox_x_max_px, 0 AS bbox_y_min_px, 100 AS bbox_y_max_px,
         10.0 AS max_diameter_mm, false AS superseded, false AS is_duplicate, false AS discarded;
         INSERT INTO annotations BY NAME SELECT '{case}' AS case_id, '{reader}' AS reader, '{reader}/{case}' AS path,
         false AS superseded;"
    )
}

fn broken() -> Vec<(&'static str, String, u64)> {
    let patient =
        |set: &str, case: &str| format!("UPDATE patients SET {set} WHERE case_id = '{case}';");
    let image =
        |set: &str, path: &str| format!("UPDATE images SET {set} WHERE path = 'dicom/{path}.dcm';");
    let cancer = "Cancer_00002";
    let both = |a: &str, b: &str| format!("{a}{b}");
    let two = |x: u32| {
        both(
            &contour(cancer, "LCC", "anna", "cancer", 0),
            &contour(cancer, "LCC", "bea", "cancer", x),
        ) + &contour(cancer, "LMLO", "anna", "cancer", 0)
            + &contour(cancer, "LMLO", "bea", "cancer", 0)
    };
    vec![
        ("age-out-of-range", patient("age_years = 17", cancer), 1),
        (
            "birads-both-not-the-worse",
            patient("birads_both = 2, birads_left = 4, birads_right = 0", cancer),
            1,
        ),
        (
            "birads-both-not-the-worse",
            patient("birads_both = 4, birads_left = 4, birads_right = 0", cancer),
            0,
        ),
        ("birads-both-not-the-worse", patient("birads_both = 0, birads_left = 4", cancer), 0),
        ("contour-in-a-normal-case", contour("Normal_00001", "LCC", "a", "benign", 0), 1),
        ("contour-in-a-normal-case", contour("Benign_00001", "LCC", "a", "cancer", 0), 1),
        ("contour-in-a-normal-case", contour("Benign_00001", "LCC", "a", "benign", 0), 0),
        ("contour-on-one-view", contour(cancer, "LCC", "a", "cancer", 0), 1),
        ("contour-on-the-other-side", contour(cancer, "RCC", "a", "cancer", 0), 1),
        ("contour-on-the-other-side", contour(cancer, "RCC", "a", "benign", 0), 0),
        ("diagnosis-unknown", patient("diagnosis = NULL", "Normal_00001"), 1),
        ("case-spelled-twice", patient("case_id = 'normal-2'", "Normal_00001"), 2),
        ("case-spelled-twice", patient("case_id = 'Normal 0000-2'", "Normal_00001"), 0),
        (
            "case-per-view",
            patient("case_id = 'P_01_LEFT_CC'", "Normal_00001")
                + &patient("case_id = 'P_01_RIGHT_MLO_1'", "Normal_00002"),
            2,
        ),
        ("case-per-view", patient("case_id = 'P_01_LEFT_CC'", "Normal_00001"), 0),
        (
            "image-in-two-cases",
            image("pixel_hash = 'h'", "Normal_00001/LCC")
                + &image("pixel_hash = 'h'", "Normal_00002/RCC"),
            2,
        ),
        (
            "image-in-two-cases",
            image("pixel_hash = 'h'", "Normal_00001/LCC")
                + &image("pixel_hash = 'h'", "Normal_00001/RCC"),
            0,
        ),
        ("images-without-spacing", image("pixel_spacing_row_mm = NULL", "Normal_00001/LCC"), 1),
        (
            "malignant-called-benign",
            format!("UPDATE breasts SET birads = 2, birads_code = '2' WHERE case_id = '{cancer}';"),
            1,
        ),
        ("malignant-without-contour", patient("lesion_count = 0", cancer), 1),
        ("malignant-without-contour", patient("lesion_count = 0, discarded = true", cancer), 0),
        (
            "malignant-without-side",
            format!("UPDATE breasts SET has_tumor = NULL WHERE case_id = '{cancer}';"),
            1,
        ),
        ("normal-called-suspicious", patient("birads_max = 4", "Normal_00001"), 1),
        ("readers-disagree", two(0), 0),
        ("readers-disagree", two(30), 0), // 70 of 130 px
        ("readers-disagree", two(40), 1), // 60 of 140 px
        (
            "readers-disagree",
            contour(cancer, "LCC", "a", "", 0) + &contour(cancer, "LMLO", "b", "", 0),
            2,
        ),
        (
            "size-against-contour",
            patient("tumor_size_cm = 0.3", cancer) + &contour(cancer, "LCC", "a", "cancer", 0),
            1,
        ),
        (
            "size-against-contour",
            patient("tumor_size_cm = 0.4", cancer) + &contour(cancer, "LCC", "a", "cancer", 0),
            0,
        ),
        ("size-probably-in-mm", patient("tumor_size_cm = 21", cancer), 1),
        (
            "sop-uid-repeated",
            image("sop_instance_uid = 'u'", "Normal_00001/LCC")
                + &image("sop_instance_uid = 'u'", "Normal_00001/RCC"),
            2,
        ),
        ("special-views-among-standard", image("is_standard_view = false", "Normal_00001/LCC"), 1),
        ("standard-view-repeated", image("view = 'LCC'", "Normal_00001/RCC"), 1),
        ("study-dates-apart", image("study_date = DATE '2016-03-05'", "Normal_00001/LCC"), 1),
        ("study-dates-apart", image("study_date = DATE '2016-03-03'", "Normal_00001/LCC"), 0),
        (
            "study-dates-outside-the-release",
            image("study_date = DATE '2019-01-01'", "Normal_00001/LCC"),
            1,
        ),
        (
            "t-against-histology",
            patient(
                "t_stage = 1, t_stage_code = 'T1', icdo3 = '8500/2', histology_group = 'DCIS'",
                cancer,
            ),
            1,
        ),
        (
            "t-against-histology",
            patient(
                "t_stage = 0, t_stage_code = 'Tis', icdo3 = '8500/3', histology_group = 'IDC'",
                cancer,
            ),
            1,
        ),
        (
            "t-against-histology",
            patient(
                "t_stage = 0, t_stage_code = 'Tis(Paget)', icdo3 = '8540/3', histology_group = 'Paget'",
                cancer,
            ),
            0,
        ),
        (
            "tis-with-nodes",
            patient(
                "t_stage = 0, t_stage_code = 'Tis(DCIS)', n_stage = 1, n_stage_code = 'N1mi'",
                cancer,
            ),
            1,
        ),
        (
            "contours-unaccounted",
            contour(cancer, "LCC", "anna", "cancer", 0)
                + "UPDATE annotations SET contour_count = 3, lesion_count = 1;",
            1,
        ),
        (
            "rows-unaccounted",
            "INSERT INTO sources BY NAME SELECT 'a.xlsx' AS path, 'workbook' AS kind,
             'indexed' AS status, 7 AS row_count;"
                .to_owned(),
            1,
        ),
        (
            "files-unaccounted",
            "INSERT INTO sources BY NAME SELECT path, 'dicom' AS kind, 'indexed' AS status FROM images;
             INSERT INTO sources BY NAME SELECT 'lost.dcm' AS path, 'dicom' AS kind, 'indexed' AS status;"
                .to_owned(),
            1,
        ),
        ("two-devices-in-a-case", image("vendor = 'Planmed'", "Normal_00001/LCC"), 1),
        (
            "views-incomplete",
            image("view = 'LML', is_standard_view = false", "Normal_00001/LMLO"),
            1,
        ),
    ]
}

#[test]
fn every_check_finds_what_it_is_for_and_nothing_else() {
    let calm = Fixture::with(CALM);
    let none = calm.run(&["check", "--format", "csv"]);
    assert_eq!((none.code, none.err.as_str()), (0, "30 checks, none has rows\n"), "{}", none.out);
    let mut tried: Vec<&str> = Vec::new();
    // One catalog, a snapshot per fault: each stands alone.
    for (at, (check, sql, rows)) in broken().into_iter().enumerate() {
        calm.snapshot(u32::try_from(at).unwrap() + 2, &format!("{CALM}{sql}"));
        let said = calm.run(&["check", check, "--format", "jsonl"]);
        assert_eq!(
            said.out.lines().count() as u64,
            rows,
            "{check}: {sql}\n{}{}",
            said.out,
            said.err
        );
        let grave = quality::check(check).unwrap().severity == Severity::Error;
        assert_eq!(said.code, i32::from(grave && rows > 0), "{check}: {}", said.err);
        tried.push(check);
    }
    tried.push("t-against-size"); // below
    let untried: Vec<&str> =
        quality::checks().iter().map(|c| c.name).filter(|name| !tried.contains(name)).collect();
    assert!(untried.is_empty(), "{untried:?}");
}

#[test]
fn sizes_meet_the_limits_of_ajcc() {
    // Size in cm, T, whether they contradict each other.
    let pairs = [
        (0.1, "T1mi", false),
        (0.15, "T1mi", true),
        (0.15, "T1a", false),
        (0.1, "T1a", true),
        (0.5, "T1a", false),
        (0.6, "T1a", true),
        (0.6, "T1b", false),
        (0.5, "T1b", true),
        (1.0, "T1b", false),
        (1.1, "T1b", true),
        (1.0, "T1c", true),
        (1.1, "T1c", false),
        (2.0, "T1c", false),
        (2.04, "T1c", false),
        (2.1, "T1c", true),
        (2.0, "T1", false),
        (2.1, "T1", true),
        (2.0, "T2", true),
        (2.1, "T2", false),
        (5.0, "T2", false),
        (5.1, "T2", true),
        (5.0, "T3", true),
        (5.1, "T3", false),
        (0.3, "T4b", false),
        (9.0, "Tis", false),
        (9.0, "TX", false),
        (0.0, "T3", false),
    ];
    let cases: Vec<String> = pairs
        .iter()
        .enumerate()
        .map(|(at, (size, t, _))| {
            format!("INSERT INTO patients BY NAME SELECT 'S_{at:02}' AS case_id, {size} AS tumor_size_cm, '{t}' AS t_stage_code;")
        })
        .collect();
    let fixture = Fixture::with(&format!("{CALM}DELETE FROM patients; {}", cases.concat()));
    let out = fixture.done(&["check", "t-against-size", "--format", "csv"]);
    for (at, (size, t, contradict)) in pairs.iter().enumerate() {
        assert_eq!(out.contains(&format!("\nS_{at:02},")), *contradict, "{size} cm, {t}: {out}");
    }
    let after = "UPDATE patients SET t_stage_prefix = 'yp';";
    fixture.snapshot(2, &format!("{CALM}DELETE FROM patients; {}{after}", cases.concat()));
    assert_eq!(fixture.done(&["check", "t-against-size", "--format", "jsonl"]), "");
}

#[test]
fn the_overview_tells_severity_rows_and_title() {
    let fixture = Fixture::with(&format!(
        "{CALM} UPDATE patients SET diagnosis = NULL WHERE case_id = 'Normal_00001';"
    ));
    let said = fixture.run(&["check", "--format", "csv"]);
    assert_eq!(said.code, 1);
    insta::assert_snapshot!(said.out);
    insta::assert_snapshot!(said.err, @r"
    30 checks, 1 with rows, 1 of these of severity error
    the rows of one: mammodex check NAME
    ");
    let said = fixture.run(&["check", "diagnosis-unknown", "-o", "rows.csv"]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    insta::assert_snapshot!(said.err);
    let rows = std::fs::read_to_string(fixture.dir.path().join("rows.csv")).unwrap();
    assert!(rows.contains("\nNormal_00001,"), "{rows}");
}

#[test]
fn a_wrong_name_is_refused_with_the_nearest() {
    let fixture = Fixture::new();
    let said = fixture.run(&["check", "t-agianst-size"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    insta::assert_snapshot!(said.err, @r#"mammodex: there is no check "t-agianst-size" (did you mean t-against-size?); `mammodex check` lists them"#);
    assert!(!fixture.run(&["check", "zzz"]).err.contains("did you mean"));
}

#[test]
fn every_check_says_where_its_rows_are_and_in_which_order() {
    for (name, text) in schema::CHECKS {
        let check = quality::check(name).unwrap();
        assert!(text.contains(&format!("-- severity: {}\n", check.severity)), "{name}");
        assert!(text.contains("\nORDER BY "), "{name}: rows need an order");
        let fixed = check.title.starts_with(char::is_uppercase) && !check.title.ends_with('.');
        assert!(fixed && check.means.ends_with('.') && check.advice.ends_with('.'), "{name}");
    }
    let fixture = Fixture::new();
    for check in quality::checks() {
        let sql = format!("SELECT column_name FROM (DESCRIBE {}) LIMIT 1", check.statement().sql);
        let first = fixture.done(&["query", &sql, "--format", "csv"]);
        assert_eq!(first, "column_name\ncase_id\n", "{}", check.name);
    }
}

/// On the sample with faults, the cases that the list of faults names.
#[test]
fn the_faults_of_the_sample_are_found_and_a_clean_one_passes() {
    let dir = tempfile::tempdir().unwrap();
    let done = |arguments: &[&str]| {
        let out =
            crate::fixture::command().args(arguments).current_dir(dir.path()).output().unwrap();
        assert_ne!(out.status.code(), Some(2), "{}", String::from_utf8_lossy(&out.stderr));
    };
    done(&["sample", "clean", "--patients", "60", "--pixels", "none"]);
    done(&["index", "clean", "--catalog", "clean.catalog"]);
    let clean = run_in(dir.path(), &["check", "--catalog", "clean.catalog", "--format", "csv"], "");
    assert_eq!(clean.code, 0, "{}", clean.err);
    let grave = clean.out.lines().filter(|l| !l.starts_with("info") && !l.contains(",0,"));
    assert_eq!(grave.collect::<Vec<_>>(), ["severity,check,rows,title"]);
    done(&["sample", "faults", "--patients", "60", "--pixels", "none", "--flaws"]);
    done(&["index", "faults", "--catalog", "faults.catalog"]);
    let text = std::fs::read_to_string(dir.path().join("faults/flaws.json")).unwrap();
    let flaws: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    for (code, check) in [
        ("lesion-side-contradicts", "contour-on-the-other-side"),
        ("sop-duplicate", "sop-uid-repeated"),
        ("views-missing", "views-incomplete"),
        ("birads-both-mismatch", "birads-both-not-the-worse"),
        ("readers-disagree", "readers-disagree"),
        ("size-doubtful", "size-probably-in-mm"),
        ("size-doubtful", "t-against-size"),
        ("annotation-unreadable", "malignant-without-contour"),
    ] {
        let flaw = flaws.iter().find(|flaw| flaw["code"] == code).unwrap();
        let case = flaw["case_id"].as_str().unwrap();
        let said = run_in(dir.path(), &["check", check, "--catalog", "faults.catalog"], "");
        assert!(said.out.contains(case), "{check} does not find {case}: {}", said.out);
    }
}

#[test]
fn the_shell_shows_checks_and_makes_a_cohort_of_their_rows() {
    let fixture = Fixture::with(&format!(
        "{CALM} UPDATE patients SET age_years = 17 WHERE case_id = 'Normal_00001';"
    ));
    let typed = ".check\n.check age-out-of-range\n.cohort create odd\n.check nothing\n";
    let said = fixture.run_with(&["shell", "--format", "csv"], typed);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.out.contains("warning,age-out-of-range,1,"), "{}", said.out);
    assert!(said.out.contains("\nNormal_00001,17,"), "{}", said.out);
    assert!(said.err.contains("What to do: "), "{}", said.err);
    assert!(said.err.contains("cohort odd: 1 patient"), "{}", said.err);
    assert!(said.err.contains("there is no check \"nothing\""), "{}", said.err);
}
