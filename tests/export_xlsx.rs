//! `mammodex export xlsx`: the sheets of a catalog, and what Excel has no room for.

use std::fs;

use mammodex::sources::workbook::{self, OpenTable, TableContainer};

use crate::fixture::{Fixture, assert_said, python};

fn open(fixture: &Fixture, name: &str) -> OpenTable {
    let bytes = fs::read(fixture.dir.path().join(name)).unwrap();
    workbook::open(&bytes, TableContainer::Xlsx).unwrap()
}

fn sheet_names(table: &OpenTable) -> Vec<String> {
    let name = |sheet: &workbook::OpenSheet| sheet.as_ref().unwrap().name().unwrap().to_owned();
    table.sheets.iter().map(name).collect()
}

#[test]
fn every_table_is_a_sheet_with_its_dictionary() {
    let fixture = Fixture::new();
    fixture.done(&["export", "xlsx", "catalog.xlsx"]);
    let table = open(&fixture, "catalog.xlsx");
    insta::assert_snapshot!(sheet_names(&table).join(" "), @r"
        contents dictionary agreement annotations breasts images issues lesions patients patients_extra sources tags
        ");
    let counts = fixture.done(&["query", "SELECT count(*) FROM images", "--format", "csv"]);
    let images = counts.lines().nth(1).unwrap();
    let contents = table.sheets[0].as_ref().unwrap();
    let rows: Vec<_> = (1..contents.height()).map(|row| contents.text(row, 1)).collect();
    let at = rows.iter().position(|name| *name == "images").unwrap() + 1;
    assert_eq!(contents.text(at, 2), images);
    let dictionary = table.sheets[1].as_ref().unwrap();
    let age = (1..dictionary.height()).find(|row| {
        dictionary.text(*row, 0) == "patients" && dictionary.text(*row, 1) == "age_years"
    });
    let row: Vec<&str> = (0..9).map(|column| dictionary.text(age.unwrap(), column)).collect();
    insta::assert_snapshot!(row.join(" | "), @r"
        patients | age_years | SMALLINT | year | Age at examination. | 검사 당시 나이. | neither gives an age | workbook, else (0010,1010) PatientAge where the images agree |
        ");
    fixture.done(&["export", "xlsx", "again.xlsx"]);
    let bytes = |name: &str| fs::read(fixture.dir.path().join(name)).unwrap();
    assert!(bytes("catalog.xlsx") == bytes("again.xlsx"));
}

#[test]
fn sheets_are_chosen_by_name() {
    let fixture = Fixture::new();
    fixture.pilot("train=0.7,test=0.3", &[]);
    let sheets = "cases,cohorts.all,splits.pilot";
    fixture.done(&["export", "xlsx", "some.xlsx", "--sheets", sheets]);
    let table = open(&fixture, "some.xlsx");
    assert_eq!(
        sheet_names(&table),
        ["contents", "dictionary", "cases", "cohorts.all", "splits.pilot"]
    );
    let out = python()
        .args([
            "-c",
            "import pandas\nfor name in ('cases', 'cohorts.all', 'splits.pilot'):\n    \
             frame = pandas.read_excel('some.xlsx', sheet_name=name)\n    assert len(frame) == 60, name\n",
        ])
        .current_dir(fixture.dir.path())
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success() || err.contains("ModuleNotFoundError"), "{err}");
    let said = fixture.run(&["export", "xlsx", "no.xlsx", "--sheets", "patient"]);
    assert!(
        said.err.contains("no table, view, cohort or split called \"patient\""),
        "{}",
        said.err
    );
    assert_eq!(fixture.run(&["export", "xlsx", "catalog/no.xlsx"]).code, 2);
    assert_eq!(fixture.run(&["export", "xlsx", "no.csv"]).code, 2);
}

#[test]
fn a_text_that_no_cell_takes_is_counted() {
    let fixture = Fixture::with(
        "UPDATE patients SET model_raw = repeat('x', 32768) WHERE case_id LIKE '%00001'",
    );
    assert_said!(fixture.run(&["export", "xlsx", "long.xlsx", "--sheets", "patients"]), @r"
        exit code 1
        --- stderr ---
        mammodex: patients.model_raw: 3 cells left empty, with more than the 32,767 characters that Excel takes
        snapshot 1 exported to long.xlsx: 1 sheet
        ");
    let table = open(&fixture, "long.xlsx");
    let dictionary = table.sheets[1].as_ref().unwrap();
    let counted = (1..dictionary.height()).filter(|row| !dictionary.text(*row, 8).is_empty());
    let counted: Vec<_> =
        counted.map(|row| (dictionary.text(row, 1), dictionary.text(row, 8))).collect();
    assert_eq!(counted, [("model_raw", "3")]);
}

#[test]
fn a_table_that_no_sheet_takes_continues_on_another() {
    let fixture = Fixture::with(
        "INSERT INTO patients BY NAME SELECT p.* REPLACE (n::VARCHAR AS case_id) \
         FROM (SELECT * FROM patients LIMIT 1) AS p, range(1048540) AS r(n)",
    );
    fixture.done(&["cohort", "create", "many", "--where", "true"]);
    fixture.done(&["export", "xlsx", "many.xlsx", "--sheets", "cohorts.many"]);
    let program = "import openpyxl\nbook = openpyxl.load_workbook('many.xlsx', read_only=True)\n\
         assert book.sheetnames[2:] == ['cohorts.many', 'cohorts.many 2'], book.sheetnames\n\
         rows = [book[name].max_row for name in book.sheetnames[2:]]\n\
         assert rows == [1048576, 26], rows\n";
    let out = python().args(["-c", program]).current_dir(fixture.dir.path()).output().unwrap();
    let err = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success() || err.contains("ModuleNotFoundError"), "{err}");
}
