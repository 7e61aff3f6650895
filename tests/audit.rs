//! The audit of de-identification: what was planted is found, and no value is shown.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::fixture::{Fixture, assert_said, python, run_in};

fn sample() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let made = run_in(dir.path(), &["sample", "data", "--patients", "30", "--seed", "5"], "");
    assert_eq!(made.code, 0);
    dir
}

#[test]
fn a_synthetic_data_set_has_no_names_and_reports_what_is_kept() {
    let dir = sample();
    assert_eq!(run_in(dir.path(), &["index", "data"], "").code, 0);
    assert_said!(run_in(dir.path(), &["audit"], ""), @r"
        exit code 0
        --- stdout ---
         severity │ check             │ subject                                │ confidence │ vendor │ n   │ of  │ message
        ──────────┼───────────────────┼────────────────────────────────────────┼────────────┼────────┼─────┼─────┼─────────────────────────────────────────────────────
         warning  │ header attribute  │ StationName                            │ NULL       │ NULL   │ 120 │ 120 │ institution: the attribute is filled in
         warning  │ header attribute  │ StudyID                                │ NULL       │ NULL   │ 120 │ 120 │ examination number: the attribute is filled in
         warning  │ header attribute  │ private attributes                     │ NULL       │ NULL   │ 120 │ 120 │ private: the attribute is filled in
         info     │ de-identification │ Patient Identity Removed               │ NULL       │ NULL   │ 120 │ 120 │ YES
         info     │ de-identification │ Patient's Name                         │ NULL       │ NULL   │ 120 │ 120 │ a placeholder, or the same as Patient ID
         info     │ header attribute  │ AcquisitionDate                        │ NULL       │ NULL   │ 120 │ 120 │ date: the attribute is filled in
         info     │ header attribute  │ AcquisitionDeviceProcessingDescription │ NULL       │ NULL   │  56 │ 120 │ other: the attribute is filled in
         info     │ header attribute  │ AcquisitionTime                        │ NULL       │ NULL   │ 120 │ 120 │ date: the attribute is filled in
         info     │ header attribute  │ CommentsOnRadiationDose                │ NULL       │ NULL   │  44 │ 120 │ other: the attribute is filled in
         info     │ header attribute  │ ContentDate                            │ NULL       │ NULL   │ 120 │ 120 │ date: the attribute is filled in
         info     │ header attribute  │ ContentTime                            │ NULL       │ NULL   │ 120 │ 120 │ date: the attribute is filled in
         info     │ header attribute  │ DetectorID                             │ NULL       │ NULL   │ 120 │ 120 │ device: the attribute is filled in
         info     │ header attribute  │ DeviceSerialNumber                     │ NULL       │ NULL   │ 120 │ 120 │ device: the attribute is filled in
         info     │ header attribute  │ InstanceCreationDate                   │ NULL       │ NULL   │ 120 │ 120 │ other: the attribute is filled in
         info     │ header attribute  │ InstanceCreationTime                   │ NULL       │ NULL   │ 120 │ 120 │ other: the attribute is filled in
         info     │ header attribute  │ PatientAge                             │ NULL       │ NULL   │ 120 │ 120 │ patient characteristics: the attribute is filled in
         info     │ header attribute  │ PatientID                              │ NULL       │ NULL   │ 120 │ 120 │ patient number: the attribute is filled in
         info     │ header attribute  │ PatientSex                             │ NULL       │ NULL   │ 120 │ 120 │ patient characteristics: the attribute is filled in
         info     │ header attribute  │ SeriesDate                             │ NULL       │ NULL   │ 120 │ 120 │ date: the attribute is filled in
         info     │ header attribute  │ SeriesDescription                      │ NULL       │ NULL   │ 120 │ 120 │ description: the attribute is filled in
         info     │ header attribute  │ SeriesTime                             │ NULL       │ NULL   │ 120 │ 120 │ date: the attribute is filled in
         info     │ header attribute  │ StudyDate                              │ NULL       │ NULL   │ 120 │ 120 │ date: the attribute is filled in
         info     │ header attribute  │ StudyDescription                       │ NULL       │ NULL   │ 120 │ 120 │ description: the attribute is filled in
         info     │ header attribute  │ StudyTime                              │ NULL       │ NULL   │ 120 │ 120 │ date: the attribute is filled in
         info     │ UID root          │ UUID                                   │ NULL       │ NULL   │ 120 │ 120 │ SOP Instance UIDs were replaced
        (25 rows)
        --- stderr ---
        120 DICOM files: 0 errors, 3 warnings, 22 of severity info
        what cannot be seen is not covered: text in pixels and unusual names need a reader
        ");
    let said = run_in(
        dir.path(),
        &["audit", "--fail-on", "warning", "--by-vendor", "-o", "audit.csv"],
        "",
    );
    assert_eq!(said.code, 1, "{}", said.err);
    assert_said!(run_in(dir.path(), &["audit", "--root", "elsewhere"], ""), @r"
        exit code 2
        --- stderr ---
        mammodex: elsewhere, the folder of the data set, is not there; --root names another place of it
        ");
}

#[test]
fn everything_that_is_planted_is_found_and_no_value_is_shown() {
    let dir = sample();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/audit_plant.py");
    let probe = python().args(["-c", "import pydicom, openpyxl"]).output();
    if !probe.is_ok_and(|probe| probe.status.success()) {
        eprintln!("skipped: Python has no pydicom and openpyxl");
        return;
    }
    let planted = python().arg(script).current_dir(dir.path()).output().unwrap();
    let text = String::from_utf8(planted.stdout).unwrap();
    assert!(planted.status.success(), "{}", String::from_utf8_lossy(&planted.stderr));
    run_in(dir.path(), &["index", "data"], "");
    let said = run_in(dir.path(), &["audit", "--format", "tsv"], "");
    assert_eq!(said.code, 1, "{}", said.err);
    let mut shown = Vec::new();
    let mut kinds: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let mut missing = Vec::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        match cells[..] {
            ["secret", secret] => {
                let is_shown = said.out.contains(secret) || said.err.contains(secret);
                shown.extend(is_shown.then_some(secret));
            }
            [kind, check, subject] => {
                let is_found = said.out.contains(&format!("\t{check}\t{subject}\t"));
                let score = kinds.entry(kind).or_default();
                score[0] += 1;
                score[1] += usize::from(is_found);
                missing.extend((!is_found).then_some(line));
            }
            _ => panic!("{line}"),
        }
    }
    assert!(missing.is_empty(), "{kinds:?}, not found: {missing:?}\n{}", said.out);
    assert!(shown.is_empty(), "{shown:?}");
    // The score in docs/accuracy.md.
    let page = include_str!("../docs/accuracy.md");
    for (kind, [planted, found]) in kinds {
        let row = format!("| {kind} | {planted} | {found} | 0 |");
        assert!(page.contains(&row), "docs/accuracy.md lacks {row}");
    }
    // The summary shows no value either, and every sentence is in both languages.
    let said = run_in(dir.path(), &["audit", "--summary", "audit.md"], "");
    assert_eq!(said.code, 1, "{}", said.err);
    let summary = fs::read_to_string(dir.path().join("audit.md")).unwrap();
    for secret in text.lines().filter_map(|line| line.strip_prefix("secret\t")) {
        assert!(!summary.contains(secret), "{secret}");
    }
    assert!(summary.contains("| error | header attribute | PatientName | <5 | 122 |"), "{summary}");
    let (_, korean) = summary.split_once("# 비식별화 점검").unwrap();
    for row in korean.lines().filter(|line| line.starts_with("| ") && !line.contains("심각도")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        for cell in [cells[0], cells[1], cells[5]] {
            let is_korean = cell.chars().any(|c| ('가'..='힣').contains(&c));
            assert!(is_korean || ["YES", "NO"].contains(&cell.trim()), "{cell:?} in {row}");
        }
    }
}

#[test]
fn days_of_the_week_show_whether_dates_were_shifted() {
    let told = |date: &str| {
        let fixture = Fixture::with(&format!(
            "INSERT INTO images (path, case_id, study_date, acquisition_date) \
             SELECT format('d/{{}}.dcm', n), format('Case_{{}}', n), {date}, {date} FROM range(120) AS cases(n);"
        ));
        let out = fixture.run(&["audit", "--format", "tsv"]).out;
        let lines = out.lines().map(|line| line.split('\t').collect::<Vec<_>>());
        let dates = lines.filter(|cells| cells[1] == "date");
        dates.map(|cells| [cells[0], cells[2], cells[5]].join(": ")).collect::<Vec<_>>().join("; ")
    };
    // From Monday to Saturday; a Sunday is 4 January 2015.
    let open = "DATE '2015-01-05' + (n // 6 * 7 + n % 6)::INT";
    assert_eq!(told(open), "warning: hardly any exam on a Sunday: 120");
    let alike = format!("{open} + 3");
    assert_eq!(told(&alike), "warning: hardly any exam on one day of the week: 120");
    let each = format!("{open} + (n % 11)::INT");
    assert_eq!(told(&each), "info: exams on every day of the week: 120");
    let few = format!("CASE WHEN n < 90 THEN {open} END");
    assert_eq!(told(&few), "");
    let apart = Fixture::with(
        "UPDATE images SET study_date = DATE '2015-01-05', acquisition_date = DATE '2015-03-01' \
         WHERE path = (SELECT min(path) FROM images);",
    );
    let out = apart.run(&["audit", "--format", "tsv"]).out;
    assert!(out.contains("warning\tdate\tstudy and acquisition on different days\t"), "{out}");
}

/// Draws bars as high and wide as letters of 7 pixels into an image of the sample, whose pixels come last.
fn burn_in(path: &Path) {
    let object = dicom_object::open_file(path).unwrap();
    let number = |name: &str| object.element_by_name(name).unwrap().to_int::<usize>().unwrap();
    let (rows, columns) = (number("Rows"), number("Columns"));
    drop(object);
    let mut bytes = fs::read(path).unwrap();
    let start = bytes.len() - rows * columns * 2;
    let is_dark = |bytes: &[u8], row: usize, column: usize| {
        let at = start + (row * columns + column) * 2;
        bytes[at] == 0 && bytes[at + 1] == 0
    };
    // A dark place as large as six letters.
    let places = (4..rows - 12).flat_map(|row| (4..columns - 40).map(move |column| (row, column)));
    let mut free = places.filter(|(row, column)| {
        (row - 3..row + 11).all(|y| (column - 3..column + 40).all(|x| is_dark(&bytes, y, x)))
    });
    let (row, column) = free.next().expect("a dark place");
    for letter in 0..6 {
        for y in 0..7 {
            // A frame of 4 by 7 pixels: the letter O.
            for x in 0..4 {
                if y == 0 || y == 6 || x == 0 || x == 3 {
                    let at = start + ((row + y) * columns + column + letter * 6 + x) * 2;
                    bytes[at..at + 2].copy_from_slice(&2000_u16.to_le_bytes());
                }
            }
        }
    }
    fs::write(path, bytes).unwrap();
}

#[test]
fn text_in_pixels_is_on_the_sheet_and_breasts_are_not() {
    let dir = sample();
    let case = dir.path().join("data/dcm/Uncompressed/Normal/Normal_00002");
    for view in ["LCC.dcm", "RMLO.dcm"] {
        burn_in(&case.join(view));
    }
    fs::write(dir.path().join("data/dcm/Uncompressed/Normal/Normal_00003/LCC.dcm"), {
        let bytes = fs::read(case.join("LCC.dcm")).unwrap();
        bytes[..bytes.len() - 5000].to_vec()
    })
    .unwrap();
    assert!(run_in(dir.path(), &["index", "data"], "").code < 2);
    let arguments = ["audit", "--pixels", "look", "--format", "tsv", "--fail-on", "warning"];
    let said = run_in(dir.path(), &arguments, "");
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("look/index.html: parts of 2 of "), "{}", said.err);
    assert!(said.out.contains("\tpicture\ttext is likely at the border\t\t\t2\t"), "{}", said.out);
    let page = fs::read_to_string(dir.path().join("look/index.html")).unwrap();
    let captions: Vec<&str> = page.split("<figcaption>").skip(1).collect();
    assert_eq!(captions.len(), 2, "{page}");
    assert!(captions[0].starts_with("dcm/Uncompressed/Normal/Normal_00002/LCC.dcm<"), "{page}");
    assert!(captions[1].starts_with("dcm/Uncompressed/Normal/Normal_00002/RMLO.dcm<"), "{page}");
    assert!(dir.path().join("look/crops/000001_1.png").exists());
    // The folder is refused where something is, in the data set and in the catalog.
    for place in ["look", "data/look", "catalog/look"] {
        let said = run_in(dir.path(), &["audit", "--pixels", place], "");
        assert_eq!(said.code, 2, "{place}: {}", said.err);
    }
    let said = run_in(dir.path(), &["audit", "--summary", "audit.txt"], "");
    assert_eq!(said.code, 2, "{}", said.err);
}
