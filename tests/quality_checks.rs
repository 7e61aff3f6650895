//! `mammodex check`: every rule finds what it is for, and nothing where nothing is.

use std::collections::BTreeSet;

use mammodex::catalog::Catalog;
use mammodex::quality::{self, CheckResult, CheckStatus, CheckSuite};
use mammodex::records::issue::{ISSUE_CODES, Severity};

use crate::fixture::{Fixture, assert_said, run_in};

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
UPDATE patients SET clinical_row_count = 1, model_family = 'M', tumor_side = 'L';
UPDATE patients SET histology = 'IDC', tumor_location_raw = 'left',
    tumor_size_cm = CASE t_stage WHEN 0 THEN 1.0 WHEN 1 THEN CASE t_stage_code WHEN 'T1mi' THEN 0.1 ELSE 1.5 END
        WHEN 2 THEN 3.0 ELSE 6.0 END WHERE diagnosis = 'malignant';
UPDATE images SET modality = 'MG', presentation_intent = 'FOR PRESENTATION', samples_per_pixel = 1,
    bits_allocated = 16, bits_stored = 12, photometric_interpretation = 'MONOCHROME2', lossy_compressed = false,
    kvp_kv = 28, exposure_mas = 80, exposure_time_ms = 1000, tube_current_ma = 80, compression_force_n = 100,
    breast_thickness_mm = 55, organ_dose_mgy = 1.5, source_to_detector_mm = 650, source_to_patient_mm = 600,
    positioner_angle_deg = 45, sex = 'F', model = 'M', software_version = '1';
