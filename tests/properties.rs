//! Whatever the bytes: no panic, no hang, a row for every file.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use mammodex::records::issue::Issue;
use mammodex::sample::{self, SampleFlaws, SamplePixels};
use mammodex::sources::dicom::{
    AttributeColumn, AttributeSpec, AttributeTable, CellForm, DicomVerdict, FileFacts, FileWindow,
    HeaderValues, MammogramReader, ReadDepth,
};
use mammodex::sources::profile::Profile;
use mammodex::sources::workbook::{self, TableContainer};
use mammodex::sources::{annotation, json};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;

use crate::index::{index, rows, shared};

/// One change to some bytes.
#[derive(Debug, Clone)]
enum Edit {
    Flip(Index, u8),
    Set(Index, Vec<u8>),
    Cut(Index, Index),
    Insert(Index, Vec<u8>),
    Duplicate(Index, Index, Index),
    End(Index),
}

impl Edit {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let length = bytes.len();
        if length == 0 {
            return;
        }
        let span = |a: &Index, b: &Index| {
            let (a, b) = (a.index(length), b.index(length));
            a.min(b)..a.max(b)
        };
        match self {
            Self::Flip(at, mask) => bytes[at.index(length)] ^= mask,
            Self::Set(at, with) => {
                let at = at.index(length);
                let end = length.min(at + with.len());
                bytes[at..end].copy_from_slice(&with[..end - at]);
            }
            Self::Cut(a, b) => drop(bytes.drain(span(a, b))),
            Self::Insert(at, with) => {
                let at = at.index(length);
                bytes.splice(at..at, with.iter().copied());
            }
            Self::Duplicate(a, b, to) => {
                let part = bytes[span(a, b)].to_vec();
                let to = to.index(length);
                bytes.splice(to..to, part);
            }
            Self::End(at) => bytes.truncate(at.index(length)),
        }
    }
}

fn edit() -> impl Strategy<Value = Edit> {
    // Lengths and counts are where readers are hurt.
    let number = prop_oneof![
        vec(any::<u8>(), 1..8),
        Just(vec![0xFF; 4]),
        Just(vec![0xFE, 0xFF, 0xFF, 0xFF]),
        Just(vec![0, 0, 0, 0x80]),
        Just(vec![0; 8]),
    ];
    let index = any::<Index>;
    prop_oneof![
        4 => (index(), 1_u8..).prop_map(|(at, mask)| Edit::Flip(at, mask)),
        4 => (index(), number.clone()).prop_map(|(at, with)| Edit::Set(at, with)),
        1 => (index(), index()).prop_map(|(a, b)| Edit::Cut(a, b)),
        1 => (index(), number).prop_map(|(at, with)| Edit::Insert(at, with)),
        1 => (index(), index(), index()).prop_map(|(a, b, to)| Edit::Duplicate(a, b, to)),
        1 => index().prop_map(Edit::End),
    ]
}

fn edited(mut bytes: Vec<u8>, edits: &[Edit]) -> Vec<u8> {
    edits.iter().for_each(|edit| edit.apply(&mut bytes));
    bytes
}

/// The files of a small sample with one extension.
fn sampled(extension: &str) -> Vec<Vec<u8>> {
    static SAMPLE: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("data");
        let (patients, pixels, faults) = (60, SamplePixels::None, SampleFlaws::With);
        sample::write(&sample::SampleRequest {
            root,
            patients,
            seed: 3,
            pixels,
            readers: 1,
            faults,
        })
        .unwrap();
        let mut found = Vec::new();
        gather(dir.path(), &mut found);
        found
    });
    let mine = SAMPLE.iter().filter(|(name, _)| name.ends_with(extension));
    mine.map(|(_, bytes)| bytes.clone()).collect()
}

fn gather(dir: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    let mut paths: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            gather(&path, found);
        } else {
            found.push((path.to_string_lossy().into_owned(), fs::read(&path).unwrap()));
        }
    }
}

