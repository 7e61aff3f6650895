//! DICOM headers as people and programs change them: each value is the right one, null where its attribute
//! was removed, or an issue names the file and the attribute. The headers are those of the sample; seeds
//! are fixed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use mammodex::index::attributes::of_images;
use mammodex::records::issue::Issue;
use mammodex::sample::{self, SampleFlaws, SamplePixels, SampleRequest};
use mammodex::sources::dicom::{
    DicomVerdict, FileFacts, FileWindow, HeaderValues, MammogramReader, RequestedTags,
};
use mammodex::tables::spec;

use crate::chance::{Chance, seed, trials};

const MUTANTS: usize = 10_000;
const LONG: [&[u8; 2]; 7] = [b"OB", b"OW", b"SQ", b"UN", b"UT", b"UC", b"OF"];

type Tag = (u16, u16);

#[derive(Debug, Clone)]
struct Element {
    tag: Tag,
    vr: [u8; 2],
    value: Value,
}

#[derive(Debug, Clone)]
enum Value {
    Bytes(Vec<u8>),
    Items(Vec<Vec<Element>>),
}

impl Element {
    fn text(&self) -> Option<String> {
        let Value::Bytes(bytes) = &self.value else { return None };
        let is_text = !matches!(&self.vr, b"US" | b"UL" | b"FD" | b"FL" | b"OB" | b"OW" | b"UN");
        is_text.then(|| String::from_utf8_lossy(bytes).trim_end_matches([' ', '\0']).to_owned())
    }

    fn set(&mut self, vr: &[u8; 2], bytes: Vec<u8>) {
        (self.vr, self.value) = (*vr, Value::Bytes(bytes));
    }
}

/// How a data set is written.
#[derive(Debug, Clone, Copy, Default)]
struct Encoding {
    is_implicit: bool,
    is_big_endian: bool,
    has_undefined_lengths: bool,
}