INSERT INTO sources BY NAME SELECT path, 'dicom' AS kind, 'indexed' AS status FROM images;
INSERT INTO sources BY NAME SELECT 'clinical.xlsx' AS path, 'workbook' AS kind, 'indexed' AS status, 59 AS row_count;
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
        ("patients.age_years.range", patient("age_years = 17", cancer), 1),
        ("patients.age_years.range", patient("age_years = 18", cancer), 0),
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
        ("patients.diagnosis.required", patient("diagnosis = NULL", "Normal_00001"), 1),
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
        (
            "malignant-called-benign",
            format!("UPDATE breasts SET birads = 2, birads_code = '2' WHERE case_id = '{cancer}';"),
            1,
        ),
        (
            "malignant-called-benign",
            format!("UPDATE breasts SET birads = 5, birads_code = '5' WHERE case_id = '{cancer}';"),
            0,
        ),
        (
            "contour-on-one-view",
            contour(cancer, "LCC", "a", "cancer", 0) + &contour(cancer, "LMLO", "a", "cancer", 0),
            0,
        ),
        (
            "contours-unaccounted",
            contour(cancer, "LCC", "anna", "cancer", 0)
                + "UPDATE annotations SET contour_count = 1, lesion_count = 1, pointer = '';
                   UPDATE lesions SET annotation_pointer = '';",
            0,
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
            "INSERT INTO sources BY NAME SELECT 'lost.dcm' AS path, 'dicom' AS kind, 'indexed' AS status;"
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

/// SQL that breaks a fact about a column, and how many rows the check then gives.
fn contradicted() -> Vec<(&'static str, String, u64)> {
    let one = "path = 'dicom/Normal_00001/LCC.dcm'";
    let image = |set: &str| format!("UPDATE images SET {set} WHERE {one};");
    let patient =
        |set: &str, case: &str| format!("UPDATE patients SET {set} WHERE case_id = '{case}';");
    let ge = |column: &str| format!("UPDATE images SET {column} = NULL WHERE vendor = 'GE';");
    let unfilled = |column: &str| {
        // Two of the twelve malignant cases, all of one vendor.
        format!("UPDATE patients SET vendor = 'GE' WHERE diagnosis = 'malignant';
                 UPDATE patients SET {column} = NULL WHERE case_id IN ('Cancer_00002', 'Cancer_00003');")
    };
    let (cancer, normal) = ("Cancer_00002", "Normal_00001");
    let mut all = vec![
        ("patients.vendor.required", patient("vendor = NULL", normal), 1),
        ("patients.model_family.filled", "UPDATE patients SET model_family = NULL WHERE vendor = 'GE';".to_owned(), 19),
        // A column that no row fills is one that the data set does not have.
        ("patients.model_family.filled", "UPDATE patients SET model_family = NULL;".to_owned(), 0),
        ("patients.birads_max.filled", "UPDATE patients SET birads_max = NULL WHERE diagnosis = 'benign';".to_owned(), 12),
        ("patients.birads_max.filled", patient("birads_max = NULL", normal), 0),
        ("patients.t_stage_code.only", patient("t_stage_code = 'T1'", normal), 1),
        ("patients.n_stage_code.only", patient("n_stage_code = 'N0'", normal), 1),
        ("patients.tumor_size_cm.only", patient("tumor_size_cm = 1", normal), 1),
        ("patients.tumor_size_cm.only", patient("tumor_size_cm = 1", cancer), 0),
        ("patients.tumor_size_cm.range", patient("tumor_size_cm = 201", cancer), 1),
        ("patients.tumor_size_cm.range", patient("tumor_size_cm = 21", cancer), 0),
        ("patients.tumor_size_cm.unit", patient("tumor_size_cm = 21", cancer), 1),
        ("patients.tumor_size_cm.unit", patient("tumor_size_cm = 201", cancer), 0),
        ("patients.histology_group.required", patient("histology_group = NULL", cancer), 1),
        ("images.study_instance_uid.required", image("study_instance_uid = NULL"), 1),
        ("images.study_instance_uid.required", image("study_instance_uid = NULL, mammogram_type = NULL"), 0),
        ("images.modality.vocabulary", image("modality = 'CT'"), 1),
        ("images.modality.vocabulary", image("modality = NULL"), 0),
        ("images.presentation_intent.required", image("presentation_intent = NULL"), 1),
        ("images.presentation_intent.vocabulary", image("presentation_intent = 'FOR NOTHING'"), 1),
        ("images.samples_per_pixel.vocabulary", image("samples_per_pixel = 3"), 1),
        ("images.bits_allocated.vocabulary", image("bits_allocated = 32"), 1),
        ("images.bits_stored.range", image("bits_stored = 5"), 1),
        ("images.photometric_interpretation.vocabulary", image("photometric_interpretation = 'RGB'"), 1),
        ("images.lossy_compressed.vocabulary", image("lossy_compressed = true"), 1),
        ("images.pixel_spacing_row_mm.required", image("pixel_spacing_row_mm = NULL"), 1),
        ("images.positioner_angle_deg.range", image("positioner_angle_deg = 200"), 1),
        ("images.compression_force_n.range", image("compression_force_n = 301"), 1),
        ("images.sex.vocabulary", image("sex = 'M'"), 1),
        ("images.study_date.range", image("study_date = DATE '2019-01-01'"), 1),
        ("images.study_date.range", image("study_date = DATE '2018-12-31'"), 0),
        ("annotations.reader.required", "INSERT INTO annotations BY NAME SELECT 'a' AS path, false AS superseded;".to_owned(), 1),
        ("annotations.discarded.filled", "INSERT INTO annotations BY NAME SELECT 'a' || n AS path, 'anna' AS reader,
             false AS superseded, CASE WHEN n > 1 THEN false END AS discarded FROM range(12) AS numbers(n);".to_owned(), 2),
                ("lesions.max_diameter_mm.range", contour(cancer, "LCC", "a", "cancer", 0), 0),
        ("annotations.reader.required", contour(cancer, "LCC", "a", "cancer", 0), 0),
        (
            "annotations.discarded.filled",
            "INSERT INTO annotations BY NAME SELECT 'a' || n AS path, 'anna' AS reader,
             false AS superseded, false AS discarded FROM range(12) AS numbers(n);"
                .to_owned(),
            0,
        ),
("lesions.max_diameter_mm.range", contour(cancer, "LCC", "a", "cancer", 0)
            + "UPDATE lesions SET max_diameter_mm = 201;", 1),
    ];
    // Column, a value outside the range, and one that is within it in another unit.
    for (name, range, unit) in [
        ("kvp_kv", 60.0, 28_000.0),
        ("exposure_mas", 0.5, 80_000.0),
        ("exposure_time_ms", 0.001, 1.2),
        ("tube_current_ma", 1.0, 80_000.0),
        ("breast_thickness_mm", 400.0, 5.5),
        ("organ_dose_mgy", 0.001, 150.0),
        ("source_to_detector_mm", 2_000.0, 65.0),
        ("source_to_patient_mm", 2_000.0, 60.0),
    ] {
        let checks = ["range", "unit"].map(|kind| -> &'static str {
            let name = format!("images.{name}.{kind}");
            &quality::check(&name).unwrap_or_else(|error| panic!("{error}")).name
        });
        for (set, rows) in [(range, [1, 0]), (unit, [0, 1])] {
            let sql = image(&format!("{name} = {set}"));
            all.extend(checks.iter().zip(rows).map(|(check, rows)| (*check, sql.clone(), rows)));
        }
    }
    for name in [
        "model",
        "software_version",
        "kvp_kv",
        "exposure_mas",
        "breast_thickness_mm",
        "compression_force_n",
        "organ_dose_mgy",
    ] {
        let check = &quality::check(&format!("images.{name}.filled")).unwrap().name;
        all.push((check, ge(name), 76));
    }
    for name in ["t_stage_code", "n_stage_code", "tumor_size_cm", "tumor_location_raw", "histology"]
    {
        let check = &quality::check(&format!("patients.{name}.filled")).unwrap().name;
        all.push((check, unfilled(name), 2));
    }
    all
}

/// The results of checks on a snapshot, by the library; of all checks without a name.
fn results(fixture: &Fixture, snapshot: u32, names: &[&str]) -> Vec<CheckResult> {
    let catalog = Catalog::open(&fixture.catalog(), Some(snapshot)).unwrap();
    let suite = CheckSuite::of(&catalog).unwrap();
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let suite = if names.is_empty() { suite } else { suite.only(&names).unwrap() };
    suite.run(&catalog).unwrap().results
}

#[test]
fn every_check_fires_where_its_rule_is_broken_and_is_quiet_elsewhere() {
    let calm = Fixture::with(CALM);
    let none = calm.run(&["check"]);
    assert_eq!((none.code, none.out.as_str()), (0, ""), "{}", none.err);
    assert!(none.err.contains(": none failed, "), "{}", none.err);
    let (mut fired, mut quiet) = (BTreeSet::new(), BTreeSet::new());
    let mut note = |results: &[CheckResult]| {
        for CheckResult { check, status, .. } in results {
            match status {
                CheckStatus::Failed => fired.insert(check.name.clone()),
                CheckStatus::Passed => quiet.insert(check.name.clone()),
                CheckStatus::NotApplicable => false,
                other => panic!("{}: {other:?}", check.name),
            };
        }
    };
    note(&results(&calm, 1, &[]));
    // One catalog, a snapshot per fault: each is alone.
    for (place, (check, sql, rows)) in broken().into_iter().chain(contradicted()).enumerate() {
        let snapshot = u32::try_from(place).unwrap() + 2;
        calm.snapshot(snapshot, &format!("{CALM}{sql}"));
        let results = results(&calm, snapshot, &[check]);
        let result = &results[0];
        assert_eq!(result.rows, rows, "{check}: {sql}");
        let severe = result.check.severity == Severity::Error;
        assert_eq!(result.is_failure(), severe && rows > 0, "{check}: {:?}", result.status);
        note(&results);
    }
    fired.insert("t-against-size".to_owned()); // below
    let missing = |met: &BTreeSet<String>| -> Vec<&str> {
        let names = quality::checks().iter().map(|check| check.name.as_str());
        names.filter(|name| !met.contains(*name)).collect()
    };
    assert_eq!(missing(&fired), Vec::<&str>::new(), "without an input that breaks them");
    assert_eq!(missing(&quiet), Vec::<&str>::new(), "without an input that keeps them");
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
fn the_overview_lists_what_fails_and_counts_the_rest() {
    let fixture = Fixture::with(&format!(
        "{CALM} UPDATE patients SET diagnosis = NULL WHERE case_id = 'Normal_00001';"
    ));
    assert_said!(fixture.run(&["check"]), @r"
        exit code 1
        --- stdout ---
         result │ check                       │ rows │ of │ title
        ────────┼─────────────────────────────┼──────┼────┼──────────────────────────────────────
         error  │ patients.diagnosis.required │    1 │ 59 │ Missing values of patients.diagnosis
        (1 row)
        --- stderr ---
        81 checks: 1 failed (1 error, 0 warnings, 0 of severity info), 69 passed, 11 not applicable
        the rows of one: mammodex check NAME; its SQL: mammodex check --sql NAME
        ");
    let data = fixture.run(&["check", "--format", "csv"]);
    assert_eq!(data.out.lines().count(), quality::checks().len() + 1, "{}", data.out);
    let row = data.out.lines().find(|line| line.contains(",patients.diagnosis.required,")).unwrap();
    assert!(row.starts_with("error,patients.diagnosis.required,failed,1,59,1.69"), "{row}");
    assert_said!(fixture.run(&["check", "patients.diagnosis.required", "-o", "rows.csv"]), @r"
        exit code 1
        --- stderr ---
        patients.diagnosis.required (error): Missing values of patients.diagnosis
        The release consists of the groups normal, benign and malignant; without its group a case has no label.
        What to do: Add the group to the workbook, or a rule to the profile; until then the case has no label.
        1 of 59 (1.7 %): failed
        ");
    let rows = std::fs::read_to_string(fixture.dir.path().join("rows.csv")).unwrap();
    assert!(rows.contains("\nNormal_00001,"), "{rows}");
}

#[test]
fn rows_of_different_columns_do_not_go_into_one_csv() {
    let fixture = Fixture::with(CALM);
    let said = fixture.run(&["check", "tis-with-nodes", "t-against-size", "-o", "both.csv"]);
    assert_said!(said, @r"
        exit code 2
        --- stderr ---
        mammodex: the rows of 2 checks have different columns, and csv has room for one table: give one name, -o FILE.xlsx, or --format jsonl
        ");
    assert!(!fixture.dir.path().join("both.csv").exists());
    assert_eq!(
        fixture.run(&["check", "tis-with-nodes", "t-against-size", "--format", "jsonl"]).code,
        0
    );
}

#[test]
fn the_sql_of_a_check_is_printed_and_runs() {
    let fixture = Fixture::with(&format!(
        "{CALM} UPDATE patients SET age_years = 17 WHERE case_id = 'Normal_00001';"
    ));
    let sql = fixture.done(&["check", "--sql", "patients.age_years.range"]);
    insta::assert_snapshot!(sql, @r#"
        /* patients.age_years.range */
        SELECT case_id, age_years, vendor, source_file, source_sheet, source_row
        FROM patients
        WHERE ("age_years" IS NOT NULL) AND (NOT ("age_years" >= 18 AND "age_years" <= 100))
        ORDER BY case_id;
        "#);
    let rows = fixture.done(&["query", &sql, "--format", "csv"]);
    assert!(rows.contains("\nNormal_00001,17,"), "{rows}");
}

#[test]
fn a_wrong_name_is_refused_with_the_nearest() {
    let fixture = Fixture::new();
    let said = fixture.run(&["check", "t-agianst-size"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    insta::assert_snapshot!(said.err, @r#"mammodex: there is no check "t-agianst-size" (did you mean t-against-size?); `mammodex check --all` lists them"#);
    assert!(!fixture.run(&["check", "zzz"]).err.contains("did you mean"));
}

#[test]
fn every_check_says_where_its_rows_are_and_in_which_order() {
    let fixture = Fixture::new();
    for check in quality::checks() {
        let (name, sql) = (&check.name, check.sql());
        assert!(sql.contains("\nORDER BY "), "{name}: rows need an order");
        let fixed = check.title.starts_with(char::is_uppercase) && !check.title.ends_with('.');
        assert!(fixed && check.means.ends_with('.') && check.advice.ends_with('.'), "{name}");
        if let Some(code) = &check.finding {
            assert!(ISSUE_CODES.iter().any(|spec| spec.name == code), "{name}: {code}");
        }
        let columns = fixture.done(&[
            "query",
            &format!("SELECT column_name FROM (DESCRIBE {sql})"),
            "--format",
            "csv",
        ]);
        let columns: Vec<&str> = columns.lines().skip(1).collect();
        assert_eq!(columns[0], "case_id", "{name}");
        for key in &check.key {
            assert!(columns.contains(&key.as_str()), "{name}: {key}");
        }
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
    let severe = clean.out.lines().filter(|l| !l.starts_with("info") && l.contains(",failed,"));
    assert_eq!(severe.collect::<Vec<_>>(), Vec::<&str>::new());
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
        ("size-doubtful", "patients.tumor_size_cm.unit"),
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
    let typed = ".check\n.check patients.age_years.range\n.cohort create odd\n.check nothing\n";
    let said = fixture.run_with(&["shell", "--format", "csv"], typed);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.out.contains("warning,patients.age_years.range,1,59,"), "{}", said.out);
    assert!(said.out.contains("\nNormal_00001,17,"), "{}", said.out);
    assert!(said.err.contains("What to do: "), "{}", said.err);
    assert!(said.err.contains("cohort odd: 1 patient"), "{}", said.err);
    assert!(said.err.contains("there is no check \"nothing\""), "{}", said.err);
}