/// Files to begin with: those of the fuzz targets, and others of their kind where there are any.
fn seeds(target: &str, own: &[&str], others: &[(&str, &str)]) -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = own.iter().flat_map(|end| sampled(end)).take(12).collect();
    let mut found = Vec::new();
    gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target), &mut found);
    if let Some(data) = shared() {
        let mut there = Vec::new();
        for (folder, _) in others {
            if data.join(folder).is_dir() {
                gather(&data.join(folder), &mut there);
            }
        }
        there.retain(|(name, bytes)| {
            bytes.len() < 60_000 && others.iter().any(|(_, end)| name.ends_with(end))
        });
        found.extend(there.into_iter().take(60));
    }
    seeds.extend(found.into_iter().map(|(_, bytes)| bytes));
    assert!(seeds.len() > 3, "{target}");
    seeds
}

fn reader() -> MammogramReader {
    let field = |keyword, form| AttributeColumn {
        attributes: vec![AttributeSpec { keyword, factor: 1.0 }],
        form,
    };
    let fields = [
        field("PatientAge", CellForm::Integer),
        field("Rows", CellForm::Integer),
        field("NumberOfFrames", CellForm::Integer),
        field("KVP", CellForm::Number),
        field("BreastImplantPresent", CellForm::Flag),
        field("StudyDate", CellForm::Date),
        field("SOPInstanceUID", CellForm::Text),
        field("SeriesDescription", CellForm::Text),
    ];
    let extra = mammodex::sources::dicom::RequestedTags::new(&[], |_| false).unwrap();
    MammogramReader::new(AttributeTable::new(&fields).unwrap(), extra).with_depth(ReadDepth::Pixels)
}

fn examine(bytes: &[u8]) -> (DicomVerdict, Vec<Issue>) {
    let mut window = FileWindow::new(&bytes, bytes.len() as u64, Vec::new());
    let place =
        FileFacts { path: "a/LCC.dcm", view: None, size: bytes.len() as u64, modified_ms: None };
    let mut issues = Vec::new();
    let verdict = reader().read(&mut window, place, &mut HeaderValues::default(), &mut issues);
    (verdict.unwrap(), issues)
}

/// Takes the members of a zip archive apart and puts them together again, changed.
fn repacked(bytes: &[u8], which: &Index, edits: &[Edit]) -> Option<Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let changed = which.index(archive.len().max(1));
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut member = archive.by_index(at).ok()?;
        let name = member.name().ok()?.into_owned();
        let mut content = Vec::new();
        member.read_to_end(&mut content).ok()?;
        if at == changed {
            content = edited(content, edits);
        }
        out.start_file(name, zip::write::SimpleFileOptions::default()).ok()?;
        out.write_all(&content).ok()?;
    }
    Some(out.finish().ok()?.into_inner())
}

fn read_table(bytes: &[u8], container: TableContainer) {
    let profile = Profile::find("ncc").unwrap();
    if let Ok(sheets) = workbook::open(bytes, container) {
        let mut issues = Vec::new();
        let _ = workbook::read(&sheets.sheets, &profile, "a.xlsx", &mut issues, drop);
    }
}

fn read_annotation(bytes: &[u8]) {
    let profile = Profile::find("ncc").unwrap();
    let _ = json::parse_bytes(bytes);
    let _ = annotation::read(bytes, &profile.annotation.fields, "a.json");
}

