//! `mammodex sample --flaws`: each fault is listed, and is where the list says.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;

use arrow::array::AsArray;
use calamine::{Reader, Xlsx, open_workbook};
use dicom_dictionary_std::tags;
use dicom_object::open_file;
use mammodex::sample::{SampleFlaws, SamplePixels, SampleRequest, write};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use crate::fixture::{assert_said, run_in};

const CODES: [&str; 27] = [
    "dicom-truncated",
    "dicom-unreadable",
    "file-empty",
    "file-unrecognised",
    "case-unknown",
    "views-missing",
    "view-conflict",
    "laterality-unknown",
    "patient-without-images",
    "image-without-patient",
    "sop-duplicate",
    "vendor-unknown",
    "birads-unreadable",
    "birads-both-mismatch",
    "rows-disagree",
    "annotation-without-images",
    "annotation-unreadable",
    "contour-out-of-image",
    "contour-open",
    "contour-short",
    "contour-self-crossing",
    "contour-duplicate",
    "lesion-side-contradicts",
    "readers-disagree",
    "t-stage-unreadable",
    "size-doubtful",
    "histology-unknown",
];

struct Flawed {
    dir: tempfile::TempDir,
    list: Vec<Value>,
}

impl Flawed {
    fn new(seed: u64, pixels: SamplePixels) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().to_path_buf();
        write(&SampleRequest {
            root,
            patients: 60,
            seed,
            pixels,
            readers: 1,
            faults: SampleFlaws::With,
        })
        .unwrap();
        let text = fs::read_to_string(dir.path().join("flaws.json")).unwrap();
        Self { list: serde_json::from_str(&text).unwrap(), dir }
    }

    fn file(&self, code: &str) -> std::path::PathBuf {
        let flaw = self.list.iter().find(|flaw| flaw["code"] == code).unwrap();
        self.dir.path().join(flaw["file"].as_str().unwrap())
    }

    /// Points of the contours of a fault's annotation, view by view.
    fn rings(&self, code: &str) -> Vec<(String, Vec<(i64, i64)>)> {
        rings(&self.file(code))
    }
}

fn rings(file: &Path) -> Vec<(String, Vec<(i64, i64)>)> {
    let whole: Value = json5::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let list = match &whole["contour_list"] {
        Value::String(text) => json5::from_str(text).unwrap(),
        other => other.clone(),
    };
    let mut found = Vec::new();
    for (view, lesions) in list["cancer"].as_object().unwrap() {
        for points in lesions.as_object().unwrap().values() {
            let points = points.as_array().unwrap().iter();
            let ring = points.map(|p| (p["x"].as_i64().unwrap(), p["y"].as_i64().unwrap()));
            found.push((view.clone(), ring.collect()));
        }
    }
    found
}

fn cells(file: &Path) -> String {
    let mut book: Xlsx<_> = open_workbook(file).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let line =
        |row: &[calamine::Data]| row.iter().map(ToString::to_string).collect::<Vec<_>>().join("|");
    sheet.rows().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_fault_is_listed_once_on_a_case_of_its_own() {
    let flawed = Flawed::new(42, SamplePixels::None);
    let codes: Vec<&str> = flawed.list.iter().map(|f| f["code"].as_str().unwrap()).collect();
    assert_eq!(codes, CODES);
    let cases: BTreeSet<_> = flawed.list.iter().map(|f| f["case_id"].to_string()).collect();
    assert_eq!(cases.len(), CODES.len());
    for flaw in &flawed.list {
        assert!(flawed.dir.path().join(flaw["file"].as_str().unwrap()).is_file(), "{flaw}");
        assert!(flaw["what"].as_str().unwrap().ends_with('.'));
    }
}

/// Severity, code and file of every finding of an index run, and its exit code.
fn findings(root: &Path) -> (Vec<[String; 3]>, Option<i32>) {
    let catalog = tempfile::tempdir().unwrap();
    let out = crate::fixture::command()
        .arg("index")
        .arg(root)
        .arg("--catalog")
        .arg(catalog.path().join("catalog"))
        .output()
        .unwrap();
    let table = File::open(catalog.path().join("catalog/current/issues.parquet")).unwrap();
    let batches = ParquetRecordBatchReaderBuilder::try_new(table).unwrap().build().unwrap();
    let mut found = Vec::new();
    for batch in batches.map(Result::unwrap) {
        let column = |name: &str| batch.column_by_name(name).unwrap().as_string::<i32>().clone();
        let columns = ["severity", "code", "file"].map(column);
        found.extend(
            (0..batch.num_rows()).map(|row| columns.clone().map(|c| c.value(row).to_owned())),
        );
    }
    (found, out.status.code())
}

#[test]
fn the_indexer_finds_each_fault_where_it_lies() {
    for pixels in [SamplePixels::Small, SamplePixels::None] {
        let flawed = Flawed::new(42, pixels);
        let (found, exit) = findings(flawed.dir.path());
        assert_eq!(exit, Some(1));
        for flaw in &flawed.list {
            let here =
                |f: &[String; 3]| flaw["code"] == f[1].as_str() && flaw["file"] == f[2].as_str();
            assert!(found.iter().any(here), "{flaw}");
        }
    }
}

#[test]
fn the_indexer_finds_no_fault_where_there_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().to_path_buf();
    let request = SampleRequest {
        root,
        patients: 250,
        seed: 6,
        pixels: SamplePixels::Small,
        readers: 1,
        faults: SampleFlaws::Without,
    };
    write(&request).unwrap();
    let (found, exit) = findings(dir.path());
    assert_eq!(exit, Some(0));
    let grave: Vec<_> = found.iter().filter(|f| f[0] != "info").collect();
    assert!(grave.is_empty(), "{grave:#?}");
}

