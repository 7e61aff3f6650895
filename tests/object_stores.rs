//! A data set in an object store gives the tables of the same files in a folder, whatever the network does.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use mammodex::sample::SampleFlaws;

use crate::fixture::{Said, mammodex, python, run};
use crate::incremental::tables;
use crate::sample_data::{SampleDataSet, files_below};
use crate::store_stub::StubFault;
use crate::stored_set::{BUCKET, DATA, SECRET, StoredSet, put_into_archive, with_store};

#[test]
fn the_tables_of_a_store_are_those_of_the_folder() {
    let stored = StoredSet::new(56, SampleFlaws::With);
    put_into_archive(&stored.set.root(), "dcm/Uncompressed/Normal/Normal_00002");
    stored.set_times();
    let plain = stored.index_folder(&[]);
    let store = stored.failing(Duration::ZERO, |_| StubFault::Nothing);
    let said = stored.index_store(&store, "remote", &[]);
    assert_eq!(said.code, plain.code, "{}", said.err);
    stored.assert_same("remote");
    let description =
        fs::read_to_string(stored.dir().join("remote/current/snapshot.json")).unwrap();
    assert!(description.contains(&format!("\"root\": {DATA:?}")), "{description}");

    // No file takes more than one request to read its header.
    let mut reads: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for request in store.requests().into_iter().filter(|request| !request.key.is_empty()) {
        let (start, end) =
            request.headers["range"].strip_prefix("bytes=").unwrap().split_once('-').unwrap();
        let length = end.parse::<u64>().unwrap() + 1 - start.parse::<u64>().unwrap();
        reads.entry(request.key).or_default().push(length);
    }
    let images: Vec<_> = reads.iter().filter(|(key, _)| key.ends_with(".dcm")).collect();
    assert!(images.len() > 100);
    for (key, lengths) in images {
        assert!(lengths.len() <= 2 && lengths[0] <= 16 << 10, "{key}: {lengths:?}");
    }
    let once = reads.values().filter(|lengths| lengths.len() == 1).count();
    assert!(once * 10 > reads.len() * 9, "{once} of {} files were read at once", reads.len());
}

#[test]
fn unchanged_objects_are_not_read_again() {
    let stored = StoredSet::new(12, SampleFlaws::Without);
    let count = |said: &Said| {
        let words: Vec<&str> = said.err.split_whitespace().collect();
        let at = words.iter().position(|word| word.starts_with("read)")).unwrap();
        words[at - 1].trim_start_matches('(').parse::<usize>().unwrap()
    };
    let store = stored.store();
    let all = count(&stored.index_store(&store, "remote", &[]));
    let before = store.requests().len();
    assert_eq!(count(&stored.index_store(&store, "remote", &[])), 0);
    assert_eq!(store.requests().len() - before, 1, "the listing alone");
    // Of the same length and time, only its ETag differs.
    let (_, path) = files_below(&stored.set.root())
        .into_iter()
        .find(|(name, _)| name.ends_with(".dcm"))
        .unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let year = bytes.windows(4).position(|window| window == b"DICM").unwrap();
    bytes[year - 100] ^= 1;
    fs::write(&path, bytes).unwrap();
    stored.set_times();
    let read = count(&stored.index_store(&store, "remote", &[]));
    assert!(read > 0 && read < all / 2, "{read} of {all}");
    stored.index_folder(&[]);
    stored.assert_same("remote");
}

#[test]
fn what_fails_once_is_read_again_and_nothing_is_lost() {
    let stored = StoredSet::new(30, SampleFlaws::Without);
    stored.index_folder(&[]);
    let faults = [
        StubFault::Refusal(503, "SlowDown"),
        StubFault::Refusal(500, "InternalError"),
        StubFault::Silence,
        StubFault::Cut,
        StubFault::OtherRange,
        StubFault::Refusal(400, "RequestTimeout"),
    ];
    // The first attempt at every third request for a new key fails, in turn by each fault.
    let store = stored.failing(Duration::ZERO, move |request| {
        let is_listing = request.key.is_empty();
        let fails = request.number % 3 == 0 && (is_listing || request.before == 0);
        let fault = faults[request.number / 3 % faults.len()];
        if fails && !(is_listing && fault == StubFault::OtherRange) {
            fault
        } else {
            StubFault::Nothing
        }
    });
    let said = stored.index_store(&store, "remote", &[]);
    assert_eq!(said.code, 0, "{}", said.err);
    stored.assert_same("remote");
}

#[test]
fn requests_are_fewer_after_the_store_asks_to_slow_down() {
    let stored = StoredSet::new(150, SampleFlaws::Without);
    stored.index_folder(&[]);
    let store = stored.failing(Duration::from_millis(20), |request| {
        if request.under_way > 24 {
            StubFault::Refusal(503, "SlowDown")
        } else {
            StubFault::Nothing
        }
    });
    let began = Instant::now();
    let said = stored.index_store(&store, "remote", &[]);
    assert_eq!(said.code, 0, "{}", said.err);
    stored.assert_same("remote");
    let requests = store.requests();
    let most = requests.iter().map(|request| request.under_way).max().unwrap();
    assert!(most > 24, "{most} requests were under way at most");
    // Two at a time would take 6 seconds for the images alone.
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    let refused = requests.iter().filter(|request| request.under_way > 24).count();
    assert!(refused < requests.len() / 3, "{refused} of {} requests were refused", requests.len());
}