static HEADERS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let plain: Vec<Vec<u8>> = seeds("header", &[".dcm"], &[("dicom-odd", ""), ("corpus", ".dcm")]);
    let again = plain.iter().take(4).flat_map(|bytes| {
        encodings().into_iter().filter_map(|how| encoded(bytes, how)).collect::<Vec<_>>()
    });
    let again: Vec<Vec<u8>> = again.collect();
    plain.into_iter().chain(again).collect()
});
static BOOKS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let of = ["xl-calamine", "xl-readxl"];
    let ends = [".xlsx", ".xls", ".xlsb", ".ods"];
    let folders: Vec<(String, &str)> =
        of.iter().flat_map(|f| ends.map(|e| (format!("corpus/{f}"), e))).collect();
    let folders: Vec<(&str, &str)> = folders.iter().map(|(f, e)| (f.as_str(), *e)).collect();
    seeds("workbook", &[".xlsx"], &folders)
});
static DRAWINGS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| seeds("annotation", &[".json"], &[]));

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_header_panics(which in any::<Index>(), edits in vec(edit(), 0..5)) {
        let _ = examine(&edited(which.get(&HEADERS).clone(), &edits));
    }

    #[test]
    fn no_bytes_panic(bytes in vec(any::<u8>(), 0..400), dicom in any::<bool>()) {
        let prefix = if dicom { [vec![0; 128], b"DICM".to_vec()].concat() } else { Vec::new() };
        let _ = examine(&[prefix, bytes.clone()].concat());
        read_annotation(&bytes);
        read_table(&bytes, TableContainer::Text);
    }

    #[test]
    fn no_annotation_panics(which in any::<Index>(), edits in vec(edit(), 0..5)) {
        read_annotation(&edited(which.get(&DRAWINGS).clone(), &edits));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_workbook_panics(
        which in any::<Index>(), part in any::<Index>(), edits in vec(edit(), 0..5), whole in any::<bool>()
    ) {
        let book = which.get(&BOOKS);
        let inside = || repacked(book, &part, &edits);
        let bytes = if whole { None } else { inside() };
        let bytes = bytes.unwrap_or_else(|| edited(book.clone(), &edits));
        if let Some(container) = workbook::container(&bytes) {
            read_table(&bytes, container);
        }
        for container in [TableContainer::Xls, TableContainer::Xlsx, TableContainer::Ods, TableContainer::Text] {
            read_table(&bytes, container);
        }
    }
}

/// How a data set is written again.
#[derive(Debug, Clone, Copy)]
struct How {
    syntax: &'static str,
    explicit: bool,
    big_endian: bool,
    deflated: bool,
}

fn encodings() -> [How; 3] {
    let how =
        |syntax, explicit, big_endian, deflated| How { syntax, explicit, big_endian, deflated };
    [
        how("1.2.840.10008.1.2\0", false, false, false),
        how("1.2.840.10008.1.2.2\0", true, true, false),
        how("1.2.840.10008.1.2.1.99", true, false, true),
    ]
}

const LONG: [&[u8; 2]; 6] = [b"OB", b"OW", b"SQ", b"UN", b"UT", b"UC"];

/// Writes an Explicit VR Little Endian file in another encoding; none when it is written otherwise.
fn encoded(bytes: &[u8], how: How) -> Option<Vec<u8>> {
    let mut at = 132;
    let mut out = bytes.get(..132)?.to_vec();
    out.extend([2, 0, 0x10, 0, b'U', b'I', u8::try_from(how.syntax.len()).ok()?, 0]);
    out.extend(how.syntax.as_bytes());
    while bytes.get(at..at + 2)? == [2, 0] {
        let long = LONG.contains(&bytes.get(at + 4..at + 6)?.try_into().ok()?);
        let size = if long { four(bytes, at + 8)? + 12 } else { two(bytes, at + 6)? + 8 };
        at += size;
    }
    let mut body = Vec::new();
    data_set(bytes.get(at..)?, how, &mut body)?;
    if how.deflated {
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::default());
        deflate.write_all(&body).ok()?;
        body = deflate.finish().ok()?;
    }
    out.extend(body);
    Some(out)
}

fn two(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?).into())
}

fn four(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize)
}