impl Encoding {
    fn u16(self, number: u16) -> [u8; 2] {
        if self.is_big_endian { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    fn u32(self, number: u32) -> [u8; 4] {
        if self.is_big_endian { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    fn write(self, elements: &[Element]) -> Vec<u8> {
        let mut out = Vec::new();
        for element in elements {
            let (mut bytes, is_open) = match &element.value {
                Value::Items(items) => (self.items(items), self.has_undefined_lengths),
                Value::Bytes(bytes) => (bytes.clone(), false),
            };
            let width = match &element.vr {
                b"US" | b"SS" | b"OW" => 2,
                b"UL" | b"SL" | b"FL" => 4,
                b"FD" => 8,
                _ => 1,
            };
            if self.is_big_endian && matches!(element.value, Value::Bytes(_)) {
                bytes.chunks_exact_mut(width).for_each(<[u8]>::reverse);
            }
            out.extend(self.u16(element.tag.0));
            out.extend(self.u16(element.tag.1));
            let length = if is_open { u32::MAX } else { bytes.len() as u32 };
            if self.is_implicit {
                out.extend(self.u32(length));
            } else if LONG.contains(&&element.vr) {
                out.extend(element.vr);
                out.extend([0, 0]);
                out.extend(self.u32(length));
            } else {
                out.extend(element.vr);
                out.extend(self.u16(length as u16));
            }
            out.extend(bytes);
            if is_open {
                self.mark(&mut out, 0xe0dd, 0);
            }
        }
        out
    }

    fn mark(self, out: &mut Vec<u8>, element: u16, length: u32) {
        out.extend(self.u16(0xfffe));
        out.extend(self.u16(element));
        out.extend(self.u32(length));
    }

    fn items(self, items: &[Vec<Element>]) -> Vec<u8> {
        let mut out = Vec::new();
        for item in items {
            let bytes = self.write(item);
            let length = if self.has_undefined_lengths { u32::MAX } else { bytes.len() as u32 };
            self.mark(&mut out, 0xe000, length);
            out.extend(bytes);
            if self.has_undefined_lengths {
                self.mark(&mut out, 0xe00d, 0);
            }
        }
        out
    }
}

/// The elements of explicit little-endian bytes with defined lengths.
fn parse(mut rest: &[u8]) -> Vec<Element> {
    let u16_at = |bytes: &[u8], at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
    let u32_at =
        |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let mut elements = Vec::new();
    while !rest.is_empty() {
        let tag = (u16_at(rest, 0), u16_at(rest, 2));
        let vr = [rest[4], rest[5]];
        let is_long = LONG.contains(&&vr);
        let length = if is_long { u32_at(rest, 8) as usize } else { u16_at(rest, 6).into() };
        let head = if is_long { 12 } else { 8 };
        let mut body = &rest[head..head + length];
        rest = &rest[head + length..];
        let value = if &vr == b"SQ" {
            let mut items = Vec::new();
            while !body.is_empty() {
                let length = u32_at(body, 4) as usize;
                items.push(parse(&body[8..8 + length]));
                body = &body[8 + length..];
            }
            Value::Items(items)
        } else {
            Value::Bytes(body.to_vec())
        };
        elements.push(Element { tag, vr, value });
    }
    elements
}

/// A file that is being changed.
#[derive(Clone)]
struct Header {
    elements: Vec<Element>,
    encoding: Encoding,
    syntax: &'static str,
    is_deflated: bool,
    has_preamble: bool,
    has_meta: bool,
    /// Attributes that were changed: an issue may name them.
    changed: BTreeSet<Tag>,
    /// Attributes that were removed or emptied: what comes from them may be null.
    removed: BTreeSet<Tag>,
    /// Bytes that are cut off at the end, as a share of the file in thousandths.
    cut: Option<usize>,
}

impl Header {
    fn written(&self) -> Vec<u8> {
        let mut body = self.encoding.write(&self.elements);
        if self.is_deflated {
            let mut deflate = DeflateEncoder::new(Vec::new(), Compression::fast());
            deflate.write_all(&body).unwrap();
            body = deflate.finish().unwrap();
        }
        let mut out = Vec::new();
        if self.has_preamble {
            out.extend([0; 128]);
            out.extend(b"DICM");
        }
        if self.has_meta {
            let padded =
                format!("{}{}", self.syntax, if self.syntax.len() % 2 == 1 { "\0" } else { "" });
            out.extend([2, 0, 0x10, 0, b'U', b'I', padded.len() as u8, 0]);
            out.extend(padded.as_bytes());
        }
        out.extend(body);
        if let Some(cut) = self.cut {
            out.truncate(out.len() * cut / 1000);
        }
        out
    }

    fn pick(
        &mut self,
        chance: &mut Chance,
        fits: impl Fn(&Element) -> bool,
    ) -> Option<&mut Element> {
        let places: Vec<usize> =
            (0..self.elements.len()).filter(|index| fits(&self.elements[*index])).collect();
        let place = *places.get(chance.below(places.len().max(1)))?;
        let element = &mut self.elements[place];
        self.changed.insert(element.tag);
        Some(element)
    }
}

/// The headers of the sample.
static HEADERS: LazyLock<Vec<Vec<Element>>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("sample");
    let request = SampleRequest {
        root: root.clone(),
        patients: 15,
        seed: 2,
        pixels: SamplePixels::None,
        readers: 1,
        faults: SampleFlaws::Without,
    };
    sample::write(&request).unwrap();
    let mut files = Vec::new();
    gather(&root, &mut files);
    files.sort();
    files
        .iter()
        .step_by(4)
        .map(|file| {
            let bytes = std::fs::read(file).unwrap();
            let body = parse(&bytes[132..]);
            body.into_iter().filter(|element| element.tag.0 > 2).collect()
        })
        .collect()
});

fn gather(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "dcm") {
            files.push(path);
        }
    }
}

/// What is read of a file.
#[derive(Debug, Default)]
struct Reading {
    /// Values by the name of their column.
    values: BTreeMap<String, String>,
    is_image: bool,
    issues: Vec<Issue>,
}

