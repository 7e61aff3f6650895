//! Lists that users write: case IDs and paths, in whatever their program saved.

use std::fs;
use std::path::Path;

use rust_xlsxwriter::{Format, Workbook};

use crate::fixture::{Fixture, run_in};
use crate::sample_data::{SampleDataSet, files_below};

fn utf_16(text: &str) -> Vec<u8> {
    let units = std::iter::once('\u{feff}').chain(text.chars()).collect::<String>();
    units.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn korean(text: &str) -> Vec<u8> {
    encoding_rs::EUC_KR.encode(text).0.into_owned()
}

/// The cases of a cohort of a list.
fn cases(fixture: &Fixture, name: &str) -> String {
    fixture.done(&["cohort", "create", "c", "--cases", name, "--force"]);
    let sql = "SELECT string_agg(case_id, ' ' ORDER BY case_id) FROM cohorts.c";
    let out = fixture.done(&["query", "--format", "csv", sql]);
    out.lines().nth(1).unwrap().to_owned()
}

fn workbook(path: &Path, sheets: &[(&str, &[&[&str]])]) {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(*name).unwrap();
        for (row, cells) in (0..).zip(*rows) {
            for (column, cell) in (0..).zip(*cells) {
                sheet.write(row, column, *cell).unwrap();
            }
        }
    }
    book.save(path).unwrap();
}

#[test]
fn case_lists_are_read_in_any_character_set_and_delimiter() {
    let fixture = Fixture::new();
    let rows = "번호;case_id;메모\n1;Cancer_00001;재검\n2;Normal_00002;\"가; 나\"\n";
    let lists: [(&str, Vec<u8>); 5] = [
        ("korean.csv", korean(rows)),
        ("unicode.txt", utf_16(&rows.replace("\"가; 나\"", "가").replace(';', "\t"))),
        ("declared.csv", format!("sep=|\n{}", rows.replace(';', "|")).into_bytes()),
        ("old_mac.csv", rows.replace('\n', "\r").into_bytes()),
        ("alone.txt", utf_16("Cancer_00001\r\nNormal_00002\r\n")),
    ];
    for (name, bytes) in lists {
        fs::write(fixture.dir.path().join(name), bytes).unwrap();
        assert_eq!(cases(&fixture, name), "Cancer_00001 Normal_00002", "{name}");
    }
}

#[test]
fn case_lists_are_read_from_spreadsheets_and_parquet() {
    let fixture = Fixture::new();
    let path = |name: &str| fixture.dir.path().join(name);
    let note: &[&[&str]] = &[&["읽어보기"], &["2026년"]];
    let list: &[&[&str]] = &[&["메모", "Case_ID"], &["", "Cancer_00001"], &["", " Normal_00002"]];
    workbook(&path("list.xlsx"), &[("note", note), ("list", list)]);
    workbook(&path("alone.xlsx"), &[("list", &[&["Cancer_00001"], &[""], &["Normal_00002"]])]);
    for name in ["list.xlsx", "alone.xlsx"] {
        assert_eq!(cases(&fixture, name), "Cancer_00001 Normal_00002", "{name}");
    }
    // What was written by `query` is read again, whatever its format.
    let sql = "FROM patients SELECT case_id, age_years WHERE diagnosis = 'malignant' ORDER BY 1";
    let expected = "SELECT string_agg(case_id, ' ' ORDER BY case_id) FROM patients \
                    WHERE diagnosis = 'malignant'";
    let expected = fixture.done(&["query", "--format", "csv", expected]);
    for ending in ["xlsx", "parquet", "tsv", "csv"] {
        let name = format!("written.{ending}");
        fixture.done(&["query", sql, "-o", &name]);
        assert_eq!(cases(&fixture, &name), expected.lines().nth(1).unwrap(), "{name}");
    }
}

#[test]
fn a_list_is_refused_where_a_cell_is_doubtful() {
    let fixture = Fixture::new();
    let path = |name: &str| fixture.dir.path().join(name);
    let list: &[&[&str]] = &[&["case_id"], &["Cancer_00001"]];
    workbook(&path("two.xlsx"), &[("old", list), ("new", list)]);
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "case_id").unwrap();
    sheet.write(1, 0, "Cancer_00001").unwrap();
    let struck = Format::new().set_font_strikethrough();
    sheet.write_with_format(2, 0, "Cancer_00002", &struck).unwrap();
    book.save(path("struck.xlsx")).unwrap();
    fs::write(path("open.csv"), "case_id,note\nCancer_00001,a\n\"Cancer_00002,b\n").unwrap();
    fs::write(path("damaged.xlsx"), &fs::read(path("two.xlsx")).unwrap()[..900]).unwrap();
    for name in ["two.xlsx", "struck.xlsx", "open.csv", "damaged.xlsx"] {
        let said = fixture.run(&["cohort", "create", "n", "--cases", name]);
        assert_eq!(said.code, 2, "{name}: {}", said.err);
        insta::assert_snapshot!(format!("doubtful_{name}"), said.err);
    }
}

#[test]
fn a_workbook_cut_anywhere_is_named_and_gives_no_cases() {
    let set = SampleDataSet::new(5);
    set.index("catalog", &[]);
    let path = |name: &str| set.dir.path().join(name);
    workbook(&path("whole.xlsx"), &[("list", &[&["case_id"], &["Cancer_00001"]])]);
    let bytes = fs::read(path("whole.xlsx")).unwrap();
    for length in [4, 30, bytes.len() / 2, bytes.len() - 23, bytes.len() - 1] {
        fs::write(path("cut.xlsx"), &bytes[..length]).unwrap();
        for arguments in [
            ["cohort", "create", "n", "--cases", "cut.xlsx"],
            ["index", "data", "--files-from", "cut.xlsx", "--catalog=other"],
        ] {
            let said = run_in(set.dir.path(), &arguments, "");
            assert_eq!(said.code, 2, "{length}: {}", said.err);
            assert!(said.err.contains("cut.xlsx"), "{length}: {}", said.err);
            assert!(said.err.contains("zip archive that is cut off or damaged"), "{}", said.err);
        }
    }
}

#[test]
fn inventories_are_read_from_what_excel_saves() {
    let set = SampleDataSet::new(5);
    set.index("walked", &[]);
    let paths: Vec<String> = files_below(&set.root()).into_iter().map(|(path, _)| path).collect();
    let rows = paths.iter().map(|path| format!("x\t{path}\n")).collect::<String>();
    fs::write(set.dir.path().join("list.txt"), utf_16(&format!("번호\tpath\n{rows}"))).unwrap();
    let bars = paths.iter().map(|path| format!("가|{path}\n")).collect::<String>();
    fs::write(set.dir.path().join("list.csv"), korean(&format!("sep=|\n번호|PATH\n{bars}")))
        .unwrap();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 1, "path").unwrap();
    for (row, path) in (1..).zip(&paths) {
        sheet.write(row, 0, 1).unwrap();
        sheet.write(row, 1, path).unwrap();
    }
    book.save(set.dir.path().join("list.xlsx")).unwrap();
    for name in ["list.txt", "list.csv", "list.xlsx"] {
        let catalog = name.replace('.', "_");
        let said = set.index(&catalog, &["--files-from", name]);
        assert_eq!(said.code, 0, "{name}: {}", said.err);
        assert_eq!(set.tables(&catalog), set.tables("walked"), "{name}");
    }
}
