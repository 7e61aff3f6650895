//! Situations from public bug reports and vendor headers: each is a mammogram with the right values,
//! stays out with a reason, or has a finding.

use dicom_object::InMemDicomObject;

use crate::custom_data::{DataSet, attributes, rows, with_sequences};
use crate::index::{index, shared};

const TOMOSYNTHESIS: &str = "1.2.840.10008.5.1.4.1.1.13.1.3";
const CR: &str = "1.2.840.10008.5.1.4.1.1.1";
const DX: &str = "1.2.840.10008.5.1.4.1.1.1.1";
const CAPTURE: &str = "1.2.840.10008.5.1.4.1.1.7";

/// Rows of a query over the catalog of one folder of `../shared/data/cases`.
fn case(name: &str, sql: &str) -> Option<Vec<String>> {
    let data = shared()?.join("cases").join(name);
    let dir = tempfile::tempdir().unwrap();
    let (code, said) = index(&data, dir.path(), &["--profile", "generic"]);
    assert!(code < 2, "{name}: {said}");
    Some(rows(dir.path(), sql))
}

fn check(name: &str, sql: &str, wanted: &[&str]) {
    if let Some(found) = case(name, sql) {
        assert_eq!(found, wanted, "{name}");
    }
}

/// Indexes headers that differ from a whole mammogram; the rows of a query, by path.
fn made(headers: &[&[(&str, &str)]], sql: &str) -> Vec<String> {
    let set = DataSet::new();
    for (n, more) in headers.iter().enumerate() {
        set.image(&format!("a/{n:02}.dcm"), more);
    }
    set.index(&["--profile", "generic"]);
    set.rows(sql)
}

const SPECIAL: &str = "SELECT replace(path, '.dcm', ''), coalesce(view, '-'), mammogram_type,
    array_to_string(not_standard_because, ' ') FROM images ORDER BY path";
const ALL_VIEWS: &str = "SELECT count(*) FROM images WHERE view = 'LCC' AND is_standard_view";

#[test]
fn types_by_image_type_are_those_that_vendors_write() {
    let wanted = [
        "01|LCC|ffdm|",
        "02|LCC|ffdm|",
        "03|LCC|ffdm|",
        "04|LCC|ffdm|",
        "05|LCC|synthetic_2d|",
        "06|LCC|tomo_projection|tomo_projection",
        "07|LCC|synthetic_2d|",
        "08|LCC|synthetic_2d|",
        "09|LCC|contrast_recombined|contrast_recombined",
        "10|LCC|contrast_recombined|contrast_recombined",
        "11|LCC|ffdm|",
        "12|LCC|contrast_high_energy|contrast_high_energy",
        "13|LCC|ffdm|derived_secondary",
        "14|LCC|tomo_projection|tomo_projection",
    ];
    check("dicom-03-image-types", SPECIAL, &wanted);
}

