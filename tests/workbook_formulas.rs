//! Formulas: their stored results are read, and one without is told and never taken for a value.

use std::fs;
use std::io::{Cursor, Read, Write};

use rust_xlsxwriter::Formula;
use zip::write::SimpleFileOptions;

use crate::custom_data::{DataSet, fill, made};
use crate::fixture::python;

const HEAD: &[&str] = &["ID", "BIRADS category (좌)", "T stage", "N stage", "조직형 진단", "비고"];
const ROWS: &str = "SELECT case_id, birads_left_code, t_stage_code, n_stage_code, histology_group
                    FROM patients ORDER BY 1";
const CODE: &str = "formula-without-result";

fn indexed(name: &str, bytes: impl AsRef<[u8]>) -> DataSet {
    let set = DataSet::new();
    set.put(name, bytes);
    set.index(&["--profile", "ncc"]);
    set
}

/// A workbook with a formula in every column, its results as `result` gives them by column.
fn workbook(result: impl Fn(u16) -> Option<&'static str>) -> Vec<u8> {
    made(|book| {
        let sheet = book.add_worksheet().set_name("s").unwrap();
        fill(sheet, 0, &[HEAD, &["1"]]);
        for column in 1..6 {
            let formula = Formula::new(format!("=IF(Z{column}=\"\",\"\",Z{column})"));
            let formula = match result(column) {
                Some(result) => formula.set_result(result),
                None => formula,
            };
            sheet.write_formula(1, column, formula).unwrap();
        }
    })
}

/// The workbook with parts of its files replaced.
fn with(book: &[u8], replace: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(book)).unwrap();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut replaced = 0;
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        for (old, new) in replace {
            replaced += text.matches(old).count();
            text = text.replace(old, new);
        }
        out.start_file(file.name().unwrap(), SimpleFileOptions::default()).unwrap();
        out.write_all(text.as_bytes()).unwrap();
    }
    assert!(replaced >= replace.len());
    out.finish().unwrap().into_inner()
}

/// Every column that is taken up, as the places of `findings`.
fn all_columns(file: &str) -> Vec<String> {
    ["B2", "C2", "D2", "E2"].map(|cell| format!("{file} s!{cell} -")).to_vec()
}

#[test]
fn a_formula_gives_its_stored_result() {
    let results = ["4A", "1c", "0", "Invasive ductal carcinoma", ""];
    let book = workbook(|column| Some(results[usize::from(column) - 1]));
    // A spreadsheet program that saved it has calculated it: then 0 is a result.
    let saved = with(&book, &[(" fullCalcOnLoad=\"1\"", "")]);
    let set = indexed("cancer.xlsx", saved);
    assert_eq!(set.rows(ROWS), ["Cancer_00001|4A|T1c|N0|IDC"]);
    assert_eq!(set.findings(CODE), [""; 0]);
    // An empty text is a result: it says that there is nothing.
    let empty = with(&workbook(|_| Some("x")), &[("<v>x</v>", "<v></v>")]);
    let set = indexed("cancer.xlsx", empty);
    assert_eq!(set.rows(ROWS), ["Cancer_00001|-|-|-|-"]);
    assert_eq!(set.findings(CODE), [""; 0]);
}

#[test]
fn a_formula_without_a_result_is_told_with_its_cell() {
    let book = workbook(|_| Some("7"));
    for none in ["</f></c>", "</f><v></v></c>", "</f><v/></c>"] {
        let set = indexed("cancer.xlsx", with(&book, &[("</f><v>7</v></c>", none)]));
        assert_eq!(set.rows(ROWS), ["Cancer_00001|-|-|-|-"]);
        assert_eq!(set.rows("SELECT t_stage_raw FROM patients"), ["-"]);
        assert_eq!(set.findings(CODE), all_columns("cancer.xlsx"), "{none}");
    }
}

/// XlsxWriter writes 0 where it was given no result: BI-RADS 0, T0 and N0 of nobody.
#[test]
fn the_nought_of_a_workbook_that_was_never_calculated_is_no_result() {
    let set = indexed("cancer.xlsx", workbook(|_| None));
    assert_eq!(set.rows(ROWS), ["Cancer_00001|-|-|-|-"]);
    assert_eq!(set.findings(CODE), all_columns("cancer.xlsx"));
}

