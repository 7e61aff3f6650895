//! `schema/`: every file reads, and says what the rules ask of it.

use mammodex::records::issue;
use mammodex::{schema, tables::spec};

#[test]
fn every_table_reads_and_its_key_stands() {
    assert_eq!(spec::all().len(), schema::TABLES.len(), "a file of schema/tables does not parse");
    for ((stem, _), table) in schema::TABLES.iter().zip(spec::all()) {
        assert_eq!(*stem, table.name);
        assert!(table.grain.starts_with("One row per "), "{}: {}", table.name, table.grain);
        for key in &table.key {
            assert!(table.columns.iter().any(|c| c.name == *key), "{}: key {key}", table.name);
        }
    }
}

#[test]
fn every_issue_code_reads_and_stands_once() {
    let all: Vec<_> = issue::codes().iter().flat_map(|(_, list)| list).collect();
    for (area, text) in schema::ISSUES {
        let listed = issue::codes().iter().find(|(a, _)| a == area).map_or(0, |(_, l)| l.len());
        assert_eq!(listed, text.matches("[[issue]]").count(), "schema/issues/{area}.toml");
    }
    for code in &all {
        assert_eq!(all.iter().filter(|c| c.code == code.code).count(), 1, "{}", code.code);
        assert!(!code.meaning.is_empty() && !code.advice.is_empty(), "{}", code.code);
    }
}