#[test]
fn every_case_of_the_shared_data_has_its_right_value() {
    let sql = "SELECT laterality, pixel_spacing_row_mm FROM images";
    check("dicom-01-rsna-2022-stripped", sql, &["L|0.065238"]);
    check("dicom-02-no-preamble-DICM-in-data", ALL_VIEWS, &["2"]);
    let sql =
        "SELECT mammogram_type, is_standard_view, count(*) FROM images GROUP BY ALL ORDER BY 1";
    check("dicom-04-fuji-split-slices", sql, &["synthetic_2d|true|1", "tomo_slice|false|14"]);
    let sql = "SELECT coalesce(view, view_code) FROM images ORDER BY path";
    let views = ["RCC", "LMLO", "MLO", "RMLO", "LMLO", "MLO"];
    check("dicom-05-fuji-0018-1400", sql, &views);
    let wanted = [
        "mag-ermf|LCC|ffdm|magnification",
        "seriesdesc-spot|LCC|ffdm|magnification spot_compression",
        "spot|LCC|ffdm|spot_compression",
        "stereo-studydesc|LCC|ffdm|stereotactic",
    ];
    check("dicom-06-paddle-spot-mag", SPECIAL, &wanted);
    let sql =
        "SELECT mammogram_type FROM images WHERE view = 'RMLO' AND is_standard_view ORDER BY path";
    let (cr, dx) = ("computed_radiography", "digital_radiography");
    check("dicom-10-cr-mammography", sql, &[cr, cr, cr, cr, dx, dx, "secondary_capture"]);
    check("dicom-11-chest-cr-975", "SELECT count(*) FROM images", &["0"]);
    let sql = "SELECT count(*) FROM images WHERE view = 'LMLO' AND is_standard_view";
    check("dicom-14-korean-cr-bodypart", sql, &["5"]);
    let sql = "SELECT kvp_kv, breast_thickness_mm, compression_force_n, magnification_factor,
               exposure_mas, exposure_time_ms, anode_target, filter_material, organ_dose_mgy, view,
               pixel_spacing_row_mm, window_center FROM images ORDER BY path";
    let technique = "31.0|55.0|80.0|1.08|45.0|900.0|TUNGSTEN|ALUMINUM|2.0|LCC|0.1";
    let wanted =
        [format!("{technique}|512.0"), format!("{technique}|-"), format!("{technique}|512.0")];
    check("dicom-16-tomo-acquisition-sequence", sql, &wanted.each_ref().map(String::as_str));
    check("dicom-20-un-sequence-explicit-items", ALL_VIEWS, &["7"]);
    check("dicom-21-wrong-delimiters", ALL_VIEWS, &["10"]);
    check("dicom-23-deflated", ALL_VIEWS, &["6"]);
    let sql = "SELECT file, code FROM issues WHERE code IN ('dicom-truncated', 'pixels-missing') ORDER BY 1";
    let wanted = [
        "a-enc-cut.dcm|dicom-truncated",
        "c-zero-length.dcm|pixels-missing",
        "g-enc-no-end.dcm|dicom-truncated",
        "i-enc-empty-header-cut-after-tag.dcm|dicom-truncated",
    ];
    check("dicom-24-pixels", sql, &wanted);
    let (ge, fuji, china) = ("지멘스", "富士", "西门子");
    let texts = [
        ge,
        ge,
        ge,
        ge,
        "ﾌｼﾞ=富士",
        china,
        china,
        "Röntgen",
        "Röntgen",
        ge,
        ge,
        ge,
        ge,
        fuji,
        ge,
        ge,
    ];
    check("dicom-28-charsets", "SELECT manufacturer FROM images ORDER BY path", &texts);
    let sql = "SELECT file FROM issues WHERE code = 'character-set-conflict' ORDER BY 1";
    let wanted = ["02-latin1-declared.dcm", "15-192-declared-but-cp949.dcm"];
    check("dicom-28-charsets", sql, &wanted);
    let sql = "SELECT compression_force_n, compression_force_source FROM images ORDER BY path";
    let forces = ["120.0|device_table", "12.0|as_written"];
    check("dicom-32-compression-force-senograph-ds", sql, &forces);
    let sql = "SELECT view, presentation_intent FROM images ORDER BY path";
    let wanted = ["LCC|FOR PRESENTATION", "LMLO|FOR PROCESSING", "LCC|FOR PROCESSING"];
    check("dicom-34-raw-and-processed", sql, &wanted);
    let sql = "SELECT count(*), min(rows), max(rows), min(pixel_spacing_row_mm), max(window_center),
               max(exposure_mas), max(compression_force_n), max(frame_count), bool_or(implant_present),
               bool_or(lossy_compressed) FROM images WHERE is_standard_view";
    check("dicom-37-vr-oddities", sql, &["12|16|16|0.07|2048.0|63.5|80.0|1|false|false"]);
}

