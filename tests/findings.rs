//! Findings that no other test provokes, each by a cause of its own; and that none is left out.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::Path;

use mammodex::records::issue::ISSUE_CODES;
use zip::CompressionMethod::Deflated;
use zip::read::ZipArchive;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::archives::zip;
use crate::custom_data::{DataSet, xlsx};

/// `file place value` of the findings of a code, in the order of files.
fn found(set: &DataSet, code: &str, wanted: &[&str]) {
    assert_eq!(set.findings(code), wanted, "{code}");
}

#[test]
fn cells_that_cannot_be_believed() {
    let set = DataSet::new();
    set.case("Cancer_00001");
    set.put(
        "cancer.csv",
        "ID,검사장비,BIRADS (양쪽),악성 종양의 위치,T stage,N stage,악성 종양의 크기 (cm),진단,나이\n\
         1,GE MEDICAL SYSTEMS,2/3,somewhere,1c?,1a?,0,benign,50\n\
         2,,,좌측 상외측 하내측,,,,curious,old\n",
    );
    set.index(&["--profile", "ncc"]);
    found(&set, "vendor-mismatch", &["cancer.csv 2 -"]);
    found(&set, "birads-doubtful", &["cancer.csv C2 2/3"]);
    found(&set, "location-unreadable", &["cancer.csv D2 somewhere"]);
    found(&set, "location-doubtful", &["cancer.csv D3 좌측 상외측 하내측"]);
    found(&set, "t-stage-doubtful", &["cancer.csv E2 1c?"]);
    found(&set, "n-stage-doubtful", &["cancer.csv F2 1a?"]);
    found(&set, "size-unreadable", &["cancer.csv G2 0"]);
    found(&set, "diagnosis-conflict", &["cancer.csv 2 -"]);
    found(&set, "age-unreadable", &["cancer.csv I3 old"]);
    found(&set, "diagnosis-unknown", &["cancer.csv H3 curious"]);
    // What is doubtful is kept, what is unreadable is null.
    let sql = "SELECT t_stage_code, n_stage_code, tumor_size_cm, birads_both_code FROM patients
               WHERE case_id = 'Cancer_00001'";
    assert_eq!(set.rows(sql), ["T1c|N1a|-|3"]);
}

#[test]
fn headers_that_lack_what_an_image_has() {
    let set = DataSet::new();
    let view = [("ImageLaterality", "L"), ("ViewPosition", "CC")];
    set.image("Cancer_00001/1.dcm", &[("ImageLaterality", "L")]);
    set.image("Cancer_00001/2.dcm", &[&view[..], &[("SOPInstanceUID", "")]].concat());
    set.image("Cancer_00001/3.dcm", &view);
    set.image("Cancer_00001/4.dcm", &[&view[..], &[("PatientID", "Cancer_00002")]].concat());
    let whole = fs::read(set.root().join("Cancer_00001/3.dcm")).unwrap();
    let rows = whole.windows(6).position(|w| w == b"\x28\0\x10\0US").unwrap();
    set.put("Cancer_00001/3.dcm", &whole[..rows]);
    set.index(&["--profile", "ncc"]);
    found(&set, "case-conflict", &["Cancer_00001/4.dcm - Cancer_00002"]);
    found(&set, "view-unknown", &["Cancer_00001/1.dcm - -"]);
    found(&set, "sop-missing", &["Cancer_00001/2.dcm (0008,0018) -"]);
    found(&set, "rows-missing", &["Cancer_00001/3.dcm (0028,0010) -"]);
}

/// The workbook with one of its members replaced.
fn with_member(book: &[u8], name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(book)).unwrap();
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut member = archive.by_index(at).unwrap();
        let own = member.name().unwrap().into_owned();
        let mut held = Vec::new();
        member.read_to_end(&mut held).unwrap();
        out.start_file(own.as_str(), SimpleFileOptions::default()).unwrap();
        out.write_all(if own == name { bytes } else { &held }).unwrap();
    }
    out.finish().unwrap().into_inner()
}