#[test]
fn credentials_that_expire_end_the_run_and_leave_the_catalog() {
    let stored = StoredSet::new(12, SampleFlaws::Without);
    let sound = stored.store();
    stored.index_store(&sound, "remote", &[]);
    let before = tables(&stored.dir().join("remote"));
    for (status, code) in
        [(400, "ExpiredToken"), (403, "InvalidAccessKeyId"), (403, "SignatureDoesNotMatch")]
    {
        let store = stored.failing(Duration::ZERO, move |request| {
            if request.number > 20 { StubFault::Refusal(status, code) } else { StubFault::Nothing }
        });
        let said = stored.index_store(&store, "remote", &["--force", "--tags", "Grid"]);
        assert_eq!(said.code, 2, "{}", said.err);
        assert!(said.err.contains(&format!("refuses the credentials ({code})")), "{}", said.err);
        assert!(!said.err.contains(SECRET) && !said.err.contains("Signature="), "{}", said.err);
        assert!(
            store.requests().len() < 120,
            "it goes on with {} requests",
            store.requests().len()
        );
        assert_eq!(before, tables(&stored.dir().join("remote")));
    }
}

#[test]
fn an_object_that_cannot_be_read_is_a_finding_and_tried_again() {
    let stored = StoredSet::new(12, SampleFlaws::Without);
    stored.index_folder(&[]);
    let is_bad = |key: &str| key.ends_with("RCC.dcm") && key.contains("Normal_00001");
    let store = stored.failing(Duration::ZERO, move |request| {
        if is_bad(&request.key) { StubFault::Cut } else { StubFault::Nothing }
    });
    let said = stored.index_store(&store, "remote", &[]);
    assert_eq!(said.code, 1, "{}", said.err);
    let issues = stored
        .set
        .rows("remote", "SELECT code, file, message FROM issues WHERE code = 'file-unreadable'");
    let [issue] = issues.as_slice() else { panic!("{issues:?}") };
    assert!(issue.contains("the connection fails"), "{issue}");
    stored.index_store(&stored.store(), "remote", &[]);
    stored.assert_same("remote");
}

#[test]
fn a_store_that_loses_many_objects_or_falls_silent_publishes_nothing() {
    let stored = StoredSet::new(30, SampleFlaws::Without);
    let store = stored.failing(Duration::ZERO, |request| {
        let is_lost = request.key.ends_with("LCC.dcm");
        if is_lost { StubFault::Refusal(403, "AccessDenied") } else { StubFault::Nothing }
    });
    let said = stored.index_store(&store, "remote", &[]);
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("30 of ") && said.err.contains("403 AccessDenied"), "{}", said.err);
    assert!(!stored.dir().join("remote/current").exists());
    let said = stored.index_store(&store, "remote", &["--force"]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert_eq!(stored.set.rows("remote", "SELECT count(*) FROM images"), ["90"]);

    let silent = stored.failing(Duration::ZERO, |request| {
        if request.number > 40 { StubFault::Silence } else { StubFault::Nothing }
    });
    let mut command = mammodex(stored.dir());
    let command = with_store(&mut command, &silent.url).env("AWS_MAX_ATTEMPTS", "2");
    let said =
        run(command.args(["index", DATA, "--catalog", "other", "--force"]), stored.dir(), "");
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("the store no longer answers"), "{}", said.err);
    assert!(!stored.dir().join("other/current").exists());
}

#[test]
fn waiting_for_a_store_is_hidden() {
    let stored = StoredSet::new(150, SampleFlaws::Without);
    stored.index_folder(&[]);
    let store = stored.failing(Duration::from_millis(50), |_| StubFault::Nothing);
    let began = Instant::now();
    let said = stored.index_store(&store, "remote", &[]);
    assert_eq!(said.code, 0, "{}", said.err);
    stored.assert_same("remote");
    let (took, requests) = (began.elapsed(), store.requests());
    // One after the other they would wait for 30 seconds.
    assert!(took < Duration::from_secs(10), "{took:?}");
    let most = requests.iter().map(|request| request.under_way).max().unwrap();
    assert!(most > 30, "{most} requests were under way at most");
}

