//! What identifies a person stays in the headers: no table, log or error carries it.

use std::fs;

use crate::custom_data::DataSet;
use crate::index::tree;

/// Attributes of DICOM PS3.15 table E.1-1 and a value that stands nowhere else.
const SECRETS: &[(&str, &str)] = &[
    ("PatientName", "KIM^Hidden"),
    ("PatientBirthDate", "19471213"),
    ("OtherPatientIDs", "OTHER-4711"),
    ("PatientAddress", "Secret Street 5"),
    ("PatientComments", "secretcomment"),
    ("AccessionNumber", "ACC-998877"),
    ("StudyID", "STUDY-8812"),
    ("StudyTime", "031415"),
    ("StudyDescription", "secretstudy"),
    ("SeriesDescription", "secretseries"),
    ("ProtocolName", "secretprotocol"),
    ("ImageComments", "secretimage"),
    ("InstitutionName", "Hidden Hospital"),
    ("InstitutionAddress", "Hidden Road 7"),
    ("StationName", "SECRETSTATION"),
    ("DeviceSerialNumber", "SN-556677"),
    ("OperatorsName", "LEE^Operator"),
    ("ReferringPhysicianName", "PARK^Referring"),
    ("PerformingPhysicianName", "CHOI^Performing"),
    ("RequestingPhysician", "JUNG^Requesting"),
];

#[test]
fn nothing_that_identifies_leaves_a_header() {
    let set = DataSet::new();
    let all =
        [SECRETS, &[("PatientID", "PID-20481632"), ("PatientIdentityRemoved", "NO")]].concat();
    // Whole, conflicting, unreadable and cut: findings quote values, too.
    set.image("a/LCC.dcm", &[&all[..], &[("ImageLaterality", "L")]].concat());
    set.image("a/RCC.dcm", &[&all[..], &[("ImageLaterality", "L"), ("KVP", "many")]].concat());
    set.image("b/1.dcm", &all);
    let cut = fs::read(set.root().join("b/1.dcm")).unwrap();
    set.put("b/2.dcm", &cut[..cut.len() - 30]);
    let mut said = String::new();
    for profile in ["generic", "ncc", "cmmd"] {
        said += &set.index(&["--profile", profile]).err;
        let checked = set.run(&["profile", "check", "data"]);
        said += &(checked.out + &checked.err);
        let all_rows = set.run(&["query", "--format", "jsonl", "FROM images, issues"]);
        assert_eq!(all_rows.code, 0, "{}", all_rows.err);
        said += &all_rows.out;
    }
    assert!(set.rows("SELECT count(*) FROM images") != ["0"]);
    let files = tree(&set.catalog().join("current"));
    // The tables are compressed: their cells are looked at one by one.
    for table in ["patients", "breasts", "images", "annotations", "lesions", "issues", "sources"] {
        said += &set.rows(&format!("FROM {table}")).join("\n");
    }
    for (keyword, secret) in SECRETS.iter().chain(&[("PatientID", "PID-20481632")]) {
        assert!(!said.contains(secret), "{keyword} is told");
        for (name, bytes) in &files {
            let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!found, "{keyword} stands in {name}");
        }
    }
}
