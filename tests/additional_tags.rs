//! `mammodex index --tags`: further attributes as text, as pydicom reads them, none that identifies.

use crate::fixture::assert_said;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::sample_data::{SampleDataSet, files_below};

/// All of the table.
const TAGS: &str = "SELECT keyword, tag, vr, value FROM tags";

/// An element in explicit VR little endian with a short length.
pub fn element(tag: u32, vr: &str, value: &[u8]) -> Vec<u8> {
    let (group, number) = ((tag >> 16) as u16, tag as u16);
    let mut bytes = Vec::new();
    bytes.extend_from_slice(&group.to_le_bytes());
    bytes.extend_from_slice(&number.to_le_bytes());
    bytes.extend_from_slice(vr.as_bytes());
    if matches!(vr, "UN" | "UT" | "OB" | "SQ" | "UC" | "SV" | "UV") {
        bytes.extend_from_slice(&[0, 0]);
        bytes.extend_from_slice(&(value.len() as u32).to_le_bytes());
    } else {
        bytes.extend_from_slice(&(value.len() as u16).to_le_bytes());
    }
    bytes.extend_from_slice(value);
    bytes
}

/// A data set of one image with these elements.
pub fn one_image(elements: &[Vec<u8>]) -> SampleDataSet {
    let set = SampleDataSet::empty();
    let mut bytes = vec![0; 128];
    bytes.extend_from_slice(b"DICM");
    bytes.extend(element(0x0002_0010, "UI", b"1.2.840.10008.1.2.1\0"));
    bytes.extend(element(0x0008_0016, "UI", b"1.2.840.10008.5.1.4.1.1.1.2\0"));
    bytes.extend(element(0x0008_0018, "UI", b"1.2.826.1\0"));
    bytes.extend(element(0x0008_0060, "CS", b"MG"));
    bytes.extend(elements.iter().flatten());
    fs::write(set.root().join("LCC.dcm"), bytes).unwrap();
    set
}

#[test]
fn values_of_every_kind_come_out_as_text() {
    let doubles: Vec<u8> = [0.1_f64, 1e16, -2.5].iter().flat_map(|n| n.to_le_bytes()).collect();
    let floats: Vec<u8> = [0.1_f32, 1.0].iter().flat_map(|n| n.to_le_bytes()).collect();
    let set = one_image(&[
        element(0x0008_0005, "CS", b"\\ISO 2022 IR 149"),
        element(0x0008_0064, "CS", b""),
        element(0x0018_1114, "DS", b"1.050 "),
        element(0x0018_1166, "CS", b"RECIPROCATING\\ PARALLEL "),
        element(0x0018_1450, "US", &[1]),
        element(0x0018_7028, "UN", b"0.5\\0.5 "),
        element(0x0018_9073, "FD", &doubles),
        element(0x0018_9219, "SS", &(-7_i16).to_le_bytes()),
        element(0x0018_9461, "FL", &floats),
        element(0x0020_9165, "AT", &[0x18, 0, 0x66, 0x11, 0x08, 0, 0x60, 0]),
        element(0x0028_0103, "US", &[1, 0]),
        element(0x0028_0106, "UN", &(-3_i16).to_le_bytes()),
        element(0x0028_1055, "LO", b"\x1b$)C\xb1\xe8\xc8\xf1\\\x1b$)C\xc1\xdf"),
        element(0x0028_7FE0, "UT", &[b'a'; 70_000]),
    ]);
    let asked = "ConversionType,EstimatedRadiographicMagnificationFactor,Grid, ,Grid,00187028,00189073,\
        TagAngleSecondAxis,FieldOfViewDimensionsInFloat,DimensionIndexPointer,SmallestImagePixelValue,\
        WindowCenterWidthExplanation,PixelDataProviderURL,ColumnAngulation,SamplesPerPixel";
    let said = set.index("catalog", &["--tags", asked]);
    assert!(said.code < 2, "{}", said.err);
    assert_eq!(
        set.rows("catalog", TAGS),
        [
            "AcquisitionDuration|(0018,9073)|FD|0.1\\1e+16\\-2.5",
            "ColumnAngulation|(0018,1450)|US|-",
            "ConversionType|(0008,0064)|CS|-",
            "DetectorActiveOrigin|(0018,7028)|DS|0.5\\0.5",
            "DimensionIndexPointer|(0020,9165)|AT|(0018,1166)\\(0008,0060)",
            "EstimatedRadiographicMagnificationFactor|(0018,1114)|DS|1.050",
            "FieldOfViewDimensionsInFloat|(0018,9461)|FL|0.10000000149011612\\1.0",
            "Grid|(0018,1166)|CS|RECIPROCATING\\PARALLEL",
            "PixelDataProviderURL|(0028,7FE0)|UR|-",
            "SmallestImagePixelValue|(0028,0106)|SS|-3",
            "TagAngleSecondAxis|(0018,9219)|SS|-7",
            "WindowCenterWidthExplanation|(0028,1055)|LO|김희\\중",
        ]
    );
    let issues =
        "SELECT place, message FROM issues WHERE code = 'attribute-unreadable' ORDER BY ALL";
    assert_eq!(
        set.rows("catalog", issues),
        [
            "(0018,1450)|ColumnAngulation does not fit its value representation",
            "(0028,7FE0)|PixelDataProviderURL is longer than 64 KiB",
        ]
    );
}

