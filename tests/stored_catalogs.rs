//! A catalog in a store: what commands say of it and put there is what they say and write in a folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use mammodex::sample::SampleFlaws;

use crate::fixture::{Said, mammodex, run, run_in};
use crate::sample_data::files_below;
use crate::store_stub::{StoreStub, StubFault, StubRequest};
use crate::stored_set::{DATA, SECRET, StoredSet, with_store};

const CATALOG: &str = "s3://clinic/catalogs/ncc";

/// Runs a command with the catalog in the store, by a user with an own home and cache.
fn at_home(stored: &StoredSet, store: &StoreStub, home: &str, arguments: &[&str]) -> Said {
    let home = stored.dir().join(home);
    fs::create_dir_all(&home).unwrap();
    let mut command = mammodex(stored.dir());
    let command =
        with_store(&mut command, &store.url).env("HOME", &home).env("XDG_STATE_HOME", &home);
    run(command.args(arguments).args(["--catalog", CATALOG]), stored.dir(), "")
}

/// The files below a folder.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = files_below(folder).into_iter();
    files.map(|(name, path)| (name, fs::read(path).unwrap())).collect()
}

fn there(stored: &StoredSet, store: &StoreStub, arguments: &[&str]) -> Said {
    at_home(stored, store, "home", arguments)
}

/// Runs a command in both catalogs, and expects the same output.
fn both(stored: &StoredSet, store: &StoreStub, arguments: &[&str]) -> Said {
    let local = run_in(stored.dir(), &[arguments, &["--catalog", "local"]].concat(), "");
    let remote = there(stored, store, arguments);
    assert_eq!(
        (local.code, &local.out),
        (remote.code, &remote.out),
        "{arguments:?}: {}{}",
        local.err,
        remote.err
    );
    remote
}

#[test]
fn a_catalog_in_a_store_is_that_of_a_folder() {
    let stored = StoredSet::new(55, SampleFlaws::With);
    let store = stored.store();
    let local = stored.index_folder(&[]);
    let said = there(&stored, &store, &["index", "data"]);
    assert_eq!(said.code, local.code, "{}", said.err);
    assert!(said.err.contains(&format!("snapshot 1 is in {CATALOG}/current")), "{}", said.err);
    let objects = stored.dir().join("catalogs/ncc");
    assert_eq!(fs::read_to_string(objects.join("current")).unwrap(), "snapshots/000001\n");
    assert!(
        contents(&objects.join("snapshots")) == contents(&stored.dir().join("local/snapshots"))
    );

    both(&stored, &store, &["query", "SELECT * FROM patients ORDER BY case_id"]);
    both(&stored, &store, &["cohort", "create", "all", "--where", "true"]);
    let parts = "train=0.5,val=0.25,test=0.25";
    both(&stored, &store, &["split", "create", "three", "--cohort", "all", "--ratios", parts]);
    for arguments in [
        &["cohort", "show", "all"][..],
        &["split", "show", "three"],
        &["split", "check", "three"],
        &["query", "SELECT split, count(*) FROM splits.three GROUP BY ALL ORDER BY ALL"],
        &["check"],
        &["table1", "all"],
        &["schema"],
        &["snapshot", "verify"],
    ] {
        both(&stored, &store, arguments);
    }
    for (output, catalog) in [("here.csv", "local"), ("there.csv", CATALOG)] {
        let arguments = ["manifest", "create", "three", "-o", output, "--catalog", catalog];
        let mut command = mammodex(stored.dir());
        let said = run(with_store(&mut command, &store.url).args(arguments), stored.dir(), "");
        assert!(said.code < 2, "{}", said.err);
    }
    let manifest = |name: &str| fs::read(stored.dir().join(name)).unwrap();
    assert!(manifest("here.csv") == manifest("there.csv"));
    // Another machine has no cache, and reads the same.
    let sql = ["query", "SELECT count(*) FROM cohorts.all", "--format", "csv"];
    let (one, other) = (there(&stored, &store, &sql), at_home(&stored, &store, "other", &sql));
    assert_eq!((one.code, &one.out), (other.code, &other.out), "{}", other.err);

    // The next run reads what changed, on any machine, and publishes one more snapshot.
    let said = at_home(&stored, &store, "third", &["index", "data"]);
    assert!(said.err.contains("(0 read)") && said.err.contains("nothing changed"), "{}", said.err);
    let (_, image) = files_below(&stored.set.root())
        .into_iter()
        .rfind(|(name, _)| name.ends_with(".dcm"))
        .unwrap();
    fs::remove_file(image).unwrap();
    let said = there(&stored, &store, &["index", "data"]);
    assert!(said.code < 2 && said.err.contains("snapshot 2 is in"), "{}", said.err);
    stored.index_folder(&[]);
    assert!(
        contents(&objects.join("snapshots")) == contents(&stored.dir().join("local/snapshots"))
    );
    both(&stored, &store, &["snapshot", "diff"]);
    both(&stored, &store, &["query", "--snapshot", "1", "SELECT count(*) FROM images"]);
    assert_eq!(there(&stored, &store, &["snapshot", "restore", "1"]).code, 0);
    assert_eq!(fs::read_to_string(objects.join("current")).unwrap(), "snapshots/000001\n");
    both(&stored, &store, &["cohort", "drop", "all"]);
    assert!(!objects.join("cohorts/all.toml").exists());
    // Nothing of a run is left beside its cache.
    let left = fs::read_dir(stored.dir().join("home/.cache/mammodex/catalogs")).unwrap();
    assert!(left.flatten().all(|entry| entry.file_type().unwrap().is_file()));
}

