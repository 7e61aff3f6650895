//! The layer table of docs/architecture.md, held against the `use crate::` lines.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Module, what it may import, crates that only it may name.
const LAYERS: &[(&str, &[&str], &[&str])] = &[
    ("records", &[], &["geo"]),
    ("sources", &["records"], &["dicom_", "calamine", "json5"]),
    ("tables", &["records"], &["parquet"]),
    ("index", &["records", "sources", "tables"], &[]),
    ("catalog", &["records", "tables"], &["duckdb"]),
    ("results", &["catalog", "tables"], &[]),
    ("statistics", &[], &["statrs"]),
    ("cohort", &["records", "catalog", "statistics", "tables"], &[]),
    ("split", &["records", "catalog", "cohort", "tables"], &[]),
    ("table1", &["records", "catalog", "cohort", "split", "statistics", "tables"], &[]),
    (
        "manifest",
        &["records", "sources", "catalog", "cohort", "split", "results", "tables"],
        &["tar"],
    ),
    ("quality", &["records", "catalog", "tables"], &[]),
    ("chart", &[], &["svg"]),
    (
        "shell",
        &["catalog", "cohort", "split", "manifest", "chart", "quality", "results", "tables"],
        &["rustyline"],
    ),
    ("sample", &["records"], &["dicom_", "rust_xlsxwriter"]),
];

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            files(&entry.path(), found);
        } else if entry.path().extension().is_some_and(|e| e == "rs") {
            found.push(entry.path());
        }
    }
}

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&root, &mut found);
    found.sort();
    let read = |path: PathBuf| {
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        (name, fs::read_to_string(path).unwrap())
    };
    found.into_iter().map(read).collect()
}

/// The modules named after `crate::`, braces included.
fn imports(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let list = rest.strip_prefix('{').and_then(|r| r.split_once('}')).map_or(rest, |(l, _)| l);
        let parts: Vec<&str> =
            if rest.starts_with('{') { list.split(',').collect() } else { vec![rest] };
        for part in parts {
            let word: String =
                part.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            names.insert(word);
        }
    }
    names
}

#[test]
fn every_module_imports_only_what_its_layer_may() {
    let mut broken = Vec::new();
    for (file, text) in sources() {
        let module = file.split(['/', '.']).next().unwrap();
        let Some((_, allowed, _)) = LAYERS.iter().find(|(name, ..)| *name == module) else {
            continue;
        };
        for name in imports(&text) {
            let known = LAYERS.iter().any(|(layer, ..)| *layer == name) || name == "cli";
            if known && name != module && !allowed.contains(&name.as_str()) {
                broken.push(format!("src/{file} uses crate::{name}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn crates_stay_in_their_modules() {
    let mut broken = Vec::new();
    for (file, text) in sources() {
        let module = file.split(['/', '.']).next().unwrap();
        for (_, _, crates) in LAYERS {
            for name in *crates {
                let home = LAYERS.iter().any(|(m, _, c)| *m == module && c.contains(name));
                let used =
                    text.contains(&format!("use {name}")) || text.contains(&format!(" {name}::"));
                if used && !home {
                    broken.push(format!("src/{file} names {name}"));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}
