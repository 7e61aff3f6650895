//! What a disk, a file system and other people do to a run: it ends with a catalog that is whole
//! and a line that says what happened.

use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use mammodex::index::{
    FileSelection, IndexError, IndexProgress, IndexReport, IndexRequest, OnErrors, OnLoss,
    ReadDepth, run,
};
use mammodex::sample::SampleFlaws;

use crate::fixture::{command, command_by};
use crate::incremental::{assert_same, tables};
use crate::index::{Indexed, index, rows};

const CASE: &str = "dcm/Uncompressed/Normal/Normal_00001";

/// The binary run by somebody whom permissions hold back; none where that cannot be had.
fn unprivileged() -> Option<Command> {
    if fs::metadata("/proc/self").is_ok_and(|me| me.uid() != 0) {
        return Some(command());
    }
    let nobody = || command_by("setpriv", &["--reuid=65534", "--regid=65534", "--clear-groups"]);
    if nobody().arg("--version").output().is_ok_and(|out| out.status.success()) {
        return Some(nobody());
    }
    eprintln!("skipped: permissions hold nobody back here");
    None
}

fn said(command: &mut Command) -> (i32, String) {
    let out = command.output().unwrap();
    (out.status.code().unwrap_or(-1), String::from_utf8_lossy(&out.stderr).into_owned())
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A data set that anybody may read, and a catalog that anybody may write.
fn open_to_all(patients: u32) -> Indexed {
    let set = Indexed::new(patients, SampleFlaws::Without);
    mode(set.dir.path(), 0o777);
    set
}

#[test]
fn a_catalog_that_cannot_be_written_is_said_and_stays() {
    let Some(mut command) = unprivileged() else { return };
    let set = open_to_all(10);
    set.index(&[]);
    let before = tables(&set.catalog());
    fs::remove_dir_all(set.data().join(CASE)).unwrap();
    for folder in ["", "snapshots"] {
        mode(&set.catalog().join(folder), 0o555);
    }
    command.arg("index").arg(set.data()).arg("--catalog").arg(set.catalog());
    let (code, text) = said(&mut command);
    assert!(code == 2 && text.contains("catalog") && text.contains("denied"), "{text}");
    assert!(text.lines().count() <= 2, "{text}");
    assert_eq!(before, tables(&set.catalog()));
    mode(&set.catalog(), 0o755);
    mode(&set.catalog().join("snapshots"), 0o755);
}

#[test]
fn what_may_not_be_read_is_an_issue_until_it_may() {
    let Some(mut command) = unprivileged() else { return };
    let set = open_to_all(10);
    fs::create_dir(set.catalog()).unwrap();
    mode(&set.catalog(), 0o777);
    let file = set.data().join(CASE).join("LCC.dcm");
    let folder = set.data().join(CASE.replace("00001", "00003"));
    mode(&file, 0);
    mode(&folder, 0);
    command.arg("index").arg(set.data()).arg("--catalog").arg(set.catalog());
    let (code, text) = said(&mut command);
    assert_eq!(code, 1, "{text}");
    let sql = "SELECT file, message FROM issues WHERE code = 'file-unreadable' ORDER BY file";
    let found = set.rows(sql);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with(&format!("{CASE}/LCC.dcm|")) && found[0].contains("denied"));
    assert!(found[1].contains("00003|") && found[1].contains("denied"));
    assert_eq!(set.rows("SELECT count(*) FROM images"), ["35"]);
    // Permissions show neither in size nor in time nor in the inode.
    mode(&file, 0o644);
    let (code, text) = said(&mut command);
    assert_eq!(code, 1, "{text}");
    assert_eq!(set.rows("SELECT count(*) FROM images"), ["36"]);
    mode(&folder, 0o755);
    let (code, text) = said(&mut command);
    assert_eq!(code, 0, "{text}");
    let fresh = set.dir.path().join("fresh");
    index(&set.data(), &fresh, &[]);
    assert_same(&set.catalog(), &fresh, "permissions given back");
}

#[test]
fn a_data_set_that_may_not_be_written_is_indexed() {
    let Some(mut command) = unprivileged() else { return };
    let set = open_to_all(10);
    let made = Command::new("chmod").args(["-R", "a-w"]).arg(set.data()).status().unwrap();
    assert!(made.success());
    command.arg("index").arg(set.data()).arg("--catalog").arg(set.catalog());
    assert_eq!(said(&mut command).0, 0);
    Command::new("chmod").args(["-R", "u+w"]).arg(set.data()).status().unwrap();
}