#[test]
fn spacings_follow_the_rules_and_what_is_impossible_is_a_finding() {
    let sql = "SELECT replace(path, '.dcm', ''), round(pixel_spacing_row_mm, 5), spacing_source
               FROM images ORDER BY path";
    let wanted = [
        "calib|0.065|pixel_spacing_calibrated",
        "dsm-real|0.1|detector_plane",
        "element|-|-",
        "ermf-0|0.07|detector_plane",
        "ermf-below-1|0.1|detector_plane",
        "micron|0.07|detector_plane",
        "nominal|0.05|nominal_scanned_pixel_spacing",
        "pixel-aspect|-|-",
        "pixel-only|0.06524|pixel_spacing",
        "rounding|0.08794|imager_over_magnification",
        "sid-sod|0.0636|imager_over_sid_sod",
    ];
    check("dicom-31-spacing", sql, &wanted);
    let factor = "EstimatedRadiographicMagnificationFactor";
    let distances = ["DistanceSourceToDetector", "DistanceSourceToPatient"];
    let distanced = |detector, patient| {
        [("ImagerPixelSpacing", "0.1\\0.1"), (distances[0], detector), (distances[1], patient)]
    };
    let (swapped, centimetres, empty) =
        (distanced("640", "660"), distanced("660", "64"), distanced("660", "0"));
    let headers: [&[(&str, &str)]; 13] = [
        &[("ImagerPixelSpacing", "0.1\\0.1"), (factor, "0.5")],
        &[("ImagerPixelSpacing", "70\\70")],
        &[("ImagerPixelSpacing", "0.094090909\\0.094090909"), ("PixelSpacing", "0.094\\0.094")],
        &[("ImagerPixelSpacing", "0.1\\0.1"), ("PixelSpacing", "0.085\\0.085")],
        &[("PixelSpacing", "900\\900")],
        &[("NominalScannedPixelSpacing", "0.05\\0.05")],
        &[("ImagerPixelSpacing", "0.1\\0.1"), (factor, "10")],
        &[("ImagerPixelSpacing", "0.007\\0.007")],
        &[("ImagerPixelSpacing", "0.07")],
        &[("ImagerPixelSpacing", "0\\0")],
        &swapped,
        &centimetres,
        &empty,
    ];
    let set = DataSet::new();
    for (n, more) in headers.iter().enumerate() {
        set.image(&format!("a/{n:02}.dcm"), more);
    }
    set.index(&["--profile", "generic"]);
    let sql = "SELECT round(pixel_spacing_row_mm, 5), spacing_source FROM images ORDER BY path";
    let wanted = [
        "0.1|detector_plane",
        "0.07|detector_plane",
        "0.09409|detector_plane",
        "0.085|pixel_spacing_differs",
        "-|-",
        "0.05|nominal_scanned_pixel_spacing",
        "0.1|detector_plane",
        "-|-",
        "-|-",
        "-|-",
        "0.1|detector_plane",
        "0.1|detector_plane",
        "0.1|detector_plane",
    ];
    assert_eq!(set.rows(sql), wanted);
    let wanted = [
        "a/00.dcm (0018,1114) 0.5",
        "a/06.dcm (0018,1114) 10",
        "a/10.dcm (0018,1111) 640/660",
        "a/11.dcm (0018,1111) 660/64",
    ];
    assert_eq!(set.findings("magnification-impossible"), wanted);
    let wanted = [
        "a/01.dcm (0018,1164) 70\\70",
        "a/04.dcm (0028,0030) 900\\900",
        "a/07.dcm (0018,1164) 0.007\\0.007",
        "a/08.dcm (0018,1164) 0.07",
        "a/09.dcm (0018,1164) 0\\0",
    ];
    assert_eq!(set.findings("spacing-implausible"), wanted);
}

#[test]
fn ages_are_years_in_every_spelling_or_a_finding() {
    let ages = [
        ("045Y", "45"),
        ("45", "45"),
        ("732.0m", "61"),
        ("018M", "1"),
        ("45y", "45"),
        ("045 Y", "45"),
        ("90Y+", "-"),
        ("000D", "-"),
        ("Y045", "-"),
        ("61.0Y", "61"),
        ("450", "-"),
        ("2652W", "50"),
        ("18262D", "50"),
        ("18261D", "49"),
    ];
    let headers: Vec<[(&str, &str); 1]> = ages.map(|(text, _)| [("PatientAge", text)]).to_vec();
    let headers: Vec<&[(&str, &str)]> = headers.iter().map(|header| &header[..]).collect();
    let found = made(&headers, "SELECT age_years FROM images ORDER BY path");
    assert_eq!(found, ages.map(|(_, years)| years));
    let findings =
        made(&headers, "SELECT value, code FROM issues WHERE place = '(0010,1010)' ORDER BY file");
    let wanted = [
        "45|age-without-unit",
        "90Y+|attribute-unreadable",
        "Y045|attribute-unreadable",
        "450|attribute-unreadable",
    ];
    assert_eq!(findings, wanted);
    let sql = "SELECT age_years FROM images ORDER BY path";
    let wanted = [
        "45", "45", "61", "1", "45", "45", "45", "-", "-", "-", "-", "-", "61", "61", "61", "45",
        "-",
    ];
    check("dicom-09-age", sql, &wanted);
}

