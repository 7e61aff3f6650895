//! `mammodex manifest`: only files that are there, and an account of where they came from.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use mammodex::tables::snapshot::checksum;
use serde_json::Value;

use crate::fixture::{Fixture, python};

fn fixture() -> Fixture {
    prepared(Fixture::new())
}

fn prepared(fixture: Fixture) -> Fixture {
    fixture.done(&["cohort", "create", "all", "--where", "true"]);
    fixture.done(&[
        "split",
        "all",
        "--name",
        "pilot",
        "--ratios",
        "train=0.7,val=0.1,test=0.2",
        "--stratify",
        "diagnosis",
        "--seed",
        "42",
    ]);
    fixture
}

fn rows(fixture: &Fixture, file: &str) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_path(fixture.dir.path().join(file))
        .unwrap()
        .deserialize()
        .map(Result::unwrap)
        .collect()
}

fn provenance(fixture: &Fixture, file: &str) -> Value {
    let path = fixture.dir.path().join(format!("{file}.provenance.json"));
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn every_row_exists_on_disk_and_no_patient_stands_twice() {
    let fixture = fixture();
    let said = fixture.run(&["manifest", "pilot", "-o", "pilot.csv"]);
    assert_eq!((said.code, said.out.as_str()), (0, ""));
    insta::assert_snapshot!(said.err, @r"
    pilot.csv: 232 images of 58 patients
    left out: 4 images of 1 discarded case
    without an image: 1 patient
    where it came from: pilot.csv.provenance.json
    ");
    let rows = rows(&fixture, "pilot.csv");
    assert_eq!(rows.len(), 58 * 4, "one discarded case, one without images");
    let mut parts: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in &rows {
        assert!(fixture.root().join(&row["path"]).is_file(), "{row:?}");
        parts.entry(&row["case_id"]).or_default().insert(&row["split"]);
    }
    assert!(parts.values().all(|parts| parts.len() == 1));
    assert!(!parts.contains_key("Cancer_00005"), "it is discarded");
    let order = |row: &BTreeMap<String, String>| {
        let part = ["train", "val", "test"].iter().position(|p| *p == row["split"]);
        (part, row["case_id"].clone(), row["path"].clone())
    };
    assert!(rows.windows(2).all(|pair| order(&pair[0]) < order(&pair[1])), "sorted");
    let header = fs::read_to_string(fixture.dir.path().join("pilot.csv")).unwrap();
    assert!(header.starts_with("split,case_id,diagnosis,view,laterality,path,sop_instance_uid\n"));
}

#[test]
fn the_account_beside_it_is_complete_and_true() {
    let fixture = fixture();
    fixture.done(&["manifest", "pilot", "-o", "pilot.csv"]);
    let account = provenance(&fixture, "pilot.csv");
    let file = fixture.dir.path().join("pilot.csv");
    assert_eq!(account["manifest"]["sha256"], checksum(&file).unwrap());
    assert_eq!(account["manifest"]["rows"], 232);
    let images = checksum(&fixture.catalog().join("current/images.parquet")).unwrap();
    assert_eq!(account["snapshot"]["tables"]["images"]["sha256"], images);
    assert_eq!(account["split"]["seed"], 42);
    assert_eq!(account["root"], fixture.root().to_string_lossy().as_ref());
    assert!(account["cohort"]["sql"].as_str().unwrap().contains("FROM patients AS p"));
    let mut text = account.clone();
    text["snapshot"]["tables"] = Value::Null;
    text["root"] = Value::Null;
    text["manifest"]["sha256"] = Value::Null;
    text["split"]["sha256"] = Value::Null;
    text["snapshot"]["root"] = Value::Null;
    insta::assert_snapshot!("provenance", format!("{text:#}"));
}

#[test]
fn the_same_request_gives_the_same_bytes() {
    let fixture = fixture();
    for file in ["a.csv", "a.jsonl", "a.parquet"] {
        let bytes = || {
            fixture.done(&["manifest", "pilot", "-o", file]);
            let beside = fixture.dir.path().join(format!("{file}.provenance.json"));
            (fs::read(fixture.dir.path().join(file)).unwrap(), fs::read(beside).unwrap())
        };
        assert_eq!(bytes(), bytes(), "{file}");
    }
}

#[test]
fn every_format_holds_the_same_rows() {
    let fixture = fixture();
    for file in ["a.csv", "a.jsonl", "a.parquet"] {
        fixture.done(&["manifest", "pilot", "-o", file]);
    }
    let same = |file: &str| fixture.done(&["query", "--format", "csv", &format!("FROM '{file}'")]);
    let text = fs::read_to_string(fixture.dir.path().join("a.csv")).unwrap();
    assert_eq!(text, same("a.parquet"));
    assert_eq!(text, same("a.jsonl"));
}

#[test]
fn missing_files_are_left_out_counted_and_end_with_1() {
    let fixture = fixture();
    fs::remove_file(fixture.root().join("dicom/Normal_00002/LCC.dcm")).unwrap();
    fs::remove_dir_all(fixture.root().join("dicom/Benign_00001")).unwrap();
    let said = fixture.run(&["manifest", "pilot", "-o", "m.csv"]);
    assert_eq!(said.code, 1);
    assert!(
        said.err.contains("left out: 5 images whose file is missing, the first is dicom/"),
        "{}",
        said.err
    );
    assert_eq!(rows(&fixture, "m.csv").len(), 227);
    assert_eq!(provenance(&fixture, "m.csv")["left_out"]["missing_files"], 5);
    fs::rename(fixture.root(), fixture.dir.path().join("moved")).unwrap();
    let said = fixture.run(&["manifest", "pilot", "-o", "n.csv"]);
    assert!(said.code == 2 && said.err.contains("name its folder with --root"), "{}", said.err);
    assert!(!fixture.dir.path().join("n.csv").exists());
    assert_eq!(fixture.run(&["manifest", "pilot", "-o", "n.csv", "--root", "moved"]).code, 1);
    assert_eq!(rows(&fixture, "n.csv").len(), 227);
}

#[test]
fn a_cohort_is_written_with_its_views_alone() {
    let fixture = fixture();
    fixture.done(&["cohort", "create", "cc", "--diagnosis", "malignant", "--view", "RCC,LCC"]);
    fixture.done(&["manifest", "cc", "-o", "cc.csv"]);
    let listed = rows(&fixture, "cc.csv");
    assert_eq!(listed.len(), 11 * 2);
    assert!(listed.iter().all(|row| row["view"].ends_with("CC") && row["split"].is_empty()));
    fixture.done(&["split", "cc", "--name", "cc2", "--ratios", "a=0.5,b=0.5"]);
    fixture.done(&["manifest", "cc2", "-o", "cc2.csv"]);
    assert_eq!(rows(&fixture, "cc2.csv").len(), 22);
    let said = fixture.run(&["manifest", "nothing", "-o", "x.csv"]);
    assert!(
        said.err.contains("there is no split or cohort nothing; there are: cc2, pilot, all, cc"),
        "{}",
        said.err
    );
}

const ODD: [&str; 6] =
    ["=a,b.dcm", "-x/\"q\".dcm", "line\nbreak.dcm", "한글/../영상.dcm", "@x.dcm", "a;b'c.dcm"];

#[test]
fn odd_paths_survive_and_still_name_their_files() {
    let list: Vec<String> = ODD.iter().map(|p| format!("('{}')", p.replace('\'', "''"))).collect();
    let sql = format!(
        "DELETE FROM images; INSERT INTO images BY NAME SELECT 'Normal_00001' AS case_id, p AS path, 'LCC' AS view FROM (VALUES {}) t(p)",
        list.join(", ")
    );
    let fixture = Fixture { dir: tempfile::tempdir().unwrap() };
    for path in ODD {
        let file = fixture.root().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::create_dir_all(fixture.root().join("한글")).unwrap();
        fs::write(file, "DICM").unwrap();
    }
    fixture.snapshot(1, &sql);
    let fixture = prepared(fixture);
    fixture.done(&["manifest", "all", "-o", "odd.csv"]);
    let listed: BTreeSet<PathBuf> =
        rows(&fixture, "odd.csv").iter().map(|row| fixture.root().join(&row["path"])).collect();
    let wanted: BTreeSet<PathBuf> = ODD.iter().map(|path| fixture.root().join(path)).collect();
    // `./x` and `x` name the same file, and compare so.
    let plain = |paths: BTreeSet<PathBuf>| -> BTreeSet<PathBuf> {
        paths.iter().map(|p| p.components().collect()).collect()
    };
    assert_eq!(plain(listed), plain(wanted));
    let text = fs::read_to_string(fixture.dir.path().join("odd.csv")).unwrap();
    assert!(!text.split([',', '\n', '"']).any(|cell| cell.starts_with(['=', '-', '@'])), "{text}");
    fixture.done(&["manifest", "all", "-o", "odd.jsonl"]);
    let text = fs::read_to_string(fixture.dir.path().join("odd.jsonl")).unwrap();
    let path = |line: &str| {
        serde_json::from_str::<Value>(line).unwrap()["path"].as_str().unwrap().to_owned()
    };
    let listed: BTreeSet<String> = text.lines().map(path).collect();
    assert_eq!(listed, ODD.iter().map(|p| (*p).to_owned()).collect());
}

#[test]
fn a_split_changed_by_hand_is_refused() {
    let fixture = fixture();
    let sql = "COPY (SELECT case_id, 'train' AS split, stratum FROM splits.pilot UNION ALL BY NAME FROM splits.pilot) TO 'x.parquet'";
    fixture.done(&["query", sql]);
    fs::rename(
        fixture.dir.path().join("x.parquet"),
        fixture.catalog().join("splits/pilot.parquet"),
    )
    .unwrap();
    let said = fixture.run(&["manifest", "pilot", "-o", "x.csv"]);
    assert!(said.code == 2 && said.err.contains("is not the file that was saved"), "{}", said.err);
    assert!(!fixture.dir.path().join("x.csv").exists());
}

#[test]
fn a_newer_snapshot_without_a_patient_is_told() {
    let fixture = fixture();
    fixture.snapshot(2, "DELETE FROM patients WHERE case_id = 'Normal_00001'");
    let said = fixture.run(&["manifest", "pilot", "-o", "m.csv"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("made on snapshot 1; the images are those of 2"), "{}", said.err);
    assert!(
        said.err.contains("left out: 1 patient that this snapshot does not have"),
        "{}",
        said.err
    );
    assert_eq!(fixture.run(&["manifest", "pilot", "-o", "m.csv", "--snapshot", "1"]).code, 0);
}

#[test]
fn pandas_reads_the_same_rows() {
    let fixture = fixture();
    fixture.done(&["manifest", "pilot", "-o", "m.csv"]);
    fixture.done(&["manifest", "pilot", "-o", "m.parquet"]);
    let program = "import pandas as pd\na=pd.read_csv('m.csv', dtype=str)\nb=pd.read_parquet('m.parquet')\n\
        assert a.astype(str).equals(b.astype(str)), (a, b)\nprint(len(a), a.groupby('case_id').split.nunique().max())";
    let python = python().args(["-c", program]).current_dir(fixture.dir.path()).output();
    match python {
        Ok(out) if out.status.success() => {
            assert_eq!(String::from_utf8_lossy(&out.stdout), "232 1\n")
        }
        Ok(out)
            if String::from_utf8_lossy(&out.stderr).contains("ImportError")
                || String::from_utf8_lossy(&out.stderr).contains("ModuleNotFoundError") =>
        {
            eprintln!("skipped: Python has no pandas or pyarrow");
        }
        Ok(out) => panic!("{}", String::from_utf8_lossy(&out.stderr)),
        Err(_) => eprintln!("skipped: there is no python3"),
    }
}
