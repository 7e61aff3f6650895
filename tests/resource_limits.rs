//! Small files that a careless reader unfolds without end: bounded memory, bounded time.

use std::fs;
use std::io::{Cursor, Write};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::index::rows;

/// A DICOM element of Explicit VR Little Endian with any length.
fn element(group: u16, number: u16, vr: &[u8; 2], length: u32, value: &[u8]) -> Vec<u8> {
    let mut out = [group.to_le_bytes(), number.to_le_bytes(), *vr].concat();
    if matches!(vr, b"SQ" | b"OW") {
        out.extend([0, 0]);
        out.extend(length.to_le_bytes());
    } else {
        out.extend((length as u16).to_le_bytes());
    }
    out.extend(value);
    out
}

fn dicom(syntax: &[u8], body: &[u8]) -> Vec<u8> {
    let syntax = element(2, 0x10, b"UI", syntax.len() as u32, syntax);
    [&[0; 128][..], b"DICM", &syntax, body].concat()
}

/// A workbook of OpenXML with these members.
fn book(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        out.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(content).unwrap();
    }
    out.finish().unwrap().into_inner()
}

const WORKBOOK: &[u8] = br#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const RELATIONS: &[u8] = br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

fn sheet(rows: &str, strings: &[u8]) -> Vec<u8> {
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    book(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", RELATIONS),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
        ("xl/sharedStrings.xml", strings),
    ])
}

fn ods(body: &str) -> Vec<u8> {
    let content = format!(
        r#"<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet><table:table table:name="S">{body}</table:table></office:spreadsheet></office:body></office:document-content>"#
    );
    book(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", b"<manifest:manifest xmlns:manifest=\"m\"/>"),
        ("content.xml", content.as_bytes()),
    ])
}