#[test]
fn files_of_a_store_are_listed_by_an_inventory() {
    let stored = StoredSet::new(12, SampleFlaws::Without);
    put_into_archive(&stored.set.root(), "dcm/Uncompressed/Normal/Normal_00002");
    stored.set_times();
    let mut paths: Vec<String> =
        files_below(&stored.set.root()).into_iter().map(|(name, _)| name).collect();
    paths.push("no/such.dcm".to_owned());
    let archive = "dcm/Uncompressed/Normal/Normal_00002.zip";
    paths.retain(|path| path != archive);
    paths.push(format!("{archive}!/RCC.dcm"));
    let whole: Vec<String> = paths.iter().map(|path| format!("{DATA}/{path}")).collect();
    fs::write(stored.dir().join("paths"), paths.join("\n")).unwrap();
    fs::write(stored.dir().join("keys"), whole.join("\n")).unwrap();
    stored.index_folder(&["--files-from", "paths"]);
    for list in ["paths", "keys"] {
        let (store, catalog) = (stored.store(), format!("by-{list}"));
        let said = stored.index_store(&store, &catalog, &["--files-from", list]);
        assert_eq!(said.code, 1, "{}", said.err);
        stored.assert_same(&catalog);
        assert!(store.requests().iter().all(|request| !request.key.is_empty()), "it was listed");
    }
    let web = stored.store();
    let dir = stored.dir();
    let address = format!("{}/{BUCKET}/data", web.url);
    let mut command = mammodex(dir);
    let index = ["index", &address, "--files-from", "paths", "--catalog", "web"];
    let said = run(command.args(index), dir, "");
    assert_eq!(said.code, 1, "{}", said.err);
    stored.assert_same("web");
    let said = run(mammodex(dir).args(["index", &address, "--catalog", "other"]), dir, "");
    assert!(said.err.contains("name them with --files-from"), "{}", said.err);
}

#[test]
fn an_address_that_cannot_be_used_says_what_to_do() {
    let set = SampleDataSet::empty();
    let dir = set.dir.path();
    let index = |address: &str, settings: &[(&str, &str)]| {
        let mut command = mammodex(dir);
        let command = with_store(&mut command, "http://127.0.0.1:9").env("AWS_MAX_ATTEMPTS", "1");
        for (name, value) in settings {
            command.env(name, value);
        }
        let said = run(command.args(["index", address, "--catalog", "c"]), dir, "");
        assert_eq!(said.code, 2, "{}", said.err);
        assert!(!said.err.contains(SECRET), "{}", said.err);
        said.err
    };
    type Settings = &'static [(&'static str, &'static str)];
    let cases: [(&str, Settings, &str); 8] = [
        ("ftp://container/x", &[], "ftp:// is not supported"),
        ("az://container/x", &[], "AZURE_STORAGE_ACCOUNT cannot be used: it is not set"),
        ("s3:///x", &[], "names no bucket"),
        (&format!("s3://AKID:{SECRET}@bucket/x"), &[], "names no bucket"),
        (DATA, &[], "the host refuses connections"),
        (DATA, &[("AWS_ENDPOINT_URL", "127.0.0.1")], "AWS_ENDPOINT_URL cannot be used"),
        (DATA, &[("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")], "no credentials found"),
        (
            DATA,
            &[("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", ""), ("AWS_PROFILE", "x")],
            "profile \"x\"",
        ),
    ];
    for (address, settings, expected) in cases {
        let text = index(address, settings);
        assert!(text.contains(expected), "{address}: {text}");
    }
}

/// A moto server with the files of a folder, until it is dropped.
struct MotoStore {
    child: Child,
    url: String,
    key: String,
    secret: String,
}

impl MotoStore {
    /// Absent without Python's moto.
    fn start(folder: &Path, prefix: &str) -> Option<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/moto_store.py");
        let mut command = python();
        command.arg(script).arg(folder).args([BUCKET, prefix]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take()?).read_line(&mut line).ok()?;
        let mut words = line.split_whitespace().map(str::to_owned);
        let (Some(url), Some(key), Some(secret)) = (words.next(), words.next(), words.next())
        else {
            let _ = child.wait();
            return None;
        };
        Some(Self { child, url, key, secret })
    }
}

impl Drop for MotoStore {
    fn drop(&mut self) {
        let _ = self.child.stdin.take().map(|mut input| input.write_all(b"\n"));
        let _ = self.child.wait();
    }
}

#[test]
fn a_server_that_checks_signatures_accepts_them() {
    let stored = StoredSet::new(55, SampleFlaws::With);
    let odd = stored.set.root().join("odd +&%? 유방");
    fs::create_dir(&odd).unwrap();
    let (_, image) = files_below(&stored.set.root())
        .into_iter()
        .find(|(name, _)| name.ends_with(".dcm"))
        .unwrap();
    fs::copy(image, odd.join("a=b;c'(1)*~.dcm")).unwrap();
    let Some(moto) = MotoStore::start(&stored.set.root(), "data/") else {
        eprintln!("no moto: skipped");
        return;
    };
    let plain = stored.index_folder(&[]);
    let index = |catalog: &str, secret: &str| {
        let mut command = mammodex(stored.dir());
        with_store(&mut command, &moto.url)
            .env("AWS_ACCESS_KEY_ID", &moto.key)
            .env("AWS_SECRET_ACCESS_KEY", secret);
        run(command.args(["index", DATA, "--catalog", catalog]), stored.dir(), "")
    };
    let said = index("remote", &moto.secret);
    assert_eq!(said.code, plain.code, "{}", said.err);
    stored.assert_same("remote");
    let said = index("other", SECRET);
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("the secret key does not belong to the access key"), "{}", said.err);
}
