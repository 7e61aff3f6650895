//! Files and pipes without end in every place where a file is read: an error that names them, within a gigabyte.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use mammodex::cli;

use crate::fixture::{Said, command_by};
use crate::shell_safe::prepared;

/// Words of a command that reads the file `@`.
const READERS: &[&str] = &[
    "cohort create x --cases @",
    "export omop omop --source @",
    "index data --files-from @ --force",
    "index data --profile @",
    "index data --profile generic --pseudonym-key @ --force",
    "profile show @",
    "profile check data --profile @",
    "query -f @",
    "review import @",
    "snapshot prune --keep 1 --manifest @",
    "manifest create m --materialise none --link copy --strip-identifiers --pseudonym-key @",
    "manifest verify @",
    "plan data --shards 1 -o lists --files-from @",
    "plan data --shards 1 -o lists --profile @",
    "scan data --profile generic --into shard --files-from @",
    "scan data --profile @ --files-from list.txt --into shard",
    "scan data --profile generic --files-from list.txt --into shard --pseudonym-key @",
    "link data shards --catalog linked --files-from @",
    "link data shards --catalog linked --profile @",
    "link data shards --catalog linked --profile generic --pseudonym-key @",
];

/// Options and arguments that name a file to write.
const WRITERS: &[&str] = &["output", "flow", "json", "summary", "file", "uncovered"];

/// Every argument that names a file, as `SUBCOMMAND ID`.
fn files_of(command: &clap::Command, above: &str, found: &mut BTreeSet<String>) {
    for argument in command.get_arguments() {
        let names = argument.get_value_names().unwrap_or_default().join(" ");
        if ["FILE", "LIST", "MANIFEST"]
            .iter()
            .any(|word| names.split([' ', '|']).any(|name| name == *word))
        {
            found.insert(format!("{above}{}", argument.get_id()));
        }
    }
    for inner in command.get_subcommands() {
        files_of(inner, &format!("{above}{} ", inner.get_name()), found);
    }
}

#[test]
fn every_file_that_is_read_is_tried() {
    let mut found = BTreeSet::new();
    files_of(&cli::grammar(), "", &mut found);
    found.retain(|argument| {
        let id = argument.rsplit(' ').next().unwrap();
        !WRITERS.contains(&id) || argument == "query file"
    });
    let read = [
        "cohort create cases",
        "export omop source",
        "index files_from",
        "index profile",
        "index pseudonym_key",
        "link files_from",
        "link profile",
        "link pseudonym_key",
        "manifest create pseudonym_key",
        "manifest verify manifest",
        "plan files_from",
        "plan profile",
        "profile check profile",
        "profile show profile",
        "query file",
        "review import files",
        "scan files_from",
        "scan profile",
        "scan pseudonym_key",
        "snapshot prune manifest",
    ];
    assert_eq!(Vec::from_iter(&found), read);
    assert_eq!(READERS.len(), read.len());
}

/// Runs the binary with two gigabytes of addresses, for two minutes at most.
fn limited(dir: &Path, words: &[&str], input: Stdio) -> Said {
    let script = "ulimit -v 2600000; exec timeout 120 \"$@\"";
    let mut command = command_by("bash", &["-c", script, "bash"]);
    command.args(words).current_dir(dir).env("HOME", dir).env("XDG_CACHE_HOME", dir.join("cache"));
    let out = command.stdin(input).output().unwrap();
    Said::of(&out, dir)
}

/// A file of eight gigabytes that takes no room.
fn sparse(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let _ = fs::remove_file(path);
    File::create(path).unwrap().set_len(8 << 30).unwrap();
}

#[test]
fn no_file_of_an_argument_is_read_without_end() {
    let fixture = prepared();
    let dir = fixture.dir.path();
    sparse(&dir.join("sparse.csv"));
    fs::write(dir.join("list.txt"), "dicom/Normal_00001/LCC.dcm\n").unwrap();
    fixture.done(&[
        "scan",
        "data",
        "--profile",
        "ncc",
        "--files-from",
        "list.txt",
        "--into",
        "shards/0",
    ]);
    for words in READERS {
        for file in ["/dev/zero", "sparse.csv"] {
            let words = words.replace('@', file);
            let words: Vec<&str> = words.split_whitespace().collect();
            let said = limited(dir, &words, Stdio::null());
            assert_eq!(said.code, 2, "{words:?}: {}", said.err);
            assert!(said.err.contains(file), "{words:?}: {}", said.err);
        }
    }
    for (words, input) in [
        (&["query"][..], "/dev/zero"),
        (&["index", "data", "--files-from", "-"], "/dev/zero"),
        (&["shell"], "/dev/zero"),
    ] {
        let said = limited(dir, words, File::open(input).unwrap().into());
        assert!(
            said.code == 2 && said.err.contains("it is longer than"),
            "{words:?}: {}",
            said.err
        );
    }
}