/// An OLE file whose directory runs in a circle.
fn circle() -> Vec<u8> {
    let mut bytes = vec![0; 4 * 512];
    bytes[..8].copy_from_slice(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
    bytes[26..34].copy_from_slice(&[3, 0, 0xFE, 0xFF, 9, 0, 6, 0]);
    bytes[44] = 1; // one sector of the table
    bytes[48] = 1; // the directory begins at sector 1
    bytes[68..72].copy_from_slice(&[0xFE, 0xFF, 0xFF, 0xFF]);
    bytes[76..512].fill(0xFF);
    bytes[76..80].copy_from_slice(&[0, 0, 0, 0]);
    bytes[512..1024].fill(0xFF);
    bytes[516..520].copy_from_slice(&[2, 0, 0, 0]); // 1 is followed by 2, and 2 by 1
    bytes[520..524].copy_from_slice(&[1, 0, 0, 0]);
    bytes
}

/// Small files that a careless reader unfolds without end.
fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let explicit = b"1.2.840.10008.1.2.1\0";
    let modality = element(8, 0x60, b"CS", 2, b"MG");
    let nested = element(8, 8, b"SQ", u32::MAX, &[0xFE, 0xFF, 0, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF]);
    // Items that are shorter than what stands in them: each leads through all that follow.
    let short =
        [&[0xFE, 0xFF, 0, 0xE0, 12, 0, 0, 0][..], &element(8, 8, b"SQ", u32::MAX, b"")].concat();
    let short = short.repeat(200_000);
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::best());
    deflate.write_all(&modality).unwrap();
    (0..300).for_each(|_| deflate.write_all(&vec![0x20; 1 << 20]).unwrap());
    let number = |n: u32| element(8, 0x70, b"LO", n, b"x");
    let cell = "<c r=\"A1\"><v>1</v></c>";
    let point = r#"{"x":1,"y":2},"#;
    let zigzag: String = (0..19_000).map(|i| format!("[{},{i}],", i % 2 * 1000)).collect();
    let contour = |points: &str| {
        let points = points.trim_end_matches(',');
        format!(
            r#"{{"case_id":"Cancer_00001","contour_list":{{"a":{{"lcc":{{"1":[{points}]}}}}}}}}"#
        )
    };
    vec![
        ("nested.dcm", dicom(explicit, &[modality.clone(), nested.repeat(20_000)].concat())),
        ("long.dcm", dicom(explicit, &[modality.clone(), element(8, 8, b"SQ", 0xFFFF_FFFE, b"")].concat())),
        ("short-items.dcm", dicom(explicit, &[modality.clone(), element(0x5200, 0x9229, b"SQ", short.len() as u32, &short)].concat())),
        ("repeated.dcm", dicom(explicit, &[modality.clone(), number(1).repeat(3_000_000)].concat())),
        ("deflated.dcm", dicom(b"1.2.840.10008.1.2.1.99", &deflate.finish().unwrap())),
        ("deep.json", "[".repeat(1_000_000).into_bytes()),
        ("deep-comment.json", format!("//\r{}", "[".repeat(1_000_000)).into_bytes()),
        ("deep-keys.json", "{a:".repeat(1_000_000).into_bytes()),
        ("wide.json", format!("[{}0]", "[],".repeat(4_000_000)).into_bytes()),
        ("many-points.json", contour(&point.repeat(1_000_000)).into_bytes()),
        ("zigzag.json", contour(&zigzag).into_bytes()),
        ("large.xlsx", sheet(&"<row><c t=\"inlineStr\"><is><t>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</t></is></c></row>".repeat(4_000_000), b"<sst/>")),
        ("corners.xlsx", sheet(&format!("<row r=\"1\">{cell}</row><row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>"), b"<sst/>")),
        (
            "merged.xlsx",
            book(&[
                ("[Content_Types].xml", b"<Types/>"),
                ("xl/workbook.xml", WORKBOOK),
                ("xl/_rels/workbook.xml.rels", RELATIONS),
                ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData><mergeCells><mergeCell ref=\"A1:XFD1048576\"/></mergeCells></worksheet>"),
            ]),
        ),
        ("counted.xlsx", sheet(&format!("<row>{cell}</row>"), b"<sst uniqueCount=\"99999999999\"><si><t>a</t></si></sst>")),
        ("repeated.ods", ods("<table:table-row table:number-rows-repeated=\"1000000\"><table:table-cell office:value-type=\"float\" office:value=\"1\" table:number-columns-repeated=\"16000\"><text:p>1</text:p></table:table-cell></table:table-row>")),
        ("circle.xls", circle()),
        ("unclosed.ods", book(&[("content.xml", UNCLOSED)])),
        ("misspelt.ods", ods("<table:table-row><table:table-cell office:value-type=\"string\"><text:p>x</text:p></table:table-cel></table:table-row>")),
        ("nested.ods", ods(&"<table:table-row><table:table-cell><text:p>".repeat(1_000_000))),
        ("blanks.ods", ods(&"<table:table-row><table:table-cell office:value-type=\"string\"><text:p>a<text:s text:c=\"4000000000\"/></text:p></table:table-cell></table:table-row>".repeat(1_000))),
        ("spans.ods", ods(&"<table:table-row table:number-rows-repeated=\"9\"><table:table-cell office:value-type=\"float\" office:value=\"1\" table:number-columns-spanned=\"16384\" table:number-rows-spanned=\"1048576\"/></table:table-row>".repeat(10_000))),
        ("delimited.csv", ",".repeat(40 << 20).into_bytes()),
        ("lines.csv", "\n".repeat(40 << 20).into_bytes()),
        ("different.csv", (0..3_000_000).map(|n| format!("{n}\n")).collect::<String>().into_bytes()),
        ("quoted.csv", format!("ID,T stage\n\"{}", "x,".repeat(16 << 20)).into_bytes()),
        ("sheets.xlsx", sheets(20_000)),
        ("shared-text.xlsx", sheet(&"<row><c t=\"s\"><v>0</v></c></row>".repeat(60_000), format!("<sst><si><t>{}</t></si></sst>", "a".repeat(32_000)).as_bytes())),
        ("long-text.xlsx", sheet(&"<row><c t=\"s\"><v>0</v></c></row>".repeat(60_000), format!("<sst><si><t>{}</t></si></sst>", "a".repeat(20_000_000)).as_bytes())),
        ("names.zip", names(1_500_000)),
        ("names.xlsx", names(1_500_000)),
    ]
}

const UNCLOSED: &[u8] = br#"<office:document-content xmlns:office="o" xmlns:table="t"><office:body><office:spreadsheet><table:table table:name="S">"#;