#[test]
fn views_written_as_one_word_are_taken_apart() {
    let spellings = [
        ("CCSpot", "CC", "spot_compression"),
        ("MLOAC", "MLO", "anterior_compression"),
        ("CCTAN", "CC", "tangential"),
        ("TANCC", "CC", "tangential"),
        ("RLMLO", "MLO", "rolled_lateral"),
        ("CCMag", "CC", "magnification"),
        ("CCRM", "CC", "rolled_medial"),
        ("RMLOSPOT", "MLO", "spot_compression"),
        ("MLO 45", "MLO", ""),
        ("CCD", "CC", ""),
        ("MLOD", "MLO", ""),
        ("MLOS", "MLO", "spot_compression"),
        ("RCC2", "CC", ""),
        ("XCC", "-", "view_unknown"),
        ("CC\\MLO", "-", "view_unknown"),
        ("ACCESS", "-", "view_unknown"),
    ];
    let headers: Vec<[(&str, &str); 2]> =
        spellings.map(|(text, ..)| [("ViewPosition", text), ("ImageLaterality", "R")]).to_vec();
    let headers: Vec<&[(&str, &str)]> = headers.iter().map(|header| &header[..]).collect();
    let sql =
        "SELECT view_code, array_to_string(not_standard_because, ' ') FROM images ORDER BY path";
    assert_eq!(made(&headers, sql), spellings.map(|(_, view, why)| format!("{view}|{why}")));
    let sql = "SELECT file, value FROM issues WHERE code = 'view-unknown' ORDER BY 1";
    assert_eq!(made(&headers, sql), ["a/13.dcm|XCC", "a/14.dcm|CC\\MLO", "a/15.dcm|ACCESS"]);
}

#[test]
fn view_and_side_come_from_every_place_that_has_them() {
    let set = DataSet::new();
    let meaning = |text| {
        let code = attributes(&[("CodeMeaning", text)]);
        vec![("ViewCodeSequence", code)]
    };
    let side = [("ImageLaterality", "L")];
    set.image_of("a/1.dcm", &side, meaning("medio-lateral oblique"));
    set.image_of("a/2.dcm", &side, meaning("cranio-caudal"));
    set.image("a/3.dcm", &[("PatientOrientation", "FR"), ("Laterality", "R")]);
    set.image("a/4.dcm", &[("AcquisitionDeviceProcessingDescription", "TOMO R MAMMOGRAPHY,CC")]);
    let frame = |side| {
        let anatomy = attributes(&[("FrameLaterality", side)]);
        let groups = vec![("FrameAnatomySequence", anatomy)];
        with_sequences(InMemDicomObject::new_empty(), groups)
    };
    let class = [("SOPClassUID", TOMOSYNTHESIS), ("ViewPosition", "CC")];
    let frames = vec![("PerFrameFunctionalGroupsSequence", frame("R"))];
    set.image_of("a/5.dcm", &class, frames);
    set.index(&["--profile", "generic"]);
    let sql = "SELECT view, view_source, laterality_source FROM images ORDER BY path";
    let wanted = [
        "LMLO|ViewCodeSequence|ImageLaterality",
        "LCC|ViewCodeSequence|ImageLaterality",
        "RMLO|PatientOrientation|Laterality",
        "RCC|AcquisitionDeviceProcessingDescription|AcquisitionDeviceProcessingDescription",
        "RCC|ViewPosition|FrameLaterality",
    ];
    assert_eq!(set.rows(sql), wanted);
}

#[test]
fn a_description_names_the_view_beside_words_for_the_procedure() {
    let texts =
        ["S-VIEW R MAMMOGRAPHY,CC", "FFDM L CC", "C-View L MAMMOGRAPHY,MLO", "R,CC SPOT COMP"];
    let headers = texts.map(|text| [("AcquisitionDeviceProcessingDescription", text)]);
    let headers: Vec<&[(&str, &str)]> = headers.iter().map(<[_; 1]>::as_slice).collect();
    let sql = "SELECT view, array_to_string(view_modifiers, ' ') FROM images ORDER BY path";
    assert_eq!(made(&headers, sql), ["RCC|", "LCC|", "LMLO|", "RCC|spot_compression"]);
}

