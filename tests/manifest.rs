//! `mammodex manifest create`: only files that are there, and an account of where they came from.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use mammodex::disk::sha256_of_file;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::Value;

use crate::fixture::{Fixture, assert_said, python};

fn fixture() -> Fixture {
    prepared(Fixture::new())
}

fn prepared(fixture: Fixture) -> Fixture {
    fixture.pilot("train=0.7,val=0.1,test=0.2", &["--stratify", "diagnosis", "--seed", "42"]);
    fixture
}

/// Adds a finding to the snapshot.
fn finding(stage: &str, severity: &str, code: &str, file: &str, case: &str) -> String {
    format!(
        "INSERT INTO issues BY NAME SELECT '{stage}' AS stage, '{severity}' AS severity, \
         '{code}' AS code, '{file}' AS file, '{case}' AS case_id, 'm' AS message;"
    )
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
    let said = fixture.run(&["manifest", "create", "--force", "pilot", "-o", "pilot.csv"]);
    assert_eq!((said.code, said.out.as_str()), (0, ""));
    insta::assert_snapshot!(said.err, @r"
    pilot.csv: 232 images of 58 patients
    excluded: 4 images of 1 discarded case
    without an image: 1 patient
    provenance: pilot.csv.provenance.json
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
    fixture.done(&["manifest", "create", "--force", "pilot", "-o", "pilot.csv"]);
    let account = provenance(&fixture, "pilot.csv");
    let file = fixture.dir.path().join("pilot.csv");
    assert_eq!(account["manifest"]["sha256"], sha256_of_file(&file).unwrap());
    assert_eq!(account["manifest"]["rows"], 232);
    let images = sha256_of_file(&fixture.catalog().join("current/images.parquet")).unwrap();
    assert_eq!(account["snapshot"]["tables"]["images"]["sha256"], images);
    assert_eq!(account["split"]["seed"], 42);
    assert_eq!(account["root"], fixture.root().to_string_lossy().as_ref());
    assert!(account["cohort"]["sql"].as_str().unwrap().contains("FROM patients AS p"));
    let mut text = account.clone();
    text["snapshot"]["tables"] = Value::Null;
    text["snapshot"]["checksum"] = Value::Null;
    text["root"] = Value::Null;
    text["manifest"]["sha256"] = Value::Null;
    text["split"]["sha256"] = Value::Null;
    text["snapshot"]["root"] = Value::Null;
    text["manifest"]["files"] = Value::Null;
    text["sql"] = Value::Null;
    insta::assert_snapshot!("provenance", format!("{text:#}"));
}

#[test]
fn the_same_request_gives_the_same_bytes() {
    let fixture = fixture();
    for file in ["a.csv", "a.jsonl", "a.parquet"] {
        let bytes = || {
            fixture.done(&["manifest", "create", "--force", "pilot", "-o", file]);
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
        fixture.done(&["manifest", "create", "--force", "pilot", "-o", file]);
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
    let said = fixture.run(&["manifest", "create", "--force", "pilot", "-o", "m.csv"]);
    assert_said!(said, @"
    exit code 1
    --- stderr ---
    m.csv: 227 images of 57 patients
    excluded: 4 images of 1 discarded case
    excluded: 5 images whose file is missing, the first is dicom/Benign_00001/LCC.dcm
    without an image: 1 patient
    provenance: m.csv.provenance.json
    ");
    assert_eq!(rows(&fixture, "m.csv").len(), 227);
    assert_eq!(provenance(&fixture, "m.csv")["excluded"]["missing"]["images"], 5);
    fs::rename(fixture.root(), fixture.dir.path().join("moved")).unwrap();
    let said = fixture.run(&["manifest", "create", "--force", "pilot", "-o", "n.csv"]);
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: the data set is not at [DIR]/data, where the snapshot found it; name its folder with --root
    ");
    assert!(!fixture.dir.path().join("n.csv").exists());
    assert_eq!(
        fixture
            .run(&["manifest", "create", "--force", "pilot", "-o", "n.csv", "--root", "moved"])
            .code,
        1
    );
    assert_eq!(rows(&fixture, "n.csv").len(), 227);
}

#[test]
fn a_cohort_is_written_with_its_views_alone() {
    let fixture = fixture();
    fixture.done(&["cohort", "create", "cc", "--diagnosis", "malignant", "--view", "RCC,LCC"]);
    fixture.done(&["manifest", "create", "--force", "cc", "-o", "cc.csv"]);
    let listed = rows(&fixture, "cc.csv");
    assert_eq!(listed.len(), 11 * 2);
    assert!(listed.iter().all(|row| row["view"].ends_with("CC") && row["split"].is_empty()));
    fixture.done(&["split", "create", "cc2", "--cohort", "cc", "--ratios", "a=0.5,b=0.5"]);
    fixture.done(&["manifest", "create", "--force", "cc2", "-o", "cc2.csv"]);
    assert_eq!(rows(&fixture, "cc2.csv").len(), 22);
    let said = fixture.run(&["manifest", "create", "--force", "nothing", "-o", "x.csv"]);
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: there is no split or cohort nothing; there are: cc2, pilot, all, cc
    ");
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
    fixture.done(&["manifest", "create", "--force", "all", "-o", "odd.csv"]);
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
    fixture.done(&["manifest", "create", "--force", "all", "-o", "odd.jsonl"]);
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
    fs::rename(fixture.dir.path().join("x.parquet"), fixture.split_rows("pilot")).unwrap();
    let said = fixture.run(&["manifest", "create", "--force", "pilot", "-o", "x.csv"]);
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: catalog/splits/pilot.d6560985af6a.parquet: its checksum is not the one in pilot.toml
    ");
    assert!(!fixture.dir.path().join("x.csv").exists());
}

#[test]
fn a_newer_snapshot_without_a_patient_is_told() {
    let fixture = fixture();
    fixture.snapshot(2, "DELETE FROM patients WHERE case_id = 'Normal_00001'");
    let said = fixture.run(&["manifest", "create", "--force", "pilot", "-o", "m.csv"]);
    assert_said!(said, @"
    exit code 1
    --- stderr ---
    pilot was made on snapshot 1; the images are those of 2
    m.csv: 228 images of 57 patients
    excluded: 4 images of 1 discarded case
    without an image: 1 patient
    excluded: 1 patient that this snapshot does not have
    provenance: m.csv.provenance.json
    ");
    assert_eq!(
        fixture
            .run(&["manifest", "create", "--force", "pilot", "-o", "m.csv", "--snapshot", "1"])
            .code,
        0
    );
}

#[test]
fn pandas_reads_the_same_rows() {
    let fixture = fixture();
    fixture.done(&["manifest", "create", "--force", "pilot", "-o", "m.csv"]);
    fixture.done(&["manifest", "create", "--force", "pilot", "-o", "m.parquet"]);
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

#[test]
fn doubtful_images_are_left_out_counted_and_brought_back() {
    let sql = [
        finding(
            "scan",
            "error",
            "laterality-conflict",
            "dicom/Normal_00001/LCC.dcm",
            "Normal_00001",
        ),
        finding("scan", "warning", "view-conflict", "dicom/Normal_00002/LCC.dcm", "Normal_00002"),
        finding("link", "error", "lesion-side-contradicts", "a.json", "Cancer_00001"),
        finding("link", "error", "views-missing", "dicom/Benign_00001/LMLO.dcm", "Benign_00001"),
        "DELETE FROM images WHERE path = 'dicom/Benign_00001/LCC.dcm';".to_owned(),
        "UPDATE patients SET views = ['LMLO', 'RCC', 'RMLO'] WHERE case_id = 'Benign_00001'"
            .to_owned(),
    ];
    let fixture = prepared(Fixture::with(&sql.join("\n")));
    let said = fixture.run(&["manifest", "create", "--force", "all", "-o", "m.csv"]);
    insta::assert_snapshot!(said.err, @r"
    m.csv: 223 images of 56 patients
    excluded: 4 images of 1 discarded case
    excluded: 3 images of 1 incomplete exam
    excluded: 5 images of 2 cases with errors; they are the rows of image_errors
    without an image: 1 patient
    provenance: m.csv.provenance.json
    ");
    assert_eq!(said.code, 0, "findings are no faults");
    let listed = |arguments: &[&str]| {
        fixture
            .done(&[&["manifest", "create", "--force", "all", "-o", "n.csv"], arguments].concat());
        rows(&fixture, "n.csv").len()
    };
    assert_eq!(listed(&["--include", "incomplete"]), 226);
    assert_eq!(listed(&["--include", "errors"]), 228);
    assert_eq!(listed(&["--include", "discarded"]), 227);
    assert_eq!(listed(&["--include", "discarded,incomplete,errors"]), 235);
    // Complete is what has the views that the cohort asks for.
    fixture.done(&["cohort", "create", "right", "--view", "RCC,RMLO"]);
    fixture.done(&["manifest", "create", "--force", "right", "-o", "right.csv"]);
    assert_eq!(rows(&fixture, "right.csv").len(), 57 * 2, "Benign_00001 has both");
    fixture.done(&["cohort", "create", "cc", "--view", "LCC,RCC"]);
    let said = fixture.run(&["manifest", "create", "--force", "cc", "-o", "cc.csv"]);
    assert_said!(said, @"
    exit code 0
    --- stderr ---
    cc.csv: 111 images of 56 patients
    excluded: 2 images of 1 discarded case
    excluded: 1 image of 1 incomplete exam
    excluded: 3 images of 2 cases with errors; they are the rows of image_errors
    provenance: cc.csv.provenance.json
    ");
}

#[test]
fn labels_are_conditions_and_unknown_stays_empty() {
    let fixture = fixture();
    let label = "t_stage >= 2";
    let said =
        fixture.run(&["manifest", "create", "--force", "pilot", "-o", "l.csv", "--label", label]);
    assert_said!(said, @"
    exit code 0
    --- stderr ---
    l.csv: 232 images of 58 patients
    label not known: 188 rows
    excluded: 4 images of 1 discarded case
    without an image: 1 patient
    provenance: l.csv.provenance.json
    ");
    let listed = rows(&fixture, "l.csv");
    let many = |label: &str| listed.iter().filter(|row| row["label"] == label).count();
    assert_eq!((many("1"), many("0"), many("")), (20, 24, 188));
    let kept = provenance(&fixture, "l.csv")["labels"].clone();
    let total = |label: &str| -> u64 {
        kept.as_object().unwrap().values().filter_map(|part| part[label].as_u64()).sum()
    };
    assert_eq!((total("1"), total("0"), total("null")), (20, 24, 188));
    for (label, why) in [
        ("birads_max", "give a condition, true or false; this gives SMALLINT"),
        ("true; DROP TABLE x", "give one condition"),
        ("nonsense = 1", "nonsense"),
        ("vendor = 'GE'", "Ambiguous"),
    ] {
        let said = fixture
            .run(&["manifest", "create", "--force", "pilot", "-o", "x.csv", "--label", label]);
        assert!(said.code == 2 && said.err.contains(why), "{label}: {}", said.err);
        assert!(!fixture.dir.path().join("x.csv").exists());
    }
    fixture.done(&[
        "manifest",
        "create",
        "pilot",
        "-o",
        "x.csv",
        "--label",
        "p.vendor = 'GE' -- maker",
    ]);
}

#[test]
fn columns_come_from_the_tables_and_the_split() {
    let fixture = fixture();
    let columns =
        "case_id,patients.age_years,patients.vendor,images.vendor,stratum,view_modifiers,path";
    fixture.done(&["manifest", "create", "--force", "pilot", "-o", "c.csv", "--columns", columns]);
    let text = fs::read_to_string(fixture.dir.path().join("c.csv")).unwrap();
    let mut lines = text.lines();
    let header =
        "case_id,patients_age_years,patients_vendor,images_vendor,stratum,view_modifiers,path";
    assert_eq!(lines.next().unwrap(), header);
    let first = "Benign_00001,41,HOLOGIC,HOLOGIC,diagnosis=benign,[],dicom/Benign_00001/LCC.dcm";
    assert_eq!(lines.next().unwrap(), first);
    for (columns, why) in [
        (
            "case_id,age_year",
            "no column \"age_year\" of images, patients, breasts; did you mean age_years?",
        ),
        ("vendor", "write images.vendor or patients.vendor"),
        ("lesions.label", "no column \"lesions.label\""),
        ("path,path", "the column path is given twice"),
    ] {
        let said = fixture.run(&[
            "manifest",
            "create",
            "--force",
            "pilot",
            "-o",
            "x.csv",
            "--columns",
            columns,
        ]);
        assert!(said.code == 2 && said.err.contains(why), "{columns}: {}", said.err);
    }
    let said = fixture.run(&[
        "manifest",
        "create",
        "pilot",
        "-o",
        "x",
        "--format",
        "coco",
        "--columns",
        "path",
    ]);
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: --columns: it is for csv, jsonl and parquet; coco has its own form
    ");
}

#[test]
fn a_breast_is_labelled_by_its_own_side() {
    let sql = "INSERT INTO breasts BY NAME SELECT case_id, l AS laterality, \
        CASE WHEN case_id LIKE 'Cancer%' AND l = 'R' THEN 'malignant' ELSE 'normal' END AS diagnosis \
        FROM patients, (VALUES ('L'), ('R')) s(l)";
    let fixture = prepared(Fixture::with(sql));
    let label = "breast.diagnosis = 'malignant'";
    let columns = "case_id,laterality,diagnosis,breasts.diagnosis,path";
    fixture.done(&[
        "manifest",
        "create",
        "all",
        "-o",
        "b.csv",
        "--label",
        label,
        "--columns",
        columns,
    ]);
    for row in rows(&fixture, "b.csv") {
        let cancer = row["case_id"].starts_with("Cancer") && row["laterality"] == "R";
        assert_eq!(row["label"] == "1", cancer, "{row:?}");
        assert_eq!(row["breasts_diagnosis"] == "malignant", cancer, "{row:?}");
    }
}

#[test]
fn a_patient_is_one_row_with_lists() {
    let fixture = fixture();
    fixture.done(&["manifest", "create", "--force", "pilot", "-o", "p.csv", "--per", "patient"]);
    let listed = rows(&fixture, "p.csv");
    assert_eq!(listed.len(), 58);
    for row in &listed {
        let paths: Vec<String> = serde_json::from_str(&row["image_paths"]).unwrap();
        assert!(paths.len() == 4 && paths.iter().all(|p| fixture.root().join(p).is_file()));
        let views: Vec<String> = serde_json::from_str(&row["image_views"]).unwrap();
        assert_eq!(views, ["LCC", "LMLO", "RCC", "RMLO"]);
    }
    fixture.done(&[
        "manifest",
        "create",
        "pilot",
        "-o",
        "p.jsonl",
        "--per",
        "patient",
        "--label",
        "age_years > 50",
    ]);
    let text = fs::read_to_string(fixture.dir.path().join("p.jsonl")).unwrap();
    let first: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert!(first["image_paths"].is_array() && first["label"] == 0, "{first}");
}

#[test]
fn paths_can_be_absolute_relative_to_a_folder_or_below_an_address() {
    let fixture = fixture();
    let first = |arguments: &[&str]| {
        fixture.done(
            &[&["manifest", "create", "--force", "pilot", "-o", "p.csv"], arguments].concat(),
        );
        rows(&fixture, "p.csv")[0]["path"].clone()
    };
    let inside = "dicom/Benign_00001/LCC.dcm";
    let absolute = fixture.root().join(inside).to_string_lossy().into_owned();
    assert_eq!(first(&["--paths", "absolute"]), absolute);
    assert_eq!(first(&["--relative-to", "."]), format!("data/{inside}"));
    assert_eq!(first(&["--relative-to", "catalog/splits"]), format!("../../data/{inside}"));
    assert_eq!(first(&["--relative-to", "data"]), inside);
    assert_eq!(first(&["--under", "s3://bucket/x/"]), format!("s3://bucket/x/{inside}"));
    let said = fixture.run(&[
        "manifest",
        "create",
        "--force",
        "pilot",
        "-o",
        "x.csv",
        "--relative-to",
        "nowhere",
    ]);
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: cannot find [DIR]/nowhere: No such file or directory (os error 2)
    ");
}

#[test]
fn sums_are_those_of_the_files() {
    let fixture = fixture();
    fs::write(fixture.root().join("dicom/Benign_00001/LCC.dcm"), "other").unwrap();
    fixture.done(&["manifest", "create", "--force", "pilot", "-o", "s.csv", "--sha256"]);
    for row in rows(&fixture, "s.csv") {
        assert_eq!(row["sha256"], sha256_of_file(&fixture.root().join(&row["path"])).unwrap());
    }
}

/// Names that break what is careless: commas, quotes, line breaks, formulas, Korean.
fn odd_name() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "a", "=", "+", "-", "@", ",", "\"", "'", "\n", "\r", "\t", " ", "영상", ";", "＝", "\\",
        "%", "é",
    ]);
    let name = prop::collection::vec(part, 1..6).prop_map(|parts| parts.concat());
    let folder = prop::sample::select(vec!["", "d/", "d/../", "./"]);
    (folder, name).prop_map(|(folder, name)| format!("{folder}{name}"))
}

#[test]
fn any_path_survives_a_round_trip() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let names = prop::collection::btree_set(odd_name(), 60);
    let names = names.new_tree(&mut runner).unwrap().current();
    let row = |name: &String| format!("('{}')", name.replace('\'', "''"));
    let list: Vec<String> = names.iter().map(row).collect();
    let sql = format!(
        "DELETE FROM images; INSERT INTO images BY NAME SELECT 'Normal_00001' AS case_id, p AS path, 'LCC' AS view FROM (VALUES {}) t(p)",
        list.join(", ")
    );
    let fixture = Fixture { dir: tempfile::tempdir().unwrap() };
    fs::create_dir_all(fixture.root().join("d")).unwrap();
    for name in &names {
        fs::write(fixture.root().join(name), "DICM").unwrap();
    }
    fixture.snapshot(1, &sql);
    let fixture = prepared(fixture);
    fixture.done(&["manifest", "create", "--force", "all", "-o", "odd.csv"]);
    // `./x` and `x` name the same file; everything else is the path to the letter.
    let plain = |path: &String| path.strip_prefix("./").unwrap_or(path).to_owned();
    let wanted: BTreeSet<String> = names.iter().map(plain).collect();
    let listed = |rows: Vec<String>| -> BTreeSet<String> { rows.iter().map(plain).collect() };
    let own = rows(&fixture, "odd.csv").iter().map(|row| row["path"].clone()).collect();
    assert_eq!(listed(own), wanted);
    let program = "import csv, json\nwith open('odd.csv', newline='', encoding='utf-8') as f: print(json.dumps([r['path'] for r in csv.DictReader(f)]))";
    let read = python().args(["-c", program]).current_dir(fixture.dir.path()).output();
    match read {
        Ok(out) if out.status.success() => {
            assert_eq!(listed(serde_json::from_slice(&out.stdout).unwrap()), wanted);
        }
        Ok(out) => panic!("{}", String::from_utf8_lossy(&out.stderr)),
        Err(_) => eprintln!("skipped: there is no python3"),
    }
    let text = fs::read_to_string(fixture.dir.path().join("odd.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    for record in reader.records() {
        let record = record.unwrap();
        assert!(!record.iter().any(mammodex::results::escape::is_formula), "{record:?}");
    }
}