#[test]
fn what_may_identify_or_is_no_text_is_refused_with_a_reason() {
    let set = SampleDataSet::empty();
    let cases = [
        ("PatientName", "PatientName (0010,0010) may identify a person"),
        ("00100010", "PatientName (0010,0010) may identify a person"),
        ("Grid,InstitutionName", "InstitutionName (0008,0080) may identify"),
        ("AcquisitionTime", "basic profile take it out (X/Z)"),
        ("FrameOfReferenceUID", "basic profile take it out (U)"),
        ("OverlayData", "may identify"),
        ("EvaluatorName", "holds a person's name"),
        ("00191001", "(0019,1001) is private"),
        ("ViewCodeSequence", "is a sequence"),
        ("RedPaletteColorLookupTableData", "binary data"),
        ("PixelData", "binary data"),
        ("MediaStorageSOPClassUID", "is not an attribute of the data set"),
        ("OverlayRows", "is not an attribute of the data set"),
        ("Patientname", "no DICOM attribute has the keyword \"Patientname\""),
    ];
    for (asked, says) in cases {
        let said = set.index("catalog", &["--tags", asked]);
        assert!(said.code == 2 && said.err.contains(says), "{asked}: {}", said.err);
    }
    assert!(!set.catalog("catalog").exists());
}

#[test]
fn the_list_of_identifying_attributes_names_attributes() {
    let text = include_str!("../schema/vocabulary/identifying.csv");
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let keywords: BTreeSet<&str> = rows.iter().map(|row| &row[0]).collect();
    assert!(keywords.len() == rows.len() && rows.len() > 600, "{}", rows.len());
    for row in &rows {
        assert!(!row[0].is_empty() && row[1].len() == 11, "{row:?}");
        let action = row[2].split('/').all(|a| matches!(a, "X" | "Z" | "D" | "U" | "U*" | "own"));
        assert!(action, "{row:?}");
    }
    // What `images` carries may be asked for all the same.
    let carried = ["StudyDate", "AcquisitionDate", "PatientAge", "PatientSex", "SOPInstanceUID"];
    let set = one_image(&[element(0x0010_1010, "AS", b"045Y")]);
    set.index("catalog", &["--tags", &carried.join(",")]);
    assert_eq!(
        set.rows("catalog", TAGS),
        ["PatientAge|(0010,1010)|AS|045Y", "SOPInstanceUID|(0008,0018)|UI|1.2.826.1"]
    );
}

