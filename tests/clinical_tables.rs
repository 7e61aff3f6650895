//! Tables as people and programs write them: each value is the right one, or a finding names its place.

use std::path::Path;

use rust_xlsxwriter::Format;

use crate::custom_data::{DataSet, fill, made, shared};

const VALUES: &str = "SELECT case_id, birads_left_code, birads_right_code, t_stage_code,
                        tumor_size_cm, tumor_side FROM patients ORDER BY 1";

fn indexed(name: &str, bytes: impl AsRef<[u8]>) -> DataSet {
    let set = DataSet::new();
    set.put(name, bytes);
    set.index(&["--profile", "ncc"]);
    set
}

/// One of the cases that are shared, indexed; none where they are not.
fn case(name: &str, profile: &str) -> Option<DataSet> {
    let folder = shared("cases")?.join(name);
    let set = DataSet::new();
    copy(&folder.join("data"), "", &set);
    set.index(&["--profile", profile]);
    Some(set)
}

fn copy(folder: &Path, path: &str, set: &DataSet) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        let inner = if path.is_empty() { name } else { format!("{path}/{name}") };
        if entry.path().is_dir() {
            copy(&entry.path(), &inner, set);
        } else {
            set.put(&inner, std::fs::read(entry.path()).unwrap());
        }
    }
}

#[test]
fn shared_cases_have_the_values_of_their_readme() {
    let wanted: &[(&str, &[&str])] = &[
        (
            "clinical-01-unclosed-quote",
            &[
                "Cancer_00001|-|-|T1c|-|L",
                "Cancer_00002|-|-|T2|-|L",
                "Cancer_00003|-|-|T3|-|R",
                "Cancer_00004|-|-|T2|-|R",
            ],
        ),
        (
            "clinical-02-r-row-names",
            &["Cancer_00001|2|5|-|-|-", "Cancer_00002|1|4|-|-|-", "Cancer_00003|4|1|-|-|-"],
        ),
        ("clinical-06-ods-merged", &["Cancer_00001|4A|1|T1c|-|L", "Cancer_00002|5|2|T2|-|L"]),
        ("clinical-07-ods-indented", &["Cancer_00001|4A|1|T1c|-|L", "Cancer_00002|5|2|T2|-|L"]),
        (
            "clinical-14-stacked-tables",
            &[
                "Cancer_00001|1|5|-|-|-",
                "Cancer_00002|4|2|-|-|-",
                "Cancer_00003|1|5|-|-|-",
                "Cancer_00004|4A|2|-|-|-",
            ],
        ),
        ("clinical-08-superscript", &["Cancer_00001|-|-|-|1.8|-", "Cancer_00012|-|-|-|2.2|-"]),
        (
            "clinical-19-unit-in-number-format",
            &["Cancer_00001|-|-|T1c|1.8|-", "Cancer_00002|-|-|T1|1.2|-"],
        ),
        ("clinical-49-cdata-in-v", &["Cancer_00001|-|-|T1c|1.8|-", "Cancer_00002|-|-|T2|2.5|-"]),
        (
            "clinical-15-units-below-header",
            &["Cancer_00001|-|-|T1c|1.8|-", "Cancer_00002|-|-|T1b|0.8|-"],
        ),
    ];
    for (name, values) in wanted {
        let Some(set) = case(name, "ncc") else { return };
        assert_eq!(&set.rows(VALUES), values, "{name}");
    }
}

#[test]
fn a_quote_that_does_not_close_costs_no_row() {
    let text = "ID,T stage,악성 종양의 위치\n1,1c,\"Breast, left\n2,2,\"Breast, right\"\n3,3,\"left\n4,2,right\n";
    let set = indexed("cancer.csv", text);
    assert_eq!(
        set.rows(VALUES),
        [
            "Cancer_00001|-|-|T1c|-|L",
            "Cancer_00002|-|-|T2|-|R",
            "Cancer_00003|-|-|T3|-|L",
            "Cancer_00004|-|-|T2|-|R"
        ]
    );
    assert_eq!(
        set.findings("quote-unclosed"),
        ["cancer.csv C2 Breast, left", "cancer.csv C4 left"]
    );
}

