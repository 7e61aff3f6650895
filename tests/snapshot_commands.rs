//! `mammodex snapshot diff`, `restore`, `prune` and `verify`.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::fixture::{Said, assert_said, run_in};
use crate::sample_data::SampleDataSet;

/// Two snapshots: one image is gone from the second.
fn two_snapshots() -> SampleDataSet {
    let set = SampleDataSet::empty();
    assert_eq!(run_in(set.dir.path(), &["sample", "data", "--patients", "10"], "").code, 0);
    assert_eq!(set.index("catalog", &[]).code, 0);
    fs::remove_file(set.root().join("dcm/Uncompressed/Normal/Normal_00001/LCC.dcm")).unwrap();
    assert!(set.index("catalog", &[]).code < 2);
    set
}

fn snapshot(set: &SampleDataSet, arguments: &[&str]) -> Said {
    run_in(set.dir.path(), &[&["snapshot"], arguments].concat(), "")
}

#[test]
fn two_snapshots_differ_by_key_and_cell() {
    let set = two_snapshots();
    let said = snapshot(&set, &["diff", "--format", "csv"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let line = |table: &str| {
        let start = format!("{table},");
        said.out.lines().find(|line| line.starts_with(&start)).unwrap_or_default().to_owned()
    };
    assert_eq!(line("images"), "images,40,39,0,1,0,");
    assert_eq!(line("lesions").split(',').skip(3).take(3).collect::<Vec<_>>(), ["0", "0", "0"]);
    assert!(line("patients").starts_with("patients,10,10,0,0,1,\"image_count 1,"), "{}", said.out);
    assert_said!(said, @r#"
        exit code 0
        --- stdout ---
        table,rows_before,rows,added,removed,changed,changed_columns
        agreement,0,0,0,0,0,
        annotations,2,2,0,0,0,
        breasts,20,20,0,0,1,"image_count 1, views 1"
        images,40,39,0,1,0,
        issues,2,3,1,0,0,
        lesions,4,4,0,0,0,
        patients,10,10,0,0,1,"image_count 1, views 1, has_four_views 1"
        sources,46,45,0,1,0,
        --- stderr ---
          error        1 new      0 settled  views-missing
        snapshot 2 differs from 1 in 5 of 8 tables
        "#);
    let said = snapshot(&set, &["diff", "1", "2", "--table", "patients", "--format", "csv"]);
    assert_said!(said, @r#"
        exit code 0
        --- stdout ---
        case_id,change,column_name,older,newer
        Normal_00001,changed,has_four_views,true,false
        Normal_00001,changed,image_count,4,3
        Normal_00001,changed,views,"[LCC, LMLO, RCC, RMLO]","[LMLO, RCC, RMLO]"
        "#);
    let said = snapshot(&set, &["diff", "1", "2", "--table", "images", "--format", "csv"]);
    assert_eq!(said.out.lines().count(), 2, "{}", said.out);
    assert_said!(said, @r"
        exit code 0
        --- stdout ---
        path,change,column_name,older,newer
        dcm/Uncompressed/Normal/Normal_00001/LCC.dcm,removed,,,
        ");
    let tables = (snapshot(&set, &["diff", "--format", "csv"]).out.lines().count() - 1).to_string();
    assert_eq!(snapshot(&set, &["diff", "-o", "diff.parquet"]).code, 0);
    assert_eq!(snapshot(&set, &["diff", "--table", "images", "-o", "cells.parquet"]).code, 0);
    let count = |file: &str| {
        set.rows(
            "catalog",
            &format!("SELECT count(*) FROM '{}'", set.dir.path().join(file).display()),
        )
    };
    assert_eq!(
        (count("diff.parquet"), count("cells.parquet")),
        (vec![tables], vec!["1".to_owned()])
    );
    let said = snapshot(&set, &["show"]);
    assert!(said.out.contains(" UTC, ") && said.out.contains(" bytes\n"), "{}", said.out);
    assert!(said.out.contains("differences from snapshot 1:"), "{}", said.out);
    let said = snapshot(&set, &["show", "1"]);
    assert!(said.code == 0 && !said.out.contains("differences"), "{}", said.out);
    let said = snapshot(&set, &["list", "--format", "csv"]);
    assert!(said.out.starts_with("snapshot,current,written_utc,patients,images"), "{}", said.out);
    let said = snapshot(&set, &["diff", "1", "2", "--table", "image"]);
    assert_said!(said, @r#"
        exit code 2
        --- stderr ---
        mammodex: there is no table "image"; did you mean images?
        "#);
}

#[test]
fn an_older_snapshot_becomes_current_again() {
    let set = two_snapshots();
    let count = "SELECT count(*) FROM images";
    assert_eq!(set.rows("catalog", count), ["39"]);
    assert_eq!(snapshot(&set, &["restore", "1"]).code, 0);
    assert_eq!(set.rows("catalog", count), ["40"]);
    let said = snapshot(&set, &["restore", "9"]);
    assert_said!(said, @r"
        exit code 2
        --- stderr ---
        mammodex: the catalog has no snapshot 9
        ");
}

#[test]
fn damage_is_found_and_keeps_a_snapshot_from_becoming_current() {
    let set = two_snapshots();
    assert_eq!(snapshot(&set, &["verify"]).code, 0);
    let table = set.dir.path().join("catalog/snapshots/000001/images.parquet");
    let mut bytes = fs::read(&table).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::set_permissions(&table, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(&table, bytes).unwrap();
    let said = snapshot(&set, &["verify"]);
    assert_said!(said, @r"
        exit code 1
        --- stderr ---
        snapshot 1: differs from its checksum: images.parquet
        snapshot 2: every file matches its checksum
        ");
    let said = snapshot(&set, &["restore", "1"]);
    assert_said!(said, @r"
        exit code 2
        --- stderr ---
        mammodex: snapshot 1 is damaged: images.parquet differs from its checksum
        ");
}

#[test]
fn snapshots_that_nothing_names_are_pruned() {
    let set = two_snapshots();
    let ids = || snapshot(&set, &["list", "--format", "csv"]).out.lines().count() - 1;
    let said = snapshot(&set, &["prune", "--keep", "1", "--dry-run"]);
    assert!(said.err.contains("1 snapshot would be removed"), "{}", said.err);
    assert_eq!(ids(), 2);
    assert_eq!(snapshot(&set, &["prune", "--keep", "1"]).code, 0);
    assert_eq!(ids(), 1);
    assert_eq!(snapshot(&set, &["prune", "--keep", "0"]).code, 0);
    assert_eq!(ids(), 1, "the current one stays");
}

#[test]
fn published_snapshots_are_read_only() {
    let set = two_snapshots();
    let mode = |path: &str| {
        let meta = fs::metadata(set.dir.path().join("catalog").join(path)).unwrap();
        meta.permissions().mode() & 0o777
    };
    assert_eq!(mode("snapshots/000001"), 0o555);
    assert_eq!(mode("snapshots/000001/images.parquet"), 0o444);
    assert_eq!(mode("current/snapshot.json"), 0o444);
}