fn read(bytes: &[u8]) -> Reading {
    static READER: LazyLock<MammogramReader> = LazyLock::new(|| {
        let extra = RequestedTags::new(&[], |_| false).unwrap();
        MammogramReader::new(of_images().unwrap(), extra)
    });
    let mut window = FileWindow::new(&bytes, bytes.len() as u64, Vec::new());
    let file = FileFacts { path: "a.dcm", view: None, size: bytes.len() as u64, modified_ms: None };
    let mut reading = Reading::default();
    let verdict = READER.read(&mut window, file, &mut HeaderValues::default(), &mut reading.issues);
    let Ok(DicomVerdict::Image { image, .. }) = verdict else { return reading };
    reading.is_image = true;
    let columns = spec::find("images").unwrap().columns.iter();
    let columns = columns.filter(|column| column.attribute.is_some());
    for (column, value) in columns.zip(&image.attributes) {
        reading.values.insert(column.name.clone(), format!("{value:?}"));
    }
    let mut derived = |name: &str, value: String| reading.values.insert(format!("={name}"), value);
    derived("projection", format!("{:?}", image.projection));
    derived("spacing", format!("{:?}", image.spacing));
    derived("type", format!("{:?}", image.mammogram_type));
    derived("standard", format!("{:?}", image.not_standard_because));
    derived("device", format!("{:?}", image.device));
    derived("size", format!("{:?}", image.size_px));
    reading
}

/// The keywords of the columns as tags.
fn sources(column: &str) -> Vec<Tag> {
    use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
    let columns = &spec::find("images").unwrap().columns;
    let Some(column) = columns.iter().find(|c| c.name == column) else { return Vec::new() };
    let fallbacks = column.otherwise.iter().map(|other| other.attribute.as_str());
    let keywords = column.attribute.as_deref().into_iter().chain(fallbacks);
    let tag = |keyword| dicom_dictionary_std::StandardDataDictionary.by_name(keyword);
    keywords.filter_map(tag).map(|entry| (entry.tag().0, entry.tag().1)).collect()
}

type Change = fn(&mut Header, &mut Chance) -> bool;

/// A number in another value representation.
fn retyped(element: &mut Element, kind: usize) -> bool {
    let Value::Bytes(bytes) = &element.value else { return false };
    match &element.vr {
        b"US" => {
            let Ok(two) = <[u8; 2]>::try_from(bytes.as_slice()) else { return false };
            let number = u16::from_le_bytes(two);
            match kind % 4 {
                0 => element.set(b"IS", padded(&number.to_string())),
                1 => element.set(b"UL", u32::from(number).to_le_bytes().to_vec()),
                2 => element.set(b"DS", padded(&number.to_string())),
                _ => element.set(b"UN", two.to_vec()),
            }
        }
        b"DS" | b"IS" => {
            let text = element.text().unwrap_or_default();
            let numbers: Vec<f64> =
                text.split('\\').filter_map(|n| n.trim().parse().ok()).collect();
            if numbers.is_empty() || numbers.len() != text.split('\\').count() {
                return false;
            }
            let is_whole = numbers.iter().all(|n| n.fract() == 0.0 && (0.0..65536.0).contains(n));
            match kind % 4 {
                0 => element.set(b"FD", numbers.iter().flat_map(|n| n.to_le_bytes()).collect()),
                1 if is_whole => element
                    .set(b"US", numbers.iter().flat_map(|n| (*n as u16).to_le_bytes()).collect()),
                2 if is_whole => element
                    .set(b"UL", numbers.iter().flat_map(|n| (*n as u32).to_le_bytes()).collect()),
                3 => element.vr = *b"LO",
                _ => element.vr = *b"UN",
            }
        }
        b"CS" | b"LO" | b"SH" | b"DA" | b"AS" | b"UI" | b"TM" => {
            element.vr = **[b"LO", b"SH", b"UN", b"UT", b"CS"].get(kind % 5).unwrap();
        }
        _ => return false,
    }
    true
}

