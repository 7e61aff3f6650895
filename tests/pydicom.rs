//! What the indexer says of images, held against pydicom's reading of the same files.

use std::fs;
use std::path::Path;

use mammodex::sample::SampleFlaws;
use mammodex::tables::spec;
use serde_json::{Value, json};

use crate::fixture::{python, run_in};
use crate::index::{Indexed, index, shared};

/// The columns of `images` that are attributes, as the script wants them.
fn columns() -> Vec<Value> {
    let columns = &spec::find("images").unwrap().columns;
    let column = |column: &spec::ColumnSpec| {
        let first =
            json!({"keyword": column.attribute.as_ref()?, "factor": column.factor.unwrap_or(1.0)});
        let others = column.otherwise.iter();
        let others =
            others.map(|o| json!({"keyword": o.attribute, "factor": o.factor.unwrap_or(1.0)}));
        let kind = match column.kind {
            spec::ColumnType::Bool => "bool",
            spec::ColumnType::Int16 | spec::ColumnType::Int32 | spec::ColumnType::Int64 => "int",
            spec::ColumnType::Double => "double",
            spec::ColumnType::Date => "date",
            _ => "text",
        };
        let attributes: Vec<Value> = std::iter::once(first).chain(others).collect();
        Some(json!({"name": column.name, "kind": kind, "attributes": attributes}))
    };
    columns.iter().filter_map(column).collect()
}

fn compare(data: &Path, catalog: &Path) {
    let dir = tempfile::tempdir().unwrap();
    let table = |sql: &str| -> Value {
        let catalog = catalog.to_str().unwrap();
        let said =
            run_in(dir.path(), &["query", "--catalog", catalog, "--format", "json", sql], "");
        assert_eq!(said.code, 0, "{}", said.err);
        serde_json::from_str(&said.out).unwrap()
    };
    let columns = columns();
    assert!(columns.len() > 40);
    let tables = json!({
        "columns": columns,
        "images": table("SELECT * FROM images"),
        "sources": table("SELECT path, kind, status, reason FROM sources"),
    });
    let file = dir.path().join("tables.json");
    fs::write(&file, tables.to_string()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pydicom_compare.py");
    match python().arg(script).arg(data).arg(&file).output() {
        Ok(out) if out.status.code() == Some(77) => eprintln!("skipped: Python has no pydicom"),
        Ok(out) => {
            let (said, wrong) =
                (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
            assert!(out.status.success(), "{said}{wrong}");
            eprintln!("{}", said.trim());
        }
        Err(error) => eprintln!("skipped: Python does not run: {error}"),
    }
}

#[test]
fn every_attribute_of_the_sample_is_what_pydicom_reads() {
    let set = Indexed::new(60, SampleFlaws::Without);
    set.index(&[]);
    compare(&set.data(), &set.catalog());
}

#[test]
fn every_attribute_of_the_faulty_sample_is_what_pydicom_reads() {
    let set = Indexed::new(60, SampleFlaws::With);
    set.index(&[]);
    compare(&set.data(), &set.catalog());
}

#[test]
fn every_attribute_of_real_files_is_what_pydicom_reads() {
    let Some(data) = shared() else { return };
    let dir = tempfile::tempdir().unwrap();
    index(&data, dir.path(), &[]);
    compare(&data, dir.path());
}

/// The file with Modality (0008,0060) set to MG in place; none when it has none of two letters.
fn as_mammogram(bytes: &[u8]) -> Option<Vec<u8>> {
    const EXPLICIT: [u8; 8] = [8, 0, 0x60, 0, b'C', b'S', 2, 0];
    const IMPLICIT: [u8; 8] = [8, 0, 0x60, 0, 2, 0, 0, 0];
    const BIG_ENDIAN: [u8; 8] = [0, 8, 0, 0x60, b'C', b'S', 0, 2];
    let head = bytes.get(..bytes.len().min(8192))?;
    let is_modality =
        |window: &[u8]| [EXPLICIT, IMPLICIT, BIG_ENDIAN].iter().any(|form| window == form);
    let place = head.windows(8).position(is_modality)? + 8;
    let mut changed = bytes.to_vec();
    changed.get_mut(place..place + 2)?.copy_from_slice(b"MG");
    Some(changed)
}

#[test]
fn every_attribute_of_files_of_any_modality_is_what_pydicom_reads() {
    /// Larger files hold more pixels, not more attributes.
    const MOST_BYTES: u64 = 4 * 1024 * 1024;
    let Some(data) = shared() else { return };
    let dir = tempfile::tempdir().unwrap();
    let (mut folders, mut count) = (vec![data.clone()], 0);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let Ok(meta) = fs::symlink_metadata(&path) else { continue };
            if meta.is_dir() {
                folders.push(path);
                continue;
            }
            let small = meta.is_file() && meta.len() <= MOST_BYTES;
            let bytes = if small { fs::read(&path).unwrap_or_default() } else { Vec::new() };
            let Some(changed) = as_mammogram(&bytes) else { continue };
            let place = dir.path().join("data").join(path.strip_prefix(&data).unwrap());
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, changed).unwrap();
            count += 1;
        }
    }
    assert!(count > 100, "{count}");
    index(&dir.path().join("data"), &dir.path().join("catalog"), &[]);
    compare(&dir.path().join("data"), &dir.path().join("catalog"));
}
