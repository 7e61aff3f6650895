//! `mammodex sample`: what it writes is whole, plausible, the same for the same seed, and wrong
//! only where `flaws.json` says so.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use calamine::{Data, DataType, Reader, Xlsx, open_workbook};
use dicom_dictionary_std::tags;
use dicom_object::{DefaultDicomObject, open_file};
use geo::{Contains, LineString, Point, Polygon, Validation};
use mammodex::sample::{SampleFlaws, SamplePixels, SampleRequest, SampleSummary, write};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::fixture::{assert_said, mammodex, python, run, run_in};

const RESULTS: &str = "annotation_result_1st/20190812_KST/dst_json/20190812_KST/Success";

fn made(
    patients: u32,
    seed: u64,
    pixels: SamplePixels,
    faults: SampleFlaws,
) -> (tempfile::TempDir, SampleSummary) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().to_path_buf();
    let summary =
        write(&SampleRequest { root, patients, seed, pixels, readers: 1, faults }).unwrap();
    (dir, summary)
}

fn files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    found
}

fn images(root: &Path) -> Vec<PathBuf> {
    files(root).into_iter().filter(|p| p.extension().is_some_and(|e| e == "dcm")).collect()
}

/// Path, time and bytes of every file.
fn fingerprint(root: &Path) -> BTreeMap<PathBuf, (u64, String)> {
    let one = |path: PathBuf| {
        let modified = fs::metadata(&path).unwrap().modified().unwrap();
        let seconds = modified.duration_since(UNIX_EPOCH).unwrap().as_secs();
        let sum = format!("{:x}", Sha256::digest(fs::read(&path).unwrap()));
        (path.strip_prefix(root).unwrap().to_path_buf(), (seconds, sum))
    };
    files(root).into_iter().map(one).collect()
}

fn text(object: &DefaultDicomObject, tag: dicom_core::Tag) -> String {
    object.element(tag).map_or_else(|_| String::new(), |e| e.to_str().unwrap().trim().to_owned())
}

fn number(object: &DefaultDicomObject, tag: dicom_core::Tag) -> i32 {
    object.element(tag).unwrap().to_int().unwrap()
}

/// Rows of a workbook by header, below the row that begins with `ID`.
fn rows(root: &Path, group: &str) -> Vec<BTreeMap<String, Data>> {
    let mut book: Xlsx<_> =
        open_workbook(root.join("clinical").join(format!("{group}.xlsx"))).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let mut lines = sheet.rows().skip_while(|line| line[0] != Data::String("ID".to_owned()));
    let header: Vec<String> = lines.next().unwrap().iter().map(ToString::to_string).collect();
    lines.map(|line| header.iter().cloned().zip(line.iter().cloned()).collect()).collect()
}

type Ring = Vec<(i32, i32)>;

/// View, lesion number and points from the centre, of every contour of a case.
fn contours(file: &Path) -> Vec<(String, String, Ring)> {
    let whole: Value = json5::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let list = match &whole["contour_list"] {
        Value::String(text) => json5::from_str(text).unwrap(),
        other => other.clone(),
    };
    let mut found = Vec::new();
    for (view, lesions) in list["cancer"].as_object().into_iter().flatten() {
        for (lesion, points) in lesions.as_object().unwrap() {
            let at = |p: &Value, axis: &str| p[axis].as_i64().unwrap() as i32;
            let ring = points.as_array().unwrap().iter().map(|p| (at(p, "x"), at(p, "y")));
            found.push((view.clone(), lesion.clone(), ring.collect()));
        }
    }
    found
}

fn polygon(ring: &Ring) -> Polygon {
    let line: Vec<(f64, f64)> = ring.iter().map(|p| (f64::from(p.0), f64::from(p.1))).collect();
    Polygon::new(LineString::from(line), Vec::new())
}

fn annotations(root: &Path) -> Vec<(String, PathBuf)> {
    let stem = |p: &PathBuf| p.file_stem().unwrap().to_string_lossy().into_owned();
    let all = files(&root.join(RESULTS));
    all.into_iter().map(|path| (stem(&path), path)).collect()
}

fn image(root: &Path, case: &str, view: &str) -> DefaultDicomObject {
    let group = case.split('_').next().unwrap();
    let name = format!("{}.dcm", view.to_uppercase());
    open_file(root.join("dcm/Uncompressed").join(group).join(case).join(name)).unwrap()
}

