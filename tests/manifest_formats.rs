//! `mammodex manifest create --format`: each format is read back by the program that it is for, where a
//! Python has it, and held against the catalog.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde_json::Value;

use crate::fixture::{Said, assert_said, python, run_in};
use crate::sample_data::{SampleDataSet, files_below};

/// 30 patients, 6 of them with cancer; split in three.
pub fn prepared() -> SampleDataSet {
    let set = SampleDataSet::empty();
    let done = |arguments: &[&str]| assert_eq!(run_in(set.dir.path(), arguments, "").code, 0);
    done(&["sample", "data", "--patients", "30"]);
    assert_eq!(set.index("catalog", &[]).code, 0);
    done(&["cohort", "create", "all", "--where", "true"]);
    let split =
        ["split", "create", "three", "--cohort", "all", "--stratify", "diagnosis", "--ratios"];
    done(&[&split[..], &["train=0.5,val=0.25,test=0.25"]].concat());
    set
}

fn manifest(set: &SampleDataSet, arguments: &[&str]) -> Said {
    run_in(set.dir.path(), &[&["manifest", "create", "three"], arguments].concat(), "")
}

pub fn written(set: &SampleDataSet, format: &str) {
    let said = manifest(set, &["--format", format, "-o", "out"]);
    assert_eq!(said.code, 0, "{}", said.err);
}

pub fn json(set: &SampleDataSet, path: &str) -> Value {
    serde_json::from_slice(&fs::read(set.dir.path().join(path)).unwrap()).unwrap()
}

pub fn number(set: &SampleDataSet, sql: &str) -> usize {
    set.rows("catalog", sql)[0].parse().unwrap()
}

/// Runs a Python program in the set's folder; none where Python or one of its modules is missing.
fn read_back(set: &SampleDataSet, program: &str) -> Option<String> {
    let said = python().args(["-c", program]).current_dir(set.dir.path()).output();
    let Ok(said) = said else {
        eprintln!("skipped: there is no python3");
        return None;
    };
    let error = String::from_utf8_lossy(&said.stderr).into_owned();
    if error.contains("ModuleNotFoundError") || error.contains("ImportError") {
        eprintln!("skipped: {}", error.lines().last().unwrap_or_default());
        return None;
    }
    assert!(said.status.success(), "{error}");
    Some(String::from_utf8_lossy(&said.stdout).into_owned())
}

/// Contours that count.
pub const USABLE: &str = "discarded IS NOT TRUE";

#[test]
fn coco_holds_every_contour_from_the_top_left_corner() {
    let set = prepared();
    written(&set, "coco");
    let mut contours = 0;
    for part in ["train", "val", "test"] {
        let value = json(&set, &format!("out/{part}.json"));
        let list = |key: &str| value[key].as_array().unwrap().clone();
        let images: BTreeMap<u64, Value> =
            list("images").into_iter().map(|i| (i["id"].as_u64().unwrap(), i)).collect();
        for annotation in list("annotations") {
            contours += 1;
            let image = &images[&annotation["image_id"].as_u64().unwrap()];
            assert!(set.root().join(image["file_name"].as_str().unwrap()).is_file());
            let ring = annotation["segmentation"][0].as_array().unwrap();
            let at = |i: usize| ring[i].as_f64().unwrap();
            assert!(ring.len() >= 60 && (at(0), at(1)) != (at(ring.len() - 2), at(ring.len() - 1)));
            let bbox: Vec<f64> = annotation["bbox"]
                .as_array()
                .unwrap()
                .iter()
                .map(|v| v.as_f64().unwrap())
                .collect();
            let sql = format!(
                "SELECT bbox_x_min_px, bbox_y_min_px, bbox_x_max_px - bbox_x_min_px,
                 bbox_y_max_px - bbox_y_min_px, area_px2 FROM lesions WHERE lesion_id = '{}'
                 AND image_path = '{}'",
                annotation["lesion_id"].as_str().unwrap(),
                image["file_name"].as_str().unwrap()
            );
            let wanted: Vec<f64> =
                set.rows("catalog", &sql)[0].split('|').map(|cell| cell.parse().unwrap()).collect();
            assert_eq!(bbox, wanted[..4]);
            assert_eq!(annotation["area"].as_f64().unwrap(), wanted[4]);
            assert!(bbox[0] + bbox[2] <= image["width"].as_f64().unwrap());
        }
        assert_eq!(value["categories"][0]["name"], "cancer");
    }
    assert_eq!(contours, number(&set, &format!("SELECT count(*) FROM lesions WHERE {USABLE}")));
    let read = read_back(
        &set,
        "import contextlib, io
from pycocotools.coco import COCO
many = 0
for part in ['train', 'val', 'test']:
    with contextlib.redirect_stdout(io.StringIO()): coco = COCO(f'out/{part}.json')
    for a in coco.loadAnns(coco.getAnnIds()):
        many += 1
        drawn = coco.annToMask(a).sum()
        assert abs(drawn - a['area']) < 0.15 * a['area'], (drawn, a['area'])
print(many)",
    );
    assert!(read.is_none_or(|many| many.trim() == contours.to_string()));
}

