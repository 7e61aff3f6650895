//! Manifests of a data set in a store: those of the folder, byte for byte, whatever goes wrong on the way.

use std::fs;
use std::path::Path;
use std::time::Duration;

use mammodex::sample::SampleFlaws;
use serde_json::Value;

use crate::fixture::{Said, mammodex, run, run_in};
use crate::sample_data::files_below;
use crate::store_stub::{StoreStub, StubFault, StubRequest};
use crate::stored_set::{DATA, SECRET, StoredSet, with_store};

/// 16 patients with pixels, indexed and split in three.
fn prepared() -> StoredSet {
    let stored = StoredSet::new(1, SampleFlaws::Without);
    fs::remove_dir_all(stored.set.root()).unwrap();
    let done = |arguments: &[&str]| {
        let said = run_in(stored.dir(), arguments, "");
        assert_eq!(said.code, 0, "{arguments:?}: {}", said.err);
    };
    done(&["sample", "data", "--patients", "16"]);
    stored.set_times();
    done(&["index", "data"]);
    done(&["cohort", "create", "all", "--where", "true"]);
    let parts = "train=0.5,val=0.25,test=0.25";
    done(&["split", "create", "three", "--cohort", "all", "--ratios", parts]);
    stored
}

fn at_store(stored: &StoredSet, store: &StoreStub, arguments: &[&str]) -> Said {
    let mut command = mammodex(stored.dir());
    let command = with_store(&mut command, &store.url).args(arguments).args(["--root", DATA]);
    run(command, stored.dir(), "")
}

fn create(stored: &StoredSet, store: &StoreStub, more: &[&str]) -> Said {
    at_store(stored, store, &[&["manifest", "create", "three"], more].concat())
}

/// All files of a manifest, and its provenance but for where the data set is.
fn content(output: &Path) -> (Vec<(String, Vec<u8>)>, Value) {
    let files = if output.is_dir() {
        files_below(output)
    } else {
        vec![(String::new(), output.to_owned())]
    };
    let files = files.into_iter().map(|(name, path)| (name, fs::read(path).unwrap())).collect();
    let account = format!("{}.provenance.json", output.display());
    let mut account: Value = serde_json::from_slice(&fs::read(account).unwrap()).unwrap();
    account["root"].take();
    account["manifest"]["file"].take();
    (files, account)
}

#[test]
fn every_format_of_a_store_is_that_of_the_folder() {
    let stored = prepared();
    let store = stored.store();
    let requests: [&[&str]; 15] = [
        &["--format", "csv"],
        &["--format", "jsonl", "--label", "diagnosis = 'malignant'"],
        &["--format", "parquet", "--columns", "split,case_id,path,patients.age_years", "--sha256"],
        &["--format", "csv", "--per", "lesion"],
        &["--format", "monai", "--sha256"],
        &["--format", "coco"],
        &["--format", "coco", "--png"],
        &["--format", "nnunet"],
        &["--format", "yolo"],
        &["--format", "imagefolder"],
        &["--format", "webdataset"],
        &["--format", "webdataset", "--strip-identifiers"],
        &["--format", "croissant"],
        &["--link", "copy"],
        &["--strip-identifiers"],
    ];
    for (number, arguments) in requests.iter().enumerate() {
        let (here, there) = (format!("here-{number}/out"), format!("there-{number}/out"));
        for output in [&here, &there] {
            fs::create_dir(stored.dir().join(output).parent().unwrap()).unwrap();
        }
        let output = if arguments[0] == "--format" { "-o" } else { "--materialise" };
        let named = |name| [*arguments, &[output, name]].concat();
        let local = [&["manifest", "create", "three"][..], &named(&here)].concat();
        let local = run_in(stored.dir(), &local, "");
        assert_eq!(local.code, 0, "{arguments:?}: {}", local.err);
        let remote = create(&stored, &store, &named(&there));
        assert_eq!(remote.code, 0, "{arguments:?}: {}", remote.err);
        assert_eq!(remote.err, local.err.replace(&here, &there), "{arguments:?}");
        let (here, whole) = (stored.dir().join(here), stored.dir().join(&there));
        assert!(content(&here) == content(&whole), "{arguments:?}: they differ");
        let said = at_store(&stored, &store, &["manifest", "verify", &there]);
        assert_eq!(said.code, 0, "{arguments:?}: {}{}", said.out, said.err);
        assert!(said.err.contains("no differences"), "{arguments:?}: {}", said.err);
    }
}

