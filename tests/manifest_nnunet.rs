//! `mammodex manifest create --format nnunet`: pixels, masks and splits.

use std::collections::BTreeSet;
use std::fs;

use dicom_object::open_file;
use serde_json::Value;

use crate::fixture::{assert_said, run_in};
use crate::manifest_formats::{USABLE, json, number, png, prepared, written};
use crate::sample_data::files_below;

#[test]
fn nnunet_has_lossless_images_masks_and_splits_by_patient() {
    let set = prepared();
    written(&set, "nnunet");
    let out = set.dir.path().join("out");
    let dataset = json(&set, "out/dataset.json");
    assert_eq!(dataset["labels"]["cancer"], 1);
    assert_eq!(dataset["file_ending"], ".png");
    let training = files_below(&out.join("imagesTr"));
    assert_eq!(dataset["numTraining"], training.len());
    let splits = json(&set, "out/splits_final.json");
    let side = |key: &str| -> BTreeSet<String> {
        splits[0][key].as_array().unwrap().iter().map(|k| k.as_str().unwrap().to_owned()).collect()
    };
    let (train, val) = (side("train"), side("val"));
    let case = |key: &String| key.rsplit_once('_').unwrap().0.to_owned();
    let cases: BTreeSet<String> = train.iter().map(case).collect();
    assert!(!val.is_empty() && val.iter().map(case).all(|case| !cases.contains(&case)));
    assert_eq!(train.len() + val.len(), training.len());
    let mut drawn = 0;
    for (folder, masks) in [("imagesTr", "labelsTr"), ("imagesTs", "labelsTs")] {
        for (name, path) in files_below(&out.join(folder)) {
            let key = name.strip_suffix("_0000.png").unwrap();
            let (case, view) = key.rsplit_once('_').unwrap();
            let (values, size, bits) = png(&path);
            let sql =
                format!("SELECT path FROM images WHERE case_id = '{case}' AND view = '{view}'");
            let object = open_file(set.root().join(&set.rows("catalog", &sql)[0])).unwrap();
            let stored = object.element_by_name("PixelData").unwrap().to_bytes().unwrap();
            let stored: Vec<u16> =
                stored.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            let text = object.element_by_name("PhotometricInterpretation").unwrap();
            let inverted = text.to_str().unwrap().trim() == "MONOCHROME1";
            let bits = bits.unwrap();
            let top = u16::MAX >> (16 - bits);
            let back = |value: &u16| {
                let value = value >> (16 - bits);
                if inverted { top - value } else { value }
            };
            assert_eq!(values.iter().map(back).collect::<Vec<_>>(), stored, "{name}");
            let (mask, mask_size, _) = png(&out.join(masks).join(format!("{key}.png")));
            assert_eq!(mask_size, size);
            let area: f64 = set.rows(
                "catalog",
                &format!("SELECT coalesce(max(area_px2), 0) FROM lesions WHERE case_id = '{case}' AND view = '{view}' AND {USABLE}"),
            )[0]
                .parse()
                .unwrap();
            let filled =
                f64::from(u32::try_from(mask.iter().filter(|v| **v == 1).count()).unwrap());
            assert!(mask.iter().all(|value| *value <= 1));
            assert!(
                filled >= 0.9 * area && (area > 0.0 || filled == 0.0),
                "{name}: {filled} {area}"
            );
            drawn += usize::from(filled > 0.0);
        }
    }
    let sql = format!("SELECT count(DISTINCT image_path) FROM lesions WHERE {USABLE}");
    assert_eq!(drawn, number(&set, &sql));
    let said = run_in(
        set.dir.path(),
        &["manifest", "create", "all", "--format", "nnunet", "-o", "none"],
        "",
    );
    assert_said!(said, @r"
        exit code 2
        --- stderr ---
        mammodex: nnunet: it takes a split with folds, or with a training and a validation part: otherwise nnU-Net assigns images itself, and views of one patient land on both sides
        ");
    assert!(!set.dir.path().join("none").exists());
}

#[test]
fn folds_cover_every_patient_once() {
    let set = prepared();
    let run = |arguments: &[&str]| assert_eq!(run_in(set.dir.path(), arguments, "").code, 0);
    run(&[
        "split",
        "create",
        "cross",
        "--cohort",
        "all",
        "--folds",
        "3",
        "--stratify",
        "diagnosis",
    ]);
    run(&["manifest", "create", "cross", "--format", "nnunet", "-o", "nn"]);
    run(&["manifest", "create", "cross", "--format", "monai", "-o", "monai.json"]);
    let images = number(&set, "SELECT count(*) FROM images");
    let splits = json(&set, "nn/splits_final.json");
    let keys = |fold: &Value, side: &str| -> BTreeSet<String> {
        fold[side].as_array().unwrap().iter().map(|k| k.as_str().unwrap().to_owned()).collect()
    };
    let mut held = BTreeSet::new();
    let splits = splits.as_array().unwrap();
    // nnU-Net trains five folds, and assigns images itself to those that the file lacks.
    assert_eq!((splits.len(), &splits[3..]), (5, &splits[..2]));
    for fold in &splits[..3] {
        let (train, val) = (keys(fold, "train"), keys(fold, "val"));
        let cases: BTreeSet<&str> = val.iter().map(|key| key.rsplit_once('_').unwrap().0).collect();
        assert!(train.iter().all(|key| !cases.contains(key.rsplit_once('_').unwrap().0)));
        assert_eq!(train.len() + val.len(), images);
        assert!(val.into_iter().all(|key| held.insert(key)), "held out once");
    }
    assert_eq!(held.len(), images);
    let spacing = fs::read_to_string(set.dir.path().join("nn/spacing.csv")).unwrap();
    assert_eq!(spacing.lines().count(), images + 1);
    assert!(spacing.starts_with("key,case_id,path,frame,spacing_row_mm,spacing_col_mm\n"));
    let list = json(&set, "monai.json");
    let training = list["training"].as_array().unwrap();
    let folds: BTreeSet<u64> = training.iter().map(|item| item["fold"].as_u64().unwrap()).collect();
    assert_eq!((training.len(), folds.len()), (images, 3));
}
