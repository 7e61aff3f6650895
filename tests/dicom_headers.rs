//! What the indexer decides of a header: view, modifiers, side, kind and spacing, each from every
//! place where the standard or a maker writes it.

use dicom_object::InMemDicomObject;
use mammodex::schema;

use crate::custom_data::{DataSet, attributes, with_sequences};

const TOMOSYNTHESIS: &str = "1.2.840.10008.5.1.4.1.1.13.1.3";
const FILM: &str = "1.2.840.10008.5.1.4.1.1.7";

fn code(scheme: &str, value: &str) -> InMemDicomObject {
    let list = [("CodeValue", value), ("CodingSchemeDesignator", scheme), ("CodeMeaning", "any")];
    attributes(&list)
}

/// First column, scheme and code of a vocabulary's rows; codes of SRT under every name they go by.
fn codes(stem: &str) -> Vec<[String; 3]> {
    let (_, text) = schema::VOCABULARY.iter().find(|(name, _)| *name == stem).unwrap();
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    let mut all = Vec::new();
    for row in reader.records().map(Result::unwrap) {
        let schemes: &[&str] = if &row[1] == "SRT" { &["SRT", "SNM3", "99SDM"] } else { &["SCT"] };
        all.extend(schemes.iter().map(|scheme| [&row[0], scheme, &row[2]].map(str::to_owned)));
    }
    all
}

#[test]
fn every_code_of_a_view_is_read_in_every_scheme() {
    let set = DataSet::new();
    let all = codes("views");
    let mut wanted = Vec::new();
    for (n, [view, scheme, value]) in all.iter().enumerate() {
        let path = format!("a/{n:03}.dcm");
        let view_code = vec![("ViewCodeSequence", code(scheme, value))];
        set.image_of(&path, &[("ImageLaterality", "R"), ("ViewPosition", view)], view_code);
        wanted.push(format!("{path}|{view}|ViewCodeSequence"));
    }
    set.index(&["--profile", "generic"]);
    assert!(all.len() > 40);
    assert_eq!(set.rows("SELECT path, view_code, view_source FROM images ORDER BY path"), wanted);
    assert!(set.findings("view-code-unknown").is_empty());
}

#[test]
fn modifiers_are_read_nested_in_the_view_and_beside_it() {
    let set = DataSet::new();
    let mut wanted = Vec::new();
    for (n, [modifier, scheme, value]) in codes("view_modifiers").iter().enumerate() {
        let mut view = code("SCT", "399162004");
        let path = format!("a/{n:03}.dcm");
        let mut sequences = vec![("ViewModifierCodeSequence", code(scheme, value))];
        if n % 2 == 0 {
            view = with_sequences(view, std::mem::take(&mut sequences));
        }
        sequences.push(("ViewCodeSequence", view));
        set.image_of(&path, &[("ImageLaterality", "L")], sequences);
        let harmless = ["nipple_in_profile", "implant_displaced"].contains(&modifier.as_str());
        wanted.push(format!("{path}|CC|[{modifier}]|{harmless}"));
    }
    set.index(&["--profile", "generic"]);
    let sql = "SELECT path, view_code, view_modifiers, is_standard_view FROM images ORDER BY path";
    assert_eq!(set.rows(sql), wanted);
}

#[test]
fn a_code_that_no_vocabulary_lists_is_told() {
    let set = DataSet::new();
    let view = with_sequences(
        code("SCT", "399162004"),
        vec![("ViewModifierCodeSequence", code("99X", "odd"))],
    );
    set.image_of("a/1.dcm", &[("ImageLaterality", "L")], vec![("ViewCodeSequence", view)]);
    set.image_of(
        "a/2.dcm",
        &[("ViewPosition", "CC")],
        vec![("ViewCodeSequence", code("SCT", "1"))],
    );
    set.index(&["--profile", "generic"]);
    assert_eq!(set.findings("view-modifier-unknown"), ["a/1.dcm (0054,0222) 99X odd"]);
    assert_eq!(set.findings("view-code-unknown"), ["a/2.dcm (0054,0220) SCT 1"]);
    let said = set.rows("SELECT view_code, view_source FROM images ORDER BY path");
    assert_eq!(said, ["CC|ViewCodeSequence", "CC|ViewPosition"]);
}

#[test]
fn the_attribute_that_decides_view_and_side_is_named() {
    let set = DataSet::new();
    let frame = with_sequences(
        InMemDicomObject::new_empty(),
        vec![("FrameAnatomySequence", attributes(&[("FrameLaterality", "R")]))],
    );
    let shared = vec![("SharedFunctionalGroupsSequence", frame)];
    set.image_of("a/1.dcm", &[("SOPClassUID", TOMOSYNTHESIS), ("ViewPosition", "MLO")], shared);
    set.image("a/2.dcm", &[("AcquisitionDeviceProcessingDescription", "L MLO")]);
    set.image("a/3.dcm", &[("ViewPosition", "RCC")]);
    set.image("a/4.dcm", &[("PatientOrientation", "A\\FR"), ("Laterality", "L")]);
    set.image("a/RMLO.dcm", &[]);
    set.index(&["--profile", "generic"]);
    let sql = "SELECT view, view_source, laterality_source FROM images ORDER BY path";
    let wanted = [
        "RMLO|ViewPosition|FrameLaterality",
        "LMLO|AcquisitionDeviceProcessingDescription|AcquisitionDeviceProcessingDescription",
        "RCC|ViewPosition|ViewPosition",
        "LMLO|PatientOrientation|Laterality",
        "RMLO|file_name|file_name",
    ];
    assert_eq!(set.rows(sql), wanted);
}