#[test]
fn a_file_that_may_not_grow_ends_the_run_with_a_message() {
    let set = Indexed::new(20, SampleFlaws::Without);
    for blocks in [0, 1, 4, 8] {
        let script = format!("ulimit -f {blocks}; exec \"$@\"");
        let mut command = command_by("bash", &["-c", &script, "bash"]);
        command.arg("index").arg(set.data()).arg("--catalog").arg(set.catalog());
        let (code, text) = said(&mut command);
        assert!(code == 2 && text.contains("cannot write"), "{blocks}: {code} {text}");
        assert!(!set.catalog().join("current").exists());
        assert!(!set.catalog().join("snapshots").exists(), "{blocks}: the draft was left");
    }
    assert_eq!(set.index(&[]).0, 0);
}

/// A small disk, unmounted when dropped.
struct Disk(PathBuf);

impl Disk {
    fn new(place: PathBuf, size: &str) -> Option<Self> {
        fs::create_dir_all(&place).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "none"]).arg(&place);
        if mount.stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
            return Some(Self(place));
        }
        eprintln!("skipped: no disk can be mounted here");
        None
    }

    fn resize(&self, size: &str) {
        let option = format!("remount,size={size}");
        let grown = Command::new("mount").args(["-o", &option]).arg(&self.0).status().unwrap();
        assert!(grown.success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_keeps_the_catalog_and_room_lets_the_next_run_pass() {
    let set = Indexed::new(20, SampleFlaws::Without);
    let Some(disk) = Disk::new(set.catalog(), "4m") else { return };
    assert_eq!(set.index(&[]).0, 0);
    let before = tables(&set.catalog());
    fs::remove_dir_all(set.data().join(CASE)).unwrap();
    fs::write(set.catalog().join("ballast"), vec![1; 8 << 20]).unwrap_err();
    let ballast = fs::metadata(set.catalog().join("ballast")).unwrap().len();
    // Ever more room, until it is enough: every write of a run comes to be the one that fails.
    let mut failed = 0;
    for kib in (0..).step_by(24) {
        let file = fs::File::options().write(true).open(set.catalog().join("ballast")).unwrap();
        file.set_len(ballast.saturating_sub(kib << 10)).unwrap();
        let (code, text) = set.index(&[]);
        if code < 2 {
            break;
        }
        failed += 1;
        assert!(text.contains("cannot") && text.contains("No space left"), "{text}");
        assert_eq!(before, tables(&set.catalog()), "{kib}");
        assert!(kib < 2048, "{text}");
    }
    assert!(failed > 1);
    disk.resize("16m");
    let fresh = set.dir.path().join("fresh");
    index(&set.data(), &fresh, &[]);
    assert_same(&set.catalog(), &fresh, "a full disk");
}

/// Does something to the data set between walk and scan.
struct Meanwhile<F: Fn() + Sync>(F);

impl<F: Fn() + Sync> IndexProgress for Meanwhile<F> {
    fn found(&self, _: usize) {
        (self.0)();
    }

    fn done(&self, _: usize) {}
}

fn run_while(set: &Indexed, act: impl Fn() + Sync) -> Result<IndexReport, IndexError> {
    let (dataset, catalog) = (set.data(), set.catalog());
    let (files, tags) = (FileSelection::All, Vec::new());
    let on_errors = OnErrors::Publish;
    let depth = ReadDepth::Header;
    let (profile, pseudonym_key, on_loss) = (None, None, OnLoss::Refuse);
    let request = IndexRequest {
        requests: 256,
        dataset,
        catalog,
        files,
        profile,
        pseudonym_key,
        tags,
        depth,
        on_errors,
        on_loss,
    };
    run(&request, &Meanwhile(act))
}

#[test]
fn a_data_set_that_goes_away_during_a_run_leaves_the_catalog() {
    let set = Indexed::new(10, SampleFlaws::Without);
    set.index(&[]);
    let before = tables(&set.catalog());
    fs::write(set.data().join("new"), "x").unwrap();
    let (data, away) = (set.data(), set.dir.path().join("away"));
    let error = run_while(&set, || fs::rename(&data, &away).unwrap()).unwrap_err();
    assert!(error.to_string().contains("went away"), "{error}");
    fs::rename(&away, &data).unwrap();
    // Another folder in its place, such as the bare mount point.
    let error = run_while(&set, || {
        fs::rename(&data, &away).unwrap();
        fs::create_dir(&data).unwrap();
    });
    assert!(error.unwrap_err().to_string().contains("went away"));
    assert_eq!(before, tables(&set.catalog()));
    fs::remove_dir(&data).unwrap();
    fs::rename(&away, &data).unwrap();
    assert_eq!(set.index(&[]).0, 0);
}

#[test]
fn files_that_change_under_the_run_are_rows_and_read_again() {
    let set = Indexed::new(10, SampleFlaws::Without);
    let file = |name: &str| set.data().join(CASE).join(name);
    let report = run_while(&set, || {
        fs::remove_file(file("LCC.dcm")).unwrap();
        fs::File::options().write(true).open(file("LMLO.dcm")).unwrap().set_len(100).unwrap();
        fs::File::options().write(true).open(file("RCC.dcm")).unwrap().set_len(700).unwrap();
        fs::remove_file(file("RMLO.dcm")).unwrap();
        fs::create_dir(file("RMLO.dcm")).unwrap();
    });
    let report = report.unwrap();
    assert_eq!(report.rows["sources"], report.files as u64);
    let sql = format!("SELECT status FROM sources WHERE path LIKE '{CASE}%' ORDER BY path");
    assert_eq!(set.rows(&sql), ["rejected"; 4]);
    set.index(&[]);
    let fresh = set.dir.path().join("fresh");
    index(&set.data(), &fresh, &[]);
    assert_same(&set.catalog(), &fresh, "changes under the run");
}

#[test]
fn a_pipe_that_takes_the_place_of_a_file_during_the_run_is_a_finding() {
    let set = Indexed::new(10, SampleFlaws::Without);
    let file = |name: &str| set.data().join(CASE).join(name);
    let (done, ended) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let report = run_while(&set, || {
                for name in ["LCC.dcm", "LMLO.dcm", "RCC.dcm"] {
                    fs::remove_file(file(name)).unwrap();
                }
                let made = Command::new("mkfifo").arg(file("LCC.dcm")).status().unwrap();
                assert!(made.success());
                symlink("/dev/zero", file("LMLO.dcm")).unwrap();
                std::os::unix::net::UnixListener::bind(file("RCC.dcm")).unwrap();
            });
            done.send(report.unwrap()).unwrap();
        });
        if ended.recv_timeout(std::time::Duration::from_secs(60)).is_err() {
            // A writer lets the reader go, so that the test ends.
            let _ = fs::File::options().write(true).open(file("LCC.dcm"));
            panic!("the run waits for a pipe");
        }
    });
    let sql = format!("SELECT status FROM sources WHERE path LIKE '{CASE}%' ORDER BY path");
    assert_eq!(set.rows(&sql), ["rejected", "rejected", "rejected", "indexed"]);
}

