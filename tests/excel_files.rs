//! Results as Excel workbooks and as CSV for Excel: what other readers find in them.

use std::fs;
use std::path::Path;

use mammodex::sources::workbook::{self, TableContainer};

use crate::fixture::{Fixture, assert_said, mammodex, python};
use crate::table_files::{Cell, Content, Table};

/// Values of every kind, with what a spreadsheet would spoil.
const KINDS: &str = "SELECT * FROM (VALUES \
    ('0012', 7, 1.5::DOUBLE, 0.1::FLOAT, true, DATE '2024-02-29', TIMESTAMP '2024-02-29 13:30:15', \
     TIME '08:05:00', 123456789012345678, '=1+1', '환자', [1, 2], 12.50::DECIMAL(6,2)), \
    (NULL, NULL, 'nan'::DOUBLE, NULL, false, DATE '1899-01-01', NULL, \
     NULL, 5, E'a\r\nb_x000D_\x01', '', NULL, 1234567890123456.78::DECIMAL(18,2))) \
    AS t(id, n, real, single, flag, day, moment, clock, big, formula, korean, list, price)";

/// Runs a Python program; false when Python or a package is missing.
fn read_back(fixture: &Fixture, program: &str) -> bool {
    let out = python().args(["-c", program]).current_dir(fixture.dir.path()).output();
    match out {
        Ok(out) if out.status.success() => return true,
        Ok(out) if String::from_utf8_lossy(&out.stderr).contains("ModuleNotFoundError") => {
            eprintln!("skipped: Python lacks a package");
        }
        Ok(out) => panic!("{}", String::from_utf8_lossy(&out.stderr)),
        Err(_) => eprintln!("skipped: there is no python3"),
    }
    false
}

#[test]
fn cells_have_their_types_in_openpyxl_and_pandas() {
    let fixture = Fixture::new();
    fixture.done(&["query", KINDS, "-o", "kinds.xlsx"]);
    read_back(
        &fixture,
        r#"
import datetime, openpyxl, pandas
book = openpyxl.load_workbook("kinds.xlsx")
sheet = book["result"]
assert book.sheetnames == ["result"] and sheet.freeze_panes == "A2", sheet.freeze_panes
rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
assert rows[0] == "id n real single flag day moment clock big formula korean list price".split()
assert rows[1] == ["0012", 7, 1.5, 0.1, True, datetime.datetime(2024, 2, 29),
    datetime.datetime(2024, 2, 29, 13, 30, 15), datetime.time(8, 5), "123456789012345678", "=1+1", "환자",
    "[1, 2]", 12.5], rows[1]
assert rows[2][:9] == [None, None, "NaN", None, False, "1899-01-01", None, None, 5], rows[2]
assert rows[2][10:] == [None, None, "1234567890123456.78"], rows[2]
assert sheet["J2"].data_type == "s" and sheet["A1"].font.bold
assert openpyxl.utils.escape.unescape(rows[2][9]) == "a\r\nb_x000D_\x01", repr(rows[2][9])
frame = pandas.read_excel("kinds.xlsx", dtype={"id": str})
assert frame["id"][0] == "0012" and frame["day"][0] == datetime.datetime(2024, 2, 29)
"#,
    );
}

#[test]
fn our_own_reader_finds_the_same_texts() {
    let fixture = Fixture::new();
    fixture.done(&["query", KINDS, "-o", "kinds.xlsx"]);
    let bytes = fs::read(fixture.dir.path().join("kinds.xlsx")).unwrap();
    let table = workbook::open(&bytes, TableContainer::Xlsx).unwrap();
    let sheet = table.sheets[0].as_ref().unwrap();
    let row = |row| (0..sheet.width()).map(|column| sheet.text(row, column)).collect::<Vec<_>>();
    assert_eq!(
        row(1),
        [
            "0012",
            "7",
            "1.5",
            "0.1",
            "true",
            "2024-02-29",
            "2024-02-29 13:30:15",
            "08:05:00",
            "123456789012345678",
            "=1+1",
            "환자",
            "[1, 2]",
            "12.5"
        ]
    );
    assert_eq!(row(2)[9], "a\r\nb_x000D_\u{1}");
}

#[test]
fn the_same_rows_are_the_same_bytes() {
    let fixture = Fixture::new();
    let sql = "SELECT case_id, age_years, diagnosis FROM patients ORDER BY case_id";
    fixture.done(&["query", sql, "-o", "a.xlsx"]);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    fixture.done(&["query", sql, "-o", "b.xlsx"]);
    let bytes = |name: &str| fs::read(fixture.dir.path().join(name)).unwrap();
    assert!(bytes("a.xlsx") == bytes("b.xlsx"));
    // Also through a pipe.
    let piped =
        mammodex(fixture.dir.path()).args(["query", sql, "--format", "xlsx"]).output().unwrap();
    assert!(piped.stdout == bytes("a.xlsx"));
    let safe = fixture.run(&["query", "--safe", sql, "-o", "c.xlsx"]);
    assert_eq!(safe.code, 0, "{}", safe.err);
    // Where no temporary file can be made, the package is another and the cells are the same.
    let texts = |name: &str| {
        let table = workbook::open(&bytes(name), TableContainer::Xlsx).unwrap();
        let sheet = table.sheets[0].as_ref().unwrap();
        let row = |row| (0..3).map(|column| sheet.text(row, column).to_owned()).collect();
        (0..sheet.height()).map(row).collect::<Vec<Vec<String>>>()
    };
    assert_eq!(texts("a.xlsx"), texts("c.xlsx"));
    assert_eq!(texts("a.xlsx").len(), 61);
}

