//! However a command ends, nothing unfinished stays: not when a signal ends it, and not when it is killed
//! and another command runs.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use mammodex::sample::SampleFlaws;
use rustix::process::{Pid, Signal, kill_process};

use crate::fixture::{Fixture, command_by, mammodex};
use crate::index::Indexed;

/// A query that needs more room than it may take, so that it spills, and a while.
const SPILLING: &[&str] = &[
    "query",
    "--memory",
    "60MB",
    "--threads",
    "1",
    "SELECT range AS n, repeat('x', 200) || range AS text FROM range(20000000) ORDER BY md5(text)",
    "-o",
    "out.csv",
];

/// Hidden files and folders that a command writes before they are whole.
fn unfinished(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
            let is_hidden = name.ends_with("mammodex-part")
                || name.starts_with(".writing")
                || name.ends_with(".new")
                || name == ".current"
                || name == ".probe";
            if is_hidden || name.starts_with("mammodex-") {
                found.push(path);
            } else if path.is_dir() && !path.is_symlink() {
                pending.push(path);
            }
        }
    }
    found
}

fn start(dir: &Path, arguments: &[&str]) -> Child {
    let tmp = dir.join("tmp");
    fs::create_dir_all(&tmp).unwrap();
    let mut command = mammodex(dir);
    command.args(arguments).env("TMPDIR", tmp);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Whether a command is seen to write.
type Sight<'a> = &'a dyn Fn(&Path) -> bool;

/// Waits until the command has begun to write, as far as it is seen; false when it ended before.
fn has_begun(child: &mut Child, dir: &Path, is_begun: Sight<'_>) -> bool {
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if is_begun(dir) {
            return true;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "it never began to write");
    }
    false
}

fn has_spilled(dir: &Path) -> bool {
    let folders = fs::read_dir(dir.join("tmp")).into_iter().flatten().flatten();
    folders.flat_map(|folder| fs::read_dir(folder.path()).into_iter().flatten()).next().is_some()
        && unfinished(dir).iter().any(|path| path.to_string_lossy().contains("out.csv"))
}

#[test]
fn a_signal_leaves_nothing_unfinished() {
    let fixture = Fixture::new();
    let dir = fixture.dir.path();
    fixture.pilot("train=0.7,test=0.3", &[]);
    let set = Indexed::new(40, SampleFlaws::Without);
    let data = set.data().to_string_lossy().into_owned();
    let (index, laid) = (
        ["index", &data, "--catalog", "own"],
        ["manifest", "create", "pilot", "--materialise", "laid", "--link", "copy"],
    );
    let writes = |dir: &Path| !unfinished(dir).is_empty();
    let commands: [(&[&str], Sight<'_>); 3] =
        [(SPILLING, &has_spilled), (&index, &writes), (&laid, &writes)];
    let mut stopped = 0;
    for (arguments, is_begun) in commands {
        for signal in [Signal::TERM, Signal::HUP, Signal::QUIT, Signal::INT] {
            let _ = (fs::remove_dir_all(dir.join("own")), fs::remove_dir_all(dir.join("laid")));
            let _ = fs::remove_file(dir.join("laid.provenance.json"));
            let mut child = start(dir, arguments);
            if has_begun(&mut child, dir, is_begun) {
                kill_process(Pid::from_child(&child), signal).unwrap();
            }
            let status = child.wait().unwrap();
            if status.signal() == Some(signal.as_raw()) {
                stopped += 1;
                assert!(!dir.join("out.csv").exists() && !dir.join("laid").exists());
            } else {
                assert!(status.success(), "{arguments:?}: {status}");
            }
            assert_eq!(unfinished(dir), Vec::<PathBuf>::new(), "{arguments:?} {signal:?}");
        }
    }
    assert!(stopped > 5, "{stopped}");
}

#[test]
fn what_a_killed_command_left_is_removed_by_the_next() {
    let fixture = Fixture::new();
    let dir = fixture.dir.path();
    let mut child = start(dir, SPILLING);
    assert!(has_begun(&mut child, dir, &has_spilled));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(unfinished(dir).len(), 2, "{:?}", unfinished(dir));
    // Folders as well, and names that are none of mammodex's stay.
    fs::create_dir_all(dir.join(".laid.1.mammodex-part/a/b")).unwrap();
    for name in [".x.csv.part", "x.mammodex-part", ".laid.part"] {
        fs::write(dir.join(name), "mine").unwrap();
    }
    fs::create_dir(dir.join("tmp/mammodex-notes")).unwrap();
    let status = start(dir, &["query", "SELECT 1 AS a", "-o", "next.csv"]).wait().unwrap();
    assert!(status.success());
    let names = unfinished(dir);
    let left: Vec<_> =
        names.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left.contains(&"mammodex-notes") && left.contains(&"x.mammodex-part"), "{left:?}");
    assert!(dir.join(".x.csv.part").exists() && dir.join(".laid.part").exists());
}

#[test]
fn what_another_command_is_writing_stays() {
    let fixture = Fixture::new();
    let dir = fixture.dir.path();
    let mut child = start(dir, SPILLING);
    assert!(has_begun(&mut child, dir, &has_spilled));
    let before = unfinished(dir);
    for _ in 0..3 {
        let status = start(dir, &["query", "SELECT 1 AS a", "--force", "-o", "next.csv"]).wait();
        assert!(status.unwrap().success());
    }
    assert!(child.try_wait().unwrap().is_none(), "the long query has ended");
    assert_eq!(unfinished(dir), before);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_long_name_has_a_hidden_one() {
    let fixture = Fixture::new();
    for name in [format!("{}.csv", "n".repeat(251)), format!("{}.csv", "한".repeat(83))] {
        fixture.done(&["query", "SELECT 1 AS a", "-o", &name]);
        assert_eq!(fs::read_to_string(fixture.dir.path().join(name)).unwrap(), "a\n1\n");
    }
}

#[test]
fn nohup_is_heeded() {
    let fixture = Fixture::new();
    let dir = fixture.dir.path();
    let script = "trap '' HUP; exec \"$@\"";
    let mut command = command_by("bash", &["-c", script, "bash"]);
    command.current_dir(dir).args(SPILLING);
    fs::create_dir_all(dir.join("tmp")).unwrap();
    let mut child = command.env("TMPDIR", dir.join("tmp")).spawn().unwrap();
    assert!(has_begun(&mut child, dir, &has_spilled));
    kill_process(Pid::from_child(&child), Signal::HUP).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    assert!(child.try_wait().unwrap().is_none(), "it ended although HUP is ignored");
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    child.wait().unwrap();
    assert_eq!(unfinished(dir), Vec::<PathBuf>::new());
}

#[test]
fn a_killed_sample_is_begun_again() {
    let dir = tempfile::tempdir().unwrap();
    let sample = ["sample", "data", "--patients", "4000", "--pixels", "small"];
    let mut child = start(dir.path(), &sample);
    let hidden = dir.path().join("data/.mammodex-sample-unfinished");
    let has_files = |_: &Path| fs::read_dir(&hidden).is_ok_and(|mut files| files.next().is_some());
    assert!(has_begun(&mut child, dir.path(), &has_files));
    // While one writes, another does not take its place.
    let said = crate::fixture::run_in(dir.path(), &["sample", "data", "--patients", "5"], "");
    assert!(said.code == 2 && said.err.contains("another one is writing"), "{}", said.err);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(hidden.exists());
    let said = crate::fixture::run_in(dir.path(), &["sample", "data", "--patients", "5"], "");
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(!hidden.exists());
}