#[test]
fn one_seed_gives_one_data_set_whatever_the_threads() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, seed: &str, threads: &str| {
        let root = dir.path().join(name);
        let place = root.to_str().unwrap();
        let mut command = mammodex(dir.path());
        command.args(["sample", place, "--patients", "60", "--seed", seed, "--flaws"]);
        let said = run(command.env("RAYON_NUM_THREADS", threads), dir.path(), "");
        assert!(said.code == 0 && said.out.contains("Next: mammodex index"), "{}", said.report());
        fingerprint(&root)
    };
    let first = write("first", "7", "1");
    assert_eq!(first, write("second", "7", "3"));
    let other = write("third", "8", "2");
    assert_eq!(first.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    assert!(first.iter().zip(&other).filter(|(a, b)| a.1.1 == b.1.1).count() < 10);
}

#[test]
fn groups_stand_three_to_one_to_one() {
    let (dir, summary) = made(53, 1, SamplePixels::None, SampleFlaws::Without);
    assert_eq!((summary.normal, summary.benign, summary.malignant), (33, 10, 10));
    assert_eq!((summary.images, summary.annotations, summary.workbooks), (212, 10, 3));
    for (group, count) in [("Normal", 33), ("Benign", 10), ("Cancer", 10)] {
        assert_eq!(rows(dir.path(), group).len(), count);
        let cases = fs::read_dir(dir.path().join("dcm/Uncompressed").join(group)).unwrap();
        assert_eq!(cases.count(), count);
    }
    assert_eq!(annotations(dir.path()).len(), 10);
}

#[test]
fn headers_are_read_by_dicom_rs_and_agree_with_names_and_workbooks() {
    let (dir, _) = made(150, 42, SamplePixels::None, SampleFlaws::Without);
    let mut uids = BTreeSet::new();
    let mut makers = BTreeSet::new();
    for path in images(dir.path()) {
        let object = open_file(&path).unwrap();
        let case = path.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        let view = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert_eq!(text(&object, tags::PATIENT_ID), case);
        assert_eq!(text(&object, tags::IMAGE_LATERALITY), view[..1]);
        let position = text(&object, tags::VIEW_POSITION);
        assert!(position.is_empty() || position == view[1..], "{position} in {view}");
        assert_eq!(text(&object, tags::PATIENT_IDENTITY_REMOVED), "YES");
        assert!(text(&object, tags::PATIENT_BIRTH_DATE).is_empty());
        let date = text(&object, tags::STUDY_DATE);
        assert!(("20120101".."20190101").contains(&date.as_str()), "{date}");
        assert!(number(&object, tags::COLUMNS) >= 1914);
        let uid = text(&object, tags::SOP_INSTANCE_UID);
        assert!(uid.len() <= 64 && uid.starts_with("2.25."), "{uid}");
        assert_eq!(object.meta().media_storage_sop_instance_uid(), uid);
        assert!(uids.insert(uid));
        assert!((2_048..8_192).contains(&fs::metadata(&path).unwrap().len()));
        let group = case.split('_').next().unwrap();
        makers.insert((group.to_owned(), case, text(&object, tags::MANUFACTURER)));
    }
    assert_eq!(uids.len(), 600);
    let vendors: BTreeSet<&str> = makers.iter().map(|(_, _, maker)| maker.as_str()).collect();
    assert!(vendors.len() >= 7, "{vendors:?}");
    for group in ["Normal", "Benign", "Cancer"] {
        for row in rows(dir.path(), group) {
            let id = format!("{group}_{:05}", row["ID"].to_string().parse::<u32>().unwrap());
            assert!(makers.contains(&(group.to_owned(), id, row["검사장비"].to_string())));
        }
    }
}

fn check_contours(root: &Path) -> usize {
    let rows = rows(root, "Cancer");
    let mut count = 0;
    for (case, file) in annotations(root) {
        let row = &rows[case[7..].parse::<usize>().unwrap() - 1];
        let place = row["악성 종양의 위치"].to_string();
        let left = ["left", "Lt", "좌측"].iter().any(|word| place.contains(word));
        let mut views = BTreeSet::new();
        let mut numbers = BTreeSet::new();
        for (view, lesion, ring) in contours(&file) {
            assert_eq!(view.starts_with('l'), left, "{case} {view} {place}");
            assert!(ring.len() > 30 && ring.first() == ring.last(), "{case} {view}");
            assert!(polygon(&ring).is_valid(), "{case} {view} crosses itself");
            let object = image(root, &case, &view);
            let (columns, height) = (number(&object, tags::COLUMNS), number(&object, tags::ROWS));
            for (x, y) in &ring {
                assert!((0..columns).contains(&(x + columns / 2)), "{case} {view} x {x}");
                assert!((0..height).contains(&(y + height / 2)), "{case} {view} y {y}");
            }
            assert!(numbers.insert(lesion), "{case}: a lesion number stands twice");
            views.insert(view[1..].to_owned());
            count += 1;
        }
        assert!(views.is_empty() || views.len() == 2, "{case} {views:?}");
    }
    count
}

