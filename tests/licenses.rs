//! The crates of the product: their licences and sources are those of `deny.toml`, and `THIRD-PARTY.txt` has
//! the notices of all that are in the binary.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::fixture::{command_by, run_in};

/// `cargo metadata` of the crates that can be built for a platform, or for any.
fn metadata(platform: Option<&str>) -> Value {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["metadata", "--format-version", "1", "--locked", "--offline"]);
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    if let Some(platform) = platform {
        cargo.args(["--filter-platform", platform]);
    }
    let out = cargo.output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).unwrap()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Whether an SPDX expression allows a choice of the allowed licences.
fn is_allowed(expression: &str, allowed: &dyn Fn(&str) -> bool) -> bool {
    let expression = expression.replace('/', " OR ");
    let (mut depth, mut words, mut operators) = (0_u32, vec![String::new()], Vec::new());
    for word in expression.replace('(', " ( ").replace(')', " ) ").split_whitespace() {
        match word {
            "(" => depth += 1,
            ")" => depth -= 1,
            "AND" | "OR" if depth == 0 => {
                operators.push(word.to_owned());
                words.push(String::new());
                continue;
            }
            _ => {}
        }
        let part = words.last_mut().unwrap();
        part.push_str(if part.is_empty() { "" } else { " " });
        part.push_str(word);
    }
    if words.len() == 1 {
        let inner = words[0].strip_prefix("( ").and_then(|inner| inner.strip_suffix(" )"));
        return inner.map_or_else(|| allowed(&words[0]), |inner| is_allowed(inner, allowed));
    }
    // AND binds closer than OR.
    let mut alternatives = vec![is_allowed(&words[0], allowed)];
    for (operator, part) in operators.iter().zip(&words[1..]) {
        let part = is_allowed(part, allowed);
        match operator.as_str() {
            "AND" => *alternatives.last_mut().unwrap() &= part,
            _ => alternatives.push(part),
        }
    }
    alternatives.contains(&true)
}

fn list<'a>(table: &'a toml::Table, section: &str, key: &str) -> Vec<&'a toml::Value> {
    table[section][key].as_array().unwrap().iter().collect()
}

