//! Zip archives read in place: the rows are those of the files on disk, and nothing bursts.

use crate::fixture::assert_said;
use std::fs::{self, File};
use std::io::{Cursor, Write};
use std::path::Path;

use mammodex::sources::archive::Archives;
use mammodex::sources::dicom::ByteSource;
use mammodex::sources::discovery;
use mammodex::sources::source_root::SourceRoot;
use zip::CompressionMethod::{self, Deflated, Stored};
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::sample_data::{SampleDataSet, files_below};

/// An archive of these members.
pub fn zip(members: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in members {
        if name.ends_with('/') {
            zip.add_directory(*name, options).unwrap();
        } else {
            zip.start_file(*name, options).unwrap();
            zip.write_all(bytes).unwrap();
        }
    }
    zip.finish().unwrap().into_inner()
}

/// Packs a folder into an archive, names relative to the folder, and removes it.
fn pack(folder: &Path, archive: &Path, method: CompressionMethod) {
    let files: Vec<(String, Vec<u8>)> = files_below(folder)
        .into_iter()
        .map(|(name, path)| (name, fs::read(path).unwrap()))
        .collect();
    let members: Vec<(&str, &[u8])> = files.iter().map(|(n, b)| (n.as_str(), &b[..])).collect();
    fs::write(archive, zip(&members, method)).unwrap();
    fs::remove_dir_all(folder).unwrap();
}

const IMAGES: &str = "SELECT * EXCLUDE (path, modified_at) FROM images ORDER BY sop_instance_uid";
const LESIONS: &str = "SELECT case_id, view, label, n_points, area_mm2, sop_instance_uid
     FROM lesions ORDER BY ALL";
const PATIENTS: &str = "SELECT * EXCLUDE (source_file) FROM patients";

fn same_rows(set: &SampleDataSet, one: &str, other: &str) {
    for sql in [IMAGES, LESIONS, PATIENTS] {
        assert_eq!(set.rows(one, sql), set.rows(other, sql));
    }
}

