//! Files of a catalog that changed after they were written: no changed answer is given.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use mammodex::catalog::Catalog;
use mammodex::tables::snapshot::SnapshotDescription;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::fixture::{Said, assert_said, run_in};
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
        assert!(said.err.contains("; run `mammodex index DATASET --catalog "), "{}", said.err);
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
    assert_said!(said, @r"
        exit code 2
        --- stderr ---
        mammodex: 48 of 48 images of snapshot 1 would vanish; the catalog is unchanged. Check that the data set is complete and mounted, or use --force to replace the snapshot
        ");
}

/// Flips each bit of each byte of a file of text in turn, and passes what the program then says to a check.
fn flip_each_bit(file: &Path, step: usize, check: impl Fn(&str)) {
    let bytes = fs::read(file).unwrap();
    for position in (0..bytes.len() * 8).step_by(step) {
        let mut flipped = bytes.clone();
        flipped[position / 8] ^= 1 << (position % 8);
        fs::write(file, flipped).unwrap();
        check(&format!("{} bit {position}", file.display()));
    }
    fs::write(file, bytes).unwrap();
}

#[test]
fn no_flipped_bit_of_a_cohort_or_split_is_read() {
    let set = prepared();
    assert_eq!(run(&set, &["cohort", "create", "old", "--where", "p.age_years > 50"]).code, 0);
    let split = ["split", "create", "s", "--cohort", "old", "--ratios", "train=0.5,test=0.5"];
    assert_eq!(run(&set, &split).code, 0);
    let catalog = set.catalog("catalog");
    flip_each_bit(&catalog.join("cohorts/old.toml"), 1, |place| {
        let name = "old".parse().unwrap();
        assert!(mammodex::cohort::load(&catalog, &name).is_err(), "{place} is read");
    });
    flip_each_bit(&catalog.join("splits/s.toml"), 3, |place| {
        let name = "s".parse().unwrap();
        assert!(mammodex::split::load(&catalog, &name).is_err(), "{place} is read");
    });
    // What is edited on purpose is read without its last line.
    let file = catalog.join("cohorts/old.toml");
    let text = fs::read_to_string(&file).unwrap();
    let edited = text.replace("> 50", "> 60");
    fs::write(&file, &edited).unwrap();
    let said = run(&set, &["cohort", "show", "old"]);
    assert!(said.code == 2 && said.err.contains("or delete that line"), "{}", said.err);
    let (lines, _) = edited.trim_end().rsplit_once('\n').unwrap();
    fs::write(&file, lines).unwrap();
    assert_eq!(run(&set, &["cohort", "show", "old"]).code, 0);
}

/// Writes a table of more than 16 MiB in place of the images, with its checksum.
fn with_large_table(set: &SampleDataSet) -> PathBuf {
    let snapshot = fs::canonicalize(set.catalog("catalog/current")).unwrap();
    writable(&snapshot);
    let large = set.dir.path().join("large.parquet");
    let rows = "SELECT i.* REPLACE (i.path || range AS path, concat(md5(i.path || range), \
                md5(range || i.path), md5('b' || i.path || range)) AS header_fingerprint)
                FROM images AS i, range(12000)";
    assert_eq!(run(set, &["query", rows, "-o", large.to_str().unwrap()]).code, 0);
    let table = snapshot.join("images.parquet");
    fs::rename(&large, &table).unwrap();
    assert!(fs::metadata(&table).unwrap().len() > 17 << 20, "{:?}", fs::metadata(&table));
    let description = snapshot.join("snapshot.json");
    let mut now: SnapshotDescription =
        serde_json::from_slice(&fs::read(&description).unwrap()).unwrap();
    let images = now.tables.get_mut("images").unwrap();
    images.sha256 = mammodex::disk::sha256_of_file(&table).unwrap();
    fs::write(&description, serde_json::to_vec_pretty(&now.sealed()).unwrap()).unwrap();
    table
}

