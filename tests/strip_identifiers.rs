//! Headers that a manifest copies: identifying attributes are reported, and removed on request. pydicom
//! reads the result again, where a Python has it.

use std::fs;
use std::path::Path;

use dicom_core::{DataElement, Tag, VR};
use serde_json::Value;

use crate::custom_data::{DataSet, attributes};
use crate::fixture::python;
use crate::sample_data::files_below;

/// Values that must not be in any file that is handed over.
const CANARIES: [&str; 9] = [
    "HONG^GILDONG",
    "19620304",
    "MRN-0012345",
    "Seoul Hospital",
    "KIM^DOCTOR",
    "nested secret",
    "S/N 998877",
    "private secret",
    "1.2.999.77.1",
];

/// A case with one view that names a person at every depth.
fn planted() -> DataSet {
    let set = DataSet::new();
    let mut inner = attributes(&[
        ("ReferencedSOPInstanceUID", "1.2.999.77.1"),
        ("StudyDescription", "nested secret"),
        ("PersonName", "KIM^DOCTOR"),
    ]);
    inner.put(DataElement::new(Tag(0x0009, 0x0010), VR::LO, "private secret"));
    let deeper = crate::custom_data::with_sequences(
        attributes(&[("CodeValue", "R-10226"), ("CodeMeaning", "medio-lateral oblique")]),
        vec![("ViewModifierCodeSequence", inner)],
    );
    let person = [
        ("PatientName", "HONG^GILDONG"),
        ("PatientID", "MRN-0012345"),
        ("PatientBirthDate", "19620304"),
        ("InstitutionName", "Seoul Hospital"),
        ("ReferringPhysicianName", "KIM^DOCTOR"),
        ("DeviceSerialNumber", "S/N 998877"),
        ("ImageLaterality", "L"),
        ("ViewPosition", "MLO"),
        ("PresentationIntentType", "FOR PRESENTATION"),
    ];
    set.image_of("dcm/Cancer/Cancer_00001/LMLO.dcm", &person, vec![("ViewCodeSequence", deeper)]);
    set.image(
        "dcm/Cancer/Cancer_00001/LCC.dcm",
        &[("ImageLaterality", "L"), ("ViewPosition", "CC")],
    );
    set.image(
        "dcm/Cancer/Cancer_00001/RCC.dcm",
        &[("BurnedInAnnotation", "YES"), ("ImageLaterality", "R"), ("ViewPosition", "CC")],
    );
    set.index(&[]);
    let cohort = ["cohort", "create", "all", "--where", "true"];
    assert_eq!(set.run(&cohort).code, 0);
    set
}

const ALL: [&str; 2] = ["--include", "incomplete,errors"];

fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    files_below(folder).into_iter().map(|(name, path)| (name, fs::read(path).unwrap())).collect()
}

fn canaries(content: &[u8]) -> Vec<&'static str> {
    let has = |canary: &&str| content.windows(canary.len()).any(|part| part == canary.as_bytes());
    CANARIES.into_iter().filter(has).collect()
}

#[test]
fn identifying_attributes_are_reported_by_keyword_and_never_by_value() {
    let set = planted();
    for form in [&["--format", "webdataset", "-o", "out"][..], &["--materialise", "laid"]] {
        let said = set.run(&[&["manifest", "create", "all"], form, &ALL[..]].concat());
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(said.err.contains("identifying attributes are filled in: "), "{}", said.err);
        assert!(said.err.contains("--strip-identifiers"), "{}", said.err);
        assert_eq!(canaries(said.err.as_bytes()), Vec::<&str>::new());
        let text = fs::read(
            set.catalog().with_file_name(format!("{}.provenance.json", form.last().unwrap())),
        );
        let text = text.unwrap();
        let headers = serde_json::from_slice::<Value>(&text).unwrap()["headers"].clone();
        assert_eq!(headers["files"], 3);
        for keyword in [
            "PatientName",
            "PatientBirthDate",
            "DeviceSerialNumber",
            "PersonName",
            "private attributes",
        ] {
            assert_eq!(headers["attributes"][keyword], 1, "{keyword}: {headers:#}");
        }
        assert_eq!(headers["attributes"]["SOPInstanceUID"], Value::Null);
        assert_eq!(canaries(&text), Vec::<&str>::new());
    }
}

