//! Files of a catalog that changed after they were written: no changed answer is given.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use mammodex::catalog::Catalog;
use mammodex::tables::snapshot::SnapshotDescription;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::fixture::{Said, run_in};
use crate::sample_data::SampleDataSet;

fn prepared() -> SampleDataSet {
    let set = SampleDataSet::new(12);
    assert_eq!(set.index("catalog", &[]).code, 0);
    set
}

fn run(set: &SampleDataSet, arguments: &[&str]) -> Said {
    run_in(set.dir.path(), arguments, "")
}

/// Every row of every table, and the description.
fn answers(catalog: &Path) -> Result<Vec<String>, String> {
    let catalog = Catalog::open(catalog, None).map_err(|error| error.to_string())?;
    let description = SnapshotDescription { checksum: None, ..catalog.snapshot().clone() };
    let mut answers = vec![format!("{description:?}")];
    for table in catalog.snapshot().tables.keys() {
        let rows =
            catalog.values::<String>(&format!("SELECT CAST(t AS VARCHAR) FROM {table} AS t"));
        answers.push(rows.map_err(|error| error.to_string())?.join("\n"));
    }
    Ok(answers)
}

fn writable(dir: &Path) -> Vec<PathBuf> {
    let dir = fs::canonicalize(dir).unwrap();
    let mut files: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    for file in &files {
        fs::set_permissions(file, fs::Permissions::from_mode(0o644)).unwrap();
    }
    files
}

#[test]
fn no_flipped_bit_changes_an_answer() {
    let set = prepared();
    let catalog = set.catalog("catalog");
    let files = writable(&catalog.join("current"));
    let sound = answers(&catalog).unwrap();
    let mut random = StdRng::seed_from_u64(13);
    let (mut refused, mut same) = (0, 0);
    for _ in 0..300 {
        let file = &files[random.random_range(0..files.len())];
        let bytes = fs::read(file).unwrap();
        let mut flipped = bytes.clone();
        flipped[random.random_range(0..bytes.len())] ^= 1 << random.random_range(0..8);
        fs::write(file, flipped).unwrap();
        match answers(&catalog) {
            Err(_) => refused += 1,
            Ok(now) => {
                assert!(now == sound, "{} changed silently", file.display());
                same += 1;
            }
        }
        fs::write(file, bytes).unwrap();
    }
    assert_eq!(answers(&catalog).unwrap(), sound);
    assert!(refused >= 290, "{refused} refused, {same} the same");
}

#[test]
fn commands_refuse_a_damaged_table_and_index_replaces_it() {
    let set = prepared();
    assert_eq!(run(&set, &["cohort", "create", "all", "--where", "true"]).code, 0);
    let images = fs::canonicalize(set.catalog("catalog/current/images.parquet")).unwrap();
    writable(&set.catalog("catalog/current"));
    let mut bytes = fs::read(&images).unwrap();
    let middle = bytes.len() / 3;
    bytes[middle] ^= 4;
    fs::write(&images, bytes).unwrap();
    for arguments in [
        &["query", "SELECT count(*) FROM images"][..],
        &["cohort", "create", "left", "--unit", "image", "--where", "laterality = 'L'"],
        &["manifest", "create", "all", "-o", "m.csv"],
        &["check"],
    ] {
        let said = run(&set, arguments);
        assert_eq!(said.code, 2, "{arguments:?}: {}", said.err);
        assert!(said.err.contains("images.parquet: the file has changed"), "{}", said.err);
        assert!(said.err.contains("run `mammodex index` again"), "{}", said.err);
    }
    assert_eq!(run(&set, &["query", "SELECT count(*) FROM patients"]).code, 0);
    assert_eq!(set.index("catalog", &[]).code, 0);
    assert_eq!(run(&set, &["query", "SELECT count(*) FROM images"]).code, 0);
}

#[test]
fn a_snapshot_of_another_version_is_indexed_anew_by_the_command_that_is_named() {
    let set = prepared();
    let description = fs::canonicalize(set.catalog("catalog/current/snapshot.json")).unwrap();
    writable(&set.catalog("catalog/current"));
    let mut value: serde_json::Value =
        serde_json::from_slice(&fs::read(&description).unwrap()).unwrap();
    let fields = value.as_object_mut().unwrap();
    fields.remove("checksum");
    fields.insert("schema_version".to_owned(), 1.into());
    fields.insert("tool_version".to_owned(), "0.0.9".into());
    fs::write(&description, value.to_string()).unwrap();
    let root = fs::canonicalize(set.root()).unwrap();
    let command = format!("run `mammodex index {} --catalog ", root.display());
    for arguments in [
        &["query", "SELECT 1"][..],
        &["check"],
        &["cohort", "create", "all", "--where", "true"],
        &["snapshot", "show"],
        &["shell"],
    ] {
        let said = run(&set, arguments);
        assert_eq!(said.code, 2, "{arguments:?} {}", said.err);
        assert!(said.err.contains(&command), "{arguments:?}: {}", said.err);
    }
    let said = run(&set, &["snapshot", "list"]);
    assert!(said.code == 1 && said.err.contains(&command), "{}", said.err);
    assert_eq!(set.index("catalog", &[]).code, 0);
    assert_eq!(run(&set, &["query", "SELECT 1"]).code, 0);
    assert_eq!(run(&set, &["snapshot", "show"]).code, 0);
    // The old one is named as what it is, not as a reason to index again.
    for arguments in [
        &["query", "SELECT 1", "--snapshot", "1"][..],
        &["snapshot", "diff"],
        &["snapshot", "restore", "1"],
    ] {
        let said = run(&set, arguments);
        assert_eq!(said.code, 2, "{arguments:?} {}", said.err);
        assert!(said.err.contains("only mammodex 0.0.9, which wrote it"), "{}", said.err);
        assert!(!said.err.contains("mammodex index"), "{}", said.err);
    }
}

#[test]
fn an_empty_folder_does_not_replace_a_snapshot_of_another_version() {
    let set = prepared();
    let description = fs::canonicalize(set.catalog("catalog/current/snapshot.json")).unwrap();
    writable(&set.catalog("catalog/current"));
    let text = fs::read_to_string(&description).unwrap();
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
    value.as_object_mut().unwrap().remove("checksum");
    value["schema_version"] = 1.into();
    fs::write(&description, value.to_string()).unwrap();
    fs::rename(set.root(), set.dir.path().join("elsewhere")).unwrap();
    fs::create_dir(set.root()).unwrap();
    let said = set.index("catalog", &[]);
    assert!(said.code == 2 && said.err.contains("--force"), "{}", said.err);
}
