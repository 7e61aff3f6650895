//! Tables as people and programs write them: each value is the right one, or a finding names its place.

use std::path::Path;

use rust_xlsxwriter::Format;

use crate::custom_data::{DataSet, fill, made, shared, xlsx};

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
fn a_quote_within_a_field_is_text_and_reported() {
    let set = indexed("cancer.csv", "ID,T stage,악성 종양의 위치\n1,1c,Lt \"UOQ\n2,2,Rt\" LIQ\n");
    assert_eq!(set.rows(VALUES), ["Cancer_00001|-|-|T1c|-|L", "Cancer_00002|-|-|T2|-|R"]);
    assert_eq!(set.findings("quote-within"), ["cancer.csv C2 Lt \"UOQ", "cancer.csv C3 Rt\" LIQ"]);
}

#[test]
fn cells_without_a_header_are_reported_in_delimited_text_too() {
    let set = indexed("cancer.csv", "ID,,T stage,N stage\n1,1c,2,0\n2,,1c,1\n");
    assert_eq!(set.rows(VALUES), ["Cancer_00001|-|-|T2|-|-", "Cancer_00002|-|-|T1c|-|-"]);
    assert_eq!(set.findings("column-without-header"), ["cancer.csv B2 1c"]);
    // Row numbers say nothing.
    let set = indexed("cancer.csv", ",ID,T stage\n0,1,2\n1,2,1c\n");
    assert_eq!(set.findings("column-without-header"), [""; 0]);
}

#[test]
fn rows_of_another_header_are_not_read_by_the_first() {
    let rows: &[&[&str]] = &[
        &["ID", "BIRADS (양쪽)", "BIRADS (좌)", "T stage"],
        &["1", "5", "5", "1c"],
        &["번호", "우", "좌", "비고"],
        &["4", "2", "5", "x"],
    ];
    let set = indexed("cancer.xlsx", xlsx(&[("s", rows)]));
    assert_eq!(set.rows(VALUES), ["Cancer_00001|5|-|T1c|-|-"]);
    assert_eq!(set.findings("rows-under-other-header"), ["cancer.xlsx s!A4 번호 | 우 | 좌 | 비고"]);
    let rows: &[&[&str]] = &[
        &["번호", "양쪽", "좌", "병기", "크기"],
        &["1", "5", "5", "2", "1.8"],
        &["ID", "BIRADS (양쪽)", "BIRADS (좌)", "T stage", "N stage"],
        &["7", "5", "4A", "3", "0"],
    ];
    let set = indexed("cancer.xlsx", xlsx(&[("s", rows)]));
    assert_eq!(set.rows(VALUES), ["Cancer_00007|4A|-|T3|-|-"]);
    assert_eq!(set.findings("rows-under-other-header"), ["cancer.xlsx s!A2 -"]);
}

#[test]
fn a_text_is_a_table_where_it_has_a_clinical_header() {
    let set = DataSet::new();
    set.put("a/Cancer.txt", "ID\tT stage\tBIRADS (좌)\n1\t1c\t4A\n2\t2\t5\n");
    set.put("b/README.txt", "ID of each case, T stage\nas in the registry, \"see below\n");
    set.put("b/notes.tab", "x\ty\n1\t2\n");
    set.index(&["--profile", "ncc"]);
    assert_eq!(set.rows(VALUES), ["Cancer_00001|4A|-|T1c|-|-", "Cancer_00002|5|-|T2|-|-"]);
    let sql = "SELECT file, code FROM issues WHERE severity <> 'error' ORDER BY 1";
    let wanted = ["b/README.txt|file-unrecognised", "b/notes.tab|file-unrecognised"];
    assert_eq!(set.rows(sql), wanted);
}

#[test]
fn a_row_of_units_may_say_that_a_column_has_none() {
    let rows: &[&[&str]] = &[
        &["ID", "나이", "종양 크기", "T stage"],
        &["[-]", "[세]", "[mm]", "[-]"],
        &["1", "50", "18", "1c"],
    ];
    let set = indexed("cancer.xlsx", xlsx(&[("s", rows)]));
    assert_eq!(set.rows(VALUES), ["Cancer_00001|-|-|T1c|1.8|-"]);
    let text = "ID;Tumor size;T stage\n;millimetres;\n1;18;1c\n";
    let set = indexed("cancer.csv", text);
    assert_eq!(set.rows(VALUES), ["Cancer_00001|-|-|T1c|1.8|-"]);
    assert_eq!(set.findings("size-unit-missing"), [""; 0]);
}