#[test]
fn a_line_break_within_quotes_is_part_of_the_cell() {
    let set = indexed(
        "cancer.csv",
        "ID,T stage,악성 종양의 위치\n1,1c,\"Breast,\nleft\"\n2,2,\"a \"\"b\"\"\nright\"\n",
    );
    assert_eq!(set.rows(VALUES), ["Cancer_00001|-|-|T1c|-|L", "Cancer_00002|-|-|T2|-|R"]);
    assert_eq!(set.findings("quote-unclosed"), [""; 0]);
}

#[test]
fn a_row_wider_than_its_header_is_not_read_and_reported() {
    let text =
        "ID,T stage,악성 종양의 크기 (cm)\n1,1c,1,8\n2,2,2.5\n3,1b,0.8,\n* note, of a, person, x\n";
    let set = indexed("cancer.csv", text);
    assert_eq!(set.rows(VALUES), ["Cancer_00002|-|-|T2|2.5|-", "Cancer_00003|-|-|T1b|0.8|-"]);
    assert_eq!(set.findings("row-width"), ["cancer.csv D2 8", "cancer.csv D5 x"]);
    // Without quotes around the first field nothing shows that it is a row name.
    let set = indexed("cancer.tsv", "ID\tT stage\tN stage\n1\t7\t1c\t0\n2\t8\t2\t1\n");
    assert_eq!(set.rows(VALUES), [""; 0]);
    assert_eq!(set.findings("row-width"), ["cancer.tsv D2 0", "cancer.tsv D3 1"]);
}

#[test]
fn a_row_narrower_than_its_header_is_read_when_its_values_fit() {
    let text = "ID,T stage,BIRADS (좌),악성 종양의 위치\n1,1c\n2,5,left\n3,2,4A,left\n";
    let set = indexed("cancer.csv", text);
    assert_eq!(set.rows(VALUES), ["Cancer_00001|-|-|T1c|-|-", "Cancer_00003|4A|-|T2|-|L"]);
    assert_eq!(set.findings("row-width"), ["cancer.csv B2 -", "cancer.csv C3 -"]);
}

#[test]
fn rows_below_a_header_of_something_else_are_reported() {
    let rows: &[&[&str]] = &[
        &["ID", "T stage", "BIRADS (좌)"],
        &["1", "1c", "5"],
        &[],
        &["T stage", "환자 수"],
        &["1", "20"],
        &["2", "31"],
        &[],
        &["환자번호", "BIRADS (좌)", "T stage"],
        &["7", "4A", "3"],
    ];
    let set = indexed(
        "cancer.xlsx",
        made(|book| fill(book.add_worksheet().set_name("s").unwrap(), 0, rows)),
    );
    assert_eq!(set.rows(VALUES), ["Cancer_00001|5|-|T1c|-|-", "Cancer_00007|4A|-|T3|-|-"]);
    assert_eq!(set.findings("rows-under-other-header"), ["cancer.xlsx s!A5 T stage | 환자 수"]);
}