#[test]
fn contours_are_closed_simple_and_on_the_tumours_side() {
    for seed in [1, 2] {
        let (small, summary) = made(200, seed, SamplePixels::Small, SampleFlaws::Without);
        assert_eq!(check_contours(small.path()) as u64, summary.contours);
        let (full, other) = made(200, seed, SamplePixels::None, SampleFlaws::Without);
        assert_eq!(check_contours(full.path()) as u64, other.contours);
        assert_eq!(summary.contours, other.contours);
        assert!(summary.contours > 2 * 40, "some cases have several lesions");
        for ((case, a), (_, b)) in annotations(small.path()).iter().zip(annotations(full.path())) {
            for ((view, n, coarse), (_, m, fine)) in contours(a).iter().zip(contours(&b)) {
                assert_eq!(*n, m);
                let wide = |root: &Path| number(&image(root, case, view), tags::COLUMNS);
                let scale = f64::from(wide(small.path())) / f64::from(wide(full.path()));
                let middle = |ring: &Ring| {
                    let sum = ring.iter().fold((0, 0), |s, p| (s.0 + p.0, s.1 + p.1));
                    (f64::from(sum.0) / ring.len() as f64, f64::from(sum.1) / ring.len() as f64)
                };
                let (p, q) = (middle(coarse), middle(&fine));
                let apart = (p.0 - q.0 * scale).hypot(p.1 - q.1 * scale);
                assert!(apart < 1.5, "{case} {view}: {apart} px apart");
            }
        }
    }
}

#[test]
fn every_malignant_case_has_its_lesion_drawn() {
    let (dir, _) = made(500, 5, SamplePixels::None, SampleFlaws::Without);
    let empty = annotations(dir.path()).iter().filter(|(_, f)| contours(f).is_empty()).count();
    // Only those that the reader discarded: one in forty, and half of them.
    assert!(empty <= 100 / 40 + 1, "{empty}");
}

#[test]
fn pixels_are_bright_under_a_contour() {
    let (dir, _) = made(60, 3, SamplePixels::Small, SampleFlaws::Without);
    let mut seen = 0;
    for (case, file) in annotations(dir.path()) {
        for (view, _, ring) in contours(&file) {
            let object = image(dir.path(), &case, &view);
            let (columns, height) = (number(&object, tags::COLUMNS), number(&object, tags::ROWS));
            let pixels: Vec<u16> =
                object.element(tags::PIXEL_DATA).unwrap().to_multi_int().unwrap();
            assert_eq!(pixels.len(), (columns * height) as usize);
            let inverse = text(&object, tags::PHOTOMETRIC_INTERPRETATION) == "MONOCHROME1";
            let most = (1 << number(&object, tags::BITS_STORED)) - 1;
            let shape = polygon(&ring);
            let (mut under, mut beside) = (Vec::new(), Vec::new());
            for (at, value) in pixels.iter().enumerate() {
                let light = if inverse { most - i32::from(*value) } else { i32::from(*value) };
                let x = at as i32 % columns - columns / 2;
                let y = at as i32 / columns - height / 2;
                if shape.contains(&Point::new(f64::from(x), f64::from(y))) {
                    under.push(light);
                } else if light * 10 > most {
                    beside.push(light);
                }
            }
            let mean = |v: &[i32]| f64::from(v.iter().sum::<i32>()) / v.len() as f64;
            assert!(mean(&under) > 1.25 * mean(&beside), "{case} {view}");
            seen += 1;
        }
    }
    assert!(seen >= 24);
}

#[test]
fn annotations_speak_every_dialect() {
    let (dir, _) = made(200, 42, SamplePixels::None, SampleFlaws::Without);
    let (mut strict, mut loose, mut nested, mut discarded) = (0, 0, 0, 0);
    for (case, file) in annotations(dir.path()) {
        let text = fs::read_to_string(&file).unwrap();
        match serde_json::from_str::<Value>(&text) {
            Ok(whole) if whole["contour_list"].is_string() => nested += 1,
            Ok(_) => strict += 1,
            Err(_) => {
                assert!(text.contains(", discard_yn:") && text.contains("],}"), "{case}");
                loose += 1;
            }
        }
        let whole: Value = json5::from_str(&text).unwrap();
        assert_eq!(whole["case_id"], case.as_str());
        assert!(whole["user_id"].as_str().unwrap().starts_with("annotation_user"));
        discarded += whole["discard_yn"].as_u64().unwrap();
    }
    assert_eq!((strict, loose, nested, discarded), (16, 16, 8, 1));
}