#[test]
fn special_views_are_recognised_by_names_of_makers_and_studies() {
    let headers: &[&[(&str, &str)]] = &[
        &[("SeriesDescription", "ROUTINE3D_VPREVIEW")],
        &[("SeriesDescription", "Insight2D L-CC")],
        &[("StudyDescription", "Wire localization, left")],
        &[("StudyDescription", "Screening mammography")],
    ];
    let view = [("ViewPosition", "CC"), ("ImageLaterality", "L")];
    let headers: Vec<Vec<(&str, &str)>> =
        headers.iter().map(|header| [&view[..], *header].concat()).collect();
    let headers: Vec<&[(&str, &str)]> = headers.iter().map(Vec::as_slice).collect();
    let wanted = [
        "a/00|LCC|synthetic_2d|",
        "a/01|LCC|synthetic_2d|",
        "a/02|LCC|ffdm|localization",
        "a/03|LCC|ffdm|",
    ];
    assert_eq!(made(&headers, SPECIAL), wanted);
}

#[test]
fn a_body_part_of_one_side_gives_the_side_where_nothing_else_does() {
    let headers: &[&[(&str, &str)]] = &[
        &[("ViewPosition", "CC"), ("BodyPartExamined", "LBREAST")],
        &[("ViewPosition", "MLO"), ("BodyPartExamined", "R BREAST")],
        &[("ViewPosition", "CC"), ("BodyPartExamined", "RIGHT BREAST")],
        &[("ViewPosition", "CC"), ("BodyPartExamined", "BREAST")],
        &[("ViewPosition", "CC"), ("BodyPartExamined", "BOTHBREASTS")],
        &[("ViewPosition", "CC"), ("BodyPartExamined", "L")],
        &[("ViewPosition", "CC"), ("ImageLaterality", "R"), ("BodyPartExamined", "LBREAST")],
        &[("ViewPosition", "CC"), ("ImageLaterality", "R"), ("BodyPartExamined", "BOTHBREASTS")],
    ];
    let sql = "SELECT laterality, laterality_source FROM images ORDER BY path";
    let wanted = [
        "L|BodyPartExamined",
        "R|BodyPartExamined",
        "R|BodyPartExamined",
        "-|-",
        "-|-",
        "-|-",
        "R|ImageLaterality",
        "R|ImageLaterality",
    ];
    assert_eq!(made(headers, sql), wanted);
    let sql = "SELECT file, value FROM issues WHERE code = 'laterality-conflict'";
    assert_eq!(made(headers, sql), ["a/06.dcm|L"]);
}

/// What a header without class and modality is, by these attributes.
fn stripped(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    [&[("SOPClassUID", ""), ("Modality", "")], more].concat()
}

#[test]
fn mammograms_are_recognised_by_evidence_and_others_stay_out_with_a_finding() {
    let rsna = [
        ("ImageLaterality", "L"),
        ("CompressionForce", "61"),
        ("BodyPartThickness", "50"),
        ("PatientOrientation", "P\\L"),
    ];
    let with = |class, modality, more: &[(&'static str, &'static str)]| {
        [&[("SOPClassUID", class), ("Modality", modality)], more].concat()
    };
    let mlo = [("ViewPosition", "MLO"), ("ImageLaterality", "R")];
    let headers = [
        (stripped(&rsna), "-"),
        (
            with(CR, "CR", &[&mlo[..], &[("BodyPartExamined", "MAMMA")]].concat()),
            "computed_radiography",
        ),
        (
            with(DX, "DX", &[&mlo[..], &[("BodyPartExamined", "LBREAST")]].concat()),
            "digital_radiography",
        ),
        (
            with(CAPTURE, "OT", &[&mlo[..], &[("BodyPartExamined", "BREAST")]].concat()),
            "secondary_capture",
        ),
        (
            with(CAPTURE, "OT", &[&mlo[..], &[("StudyDescription", "Mammography Both")]].concat()),
            "secondary_capture",
        ),
        // Not mammograms:
        (with(CR, "CR", &[("BodyPartExamined", "CHEST"), ("ViewPosition", "PA")]), ""),
        (with(CR, "CR", &[("BodyPartExamined", "HAND"), ("Laterality", "R")]), ""),
        (with(DX, "DX", &[("BodyPartExamined", "KNEE"), ("ImageLaterality", "L")]), ""),
        (with("1.2.840.10008.5.1.4.1.1.4", "MR", &[("BodyPartExamined", "BREAST")]), ""),
        (with("1.2.840.10008.5.1.4.1.1.6.1", "US", &[("BodyPartExamined", "BREAST")]), ""),
        (with(DX, "DX", &[("ViewPosition", "CC")]), ""),
    ];
    let set = DataSet::new();
    for (n, (more, _)) in headers.iter().enumerate() {
        set.image(&format!("a/{n:02}.dcm"), more);
    }
    set.image("b/LCC.dcm", &with(DX, "DX", &[("BodyPartExamined", "CHEST")]));
    set.index(&["--profile", "generic"]);
    let wanted: Vec<String> = headers
        .iter()
        .enumerate()
        .filter(|(_, (_, kind))| !kind.is_empty())
        .map(|(n, (_, kind))| format!("a/{n:02}.dcm|{kind}"))
        .collect();
    assert_eq!(set.rows("SELECT path, mammogram_type FROM images ORDER BY path"), wanted);
    let sql = "SELECT count(*) FROM sources s WHERE status = 'ignored' AND kind = 'dicom'
               AND NOT EXISTS (FROM issues WHERE file = s.path)";
    assert_eq!(set.rows(sql), ["0"], "a DICOM file is excluded silently");
    let sql = "SELECT file FROM issues WHERE code = 'dicom-excluded' ORDER BY 1";
    assert_eq!(set.rows(sql), ["a/05.dcm", "a/08.dcm", "a/09.dcm"]);
    let sql = "SELECT file FROM issues WHERE code = 'mammogram-doubtful' ORDER BY 1";
    assert_eq!(set.rows(sql), ["a/06.dcm", "a/07.dcm", "a/10.dcm", "b/LCC.dcm"]);
}