#[test]
fn findings_of_another_exam_are_not_those_of_the_mammogram() {
    for group in ["초음파", "유방 초음파", "US", "Breast MRI", "이전 검사", "Prior"] {
        let rows: &[&[&str]] = &[
            &["환자", group, "", "유방촬영", "", "병리"],
            &["ID", "BIRADS (좌)", "BIRADS (우)", "BIRADS (좌)", "BIRADS (우)", "T stage"],
            &["1", "4C", "1", "2", "3", "1c"],
        ];
        let set = indexed(
            "cancer.xlsx",
            made(|book| fill(book.add_worksheet().set_name("s").unwrap(), 0, rows)),
        );
        assert_eq!(set.rows(VALUES), ["Cancer_00001|2|3|T1c|-|-"], "{group}");
        let unknown = format!("cancer.xlsx s!B2 {group} BIRADS (좌) | {group} BIRADS (우)");
        assert_eq!(set.findings("header-unknown"), [unknown]);
        let title: &[&[&str]] =
            &[&["", group], &["ID", "BIRADS (좌)", "T stage"], &["1", "4C", "1c"]];
        let set = indexed(
            "cancer.xlsx",
            made(|book| {
                let sheet = book.add_worksheet();
                fill(sheet, 0, title);
                sheet.merge_range(0, 1, 0, 2, group, &Format::new()).unwrap();
            }),
        );
        assert_eq!(set.rows("SELECT count(*) FROM patients WHERE birads_left IS NOT NULL"), ["0"]);
    }
    // Not another exam: letters of a longer word.
    let rows: &[&[&str]] = &[&["status", ""], &["ID", "BIRADS (좌)"], &["1", "4C"]];
    let set = indexed("cancer.xlsx", made(|book| fill(book.add_worksheet(), 0, rows)));
    assert_eq!(set.rows(VALUES), ["Cancer_00001|4C|-|-|-|-"]);
}

#[test]
fn a_side_above_a_birads_is_its_side() {
    let rows: &[&[&str]] = &[
        &["환자", "좌측", "", "우측", ""],
        &["ID", "BI-RADS", "종양크기 (cm)", "BI-RADS", "종양크기 (cm)"],
        &["1", "4C", "1.8", "1", "0.2"],
    ];
    let set = indexed(
        "cancer.xlsx",
        made(|book| fill(book.add_worksheet().set_name("s").unwrap(), 0, rows)),
    );
    assert_eq!(set.rows(VALUES), ["Cancer_00001|4C|1|-|-|-"]);
    assert_eq!(
        set.findings("header-unknown"),
        ["cancer.xlsx s!C2 좌측 종양크기 (cm) | 우측 종양크기 (cm)"]
    );
}

#[test]
fn units_below_a_header_are_those_of_its_column() {
    for (header, unit, size) in [
        ("종양의 크기", "(mm)", "1.8"),
        ("종양의 크기", "cm", "18.0"),
        ("종양크기 (mm)", "mm", "1.8"),
        // A contradiction: neither is taken.
        ("종양크기 (cm)", "[mm]", "-"),
    ] {
        let set =
            indexed("cancer.csv", format!("ID,나이,{header},T stage\n,세,{unit},\n1,50,18,2\n"));
        let sql = "SELECT age_years, tumor_size_cm, t_stage FROM patients";
        assert_eq!(set.rows(sql), [format!("50|{size}|2")], "{header} {unit}");
        assert_eq!(set.findings("row-without-case"), [""; 0]);
    }
}

#[test]
fn a_column_of_studies_is_not_that_of_patients() {
    for header in ["Study ID,Patient ID", "Patient ID,Study ID"] {
        let values = if header.starts_with("Study") { ["x,1", "x,2"] } else { ["1,x", "2,x"] };
        let text = format!("{header},T stage\n{},1c\n{},2\n", values[0], values[1]);
        let set = indexed("cancer.csv", text);
        assert_eq!(set.rows(VALUES), ["Cancer_00001|-|-|T1c|-|-", "Cancer_00002|-|-|T2|-|-"]);
    }
}

#[test]
fn cells_without_a_header_are_reported() {
    let rows: &[&[&str]] = &[
        &["ID", "BIRADS (좌)", "BIRADS (우)"],
        &["1", "4A", "1"],
        &["2", "", "4A", "1"],
        &["3", "1", "2", "see note"],
    ];
    let set = indexed(
        "cancer.xlsx",
        made(|book| fill(book.add_worksheet().set_name("s").unwrap(), 0, rows)),
    );
    assert_eq!(set.findings("column-without-header"), ["cancer.xlsx s!D3 1"]);
}