#[test]
fn one_archive_per_case_gives_what_the_folders_give() {
    let set = SampleDataSet::new(12);
    set.index("plain", &[]);
    let folders: Vec<_> = files_below(&set.root().join("dcm"))
        .into_iter()
        .filter_map(|(_, path)| Some(path.parent()?.to_owned()))
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect();
    for (i, folder) in folders.iter().enumerate() {
        let method = if i % 2 == 0 { Stored } else { Deflated };
        let end = ["zip", "ZIP"][i % 2];
        pack(folder, &folder.with_extension(end), method);
    }
    let said = set.index("packed", &[]);
    assert_said!(said, @r#"
    exit code 0
    --- stderr ---
    66 files (66 read), profile ncc: 12 patients, 48 images, 2 annotations, 8 lesions
      warning      48  pixels-missing
      info       1  file-unrecognised
      info       1  annotation-repaired
      ignored 1 file: neither DICOM nor a clinical table nor an annotation (1)
    snapshot 1 is in packed/current
    each finding: mammodex query --catalog packed "SELECT severity, code, file, place, message FROM issues"
    "#);
    same_rows(&set, "plain", "packed");
    let archives =
        "SELECT count(*), min(row_count), max(row_count), min(status), max(size_bytes) > 100
         FROM sources WHERE kind = 'archive'";
    assert_eq!(set.rows("packed", archives), ["12|4|4|indexed|true"]);
    assert_eq!(
        set.rows(
            "packed",
            "SELECT count(*) FROM images JOIN sources USING (path)
             WHERE images.path LIKE '%.zip!/____.dcm' OR images.path LIKE '%.ZIP!/___.dcm'
                OR images.path LIKE '%.ZIP!/____.dcm' OR images.path LIKE '%.zip!/___.dcm'"
        ),
        ["48"]
    );
}

#[test]
fn an_archive_is_a_folder_of_its_name_to_the_rules_of_a_profile() {
    let set = crate::additional_tags::one_image(&[]); // without a Patient ID
    let image = fs::read(set.root().join("LCC.dcm")).unwrap();
    fs::write(set.root().join("Cancer_00012.zip"), zip(&[("RMLO.dcm", &image)], Deflated)).unwrap();
    let json = br#"{"contour_list": {"mass": {"RMLO": {"1": [[1, 2], [3, 4], [5, 6]]}}}}"#;
    fs::write(set.root().join("Benign_00003.ZIP"), zip(&[("a.json", json)], Stored)).unwrap();
    set.index("catalog", &["--profile", "ncc"]);
    let images = "SELECT path, case_id, view FROM images";
    assert_eq!(
        set.rows("catalog", images),
        ["Cancer_00012.zip!/RMLO.dcm|Cancer_00012|RMLO", "LCC.dcm|-|LCC"]
    );
    assert_eq!(set.rows("catalog", "SELECT case_id FROM annotations"), ["Benign_00003"]);
    set.index("generic", &["--profile", "generic"]);
    assert_eq!(
        set.rows("generic", "SELECT path, case_id FROM images WHERE path LIKE '%!/%'"),
        ["Cancer_00012.zip!/RMLO.dcm|Cancer_00012"]
    );
}

#[test]
fn a_whole_data_set_in_one_archive_gives_what_the_folder_gives() {
    let set = SampleDataSet::new(8);
    set.index("plain", &[]);
    let folder = set.dir.path().join("folder");
    fs::rename(set.root(), &folder).unwrap();
    fs::create_dir(set.root()).unwrap();
    let members = files_below(&folder).len();
    pack(&folder, &set.root().join("release.zip"), Deflated);
    let said = set.index("packed", &[]);
    assert_eq!(said.code, 0, "{}", said.err);
    same_rows(&set, "plain", "packed");
    assert_eq!(set.rows("packed", "SELECT count(*) FROM sources"), [(members + 1).to_string()]);
    assert_eq!(
        set.rows(
            "packed",
            "SELECT (SELECT row_count FROM sources WHERE path = 'release.zip')
                  - (SELECT sum(row_count) FROM sources WHERE path <> 'release.zip')"
        ),
        ["0"]
    );
}

#[test]
fn rows_stay_sorted_beside_names_that_sort_around_an_archive() {
    let set = SampleDataSet::new(5);
    let (_, image) = files_below(&set.root().join("dcm")).remove(0);
    let image = fs::read(image).unwrap();
    let archive = zip(&[("b.dcm", &image), ("a.dcm", &image)], Deflated);
    let names = ["m.zip", "m.zip x.zip", "m.zip!", "m.zip!!.zip", "m.zip-x", "m.zip.dcm"];
    for name in names {
        let bytes = if name.ends_with(".zip") { &archive } else { &image };
        fs::write(set.root().join(name), bytes).unwrap();
    }
    // A file where a member would be: it wins.
    fs::create_dir(set.root().join("m.zip x.zip!")).unwrap();
    fs::write(set.root().join("m.zip x.zip!/a.dcm"), &image).unwrap();
    set.index("catalog", &[]);
    let rows = set.rows("catalog", "SELECT path, row_count FROM sources WHERE path LIKE 'm.zip%'");
    assert_eq!(
        rows,
        [
            "m.zip|2",
            "m.zip x.zip|1",
            "m.zip x.zip!/a.dcm|1",
            "m.zip x.zip!/b.dcm|1",
            "m.zip!|1",
            "m.zip!!.zip|2",
            "m.zip!!.zip!/a.dcm|1",
            "m.zip!!.zip!/b.dcm|1",
            "m.zip!/a.dcm|1",
            "m.zip!/b.dcm|1",
            "m.zip-x|1",
            "m.zip.dcm|1",
        ]
    );
    for table in ["images", "sources"] {
        let paths = set.rows("catalog", &format!("SELECT path FROM {table}"));
        assert!(paths.is_sorted(), "{paths:#?}");
    }
    // What did not change is recalled in the same order.
    fs::write(set.root().join("m.zip~"), &image).unwrap();
    let said = set.index("catalog", &[]);
    // The new file, three workbooks and an annotation.
    assert_said!(said, @r#"
    exit code 1
    --- stderr ---
    38 files (5 read), profile ncc: 5 patients, 30 images, 1 annotation, 4 lesions
      error      10  sop-duplicate
      warning      30  pixels-missing
      info       1  file-unrecognised
      info       1  annotation-repaired
      ignored 1 file: neither DICOM nor a clinical table nor an annotation (1)
    snapshot 2 is in catalog/current
    each finding: mammodex query --catalog catalog "SELECT severity, code, file, place, message FROM issues"
    "#);
    set.index("fresh", &[]);
    assert_eq!(set.tables("catalog"), set.tables("fresh"));
}

#[test]
fn an_archive_is_read_again_only_when_it_changed() {
    let set = SampleDataSet::new(6);
    let folder = files_below(&set.root().join("dcm"))[0].1.parent().unwrap().to_owned();
    let archive = folder.with_extension("zip");
    let image = fs::read(&files_below(&folder)[0].1).unwrap();
    pack(&folder, &archive, Deflated);
    set.index("catalog", &[]);
    let said = set.index("catalog", &[]);
    assert_said!(said, @r#"
    exit code 0
    --- stderr ---
    30 files (0 read), profile ncc: 6 patients, 24 images, 1 annotation, 4 lesions
      warning      24  pixels-missing
      info       1  file-unrecognised
      info       1  annotation-repaired
      ignored 1 file: neither DICOM nor a clinical table nor an annotation (1)
    nothing changed: snapshot 1 stays in catalog/current
    each finding: mammodex query --catalog catalog "SELECT severity, code, file, place, message FROM issues"
    "#);
    // One member less.
    fs::write(&archive, zip(&[("LCC.dcm", &image)], Deflated)).unwrap();
    set.index("catalog", &[]);
    set.index("fresh", &[]);
    assert_eq!(set.tables("catalog"), set.tables("fresh"));
    let count = "SELECT count(*) FROM images WHERE path LIKE '%.zip!/%'";
    assert_eq!(set.rows("catalog", count), ["1"]);
}

/// Sets the bit that says «encrypted» in every header.
fn encrypted(mut archive: Vec<u8>) -> Vec<u8> {
    for at in 0..archive.len() - 10 {
        match &archive[at..at + 4] {
            b"PK\x03\x04" => archive[at + 6] |= 1,
            b"PK\x01\x02" => archive[at + 8] |= 1,
            _ => {}
        }
    }
    archive
}

/// Sets the compression method in every header.
fn method(mut archive: Vec<u8>, method: u8) -> Vec<u8> {
    for at in 0..archive.len() - 12 {
        match &archive[at..at + 4] {
            b"PK\x03\x04" => archive[at + 8] = method,
            b"PK\x01\x02" => archive[at + 10] = method,
            _ => {}
        }
    }
    archive
}

#[test]
fn what_cannot_be_read_of_an_archive_is_said() {
    let set = SampleDataSet::new(5);
    let (_, image) = files_below(&set.root().join("dcm")).remove(0);
    let image = fs::read(image).unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(set.root().join(name), bytes).unwrap();
    let one = zip(&[("a.dcm", &image)], Deflated);
    put("encrypted.zip", &encrypted(one.clone()));
    put("method.zip", &method(one.clone(), 99));
    put("nested.zip", &zip(&[("in.zip", &one), ("folder/", b"")], Stored));
    put("cut.zip", &one[..one.len() / 2]);
    put("empty.zip", &zip(&[], Stored));
    put("tool.jar", &one);
    put("windows.zip", &zip(&[("x\\y.dcm", &image), ("x/y.dcm", &image)], Stored));
    put("mac.zip", &zip(&[("__MACOSX/._a.dcm", b"noise")], Stored));
    let mut damaged =
        zip(&[("a.json", br#"{"contour_list": {}, "case": "Normal_00001"}"#)], Stored);
    let at = damaged.windows(4).position(|w| w == b"case").unwrap();
    damaged[at] = b'C';
    put("damaged.zip", &damaged);
    let korean = zip(&[("AAAA.dcm", &image)], Stored);
    let names: Vec<usize> =
        (0..korean.len() - 4).filter(|at| &korean[*at..*at + 4] == b"AAAA").collect();
    let mut korean = korean;
    for at in names {
        korean[at..at + 4].copy_from_slice(b"\xb1\xe8\xc8\xf1");
    }
    put("korean.zip", &korean);
    let said = set.index("catalog", &[]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert_eq!(
        set.rows(
            "catalog",
            "SELECT path, kind, status, coalesce(reason, '') FROM sources
             WHERE path LIKE '%.zip%' OR path LIKE '%.jar%'"
        ),
        [
            "cut.zip|archive|rejected|the archive cannot be read: invalid Zip archive: Could not find EOCD",
            "damaged.zip|archive|indexed|",
            "damaged.zip!/a.json|other|rejected|the member of an archive cannot be read: it is damaged: length or checksum do not fit",
            "empty.zip|archive|indexed|",
            "encrypted.zip|archive|indexed|",
            "encrypted.zip!/a.dcm|other|rejected|the member of an archive cannot be read: it is encrypted",
            "korean.zip|archive|indexed|",
            "korean.zip!/김희.dcm|dicom|indexed|",
            "mac.zip|archive|indexed|",
            "mac.zip!/__MACOSX/._a.dcm|other|ignored|metadata that macOS adds to archives",
            "method.zip|archive|indexed|",
            "method.zip!/a.dcm|other|rejected|the member of an archive cannot be read: its compression method is not supported",
            "nested.zip|archive|indexed|",
            "nested.zip!/in.zip|archive|ignored|an archive inside an archive is not opened",
            "tool.jar|archive|ignored|an archive that is neither a spreadsheet nor a .zip file",
            "windows.zip|archive|indexed|",
            "windows.zip!/x/y.dcm|dicom|indexed|",
        ]
    );
    let codes = "SELECT code, file FROM issues WHERE code LIKE 'archive-%' OR code LIKE 'member-%'
         ORDER BY ALL";
    assert_eq!(
        set.rows("catalog", codes),
        [
            "archive-unreadable|cut.zip",
            "member-repeated|windows.zip",
            "member-unreadable|damaged.zip!/a.json",
            "member-unreadable|encrypted.zip!/a.dcm",
            "member-unreadable|method.zip!/a.dcm",
        ]
    );
}

/// A DICOM file whose private attribute of `filler` zeros comes before `pixels` zeros.
fn swollen(image: &[u8], filler: u32, pixels: u32) -> Vec<u8> {
    let mut bytes = image.to_vec();
    for (tag, length) in [([0xe1, 0x7f, 0x10, 0x10], filler), ([0xe0, 0x7f, 0x10, 0x00], pixels)] {
        let mut tag = tag;
        if tag[0] == 0xe1 {
            tag = [0xdf, 0x7f, 0x10, 0x10]; // (7FDF,1010), before the pixels
        }
        bytes.extend_from_slice(&tag);
        bytes.extend_from_slice(b"OB\0\0");
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.resize(bytes.len() + length as usize, 0);
    }
    bytes
}

#[test]
fn a_member_is_read_at_any_place() {
    let dir = tempfile::tempdir().unwrap();
    let bytes: Vec<u8> = (0..200_000_u32).map(|n| (n / 3) as u8).collect();
    for method in [Deflated, Stored] {
        fs::write(dir.path().join("a.zip"), zip(&[("m", &bytes)], method)).unwrap();
        let found = discovery::look_up(dir.path(), "a.zip".to_owned());
        let root = SourceRoot::open(dir.path()).unwrap();
        let archives = Archives::new(&root);
        let members = archives.list(&found).unwrap().unwrap().members;
        assert_eq!(
            (members.len(), members[0].size, members[0].archive()),
            (1, 200_000, Some("a.zip"))
        );
        let member = archives.member(std::path::Path::new("a.zip"), 0).unwrap();
        for at in [0, 150_000, 10, 199_990, 0, 70_000] {
            let mut buffer = [0; 10];
            let mut have = 0;
            while have < 10 {
                have += member.read_at(&mut buffer[have..], (at + have) as u64).unwrap();
            }
            assert_eq!(buffer, bytes[at..at + 10]);
        }
        assert_eq!(member.read_at(&mut [0; 10], 200_000).unwrap(), 0);
        assert_eq!(member.whole().unwrap(), bytes);
    }
}

/// Every member read in every way; what it comes to does not matter.
fn exercise(dir: &Path, bytes: &[u8]) {
    fs::write(dir.join("a.zip"), bytes).unwrap();
    let found = discovery::look_up(dir, "a.zip".to_owned());
    let root = SourceRoot::open(dir).unwrap();
    let archives = Archives::new(&root);
    let Ok(Some(listing)) = archives.list(&found) else { return };
    for index in 0..=listing.members.len() {
        if let Ok(member) =
            archives.member(std::path::Path::new("a.zip"), u32::try_from(index).unwrap())
        {
            let mut buffer = [0; 64];
            for at in [0, 30, u64::MAX - 5] {
                let _ = member.read_at(&mut buffer, at);
            }
            let _ = member.whole();
        }
    }
}

#[test]
fn no_damage_to_an_archive_makes_a_panic() {
    let dir = tempfile::tempdir().unwrap();
    let mut archive = zip(&[("a/b.dcm", &[7; 300]), ("c", b"text")], Deflated);
    archive.extend(zip(&[("d", b"text")], Stored));
    for at in 0..archive.len() {
        exercise(dir.path(), &archive[..at]);
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut damaged = archive.clone();
            damaged[at] = value;
            exercise(dir.path(), &damaged);
            for byte in damaged.iter_mut().skip(at).take(8) {
                *byte = value;
            }
            exercise(dir.path(), &damaged);
        }
    }
}

/// Writes the sizes of the first entry of the directory as ZIP64 does.
#[test]
fn a_size_beyond_any_table_stops_nothing() {
    let set = SampleDataSet::new(5);
    let archive = zip(&[("LCC.dcm", b"text")], Stored);
    let at = archive.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    let end = archive.windows(4).rposition(|w| w == b"PK\x05\x06").unwrap();
    let mut large = archive[..end].to_vec();
    large[at + 24..at + 28].fill(0xff);
    large[at + 30] = 12;
    large.extend_from_slice(&[1, 0, 8, 0]);
    large.extend_from_slice(&u64::MAX.to_le_bytes());
    let mut tail = archive[end..].to_vec();
    let length = u32::from_le_bytes(tail[12..16].try_into().unwrap()) + 12;
    tail[12..16].copy_from_slice(&length.to_le_bytes());
    large.extend(tail);
    fs::write(set.root().join("large.zip"), large).unwrap();
    let said = set.index("catalog", &[]);
    assert_eq!(said.code, 1, "{}", said.err);
    let sizes = "SELECT path, size_bytes, status FROM sources WHERE path LIKE '%.zip!/%'";
    assert_eq!(set.rows("catalog", sizes), ["large.zip!/LCC.dcm|9223372036854775807|rejected"]);
}

#[test]
fn only_headers_are_inflated_and_bombs_are_not() {
    let set = SampleDataSet::new(5);
    let (_, image) = files_below(&set.root().join("dcm")).remove(0);
    let image = fs::read(image).unwrap();
    const MIB: u32 = 1024 * 1024;
    let large = swollen(&image, MIB, 100 * MIB);
    fs::write(set.root().join("large.zip"), zip(&[("a.dcm", &large)], Deflated)).unwrap();
    let endless = swollen(&image, 70 * MIB, 10);
    fs::write(set.root().join("endless.zip"), zip(&[("a.dcm", &endless)], Deflated)).unwrap();
    let json = vec![b' '; 130 * MIB as usize];
    fs::write(set.root().join("json.zip"), zip(&[("a.json", &json)], Deflated)).unwrap();
    // Two entries of the directory that name the same bytes.
    let mut overlap = zip(&[("a.dcm", &image), ("b.dcm", &image)], Stored);
    let entries: Vec<usize> =
        (0..overlap.len() - 46).filter(|at| &overlap[*at..*at + 4] == b"PK\x01\x02").collect();
    let first: Vec<u8> = overlap[entries[0] + 42..entries[0] + 46].to_vec();
    overlap[entries[1] + 42..entries[1] + 46].copy_from_slice(&first);
    let gap = image.len() + 35; // the second member and its local header
    let start = overlap.windows(4).rposition(|w| w == b"PK\x03\x04").unwrap();
    overlap.drain(start..start + gap);
    let end = overlap.len() - 6;
    let offset = u32::from_le_bytes(overlap[end..end + 4].try_into().unwrap()) - gap as u32;
    overlap[end..end + 4].copy_from_slice(&offset.to_le_bytes());
    fs::write(set.root().join("overlap.zip"), overlap).unwrap();
    File::create(set.root().join("z")).unwrap().write_all(b"PK\x03\x04 and no more").unwrap();
    set.index("catalog", &[]);
    assert_eq!(
        set.rows(
            "catalog",
            "SELECT path, status, coalesce(reason, '') FROM sources
             WHERE path LIKE '%.zip%' OR path = 'z'"
        ),
        [
            "endless.zip|indexed|",
            "endless.zip!/a.dcm|rejected|the member of an archive cannot be read: its header does not end within 64 MiB: unpack the archive",
            "json.zip|indexed|",
            "json.zip!/a.json|rejected|JSON of more than 16 MiB is not read",
            "large.zip|indexed|",
            "large.zip!/a.dcm|indexed|",
            "overlap.zip|rejected|members of the archive share the same bytes: it is a zip bomb, or damaged",
            "z|rejected|the archive cannot be read: invalid Zip archive: Could not find EOCD",
        ]
    );
}

#[test]
fn a_manifest_leaves_out_what_lies_in_archives_aloud() {
    let set = SampleDataSet::new(6);
    let folder = files_below(&set.root().join("dcm"))[0].1.parent().unwrap().to_owned();
    pack(&folder, &folder.with_extension("zip"), Deflated);
    set.index("catalog", &[]);
    let run = |arguments: &[&str]| crate::fixture::run_in(set.dir.path(), arguments, "");
    let made = run(&["cohort", "create", "all", "--catalog", "catalog", "--where", "true"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let said = run(&["manifest", "create", "all", "--catalog", "catalog", "--output", "m.csv"]);
    assert_said!(said, @"
    exit code 1
    --- stderr ---
    m.csv: 20 images of 5 patients
    excluded: 4 images in zip archives, which trainers do not open: unpack them and run `mammodex index` again
    provenance: m.csv.provenance.json
    ");
    let text = fs::read_to_string(set.dir.path().join("m.csv")).unwrap();
    assert!(text.lines().count() == 21 && !text.contains("!/"), "{text}");
    let account = fs::read_to_string(set.dir.path().join("m.csv.provenance.json")).unwrap();
    assert!(account.contains("\"archived\""), "{account}");
}