#[test]
fn addresses_are_the_paths_of_a_store() {
    let stored = prepared();
    let store = stored.store();
    for (format, start) in [("csv", "train,"), ("s5cmd", "cp ")] {
        let said = create(
            &stored,
            &store,
            &["--format", format, "--paths", "absolute", "-o", format, "--force"],
        );
        assert_eq!(said.code, 0, "{}", said.err);
        let text = fs::read_to_string(stored.dir().join(format)).unwrap();
        let line = text.lines().find(|line| line.starts_with(start)).unwrap();
        assert!(line.contains("s3://clinic/data/dcm/"), "{line}");
        let said = at_store(&stored, &store, &["manifest", "verify", format]);
        assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    }
    let refused = [
        (&["--materialise", "out", "--link", "hard"][..], "no link can lead to an object"),
        (&["-o", "out.csv", "--relative-to", "."], "no path leads from a folder to a store"),
    ];
    for (arguments, expected) in refused {
        let said = create(&stored, &store, arguments);
        assert_eq!(said.code, 2, "{}", said.err);
        assert!(said.err.contains(expected), "{}", said.err);
    }
}

/// Every third first request for an object fails, each time in another way.
fn fails_now_and_then(request: &StubRequest) -> StubFault {
    let faults = [
        StubFault::Refusal(503, "SlowDown"),
        StubFault::Cut,
        StubFault::Silence,
        StubFault::OtherRange,
        StubFault::Refusal(500, "InternalError"),
    ];
    if request.number.is_multiple_of(3) && request.before.is_multiple_of(2) {
        faults[request.number / 3 % faults.len()]
    } else {
        StubFault::Nothing
    }
}

#[test]
fn what_fails_now_and_then_changes_no_byte() {
    let stored = prepared();
    let (sound, failing) =
        (stored.store(), stored.failing(Duration::from_millis(2), fails_now_and_then));
    for format in ["parquet", "webdataset", "nnunet"] {
        let arguments = ["--format", format, "--sha256", "-o"];
        let (good, bad) = (format!("good-{format}/out"), format!("bad-{format}/out"));
        for output in [&good, &bad] {
            fs::create_dir(stored.dir().join(output).parent().unwrap()).unwrap();
        }
        let said = create(&stored, &sound, &[&arguments[..], &[&good]].concat());
        assert_eq!(said.code, 0, "{}", said.err);
        let said = create(&stored, &failing, &[&arguments[..], &[&bad]].concat());
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(content(&stored.dir().join(good)) == content(&stored.dir().join(&bad)), "{format}");
        let said = at_store(&stored, &failing, &["manifest", "verify", &bad]);
        assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    }
    let faults =
        failing.requests().iter().filter(|request| request.number.is_multiple_of(3)).count();
    assert!(faults > 50, "only {faults} faults");
}

