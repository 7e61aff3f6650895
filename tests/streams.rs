//! Closed and full streams: data that nobody reads is no error, and messages that cannot be shown change
//! nothing.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;

use crate::chance::is_thorough;
use crate::fixture::{Fixture, mammodex, run_in};

/// Every subcommand, in an order in which each has what it needs.
const COMMANDS: &[&[&str]] = &[
    &["sample", "made", "--patients", "10"],
    &["index", "made", "--catalog", "indexed"],
    &["plan", "made", "--shards", "2", "-o", "plan"],
    &["scan", "made", "--profile", "ncc", "--into", "shards/0"],
    &["link", "made", "shards", "--catalog", "linked"],
    &["query", "FROM images, range(200)"],
    &["query", "--format", "json", "FROM images, range(200)"],
    &["query", "SELECT nothing"],
    &["shell"],
    &["check"],
    &["check", "waive", "contour-on-the-other-side", "--remove"],
    &["agreement"],
    &["audit"],
    &["cohort", "create", "c", "--diagnosis", "malignant"],
    &["cohort", "list"],
    &["cohort", "show", "c"],
    &["cohort", "diff", "c"],
    &["split", "create", "s", "--cohort", "all", "--ratios", "a=0.5,b=0.5"],
    &["split", "list"],
    &["split", "show", "s"],
    &["split", "check", "s"],
    &["table1", "all"],
    &["report", "-o", "report.html"],
    &["shortcuts", "all", "--label", "p.diagnosis = 'malignant'", "--folds", "2"],
    &["manifest", "create", "pilot", "-o", "m.csv"],
    &["manifest", "verify", "m.csv"],
    &["render", "Cancer_00001", "-o", "pictures"],
    &["review", "--static", "page", "--reviewer", "r"],
    &["review", "export", "-o", "corrections"],
    &["review", "import", "nothing.jsonl"],
    &["profile", "list"],
    &["profile", "show", "generic"],
    &["profile", "check", "data"],
    &["schema"],
    &["schema", "--format", "markdown"],
    &["schema", "--format", "sql"],
    &["schema", "--issues"],
    &["export", "duckdb", "catalog.duckdb"],
    &["export", "xlsx", "catalog.xlsx"],
    &["export", "omop", "cdm"],
    &["explain", "laterality-conflict"],
    &["licenses"],
    &["completions", "bash"],
    &["man", "pages"],
    &["demo", "tour"],
    &["snapshot", "list"],
    &["snapshot", "show"],
    &["snapshot", "diff", "1", "2"],
    &["snapshot", "verify"],
    &["snapshot", "restore", "1"],
    &["snapshot", "prune", "--keep", "1"],
    &["split", "drop", "s"],
    &["cohort", "drop", "c"],
    &["help"],
    &["--version"],
    &["nonsense"],
];

fn prepared() -> Fixture {
    let fixture = Fixture::new();
    fixture.pilot("train=0.7,test=0.3", &[]);
    fixture.snapshot(2, "");
    fixture
}

/// The leaves of the tree of subcommands.
fn subcommands(dir: &Path, above: &[&str]) -> BTreeSet<String> {
    let help = run_in(dir, &[above, &["--help"]].concat(), "").out;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands = commands.take_while(|line| line.starts_with("  "));
    let names = commands.filter(|line| !line.starts_with("   "));
    let names: Vec<&str> = names.filter_map(|line| line.split_whitespace().next()).collect();
    let mut leaves = BTreeSet::new();
    for name in names.into_iter().filter(|name| *name != "help") {
        let path = [above, &[name]].concat();
        let below = subcommands(dir, &path);
        if below.is_empty() {
            leaves.insert(path.join(" "));
        }
        leaves.extend(below);
    }
    leaves
}

#[test]
fn every_subcommand_is_tried() {
    let dir = tempfile::tempdir().unwrap();
    let leaves = subcommands(dir.path(), &[]);
    assert!(leaves.len() > 20, "{leaves:?}");
    for leaf in leaves {
        let words: Vec<&str> = leaf.split(' ').collect();
        assert!(COMMANDS.iter().any(|command| command.starts_with(&words)), "{leaf} is not tried");
    }
}

/// Where a stream leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    Null,
    Closed,
    Full,
}

impl Stream {
    fn open(self) -> Stdio {
        match self {
            Self::Null => Stdio::null(),
            Self::Closed => {
                let (reader, writer) = std::io::pipe().unwrap();
                drop(reader);
                writer.into()
            }
            Self::Full => File::options().write(true).open("/dev/full").unwrap().into(),
        }
    }
}

/// The exit codes of all commands. A command that a signal ends fails the test at once.
fn codes(out: Stream, err: Stream) -> Vec<(String, i32)> {
    let fixture = prepared();
    let dir = fixture.dir.path();
    let run = |arguments: &&[&str]| {
        let mut command = mammodex(dir);
        command.args(*arguments).stdout(out.open()).stderr(err.open());
        fs::write(dir.join("input"), "FROM images, range(200);\n.tables\n.nonsense\nSELECT 1;\n")
            .unwrap();
        command.stdin(File::open(dir.join("input")).unwrap());
        let (arguments, status) = (arguments.join(" "), command.status().unwrap());
        let code = status.code();
        (
            arguments.clone(),
            code.unwrap_or_else(|| panic!("{arguments}, {out:?}, {err:?}: {status}")),
        )
    };
    COMMANDS.iter().map(run).collect()
}

#[test]
fn closed_and_full_streams_change_no_result() {
    let usual = codes(Stream::Null, Stream::Null);
    assert!(usual.iter().all(|(_, code)| (0..=2).contains(code)), "{usual:?}");
    assert!(usual.iter().filter(|(_, code)| *code == 0).count() > 25, "{usual:?}");
    let pairs = [
        (Stream::Closed, Stream::Closed),
        (Stream::Null, Stream::Full),
        (Stream::Closed, Stream::Null),
        (Stream::Null, Stream::Closed),
    ];
    for (out, err) in pairs.into_iter().take(if is_thorough() { 4 } else { 1 }) {
        assert_eq!(codes(out, err), usual, "stdout {out:?}, stderr {err:?}");
    }
    // Data that cannot be written are an error, and never a crash.
    for (command, code) in codes(Stream::Full, Stream::Full) {
        assert!((0..=2).contains(&code), "{command}: {code}");
    }
}
