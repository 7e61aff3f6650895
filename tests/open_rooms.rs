//! Offences against the rules of the house, by room: those of `tests/fixtures/house_open.txt` are
//! reported, all others fail.
//!
//! `MAMMODEX_ROOM=src/index cargo nextest run --no-capture -E 'test(/^(circles|names|wording)::/)'`
//! lists what is open in one room, `MAMMODEX_ROOM=` in all; `MAMMODEX_OPEN=1` with `-j1` writes the list.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;

use super::source_tree::repository;

/// A place that breaks a rule.
pub struct Offence {
    /// The file, or `help` for what `--help` prints.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong, and what to write instead.
    pub message: String,
}

/// The room of a path: a folder of `src` or `schema`, a page of `docs`, a file.
fn room(path: &str) -> String {
    let mut parts = path.split('/');
    let first = parts.next().unwrap();
    match parts.next() {
        Some(second) if ["src", "schema", "docs"].contains(&first) => format!("{first}/{second}"),
        _ => path.split(' ').next().unwrap().to_owned(),
    }
}

/// Fails for offences outside the rooms that are still open for this rule; prints those of open rooms.
pub fn hold(rule: &str, offences: &[Offence]) {
    let list = repository().join("tests/fixtures/house_open.txt");
    let text = fs::read_to_string(&list).unwrap_or_default();
    let mut rooms: BTreeMap<String, Vec<&Offence>> = BTreeMap::new();
    for offence in offences {
        rooms.entry(room(&offence.path)).or_default().push(offence);
    }
    let open: BTreeSet<&str> =
        text.lines().filter_map(|line| line.strip_prefix(rule)?.strip_prefix(' ')).collect();
    if env::var_os("MAMMODEX_OPEN").is_some() {
        let others =
            text.lines().filter(|line| line.split(' ').next() != Some(rule)).map(str::to_owned);
        let lines: BTreeSet<String> =
            others.chain(rooms.keys().map(|room| format!("{rule} {room}"))).collect();
        fs::write(list, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        return;
    }
    let asked = env::var("MAMMODEX_ROOM").ok();
    let mut broken = String::new();
    for (room, offences) in &rooms {
        eprintln!("{rule}: {room}: {} open", offences.len());
        let closed = !open.contains(room.as_str());
        if closed || asked.as_ref().is_some_and(|asked| asked.is_empty() || asked == room) {
            for Offence { path, line, message } in offences {
                let text = format!("{path}:{line}: {message}\n");
                eprint!("{text}");
                if closed {
                    broken.push_str(&text);
                }
            }
        }
    }
    assert!(broken.is_empty(), "rule `{rule}`:\n{broken}");
}