#[test]
fn headers_of_registries_are_known() {
    let rows: &[&[&str]] = &[
        &["bcr_patient_barcode", "AJCC pathologic T", "유방촬영 BI-RADS (좌)", "종양 장경 (mm)"],
        &["TCGA-A1", "T1c", "4A", "18"],
    ];
    let set = DataSet::new();
    set.put("table.xlsx", xlsx(&[("s", rows)]));
    set.index(&["--profile", "generic"]);
    let sql = "SELECT t_stage_code, birads_left_code, tumor_size_cm FROM patients";
    assert_eq!(set.rows(sql), ["T1c|4A|1.8"]);
}

#[test]
fn a_case_whose_id_has_no_digit_is_not_a_header() {
    let rows: &[&[&str]] = &[
        &["ID", "group", "BIRADS (좌)", "BIRADS (우)", "악성 종양의 위치"],
        &["Kestrel", "cancer", "five", "one", "left"],
        &["Merlin", "cancer", "5", "1", "left"],
        &["Osprey", "cancer", "one", "six", "right"],
        &["Harrier", "cancer", "1", "5", "right"],
    ];
    let set = DataSet::new();
    set.put("table.xlsx", xlsx(&[("s", rows)]));
    set.index(&["--profile", "generic"]);
    assert_eq!(set.findings("rows-under-other-header"), [""; 0]);
    assert_eq!(set.findings("birads-unreadable").len(), 4);
    assert_eq!(set.rows("SELECT count(*), count(birads_left) FROM patients"), ["4|2"]);
}

#[test]
fn a_size_whose_t_fits_the_other_unit_alone_is_doubtful() {
    let text =
        "ID,종양크기 (cm),T stage\n1,18,1c\n2,1.8,1c\n3,25,2\n4,0.9,2\n5,18 mm,1c\n6,18,yp1c\n";
    let set = indexed("cancer.csv", text);
    let sql =
        "SELECT place, message FROM issues WHERE code = 'size-doubtful' AND message LIKE '%fits%'";
    let message = "tumor_size: the T beside it fits a size in mm";
    assert_eq!(set.rows(sql), [format!("B2|{message}"), format!("B4|{message}")]);
}

