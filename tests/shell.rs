//! `mammodex shell`: statements and commands, from a pipe and at a terminal.

use std::os::unix::fs::PermissionsExt;

use crate::fixture::{Fixture, python};

#[test]
fn statements_from_a_pipe_run_without_a_prompt() {
    let fixture = Fixture::new();
    let input = "SELECT count(*) AS n\n  FROM patients\n  -- all; of them\n;\n\nCREATE TEMP TABLE t AS SELECT ';' AS a; FROM t;\nSELECT 2 AS last";
    let said = fixture.run_with(&["shell", "--format", "csv"], input);
    assert_eq!(
        (said.code, said.out.as_str(), said.err.as_str()),
        (0, "n\n60\na\n;\nlast\n2\n", "")
    );
}

#[test]
fn the_shell_goes_on_after_an_error() {
    let fixture = Fixture::new();
    let said = fixture.run_with(
        &["shell", "--format", "csv"],
        "FROM patinets;\n.frob\n.schema\nSELECT 1 AS n;\n.quit\nSELECT 2;",
    );
    assert_eq!((said.code, said.out.as_str()), (1, "n\n1\n"));
    assert!(said.err.contains("Did you mean \"patients"), "{}", said.err);
    assert!(said.err.contains("there is no command .frob"), "{}", said.err);
    assert!(said.err.contains("usage: .schema TABLE"), "{}", said.err);
}

#[test]
fn commands_show_tables_and_columns() {
    let fixture = Fixture::new();
    fixture.done(&["cohort", "create", "m", "--diagnosis", "malignant"]);
    fixture.done(&["split", "m", "--name", "s", "--ratios", "a=1"]);
    let said = fixture.run_with(&["shell"], "tables\n.help\nhelp;\n");
    assert_eq!(said.code, 0, "{}", said.err);
    insta::assert_snapshot!("help", said.out);
    let said = fixture.run_with(
        &["shell", "--format", "csv"],
        ".schema breasts\n.schema splits.s\n.schema nothing\n",
    );
    assert_eq!(said.code, 1);
    assert!(said.out.contains("birads,SMALLINT,,"), "{}", said.out);
    assert!(
        said.out.contains("column,type\ncase_id,VARCHAR\nsplit,VARCHAR\nstratum,VARCHAR\n"),
        "{}",
        said.out
    );
    assert!(said.err.contains("nothing"), "{}", said.err);
}

/// Types at a pseudo-terminal: several lines, Ctrl-C on a line and on a query, history, Ctrl-D.
const TYPING: &str = r#"
import os, pty, select, signal, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], "shell"])
said = b""
def wait(mark, seconds=30):
    global said
    end = time.time() + seconds
    while mark not in said:
        if time.time() > end: sys.exit("no %r in %r" % (mark, said))
        if select.select([fd], [], [], 0.2)[0]:
            try: said += os.read(fd, 65536)
            except OSError: break
    said = said.split(mark, 1)[1] if mark in said else b""
def type(text): os.write(fd, text)
wait(b"mammodex> ")
type(b"SELECT 6 *\r7 AS answer;\r"); wait(b"42"); wait(b"mammodex> ")
type(b"SELECT nonsense\x03"); wait(b"mammodex> ")
type(b"SELECT count(*) FROM range(100000000000) a, range(1000) b;\r"); time.sleep(1.5)
type(b"\x03"); wait(b"interrupted"); wait(b"mammodex> ")
type(b"SELECT 'still' || 'here';\r"); wait(b"stillhere"); wait(b"mammodex> ")
type(b"SELECT chr(27) || '[2J' AS hostile;\r"); wait(b"\\x1b[2J"); wait(b"mammodex> ")
type(b"\x04")
_, status = os.waitpid(pid, 0)
print(os.waitstatus_to_exitcode(status))
"#;

#[test]
fn a_terminal_gets_a_prompt_history_and_ctrl_c() {
    let fixture = Fixture::new();
    let python = python()
        .args(["-c", TYPING, env!("CARGO_BIN_EXE_mammodex")])
        .current_dir(fixture.dir.path())
        .env("XDG_STATE_HOME", fixture.dir.path().join("state"))
        .env("TERM", "xterm")
        .output();
    let Ok(out) = python else {
        eprintln!("skipped: there is no python3");
        return;
    };
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    assert_eq!(String::from_utf8_lossy(&out.stdout).trim(), "0");
    let history = fixture.dir.path().join("state/mammodex/history");
    let text = std::fs::read_to_string(&history).unwrap();
    assert!(text.contains("still") && text.contains("answer"), "{text}");
    assert_eq!(std::fs::metadata(history).unwrap().permissions().mode() & 0o777, 0o600);
}