#[test]
fn stripped_headers_have_no_identifying_value_at_any_depth() {
    let set = planted();
    for form in [&["--format", "webdataset", "-o", "out"][..], &["--materialise", "laid"]] {
        let arguments =
            [&["manifest", "create", "all", "--strip-identifiers"], form, &ALL[..]].concat();
        let said = set.run(&arguments);
        assert_eq!(said.code, 1, "an image with burned-in text is excluded: {}", said.err);
        assert!(said.err.contains("1 image whose header cannot be de-identified"), "{}", said.err);
        assert!(said.err.contains("Burned In Annotation"), "{}", said.err);
        let folder = set.catalog().with_file_name(form.last().unwrap());
        for (name, content) in contents(&folder) {
            assert_eq!(canaries(&content), Vec::<&str>::new(), "{name}");
        }
        let said = set.run(&["manifest", "verify", form.last().unwrap()]);
        assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    }
    let laid = set.catalog().with_file_name("laid");
    let sheet = fs::read_to_string(laid.join("manifest.csv")).unwrap();
    assert!(sheet.contains("LMLO") && sheet.contains(",2.25."), "{sheet}");
    let view = contents(&laid).into_iter().find(|(name, _)| name.contains("LMLO")).unwrap().1;
    let has = |text: &str| view.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(has("medio-lateral oblique"), "codes that identify no one stay");
    assert!(has("Basic Application Confidentiality Profile"), "the file says what was done");
}

#[test]
fn links_and_formats_without_headers_cannot_be_stripped() {
    let set = planted();
    for (form, reason) in [
        (&["--format", "monai", "-o", "out.json"][..], "copies no headers"),
        (&["--materialise", "laid", "--link", "hard"], "use --link copy"),
    ] {
        let said = set.run(&[&["manifest", "create", "all", "--strip-identifiers"], form].concat());
        assert_eq!(said.code, 2, "{}", said.err);
        assert!(said.err.contains(reason), "{}", said.err);
    }
}

/// The UIDs of the copies' manifest.
fn uids(set: &DataSet, folder: &str, key: Option<&str>) -> Vec<String> {
    let key = key.map(|key| ["--pseudonym-key", key]);
    let copies = ["manifest", "create", "all", "--strip-identifiers", "--materialise", folder];
    let key = key.as_ref().map_or(&[][..], |key| &key[..]);
    let said = set.run(&[&copies[..], key, &ALL[..]].concat());
    assert_eq!(said.code, 1, "{}", said.err);
    let sheet = set.catalog().with_file_name(folder).join("manifest.csv");
    let sheet = fs::read_to_string(sheet).unwrap();
    sheet.lines().skip(1).map(|line| line.rsplit(',').next().unwrap().to_owned()).collect()
}