#[test]
fn special_views_are_not_standard_and_say_why() {
    let signs: [(&[(&str, &str)], &str); 14] = [
        (&[("PaddleDescription", "10CM SPOT")], "spot_compression"),
        (&[("PaddleDescription", "15CM MAG")], "magnification"),
        (&[("EstimatedRadiographicMagnificationFactor", "1.5")], "magnification"),
        (&[("SeriesDescription", "L CC Spot Mag")], "magnification spot_compression"),
        (&[("StudyDescription", "MG STEREOTACTIC BIOPSY")], "stereotactic"),
        (&[("SeriesDescription", "Specimen L")], "specimen"),
        (&[("QualityControlImage", "YES")], "quality_control"),
        (&[("StudyDescription", "Weekly QC phantom")], "quality_control"),
        (&[("PartialView", "YES")], "partial_view"),
        (&[("ImageType", "DERIVED\\SECONDARY")], "derived_secondary"),
        (&[("ImageType", "ORIGINAL\\PRIMARY\\STEREO_PLUS15")], "stereotactic"),
        (&[("SeriesDescription", "CESM recombined L CC")], "contrast_recombined"),
        (&[("SeriesDescription", "L CC TAN")], "tangential"),
        (&[("SeriesDescription", "L CC magnolia")], ""),
    ];
    let view = [("ViewPosition", "CC"), ("ImageLaterality", "L")];
    let headers: Vec<Vec<(&str, &str)>> =
        signs.iter().map(|(more, _)| [&view[..], more].concat()).collect();
    let headers: Vec<&[(&str, &str)]> = headers.iter().map(Vec::as_slice).collect();
    let sql = "SELECT array_to_string(not_standard_because, ' '), is_standard_view FROM images ORDER BY path";
    let wanted = signs.map(|(_, why)| format!("{why}|{}", why.is_empty()));
    assert_eq!(made(&headers, sql), wanted);
}

/// A file of explicit little endian elements around `middle`, which belongs between groups 8 and 20.
fn bytes_with(middle: &[u8], pixels: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 128];
    bytes.extend_from_slice(b"DICM");
    let short = |group: u16, element: u16, vr: &[u8; 2], value: &[u8]| {
        let mut bytes = Vec::new();
        bytes.extend(group.to_le_bytes());
        bytes.extend(element.to_le_bytes());
        bytes.extend(vr);
        bytes.extend(u16::try_from(value.len()).unwrap().to_le_bytes());
        bytes.extend(value);
        bytes
    };
    bytes.extend(short(2, 0x10, b"UI", b"1.2.840.10008.1.2.1\0"));
    bytes.extend(short(8, 0x16, b"UI", b"1.2.840.10008.5.1.4.1.1.1.2\0"));
    bytes.extend(short(8, 0x18, b"UI", b"2.25.77\0"));
    bytes.extend(short(8, 0x60, b"CS", b"MG"));
    bytes.extend_from_slice(middle);
    bytes.extend(short(0x18, 0x5101, b"CS", b"CC"));
    bytes.extend(short(0x20, 0x62, b"CS", b"L "));
    bytes.extend(short(0x28, 0x10, b"US", &[4, 0]));
    bytes.extend(short(0x28, 0x11, b"US", &[4, 0]));
    bytes.extend(short(0x28, 0x100, b"US", &[8, 0]));
    bytes.extend([0xe0, 0x7f, 0x10, 0, b'O', b'B', 0, 0]);
    bytes.extend(u32::try_from(pixels.len()).unwrap().to_le_bytes());
    bytes.extend_from_slice(pixels);
    bytes
}