fn padded(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    if bytes.len() % 2 == 1 {
        bytes.push(b' ');
    }
    bytes
}

const CHANGES: &[(&str, Change)] = &[
    ("stripped", |header, chance| {
        for _ in 0..1 + chance.below(6) {
            let index = chance.below(header.elements.len());
            let tag = header.elements.remove(index).tag;
            header.removed.insert(tag);
            if header.elements.is_empty() {
                return false;
            }
        }
        true
    }),
    ("emptied", |header, chance| {
        let index = chance.below(header.elements.len());
        let element = &mut header.elements[index];
        let tag = element.tag;
        element.value = match element.value {
            Value::Bytes(_) => Value::Bytes(Vec::new()),
            Value::Items(_) => Value::Items(Vec::new()),
        };
        header.removed.insert(tag);
        true
    }),
    ("retyped", |header, chance| {
        let kind = chance.below(20);
        let is_big_endian = header.encoding.is_big_endian;
        header.pick(chance, |_| true).is_some_and(|element| {
            retyped(element, kind) && !(is_big_endian && &element.vr == b"UN")
        })
    }),
    ("implicit", |header, _| {
        header.encoding.is_implicit = true;
        header.syntax = "1.2.840.10008.1.2";
        !header.encoding.is_big_endian
    }),
    ("big endian", |header, _| {
        // An unknown value has no byte order that a reader could know.
        if header.elements.iter().any(|e| &e.vr == b"UN" && header.changed.contains(&e.tag)) {
            return false;
        }
        header.encoding.is_big_endian = true;
        header.syntax = "1.2.840.10008.1.2.2";
        !header.encoding.is_implicit
    }),
    ("deflated", |header, _| {
        header.is_deflated = true;
        header.syntax = "1.2.840.10008.1.2.1.99";
        header.has_meta = true;
        !header.encoding.is_implicit && !header.encoding.is_big_endian
    }),
    ("no preamble", |header, _| {
        header.has_preamble = false;
        true
    }),
    ("no meta group", |header, _| {
        header.has_meta = header.is_deflated;
        true
    }),
    ("wrong syntax", |header, chance| {
        let syntaxes =
            ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.70", "1.2.3"];
        header.syntax = *chance.pick(&syntaxes);
        !header.is_deflated
    }),
    ("undefined lengths", |header, _| {
        header.encoding.has_undefined_lengths = true;
        true
    }),
    ("padding", |header, chance| {
        let (kind, place) = (chance.below(5), chance.below(3));
        let Some(element) = header.pick(chance, |e| e.text().is_some_and(|text| !text.is_empty()))
        else {
            return false;
        };
        let text = element.text().unwrap();
        let pad = ["\0", "  ", " ", "\0\0", " \0"][kind];
        let text = if place == 0 && kind < 3 && kind > 0 {
            format!("{pad}{text}")
        } else {
            format!("{text}{pad}")
        };
        element.value = Value::Bytes(text.into_bytes());
        true
    }),
    ("small letters", |header, chance| {
        let Some(element) = header.pick(chance, |e| &e.vr == b"CS" && e.tag != (0x0008, 0x0005))
        else {
            return false;
        };
        let text = element.text().unwrap().to_lowercase();
        element.value = Value::Bytes(padded(&text));
        true
    }),
    ("twice", |header, chance| {
        let index = chance.below(header.elements.len());
        let mut again = header.elements[index].clone();
        header.changed.insert(again.tag);
        match again.text() {
            Some(text) if text.is_ascii() && text.len() > 1 => {
                again.value = Value::Bytes(padded(&text[1..]));
            }
            _ => {}
        }
        let place = if chance.below(2) == 0 { index } else { index + 1 };
        header.elements.insert(place, again);
        true
    }),
    ("out of order", |header, chance| {
        let index = chance.below(header.elements.len() - 1);
        header.elements.swap(index, index + 1);
        true
    }),
    ("group length", |header, chance| {
        let group = header.elements[chance.below(header.elements.len())].tag.0;
        let place = header.elements.iter().position(|e| e.tag.0 == group).unwrap();
        let length = Element { tag: (group, 0), vr: *b"UL", value: Value::Bytes(vec![7, 0, 0, 0]) };
        header.elements.insert(place, length);
        true
    }),
    ("private", |header, chance| {
        let group = 2 * chance.below(0x20) as u16 + 0x0009;
        let place =
            header.elements.iter().position(|e| e.tag.0 > group).unwrap_or(header.elements.len());
        let inner =
            Element { tag: (0x0008, 0x0060), vr: *b"CS", value: Value::Bytes(b"CT".to_vec()) };
        let values = [
            (*b"UN", Value::Bytes((0..chance.below(60) as u8 * 2).collect())),
            (*b"SQ", Value::Items(vec![vec![inner.clone()], vec![inner]])),
            (*b"LO", Value::Bytes(b"MLO\\CC".to_vec())),
            (*b"OB", Value::Bytes(vec![0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0])),
        ];
        let (vr, value) = chance.pick(&values).clone();
        header.elements.insert(place, Element { tag: (group, 0x1010), vr, value });
        let creator =
            Element { tag: (group, 0x0010), vr: *b"LO", value: Value::Bytes(b"MAKER ".to_vec()) };
        header.elements.insert(place, creator);
        true
    }),
    ("damaged number", |header, chance| {
        let text = *chance
            .pick(&["abc", "1,5", "--", "1.2.3", "NaN", "inf", "1e999", "0x10", "??", "1 2"]);
        let Some(element) = header.pick(chance, |e| matches!(&e.vr, b"DS" | b"IS")) else {
            return false;
        };
        element.value = Value::Bytes(padded(text));
        true
    }),
    ("damaged date", |header, chance| {
        let text =
            *chance.pick(&["20190230", "2019", "Jan 2019", "20191301", "00000000", "03/04/2019"]);
        let Some(element) = header.pick(chance, |e| matches!(&e.vr, b"DA")) else { return false };
        element.value = Value::Bytes(padded(text));
        true
    }),
    ("date with separators", |header, chance| {
        let separator = *chance.pick(&[".", "-"]);
        let Some(element) = header.pick(chance, |e| {
            &e.vr == b"DA" && e.text().is_some_and(|t| t.len() == 8 && t.is_ascii())
        }) else {
            return false;
        };
        let text = element.text().unwrap();
        let text = format!("{}{separator}{}{separator}{}", &text[..4], &text[4..6], &text[6..]);
        element.value = Value::Bytes(padded(&text));
        true
    }),
    ("number in another form", |header, chance| {
        let kind = chance.below(5);
        let Some(element) = header.pick(chance, |e| matches!(&e.vr, b"DS")) else { return false };
        let text = element.text().unwrap();
        let parts: Option<Vec<String>> = text
            .split('\\')
            .map(|part| {
                let number: f64 = part.trim().parse().ok()?;
                Some(match kind {
                    0 => format!("+{number}"),
                    1 => format!("{number:.12}"),
                    2 => format!("{number:e}"),
                    3 => format!(" {number} "),
                    _ => format!("0{number}"),
                })
            })
            .collect();
        let Some(parts) = parts else { return false };
        if parts.iter().any(|part| part.contains("-") && kind == 4) {
            return false;
        }
        element.value = Value::Bytes(padded(&parts.join("\\")));
        true
    }),
    ("cut", |header, chance| {
        header.cut = Some(chance.below(1000));
        true
    }),
    ("values repeated", |header, chance| {
        let Some(element) = header
            .pick(chance, |e| matches!(&e.vr, b"CS" | b"LO" | b"SH") && e.tag != (0x0008, 0x0005))
        else {
            return false;
        };
        let text = element.text().unwrap_or_default();
        if text.contains('\\') || text.is_empty() {
            return false;
        }
        element.value = Value::Bytes(padded(&format!("{text}\\{text}")));
        true
    }),
    ("age without padding", |header, chance| {
        let Some(element) = header.pick(chance, |e| &e.vr == b"AS") else { return false };
        let text = element.text().unwrap();
        let text = text.trim_start_matches('0');
        let text = if chance.below(2) == 0 {
            text.to_lowercase()
        } else {
            text.trim_end_matches('Y').to_owned()
        };
        element.value = Value::Bytes(padded(&text));
        true
    }),
];

