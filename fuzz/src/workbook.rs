//! Clinical tables: whole files, and parts of packages whose other parts are well formed. A package is
//! compressed and has checksums, so that random changes of its bytes would rarely reach a reader.

use std::io::{Cursor, Read, Write};
use std::sync::LazyLock;

use mammodex::sources::profile::Profile;
use mammodex::sources::workbook::{self, TableContainer};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

static PROFILE: LazyLock<Profile> =
    LazyLock::new(|| Profile::find("ncc").expect("a profile that is built in"));

/// Any table, by its content.
pub fn any(bytes: &[u8]) {
    read(bytes, workbook::container(bytes).unwrap_or(TableContainer::Text));
}

/// Delimited text.
pub fn delimited(bytes: &[u8]) {
    read(bytes, TableContainer::Text);
}

/// Excel 97.
pub fn xls(bytes: &[u8]) {
    read(bytes, TableContainer::Xls);
}

/// A part of an Office Open XML workbook.
pub fn xlsx(bytes: &[u8]) {
    const PARTS: &[&str] =
        &["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"];
    static PACKAGE: LazyLock<Package> =
        LazyLock::new(|| Package::of(include_bytes!("../corpus/workbook/Cancer.xlsx")));
    if let Some(package) = PACKAGE.with_part(PARTS, bytes) {
        read(&package, TableContainer::Xlsx);
    }
}

/// A part of a binary workbook.
pub fn xlsb(bytes: &[u8]) {
    const PARTS: &[&str] =
        &["xl/worksheets/sheet1.bin", "xl/styles.bin", "xl/workbook.bin", "xl/sharedStrings.bin"];
    static PACKAGE: LazyLock<Package> =
        LazyLock::new(|| Package::of(include_bytes!("../../tests/fixtures/clinical.xlsb")));
    if let Some(package) = PACKAGE.with_part(PARTS, bytes) {
        read(&package, TableContainer::Xlsb);
    }
}

/// The content of an OpenDocument spreadsheet.
pub fn ods(bytes: &[u8]) {
    static PACKAGE: LazyLock<Package> =
        LazyLock::new(|| Package::of(include_bytes!("../../tests/fixtures/clinical.ods")));
    if let Some(package) = PACKAGE.with_part(&["content.xml"], bytes) {
        read(&package, TableContainer::Ods);
    }
}

fn read(bytes: &[u8], container: TableContainer) {
    if let Ok(table) = workbook::open(bytes, container) {
        let _ = workbook::read(&table.sheets, &PROFILE, "a.xlsx", &mut Vec::new(), drop);
    }
}

/// The parts of a package by name.
struct Package(Vec<(String, Vec<u8>)>);

impl Package {
    fn of(bytes: &[u8]) -> Self {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("a seed");
        let count = archive.len();
        let part = |place| {
            let mut member = archive.by_index(place).expect("a part of a seed");
            let mut content = Vec::new();
            member.read_to_end(&mut content).expect("a part of a seed");
            (member.name().expect("a name").into_owned(), content)
        };
        Self((0..count).map(part).collect())
    }

    /// The package with one part replaced: the first byte chooses the part, the others are its content.
    fn with_part(&self, parts: &[&str], bytes: &[u8]) -> Option<Vec<u8>> {
        let (choice, content) = bytes.split_first()?;
        let name = parts[usize::from(*choice) % parts.len()];
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        let options =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        let others = self.0.iter().filter(|(other, _)| other != name);
        for (name, content) in
            others.map(|(name, content)| (&**name, &**content)).chain([(name, content)])
        {
            out.start_file(name, options).ok()?;
            out.write_all(content).ok()?;
        }
        Some(out.finish().ok()?.into_inner())
    }
}
