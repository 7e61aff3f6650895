//! Checks that DuckDB's library is in place, and turns `schema/` into constants of the binary.
//!
//! A column without a description, a table without a grain, an SQL file without its head: none builds.

#![allow(clippy::print_stderr)] // a build script speaks through cargo

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    if env::var_os("CARGO_FEATURE_BUNDLED").is_none() {
        link_duckdb(&root);
    }
    embed_schema(&root.join("schema"));
}

fn link_duckdb(root: &Path) {
    let name = if cfg!(target_os = "macos") { "libduckdb.dylib" } else { "libduckdb.so" };
    let dir =
        env::var_os("DUCKDB_LIB_DIR").map_or_else(|| root.join("target/duckdb"), PathBuf::from);
    println!("cargo:rerun-if-env-changed=DUCKDB_LIB_DIR");
    println!("cargo:rerun-if-changed={}", dir.join(name).display());
    if !dir.join(name).exists() {
        eprintln!("\nDuckDB's library is not at {}.", dir.join(name).display());
        eprintln!("Run `make setup` once: it fetches the pinned library and checks its sum.");
        eprintln!(
            "(`cargo build --features bundled` compiles DuckDB from source instead: forty minutes.)\n"
        );
        std::process::exit(1);
    }
    // Beside the binary, or in a build tree. An absolute folder would name the machine that built it.
    for place in ["$ORIGIN", "$ORIGIN/../lib", "$ORIGIN/../duckdb", "$ORIGIN/../../duckdb"] {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{place}");
    }
    if let Err(error) = link_into_build_tree(&dir) {
        eprintln!("no link to {} in the build tree: {error}", dir.display());
    }
}

/// Makes `TARGET/duckdb` a link to the library's folder, where the build tree is not the one that has it.
fn link_into_build_tree(dir: &Path) -> std::io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    // TARGET/PROFILE/build/PACKAGE/out
    let Some(target) = out.ancestors().nth(4) else { return Ok(()) };
    let place = target.join("duckdb");
    if place.exists() {
        return Ok(());
    }
    let _ = fs::remove_file(&place);
    #[cfg(unix)]
    std::os::unix::fs::symlink(fs::canonicalize(dir)?, &place)?;
    Ok(())
}

/// Writes `schema.rs`: one constant per folder, each a sorted list of (file stem, text).
fn embed_schema(dir: &Path) {
    let mut code = String::new();
    for folder in [
        "tables",
        "views",
        "macros",
        "checks",
        "vocabulary",
        "profiles",
        "issues",
        "sample",
        "summaries",
        "formats",
        "shortcuts",
        "report",
        "omop",
        "texts",
    ] {
        let place = dir.join(folder);
        println!("cargo:rerun-if-changed={}", place.display());
        let mut files: Vec<PathBuf> = fs::read_dir(&place)
            .map(|entries| entries.flatten().map(|e| e.path()).filter(|p| p.is_file()).collect())
            .unwrap_or_default();
        files.sort();
        writeln!(code, "/// Every file of `schema/{folder}`: its stem and its text.")
            .expect("to a string");
        writeln!(code, "pub const {}: &[(&str, &str)] = &[", folder.to_uppercase())
            .expect("to a string");
        for file in files {
            println!("cargo:rerun-if-changed={}", file.display());
            if folder == "tables" {
                check_table(&file);
            }
            let is_sql = file.extension().is_some_and(|ending| ending == "sql");
            if let Some(keys) = head_keys(folder).filter(|_| is_sql) {
                check_head(&file, keys);
            }
            let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            writeln!(code, "    ({stem:?}, include_str!({:?})),", file.display().to_string())
                .expect("to a string");
        }
        code.push_str("];\n");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("schema.rs"), code).expect("OUT_DIR can be written");
    fs::write(out.join("issue_codes.rs"), issue_codes(&dir.join("issues")))
        .expect("OUT_DIR can be written");
}

/// One code of `schema/issues`.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct IssueEntry {
    code: String,
    severity: String,
    meaning: String,
    meaning_ko: String,
    advice: String,
    advice_ko: String,
}

/// A file of `schema/issues`.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct IssueFile {
    #[serde(default)]
    issue: Vec<IssueEntry>,
}