/// A value without what an attribute that is copied as written may differ in: small letters, and the same
/// value twice.
fn as_compared(value: &str) -> String {
    let parts = value.split('"').map(|part| {
        let mut values = part.split("\\\\");
        let first = values.next().unwrap_or_default();
        if values.all(|value| value == first) { first } else { part }
    });
    parts.collect::<Vec<_>>().join("\"").to_lowercase()
}

/// What differs from the file before the change, and no issue says so.
fn silent(header: &Header, wanted: &Reading, reading: &Reading) -> Option<String> {
    if !reading.is_image {
        // The verdict is a finding of the file where anything points to a mammogram.
        return None;
    }
    let is_named = header.changed.iter().any(|(group, element)| {
        let tag = format!("({group:04X},{element:04X})");
        reading
            .issues
            .iter()
            .any(|issue| issue.place.as_deref().is_some_and(|place| place.contains(&tag)))
    });
    if is_named || (header.cut.is_some() && !reading.issues.is_empty()) {
        return None;
    }
    for (column, value) in &wanted.values {
        let new = &reading.values[column];
        if as_compared(new) == as_compared(value) {
            continue;
        }
        // What is derived follows what is left of its sources.
        let is_derived = column.starts_with('=');
        let tags = sources(column);
        let is_removed = !header.removed.is_empty()
            && (is_derived || tags.iter().any(|tag| header.removed.contains(tag)));
        let is_nested = header.removed.iter().any(|tag| tag.0 == 0x5200 || tag.0 == 0x0018);
        if is_removed || (is_nested && new == "Null") {
            continue;
        }
        return Some(format!("{column} is {new}, not {value}; {:?} changed", header.changed));
    }
    None
}