#[test]
fn the_category_of_both_breasts_is_that_of_the_most_urgent_one() {
    let set = indexed(
        "cancer.csv",
        "ID,BIRADS (양쪽),BIRADS (좌),BIRADS (우)\n1,5,5,6\n2,6,6,5\n3,6,6,2\n",
    );
    let sql = "SELECT place, message FROM issues WHERE code = 'birads-both-mismatch'";
    assert_eq!(set.rows(sql), ["3|both is 6, left is 6 and right is 5"]);
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

/// The profile that the guide shows.
fn profile_of_the_guide() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/profiles.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (_, rest) = text.split_once("```toml\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

#[test]
fn a_profile_adds_columns_that_no_table_has() {
    let rows: &[&[&str]] = &[
        &[
            "연구 대상자",
            "T stage",
            "최대 직경",
            "유방 밀도",
            "ER (%)",
            "검진 여부",
            "수술일",
            "비고",
        ],
        &["P0001", "1c", "18", "C", "90", "있음", "2019.3.4", "x"],
        &["P0002", "2", "", "미상", "90% 이상", "-", "봄", ""],
        &["P0001", "1c", "", "D", "90", "", "", ""],
    ];
    let set = DataSet::new();
    set.put("cancer.xlsx", xlsx(&[("s", rows)]));
    let profile = set.root().parent().unwrap().join("delivery.toml");
    std::fs::write(&profile, profile_of_the_guide()).unwrap();
    set.index(&["--profile", profile.to_str().unwrap()]);
    let db = duckdb::Connection::open_in_memory().unwrap();
    let table = set.catalog().join("current/patients_extra.parquet");
    let sql = format!(
        "SELECT concat_ws('|', case_id, name, value_raw, value_number, value_date, value_flag, header, source_cell)
         FROM '{}' ORDER BY case_id, name",
        table.display()
    );
    let mut statement = db.prepare(&sql).unwrap();
    let found: Vec<String> =
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(
        found,
        [
            "P0001|density|C|유방 밀도|s!D2",
            "P0001|er_percent|90|90.0|ER (%)|s!E2",
            "P0001|screened|있음|true|검진 여부|s!F2",
            "P0001|surgery_date|2019.3.4|2019-03-04|수술일|s!G2",
            "P0002|er_percent|90% 이상|ER (%)|s!E3",
            "P0002|screened|-|false|검진 여부|s!F3",
            "P0002|surgery_date|봄|수술일|s!G3",
        ]
    );
    assert_eq!(
        set.findings("extra-unreadable"),
        ["cancer.xlsx s!E3 90% 이상", "cancer.xlsx s!G3 봄"]
    );
    assert_eq!(set.findings("rows-disagree"), ["cancer.xlsx s!D4 density: \"C\" and \"D\""]);
    assert_eq!(set.findings("header-unknown"), ["cancer.xlsx s!H1 비고"]);
}

#[test]
fn a_mistake_in_an_added_column_is_reported() {
    let good = profile_of_the_guide();
    for (right, wrong, message) in [
        ("name = \"density\"", "name = \"Density %\"", "not a valid name of a column"),
        ("name = \"screened\"", "name = \"density\"", "two columns are called \"density\""),
        ("headers = [\"수술일\"]", "headers = []", "has no header"),
        ("type = \"yes_no\"", "type = \"bool\"", "unknown variant `bool`"),
    ] {
        let set = DataSet::new();
        set.put("a.csv", "ID,T stage\nP0001,1\n");
        let profile = set.root().parent().unwrap().join("delivery.toml");
        std::fs::write(&profile, good.replace(right, wrong)).unwrap();
        let said = set.run(&["index", "data", "--profile", profile.to_str().unwrap()]);
        assert!(said.code == 2 && said.err.contains(message), "{}", said.err);
    }
}

/// Index one sheet of a workbook and of delimited text with the same rows.
fn both_forms(rows: &[&[&str]]) -> [DataSet; 2] {
    let lines: Vec<String> = rows.iter().map(|row| row.join(",")).collect();
    let book = made(|book| {
        fill(book.add_worksheet().set_name("s").unwrap(), 0, rows);
    });
    [indexed("cancer.xlsx", book), indexed("cancer.csv", lines.join("\n"))]
}

#[test]
fn two_tables_beside_each_other_are_read_each_by_its_own_ids() {
    let tables: [(&[&[&str]], &[&str]); 4] = [
        // An empty column between them, other columns.
        (
            &[
                &["ID", "T stage", "", "ID", "BIRADS category (좌)"],
                &["1", "1c", "", "3", "4A"],
                &["2", "2", "", "4", "5"],
                &["", "", "", "5", "2"],
            ],
            &[
                "Cancer_00001|-|-|T1c|-|-",
                "Cancer_00002|-|-|T2|-|-",
                "Cancer_00003|4A|-|-|-|-",
                "Cancer_00004|5|-|-|-|-",
                "Cancer_00005|2|-|-|-|-",
            ],
        ),
        // No empty column, the same columns again.
        (
            &[&["ID", "T stage", "ID", "T stage"], &["1", "1c", "3", "3"], &["2", "2", "4", "4a"]],
            &[
                "Cancer_00001|-|-|T1c|-|-",
                "Cancer_00002|-|-|T2|-|-",
                "Cancer_00003|-|-|T3|-|-",
                "Cancer_00004|-|-|T4a|-|-",
            ],
        ),
        // Three tables.
        (
            &[
                &["ID", "T stage", "", "ID", "T stage", "", "ID", "T stage"],
                &["1", "1c", "", "3", "3", "", "5", "2"],
                &["2", "2", "", "4", "4a", "", "6", "0"],
            ],
            &[
                "Cancer_00001|-|-|T1c|-|-",
                "Cancer_00002|-|-|T2|-|-",
                "Cancer_00003|-|-|T3|-|-",
                "Cancer_00004|-|-|T4a|-|-",
                "Cancer_00005|-|-|T2|-|-",
                "Cancer_00006|-|-|T0|-|-",
            ],
        ),
        // The ID repeated for the reader's eye: one table.
        (
            &[
                &["ID", "T stage", "ID", "BIRADS category (좌)"],
                &["1", "1c", "1", "4A"],
                &["2", "2", "2", "5"],
            ],
            &["Cancer_00001|4A|-|T1c|-|-", "Cancer_00002|5|-|T2|-|-"],
        ),
    ];
    for (rows, wanted) in tables {
        for set in both_forms(rows) {
            assert_eq!(set.rows(VALUES), wanted, "{rows:?}");
            assert!(set.findings("rows-under-other-header").is_empty());
        }
    }
    // Other IDs, neither a gap nor a column twice: what is right of them is not read.
    for second in ["ID", "환자번호"] {
        let rows: &[&[&str]] = &[
            &["ID", "T stage", second, "BIRADS category (좌)"],
            &["1", "1c", "3", "4A"],
            &["2", "2", "4", "5"],
            &["", "", "5", "2"],
        ];
        for set in both_forms(rows) {
            assert_eq!(set.rows(VALUES), ["Cancer_00001|-|-|T1c|-|-", "Cancer_00002|-|-|T2|-|-"]);
            let sql = "SELECT message FROM issues WHERE code = 'rows-under-other-header'";
            let message = "rows 2 to 4 of columns C to D follow other IDs than those of column A; they were not read";
            assert_eq!(set.rows(sql), [message]);
        }
    }
}