#[test]
fn lines_without_end_are_not_read_without_end() {
    let fixture = prepared();
    let dir = fixture.dir.path();
    for words in [
        &["query"][..],
        &["shell"],
        &["index", "data", "--files-from", "-"],
        &["cohort", "create", "x", "--cases", "/dev/stdin"],
    ] {
        for line in ["a", "Normal_00001", "{\"path\": [[], [], [], []]}"] {
            let mut source = std::process::Command::new("yes");
            let mut source = source.arg(line).stdout(Stdio::piped()).spawn().unwrap();
            let said = limited(dir, words, source.stdout.take().unwrap().into());
            source.kill().unwrap();
            source.wait().unwrap();
            assert_eq!(said.code, 2, "{words:?} {line}: {}", said.err);
        }
    }
}

#[test]
fn no_file_of_a_catalog_or_user_is_read_without_end() {
    let fixture = prepared();
    let dir = fixture.dir.path();
    let catalog = fixture.catalog();
    let own = |name: &str| dir.join(name);
    for (path, words, code) in [
        (catalog.join("snapshots/000001/snapshot.json"), &["query", "SELECT 1"][..], 2),
        (catalog.join("snapshots/000001/snapshot.json"), &["snapshot", "list"], 1),
        (catalog.join("cohorts/m.toml"), &["query", "FROM cohorts.m"], 2),
        (catalog.join("cohorts/m.toml"), &["cohort", "show", "m"], 2),
        (catalog.join("cohorts/m.toml"), &["manifest", "verify", "m.csv"], 1),
        (catalog.join("splits/s.toml"), &["split", "list"], 1),
        (catalog.join("splits/s.toml"), &["split", "show", "s"], 2),
        (catalog.join("checks/x.sql"), &["check"], 1),
        (catalog.join("checks/waivers.toml"), &["check"], 2),
        (catalog.join(".files.csv"), &["index", "data", "--force"], 1),
        (own("m.csv.provenance.json"), &["manifest", "verify", "m.csv"], 2),
        (own(".mammodexrc"), &["shell"], 2),
        (own(".config/mammodex/config.toml"), &["query", "SELECT 1"], 2),
        (own(".config/mammodex/queries/q.sql"), &["shell"], 1),
        (own("m.csv"), &["manifest", "verify", "m.csv"], 1),
    ] {
        let before = fs::read(&path).ok();
        let _ = fs::set_permissions(path.parent().unwrap(), fs::Permissions::from_mode(0o755));
        sparse(&path);
        let script = dir.join("run.sql");
        fs::write(&script, ".run q\n").unwrap();
        let said = limited(dir, words, File::open(script).unwrap().into());
        assert_eq!(said.code, code, "{} {words:?}: {}{}", path.display(), said.out, said.err);
        match before {
            Some(bytes) => fs::write(&path, bytes).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
    }
}

#[test]
fn many_values_in_a_small_file_are_not_held() {
    let fixture = prepared();
    let dir = fixture.dir.path();
    let keys: String = (0..3_000_000).map(|key| format!("{key}=1\n")).collect();
    for (path, words) in [
        (fixture.catalog().join("cohorts/m.toml"), &["cohort", "show", "m"][..]),
        (fixture.catalog().join("checks/waivers.toml"), &["check"]),
        (dir.join("p.toml"), &["profile", "show", "p.toml"]),
    ] {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &keys).unwrap();
        let said = limited(dir, words, Stdio::null());
        assert!(said.code == 2 && said.err.contains("2 million values"), "{words:?}: {}", said.err);
    }
    let rows = format!("{{\"x\": [{}0]}}", "0,".repeat(9_000_000));
    fs::write(dir.join("m.csv.provenance.json"), rows).unwrap();
    let said = limited(dir, &["manifest", "verify", "m.csv"], Stdio::null());
    assert!(said.code == 2 && said.err.contains("8 million values"), "{}", said.err);
}
