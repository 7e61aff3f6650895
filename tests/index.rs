//! `mammodex index`: what goes in comes out, once, linked, and what is wrong is said.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use duckdb::Connection;
use mammodex::sample::{self, SampleFlaws, SamplePixels};

use crate::fixture::{Said, assert_said, mammodex, run, run_in};

/// A synthetic data set and a catalog of it in a folder of their own.
pub struct Indexed {
    pub dir: tempfile::TempDir,
}

impl Indexed {
    pub fn new(patients: u32, faults: SampleFlaws) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("data");
        let pixels = SamplePixels::None;
        sample::write(&sample::SampleRequest {
            root,
            patients,
            seed: 7,
            pixels,
            readers: 1,
            faults,
        })
        .unwrap();
        Self { dir }
    }

    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub fn catalog(&self) -> PathBuf {
        self.dir.path().join("catalog")
    }

    pub fn index(&self, more: &[&str]) -> (i32, String) {
        index(&self.data(), &self.catalog(), more)
    }

    pub fn rows(&self, sql: &str) -> Vec<String> {
        rows(&self.catalog(), sql)
    }
}

/// Exit code and stderr of `mammodex index`.
pub fn index(data: &Path, catalog: &Path, more: &[&str]) -> (i32, String) {
    let said = indexed(data, catalog, more);
    (said.code, said.err)
}

/// Runs `mammodex index` in the folder of the catalog.
fn indexed(data: &Path, catalog: &Path, more: &[&str]) -> Said {
    let dir = catalog.parent().unwrap();
    let mut command = mammodex(dir);
    command.arg("index").arg(data).arg("--catalog").arg(catalog).args(more);
    run(&mut command, dir, "")
}

