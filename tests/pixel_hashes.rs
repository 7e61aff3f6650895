//! `--hash-pixels`: the hash is of the stored pixels and nothing else, and is read once.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use zip::CompressionMethod::Deflated;

use crate::archives::zip;
use crate::custom_data::DataSet;

const HASHES: &str = "SELECT path, pixel_hash FROM images ORDER BY path";

/// Pixels of more than one step of reading, not all alike.
fn pixels(seed: u32) -> Vec<u8> {
    (0..300_000_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 13) as u8)
        .collect()
}

/// As the column has it, by another way to the same sum.
fn sum(bytes: &[u8]) -> String {
    format!("{:032x}", twox_hash::XxHash3_128::oneshot(bytes))
}

/// The head of an element of Explicit VR Little Endian with a long length.
fn head(tag: [u8; 4], vr: &[u8; 2], length: u32) -> Vec<u8> {
    [&tag[..], vr, &[0, 0], &length.to_le_bytes()].concat()
}

const PIXEL_DATA: [u8; 4] = [0xe0, 0x7f, 0x10, 0x00];

fn native(pixels: &[u8]) -> Vec<u8> {
    [&head(PIXEL_DATA, b"OW", pixels.len() as u32)[..], pixels].concat()
}

/// Fragments behind an offset table, without the end mark.
fn fragments(table: &[u8], pixels: &[&[u8]]) -> Vec<u8> {
    let mut bytes = head(PIXEL_DATA, b"OB", u32::MAX);
    for item in [table].iter().chain(pixels) {
        bytes.extend([0xfe, 0xff, 0x00, 0xe0]);
        bytes.extend((item.len() as u32).to_le_bytes());
        bytes.extend_from_slice(item);
    }
    bytes
}

const END: [u8; 8] = [0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0];

impl DataSet {
    /// A view of a case whose file goes on with `bytes` behind its header.
    fn view(&self, path: &str, bytes: &[u8]) -> &Self {
        let case = path.split('/').next().unwrap();
        self.image(path, &[("PatientID", case), ("ImageLaterality", "L"), ("ViewPosition", "CC")]);
        let mut file = fs::read(self.root().join(path)).unwrap();
        file.extend_from_slice(bytes);
        self.put(path, file)
    }

    /// The same in a transfer syntax with fragments, RLE.
    fn encapsulated_view(&self, path: &str, bytes: &[u8]) -> &Self {
        let mut file = fs::read(self.view(path, bytes).root().join(path)).unwrap();
        let plain = b"1.2.840.10008.1.2.1\0";
        let place = file.windows(plain.len()).position(|part| part == plain).unwrap();
        file[place..place + plain.len()].copy_from_slice(b"1.2.840.10008.1.2.5\0");
        self.put(path, file)
    }

    /// Indexes with hashes; how many files were read.
    fn hash(&self, more: &[&str]) -> String {
        let said = self.index(&[&["--hash-pixels"], more].concat()).err;
        said.split('(').nth(1).unwrap().split(' ').next().unwrap().to_owned()
    }
}

#[test]
fn the_hash_is_of_the_stored_pixels_whatever_carries_them() {
    let set = DataSet::new();
    let p = pixels(1);
    let (one, two) = p.split_at(100_000);
    set.view("Cancer_00001/LCC.dcm", &native(&p));
    set.encapsulated_view(
        "Cancer_00002/LCC.dcm",
        &[&fragments(&[], &[one, two])[..], &END].concat(),
    );
    set.encapsulated_view("Cancer_00003/LCC.dcm", &[&fragments(&[0; 8], &[&p])[..], &END].concat());
    set.view("Cancer_00004/LCC.dcm", &native(&pixels(2)));
    set.encapsulated_view("Cancer_00005/LCC.dcm", &fragments(&[], &[&p]));
    set.view("Cancer_00006/LCC.dcm", &native(&p)[..200_000]);
    set.view("Cancer_00007/LCC.dcm", &[]);
    set.view("Cancer_00008/LCC.dcm", &native(&[]));
    // Which of the two is true, the header or the pixels, is open.
    set.view("Cancer_00009/LCC.dcm", &[&fragments(&[], &[&p])[..], &END].concat());
    set.hash(&[]);
    let (hash, other) = (sum(&p), sum(&pixels(2)));
    let hashes = [&*hash, &hash, &hash, &other, "-", "-", "-", "-", "-"];
    let rows: Vec<String> =
        (1..).zip(hashes).map(|(n, hash)| format!("Cancer_{n:05}/LCC.dcm|{hash}")).collect();
    assert_eq!(set.rows(HASHES), rows);
    let cut = ["Cancer_00005/LCC.dcm", "Cancer_00006/LCC.dcm"];
    assert_eq!(set.findings("dicom-truncated"), cut.map(|file| format!("{file} (7FE0,0010) -")));
    assert_eq!(set.findings("pixels-missing").len(), 2);
    let conflict = ["Cancer_00009/LCC.dcm (7FE0,0010) -"];
    assert_eq!(set.findings("pixel-encoding-conflict"), conflict);
}