#[test]
fn links_in_circles_end_and_odd_files_do_not_stop_the_walk() {
    let set = Indexed::new(10, SampleFlaws::Without);
    let data = set.data();
    symlink("..", data.join("dcm/up")).unwrap();
    symlink("self", data.join("self")).unwrap();
    symlink("nowhere", data.join("dangling")).unwrap();
    // Folders that link to each other make as many paths as they have orders.
    for a in 0..12 {
        let folder = data.join(format!("knot/{a}"));
        fs::create_dir_all(&folder).unwrap();
        (0..12).for_each(|b| symlink(format!("../{b}"), folder.join(format!("to-{b}"))).unwrap());
    }
    let pipe = Command::new("mkfifo").arg(data.join("pipe.dcm")).status().unwrap();
    assert!(pipe.success());
    let _socket = std::os::unix::net::UnixListener::bind(data.join("socket.dcm")).unwrap();
    let deep = data.join(format!("deep{}", "/a".repeat(1950)));
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("file"), "x").unwrap();
    let (code, text) = set.index(&[]);
    assert_eq!(code, 1, "{text}");
    assert_eq!(set.rows("SELECT count(*), count(DISTINCT path) FROM images"), ["40|40"]);
    let unseen = "SELECT file FROM issues WHERE code = 'file-unreadable' ORDER BY file";
    let unseen = set.rows(unseen);
    assert!(["dangling", "self"].iter().all(|name| unseen.iter().any(|file| file == name)));
    assert_eq!(set.rows("SELECT count(*) FROM sources WHERE path LIKE 'deep/%/file'"), ["1"]);
    assert_eq!(
        set.rows("SELECT count(*) FROM sources WHERE path LIKE '%.dcm' AND kind <> 'dicom'"),
        ["0"]
    );
}

