//! The two ways of `mammodex manifest create` to a table: in one pass, and from `manifest_images`. Whoever asks for
//! the usual columns by name gets them the second way.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::fixture::Fixture;

const USUAL: &str = "split,case_id,diagnosis,view,laterality,path,sop_instance_uid";

/// The file, what was said of it, and its account without what must differ.
fn made(fixture: &Fixture, file: &str, more: &[&str]) -> (i32, String, String, Value) {
    let said = fixture.run(&[&["manifest", "create", "--force"], more, &["-o", file]].concat());
    let at = |name: &str| fs::read_to_string(fixture.dir.path().join(name)).unwrap_or_default();
    let mut account: Value = serde_json::from_str(&at(&format!("{file}.provenance.json"))).unwrap();
    for key in ["request", "sql"] {
        account.as_object_mut().unwrap().remove(key);
    }
    account["manifest"]["file"] = Value::Null;
    account["manifest"]["files"][0]["path"] = Value::Null;
    (said.code, at(file), said.err.replace(file, "FILE"), account)
}

#[test]
fn both_ways_give_the_same_rows_counts_and_gaps() {
    let archived = "UPDATE images SET path = replace(path, '/LCC.dcm', '.zip!/LCC.dcm')
                    WHERE path LIKE '%Normal_00003/LCC.dcm'";
    let odd = "UPDATE images SET path = '=' || path WHERE path LIKE '%Benign_00002%'";
    let unknown = "UPDATE patients SET diagnosis = NULL WHERE case_id = 'Normal_00009'";
    let bad = "INSERT INTO issues BY NAME SELECT 'link' AS stage, 'error' AS severity,
               'bad-case' AS code, '' AS file, 'Normal_00007' AS case_id, 'm' AS message";
    let fixture = Fixture::with(&[archived, odd, unknown, bad].join(";"));
    let data = fixture.root();
    let remove = |path: &str| fs::remove_file(data.join(Path::new(path))).unwrap();
    remove("dicom/Normal_00005/RCC.dcm");
    remove("dicom/Normal_00005/RMLO.dcm");
    fs::remove_dir_all(data.join("dicom/Normal_00003.zip!")).unwrap();
    fs::write(data.join("dicom/Normal_00003.zip"), "PK").unwrap();
    fixture.done(&["cohort", "create", "right", "--view", "RCC,RMLO"]);
    fixture.pilot("train=0.7,test=0.3", &["--seed", "4"]);
    for ending in ["csv", "jsonl"] {
        for more in [
            &["pilot"][..],
            &["all"],
            &["right"],
            &["pilot", "--include", "discarded,errors"],
            &["pilot", "--paths", "absolute"],
        ] {
            let streamed = made(&fixture, &format!("a.{ending}"), more);
            let by_name = [more, &["--columns", USUAL]].concat();
            let table = made(&fixture, &format!("b.{ending}"), &by_name);
            assert_eq!(streamed, table, "{more:?}");
            assert_eq!(streamed.0, 1, "files are missing");
            assert_eq!(streamed.3["excluded"]["missing"]["images"], 2, "{streamed:?}");
        }
    }
}