#[test]
fn each_value_of_a_changed_header_is_right_or_an_issue_names_it() {
    let mut chance = Chance(seed(0xD1C0));
    let (mut counts, mut examples) = (BTreeMap::new(), BTreeMap::new());
    let originals: Vec<(Header, Reading)> = HEADERS
        .iter()
        .map(|elements| {
            let header = Header {
                elements: elements.clone(),
                encoding: Encoding::default(),
                syntax: "1.2.840.10008.1.2.1",
                is_deflated: false,
                has_preamble: true,
                has_meta: true,
                changed: BTreeSet::new(),
                removed: BTreeSet::new(),
                cut: None,
            };
            let reading = read(&header.written());
            assert!(reading.is_image);
            (header, reading)
        })
        .collect();
    let mut count = 0;
    while count < trials(MUTANTS) {
        let (original, wanted) = chance.pick(&originals);
        let mut header = original.clone();
        let (name, change) = CHANGES[count % CHANGES.len()];
        if !change(&mut header, &mut chance) {
            continue;
        }
        let mut names = name.to_owned();
        if chance.below(2) == 0 {
            let before = header.clone();
            let (name, change) = chance.pick(CHANGES);
            if change(&mut header, &mut chance) {
                names = format!("{names} + {name}");
            } else {
                header = before;
            }
        }
        count += 1;
        let reading = read(&header.written());
        if let Some(difference) = silent(&header, wanted, &reading) {
            *counts.entry(names.clone()).or_insert(0) += 1;
            examples.entry(names).or_insert_with(|| format!("{difference} {:?}", reading.issues));
        }
    }
    let total: usize = counts.values().sum();
    for (names, example) in &examples {
        eprintln!("{} {names}: {example}", counts[names]);
    }
    assert_eq!(total, 0, "{total} of {count} mutants are silent");
}