fn data_set(mut rest: &[u8], how: How, out: &mut Vec<u8>) -> Option<()> {
    while !rest.is_empty() {
        let (group, element) = (two(rest, 0)?, two(rest, 2)?);
        let item = group == 0xFFFE;
        let vr: [u8; 2] = rest.get(4..6)?.try_into().ok()?;
        let long = !item && LONG.contains(&&vr);
        let (length, head) = match (item, long) {
            (true, _) => (four(rest, 4)?, 8),
            (_, true) => (four(rest, 8)?, 12),
            _ => (two(rest, 6)?, 8),
        };
        let value = rest.get(head..head + length)?;
        let mut content = Vec::new();
        if item || &vr == b"SQ" {
            data_set(value, how, &mut content)?;
        } else {
            content.extend_from_slice(value);
            let width = match &vr {
                b"US" | b"SS" | b"OW" | b"AT" => 2,
                b"UL" | b"SL" | b"FL" => 4,
                b"FD" => 8,
                _ => 1,
            };
            if how.big_endian {
                content.chunks_exact_mut(width).for_each(<[u8]>::reverse);
            }
        }
        let short = |n: usize| {
            let n = u16::try_from(n).unwrap();
            if how.big_endian { n.to_be_bytes() } else { n.to_le_bytes() }
        };
        let wide = u32::try_from(content.len()).ok()?;
        let wide = if how.big_endian { wide.to_be_bytes() } else { wide.to_le_bytes() };
        out.extend([short(group), short(element)].concat());
        match (item || !how.explicit, long) {
            (true, _) => out.extend(wide),
            (_, true) => out.extend([&vr[..], &[0, 0], &wide].concat()),
            _ => out.extend([vr, short(content.len())].concat()),
        }
        out.extend(content);
        rest = &rest[head + length..];
    }
    Some(())
}

#[test]
fn an_image_reads_the_same_in_every_encoding() {
    let mut seen = 0;
    for plain in sampled("MLO.dcm") {
        let (DicomVerdict::Image { image, .. }, issues) = examine(&plain) else { continue };
        for how in encodings() {
            let Some(bytes) = encoded(&plain, how) else { continue };
            let (verdict, again) = examine(&bytes);
            let DicomVerdict::Image { image: other, .. } = verdict else {
                panic!("{how:?}: {verdict:?}")
            };
            assert_eq!(image.attributes, other.attributes, "{how:?}");
            assert_eq!(image.header_fingerprint, other.header_fingerprint, "{how:?}");
            assert_eq!(image.projection, other.projection, "{how:?}");
            assert_eq!(image.spacing, other.spacing, "{how:?}");
            let codes = |issues: &[Issue]| issues.iter().map(|i| i.code).collect::<Vec<_>>();
            assert_eq!(codes(&issues), codes(&again), "{how:?}");
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn every_file_has_its_row_whatever_its_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    fs::create_dir(&data).unwrap();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut files = 0;
    for (seeds, end) in [
        (&*HEADERS, "dcm"),
        (&*BOOKS, "xlsx"),
        (&*DRAWINGS, "json"),
        (&*BOOKS, "csv"),
        (&*BOOKS, "bin"),
    ] {
        for n in 0..60 {
            let strategy = (any::<Index>(), vec(edit(), 1..4));
            let (which, edits) = strategy.new_tree(&mut runner).unwrap().current();
            let bytes = edited(which.get(seeds).clone(), &edits);
            fs::write(data.join(format!("{n}.{end}")), bytes).unwrap();
            files += 1;
        }
    }
    let catalog = dir.path().join("catalog");
    let (code, said) = index(&data, &catalog, &[]);
    assert!(code < 2, "{said}");
    assert!(!said.contains("panicked"), "{said}");
    let sql = "SELECT count(DISTINCT path) FROM sources WHERE path NOT LIKE '%!/%'";
    assert_eq!(rows(&catalog, sql), [files.to_string()]);
    let sql = "SELECT path FROM sources WHERE status = 'rejected' AND path NOT IN (SELECT file FROM issues)";
    assert!(rows(&catalog, sql).is_empty());
}