#[test]
fn attributes_that_contradict_each_other_are_told_and_the_first_wins() {
    let set = DataSet::new();
    let cc = || vec![("ViewCodeSequence", code("SCT", "399162004"))];
    let both = [("ImageLaterality", "L"), ("Laterality", "R"), ("ViewPosition", "MLO")];
    set.image_of("a/1.dcm", &both, cc());
    set.image_of("a/LCC.dcm", &[("ImageLaterality", "L")], cc());
    set.image_of("a/RMLO.dcm", &[("ImageLaterality", "L")], cc());
    set.index(&["--profile", "generic"]);
    assert_eq!(set.rows("SELECT view FROM images ORDER BY path"), ["LCC", "LCC", "LCC"]);
    assert_eq!(set.findings("view-conflict"), ["a/1.dcm - MLO", "a/RMLO.dcm - MLO"]);
    assert_eq!(set.findings("laterality-conflict"), ["a/1.dcm - R", "a/RMLO.dcm - R"]);
}

#[test]
fn the_type_of_a_mammogram_is_decided() {
    let set = DataSet::new();
    let processing = "1.2.840.10008.5.1.4.1.1.1.2.1";
    let kinds: [(&[(&str, &str)], &str); 12] = [
        (&[], "ffdm|true"),
        (&[("SOPClassUID", processing)], "ffdm|true"),
        (&[("ImageType", "ORIGINAL\\PRIMARY\\STEREO_SCOUT")], "ffdm|false"),
        (&[("SOPClassUID", TOMOSYNTHESIS), ("NumberOfFrames", "40")], "tomo_volume|true"),
        (&[("SOPClassUID", TOMOSYNTHESIS), ("NumberOfFrames", "1")], "tomo_slice|false"),
        (&[("ImageType", "DERIVED\\PRIMARY\\TOMOSYNTHESIS\\GENERATED_2D")], "synthetic_2d|true"),
        (&[("SeriesDescription", "L CC C-View")], "synthetic_2d|true"),
        (&[("SeriesDescription", "R MLO S-View")], "synthetic_2d|true"),
        (
            &[("ManufacturerModelName", "FDR-3000AWS"), ("ImageType", "DERIVED\\PRIMARY")],
            "synthetic_2d|true",
        ),
        (&[("SOPClassUID", FILM), ("ConversionType", "DF")], "screen_film|true"),
        (&[("SOPClassUID", FILM), ("ConversionType", "WSD")], "secondary_capture|false"),
        (&[("Modality", "CT"), ("ManufacturerModelName", "Mammomat Inspiration")], "ffdm|true"),
    ];
    for (n, (more, _)) in kinds.iter().enumerate() {
        let view = [("ImageLaterality", "L"), ("ViewPosition", "CC")];
        set.image(&format!("a/{n:02}.dcm"), &[&view[..], more].concat());
    }
    set.index(&["--profile", "generic"]);
    let sql = "SELECT mammogram_type, is_standard_view FROM images ORDER BY path";
    assert_eq!(set.rows(sql), kinds.map(|(_, wanted)| wanted));
    // What is recalled of a row that did not change is what was decided.
    set.image("a/99.dcm", &[]);
    set.index(&["--profile", "generic"]);
    assert_eq!(set.rows(sql)[..kinds.len()], kinds.map(|(_, wanted)| wanted));
}

#[test]
fn a_volume_has_its_spacing_in_the_shared_groups() {
    let set = DataSet::new();
    let measures = || {
        let spacing = attributes(&[("PixelSpacing", "0.09\\0.1")]);
        with_sequences(InMemDicomObject::new_empty(), vec![("PixelMeasuresSequence", spacing)])
    };
    let class = ("SOPClassUID", TOMOSYNTHESIS);
    let shared = || vec![("SharedFunctionalGroupsSequence", measures())];
    set.image_of("a/1.dcm", &[class], shared());
    set.image_of("a/2.dcm", &[class, ("ImagerPixelSpacing", "0.14\\0.14")], shared());
    set.index(&["--profile", "generic"]);
    let sql = "SELECT pixel_spacing_row_mm, pixel_spacing_col_mm, spacing_source FROM images ORDER BY path";
    assert_eq!(set.rows(sql), ["0.09|0.1|shared_functional_groups", "0.14|0.14|detector_plane"]);
}