#[test]
fn pixels_of_archives_and_deflated_files_are_hashed_where_they_are() {
    let set = DataSet::new();
    let p = pixels(1);
    set.view("Cancer_00001/LCC.dcm", &native(&p));
    let file = fs::read(set.root().join("Cancer_00001/LCC.dcm")).unwrap();
    // Behind the meta group, whose length stands in its first element.
    let start = 144 + u32::from_le_bytes(file[140..144].try_into().unwrap()) as usize;
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::default());
    deflated.write_all(&file[start..]).unwrap();
    let syntax = [&b"\x02\0\x10\0UI\x16\0"[..], b"1.2.840.10008.1.2.1.99"].concat();
    let head = [&file[..132], &syntax].concat();
    set.put("Cancer_00002/LCC.dcm", [head, deflated.finish().unwrap()].concat());
    set.put("Cancer_00003.zip", zip(&[("LCC.dcm", &file)], Deflated));
    set.hash(&[]);
    let hash = sum(&p);
    let paths = ["Cancer_00001/LCC.dcm", "Cancer_00002/LCC.dcm", "Cancer_00003.zip!/LCC.dcm"];
    assert_eq!(set.rows(HASHES), paths.map(|path| format!("{path}|{hash}")));
}

#[test]
fn one_picture_under_two_cases_is_a_finding() {
    let set = DataSet::new();
    let p = native(&pixels(1));
    for path in ["Cancer_00001/LCC.dcm", "Cancer_00001/LMLO.dcm", "Normal_00001/LCC.dcm"] {
        set.view(path, &p);
    }
    set.view("Normal_00002/LCC.dcm", &native(&pixels(2)));
    set.index(&[]);
    assert!(set.findings("pixels-shared").is_empty(), "nobody asked");
    set.hash(&[]);
    let found = "Normal_00001/LCC.dcm - Cancer_00001/LCC.dcm";
    assert_eq!(set.findings("pixels-shared"), [found]);
}

#[test]
fn a_hash_is_read_once_and_stays_with_its_file() {
    let set = DataSet::new();
    for (n, case) in (1..).zip(["Cancer_00001", "Cancer_00002", "Normal_00001"]) {
        set.view(&format!("{case}/LCC.dcm"), &native(&pixels(n)));
    }
    set.view("Normal_00002/LCC.dcm", &[]);
    set.index(&[]);
    assert_eq!(set.rows("SELECT count(pixel_hash) FROM images"), ["0"]);
    assert_eq!(set.hash(&[]), "4", "none has a hash yet");
    let hashes = set.rows(HASHES);
    assert_eq!(set.rows("SELECT count(pixel_hash) FROM images"), ["3"]);
    assert_eq!(set.hash(&[]), "0", "there is nothing more to learn");
    set.view("Cancer_00001/LCC.dcm", &native(&pixels(7)));
    assert_eq!(set.hash(&[]), "1");
    assert_eq!(set.rows(HASHES)[0], format!("Cancer_00001/LCC.dcm|{}", sum(&pixels(7))));
    assert_eq!(set.rows(HASHES)[1..], hashes[1..]);
    set.view("Cancer_00001/LCC.dcm", &native(&pixels(8)));
    set.index(&[]);
    assert_eq!(set.rows(HASHES)[0], "Cancer_00001/LCC.dcm|-", "the old one would be another's");
    assert_eq!(set.rows(HASHES)[1..], hashes[1..], "what is known is not thrown away");
    assert_eq!(set.hash(&[]), "2", "the changed one, and the one without pixels");
    assert_eq!(set.rows(HASHES)[0], format!("Cancer_00001/LCC.dcm|{}", sum(&pixels(8))));
}
