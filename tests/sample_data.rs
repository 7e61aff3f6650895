//! A synthetic data set in a folder of its own, indexed by the binary, and its catalog's rows.

use std::fs;
use std::path::{Path, PathBuf};

use duckdb::Connection;
use mammodex::sample::{self, SampleFlaws, SamplePixels};

use crate::fixture::{Said, run_in};

pub struct SampleDataSet {
    pub dir: tempfile::TempDir,
}

impl SampleDataSet {
    /// `patients` cases without faults and without pixels.
    pub fn new(patients: u32) -> Self {
        let set = Self::empty();
        let (root, pixels, faults) = (set.root(), SamplePixels::None, SampleFlaws::Without);
        fs::remove_dir(&root).unwrap();
        sample::write(&sample::SampleRequest {
            root,
            patients,
            seed: 7,
            pixels,
            readers: 1,
            faults,
        })
        .unwrap();
        set
    }

    pub fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("data")).unwrap();
        Self { dir }
    }

    pub fn root(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub fn catalog(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Indexes into the catalog of that name.
    pub fn index(&self, catalog: &str, more: &[&str]) -> Said {
        self.index_with(catalog, more, "")
    }

    /// The same with something on standard input.
    pub fn index_with(&self, catalog: &str, more: &[&str], input: &str) -> Said {
        let arguments = [&["index", "data", "--catalog", catalog], more].concat();
        run_in(self.dir.path(), &arguments, input)
    }

    /// The rows of a query over a catalog's tables, cells joined by `|`, null as `-`.
    pub fn rows(&self, catalog: &str, sql: &str) -> Vec<String> {
        let db = Connection::open_in_memory().unwrap();
        for entry in fs::read_dir(self.catalog(catalog).join("current")).unwrap().flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|e| e == "parquet") {
                let name = path.file_stem().unwrap().to_str().unwrap();
                db.execute_batch(&format!("CREATE VIEW {name} AS FROM '{}'", path.display()))
                    .unwrap();
            }
        }
        let shown = format!("SELECT coalesce(COLUMNS(*)::VARCHAR, '-') FROM ({sql})");
        let sql = format!("SELECT concat_ws('|', *COLUMNS(*)) FROM ({shown})");
        let mut statement = db.prepare(&sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    /// Every table of a catalog's newest snapshot, byte for byte.
    pub fn tables(&self, catalog: &str) -> Vec<(String, Vec<u8>)> {
        let dir = fs::canonicalize(self.catalog(catalog).join("current")).unwrap();
        let files = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
        let tables = files.filter(|p| p.extension().is_some_and(|e| e == "parquet"));
        let mut tables: Vec<_> = tables
            .map(|p| (p.file_name().unwrap().to_string_lossy().into(), fs::read(p).unwrap()))
            .collect();
        tables.sort();
        tables
    }
}

/// Every file below a folder, with its path relative to it.
pub fn files_below(dir: &Path) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().to_string_lossy().into_owned();
                found.push((name, path));
            }
        }
    }
    found.sort();
    found
}