#[test]
fn every_crate_has_an_allowed_licence_and_source() {
    let deny: toml::Table =
        fs::read_to_string("deny.toml").unwrap().parse().expect("deny.toml is TOML");
    let names = |section, key| -> BTreeSet<&str> {
        list(&deny, section, key).iter().map(|value| value.as_str().unwrap()).collect()
    };
    let (licences, registries) = (names("licenses", "allow"), names("sources", "allow-registry"));
    let banned: BTreeSet<&str> = list(&deny, "bans", "deny")
        .iter()
        .map(|value| value.as_table().unwrap()["crate"].as_str().unwrap())
        .collect();
    let metadata = metadata(None);
    let mut used = BTreeSet::new();
    let mut wrong = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        let (name, licence) = (text(package, "name"), text(package, "license"));
        let allowed = |id: &str| licences.contains(id);
        if !is_allowed(licence, &allowed) {
            wrong.push(format!("{name}: the licence {licence:?} is not in deny.toml"));
        }
        used.extend(licences.iter().filter(|id| licence.contains(**id)));
        if banned.contains(name) {
            wrong.push(format!("{name} is banned by deny.toml"));
        }
        let source = text(package, "source").strip_prefix("registry+");
        let is_own = package["source"].is_null() && name == "mammodex";
        if !is_own && !source.is_some_and(|source| registries.contains(source)) {
            wrong.push(format!("{name}: the source {} is not in deny.toml", package["source"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let unused: Vec<_> = licences.difference(&used).collect();
    assert!(unused.is_empty(), "deny.toml allows licences that no crate has: {unused:?}");
}

#[test]
fn expressions_of_licences_are_understood() {
    let allowed = |id: &str| matches!(id, "MIT" | "Zlib" | "Apache-2.0 WITH LLVM-exception");
    for (expression, wanted) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("MIT/GPL-3.0", true),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0 AND MIT", false),
        ("(MIT OR GPL-3.0) AND Zlib", true),
        ("(MIT OR Zlib) AND GPL-3.0", false),
        ("GPL-3.0 AND MIT OR Zlib", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("Apache-2.0", false),
        ("", false),
    ] {
        assert_eq!(is_allowed(expression, &allowed), wanted, "{expression:?}");
    }
}

/// The crates that are linked into the binary: normal dependencies of normal dependencies.
fn linked(metadata: &Value) -> BTreeSet<&str> {
    let nodes: BTreeMap<&str, &Value> = metadata["resolve"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| (text(node, "id"), node))
        .collect();
    let root = text(&metadata["resolve"], "root");
    let (mut linked, mut pending) = (BTreeSet::new(), vec![root]);
    while let Some(id) = pending.pop() {
        for dependency in nodes[id]["deps"].as_array().unwrap() {
            let kinds = dependency["dep_kinds"].as_array().unwrap();
            let id = text(dependency, "pkg");
            if kinds.iter().any(|kind| kind["kind"].is_null()) && linked.insert(id) {
                pending.push(id);
            }
        }
    }
    linked
}

/// Texts of licences and notices in a crate's folder.
fn notices(folder: &Path) -> Vec<String> {
    let is_notice = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().to_lowercase();
        ["licen", "copying", "notice", "copyright", "unlicense"].iter().any(|s| name.starts_with(s))
            && path.is_file()
    };
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(is_notice).collect();
    files.sort();
    // Of a choice between MIT and Apache the shorter one is taken.
    let mit = files.iter().position(|path| path.to_string_lossy().to_lowercase().contains("mit"));
    let files = mit.map_or(files.clone(), |place| vec![files[place].clone()]);
    let read = |path| String::from_utf8_lossy(&fs::read(path).unwrap()).replace('\r', "");
    files.iter().map(read).map(|text| trimmed(&text)).collect()
}

fn trimmed(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

#[test]
fn the_notices_of_all_crates_are_shipped() {
    let metadata = metadata(Some("x86_64-unknown-linux-gnu"));
    let linked = linked(&metadata);
    let mut by_text: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut without = Vec::new();
    let packages = metadata["packages"].as_array().unwrap();
    for package in packages.iter().filter(|package| linked.contains(text(package, "id"))) {
        let title = format!("{} {}", text(package, "name"), text(package, "version"));
        let notices = notices(Path::new(text(package, "manifest_path")).parent().unwrap());
        if notices.is_empty() {
            let authors: Vec<&str> =
                package["authors"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            without.push(format!(
                "{title}, {}; {} {}",
                text(package, "license"),
                authors.join(", "),
                text(package, "repository")
            ));
        }
        for notice in notices {
            by_text.entry(notice).or_default().push(title.clone());
        }
    }
    let rule = "=".repeat(80);
    let mut out = format!(
        "mammodex is licensed under MIT or Apache-2.0. It contains DuckDB and the crates below, each under the \
         licence\nthat follows its name.\n\n{rule}\n{}\n",
        trimmed(include_str!("../licenses/duckdb.txt"))
    );
    out.push_str(&format!(
        "\n{rule}\nWithout a notice of their own; name, licence, authors, source:\n\n{}\n",
        without.join("\n")
    ));
    let mut sections: Vec<(String, String)> =
        by_text.into_iter().map(|(notice, crates)| (crates.join(", "), notice)).collect();
    sections.sort();
    for (crates, notice) in sections {
        out.push_str(&format!("\n{rule}\n{crates}\n\n{notice}\n"));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("THIRD-PARTY.txt");
    if std::env::var_os("MAMMODEX_BLESS").is_some() {
        fs::write(&path, &out).unwrap();
    }
    let shipped = fs::read_to_string(&path).unwrap_or_default();
    assert!(shipped == out, "THIRD-PARTY.txt is old: MAMMODEX_BLESS=1 cargo nextest run licenses");
    let said = run_in(std::env::temp_dir().as_path(), &["licenses"], "");
    assert!(said.code == 0 && said.out == out, "the binary has other notices: build it again");
}

/// Folders that the loader searches for the binary's libraries, of its ELF header.
fn run_path() -> Option<String> {
    let out = command_by("readelf", &["-d"]).output().ok()?;
    let out = String::from_utf8_lossy(&out.stdout).into_owned();
    let line = out.lines().find(|line| line.contains("(RUNPATH)") || line.contains("(RPATH)"))?;
    Some(line.split_once('[')?.1.trim_end_matches(']').to_owned())
}

#[test]
fn the_binary_names_no_folder_of_the_machine_that_built_it() {
    let Some(run_path) = run_path() else { return eprintln!("skipped: no readelf") };
    assert!(run_path.split(':').all(|folder| folder.starts_with("$ORIGIN")), "{run_path}");
}
