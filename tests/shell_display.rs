//! `mammodex shell` at a pseudo-terminal: how results are fitted, what continues a statement, what opens elsewhere.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::fixture::Fixture;
use crate::shell_terminal::Step::{Ready, Type, Wait};
use crate::shell_terminal::session;

/// A program of one line below the fixture's folder.
fn program(fixture: &Fixture, name: &str, line: &str) -> PathBuf {
    let folder = fixture.dir.path().join("bin");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{line}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// The lines of a table that have this many columns, without their line ends.
fn rows_of(shown: &str, columns: usize) -> Vec<&str> {
    let lines = shown.lines().map(str::trim_end);
    lines.filter(|line| line.matches(['│', '┼']).count() + 1 == columns).collect()
}

#[test]
fn the_halves_of_a_long_result_are_aligned_below_names_and_types() {
    let fixture = Fixture::new();
    let steps = [
        Ready,
        Type("SELECT range AS n, (10 ** (range // 10))::BIGINT AS m, 'x' AS x FROM range(100);\r"),
        Wait("shown)"),
        Ready,
        Type("SELECT range AS n FROM range(30000);\r"),
        Wait("(30,000 rows, 40 shown)"),
        Ready,
        Type("\x04"),
    ];
    let Some(shown) = session(&fixture, &[], &steps) else { return };
    let rows = rows_of(&shown, 3);
    assert_eq!(rows.len(), 44, "{shown}");
    assert_eq!(
        [rows[0], rows[1]].map(|row| row.split_whitespace().collect::<Vec<_>>()),
        [["n", "│", "m", "│", "x"], ["bigint", "│", "bigint", "│", "varchar"],]
    );
    let border = |row: &str| row.chars().position(|c| "│┼".contains(c));
    assert!(rows.iter().all(|row| border(row) == border(rows[0])), "{shown}");
    assert!(rows[43].ends_with("1000000000 │ x"), "{shown}");
}

#[test]
fn cells_are_cut_wrapped_or_whole_as_there_is_room() {
    let fixture = Fixture::new();
    let long = "SELECT 'a' AS a, repeat('mass ', 20) || 'END' AS b, 0.12345678901234567 AS c;\r";
    let steps = [
        Ready,
        Type(long),
        Wait("(1 row)"),
        Ready,
        Type(".wrap on\r"),
        Ready,
        Type(long),
        Wait("END"),
        Ready,
        Type("SELECT repeat('유방', 30) AS k;\r"),
        Wait("(1 row)"),
        Ready,
        Type(".wrap off\r"),
        Ready,
        Type("SELECT * FROM patients LIMIT 1;\r"),
        Wait("columns, "),
        Ready,
        Type(".schema lesions\r"),
        Ready,
        Type("\x04"),
    ];
    let Some(shown) = session(&fixture, &[], &steps) else { return };
    let rows = rows_of(&shown, 3);
    // The text is cut, the number is not; all 80 columns are used.
    assert!(rows[3].contains('…') && rows[3].ends_with("0.12345678901234567"), "{shown}");
    assert_eq!(rows[3].chars().count(), 79, "{shown}");
    assert!(rows[7].matches("mass").count() > 5 && !rows[7].contains('…'), "{shown}");
    assert!(shown.contains(&"유방".repeat(19)), "{shown}");
    let description = shown.rsplit_once(".schema lesions").map(|(_, after)| after).unwrap();
    assert!(!description.contains('…') && description.contains("description"), "{shown}");
    let hangul = |line: &str| line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    let lines = shown.lines().filter(|line| line.trim_start().starts_with('유'));
    assert!(lines.map(|line| hangul(line.trim_end())).all(|width| width <= 80), "{shown}");
}

#[test]
fn a_pager_that_scrolls_sideways_is_given_whole_rows() {
    let fixture = Fixture::new();
    let less = program(
        &fixture,
        "less",
        "awk '{ if (length > w) w = length } END { print NR, \"lines as wide as\", w }'",
    );
    let pager = less.to_string_lossy().into_owned();
    let steps = [
        Ready,
        Type("SELECT repeat('x', 150) AS a, range AS n FROM range(50);\r"),
        Wait("45 lines as wide as"),
        Ready,
        Type("SELECT * FROM patients LIMIT 1;\r"),
        Wait(".last shows all)"),
        Ready,
        Type(".last\r"),
        Wait("5 lines as wide as"),
        Ready,
        Type("SELECT 1 AS few;\r"),
        Wait("(1 row)"),
        Ready,
        Type("\x04"),
    ];
    let Some(shown) = session(&fixture, &[("PAGER", &pager)], &steps) else { return };
    let widths = shown.split("as wide as ").skip(1);
    let widths = widths.map(|rest| rest.split_whitespace().next().unwrap().parse::<u32>().unwrap());
    let widths: Vec<u32> = widths.collect();
    assert!(widths.len() == 2 && widths.iter().all(|width| *width > 150), "{shown}");
}

#[test]
fn an_unfinished_statement_continues_on_marked_lines() {
    let fixture = Fixture::new();
    let steps = [
        Ready,
        Type("SELECT 6 *\r"),
        Wait("...> "),
        Type("7 AS answer,\r'two\rlines'\r"),
        Wait("ends the statement"),
        Type(";\r"),
        Wait("two\\nlines"),
        Ready,
        // Backspace at the beginning of a line joins it to the one above.
        Type("SELECT 1\r\x7f + 41 AS joined;\r"),
        Wait("42"),
        Ready,
        Type(".history 3\r"),
        Wait("SELECT 6 *"),
        Wait("SELECT 1 + 41 AS joined;"),
        Ready,
        Type("SELECT 'left'\r"),
        Wait("...> "),
        Type("exit\r"),
    ];
    let Some(shown) = session(&fixture, &[("NO_COLOR", "")], &steps) else { return };
    assert!(shown.ends_with("\n0\n"), "{shown}");
    assert!(shown.contains("       7 AS answer,\r\n       'two\r\n       lines'"), "{shown}");
}

#[test]
fn keys_of_vi_work() {
    let fixture = Fixture::new();
    let config = fixture.dir.path().join("config.toml");
    fs::write(&config, "vi = true\n").unwrap();
    let steps = [
        Ready,
        // Escape leaves the insertion; `b` goes back a word, `cw` changes it.
        Type("SELECT 1 AS wrong;\x1b"),
        Type("bbcwright\x1bA\r"),
        Wait(" right\r\n"),
        Ready,
        Type("SELECT 2 AS\r"),
        Wait("...> "),
        Type("two;\r"),
        Wait(" two\r\n"),
        Ready,
        Type("\x04"),
    ];
    let path = config.to_string_lossy().into_owned();
    let environment = [("MAMMODEX_CONFIG", path.as_str()), ("NO_COLOR", "")];
    let Some(shown) = session(&fixture, &environment, &steps) else { return };
    assert!(shown.ends_with("\n0\n"), "{shown}");
}

#[test]
fn results_and_pictures_open_in_the_programs_of_the_desktop() {
    let fixture = Fixture::new();
    let log = fixture.dir.path().join("opened");
    let opener = program(&fixture, "xdg-open", &format!("echo \"$1\" >> {}", log.display()));
    let path = format!("{}:/usr/bin:/bin", opener.parent().unwrap().display());
    let steps = [
        Ready,
        Type("SELECT case_id FROM images ORDER BY 1 LIMIT 2;\r"),
        Wait("(2 rows)"),
        Ready,
        Type(".excel\r"),
        Wait("result-1.xlsx, which is removed"),
        Ready,
        Type(".view\r"),
        Wait("view-2.png, which is removed"),
        Ready,
        Type("\x04"),
    ];
    let environment = [("PATH", path.as_str()), ("DISPLAY", ":9")];
    let Some(_) = session(&fixture, &environment, &steps) else { return };
    // The shell does not wait for the program.
    let opened = (0..100).find_map(|_| {
        let files = fs::read_to_string(&log).unwrap_or_default();
        let are_all = files.lines().count() == 2;
        std::thread::sleep(std::time::Duration::from_millis(if are_all { 0 } else { 100 }));
        are_all.then_some(files)
    });
    let opened = opened.expect("two files are opened");
    for (name, file) in ["result-1.xlsx", "view-2.png"].iter().zip(opened.lines()) {
        assert!(file.ends_with(name) && !PathBuf::from(file).exists(), "{file} is left");
    }
}

#[test]
fn without_a_desktop_files_are_named_and_the_folder_can_change() {
    let fixture = Fixture::new();
    fs::create_dir(fixture.dir.path().join("below")).unwrap();
    let said = fixture.run_with(
        &["shell"],
        ".view\nSELECT count(*) AS n FROM patients;\n.excel\n.view\n.cd nowhere\n.cd below\n\
         SELECT count(*) > 0 AS still FROM images;\n.last\n.once here.csv\n.last\n.cohort list\n",
    );
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("there is no result yet"), "{}", said.err);
    assert!(said.err.contains("result-1.xlsx: there is no desktop"), "{}", said.err);
    assert!(said.err.contains("no column case_id"), "{}", said.err);
    assert!(said.err.contains("cannot change to nowhere"), "{}", said.err);
    assert!(said.out.contains("true"), "{}\n{}", said.out, said.err);
    assert!(fixture.dir.path().join("below/here.csv").is_file(), "{}", said.err);
    let said = fixture.run_with(&["shell", "--safe"], "SELECT 1 AS a;\n.excel\n.view x\n");
    assert_eq!(said.err.matches("--safe does not allow").count(), 2, "{}", said.err);
}
