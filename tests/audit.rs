//! The audit of de-identification: what was planted is found, and no value is shown.

use crate::fixture::{assert_said, python, run_in};

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
    let (mut missing, mut shown, mut count) = (Vec::new(), Vec::new(), 0);
    for line in text.lines() {
        let (check, subject) = line.split_once('\t').unwrap();
        match check {
            "secret" if subject != "-" => {
                let is_shown = said.out.contains(subject) || said.err.contains(subject);
                shown.extend(is_shown.then_some(subject));
            }
            "secret" => {}
            _ => {
                count += 1;
                let found = format!("\t{check}\t{subject}\t");
                missing.extend((!said.out.contains(&found)).then_some(line));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "{} of {count} not found: {missing:?}\n{}",
        missing.len(),
        said.out
    );
    assert!(shown.is_empty(), "{shown:?}");
}