/// MONAI's own reader needs torch, so it was tried by hand (docs/decisions.md): it asks for the list
/// under the part's key, for `image` as a text, takes further keys as they are, and gives an empty part
/// as an empty list.
#[test]
fn monai_has_the_documented_shape() {
    let set = prepared();
    written(&set, "monai");
    let value = json(&set, "out");
    assert_eq!(value["labels"]["2"], "malignant");
    let mut many = 0;
    for key in ["training", "validation", "testing"] {
        for item in value[key].as_array().unwrap() {
            many += 1;
            assert!(set.root().join(item["image"].as_str().unwrap()).is_file());
            let class = value["labels"][item["label"].to_string()].as_str().unwrap();
            let case = item["case_id"].as_str().unwrap();
            assert_eq!(case.starts_with("Cancer"), class == "malignant", "{item}");
        }
    }
    assert_eq!(value["numTraining"], value["training"].as_array().unwrap().len());
    assert_eq!(value["numTest"], value["testing"].as_array().unwrap().len());
    assert_eq!(many, number(&set, "SELECT count(*) FROM images"));
    let label = ["--format", "monai", "-o", "l.json", "--label", "t_stage >= 2"];
    assert_eq!(manifest(&set, &label).code, 0);
    let value = json(&set, "l.json");
    let labelled = |key: &str| value[key].as_array().unwrap().iter().all(|i| i["label"].is_u64());
    assert!(["training", "validation", "testing"].into_iter().all(labelled));
    assert!(
        json(&set, "l.json.provenance.json")["excluded"]["unclassed"]["images"].as_u64() > Some(0)
    );
}

/// The grey values of a PNG as they are stored, its size, and the bits that sBIT names.
pub fn png(path: &Path) -> (Vec<u16>, (u32, u32), Option<u8>) {
    let bytes = fs::read(path).unwrap();
    let mut decoder = png::Decoder::new(std::io::Cursor::new(&bytes));
    decoder.set_transformations(png::Transformations::IDENTITY);
    let mut reader = decoder.read_info().unwrap();
    let mut buffer = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut buffer).unwrap();
    let bits = reader.info().sbit.as_ref().map(|bits| bits[0]);
    let values = match info.bit_depth {
        png::BitDepth::Sixteen => {
            buffer.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect()
        }
        _ => buffer.iter().map(|byte| u16::from(*byte)).collect(),
    };
    (values, (info.width, info.height), bits)
}