/// A workbook whose sheets are all the same part.
fn sheets(count: usize) -> Vec<u8> {
    let sheet = |n| format!("<sheet name=\"S{n}\" sheetId=\"{n}\" r:id=\"rId1\"/>");
    let sheets: String = (1..=count).map(sheet).collect();
    let workbook = String::from_utf8_lossy(WORKBOOK)
        .replace("<sheet name=\"S\" sheetId=\"1\" r:id=\"rId1\"/>", &sheets);
    let rows = "<row><c><v>1</v></c></row>".repeat(10_000);
    let rows = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    book(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS),
        ("xl/worksheets/sheet1.xml", rows.as_bytes()),
    ])
}

/// An archive whose directory names the same empty member over and over.
fn names(count: u32) -> Vec<u8> {
    let mut entry = b"PK\x01\x02\x14\0\x14\0".to_vec();
    entry.resize(46, 0);
    entry[28] = 1;
    entry.push(b'a');
    let mut out = b"PK\x03\x04\x14\0".to_vec();
    out.resize(30, 0);
    out[26] = 1;
    out.push(b'a');
    let start = out.len() as u64;
    (0..count).for_each(|_| out.extend(&entry));
    let (size, end) = (out.len() as u64 - start, out.len() as u64);
    out.extend(b"PK\x06\x06");
    out.extend(44_u64.to_le_bytes());
    out.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for number in [count.into(), count.into(), size, start] {
        out.extend(number.to_le_bytes());
    }
    out.extend(b"PK\x06\x07\0\0\0\0");
    out.extend(end.to_le_bytes());
    out.extend([1, 0, 0, 0]);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([0xFF; 12]);
    out.extend([0, 0]);
    out
}

/// An index run that may take a GiB beside what the program and its libraries map.
fn indexed(data: &std::path::Path, catalog: &std::path::Path) -> (std::process::Output, Duration) {
    let began = Instant::now();
    let limited = "ulimit -v 1800000; exec timeout 120 \"$@\"";
    let out = crate::fixture::command_by("bash", &["-c", limited, "bash"])
        .arg("index")
        .arg(data)
        .arg("--catalog")
        .arg(catalog)
        .args(["--jobs", "2"])
        .output()
        .unwrap();
    (out, began.elapsed())
}

/// Those that others made, together and alone: each is a finding with its name and reason.
#[test]
fn hostile_tables_of_others_are_findings() {
    let Some(hostile) = crate::custom_data::shared("hostile") else { return };
    let wanted = [
        ("cells-without-end.zip", "cells-without-end.zip!/b.csv|a cell lies beyond"),
        ("far-corner.xlsb", "far-corner.xlsb|a cell lies beyond row 1,048,576 or column XFD"),
        ("unclosed-table.ods", "unclosed-table.ods|it is damaged"),
    ];
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    fs::create_dir_all(&data).unwrap();
    for (name, _) in wanted {
        fs::copy(hostile.join(name), data.join(name)).unwrap();
    }
    let catalog = dir.path().join("catalog");
    let (out, took) = indexed(&data, &catalog);
    let said = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(1), "{said}");
    assert!(took < Duration::from_secs(20), "{took:?}");
    let found =
        rows(&catalog, "SELECT file, message FROM issues WHERE severity = 'error' ORDER BY file");
    assert_eq!(found.len(), wanted.len(), "{found:?}");
    for (found, (_, wanted)) in found.iter().zip(wanted) {
        let (file, reason) = wanted.split_once('|').unwrap();
        assert!(found.starts_with(file) && found.contains(reason), "{found}");
    }
}

#[test]
fn what_is_made_to_burst_does_not() {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in bombs() {
        let data = dir.path().join(name).join("data");
        fs::create_dir_all(&data).unwrap();
        fs::write(data.join(name), bytes).unwrap();
        let catalog = dir.path().join(name).join("catalog");
        let (out, took) = indexed(&data, &catalog);
        let said = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.code().is_some_and(|code| code < 2), "{name}: {:?} {said}", out.status);
        assert_eq!(rows(&catalog, "SELECT count(*) FROM sources"), ["1"], "{name}");
        assert!(took < Duration::from_secs(20), "{name} took {took:?}");
    }
}
