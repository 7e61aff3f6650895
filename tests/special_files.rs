//! Pipes, devices and sockets in the place of files: an error or a finding, never waited for.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::custom_data::DataSet;
use crate::fixture::{Fixture, Said, mammodex};

/// Puts a pipe in the place of a file.
fn pipe(path: &Path) {
    let _ = fs::remove_file(path);
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// Runs the binary, which must end within a minute.
fn run(dir: &Path, arguments: &[&str]) -> Said {
    let mut command = mammodex(dir);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            panic!("{arguments:?} waits without end");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    // It ends: once more, for what it says.
    crate::fixture::run_in(dir, arguments, "")
}

#[test]
fn a_pipe_among_the_files_of_a_catalog_is_an_error() {
    let fixture = Fixture::new();
    let dir = fixture.dir.path();
    fixture.pilot("train=0.7,test=0.3", &[]);
    fixture.done(&["manifest", "create", "pilot", "-o", "m.csv"]);
    let rows = fixture.split_rows("pilot");
    let files = [
        (dir.join("m.csv.provenance.json"), &["manifest", "verify", "m.csv"][..]),
        (rows, &["query", "FROM splits.pilot"]),
        (fixture.catalog().join("splits/pilot.toml"), &["split", "show", "pilot"]),
        (fixture.catalog().join("cohorts/all.toml"), &["cohort", "show", "all"]),
        (fixture.catalog().join("current/images.parquet"), &["query", "FROM images"]),
        (fixture.catalog().join("current/snapshot.json"), &["query", "SELECT 1"]),
    ];
    for (path, arguments) in files {
        let path = fs::canonicalize(path).unwrap();
        pipe(&path);
        let said = run(dir, arguments);
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(said.code == 2 && said.err.contains("not a regular file"), "{name}: {}", said.err);
    }
}

#[test]
fn a_pipe_in_the_place_of_a_manifest_is_a_difference() {
    let fixture = Fixture::new();
    let dir = fixture.dir.path();
    fixture.pilot("train=0.7,test=0.3", &[]);
    fixture.done(&["manifest", "create", "pilot", "-o", "m.csv"]);
    fixture.done(&["manifest", "create", "pilot", "-o", "m.parquet"]);
    fixture.done(&["manifest", "create", "pilot", "--materialise", "laid", "--link", "copy"]);
    for (file, manifest) in
        [("m.csv", "m.csv"), ("m.parquet", "m.parquet"), ("laid/manifest.csv", "laid")]
    {
        pipe(&dir.join(file));
        let said = run(dir, &["manifest", "verify", manifest]);
        let named = said.out.contains("not a regular file");
        assert!(said.code == 1 && named, "{file}: {}{}", said.out, said.err);
        // Nor when the provenance does not name the file.
        let path = dir.join(format!("{manifest}.provenance.json"));
        let text = fs::read_to_string(&path).unwrap();
        let mut record: serde_json::Value = serde_json::from_str(&text).unwrap();
        record["manifest"]["files"] = serde_json::json!([]);
        fs::write(&path, record.to_string()).unwrap();
        let said = run(dir, &["manifest", "verify", manifest]);
        assert_ne!(said.code, 0, "{file}: {}{}", said.out, said.err);
    }
}

#[test]
fn a_pipe_in_the_place_of_the_state_is_replaced() {
    let set = DataSet::new();
    set.image("dcm/Normal_00001/LCC.dcm", &[]);
    let dir = set.root().parent().unwrap().to_owned();
    set.index(&["--profile", "ncc"]);
    pipe(&set.catalog().join(".files.csv"));
    let said = run(&dir, &["index", "data", "--profile", "ncc"]);
    assert!(said.code < 2, "{}", said.err);
    assert!(set.catalog().join(".files.csv").is_file());
}

#[test]
fn a_device_in_the_place_of_an_image_is_a_finding() {
    let set = DataSet::new();
    set.image("dcm/Normal_00001/LCC.dcm", &[]);
    let dir = set.root().parent().unwrap().to_owned();
    let folder = set.root().join("dcm/Normal_00001");
    symlink("/dev/zero", folder.join("RCC.dcm")).unwrap();
    pipe(&folder.join("LMLO.dcm"));
    let _socket = UnixListener::bind(folder.join("RMLO.dcm")).unwrap();
    let said = run(&dir, &["index", "data", "--profile", "ncc"]);
    assert!(said.code < 2, "{}", said.err);
    assert_eq!(set.rows("SELECT path FROM images"), ["dcm/Normal_00001/LCC.dcm"]);
    // Named by a list, they are findings.
    let list = "dcm/Normal_00001/LCC.dcm\ndcm/Normal_00001/RCC.dcm\ndcm/Normal_00001/LMLO.dcm\n";
    fs::write(dir.join("list"), list).unwrap();
    let said = run(&dir, &["index", "data", "--profile", "ncc", "--files-from", "list"]);
    assert_eq!(said.code, 1, "{}", said.err);
    let missing = set.rows("SELECT file FROM issues WHERE code = 'file-missing' ORDER BY file");
    assert_eq!(missing, ["dcm/Normal_00001/LMLO.dcm", "dcm/Normal_00001/RCC.dcm"]);
}

#[test]
fn a_pipe_as_configuration_or_profile_is_refused() {
    let set = DataSet::new();
    set.case("Normal_00001");
    set.index(&[]);
    let dir = set.catalog().parent().unwrap().to_owned();
    pipe(&dir.join("pipe.toml"));
    let said = run(&dir, &["index", "data", "--profile", "pipe.toml"]);
    assert!(said.code == 2 && said.err.contains("not a regular file"), "{}", said.err);
    let said = run(&dir, &["profile", "show", "pipe.toml"]);
    assert!(said.code == 2 && said.err.contains("not a regular file"), "{}", said.err);
    fs::create_dir_all(dir.join(".config/mammodex")).unwrap();
    pipe(&dir.join(".config/mammodex/config.toml"));
    let said = run(&dir, &["query", "SELECT 1"]);
    assert!(said.code == 2 && said.err.contains("not a regular file"), "{}", said.err);
}
