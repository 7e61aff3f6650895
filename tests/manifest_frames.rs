//! Formats that write PNG: an image of several frames is one file per frame.

use std::fs;
use std::path::PathBuf;

use dicom_core::value::PrimitiveValue;
use dicom_core::{DataElement, VR};
use dicom_dictionary_std::tags;
use dicom_object::open_file;

use crate::fixture::{Said, run_in};
use crate::manifest_formats::{json, number, png, prepared};
use crate::sample_data::SampleDataSet;

/// Gives an image three frames: its own, with every value one higher, and with every value two higher.
fn with_frames(set: &SampleDataSet, path: &str) -> Vec<Vec<u16>> {
    let file = set.root().join(path);
    let mut object = open_file(&file).unwrap();
    let pixels = object.element(tags::PIXEL_DATA).unwrap().to_bytes().unwrap().to_vec();
    let values: Vec<u16> =
        pixels.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]) & 0x0fff).collect();
    let values: Vec<u16> = values.into_iter().map(|value| value.min(4000)).collect();
    let frames: Vec<Vec<u16>> =
        (0..3).map(|number| values.iter().map(|value| value + number).collect()).collect();
    object.put(DataElement::new(tags::NUMBER_OF_FRAMES, VR::IS, PrimitiveValue::from("3")));
    let all: Vec<u16> = frames.concat();
    object.put(DataElement::new(tags::PIXEL_DATA, VR::OW, PrimitiveValue::U16(all.into())));
    object.write_to_file(&file).unwrap();
    frames
}

fn manifest(set: &SampleDataSet, arguments: &[&str]) -> Said {
    run_in(set.dir.path(), &[&["manifest", "create", "three"], arguments].concat(), "")
}

fn found(set: &SampleDataSet, folder: &str, ending: &str) -> Vec<PathBuf> {
    let files = crate::sample_data::files_below(&set.dir.path().join(folder));
    let mut paths: Vec<PathBuf> = files
        .into_iter()
        .filter(|(name, _)| name.ends_with(ending))
        .map(|(_, path)| path)
        .collect();
    paths.sort();
    paths
}

#[test]
fn every_frame_is_a_file_and_a_row() {
    let set = prepared();
    let sql = "SELECT path FROM images WHERE case_id LIKE 'Normal%' AND bits_stored = 12
               AND photometric_interpretation = 'MONOCHROME2' AND transfer_syntax_uid = '1.2.840.10008.1.2.1'
               ORDER BY 1 LIMIT 1";
    let path = set.rows("catalog", sql)[0].clone();
    let frames = with_frames(&set, &path);
    set.index("catalog", &[]);
    let images = number(&set, "SELECT count(*) FROM images");
    for (format, folder) in
        [("imagefolder", "hf"), ("yolo", "yolo"), ("nnunet", "nn"), ("coco", "coco")]
    {
        let png_option: &[&str] = if format == "coco" { &["--png"] } else { &[] };
        let include = ["--include", "errors,incomplete"];
        let said = manifest(
            &set,
            &[&["--format", format, "-o", folder], &include[..], png_option].concat(),
        );
        assert_eq!(said.code, 0, "{format}: {}", said.err);
        assert!(said.err.contains(&format!("{folder}: {images} images of ")), "{}", said.err);
        assert!(said.err.contains("several frames: 3 PNG files, one per frame"), "{}", said.err);
        let ending = if format == "nnunet" { "_0000.png" } else { ".png" };
        for number in 1..=3 {
            let name = format!(".frame{number:04}{ending}");
            let file = found(&set, folder, &name);
            let [file] = file.as_slice() else { panic!("{format} {name}: {file:?}") };
            let (values, _, bits) = png(file);
            let shift = 16 - u16::from(bits.unwrap());
            let values: Vec<u16> = values.into_iter().map(|value| value >> shift).collect();
            assert_eq!(values, frames[number - 1], "{format} {name}");
        }
        assert_eq!(json(&set, &format!("{folder}.provenance.json"))["manifest"]["frames"], 3);
        let said = run_in(set.dir.path(), &["manifest", "verify", folder], "");
        assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    }
    let rows = |sql: &str| run_in(set.dir.path(), &["query", "--format", "csv", sql], "").out;
    let counted = "SELECT count(*) AS n, count(frame) AS f, max(frame) AS m FROM read_parquet('hf/*/metadata.parquet')";
    assert_eq!(rows(counted), format!("n,f,m\n{},3,3\n", images + 2));
    assert_eq!(rows("SELECT count(*) AS n FROM 'nn/spacing.csv' WHERE frame > 0"), "n\n3\n");
    assert_eq!(found(&set, "yolo", ".frame0002.txt").len(), 1);
    assert_eq!(found(&set, "nn", ".frame0002.png").len(), 1, "a mask");
    let parts = ["train", "val", "test"].map(|part| json(&set, &format!("coco/{part}.json")));
    let entries = parts.iter().flat_map(|part| part["images"].as_array().unwrap());
    let named: Vec<&str> = entries
        .filter(|entry| entry["frame"] == 2)
        .map(|entry| entry["file_name"].as_str().unwrap())
        .collect();
    assert!(matches!(named.as_slice(), [name] if name.ends_with(".frame0002.png")), "{named:?}");
    // Without --png the DICOM file is listed once.
    assert_eq!(manifest(&set, &["--format", "coco", "-o", "dicom"]).code, 0);
    let entries = parts.len();
    let dicom: usize = ["train", "val", "test"]
        .iter()
        .map(|part| json(&set, &format!("dicom/{part}.json"))["images"].as_array().unwrap().len())
        .sum();
    assert_eq!((dicom, entries), (images, 3));
}

#[test]
fn contours_of_an_image_of_several_frames_name_no_frame() {
    let set = prepared();
    let sql = "SELECT any_value(image_path) FROM lesions JOIN images ON path = image_path
               WHERE bits_stored = 12 AND transfer_syntax_uid = '1.2.840.10008.1.2.1'
               AND photometric_interpretation = 'MONOCHROME2'";
    let path = set.rows("catalog", sql)[0].clone();
    with_frames(&set, &path);
    set.index("catalog", &[]);
    let include = ["--include", "errors,incomplete"];
    let said = manifest(&set, &[&["--format", "yolo", "-o", "yolo"], &include[..]].concat());
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("it has 3 frames, and its contours do not name one"), "{}", said.err);
    assert!(found(&set, "yolo", ".frame0001.png").is_empty());
    let said = run_in(set.dir.path(), &["manifest", "verify", "yolo"], "");
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    // Classes of images concern all frames.
    let said = manifest(&set, &[&["--format", "imagefolder", "-o", "hf"], &include[..]].concat());
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(fs::exists(set.dir.path().join("hf")).unwrap());
    assert_eq!(found(&set, "hf", ".frame0003.png").len(), 1);
}