#[test]
fn yolo_outlines_are_shares_of_the_image() {
    let set = prepared();
    written(&set, "yolo");
    let out = set.dir.path().join("out");
    let yaml = fs::read_to_string(out.join("data.yaml")).unwrap();
    assert_eq!(
        yaml,
        "train: images/train\nval: images/val\ntest: images/test\nnames:\n  0: \"cancer\"\n"
    );
    let mut contours = 0;
    for (name, path) in files_below(&out.join("images")) {
        let label = out.join("labels").join(&name).with_extension("txt");
        let (_, (width, height), _) = png(&path);
        let key = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let (case, view) = key.rsplit_once('_').unwrap();
        let sql = format!(
            "SELECT round(bbox_x_min_px / {width}, 5), round(bbox_y_max_px / {height}, 5) FROM lesions WHERE case_id = '{case}' AND view = '{view}' AND {USABLE}"
        );
        let mut wanted = set.rows("catalog", &sql);
        let mut found = Vec::new();
        for line in fs::read_to_string(label).unwrap().lines() {
            contours += 1;
            let mut cells = line.split(' ');
            assert_eq!(cells.next(), Some("0"));
            let numbers: Vec<f64> = cells.map(|cell| cell.parse().unwrap()).collect();
            assert!(
                numbers.iter().all(|n| (0.0..=1.0).contains(n)) && numbers.len().is_multiple_of(2)
            );
            let low = numbers.iter().step_by(2).copied().fold(1.0, f64::min);
            let high = numbers.iter().skip(1).step_by(2).copied().fold(0.0, f64::max);
            found.push((low, high));
        }
        wanted.sort();
        found.sort_by(|a, b| a.partial_cmp(b).unwrap());
        assert_eq!(wanted.len(), found.len());
        let wanted: Vec<Vec<f64>> =
            wanted.iter().map(|row| row.split('|').map(|c| c.parse().unwrap()).collect()).collect();
        for (low, high) in found {
            let near = |w: &Vec<f64>| (w[0] - low).abs() < 2e-5 && (w[1] - high).abs() < 2e-5;
            assert!(wanted.iter().any(near), "{key}: {low} {high} {wanted:?}");
        }
    }
    assert_eq!(contours, number(&set, &format!("SELECT count(*) FROM lesions WHERE {USABLE}")));
}

#[test]
fn an_image_folder_loads_with_its_splits() {
    let set = prepared();
    written(&set, "imagefolder");
    let read = read_back(
        &set,
        "import os
os.environ['HF_HOME'] = os.path.abspath('cache'); os.environ['HF_HUB_OFFLINE'] = '1'
import PIL, datasets
datasets.disable_progress_bars()
d = datasets.load_dataset('./out')
first = d['train'][0]
assert first['image'].mode.startswith('I'), first
assert d['train'].features['label'].names == ['normal', 'benign', 'malignant']
assert all(r['case_id'].startswith('Cancer') == (r['label'] == 2) for s in d.values() for r in s.remove_columns('image'))
print(sorted(d), sum(len(s) for s in d.values()), first['case_id'], first['view'])",
    );
    let wanted = format!(
        "['test', 'train', 'val'] {} Benign_00001 LCC",
        number(&set, "SELECT count(*) FROM images")
    );
    assert!(read.is_none_or(|read| read.trim() == wanted));
    let (_, _, bits) = png(&files_below(&set.dir.path().join("out/train"))[0].1);
    assert!(bits.is_some());
}

#[test]
fn webdataset_shards_hold_whole_samples() {
    let set = prepared();
    written(&set, "webdataset");
    let mut many = 0;
    for part in ["train", "val", "test"] {
        let file = fs::File::open(set.dir.path().join(format!("out/{part}-000000.tar"))).unwrap();
        let mut archive = tar::Archive::new(file);
        let mut facts = Value::Null;
        let mut names = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            assert_eq!((entry.header().mtime().unwrap(), entry.header().uid().unwrap()), (0, 0));
            let name = entry.path().unwrap().to_string_lossy().into_owned();
            if name.ends_with(".json") {
                facts = serde_json::from_reader(&mut entry).unwrap();
                assert_eq!(facts["split"], part);
            }
            names.push(name);
        }
        for sample in names.chunks(3) {
            let key = sample[0].strip_suffix(".cls").unwrap();
            assert!(!key.contains('.'));
            assert_eq!(sample[1..], [format!("{key}.dcm"), format!("{key}.json")]);
        }
        assert!(facts["path"].is_string());
        many += names.len() / 3;
    }
    assert_eq!(many, number(&set, "SELECT count(*) FROM images"));
    assert_eq!(json(&set, "out/classes.json")[2], "malignant");
    let read = read_back(
        &set,
        "import hashlib, os, webdataset as wds
data = wds.WebDataset('out/train-000000.tar', shardshuffle=False).decode().to_tuple('dcm', 'json', 'cls')
for dcm, facts, cls in data:
    assert dcm == open(os.path.join('data', facts['path']), 'rb').read()
    assert cls == facts['label'] and (cls == 2) == (facts['diagnosis'] == 'malignant')
print('ok')",
    );
    assert!(read.is_none_or(|read| read.trim() == "ok"));
}

