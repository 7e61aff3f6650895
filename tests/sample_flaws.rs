//! `mammodex sample --flaws`: each fault is listed, and is where the list says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use calamine::{Reader, Xlsx, open_workbook};
use dicom_dictionary_std::tags;
use dicom_object::open_file;
use mammodex::sample::{Faults, Pixels, Request, write};
use serde_json::Value;

const CODES: [&str; 26] = [
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
    fn new(seed: u64, pixels: Pixels) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().to_path_buf();
        write(&Request { root, patients: 60, seed, pixels, faults: Faults::With }).unwrap();
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
    let flawed = Flawed::new(42, Pixels::None);
    let codes: Vec<&str> = flawed.list.iter().map(|f| f["code"].as_str().unwrap()).collect();
    assert_eq!(codes, CODES);
    let cases: BTreeSet<_> = flawed.list.iter().map(|f| f["case_id"].to_string()).collect();
    assert_eq!(cases.len(), CODES.len());
    for flaw in &flawed.list {
        let gone = flaw["code"] == "views-missing";
        let there = flawed.dir.path().join(flaw["file"].as_str().unwrap()).exists();
        assert_eq!(there, !gone, "{flaw}");
        assert!(flaw["what"].as_str().unwrap().ends_with('.'));
    }
}

#[test]
fn image_faults_are_as_listed() {
    let flawed = Flawed::new(42, Pixels::Small);
    let header = |code: &str, tag| {
        let object = open_file(flawed.file(code)).unwrap();
        object.element(tag).map_or_else(|_| String::new(), |e| e.to_str().unwrap().to_string())
    };
    let cut = fs::read(flawed.file("dicom-unreadable")).unwrap();
    assert!(cut.ends_with(b"MAMMO"), "the value ends before its length");
    assert_eq!(fs::metadata(flawed.file("file-empty")).unwrap().len(), 0);
    assert_eq!(header("view-conflict", tags::POSITIONER_PRIMARY_ANGLE).trim(), "-45");
    assert_eq!(header("laterality-unknown", tags::IMAGE_LATERALITY), "");
    assert_eq!(header("laterality-unknown", tags::PATIENT_ORIENTATION), "");
    assert_eq!(header("case-unknown", tags::PATIENT_ID).trim(), "SYN-7731");
    let twin = flawed.file("sop-duplicate").with_file_name("LCC.dcm");
    let twin = open_file(twin).unwrap();
    let uid = twin.element(tags::SOP_INSTANCE_UID).unwrap().to_str().unwrap();
    assert_eq!(header("sop-duplicate", tags::SOP_INSTANCE_UID), uid);
    let makers = ["Nemo Imaging Works", "NM-1"];
    assert!(makers.iter().all(|word| cells(&flawed.file("vendor-unknown")).contains(word)));
}

#[test]
fn drawing_faults_are_as_listed() {
    for seed in [1, 42, 99] {
        for pixels in [Pixels::Small, Pixels::None] {
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
    let flawed = Flawed::new(42, Pixels::None);
    let flaw = flawed.list.iter().find(|f| f["code"] == "lesion-side-contradicts").unwrap();
    let says_left = flaw["what"].as_str().unwrap().contains("workbook says left");
    assert!(
        flawed.rings("lesion-side-contradicts").iter().all(|r| r.0.starts_with('r') == says_left)
    );
}

#[test]
fn row_faults_are_as_listed() {
    let flawed = Flawed::new(42, Pixels::None);
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
    let out = Command::new(env!("CARGO_BIN_EXE_mammodex"))
        .args(["sample", place.to_str().unwrap(), "--patients", "20", "--flaws"])
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(2));
    let said = String::from_utf8(out.stderr).unwrap();
    assert!(said.contains("20 patients are too few") && said.contains("take 55"), "{said}");
    assert!(!place.exists());
}