#[test]
fn names_of_any_bytes_are_read_and_told() {
    let set = Indexed::new(10, SampleFlaws::Without);
    let image = set.data().join(CASE).join("LCC.dcm");
    let folder = set.data().join(OsStr::from_bytes(b"\xc0\xaf\xb9\xe6")); // EUC-KR
    fs::create_dir(&folder).unwrap();
    for name in [&b"\xb1\xe8.dcm"[..], b"\xb1\xe9.dcm", b"a\xff.dcm", b"\xed\xa0\x80.json"] {
        fs::copy(&image, folder.join(OsStr::from_bytes(name))).unwrap();
    }
    let awkward = [
        "a,b\"c'.dcm",
        "line\nbreak.dcm",
        "\"quoted\".dcm",
        "\u{feff}mark.dcm",
        "한글 유방.dcm",
        "-",
        "\r.dcm",
        " ",
    ];
    for name in awkward {
        fs::copy(&image, set.data().join(name)).unwrap();
    }
    let (code, text) = set.index(&[]);
    assert!(code < 2, "{text}");
    let sql = "SELECT path FROM images WHERE path LIKE '%\\x%' ORDER BY path";
    let paths = ["\\xB1\\xE8.dcm", "\\xB1\\xE9.dcm", "\\xED\\xA0\\x80.json", "a\\xFF.dcm"];
    assert_eq!(set.rows(sql), paths.map(|name| format!("\\xC0\\xAF\\xB9\\xE6/{name}")));
    assert_eq!(set.rows("SELECT count(*) FROM issues WHERE code = 'file-name-not-utf8'"), ["4"]);
    let there = awkward.map(|name| format!("'{}'", name.replace('\'', "''"))).join(", ");
    let sql = format!("SELECT count(*) FROM images WHERE path IN ({there})");
    assert_eq!(set.rows(&sql), [awkward.len().to_string()]);
    // The paths come back from the state: what has a name of text is not read again.
    set.index(&[]);
    let (_, text) = set.index(&[]);
    let always = 3 + 2 + 4; // workbooks, annotations, and those that no state can name
    assert!(text.contains(&format!("({always} read)")), "{text}");
    let fresh = set.dir.path().join("fresh");
    index(&set.data(), &fresh, &[]);
    assert_same(&set.catalog(), &fresh, "odd names");
}

#[test]
fn a_catalog_inside_the_data_is_not_data() {
    let set = Indexed::new(10, SampleFlaws::Without);
    let inside = set.data().join("work/catalog");
    fs::create_dir(set.data().join("work")).unwrap();
    symlink("work", set.data().join("link-to-work")).unwrap();
    symlink("work/catalog", set.data().join("link-to-catalog")).unwrap();
    for (catalog, want) in
        [(inside.clone(), "snapshot 1"), (set.data().join("link-to-catalog"), "snapshot 1 stays")]
    {
        let (code, text) = index(&set.data(), &catalog, &[]);
        assert!(code == 0 && text.contains(want), "{text}");
    }
    assert_eq!(rows(&inside, "SELECT count(*) FROM sources WHERE path LIKE '%parquet'"), ["0"]);
    let (code, text) = index(&set.data(), &set.data(), &[]);
    assert!(code == 2 && text.contains("the data set's own folder"), "{text}");
    assert!(!set.data().join("snapshots").exists());
}