#[test]
fn credentials_that_expire_end_a_manifest_and_its_verification() {
    let stored = prepared();
    let sound = stored.store();
    let arguments = ["--format", "webdataset", "--sha256", "-o", "sound"];
    assert_eq!(create(&stored, &sound, &arguments).code, 0);
    for after in [0, 30, 100] {
        let store = stored.failing(Duration::ZERO, move |request| {
            if request.number >= after {
                StubFault::Refusal(400, "ExpiredToken")
            } else {
                StubFault::Nothing
            }
        });
        // A list of 64 images is 64 requests.
        let formats = ["webdataset", "imagefolder", "csv"];
        for format in &formats[..if after < 64 { 3 } else { 2 }] {
            let said = create(&stored, &store, &["--format", format, "-o", "out"]);
            assert_eq!(said.code, 2, "{format} {after}: {}", said.err);
            let expected = "s3://clinic/data: the store refuses the credentials (ExpiredToken)";
            assert!(said.err.contains(expected), "{format} {after}: {}", said.err);
            assert!(!said.err.contains(SECRET), "{}", said.err);
            assert!(
                !stored.dir().join("out").exists()
                    && !stored.dir().join("out.provenance.json").exists()
            );
        }
        let store = stored.failing(Duration::ZERO, move |request| {
            if request.number >= after {
                StubFault::Refusal(400, "ExpiredToken")
            } else {
                StubFault::Nothing
            }
        });
        let said = at_store(&stored, &store, &["manifest", "verify", "sound"]);
        assert_eq!(said.code, 2, "{after}: {}{}", said.out, said.err);
        assert!(said.err.contains("(ExpiredToken)"), "{}", said.err);
    }
    let said = at_store(&stored, &sound, &["manifest", "verify", "sound"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
}

#[test]
fn an_object_that_cannot_be_read_is_excluded_and_named() {
    let stored = prepared();
    let bad = stored
        .set
        .rows("catalog", "SELECT min(path) FROM images WHERE case_id LIKE 'Normal%'")
        .remove(0);
    let gone = stored
        .set
        .rows("catalog", "SELECT max(path) FROM images WHERE case_id LIKE 'Normal%'")
        .remove(0);
    let (bad_key, gone_key) = (format!("data/{bad}"), format!("data/{gone}"));
    let store = stored.failing(Duration::ZERO, move |request| {
        let is_late =
            request.headers.get("range").is_some_and(|range| !range.starts_with("bytes=0-"));
        if request.key == gone_key {
            StubFault::Refusal(404, "NoSuchKey")
        } else if request.key == bad_key && is_late {
            StubFault::Refusal(403, "AccessDenied")
        } else {
            StubFault::Nothing
        }
    });
    for format in ["webdataset", "imagefolder"] {
        let said = create(&stored, &store, &["--format", format, "-o", format]);
        assert_eq!(said.code, 1, "{}", said.err);
        let expected = format!("excluded: 1 image that cannot be read, the first is {bad}: ");
        assert!(said.err.contains(&expected), "{format}: {}", said.err);
        assert!(said.err.contains("the store answers 403 AccessDenied"), "{}", said.err);
        let expected = format!("excluded: 1 image whose file is missing, the first is {gone}");
        assert!(said.err.contains(&expected), "{format}: {}", said.err);
        let left = files_below(&stored.dir().join(format));
        assert!(left.iter().all(|(name, _)| !name.contains("fetched")), "{left:?}");
    }
    let sound = stored.store();
    assert_eq!(create(&stored, &sound, &["--sha256", "-o", "out.csv"]).code, 0);
    let said = at_store(&stored, &store, &["manifest", "verify", "out.csv", "--format", "csv"]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.out.contains(&format!("files,{gone},the object does not exist")), "{}", said.out);
    assert!(said.out.contains(&format!("files,{bad},the store answers 403")), "{}", said.out);
}

#[test]
fn a_manifest_contacts_no_address_that_only_a_file_names() {
    let stored = StoredSet::new(12, SampleFlaws::Without);
    let (dir, store) = (stored.dir(), stored.store());
    assert!(stored.index_store(&store, "catalog", &[]).code < 2);
    let done = |arguments: &[&str]| run_in(dir, arguments, "");
    assert_eq!(done(&["cohort", "create", "all", "--where", "true"]).code, 0);
    let said = at_store(&stored, &store, &["manifest", "create", "all", "-o", "all.csv"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let before = store.requests().len();
    for arguments in [
        &["manifest", "create", "all", "-o", "out.csv"][..],
        &["manifest", "verify", "all.csv"],
        &["manifest", "verify", "all.csv", "--catalog", "other"],
    ] {
        let mut command = mammodex(dir);
        let said = run(with_store(&mut command, &store.url).args(arguments), dir, "");
        assert_eq!(said.code, 2, "{arguments:?}: {}", said.err);
        assert!(said.err.contains("--root s3://clinic/data"), "{arguments:?}: {}", said.err);
    }
    assert_eq!(store.requests().len(), before);
    // Without the catalog the provenance says what is compared.
    let said = at_store(&stored, &store, &["manifest", "verify", "all.csv", "--catalog", "other"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
}