#[test]
fn a_text_that_no_cell_takes_is_an_error() {
    let fixture = Fixture::new();
    let wide = |length: u32| format!("SELECT 1 AS id, repeat('가', {length}) AS wide");
    fixture.done(&["query", &wide(32_767), "-o", "fits.xlsx"]);
    assert_said!(fixture.run(&["query", &wide(32_768), "-o", "wide.xlsx"]), @r"
        exit code 2
        --- stderr ---
        mammodex: wide, row 1: 32768 characters, and a cell of Excel takes 32,767: write csv or parquet, or leave the column out
        ");
    assert!(!Path::new(&fixture.dir.path().join("wide.xlsx")).exists());
    let rows = fixture.run(&["query", "SELECT 1 FROM range(1048576)", "-o", "long.xlsx"]);
    assert_said!(rows, @r"
        exit code 2
        --- stderr ---
        mammodex: more than 1,048,575 rows, which is what a sheet of Excel takes: write csv or parquet
        ");
}

#[test]
fn every_command_with_a_table_writes_a_workbook() {
    let fixture = Fixture::new();
    fixture.pilot("train=0.7,test=0.3", &[]);
    let commands: [&[&str]; 8] = [
        &["query", "FROM issues"],
        &["check"],
        &["check", "views-incomplete"],
        &["cohort", "list"],
        &["cohort", "show", "all"],
        &["split", "show", "pilot"],
        &["table1", "all"],
        &["snapshot", "list"],
    ];
    for (number, command) in commands.into_iter().enumerate() {
        let name = format!("{number}.xlsx");
        let said = fixture.run(&[command, &["-o", &name]].concat());
        assert!(said.code < 2, "{command:?}: {}", said.err);
        let bytes = fs::read(fixture.dir.path().join(&name)).unwrap();
        let table = workbook::open(&bytes, TableContainer::Xlsx).unwrap();
        let sheet = table.sheets[0].as_ref().unwrap();
        assert!(sheet.width() > 1, "{command:?}");
    }
}

#[test]
fn a_time_of_day_has_no_date() {
    let time = Cell { content: Content::Number(485.0 / 1440.0), format: "h:mm", ..Cell::default() };
    let table = Table { name: "S".to_owned(), rows: vec![vec![Cell::text("time"), time]] };
    for container in
        [TableContainer::Xlsx, TableContainer::Xlsb, TableContainer::Xls, TableContainer::Ods]
    {
        let bytes = table.written(container);
        let open = workbook::open(&bytes, container).unwrap();
        assert_eq!(open.sheets[0].as_ref().unwrap().text(0, 1), "08:05:00", "{container:?}");
    }
}

#[test]
fn every_result_has_a_sheet() {
    let fixture = Fixture::new();
    let sheets = |name: &str| {
        let bytes = fs::read(fixture.dir.path().join(name)).unwrap();
        let table = workbook::open(&bytes, TableContainer::Xlsx).unwrap();
        let sheets = table.sheets.iter().map(|sheet| sheet.as_ref().unwrap());
        sheets
            .map(|sheet| format!("{} {}x{}", sheet.name().unwrap(), sheet.width(), sheet.height()))
            .collect::<Vec<_>>()
    };
    let sql = "SELECT 1 AS a; CREATE TEMP TABLE t AS SELECT 2 AS b; SELECT b, b FROM t";
    fixture.done(&["query", sql, "-o", "two.xlsx"]);
    assert_eq!(sheets("two.xlsx"), ["result 1x2", "result 2 2x2"]);
    let piped =
        mammodex(fixture.dir.path()).args(["query", sql, "--format", "xlsx"]).output().unwrap();
    assert!(piped.stdout == fs::read(fixture.dir.path().join("two.xlsx")).unwrap());
    let names = ["views-incomplete", "patients.diagnosis.required"];
    let said = fixture.run(&[&["check"], &names[..], &["-o", "checks.xlsx"]].concat());
    assert!(said.code < 2, "{}", said.err);
    let rows = |name: &str| {
        let said = fixture.run(&["check", name, "--format", "csv"]);
        let width = said.out.lines().next().unwrap().split(',').count();
        format!("{name} {width}x{}", said.out.lines().count())
    };
    let mut expected = names.map(rows);
    let mut written = sheets("checks.xlsx");
    expected.sort();
    written.sort();
    assert_eq!(written, expected);
}

#[test]
fn a_manifest_is_a_workbook_that_verify_compares() {
    let fixture = Fixture::new();
    fixture.pilot("train=0.7,test=0.3", &[]);
    let create = ["manifest", "create", "pilot", "-o", "pilot.xlsx"];
    fixture.done(
        &[&create[..], &["--columns", "split,case_id,path,patients.age_years,study_date"]].concat(),
    );
    let verify = ["manifest", "verify", "pilot.xlsx", "--format", "csv"];
    // The files of this fixture are stand-ins of another size.
    let differences = |out: &str| {
        let others = out.lines().filter(|line| line.starts_with("rows,"));
        others.map(str::to_owned).collect::<Vec<_>>()
    };
    let said = fixture.run(&verify);
    assert!(differences(&said.out).is_empty(), "{}{}", said.out, said.err);
    // Somebody opens it, changes a cell, and saves it.
    let is_edited = read_back(
        &fixture,
        "import openpyxl\nbook = openpyxl.load_workbook('pilot.xlsx')\nsheet = book.active\n\
         assert sheet['D2'].value > 20 and sheet['B2'].data_type == 's'\n\
         sheet['D3'] = 5\nbook.save('pilot.xlsx')\n",
    );
    if !is_edited {
        return;
    }
    let said = fixture.run(&verify);
    insta::assert_snapshot!(differences(&said.out).join("\n"), @r#"
        rows,Benign_00001 dicom/Benign_00001/LMLO.dcm,"patients_age_years is ""5"" in the manifest, ""41"" by the query"
        "#);
}

#[test]
fn a_mark_makes_excel_read_utf_8() {
    let fixture = Fixture::new();
    let sql = "SELECT '환자' AS 이름";
    fixture.done(&["query", sql, "-o", "marked.csv", "--bom"]);
    let bytes = fs::read(fixture.dir.path().join("marked.csv")).unwrap();
    assert_eq!(bytes, "\u{feff}이름\n환자\n".as_bytes());
    assert_eq!(fixture.done(&["query", sql, "--format", "tsv", "--bom"]), "\u{feff}이름\n환자\n");
    fixture.pilot("train=0.7,test=0.3", &[]);
    fixture.run(&["check", "--bom", "-o", "check.csv"]);
    let marked = ["table1", "all", "--bom", "-o", "table1.csv"];
    fixture.done(&marked);
    for name in ["check.csv", "table1.csv"] {
        let text = fs::read_to_string(fixture.dir.path().join(name)).unwrap();
        assert!(text.starts_with('\u{feff}') && !text[3..].contains('\u{feff}'), "{name}");
    }
    assert_said!(fixture.run(&["query", sql, "--bom", "--format", "json"]), @r"
        exit code 2
        --- stderr ---
        mammodex: --bom is for csv and tsv, not for json
        ");
}

#[test]
fn an_ending_of_another_format_is_an_error() {
    let fixture = Fixture::new();
    fixture.pilot("train=0.7,test=0.3", &[]);
    let commands: [(&[&str], &str); 8] = [
        (&["query", "SELECT 1", "-o"], "xls"),
        (&["check", "-o"], "docs"),
        (&["cohort", "show", "all", "--flow"], "csv"),
        (&["split", "show", "pilot", "-o"], "gif"),
        (&["manifest", "create", "pilot", "-o"], "xls"),
        (&["report", "-o"], "pdf"),
        (&["report", "-o", "r.html", "--json"], "txt"),
        (&["export", "duckdb"], "sqlite"),
    ];
    for (command, ending) in commands {
        let said = fixture.run(&[command, &[&*format!("x.{ending}")]].concat());
        assert_eq!(said.code, 2, "{command:?}: {}", said.err);
        assert!(said.err.contains("the ending names no format"), "{command:?}: {}", said.err);
    }
    let said = fixture.run_with(&["shell"], ".once x.csv\n.help\nSELECT 1 AS a;\n.plot -o x.png\n");
    assert!(
        said.err.contains("x.csv: this is text, which the ending does not name"),
        "{}",
        said.err
    );
    assert!(said.err.contains("x.png: a drawing is SVG; use .svg"), "{}", said.err);
    assert!(!fixture.dir.path().join("x.csv").exists());
}

#[test]
fn table1_has_its_numbers_on_a_second_sheet() {
    let fixture = Fixture::new();
    fixture.done(&["cohort", "create", "all", "--where", "true"]);
    let table1 = ["table1", "all", "--by", "diagnosis", "-o"];
    for name in ["table1.xlsx", "table1.csv", "table1.json"] {
        fixture.done(&[&table1[..], &[name]].concat());
    }
    read_back(
        &fixture,
        r#"
import csv, json, openpyxl
book = openpyxl.load_workbook("table1.xlsx")
assert book.sheetnames == ["table1", "numbers"]
page = [[cell.value or "" for cell in row] for row in book["table1"].iter_rows()]
assert page == list(csv.reader(open("table1.csv", encoding="utf-8"))), page[:3]
rows = [[cell.value for cell in row] for row in book["numbers"].iter_rows()]
numbers = [dict(zip(rows[0], row)) for row in rows[1:]]
for found, wanted in zip(numbers, json.load(open("table1.json")), strict=True):
    for name, value in wanted.items():
        same = abs(found[name] - value) < 1e-9 if isinstance(value, float) else found[name] == value
        assert same, (name, found[name], value)
"#,
    );
}