/// The enum `IssueCode` with a table of what each code means.
fn issue_codes(dir: &Path) -> String {
    let mut files: Vec<PathBuf> = fs::read_dir(dir)
        .expect("schema/issues is there")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    files.sort();
    let (mut variants, mut entries) = (String::new(), String::new());
    for file in &files {
        let text = fs::read_to_string(file).expect("listed a moment ago");
        let list: IssueFile =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let area = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for entry in list.issue {
            let name = pascal_case(&entry.code);
            let severity = pascal_case(&entry.severity);
            writeln!(variants, "    /// {}\n    {name},", entry.meaning).expect("to a string");
            writeln!(
                entries,
                "    IssueSpec {{ code: IssueCode::{name}, name: {:?}, area: {area:?}, \
                 severity: Severity::{severity}, meaning: {:?}, meaning_ko: {:?}, advice: {:?}, \
                 advice_ko: {:?} }},",
                entry.code, entry.meaning, entry.meaning_ko, entry.advice, entry.advice_ko
            )
            .expect("to a string");
        }
    }
    format!(
        "/// A code that a finding carries, one of `schema/issues`.\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]\n\
         pub enum IssueCode {{\n{variants}}}\n\
         /// Every code, by area and in the order of `schema/issues`.\n\
         pub const ISSUE_CODES: &[IssueSpec] = &[\n{entries}];\n"
    )
}

/// `file-empty` as `FileEmpty`.
fn pascal_case(kebab: &str) -> String {
    let capital = |word: &str| {
        let (first, rest) = word.split_at(1.min(word.len()));
        first.to_uppercase() + rest
    };
    kebab.split('-').map(capital).collect()
}

fn check_table(file: &Path) {
    let text = fs::read_to_string(file).expect("listed a moment ago");
    let table: toml::Table =
        text.parse().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let filled = |t: &toml::Table, key: &str| {
        t.get(key).and_then(|v| v.as_str()).is_some_and(|s| !s.trim().is_empty())
    };
    for key in ["name", "grain", "grain_ko", "description", "description_ko"] {
        assert!(filled(&table, key), "{}: `{key}` is missing", file.display());
    }
    for column in table.get("column").and_then(|c| c.as_array()).expect("a table has columns") {
        let column = column.as_table().expect("[[column]]");
        let null_ko = column.get("null").map(|_| "null_ko");
        let keys = ["name", "type", "source", "description", "description_ko"];
        for key in keys.into_iter().chain(null_ko) {
            assert!(
                filled(column, key),
                "{}: column {:?}: `{key}` is missing",
                file.display(),
                column.get("name")
            );
        }
    }
}

/// What the comment lines at the head of an SQL file must say, by folder.
fn head_keys(folder: &str) -> Option<&'static [&'static str]> {
    match folder {
        "views" => Some(&["title", "grain", "key", "column"]),
        "macros" => Some(&["title", "usage", "gives", "example"]),
        "omop" => Some(&["title", "grain"]),
        "checks" => Some(&["severity", "title", "means", "advice", "population"]),
        _ => None,
    }
}

fn check_head(file: &Path, keys: &[&str]) {
    let text = fs::read_to_string(file).expect("listed a moment ago");
    let head = || text.lines().map_while(|line| line.strip_prefix("-- ")?.split_once(':'));
    for key in keys {
        let named = |(name, _): &(&str, &str)| name.split(' ').next() == Some(key);
        assert!(head().any(|line| named(&line)), "{}: `-- {key}` is missing", file.display());
    }
    // The statements of an export are read by programs.
    let is_shown = file.parent().is_some_and(|folder| !folder.ends_with("omop"));
    for (line, next) in text.lines().zip(text.lines().skip(1)).filter(|_| is_shown) {
        let Some((name, _)) = line.strip_prefix("-- ").and_then(|line| line.split_once(':')) else {
            continue;
        };
        let word = name.split(' ').next().unwrap_or_default();
        if ["title", "grain", "gives", "means", "advice", "column"].contains(&word) {
            let is_korean =
                next.strip_prefix("--   ko: ").is_some_and(|text| !text.trim().is_empty());
            assert!(is_korean, "{}: `--   ko: …` is missing below `-- {name}:`", file.display());
        }
    }
    for (name, said) in head().filter(|(name, _)| name.starts_with("column ")) {
        assert!(!said.trim().is_empty(), "{}: {name} is not described", file.display());
    }
}