#[test]
fn workbooks_mix_their_columns_as_published() {
    let (dir, _) = made(200, 42, SamplePixels::None, SampleFlaws::Without);
    assert!(rows(dir.path(), "Normal")[0].contains_key("검사장비모델"));
    assert!(rows(dir.path(), "Benign")[0].contains_key("검사장비 모델"));
    let rows = rows(dir.path(), "Cancer");
    let (mut texts, mut numbers, mut blanks) = (0, 0, 0);
    for row in &rows {
        let Data::Float(size) = row["악성 종양의 크기 (cm)"] else { panic!("{row:?}") };
        let stage = row["T stage"].to_string();
        match row["T stage"] {
            Data::Float(_) => numbers += 1,
            _ => texts += 1,
        }
        let fits = match stage.as_str() {
            "1mi" => size <= 0.1,
            "1a" => (0.2..=0.5).contains(&size),
            "1b" => (0.6..=1.0).contains(&size),
            "1c" => (1.1..=2.0).contains(&size),
            "2" => (2.1..=5.0).contains(&size),
            "3" => size > 5.0,
            "is" => ["Ductal carcinoma in situ", "DCIS"]
                .contains(&row["조직형 진단"].as_string().unwrap().as_str()),
            _ => stage.starts_with('4'),
        };
        assert!(fits, "T{stage} with {size} cm");
        blanks += usize::from(row["BIRADS category (좌)"] == Data::Empty);
    }
    assert!(texts > 0 && numbers > 0 && blanks > 0, "{texts} {numbers} {blanks}");
}

#[test]
fn readme_says_that_nothing_is_real() {
    let (dir, _) = made(5, 9, SamplePixels::Small, SampleFlaws::Without);
    let readme = fs::read_to_string(dir.path().join("README.md")).unwrap();
    assert!(readme.contains("Everything here is synthetic"));
    assert!(readme.contains("--patients 5 --seed 9 --pixels small"));
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("mine.txt"), "x").unwrap();
    assert_said!(run_in(dir.path(), &["sample", "."], ""), @r"
    exit code 2
    --- stderr ---
    mammodex: . is not empty; a sample is written into a new folder
    ");
    assert_eq!(files(dir.path()).len(), 1);
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "x").unwrap();
    assert_said!(run_in(dir.path(), &["sample", "file/below", "--patients", "5"], ""), @r"
    exit code 2
    --- stderr ---
    mammodex: cannot make the folder file/below: Not a directory (os error 20)
    ");
}

/// What pydicom says about every file of a folder, warnings being errors.
const PYDICOM: &str = r#"
import glob, sys, warnings
try:
    import pydicom
    from pydicom.datadict import dictionary_VR
except ImportError:
    sys.exit(77)
warnings.simplefilter("error")
pydicom.config.settings.reading_validation_mode = pydicom.config.RAISE
def look(dataset):
    for element in dataset:
        element.value
        if not element.tag.is_private:
            assert element.VR in dictionary_VR(element.tag), element
        if element.VR == "SQ":
            for item in element.value:
                look(item)
for file in glob.glob(sys.argv[1] + "/**/*.dcm", recursive=True):
    dataset = pydicom.dcmread(file)
    look(dataset.file_meta)
    look(dataset)
    assert len(dataset.PixelData) == 2 * dataset.Rows * dataset.Columns, file
    if dataset.get("SpecificCharacterSet") != "ISO_IR 100":
        assert "\ud569\uc131" in str(dataset.PatientName), file
"#;

#[test]
fn pydicom_finds_nothing_to_warn_about() {
    let (dir, _) = made(100, 11, SamplePixels::Small, SampleFlaws::Without);
    let out = python().arg("-c").arg(PYDICOM).arg(dir.path()).output();
    match out {
        Ok(out) if out.status.code() == Some(77) => eprintln!("skipped: pydicom is not installed"),
        Ok(out) => assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr)),
        Err(error) => eprintln!("skipped: python3 does not run: {error}"),
    }
}