#[test]
fn tables_and_sheets_that_cannot_be_read() {
    let set = DataSet::new();
    let rows: &[&[&str]] = &[&["ID", "T stage"], &["1", "2"]];
    let book = xlsx(&[("Cancer", rows), ("Torn", rows)]);
    set.put(
        "cancer.xlsx",
        with_member(&book, "xl/worksheets/sheet2.xml", b"<worksheet><sheetData><row"),
    );
    set.put("noise.xlsx", b"no spreadsheet at all");
    set.put("notes.csv", "date,weather\n1,fine\n");
    set.index(&["--profile", "ncc"]);
    assert_eq!(set.findings("sheet-unreadable").len(), 1);
    assert!(set.findings("sheet-unreadable")[0].starts_with("cancer.xlsx Torn"));
    found(&set, "workbook-unreadable", &["noise.xlsx - -"]);
    found(&set, "workbook-without-table", &["notes.csv - -"]);
    assert_eq!(set.rows("SELECT case_id, t_stage FROM patients"), ["Cancer_00001|2"]);
}

#[test]
fn a_row_about_one_side_that_does_not_say_which() {
    let set = DataSet::new();
    set.put("clinical.csv", "ID1,LeftRight,Age,classification\nD1-0001,?,50,Benign\n");
    set.index(&["--profile", "cmmd"]);
    found(&set, "side-unreadable", &["clinical.csv B2 ?"]);
}

#[test]
fn pixels_that_an_archive_does_not_give() {
    let set = DataSet::new();
    let view = [("ImageLaterality", "L"), ("ViewPosition", "CC")];
    set.image("LCC.dcm", &view);
    let header = fs::read(set.root().join("LCC.dcm")).unwrap();
    fs::remove_file(set.root().join("LCC.dcm")).unwrap();
    let head = b"\xe0\x7f\x10\0OW\0\0\0\0\x08\0";
    // The one cannot be inflated once it is damaged; the other can, and only its checksum tells.
    let even = (0..0x80000_u64).map(|i| (i * i / 1000 % 97) as u8);
    let noise = (0..0x80000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8);
    let pixels: [(&str, Vec<u8>, usize); 2] =
        [("Cancer_00001", even.collect(), 4096), ("Cancer_00002", noise.collect(), 1)];
    for (case, pixels, damaged) in pixels {
        let image = [&header[..], head, &pixels].concat();
        let mut packed = zip(&[("LCC.dcm", &image)], Deflated);
        let middle = packed.len() / 2;
        packed[middle..middle + damaged].iter_mut().for_each(|byte| *byte ^= 0xff);
        set.put(&format!("{case}.zip"), packed);
    }
    set.index(&["--profile", "ncc"]);
    assert!(set.findings("pixels-unreadable").is_empty(), "nobody asked");
    set.index(&["--profile", "ncc", "--hash-pixels"]);
    let wanted = [1, 2].map(|n| format!("Cancer_0000{n}.zip!/LCC.dcm (7FE0,0010) -"));
    assert_eq!(set.findings("pixels-unreadable"), wanted);
    let sql = "SELECT view, pixel_hash FROM images";
    assert_eq!(set.rows(sql), ["LCC|-", "LCC|-"], "the headers were read");
}

#[test]
fn every_code_is_provoked_by_some_test() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let files = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let tests: String =
        files.filter(|path| path.is_file()).map(|path| fs::read_to_string(path).unwrap()).collect();
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let named: BTreeSet<&str> = tests.split(|c: char| !is_part(c)).collect();
    let codes = ISSUE_CODES.iter().map(|spec| spec.name);
    let missing: Vec<&str> = codes.filter(|code| !named.contains(code)).collect();
    assert!(missing.is_empty(), "no test names {missing:?}");
}

#[test]
fn a_copied_workbook_is_a_finding() {
    let set = DataSet::new();
    set.case("Cancer_00001").case("Cancer_00002");
    let table: &[&[&str]] = &[&["ID", "BIRADS category (양쪽)"], &["1", "5"], &["2", "4"]];
    let more: &[&[&str]] = &[&["ID", "T stage"], &["1", "1c"], &["2", "2"]];
    set.put("clinical/Cancer.xlsx", xlsx(&[("Cancer", table)]));
    set.put("clinical/Copy of Cancer.xlsx", xlsx(&[("Cancer", table)]));
    // A table of the same cases with other columns is not a copy.
    set.put("clinical/Cancer_stages.xlsx", xlsx(&[("Cancer", more)]));
    set.index(&["--profile", "ncc"]);
    found(&set, "workbook-copied", &["clinical/Copy of Cancer.xlsx - clinical/Cancer.xlsx"]);
    assert_eq!(
        set.rows("SELECT birads_both, t_stage_code, clinical_row_count FROM patients ORDER BY 1"),
        ["4|T2|3", "5|T1c|3"]
    );
}