const ITEM: [u8; 8] = [0xfe, 0xff, 0, 0xe0, 0xff, 0xff, 0xff, 0xff];
const ITEM_END: [u8; 8] = [0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0];
const SEQUENCE_END: [u8; 8] = [0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0];

/// Referenced Study Sequence (0008,1110) of undefined length with this value.
fn sequence(vr: &[u8; 2], value: &[&[u8]]) -> Vec<u8> {
    let head = [8, 0, 0x10, 0x11, vr[0], vr[1], 0, 0, 0xff, 0xff, 0xff, 0xff];
    [&head[..], &value.concat()].concat()
}

#[test]
fn a_damaged_sequence_never_costs_the_image() {
    let text = [8, 0, 0x55, 0x11, b'U', b'I', 4, 0, b'1', b'.', b'2', 0];
    let garbage = [0x41_u8; 37];
    let sequences = [
        ("un", sequence(b"UN", &[&ITEM, &text, &ITEM_END, &SEQUENCE_END]), false),
        ("wrong-end", sequence(b"SQ", &[&ITEM, &text, &ITEM_END, &ITEM_END]), false),
        ("no-end", sequence(b"SQ", &[&ITEM, &text, &ITEM_END]), false),
        ("no-item-end", sequence(b"SQ", &[&ITEM, &text, &SEQUENCE_END]), false),
        ("garbage", sequence(b"SQ", &[&ITEM, &garbage, &ITEM_END, &SEQUENCE_END]), true),
        ("no-item", sequence(b"SQ", &[&garbage, &SEQUENCE_END]), true),
    ];
    let set = DataSet::new();
    for (name, middle, _) in &sequences {
        set.put(&format!("a/{name}.dcm"), bytes_with(middle, &[0; 16]));
    }
    set.index(&["--profile", "generic"]);
    let count = sequences.len().to_string();
    assert_eq!(set.rows(ALL_VIEWS), [count]);
    let damaged: Vec<String> = sequences
        .iter()
        .filter(|(.., damaged)| *damaged)
        .map(|(name, ..)| format!("a/{name}.dcm (0008,1110) -"))
        .collect();
    let mut found = set.findings("sequence-damaged");
    found.sort();
    let mut wanted = damaged;
    wanted.sort();
    assert_eq!(found, wanted);
}

#[test]
fn pixels_that_are_too_short_and_attributes_that_are_repeated_are_findings() {
    let set = DataSet::new();
    let age = |text: &[u8; 4]| [&[0x10, 0, 0x10, 0x10, b'A', b'S', 4, 0], &text[..]].concat();
    set.put("a/repeated.dcm", bytes_with(&[age(b"045Y"), age(b"054Y")].concat(), &[0; 16]));
    set.put("a/same.dcm", bytes_with(&[age(b"045Y"), age(b"045Y")].concat(), &[0; 16]));
    set.put("a/short.dcm", bytes_with(&[], &[0; 12]));
    set.put("a/empty.dcm", bytes_with(&[], &[]));
    let whole = bytes_with(&[], &[0; 16]);
    set.put("a/cut.dcm", &whole[..whole.len() - 3]);
    set.index(&["--profile", "generic"]);
    assert_eq!(set.findings("attribute-repeated"), ["a/repeated.dcm (0010,1010) -"]);
    let wanted = ["a/cut.dcm (7FE0,0010) -", "a/short.dcm (7FE0,0010) -"];
    assert_eq!(set.findings("dicom-truncated"), wanted);
    assert_eq!(set.findings("pixels-missing"), ["a/empty.dcm (7FE0,0010) -"]);
    assert_eq!(set.rows("SELECT age_years FROM images WHERE path = 'a/repeated.dcm'"), ["45"]);
}

