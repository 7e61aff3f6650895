//! Data sets made file by file, indexed by the binary, asked through their Parquet files.

use std::fs;
use std::path::{Path, PathBuf};

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom_core::value::{DataSetSequence, Value};
use dicom_core::{DataElement, PrimitiveValue, VR};
use dicom_dictionary_std::StandardDataDictionary;
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use duckdb::Connection;
use rust_xlsxwriter::{Format, Workbook, Worksheet};

use crate::fixture::{Said, run_in};

/// A data set and its catalog in a folder of their own.
pub struct DataSet {
    dir: tempfile::TempDir,
}

/// Digital mammography, for presentation.
const MAMMOGRAM: &str = "1.2.840.10008.5.1.4.1.1.1.2";

impl DataSet {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("data")).unwrap();
        Self { dir }
    }

    pub fn root(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub fn catalog(&self) -> PathBuf {
        self.dir.path().join("catalog")
    }

    /// Writes a file.
    pub fn put(&self, path: &str, bytes: impl AsRef<[u8]>) -> &Self {
        let file = self.root().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
        self
    }

    /// Writes a mammogram of 100 rows and 80 columns; `more` adds attributes.
    pub fn image(&self, path: &str, more: &[(&str, &str)]) -> &Self {
        self.image_with(path, more, &[])
    }

    /// The same with texts whose bytes are given.
    pub fn image_with(&self, path: &str, more: &[(&str, &str)], raw: &[(&str, &[u8])]) -> &Self {
        let mut object = header(path, more);
        for (keyword, bytes) in raw {
            let entry = StandardDataDictionary.by_name(keyword).unwrap();
            let mut bytes = bytes.to_vec();
            bytes.resize(bytes.len().next_multiple_of(2), b' ');
            object.put(DataElement::new(entry.tag(), VR::LO, PrimitiveValue::from(bytes)));
        }
        self.object(path, object)
    }

    /// Writes a mammogram that has sequences, of one item each, besides.
    pub fn image_of(
        &self,
        path: &str,
        more: &[(&str, &str)],
        sequences: Vec<(&str, InMemDicomObject)>,
    ) -> &Self {
        self.object(path, with_sequences(header(path, more), sequences))
    }

    fn object(&self, path: &str, object: InMemDicomObject) -> &Self {
        let meta = FileMetaTableBuilder::new().transfer_syntax("1.2.840.10008.1.2.1");
        let file = self.root().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        object.with_meta(meta).unwrap().write_to_file(file).unwrap();
        self
    }

    /// The four views of a case of the release.
    pub fn case(&self, case: &str) -> &Self {
        let group = case.rsplit_once('_').unwrap().0;
        for view in ["LCC", "LMLO", "RCC", "RMLO"] {
            let (side, position) = view.split_at(1);
            self.image(
                &format!("dcm/{group}/{case}/{view}.dcm"),
                &[("ImageLaterality", side), ("ViewPosition", position), ("PatientID", case)],
            );
        }
        self
    }

    /// Indexes the data set; the exit code and what was said.
    pub fn index(&self, more: &[&str]) -> Said {
        let said = self.run(&[&["index", "data"], more].concat());
        assert!(said.code < 2, "{}", said.err);
        assert!(!said.err.contains("panicked"), "{}", said.err);
        said
    }

    /// Runs the binary beside the data set.
    pub fn run(&self, arguments: &[&str]) -> Said {
        run_in(self.dir.path(), arguments, "")
    }

    /// The rows of a query, cells joined by `|`, null as `-`.
    pub fn rows(&self, sql: &str) -> Vec<String> {
        rows(&self.catalog(), sql)
    }

    /// Codes of the findings, each once, sorted.
    pub fn codes(&self) -> Vec<String> {
        self.rows("SELECT DISTINCT code FROM issues ORDER BY 1")
    }

    /// `place|value` of the findings of one code.
    pub fn findings(&self, code: &str) -> Vec<String> {
        self.rows(&format!(
            "SELECT file || ' ' || coalesce(place, '-') || ' ' || coalesce(value, '-')
             FROM issues WHERE code = '{code}' ORDER BY 1"
        ))
    }
}

