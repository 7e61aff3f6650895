//! Results as Word documents: what python-docx finds in them.

use std::fs;

use crate::fixture::{Fixture, assert_said, python};

fn read_back(fixture: &Fixture, program: &str) {
    let out = python().args(["-c", program]).current_dir(fixture.dir.path()).output();
    match out {
        Ok(out) if out.status.success() => {}
        Ok(out) if String::from_utf8_lossy(&out.stderr).contains("ModuleNotFoundError") => {
            eprintln!("skipped: Python has no docx");
        }
        Ok(out) => panic!("{}", String::from_utf8_lossy(&out.stderr)),
        Err(_) => eprintln!("skipped: there is no python3"),
    }
}

#[test]
fn table1_is_a_table_that_word_edits() {
    let fixture = Fixture::new();
    fixture.done(&["cohort", "create", "all", "--where", "true"]);
    let table1 = ["table1", "all", "--by", "diagnosis"];
    fixture.done(&[&table1[..], &["-o", "table1.docx"]].concat());
    fixture.done(&[&table1[..], &["-o", "table1.csv"]].concat());
    read_back(
        &fixture,
        r#"
import csv, docx
document = docx.Document("table1.docx")
table, = document.tables
rows = [[cell.text for cell in row.cells] for row in table.rows]
expected = list(csv.reader(open("table1.csv", encoding="utf-8")))
assert rows == expected, (rows[:3], expected[:3])
assert table.rows[0].cells[0].paragraphs[0].runs[0].bold
notes = [paragraph.text for paragraph in document.paragraphs]
assert notes == ["SMD: the largest over all pairs of groups"], notes
assert document.sections[0].page_width > document.sections[0].page_height
table.cell(1, 0).text = "edited"
document.save("edited.docx")
assert docx.Document("edited.docx").tables[0].cell(1, 0).text == "edited"
"#,
    );
    fixture.done(&[&table1[..], &["-o", "again.docx"]].concat());
    let bytes = |name: &str| fs::read(fixture.dir.path().join(name)).unwrap();
    assert!(bytes("table1.docx") == bytes("again.docx"));
}

#[test]
fn texts_and_numbers_of_every_kind_are_read_back() {
    let fixture = Fixture::new();
    let sql =
        "SELECT E'<환자> & \"x\"\n둘째 \x1b줄' AS 이름, 12.5 AS n, NULL AS none, '_x0041_' AS x";
    fixture.done(&["query", sql, "-o", "kinds.docx"]);
    read_back(
        &fixture,
        r#"
import docx
table, = docx.Document("kinds.docx").tables
assert [cell.text for cell in table.rows[0].cells] == ["이름", "n", "none", "x"]
cells = table.rows[1].cells
assert [cell.text for cell in cells] == ['<환자> & "x"\n둘째 \\x1b줄', "12.5", "", "_x0041_"], [c.text for c in cells]
assert cells[1].paragraphs[0].alignment == docx.enum.text.WD_ALIGN_PARAGRAPH.RIGHT
"#,
    );
    let wide = (0..64).map(|n| format!("{n} AS c{n}")).collect::<Vec<_>>().join(", ");
    assert_said!(fixture.run(&["query", &format!("SELECT {wide}"), "-o", "wide.docx"]), @r"
        exit code 2
        --- stderr ---
        mammodex: more than 63 columns, which is what a table of Word takes: write xlsx, csv or parquet
        ");
    assert_said!(fixture.run(&["query", "FROM range(32767)", "-o", "long.docx"]), @r"
        exit code 2
        --- stderr ---
        mammodex: more than 32,766 rows, which is what a table of Word takes: write xlsx, csv or parquet
        ");
}