#[test]
fn a_large_table_that_changed_is_refused_also_after_it_was_compared() {
    let set = prepared();
    let table = with_large_table(&set);
    let count = ["query", "--format", "csv", "SELECT count(*) > 0 AS some FROM images"];
    let list = set.dir.path().join(".cache/mammodex/verified-tables");
    // A table that was written within two seconds is not remembered.
    while !list.exists() {
        assert_eq!(run(&set, &count).out, "some\ntrue\n");
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    assert_eq!(fs::metadata(&list).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(run(&set, &count).out, "some\ntrue\n");
    assert_eq!(fs::read_to_string(&list).unwrap().lines().count(), 1);
    let bytes = fs::read(&table).unwrap();
    let times = fs::metadata(&table).unwrap().modified().unwrap();
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    fs::write(&table, &flipped).unwrap();
    // The time of modification can be forged, that of the change of status not.
    fs::File::options().append(true).open(&table).unwrap().set_modified(times).unwrap();
    for arguments in [&count[..], &["query", "--safe", "SELECT count(*) FROM images"]] {
        let said = run(&set, arguments);
        assert!(
            said.code == 2 && said.err.contains("checksum differs"),
            "{}{}",
            said.out,
            said.err
        );
    }
    // A list that others may write is not believed, and a link in its place is not followed.
    fs::write(&table, &bytes).unwrap();
    fs::set_permissions(&list, fs::Permissions::from_mode(0o666)).unwrap();
    assert_eq!(run(&set, &count).code, 0);
    fs::remove_file(&list).unwrap();
    let victim = set.dir.path().join("victim");
    fs::write(&victim, "").unwrap();
    std::os::unix::fs::symlink(&victim, &list).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    assert_eq!(run(&set, &count).code, 0);
    assert_eq!(fs::read_to_string(&victim).unwrap(), "");
}

#[test]
fn a_damaged_older_snapshot_says_what_helps() {
    let set = prepared();
    assert_ne!(set.index("catalog", &["--force", "--profile", "generic"]).code, 2);
    let older = set.catalog("catalog/snapshots/000001");
    writable(&older);
    let table = older.join("patients.parquet");
    let mut bytes = fs::read(&table).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&table, bytes).unwrap();
    for arguments in
        [&["query", "--snapshot", "1", "SELECT count(*) FROM patients"][..], &["snapshot", "diff"]]
    {
        let said = run(&set, arguments);
        assert_eq!(said.code, 2, "{arguments:?}: {}", said.err);
        assert!(said.err.contains("snapshot prune --damaged"), "{arguments:?}: {}", said.err);
        assert!(!said.err.contains("run `mammodex index"), "{arguments:?}: {}", said.err);
    }
    assert_eq!(run(&set, &["query", "SELECT count(*) FROM patients"]).code, 0);
    let said = run(&set, &["snapshot", "prune", "--damaged", "--dry-run"]);
    assert!(said.err.contains("1 snapshot would be removed"), "{}", said.err);
    assert_eq!(run(&set, &["snapshot", "prune", "--damaged"]).code, 0);
    assert!(!older.exists());
    let said = run(&set, &["snapshot", "prune", "--damaged"]);
    assert!(said.err.contains("0 snapshots removed"), "{}", said.err);
}

#[test]
fn a_description_without_its_checksum_is_refused() {
    let set = prepared();
    let description = fs::canonicalize(set.catalog("catalog/current/snapshot.json")).unwrap();
    writable(&set.catalog("catalog/current"));
    let mut value: serde_json::Value =
        serde_json::from_slice(&fs::read(&description).unwrap()).unwrap();
    value.as_object_mut().unwrap().remove("checksum");
    fs::write(&description, value.to_string()).unwrap();
    let said = run(&set, &["query", "SELECT 1"]);
    assert!(said.code == 2 && said.err.contains("its checksum is missing"), "{}", said.err);
    assert_eq!(set.index("catalog", &[]).code, 0);
    assert_eq!(run(&set, &["query", "SELECT 1"]).code, 0);
}