#[test]
fn uids_are_those_of_the_key() {
    let set = planted();
    let first = uids(&set, "first", Some("a.key"));
    assert_eq!(first, uids(&set, "second", Some("a.key")));
    assert!(first.iter().all(|uid| uid.starts_with("2.25.") && uid.len() <= 64), "{first:?}");
    let other = uids(&set, "third", Some("b.key"));
    assert!(first.iter().all(|uid| !other.contains(uid)), "{first:?} {other:?}");
    let provenance = |folder: &str| {
        let file = set.catalog().with_file_name(format!("{folder}.provenance.json"));
        let value: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        value["headers"]["uid_key"].as_str().unwrap().to_owned()
    };
    assert_eq!(provenance("first"), provenance("second"));
    assert_ne!(provenance("first"), provenance("third"));
    // Without the key the new UID cannot be computed from the old one.
    let old = set.run(&["query", "--format", "csv", "SELECT sop_instance_uid FROM images"]);
    for uid in old.out.lines().skip(1) {
        use sha2::{Digest, Sha256};
        for text in [uid.to_owned(), format!("mammodex uid\0{uid}")] {
            let digest = Sha256::digest(text.as_bytes());
            let number = u128::from_be_bytes(*digest.first_chunk::<16>().unwrap());
            assert!(!first.contains(&format!("2.25.{number}")), "{uid}");
        }
    }
    let inside = set.catalog().join("my.key");
    let said = set.run(&[
        "manifest",
        "create",
        "all",
        "--strip-identifiers",
        "--materialise",
        "fourth",
        "--pseudonym-key",
        inside.to_str().unwrap(),
    ]);
    assert!(said.code == 2 && said.err.contains("is in the catalog"), "{}", said.err);
}

#[test]
fn pydicom_reads_the_same_pixels_and_no_identifying_value() {
    let set = DataSet::new();
    fs::remove_dir(set.root()).unwrap();
    assert_eq!(set.run(&["sample", "data", "--patients", "6"]).code, 0);
    let folder = set.catalog().parent().unwrap().to_owned();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (script, table) =
        (here.join("tests/strip_identifiers.py"), here.join("schema/vocabulary/identifying.csv"));
    let run = |step: &str| {
        let said =
            python().arg(&script).arg(step).arg(&table).current_dir(&folder).output().ok()?;
        let error = String::from_utf8_lossy(&said.stderr).into_owned();
        if error.contains("ModuleNotFoundError") {
            eprintln!("skipped: {}", error.lines().last().unwrap_or_default());
            return None;
        }
        assert!(said.status.success(), "{error}");
        Some(String::from_utf8_lossy(&said.stdout).trim().parse::<u64>().unwrap())
    };
    let Some(files) = run("plant") else { return };
    set.index(&["--profile", "ncc"]);
    assert_eq!(set.run(&["cohort", "create", "all", "--where", "true"]).code, 0);
    for form in [&["--format", "webdataset", "-o", "shards"][..], &["--materialise", "laid"]] {
        let more = ["--strip-identifiers", "--include", "discarded,errors,incomplete"];
        let said = set.run(&[&["manifest", "create", "all"], form, &more[..]].concat());
        assert_eq!(said.code, 0, "{}", said.err);
    }
    assert_eq!(run("compare"), Some(2 * files));
}

#[test]
fn edited_counts_of_headers_are_found() {
    let set = planted();
    for form in [
        &["--format", "webdataset", "-o", "out"][..],
        &["--materialise", "laid"],
        &["--format", "webdataset", "-o", "bare", "--strip-identifiers"],
    ] {
        let said = set.run(&[&["manifest", "create", "all"], form, &ALL[..]].concat());
        assert!(said.code < 2, "{}", said.err);
        let name = form.iter().find(|word| ["out", "laid", "bare"].contains(word)).unwrap();
        let verify = || set.run(&["manifest", "verify", name, "--format", "csv"]);
        assert_eq!(verify().out, "check,place,message\n");
        let path = set.catalog().with_file_name(format!("{name}.provenance.json"));
        let mut text: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let headers = text["headers"].as_object_mut().unwrap();
        headers.insert("identifying_files".to_owned(), 9.into());
        headers["attributes"].as_object_mut().unwrap().insert("PatientName".to_owned(), 0.into());
        fs::write(&path, text.to_string()).unwrap();
        let said = verify();
        assert_eq!(said.code, 1, "{}", said.err);
        let lines: Vec<&str> = said.out.lines().skip(1).collect();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].starts_with("provenance,headers.identifying_files,"), "{lines:?}");
        assert!(lines[1].starts_with("provenance,headers.attributes.PatientName,"), "{lines:?}");
    }
}