const ASKED: &str = "Grid,ExposureControlMode,BodyPartThickness,PixelAspectRatio,DetectorType";

#[test]
fn the_table_comes_and_goes_with_the_option_and_is_recalled() {
    let set = SampleDataSet::new(6);
    set.index("plain", &[]);
    set.index("catalog", &["--tags", ASKED]);
    let tables = |catalog: &str| -> Vec<_> {
        set.tables(catalog).into_iter().filter(|(name, _)| name != "tags.parquet").collect()
    };
    // Nothing else differs.
    assert_eq!(tables("catalog"), tables("plain"));
    assert_eq!(set.tables("catalog").len(), tables("plain").len() + 1);
    let sorted = set.rows("catalog", "SELECT path, keyword FROM tags");
    assert!(sorted.len() >= 24 && sorted.is_sorted(), "{sorted:?}");
    let said = set.index(
        "catalog",
        &["--tags", "DetectorType,PixelAspectRatio,BodyPartThickness,ExposureControlMode,Grid"],
    );
    assert_said!(said, @r#"
    exit code 0
    --- stderr ---
    29 files (0 read), profile ncc: 6 patients, 24 images, 1 annotation, 4 lesions
      warning      24  pixels-missing
      info       1  file-unrecognised
      info       1  annotation-repaired
      ignored 1 file: neither DICOM nor a clinical table nor an annotation (1)
    nothing changed: snapshot 1 stays in catalog/current
    each finding: mammodex query --catalog catalog "SELECT severity, code, file, place, message FROM issues"
    "#);
    let (_, image) = files_below(&set.root().join("dcm")).remove(3);
    fs::remove_file(image).unwrap();
    let said = set.index("catalog", &["--tags", ASKED]);
    assert_said!(said, @r#"
    exit code 1
    --- stderr ---
    28 files (4 read), profile ncc: 6 patients, 23 images, 1 annotation, 4 lesions
      error       1  views-missing
      warning      23  pixels-missing
      info       1  file-unrecognised
      info       1  annotation-repaired
      ignored 1 file: neither DICOM nor a clinical table nor an annotation (1)
    snapshot 2 is in catalog/current
    each finding: mammodex query --catalog catalog "SELECT severity, code, file, place, message FROM issues"
    "#);
    set.index("fresh", &["--tags", ASKED]);
    assert_eq!(set.tables("catalog"), set.tables("fresh"));
    // As many others are others.
    let others = ASKED.replace("Grid", "Modality");
    let said = set.index("catalog", &["--tags", &others]);
    assert_said!(said, @r#"
    exit code 1
    --- stderr ---
    28 files (28 read), profile ncc: 6 patients, 23 images, 1 annotation, 4 lesions
      error       1  views-missing
      warning      23  pixels-missing
      info       1  file-unrecognised
      info       1  annotation-repaired
      ignored 1 file: neither DICOM nor a clinical table nor an annotation (1)
    snapshot 3 is in catalog/current
    each finding: mammodex query --catalog catalog "SELECT severity, code, file, place, message FROM issues"
    "#);
    assert_eq!(set.rows("catalog", "SELECT count(*) FROM tags WHERE keyword = 'Grid'"), ["0"]);
    let run = |sql: &str| {
        crate::fixture::run_in(set.dir.path(), &["query", "--catalog", "catalog", sql], "")
    };
    assert_eq!(run("SELECT count(*) FROM tags").code, 0);
    set.index("catalog", &[]);
    assert!(!set.catalog("catalog").join("current/tags.parquet").exists());
    assert_eq!(run("SELECT count(*) FROM images").code, 0);
    assert_eq!(run("SELECT count(*) FROM tags").code, 2);
}

/// Keyword, tag and value of every attribute asked for, as pydicom reads them.
/// Files, not members, but for cases that pydicom misreads by design: tests/dicom_cases.rs has them.
const READ_BY_BOTH: &str =
    "path NOT LIKE '%!/%' AND NOT regexp_matches(path, '^cases/dicom-(02|20|21|23|28|37)-')";

const PYDICOM: &str = r#"
import sys, pydicom
from pydicom.multival import MultiValue
from pydicom.datadict import tag_for_keyword
out = open(sys.argv[1], 'w', encoding='utf-8')
for line in sys.stdin.read().splitlines():
    path, keywords = line.split('\t')
    ds = pydicom.dcmread(path, force=True, stop_before_pixels=True)
    for keyword in keywords.split(','):
        tag = tag_for_keyword(keyword)
        if tag not in ds: continue
        e = ds[tag]
        values = e.value if isinstance(e.value, MultiValue) else [e.value]
        texts = [str(v).strip(' \0') for v in values]
        text = '\\'.join('' if t == 'None' else t for t in texts) or '-'
        print(path, keyword, f'({tag >> 16:04X},{tag & 0xffff:04X})', e.VR, text, sep='|', file=out)
"#;

#[test]
fn pydicom_reads_the_same_values() {
    let python = std::env::var("MAMMODEX_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let found = Command::new(&python).args(["-c", "import pydicom"]).output();
    if !found.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: {python} has no pydicom");
        return;
    }
    let mut roots: Vec<(SampleDataSet, PathBuf)> = Vec::new();
    let set = SampleDataSet::new(30);
    let root = set.root();
    roots.push((set, root));
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if shared.is_dir() {
        let set = SampleDataSet::empty();
        fs::remove_dir(set.root()).unwrap();
        std::os::unix::fs::symlink(&shared, set.root()).unwrap();
        roots.push((set, shared));
    } else {
        eprintln!("skipped: {} is not there", shared.display());
    }
    for (set, root) in roots {
        let asked = "Grid,ExposureControlMode,PixelAspectRatio,DetectorType,Modality,ImageType,BitsAllocated,\
            HighBit,PixelRepresentation,SmallestImagePixelValue,LargestImagePixelValue,PixelSpacing,\
            FocalSpots,RescaleSlope,RescaleIntercept,PixelPaddingValue,WindowCenter,KVP,Exposure,\
            RelativeXRayExposure,DetectorTemperature,FieldOfViewShape,FieldOfViewDimensions,\
            CompressionForce,SpecificCharacterSet,SOPClassUID,PartialViewDescription,LossyImageCompression,\
            WindowCenterWidthExplanation,BodyPartExamined,InstanceNumber,QualityControlImage,\
            PhotometricInterpretation,NumberOfFrames,EntranceDose,OrganDose,HalfValueLayer,SamplesPerPixel";
        let said = set.index("catalog", &["--tags", asked]);
        assert!(said.code < 2, "{}", said.err);
        let images = set.rows("catalog", &format!("SELECT path FROM images WHERE {READ_BY_BOTH}"));
        assert!(!images.is_empty());
        let lines: String =
            images.iter().map(|path| format!("{}\t{asked}\n", root.join(path).display())).collect();
        let list = set.dir.path().join("list");
        let answers = set.dir.path().join("answers");
        fs::write(&list, lines).unwrap();
        let input = fs::File::open(&list).unwrap();
        let asked = Command::new(&python).args(["-c", PYDICOM]).arg(&answers).stdin(input).output();
        let asked = asked.unwrap();
        assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
        let theirs: BTreeSet<String> =
            fs::read_to_string(answers).unwrap().lines().map(str::to_owned).collect();
        let prefix = format!("{}/", root.display());
        let sql = format!(
            "SELECT '{prefix}' || path, keyword, tag, vr, value FROM tags WHERE {READ_BY_BOTH}"
        );
        let ours: BTreeSet<String> = set.rows("catalog", &sql).into_iter().collect();
        let differ: Vec<_> = ours.symmetric_difference(&theirs).collect();
        assert!(differ.is_empty(), "{} of {}: {differ:#?}", differ.len(), ours.len());
    }
}
