//! `schema/`: every file reads, and says what the rules ask of it.

use mammodex::records::issue::ISSUE_CODES;
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
    for (area, text) in schema::ISSUES {
        let listed = ISSUE_CODES.iter().filter(|spec| spec.area == *area).count();
        assert_eq!(listed, text.matches("[[issue]]").count(), "schema/issues/{area}.toml");
    }
    for spec in ISSUE_CODES {
        assert_eq!(spec.code.spec().name, spec.name, "the table is in the order of the enum");
        assert_eq!(ISSUE_CODES.iter().filter(|s| s.name == spec.name).count(), 1, "{}", spec.name);
        assert!(!spec.meaning.is_empty() && !spec.advice.is_empty(), "{}", spec.name);
    }
}

#[test]
fn every_field_of_a_table_has_a_number_of_its_own() {
    for table in spec::all() {
        let ids: std::collections::BTreeSet<i32> =
            table.columns.iter().map(|column| column.id).collect();
        assert_eq!(ids.len(), table.columns.len(), "{}: a number is used twice", table.name);
        // Numbers from 1000 are those of the elements of lists.
        assert!(ids.iter().all(|id| (1..1000).contains(id)), "{}: {ids:?}", table.name);
    }
}