#[test]
fn a_bare_data_set_with_the_prefix_in_a_value_is_read_from_its_first_byte() {
    let set = DataSet::new();
    let whole = bytes_with(&[], &[0; 16]);
    // Without preamble and meta group; Image Comments are not needed, a long Image Type carries DICM.
    let mut bare = vec![8, 0, 8, 0, b'C', b'S', 126, 0];
    bare.extend([b'A'; 120]);
    bare.extend(b"DICMAA");
    bare.extend(&whole[132 + 28..]);
    assert_eq!(&bare[128..132], b"DICM");
    set.put("a/1.dcm", bare);
    set.index(&["--profile", "generic"]);
    assert_eq!(set.rows(ALL_VIEWS), ["1"]);
}

#[test]
fn text_that_does_not_fit_its_declaration_is_read_and_is_a_finding() {
    let set = DataSet::new();
    let siemens = b"\xc1\xf6\xb8\xe0\xbd\xba";
    for (n, terms) in ["ISO_IR 100", "ISO_IR 149", "ISO_IR 192", ""].into_iter().enumerate() {
        let path = format!("a/{n}.dcm");
        set.image_with(&path, &[("SpecificCharacterSet", terms)], &[("Manufacturer", siemens)]);
    }
    set.index(&["--profile", "generic"]);
    assert_eq!(set.rows("SELECT DISTINCT manufacturer, vendor FROM images"), ["지멘스|Siemens"]);
    let wanted = ["a/0.dcm (0008,0070) -", "a/2.dcm (0008,0070) -"];
    assert_eq!(set.findings("character-set-conflict"), wanted);
}

#[test]
fn technique_of_tomosynthesis_and_units_of_devices_are_read() {
    let set = DataSet::new();
    let technique = attributes(&[("KVP", "31"), ("CompressionForce", "80"), ("OrganDose", "0.02")]);
    let class = [("SOPClassUID", TOMOSYNTHESIS), ("NumberOfFrames", "3")];
    set.image_of("a/1.dcm", &class, vec![("XRay3DAcquisitionSequence", technique)]);
    let model = |name, force| [("ManufacturerModelName", name), ("CompressionForce", force)];
    set.image("a/2.dcm", &model("Senograph DS VERSION ADS_53.40", "12"));
    set.image("a/3.dcm", &model("Senograph DS VERSION ADS_53.40", "110"));
    set.image("a/4.dcm", &model("Senographe Essential", "12"));
    set.index(&["--profile", "generic"]);
    let sql = "SELECT kvp_kv, compression_force_n, compression_force_source, organ_dose_mgy
               FROM images ORDER BY path";
    let wanted = [
        "31.0|80.0|as_written|2.0",
        "-|120.0|device_table|-",
        "-|110.0|as_written|-",
        "-|12.0|as_written|-",
    ];
    assert_eq!(set.rows(sql), wanted);
}

#[test]
fn impossible_numbers_are_null_and_a_finding_with_the_text_of_the_header() {
    let headers: [&[(&str, &str)]; 12] = [
        &[("PatientAge", "999Y")],
        &[("PatientAge", "122Y")],
        &[("KVP", "28000")],
        &[("KVP", "49")],
        &[("CompressionForce", "-5")],
        &[("CompressionForce", "120.5")],
        &[("BodyPartThickness", "-1")],
        &[("BodyPartThickness", "55")],
        &[("KVP", "-28")],
        &[("BitsAllocated", "13873")],
        &[("Exposure", "2001")],
        &[("Exposure", "600")],
    ];
    let sql = "SELECT age_years, kvp_kv, compression_force_n, breast_thickness_mm FROM images
               ORDER BY path";
    let wanted = [
        "-|-|-|-",
        "122|-|-|-",
        "-|-|-|-",
        "-|49.0|-|-",
        "-|-|-|-",
        "-|-|120.5|-",
        "-|-|-|-",
        "-|-|-|55.0",
        "-|-|-|-",
        "-|-|-|-",
        "-|-|-|-",
        "-|-|-|-",
    ];
    assert_eq!(made(&headers, sql), wanted);
    let sql = "SELECT bits_allocated, exposure_mas FROM images ORDER BY path";
    assert_eq!(made(&headers, sql)[9..], ["-|-", "-|-", "-|600.0"]);
    let sql = "SELECT place, value FROM issues WHERE code = 'value-impossible' ORDER BY file";
    let wanted = [
        "(0010,1010)|999Y",
        "(0018,0060)|28000",
        "(0018,11A2)|-5",
        "(0018,11A0)|-1",
        "(0018,0060)|-28",
        "(0028,0100)|13873",
        "(0018,1152)|2001",
    ];
    assert_eq!(made(&headers, sql), wanted);
}