#[test]
fn a_row_of_nothing_but_formulas_is_not_lost_in_silence() {
    let book = made(|book| {
        let sheet = book.add_worksheet().set_name("s").unwrap();
        fill(sheet, 0, &[HEAD, &["1", "5"]]);
        for column in 0..3 {
            sheet.write_formula(2, column, "=A2+1").unwrap();
        }
    });
    let set = indexed("cancer.xlsx", book);
    assert_eq!(set.rows(ROWS), ["Cancer_00001|5|-|-|-"]);
    assert_eq!(set.findings(CODE), ["A3", "B3", "C3"].map(|at| format!("cancer.xlsx s!{at} -")));
    assert_eq!(set.findings("row-without-case"), ["cancer.xlsx s!A3 -"]);
}

/// A shared formula without the index of what it shares, which the standard demands.
#[test]
fn a_formula_that_is_written_wrongly_costs_no_values() {
    let book = workbook(|_| Some("4"));
    let set = indexed("cancer.xlsx", with(&book, &[("<f>", "<f t=\"shared\">")]));
    assert_eq!(set.rows("SELECT birads_left, t_stage FROM patients"), ["4|4"]);
}

#[test]
fn formulas_of_an_opendocument_sheet() {
    let cell = |attributes: &str| format!("<table:table-cell {attributes}/>");
    let text = |text: &str| {
        format!(
            "<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>"
        )
    };
    let row = |cells: String| format!("<table:table-row>{cells}</table:table-row>");
    let head: String = HEAD.iter().map(|name| text(name)).collect();
    let formula = "table:formula=\"of:=[.Z1]\"";
    let cells = text("1")
        + &cell(&format!("{formula} office:value-type=\"float\" office:value=\"0\""))
        + &cell(&format!("{formula} office:value-type=\"string\" office:string-value=\"1c\""))
        + &cell(formula)
        + &cell(&format!("{formula} office:value-type=\"string\" office:string-value=\"\""));
    let xml = format!(
        "<?xml version=\"1.0\"?><office:document-content \
         xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
         xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\">\
         <office:body><office:spreadsheet><table:table table:name=\"s\">{}{}</table:table>\
         </office:spreadsheet></office:body></office:document-content>",
        row(head),
        row(cells)
    );
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    out.start_file("mimetype", stored).unwrap();
    out.write_all(b"application/vnd.oasis.opendocument.spreadsheet").unwrap();
    out.start_file("META-INF/manifest.xml", stored).unwrap();
    out.write_all(b"<?xml version=\"1.0\"?><manifest/>").unwrap();
    out.start_file("content.xml", stored).unwrap();
    out.write_all(xml.as_bytes()).unwrap();
    let set = indexed("cancer.ods", out.finish().unwrap().into_inner());
    assert_eq!(set.rows(ROWS), ["Cancer_00001|0|T1c|-|-"]);
    assert_eq!(set.findings(CODE), ["cancer.ods s!D2 -"]);
}

/// As openpyxl itself writes it.
#[test]
fn formulas_that_openpyxl_wrote() {
    const SCRIPT: &str = "
import sys
try:
    import openpyxl
except ImportError:
    sys.exit(77)
book = openpyxl.Workbook()
sheet = book.active
sheet.title = 's'
sheet.append(sys.argv[2:])
sheet.append([1, '=4', '=\"1\" & \"c\"', '=SUM(Z1:Z9)', '=Z1', '=A2'])
book.save(sys.argv[1])
";
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("book.xlsx");
    match python().args(["-c", SCRIPT]).arg(&file).args(HEAD).output() {
        Ok(out) if out.status.success() => {}
        Ok(out) if out.status.code() == Some(77) => {
            return eprintln!("skipped: Python has no openpyxl");
        }
        Ok(out) => panic!("{}", String::from_utf8_lossy(&out.stderr)),
        Err(error) => return eprintln!("skipped: Python does not run: {error}"),
    }
    let set = indexed("cancer.xlsx", fs::read(file).unwrap());
    assert_eq!(set.rows(ROWS), ["Cancer_00001|-|-|-|-"]);
    assert_eq!(set.findings(CODE), all_columns("cancer.xlsx"));
}