/// The rows of a query over a catalog's Parquet files, cells joined by `|`.
pub fn rows(catalog: &Path, sql: &str) -> Vec<String> {
    let db = Connection::open_in_memory().unwrap();
    for table in ["patients", "breasts", "images", "annotations", "lesions", "issues", "sources"] {
        let file = catalog.join("current").join(format!("{table}.parquet"));
        db.execute_batch(&format!("CREATE VIEW {table} AS FROM '{}'", file.display())).unwrap();
    }
    let sql = format!("SELECT concat_ws('|', *COLUMNS(*)) FROM ({sql})");
    let mut statement = db.prepare(&sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

pub fn tree(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let dir = fs::canonicalize(dir).unwrap();
    let files = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    files.map(|p| (p.file_name().unwrap().to_string_lossy().into(), fs::read(p).unwrap())).collect()
}

#[test]
fn a_clean_data_set_is_linked_whole() {
    let set = Indexed::new(50, SampleFlaws::Without);
    assert_said!(indexed(&set.data(), &set.catalog(), &[]), @r#"
    exit code 0
    --- stderr ---
    214 files (214 read), profile ncc: 50 patients, 200 images, 10 annotations, 32 lesions
      warning     200  pixels-missing
      info       1  file-unrecognised
      info       6  annotation-repaired
      ignored 1 file: neither DICOM nor a clinical table nor an annotation (1)
    snapshot 1 is in [DIR]/catalog/current
    each finding: mammodex query --catalog [DIR]/catalog "SELECT severity, code, file, place, message FROM issues"
    "#);
    assert_eq!(
        set.rows("SELECT diagnosis, count(*) FROM patients GROUP BY 1 ORDER BY 1"),
        ["benign|10", "malignant|10", "normal|30"]
    );
    assert_eq!(
        set.rows("SELECT count(*) FROM images WHERE case_id IS NULL OR view IS NULL"),
        ["0"]
    );
    assert_eq!(
        set.rows(
            "SELECT count(*) FROM lesions l JOIN images i ON i.path = l.image_path
               AND i.sop_instance_uid = l.sop_instance_uid AND i.view = l.view AND i.case_id = l.case_id
             WHERE l.in_bounds AND l.max_diameter_mm > 0"
        ),
        set.rows("SELECT count(*) FROM lesions")
    );
    assert_eq!(
        set.rows("SELECT count(*) FROM annotations a ANTI JOIN patients p USING (case_id)"),
        ["0"]
    );
    assert_eq!(
        set.rows(
            "SELECT count(*) FROM breasts b JOIN patients p USING (case_id)
             WHERE b.has_tumor AND b.lesion_count = 0 AND p.annotation_count > 0"
        ),
        ["0"]
    );
}

#[test]
fn the_same_data_give_the_same_bytes_whatever_the_threads() {
    let set = Indexed::new(60, SampleFlaws::With);
    let other = set.dir.path().join("other");
    set.index(&["--jobs", "1"]);
    index(&set.data(), &other, &["--jobs", "4"]);
    assert_eq!(tree(&set.catalog().join("current")), tree(&other.join("current")));
}

#[test]
fn nothing_changed_makes_no_snapshot_and_a_change_makes_one() {
    let set = Indexed::new(10, SampleFlaws::Without);
    set.index(&[]);
    assert_said!(indexed(&set.data(), &set.catalog(), &[]), @r#"
    exit code 0
    --- stderr ---
    46 files (0 read), profile ncc: 10 patients, 40 images, 2 annotations, 8 lesions
      warning      40  pixels-missing
      info       1  file-unrecognised
      info       1  annotation-repaired
      ignored 1 file: neither DICOM nor a clinical table nor an annotation (1)
    nothing changed: snapshot 1 stays in [DIR]/catalog/current
    each finding: mammodex query --catalog [DIR]/catalog "SELECT severity, code, file, place, message FROM issues"
    "#);
    fs::remove_dir_all(set.data().join("dcm/Uncompressed/Normal/Normal_00001")).unwrap();
    assert_said!(indexed(&set.data(), &set.catalog(), &[]), @r#"
    exit code 1
    --- stderr ---
    42 files (5 read), profile ncc: 10 patients, 36 images, 2 annotations, 8 lesions
      error       1  patient-without-images
      warning      36  pixels-missing
      info       1  file-unrecognised
      info       1  annotation-repaired
      ignored 1 file: neither DICOM nor a clinical table nor an annotation (1)
    snapshot 2 is in [DIR]/catalog/current
    each finding: mammodex query --catalog [DIR]/catalog "SELECT severity, code, file, place, message FROM issues"
    "#);
    assert_eq!(set.rows("SELECT count(*) FROM images WHERE case_id = 'Normal_00001'"), ["0"]);
    assert_eq!(
        set.rows("SELECT case_id FROM issues WHERE code = 'patient-without-images'"),
        ["Normal_00001"]
    );
    assert!(set.catalog().join("snapshots/000001/images.parquet").exists());
}

#[test]
fn every_fault_is_found_where_it_is() {
    let set = Indexed::new(60, SampleFlaws::With);
    let (code, _) = set.index(&[]);
    assert_eq!(code, 1);
    let list = fs::read_to_string(set.data().join("flaws.json")).unwrap();
    let list: Vec<serde_json::Value> = serde_json::from_str(&list).unwrap();
    assert!(list.len() > 20);
    let found = set.rows("SELECT code, file, coalesce(case_id, '') FROM issues");
    for flaw in list {
        let text = |key: &str| flaw[key].as_str().unwrap_or("-").to_owned();
        let (code, file, case) = (text("code"), text("file"), text("case_id"));
        let met = |row: &String| {
            let cells: Vec<&str> = row.split('|').collect();
            cells[0] == code && (cells[1] == file || cells[2] == case)
        };
        assert!(found.iter().any(met), "{flaw:#} is not among the issues");
    }
}

#[test]
fn strict_keeps_the_snapshot_that_was_there() {
    let set = Indexed::new(10, SampleFlaws::Without);
    set.index(&[]);
    fs::write(set.data().join("dcm/Uncompressed/Normal/Normal_00002/LCC.dcm"), b"").unwrap();
    // No table will hold the findings, so they are printed.
    assert_said!(indexed(&set.data(), &set.catalog(), &["--strict"]), @"
    exit code 1
    --- stderr ---
    46 files (6 read), profile ncc: 10 patients, 39 images, 2 annotations, 8 lesions
      error       1  views-missing
      error       1  file-empty
      warning      39  pixels-missing
      info       1  file-unrecognised
      info       1  annotation-repaired
      ignored 1 file: neither DICOM nor a clinical table nor an annotation (1)
      dcm/Uncompressed/Normal/Normal_00002/LCC.dcm: the file has no bytes
      dcm/Uncompressed/Normal/Normal_00002/LMLO.dcm: the case has no LCC
    errors were found: --strict keeps the previous snapshot; without it each is a row of issues
    ");
    assert_eq!(set.rows("SELECT count(*) FROM images"), ["40"]);
    assert!(!set.catalog().join("snapshots/000002").exists());
}

#[test]
fn two_runs_at_once_are_told_who_holds_the_catalog() {
    let set = Indexed::new(10, SampleFlaws::Without);
    let store = mammodex::index::snapshot::CatalogStore::open(&set.catalog()).unwrap();
    let (code, said) = set.index(&[]);
    assert_eq!(code, 2);
    assert!(said.contains(&format!("process {}", std::process::id())), "{said}");
    drop(store);
    assert_eq!(set.index(&[]).0, 0);
}

#[test]
fn what_cannot_be_used_is_said_in_a_line() {
    let dir = tempfile::tempdir().unwrap();
    assert_said!(indexed(&dir.path().join("nowhere"), &dir.path().join("c"), &[]), @r"
    exit code 2
    --- stderr ---
    mammodex: cannot read the data set [DIR]/nowhere: No such file or directory (os error 2)
    ");
    let profile = ["--profile", "nonsense"];
    assert_said!(indexed(dir.path(), &dir.path().join("c"), &profile), @r#"
    exit code 2
    --- stderr ---
    mammodex: no profile is called "nonsense": name a file, or one of cmmd, generic, inbreast, ncc-tool, ncc
    "#);
}

/// The files of others that stand beside the project, where they do.
pub fn shared() -> Option<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if !dir.is_dir() {
        eprintln!("skipped: {} is not there", dir.display());
        return None;
    }
    Some(dir)
}

#[test]
fn real_files_become_rows_or_are_accounted_for() {
    let Some(data) = shared() else { return };
    let dir = tempfile::tempdir().unwrap();
    let (code, said) = index(&data, dir.path(), &[]);
    assert_eq!(code, 1, "{said}");
    let all = Command::new("find").arg("-L").arg(&data).args(["-type", "f,l"]).output().unwrap();
    let count = String::from_utf8(all.stdout).unwrap().lines().count();
    let files = "SELECT count(DISTINCT path) FROM sources WHERE path NOT LIKE '%!/%'";
    assert_eq!(rows(dir.path(), files), [count.to_string()]);
    assert_eq!(
        rows(
            dir.path(),
            "SELECT path, view, view_source, laterality_source, mammogram_type,
               coalesce(spacing_source, '-'), coalesce(pixel_spacing_row_mm, 0), rows, columns
             FROM images WHERE path LIKE 'dicom/%' ORDER BY path"
        ),
        [
            "dicom/MG1_J2KI|LMLO|ViewPosition|Laterality|screen_film|-|0.0|4664|3064",
            "dicom/MG1_JPLY|LMLO|ViewPosition|Laterality|screen_film|-|0.0|4664|3064",
            "dicom/spacing-test-MG.dcm|RCC|ViewCodeSequence|ImageLaterality|ffdm|pixel_spacing_calibrated|0.25|512|512",
        ]
    );
    assert_eq!(
        rows(
            dir.path(),
            "SELECT count(*) FROM sources WHERE status <> 'indexed' AND reason IS NULL"
        ),
        ["0"]
    );
}

#[test]
fn no_threads_at_all_is_an_error() {
    let set = crate::sample_data::SampleDataSet::empty();
    let said = set.index("catalog", &["--jobs", "0"]);
    assert_said!(said, @r"
        exit code 2
        --- stderr ---
        error: invalid value '0' for '--jobs <N>': 0 is not in 1..=1024

        For more information, try '--help'.
        ");
}

#[test]
fn a_refused_first_run_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    run_in(dir.path(), &["sample", "data", "--patients", "2"], "");
    let said = run_in(dir.path(), &["index", "data", "--profile", "nope"], "");
    assert_eq!(said.code, 2);
    assert!(!dir.path().join("catalog").exists());
    // What was there before stays.
    std::fs::create_dir(dir.path().join("catalog")).unwrap();
    std::fs::write(dir.path().join("catalog/notes.txt"), "mine").unwrap();
    let said = run_in(dir.path(), &["index", "data", "--profile", "nope"], "");
    assert_eq!(said.code, 2);
    let names: Vec<_> = std::fs::read_dir(dir.path().join("catalog")).unwrap().collect();
    assert_eq!(names.len(), 1);
}
