//! File systems that lack something: a run works, or says what is missing before it reads the data set.

use std::fs;
use std::path::Path;

use mammodex::sample::SampleFlaws;

use crate::fixture::{Fixture, Said, mammodex, run};
use crate::index::Indexed;
use crate::preload;

/// Calls that fail as they do on FAT, SMB and FUSE file systems without them; `LACKING` names them.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
static int lacks(const char *name) {
    const char *list = getenv("LACKING");
    return list && strstr(list, name);
}
#define CALL(name, declared, given, why)                                        \
    int name declared {                                                         \
        if (lacks(#name)) { errno = why; return -1; }                           \
        int (*next) declared = (int (*) declared)dlsym(RTLD_NEXT, #name);       \
        return next given;                                                      \
    }
CALL(symlink, (const char *a, const char *b), (a, b), ENOSYS)
CALL(linkat, (int d, const char *a, int e, const char *b, int f), (d, a, e, b, f), EPERM)
CALL(link, (const char *a, const char *b), (a, b), EPERM)
CALL(flock, (int fd, int how), (fd, how), EOPNOTSUPP)
CALL(chmod, (const char *a, mode_t m), (a, m), EPERM)
CALL(fchmod, (int fd, mode_t m), (fd, m), EPERM)
CALL(fsync, (int fd), (fd), EINVAL)
"#;

fn lacking(shim: &Path, calls: &str, dir: &Path, arguments: &[&str]) -> Said {
    let mut command = mammodex(dir);
    command.env("LD_PRELOAD", shim).env("LACKING", calls).args(arguments);
    run(&mut command, dir, "")
}

#[test]
fn what_a_catalog_cannot_do_without_is_said_before_the_scan() {
    let set = Indexed::new(10, SampleFlaws::Without);
    let dir = set.dir.path();
    let Some(shim) = preload::library(dir, SHIM) else { return };
    let data = set.data().to_string_lossy().into_owned();
    // A scan would fail over it with another message.
    for (calls, wanted) in [("symlink", "has no symbolic links"), ("flock", "has no locks")] {
        let said = lacking(&shim, calls, dir, &["index", &data, "--catalog", "catalog"]);
        assert!(said.code == 2 && said.err.contains(wanted), "{calls}: {}", said.err);
        assert!(said.err.contains("on another disk") && said.err.lines().count() == 1);
        assert!(!dir.join("catalog").exists());
    }
}

#[test]
fn what_a_catalog_can_do_without_is_done_without() {
    let set = Indexed::new(10, SampleFlaws::Without);
    let dir = set.dir.path();
    let Some(shim) = preload::library(dir, SHIM) else { return };
    let data = set.data().to_string_lossy().into_owned();
    for calls in ["chmod fchmod", "fsync", "link linkat", "chmod fchmod fsync link linkat"] {
        let _ = fs::remove_dir_all(set.catalog());
        for arguments in [
            &["index", &data, "--catalog", "catalog"][..],
            &["index", &data, "--catalog", "catalog"],
            &["query", "SELECT 1 AS a", "-o", "a.csv", "--force"],
            &["query", "SELECT 1 AS a", "-o", "a.csv", "--force"],
            &["cohort", "create", "c", "--diagnosis", "malignant"],
            &["split", "create", "s", "--cohort", "c", "--ratios", "a=0.5,b=0.5"],
            &["manifest", "create", "s", "-o", "m.csv", "--force"],
            &["snapshot", "verify"],
        ] {
            let said = lacking(&shim, calls, dir, arguments);
            assert_eq!(said.code, 0, "without {calls}: {arguments:?}: {}", said.err);
        }
        assert_eq!(set.rows("SELECT count(*) FROM images"), ["40"]);
    }
}

#[test]
fn a_copy_needs_no_second_name_of_a_file() {
    let fixture = Fixture::new();
    let dir = fixture.dir.path();
    let Some(shim) = preload::library(dir, SHIM) else { return };
    fixture.pilot("train=0.7,test=0.3", &[]);
    let laid = |link: &str| {
        let arguments = ["manifest", "create", "pilot", "--materialise", "laid", "--link", link];
        lacking(&shim, "symlink link linkat", dir, &arguments)
    };
    for (link, kind) in [("hard", "hard"), ("sym", "symbolic")] {
        let said = laid(link);
        let message = format!("no {kind} link can be made at ");
        assert!(said.code == 2 && said.err.contains(&message), "{}", said.err);
        assert!(said.err.contains("use --link copy"), "{}", said.err);
    }
    assert!(!dir.join("laid").exists());
    assert_eq!(laid("copy").code, 0);
}

#[test]
fn outputs_work_without_locks() {
    let fixture = Fixture::new();
    let dir = fixture.dir.path();
    let Some(shim) = preload::library(dir, SHIM) else { return };
    let said = lacking(&shim, "flock", dir, &["query", "SELECT 1 AS a", "-o", "a.csv"]);
    assert_eq!(said.code, 0, "{}", said.err);
    // Nothing says whether it is in use, so that it stays.
    fs::write(dir.join(".b.csv.1.mammodex-part"), "").unwrap();
    let said = lacking(&shim, "flock", dir, &["query", "SELECT 1 AS a", "-o", "b.csv"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(dir.join(".b.csv.1.mammodex-part").exists());
}