#[test]
fn croissant_is_valid_and_gives_the_records() {
    let set = prepared();
    written(&set, "croissant");
    let value = json(&set, "out/croissant.json");
    assert_eq!(value["conformsTo"], "http://mlcommons.org/croissant/1.0");
    let sum = mammodex::disk::sha256_of_file(&set.dir.path().join("out/images.csv")).unwrap();
    assert_eq!(value["distribution"][0]["sha256"], sum);
    let read = read_back(
        &set,
        "import logging; logging.disable(logging.ERROR)
import mlcroissant as mlc
d = mlc.Dataset('out/croissant.json')
assert not d.metadata.issues.errors, d.metadata.issues.report()
print(len(list(d.records('images'))), [r['splits/name'] if isinstance(r['splits/name'], str) else r['splits/name'].decode() for r in d.records('splits')])",
    );
    let images = number(&set, "SELECT count(*) FROM images");
    assert!(read.is_none_or(|read| read.trim() == format!("{images} ['train', 'val', 'test']")));
}

#[test]
fn s5cmd_copies_name_source_and_target() {
    let set = prepared();
    let said = manifest(&set, &["--format", "s5cmd", "-o", "out"]);
    assert_said!(said, @r"
        exit code 2
        --- stderr ---
        mammodex: s5cmd: say where the data set lies in object storage: --under s3://BUCKET/FOLDER
        ");
    let path = set.rows("catalog", "SELECT min(path) FROM images").remove(0);
    fs::rename(set.root().join(&path), set.root().join(path.replace("LCC", "L CC"))).unwrap();
    set.index("catalog", &[]);
    let arguments =
        ["--format", "s5cmd", "-o", "out", "--under", "s3://b/d", "--include", "errors"];
    manifest(&set, &arguments);
    let text = fs::read_to_string(set.dir.path().join("out")).unwrap();
    let odd = path.replace("LCC", "L CC");
    assert!(text.contains(&format!("cp 's3://b/d/{odd}' 'train/{odd}'\n")), "{text}");
    assert!(text.lines().skip(2).all(|line| line.starts_with("cp ")));
}

#[test]
fn files_are_laid_out_by_part_and_class() {
    let set = prepared();
    for (link, folder) in [("hard", "h"), ("sym", "s"), ("copy", "c")] {
        let said = manifest(&set, &["--materialise", folder, "--link", link]);
        assert_eq!(said.code, 0, "{}", said.err);
        let out = set.dir.path().join(folder);
        let mut many = 0;
        let mut reader = csv::Reader::from_path(out.join("manifest.csv")).unwrap();
        for row in reader.deserialize::<BTreeMap<String, String>>() {
            let row = row.unwrap();
            let place = out.join(&row["path"]);
            assert!(row["path"].starts_with(&format!("{}/{}/", row["split"], row["diagnosis"])));
            let sql = format!(
                "SELECT path FROM images WHERE sop_instance_uid = '{}'",
                row["sop_instance_uid"]
            );
            if usize::is_multiple_of(many, 20) {
                let original = set.root().join(&set.rows("catalog", &sql)[0]);
                assert_eq!(fs::read(&place).unwrap(), fs::read(&original).unwrap());
                let same =
                    fs::metadata(&place).unwrap().ino() == fs::metadata(&original).unwrap().ino();
                assert_eq!(same, link != "copy");
                assert_eq!(fs::symlink_metadata(&place).unwrap().is_symlink(), link == "sym");
            }
            many += 1;
        }
        assert_eq!(many, number(&set, "SELECT count(*) FROM images"));
    }
    let said = manifest(&set, &["--materialise", "h"]);
    assert_said!(said, @r"
        exit code 2
        --- stderr ---
        mammodex: h.provenance.json exists; --force replaces it
        ");
    let hidden = fs::read_dir(set.dir.path()).unwrap().flatten();
    assert!(!hidden.into_iter().any(|e| e.file_name().to_string_lossy().contains("mammodex-part")));
}

#[test]
fn every_class_has_a_folder_in_every_part() {
    let set = prepared();
    let run = |arguments: &[&str]| run_in(set.dir.path(), arguments, "");
    assert_eq!(run(&["cohort", "create", "ill", "--where", "diagnosis = 'malignant'"]).code, 0);
    let ratios = ["--ratios", "train=0.5,val=0.5"];
    let split = ["split", "create", "parts", "--cohort", "ill"];
    assert_eq!(run(&[&split[..], &ratios].concat()).code, 0);
    assert_eq!(run(&["manifest", "create", "parts", "--materialise", "laid"]).code, 0);
    for part in ["train", "val"] {
        let folder = set.dir.path().join("laid").join(part);
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["benign", "malignant", "normal"], "{part}");
    }
    assert_eq!(run(&["manifest", "verify", "laid"]).code, 0);
}

#[test]
fn every_format_gives_the_same_bytes_again() {
    let set = prepared();
    for format in ["monai", "coco", "nnunet", "yolo", "imagefolder", "webdataset", "croissant"] {
        let once = |name: &str| {
            let said = manifest(&set, &["--format", format, "-o", name]);
            assert_eq!(said.code, 0, "{}", said.err);
            let out = set.dir.path().join(name);
            let files = if out.is_dir() { files_below(&out) } else { vec![(String::new(), out)] };
            files
                .into_iter()
                .map(|(name, path)| (name, fs::read(path).unwrap()))
                .collect::<Vec<_>>()
        };
        assert!(once(&format!("{format}-1")) == once(&format!("{format}-2")), "{format}");
    }
}

#[test]
fn pixels_that_png_cannot_take_are_left_out_aloud() {
    let set = prepared();
    let path = set.root().join(&set.rows("catalog", "SELECT max(path) FROM images")[0]);
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.windows(19).position(|w| w == b"1.2.840.10008.1.2.1").unwrap();
    bytes[at + 18] = b'9'; // of no standard
    fs::write(&path, &bytes).unwrap();
    let said = manifest(&set, &["--format", "imagefolder", "-o", "out"]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(
        said.err
            .contains("excluded: 1 image whose pixels are compressed: decompress them (`gdcmconv")
            && said.err.contains("transfer syntax 1.2.840.10008.1.2.9 cannot be decoded"),
        "{}",
        said.err
    );
    assert_eq!(json(&set, "out.provenance.json")["excluded"]["compressed"]["images"], 1);
    let pngs = files_below(&set.dir.path().join("out"));
    let pngs = pngs.iter().filter(|(name, _)| name.ends_with(".png")).count();
    assert_eq!(pngs, number(&set, "SELECT count(*) FROM images") - 1);
}

#[test]
fn an_undrawn_cancer_is_no_negative() {
    let set = prepared();
    let (_, first) = files_below(&set.root())
        .into_iter()
        .find(|(name, _)| name.ends_with("Cancer_00001.json"))
        .unwrap();
    fs::remove_file(first).unwrap();
    set.index("catalog", &[]);
    let said = manifest(&set, &["--format", "coco", "-o", "out"]);
    assert_said!(said, @r"
        exit code 0
        --- stderr ---
        three was made on snapshot 1; the images are those of 2
        out: 116 images of 29 patients
        excluded: 4 images of 1 malignant case on which no reader has drawn
        provenance: out.provenance.json
        ");
    let said = manifest(&set, &["--format", "coco", "-o", "x", "--reader", "nobody"]);
    assert_said!(said, @r#"
        exit code 2
        --- stderr ---
        mammodex: --reader: there is no "nobody"; there are: annotation_user1, annotation_user3, annotation_user4
        "#);
    let reader = set.rows("catalog", "SELECT reader FROM annotations ORDER BY 1 LIMIT 1").remove(0);
    manifest(&set, &["--format", "coco", "-o", "one", "--reader", &reader]);
    for part in ["train", "val", "test"] {
        let value = json(&set, &format!("one/{part}.json"));
        for annotation in value["annotations"].as_array().unwrap() {
            assert_eq!(annotation["reader"], reader.as_str());
        }
        for image in value["images"].as_array().unwrap() {
            let case = image["case_id"].as_str().unwrap();
            let sql = format!(
                "SELECT count(*) FROM annotations WHERE case_id = '{case}' AND reader = '{reader}'"
            );
            assert!(!case.starts_with("Cancer") || number(&set, &sql) > 0, "{case}");
        }
    }
    let said = manifest(&set, &["-o", "x.csv", "--reader", &reader]);
    assert_said!(said, @r"
        exit code 2
        --- stderr ---
        mammodex: --reader: it is for formats with contours and for --per lesion
        ");
    assert_eq!(manifest(&set, &["-o", "l.csv", "--per", "lesion", "--reader", &reader]).code, 0);
}