#[test]
fn image_faults_are_as_listed() {
    let flawed = Flawed::new(42, SamplePixels::Small);
    let header = |code: &str, tag| {
        let object = open_file(flawed.file(code)).unwrap();
        object.element(tag).map_or_else(|_| String::new(), |e| e.to_str().unwrap().to_string())
    };
    let cut = fs::read(flawed.file("dicom-unreadable")).unwrap();
    assert!(cut.ends_with(b"MAMMO"), "the value ends before its length");
    let length = |path: std::path::PathBuf| fs::metadata(path).unwrap().len();
    let cut = flawed.file("dicom-truncated");
    assert!(length(cut.clone()) + 10_000 < length(cut.with_file_name("LCC.dcm")));
    assert_eq!(length(flawed.file("file-empty")), 0);
    assert_eq!(header("view-conflict", tags::POSITIONER_PRIMARY_ANGLE).trim(), "-45");
    assert_eq!(header("laterality-unknown", tags::IMAGE_LATERALITY), "");
    assert_eq!(header("laterality-unknown", tags::PATIENT_ORIENTATION), "");
    assert_eq!(header("case-unknown", tags::PATIENT_ID).trim(), "SYN-7731");
    let twin = flawed.file("sop-duplicate").with_file_name("LCC.dcm");
    let twin = open_file(twin).unwrap();
    let uid = twin.element(tags::SOP_INSTANCE_UID).unwrap().to_str().unwrap();
    assert_eq!(header("sop-duplicate", tags::SOP_INSTANCE_UID), uid);
    assert_eq!(header("vendor-unknown", tags::MANUFACTURER), "Nemo Imaging Works");
}

#[test]
fn drawing_faults_are_as_listed() {
    for seed in [1, 42] {
        for pixels in [SamplePixels::Small, SamplePixels::None] {
            let flawed = Flawed::new(seed, pixels);
            let text = fs::read_to_string(flawed.file("annotation-unreadable")).unwrap();
            assert!(json5::from_str::<Value>(&text).is_err());
            let open = &flawed.rings("contour-open")[0].1;
            assert!(open.len() > 30 && open.first() != open.last());
            let short = &flawed.rings("contour-short")[0].1;
            assert!(short.len() == 13 && short.first() == short.last());
            let twice = flawed.rings("contour-duplicate");
            assert!(twice.iter().enumerate().any(|(i, a)| twice[i + 1..].contains(a)));
            assert!(crosses(&flawed.rings("contour-self-crossing")[0].1));
            outside(&flawed);
            apart(&flawed);
        }
    }
}

fn crosses(ring: &[(i64, i64)]) -> bool {
    use geo::Validation;
    let line: Vec<(f64, f64)> = ring.iter().map(|p| (p.0 as f64, p.1 as f64)).collect();
    !geo::Polygon::new(geo::LineString::from(line), Vec::new()).is_valid()
}

fn outside(flawed: &Flawed) {
    let flaw = flawed.list.iter().find(|f| f["code"] == "contour-out-of-image").unwrap();
    let case = flaw["case_id"].as_str().unwrap();
    let (view, ring) = flawed.rings("contour-out-of-image").swap_remove(0);
    let name = format!("dcm/Uncompressed/Cancer/{case}/{}.dcm", view.to_uppercase());
    let object = open_file(flawed.dir.path().join(name)).unwrap();
    let columns: i64 = object.element(tags::COLUMNS).unwrap().to_int().unwrap();
    let within = ring.iter().filter(|p| (0..columns).contains(&(p.0 + columns / 2))).count();
    assert!(within > 0 && within < ring.len());
}

/// The second reader's contours stand clear of the first one's, in the same views.
fn apart(flawed: &Flawed) {
    let second = flawed.file("readers-disagree");
    let name = second.file_name().unwrap();
    let first = second.parent().unwrap().parent().unwrap().join(name);
    let (first, second) = (rings(&first), rings(&second));
    assert!(!second.is_empty());
    for (view, ring) in &second {
        let same: Vec<_> = first.iter().filter(|(v, _)| v == view).collect();
        assert!(!same.is_empty());
        for (_, other) in same {
            let shape = |r: &[(i64, i64)]| {
                let line: Vec<(f64, f64)> = r.iter().map(|p| (p.0 as f64, p.1 as f64)).collect();
                geo::Polygon::new(geo::LineString::from(line), Vec::new())
            };
            assert!(!geo::Intersects::intersects(&shape(ring), &shape(other)), "{view}");
        }
    }
}

#[test]
fn sides_contradict_where_listed() {
    let flawed = Flawed::new(42, SamplePixels::None);
    let flaw = flawed.list.iter().find(|f| f["code"] == "lesion-side-contradicts").unwrap();
    let says_left = flaw["what"].as_str().unwrap().contains("workbook says left");
    assert!(
        flawed.rings("lesion-side-contradicts").iter().all(|r| r.0.starts_with('r') == says_left)
    );
}

#[test]
fn row_faults_are_as_listed() {
    let flawed = Flawed::new(42, SamplePixels::None);
    for (code, word) in [
        ("birads-unreadable", "grade 7"),
        ("birads-both-mismatch", "|1|3|1"),
        ("t-stage-unreadable", "see letter"),
        ("size-doubtful", "|25"),
        ("histology-unknown", "Zebra cell tumour"),
    ] {
        assert!(cells(&flawed.file(code)).contains(word), "{code}");
    }
}

#[test]
fn too_few_patients_for_the_faults_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("new");
    assert_said!(run_in(dir.path(), &["sample", "new", "--patients", "20", "--flaws"], ""), @r"
    exit code 2
    --- stderr ---
    mammodex: 20 patients are too few: with faults, each on a case of its own, take 55
    ");
    assert!(!place.exists());
}