#[test]
fn tables_are_fetched_once() {
    let stored = StoredSet::new(12, SampleFlaws::Without);
    let store = stored.store();
    assert_eq!(there(&stored, &store, &["index", "data"]).code, 0);
    let sql = ["query", "SELECT count(*) FROM images"];
    let tables = |requests: &[StubRequest]| {
        requests.iter().filter(|request| request.key.ends_with(".parquet")).count()
    };
    let count = || store.requests().len();
    let mut before = count();
    assert_eq!(there(&stored, &store, &sql).code, 0);
    assert_eq!(tables(&store.requests()[before..]), 8);
    before = count();
    assert_eq!(there(&stored, &store, &sql).code, 0);
    assert_eq!(tables(&store.requests()[before..]), 0);
    // What is damaged in the store or in the cache is named, not read.
    let cache = stored.dir().join("home/.cache/mammodex/catalogs");
    let images =
        fs::read(stored.dir().join("catalogs/ncc/snapshots/000001/images.parquet")).unwrap();
    let (_, cached) = files_below(&cache)
        .into_iter()
        .find(|(_, path)| fs::read(path).unwrap() == images)
        .unwrap();
    let mut bytes = images.clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::remove_file(&cached).unwrap();
    fs::write(&cached, bytes).unwrap();
    let said = there(&stored, &store, &sql);
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.err.contains("its checksum differs"), "{}", said.err);
}

#[test]
fn the_run_that_is_late_changes_nothing() {
    let stored = StoredSet::new(12, SampleFlaws::Without);
    let store = stored.store();
    assert_eq!(there(&stored, &store, &["index", "data"]).code, 0);
    let objects = stored.dir().join("catalogs/ncc");
    // Another run publishes while this one writes: first its tables, then what is current.
    for late in ["snapshots/000002/annotations.parquet", "current"] {
        let key = format!("catalogs/ncc/{late}");
        let place = objects.join(late);
        let other = stored.failing(Duration::ZERO, move |request| {
            if request.method == "PUT" && request.key == key {
                fs::create_dir_all(place.parent().unwrap()).unwrap();
                fs::write(&place, "snapshots/000009\n").unwrap();
            }
            StubFault::Nothing
        });
        let said = there(&stored, &other, &["index", "data", "--tags", "Grid"]);
        assert_eq!(said.code, 2, "{late}: {}", said.err);
        assert!(said.err.contains("was written by another run at the same time"), "{}", said.err);
        let current = fs::read_to_string(objects.join("current")).unwrap();
        assert_eq!(
            current,
            if late == "current" { "snapshots/000009\n" } else { "snapshots/000001\n" }
        );
    }
    // A number that a run has begun is not taken again.
    fs::write(objects.join("current"), "snapshots/000001\n").unwrap();
    let said = there(&stored, &store, &["index", "data", "--tags", "Grid"]);
    assert!(said.err.contains("snapshot 4 is in"), "{}", said.err);
    // The same for what is saved.
    let place = objects.join("cohorts/all.toml");
    let other = stored.failing(Duration::ZERO, move |request| {
        if request.method == "PUT" && request.key.ends_with("cohorts/all.toml") {
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(&place, "other").unwrap();
        }
        StubFault::Nothing
    });
    let said = there(&stored, &other, &["cohort", "create", "all", "--where", "true"]);
    assert_eq!(said.code, 2, "{}", said.err);
    assert_eq!(fs::read_to_string(objects.join("cohorts/all.toml")).unwrap(), "other");
}

#[test]
fn broken_connections_lose_no_write_and_expired_keys_leave_what_is_current() {
    let stored = StoredSet::new(12, SampleFlaws::Without);
    stored.index_folder(&[]);
    // The first answer to every write is lost: the object is there by then.
    let silent = stored.failing(Duration::ZERO, |request| match request.method.as_str() {
        "PUT" if request.before == 0 => StubFault::Silence,
        _ if request.number % 7 == 3 => StubFault::Refusal(503, "SlowDown"),
        _ => StubFault::Nothing,
    });
    let said = there(&stored, &silent, &["index", "data"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let objects = stored.dir().join("catalogs/ncc");
    assert!(
        contents(&objects.join("snapshots")) == contents(&stored.dir().join("local/snapshots"))
    );
    let before = contents(&objects);
    for writes in 0..10 {
        let expiring = stored.failing(Duration::ZERO, move |request| {
            let is_late = request.method == "PUT" && request.number > 20 + writes;
            if is_late { StubFault::Refusal(400, "ExpiredToken") } else { StubFault::Nothing }
        });
        let said = there(&stored, &expiring, &["index", "data", "--tags", "Grid"]);
        if said.code == 2 {
            assert!(
                said.err.contains("(ExpiredToken)") && !said.err.contains(SECRET),
                "{}",
                said.err
            );
            let mut after = contents(&objects);
            after.retain(|name, _| before.contains_key(name));
            assert!(after == before, "{writes}");
        }
    }
    assert_eq!(there(&stored, &silent, &["review"]).code, 2);
    let said = there(&stored, &silent, &["snapshot", "prune", "--keep", "1"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("no lock keeps readers away"), "{}", said.err);
    let mut command = mammodex(stored.dir());
    let none = ["query", "SELECT 1", "--catalog", "s3://clinic/nothing"];
    let said = run(with_store(&mut command, &silent.url).args(none), stored.dir(), "");
    assert!(
        said.code == 2 && said.err.contains("there is no catalog at s3://clinic/nothing"),
        "{}",
        said.err
    );
    // A data set and its catalog may both be there.
    let mut command = mammodex(stored.dir());
    let arguments = ["index", DATA, "--catalog", "s3://clinic/both"];
    let said = run(with_store(&mut command, &silent.url).args(arguments), stored.dir(), "");
    assert!(said.code < 2, "{}", said.err);
}