#[test]
fn a_catalog_hides_no_file_of_the_data_and_the_data_is_not_in_the_catalog() {
    let set = Indexed::new(10, SampleFlaws::Without);
    for folder in ["clinical", "dcm", "dcm/Uncompressed/Normal"] {
        let (code, text) = index(&set.data(), &set.data().join(folder), &[]);
        assert!(code == 2 && text.contains("is excluded from the data set"), "{folder}: {text}");
        assert!(!set.data().join(folder).join("snapshots").exists());
    }
    // A file that is added to a catalog inside the data set is not lost without a word.
    let inside = set.data().join("catalog");
    assert_eq!(index(&set.data(), &inside, &[]).0, 0);
    let late = inside.join("late.dcm");
    fs::write(&late, "DICM").unwrap();
    let (code, text) = index(&set.data(), &inside, &[]);
    assert!(code == 2 && text.contains("late.dcm is in the folder of the catalog"), "{text}");
    fs::remove_file(&late).unwrap();
    assert_eq!(index(&set.data(), &inside, &[]).0, 0);
    // The same data set, moved into its catalog, by its path and by a link.
    fs::remove_dir_all(&inside).unwrap();
    set.index(&[]);
    fs::rename(set.data(), set.catalog().join("moved")).unwrap();
    symlink(set.catalog().join("moved"), set.dir.path().join("link")).unwrap();
    for data in
        [set.catalog().join("moved"), set.catalog().join("moved/dcm"), set.dir.path().join("link")]
    {
        let (code, text) = index(&data, &set.catalog(), &["--force"]);
        assert!(code == 2 && text.contains("is inside the catalog"), "{}: {text}", data.display());
    }
}

#[test]
fn of_runs_at_once_one_writes_and_the_others_name_it() {
    let set = Indexed::new(20, SampleFlaws::Without);
    let mut refused = 0;
    for round in 0..4 {
        let _ = fs::remove_dir_all(set.catalog());
        let start = || {
            let mut command = command();
            command.arg("index").arg(set.data()).arg("--catalog").arg(set.catalog());
            command.stderr(Stdio::piped()).spawn().unwrap()
        };
        let runs: Vec<_> = (0..3).map(|_| start()).collect();
        for mut run in runs {
            let mut text = String::new();
            run.stderr.take().unwrap().read_to_string(&mut text).unwrap();
            match run.wait().unwrap().code() {
                Some(0) => {}
                Some(2) => {
                    refused += 1;
                    assert!(text.contains("another index run is writing"), "{text}");
                }
                other => panic!("{other:?}: {text}"),
            }
        }
        assert_eq!(set.rows("SELECT count(*) FROM images"), ["80"], "round {round}");
    }
    assert!(refused > 0);
}

#[test]
fn readers_are_not_disturbed_by_a_run() {
    let set = Indexed::new(20, SampleFlaws::Without);
    set.index(&[]);
    let case = set.data().join(CASE);
    let done = AtomicBool::new(false);
    let ask = |sql: &str| {
        let mut command = command();
        command.args(["query", "--format", "csv", "--catalog"]).arg(set.catalog()).arg(sql);
        let out = command.output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    };
    let old = fs::canonicalize(set.catalog().join("current")).unwrap();
    let mut held = fs::File::open(old.join("images.parquet")).unwrap();
    let sum = mammodex::disk::sha256_of_file(&old.join("images.parquet")).unwrap();
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = std::collections::BTreeSet::new();
            while !done.load(Ordering::Relaxed) {
                seen.insert(ask("SELECT (SELECT count(*) FROM images) AS i, (SELECT sum(image_count) FROM patients) AS p"));
            }
            seen
        });
        for n in 0..8 {
            let (from, to) = (case.clone(), set.dir.path().join("away"));
            let (from, to) = if n % 2 == 0 { (from, to) } else { (to, from) };
            fs::rename(from, to).unwrap();
            assert!(set.index(&[]).0 < 2);
        }
        done.store(true, Ordering::Relaxed);
        // Never one table of one run and one of another.
        for answer in reader.join().unwrap() {
            assert!(["i,p\n80,80\n", "i,p\n76,76\n"].contains(&answer.as_str()), "{answer}");
        }
    });
    let mut bytes = Vec::new();
    held.read_to_end(&mut bytes).unwrap();
    assert_eq!(sum, mammodex::disk::sha256_of_file(&old.join("images.parquet")).unwrap());
    assert_eq!(bytes.len() as u64, fs::metadata(old.join("images.parquet")).unwrap().len());
}