/// The header of a mammogram of 100 rows and 80 columns; `more` adds attributes.
fn header(path: &str, more: &[(&str, &str)]) -> InMemDicomObject {
    let uid =
        format!("2.25.{}", path.bytes().fold(7_u64, |h, b| h.wrapping_mul(31) + u64::from(b)));
    let base = [
        ("SOPClassUID", MAMMOGRAM),
        ("SOPInstanceUID", &uid),
        ("Modality", "MG"),
        ("Manufacturer", "HOLOGIC, Inc."),
        ("PatientIdentityRemoved", "YES"),
        ("Rows", "100"),
        ("Columns", "80"),
    ];
    attributes(&[&base[..], more].concat())
}

/// An object of these attributes; later ones replace earlier ones.
pub fn attributes(list: &[(&str, &str)]) -> InMemDicomObject {
    let mut object = InMemDicomObject::new_empty();
    for (keyword, value) in list {
        let entry = StandardDataDictionary.by_name(keyword).unwrap();
        let VirtualVr::Exact(vr) = entry.vr() else { panic!("{keyword} has no one VR") };
        let value = match vr {
            VR::US => PrimitiveValue::from(value.parse::<u16>().unwrap()),
            _ => PrimitiveValue::from(*value),
        };
        object.put(DataElement::new(entry.tag(), vr, value));
    }
    object
}

/// The same with sequences of one item each.
pub fn with_sequences(
    mut object: InMemDicomObject,
    sequences: Vec<(&str, InMemDicomObject)>,
) -> InMemDicomObject {
    for (keyword, item) in sequences {
        let tag = StandardDataDictionary.by_name(keyword).unwrap().tag();
        let items = Value::Sequence(DataSetSequence::from(vec![item]));
        object.put(DataElement::new(tag, VR::SQ, items));
    }
    object
}

/// The rows of a query over a catalog's Parquet files, cells joined by `|`, null as `-`.
pub fn rows(catalog: &Path, sql: &str) -> Vec<String> {
    let db = Connection::open_in_memory().unwrap();
    for table in ["patients", "breasts", "images", "annotations", "lesions", "issues", "sources"] {
        let file = catalog.join("current").join(format!("{table}.parquet"));
        db.execute_batch(&format!("CREATE VIEW {table} AS FROM '{}'", file.display())).unwrap();
    }
    let cells = format!("SELECT coalesce(COLUMNS(*)::VARCHAR, '-') FROM ({sql})");
    let sql = format!("SELECT concat_ws('|', *COLUMNS(*)) FROM ({cells})");
    let mut statement = db.prepare(&sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// A workbook of texts: sheets by name, rows of cells.
pub fn xlsx(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    made(|book| {
        for (name, rows) in sheets {
            let sheet = book.add_worksheet().set_name(*name).unwrap();
            fill(sheet, 0, rows);
        }
    })
}

/// Writes rows of texts from a row on.
pub fn fill(sheet: &mut Worksheet, first: u32, rows: &[&[&str]]) {
    for (row, cells) in (first..).zip(rows.iter()) {
        for (column, cell) in (0..).zip(cells.iter()).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(row, column, *cell).unwrap();
        }
    }
}

/// A workbook that `write` makes.
pub fn made(write: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut book = Workbook::new();
    write(&mut book);
    book.save_to_buffer().unwrap()
}

/// A format that shows a number as a date.
pub fn as_date() -> Format {
    Format::new().set_num_format("yyyy-mm-dd")
}

/// The files of others that stand beside the project, where they do.
pub fn shared(part: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(part);
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

/// A case of the shared data, indexed with the profile of the release; none where that data is missing.
pub fn shared_case(name: &str) -> Option<DataSet> {
    let case = shared("cases")?.join(name);
    let data = if case.join("data").is_dir() { case.join("data") } else { case };
    let set = DataSet::new();
    let mut folders = vec![data.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = fs::read(&path) {
                let name = path.strip_prefix(&data).unwrap().to_string_lossy().into_owned();
                set.put(&name, bytes);
            }
        }
    }
    set.index(&["--profile", "ncc"]);
    Some(set)
}
