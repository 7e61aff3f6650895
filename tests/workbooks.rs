//! Clinical tables: whatever form they come in, every cell arrives or is an issue with its place.

use std::io::{Cursor, Read, Write};
use std::path::Path;

use mammodex::sources::profile::Profile;
use mammodex::sources::workbook;
use rust_xlsxwriter::{ExcelDateTime, Format, FormatScript};

use crate::custom_data::{DataSet, as_date, fill, made, shared, xlsx};

const HEAD: &[&str] =
    &["ID", "BIRADS category (양쪽)", "BIRADS category (좌)", "T stage", "악성 종양의 크기 (cm)"];
const CLINICAL: &str =
    "SELECT case_id, birads_both_code, birads_left_code, t_stage_code, tumor_size_cm
                        FROM patients ORDER BY 1";

/// Indexes one table by the profile of the release.
fn indexed(name: &str, bytes: impl AsRef<[u8]>) -> DataSet {
    let set = DataSet::new();
    set.put(name, bytes);
    set.index(&["--profile", "ncc"]);
    set
}

#[test]
fn titles_stand_above_the_header_and_totals_below_the_rows() {
    let set = indexed(
        "clinical/cancer.xlsx",
        made(|book| {
            let sheet = book.add_worksheet().set_name("Sheet1").unwrap();
            let title = Format::new();
            sheet.merge_range(0, 0, 0, 4, "유방암 환자 임상정보 (2012-2018)", &title).unwrap();
            fill(
                sheet,
                1,
                &[&["작성일: 2019-08-12"], &[], HEAD, &["1", "4a", "5", "1c", "1.8"], &[]],
            );
            fill(
                sheet,
                7,
                &[&["2", "", "", "T2", ""], &["합계", "2", "", "", ""], &["", "평균 1.8"]],
            );
            sheet.write_string(10, 0, "총 2명").unwrap();
        }),
    );
    assert_eq!(set.rows(CLINICAL), ["Cancer_00001|4A|5|T1c|1.8", "Cancer_00002|-|-|T2|-"]);
    let totals = ["A11 총 2명", "A9 합계", "B10 평균 1.8"];
    let totals = totals.map(|total| format!("clinical/cancer.xlsx Sheet1!{total}"));
    assert_eq!(set.findings("row-total"), totals);
}

#[test]
fn two_header_rows_are_read_as_one() {
    let rows: &[&[&str]] = &[
        &["환자", "", "BI-RADS", "", "", "병리 정보", "", ""],
        &["환자번호", "검사장비", "양쪽", "좌", "우", "T stage", "N stage", "조직형 진단"],
        &["7", "GE", "5", "4C", "1", "1c", "0", "DCIS"],
    ];
    for merged in [false, true] {
        let set = indexed(
            "악성.xlsx",
            made(|book| {
                let sheet = book.add_worksheet();
                fill(sheet, 0, rows);
                if merged {
                    let plain = Format::new();
                    sheet.merge_range(0, 2, 0, 4, "BI-RADS", &plain).unwrap();
                    sheet.merge_range(0, 5, 0, 7, "병리 정보", &plain).unwrap();
                }
            }),
        );
        let sql = "SELECT case_id, birads_both, birads_left_code, birads_right, t_stage_code,
                     n_stage_code, histology_group, manufacturer_raw FROM patients";
        assert_eq!(set.rows(sql), ["Cancer_00007|5|4C|1|T1c|N0|DCIS|GE"]);
        assert_eq!(set.findings("header-unknown"), [""; 0]);
    }
}

#[test]
fn a_merged_cell_counts_for_every_row_that_it_covers() {
    let set = indexed(
        "table.xlsx",
        made(|book| {
            let sheet = book.add_worksheet();
            fill(
                sheet,
                0,
                &[
                    &["구분", "ID", "T stage"],
                    &["", "1", "1c"],
                    &["", "2", "2"],
                    &["정상", "1", ""],
                ],
            );
            sheet.merge_range(1, 0, 2, 0, "악성", &Format::new()).unwrap();
        }),
    );
    assert_eq!(
        set.rows("SELECT case_id, t_stage_code, diagnosis FROM patients ORDER BY 1"),
        ["Cancer_00001|T1c|malignant", "Cancer_00002|T2|malignant", "Normal_00001|-|normal"]
    );
}

#[test]
fn the_group_comes_from_sheet_file_folder_or_column() {
    let row: &[&[&str]] = &[HEAD, &["1", "2", "", "", ""]];
    let set = DataSet::new();
    set.put("a/all.xlsx", xlsx(&[("정상군", row), ("01_양성", row), ("Cancer (악성)", row)]));
    set.put("b/02_malignant_2019.csv", "ID,T stage\n2,1c\n");
    set.put("정상/list.csv", "ID,BIRADS\n3,1\n");
    set.put("c/columns.csv", "구분,ID,T stage\nBenign_additional,4,\n악성,4,2\n");
    set.put("c/nobody.csv", "ID,T stage\n9,2\n");
    set.index(&["--profile", "ncc"]);
    assert_eq!(
        set.rows("SELECT case_id, diagnosis, source_file, source_sheet FROM patients ORDER BY 1"),
        [
            "Benign_00001|benign|a/all.xlsx|01_양성",
            "Benign_additional_00004|benign|c/columns.csv|-",
            "Cancer_00001|malignant|a/all.xlsx|Cancer (악성)",
            "Cancer_00002|malignant|b/02_malignant_2019.csv|-",
            "Cancer_00004|malignant|c/columns.csv|-",
            "Normal_00001|normal|a/all.xlsx|정상군",
            "Normal_00003|normal|정상/list.csv|-",
        ]
    );
    assert_eq!(set.findings("row-without-case"), ["c/nobody.csv A2 9"]);
}

#[test]
fn headers_are_known_in_every_spelling() {
    let spellings: &[(&str, &[&str])] = &[
        (
            "birads_both",
            &[
                "BIRADS category (양쪽)",
                "BI-RADS  Category[양측]",
                "ＢＩＲＡＤＳ　ｃａｔｅｇｏｒｙ（양쪽）",
                "BIRADS\ncategory\n(양쪽)",
                "K-BIRADS (both)",
                "\u{a0}birads category (양쪽) ",
            ],
        ),
        (
            "tumor_size_raw",
            &[
                "악성 종양의 크기 (cm)",
                "악성종양의크기(cm)",
                "종양 크기(㎝)",
                "Tumor size [cm]",
                "Tumour Size (cm)",
            ],
        ),
        ("t_stage_raw", &["T stage", "T-stage", "T병기", "T 병기", "pT stage"]),
        (
            "histology_raw",
            &["조직형 진단", "조직형진단", "조직학적 진단", "Histological diagnosis"],
        ),
        (
            "model_raw",
            &["검사장비 모델", "검사장비모델", "모델명", "Manufacturer's Model Name", "model"],
        ),
    ];
    for (column, headers) in spellings {
        for header in *headers {
            let set = indexed(
                "cancer.xlsx",
                xlsx(&[("s", &[&["ID", header, "N stage"], &["1", "2", "0"]])]),
            );
            let found = set.rows(&format!("SELECT {column}::VARCHAR FROM patients"));
            assert_eq!(found, ["2"], "{header:?} is not {column}");
        }
    }
}

#[test]
fn numbers_stand_as_text_and_text_as_numbers() {
    let set = indexed(
        "cancer.xlsx",
        made(|book| {
            let sheet = book.add_worksheet().set_name("s").unwrap();
            fill(sheet, 0, &[HEAD]);
            // The first row is all numbers: it gives no column a type.
            for (at, number) in [1.0, 4.0, 5.0, 2.0, 2.0].into_iter().enumerate() {
                sheet.write_number(1, at as u16, number).unwrap();
            }
            fill(
                sheet,
                2,
                &[
                    &["'00002", "4A", " ４b ", "1c", "1.8cm"],
                    &["3.0", "Category 4C", "4\u{a0}A", "pT1mi", "18 mm"],
                    &["\u{a0}Cancer_00004\u{a0}", "4.0", "'3", "T4b", "1.8 x 1.2"],
                    &["Cancer_5", "-", "없음", "N/A", "미상"],
                ],
            );
        }),
    );
    assert_eq!(
        set.rows(CLINICAL),
        [
            "Cancer_00001|4|5|T2|2.0",
            "Cancer_00002|4A|4B|T1c|1.8",
            "Cancer_00003|4C|4A|T1mi|1.8",
            "Cancer_00004|4|3|T4b|1.8",
            "Cancer_00005|-|-|-|-",
        ]
    );
    // 4 against 3 is the one contradiction; nothing is unread.
    assert_eq!(set.codes(), ["birads-both-mismatch", "patient-without-images"]);
}

#[test]
fn dates_and_formula_errors_are_issues_with_their_cell() {
    {
        let set = indexed(
            "cancer.xlsx",
            made(|book| {
                let sheet = book.add_worksheet().set_name("임상").unwrap();
                fill(sheet, 2, &[HEAD, &["1", "", "", "", ""], &["2", "", "3", "", ""]]);
                let day = ExcelDateTime::from_ymd(2019, 1, 2).unwrap();
                sheet.write_datetime_with_format(3, 3, &day, &as_date()).unwrap();
                sheet.write_datetime_with_format(3, 1, &day, &as_date()).unwrap();
                let faulty =
                    rust_xlsxwriter::Formula::new("=VLOOKUP(1,A1:A2,1)").set_result("#N/A");
                sheet.write_formula(4, 4, faulty).unwrap();
                let sum = rust_xlsxwriter::Formula::new("=1+1").set_result("2");
                sheet.write_formula(4, 3, sum).unwrap();
            }),
        );
        assert_eq!(set.rows(CLINICAL), ["Cancer_00001|-|-|-|-", "Cancer_00002|-|3|T2|-"]);
        assert_eq!(
            set.rows("SELECT t_stage_raw FROM patients WHERE case_id = 'Cancer_00001'"),
            ["2019-01-02"]
        );
        assert_eq!(set.findings("t-stage-unreadable"), ["cancer.xlsx 임상!D4 2019-01-02"]);
        assert_eq!(set.findings("birads-unreadable"), ["cancer.xlsx 임상!B4 2019-01-02"]);
        assert_eq!(set.findings("cell-error"), ["cancer.xlsx 임상!E5 #N/A"]);
    }
}

#[test]
fn what_another_program_wrote_reads_the_same() {
    for name in ["clinical.xls", "clinical.xlsb", "clinical.ods"] {
        let set = indexed(name, fixture(name));
        assert_eq!(
            set.rows("SELECT case_id, birads_both_code, birads_left_code, birads_right, tumor_side, t_stage_code,
                        n_stage_code, tumor_size_cm, histology_group, source_row FROM patients ORDER BY 1"),
            [
                "Cancer_00001|-|5|-|L|T2|N0|1.8|IDC|3",
                "Cancer_00002|4A|4A|1|L|T1c|-|1.8|DCIS|4",
                "Cancer_00003|-|-|6|R|-|N1mi|1.8|ILC|5",
                "Normal_00001|1|1|1|-|-|-|-|-|2",
                "Normal_00002|2|2|1|-|-|-|-|-|3",
            ],
            "{name}"
        );
        // SheetJS drops the date's format in .xls: there the serial number stands.
        let date = if name == "clinical.xls" { "43832" } else { "2020-01-02" };
        assert_eq!(set.findings("n-stage-unreadable"), [format!("{name} 악성!H4 {date}")]);
        assert_eq!(set.findings("row-total"), [format!("{name} 악성!A7 합계")]);
        // In the .ods it stands as a text, which says nothing.
        let faults =
            if name == "clinical.ods" { vec![] } else { vec![format!("{name} 악성!G5 #N/A")] };
        assert_eq!(set.findings("cell-error"), faults);
    }
    let old = indexed("악성.xls", fixture("dates-1904.xls"));
    assert_eq!(old.findings("t-stage-unreadable"), ["악성.xls 악성!B2 2016-01-01"]);
}

/// Text in the character set of Korean DOS, without Hangul letters that are no syllables.
fn johab(text: &str) -> Vec<u8> {
    const VOWELS: [u16; 21] =
        [3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 18, 19, 20, 21, 22, 23, 26, 27, 28, 29];
    let mut bytes = Vec::new();
    for c in text.chars() {
        if c.is_ascii() {
            bytes.push(c as u8);
            continue;
        }
        let index = (c as u32 - '가' as u32) as u16;
        let (initial, vowel, last) = (index / 588, usize::from(index / 28 % 21), index % 28);
        let last = if last < 17 { last + 1 } else { last + 2 };
        bytes.extend((1 << 15 | (initial + 2) << 10 | VOWELS[vowel] << 5 | last).to_be_bytes());
    }
    bytes
}

#[test]
fn delimited_text_in_every_character_set() {
    let text = "유방암 환자\n\nID;조직형 진단;악성 종양의 위치;악성 종양의 크기 (cm)\r\n1;\"침윤성 관암종, NOS\";좌측 유방;1.8\n\n2;DCIS;\"우측;유방\";2\n";
    let utf16 = |big: bool| -> Vec<u8> {
        let units = format!("\u{feff}{text}").encode_utf16().collect::<Vec<_>>();
        units.iter().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
    };
    let forms: Vec<(&str, Vec<u8>)> = vec![
        ("UTF-8", text.into()),
        ("UTF-8 with mark", format!("\u{feff}{text}").into_bytes()),
        ("UTF-16LE", utf16(false)),
        ("UTF-16BE", utf16(true)),
        ("UTF-16LE without mark", utf16(false)[2..].to_vec()),
        ("CP949", encoding_rs::EUC_KR.encode(text).0.into_owned()),
        ("Johab", johab(text)),
        ("tabs", text.replace(';', "\t").replace("우측\t유방", "우측 유방").into_bytes()),
    ];
    for (form, bytes) in forms {
        let set = indexed("cancer.csv", bytes);
        assert_eq!(
            set.rows("SELECT case_id, tumor_side, tumor_size_cm, histology_group, source_row FROM patients ORDER BY 1"),
            ["Cancer_00001|L|1.8|IDC|4", "Cancer_00002|R|2.0|DCIS|6"],
            "{form}"
        );
    }
}

#[test]
fn of_two_columns_alike_the_first_counts_and_hidden_ones_do_too() {
    let set = indexed(
        "cancer.xlsx",
        made(|book| {
            let sheet = book.add_worksheet().set_name("s").unwrap();
            fill(
                sheet,
                0,
                &[&["ID", "T stage", "T병기", "비고", "N stage"], &["1", "1c", "2", "x", "1mi"]],
            );
            sheet.set_column_hidden(4).unwrap();
        }),
    );
    assert_eq!(set.rows("SELECT t_stage_code, n_stage_code FROM patients"), ["T1c|N1mi"]);
    assert_eq!(set.findings("header-repeated"), ["cancer.xlsx s!C1 T병기"]);
    assert_eq!(set.findings("header-unknown"), ["cancer.xlsx s!D1 비고"]);
}

#[test]
fn two_rows_for_a_case_complete_or_contradict_each_other() {
    let set = DataSet::new();
    set.put(
        "cancer_1.csv",
        "ID,T stage,BIRADS (좌),age\n1,T1c,4a,50\n1,1c,4A,50\n2,1c,,\n3,2,5,61\n",
    );
    set.put("cancer_2.csv", "ID,N stage,BIRADS (좌)\n2,N0,\n3,0,4B\n00003,1,5\n");
    set.index(&["--profile", "ncc"]);
    assert_eq!(
        set.rows("SELECT case_id, t_stage_code, n_stage_code, birads_left_code, age_years, source_file FROM patients ORDER BY 1"),
        [
            "Cancer_00001|T1c|-|4A|50|cancer_1.csv",
            "Cancer_00002|T1c|N0|-|-|cancer_1.csv",
            "Cancer_00003|T2|N0|5|61|cancer_1.csv",
        ]
    );
    assert_eq!(
        set.rows("SELECT file, place, case_id, value, message LIKE '%cancer_1.csv 5%' FROM issues WHERE code = 'rows-disagree' ORDER BY place"),
        [
            "cancer_2.csv|3|Cancer_00003|birads_left: \"5\" and \"4B\"|true",
            "cancer_2.csv|4|Cancer_00003|n_stage: \"0\" and \"1\"|true",
        ]
    );
}

#[test]
fn a_size_in_a_column_of_millimetres_is_in_millimetres() {
    let set = indexed("cancer.csv", "ID,종양크기(mm)\n1,18\n2,1.8 cm\n3,\"18 x 12\"\n4,<5\n");
    assert_eq!(
        set.rows("SELECT tumor_size_cm FROM patients ORDER BY case_id"),
        ["1.8", "1.8", "1.8", "0.5"]
    );
    assert_eq!(set.rows("SELECT tumor_size_raw FROM patients ORDER BY case_id")[0], "18");
    assert_eq!(set.findings("size-doubtful"), ["cancer.csv B5 <5"]);
}

#[test]
fn an_id_that_may_identify_is_hidden_unless_images_go_by_it() {
    let set = DataSet::new();
    set.image(
        "a/1.dcm",
        &[("PatientID", "anon-1"), ("ImageLaterality", "L"), ("ViewPosition", "CC")],
    );
    let named = [
        ("PatientID", "87654321"),
        ("PatientIdentityRemoved", "NO"),
        ("ImageLaterality", "L"),
        ("ViewPosition", "CC"),
    ];
    set.image("b/1.dcm", &named);
    set.put("list.csv", "ID,T stage\nanon-1,1c\n87654321,2\n11112222,3\n* 각주: T 병기,\n");
    set.put("c/x.json", r#"{"case_id": "87654321", "user_id": "u", "contour_list": {"cancer": {"lcc": {"1": [{"x":1,"y":2},{"x":5,"y":2},{"x":3,"y":9}]}}}, "discard_yn": 0}"#);
    set.index(&["--profile", "generic"]);
    assert_eq!(
        set.rows("SELECT t_stage_code, image_count, case_id = 'anon-1', case_id[:1], lesion_count FROM patients ORDER BY 1"),
        ["T1c|1|true|a|0", "T2|1|false|P|1", "T3|0|false|P|0"]
    );
    assert_eq!(set.rows("SELECT image_path FROM lesions"), ["b/1.dcm"]);
    for table in ["patients", "breasts", "images", "issues", "annotations", "lesions"] {
        let file =
            std::fs::read(set.catalog().join("current").join(format!("{table}.parquet"))).unwrap();
        let told = set.rows(&format!("SELECT count(*) FROM {table} t WHERE t::VARCHAR LIKE '%87654321%' OR t::VARCHAR LIKE '%11112222%'"));
        assert_eq!(told, ["0"], "{table}");
        assert!(!file.is_empty());
    }
}

#[test]
fn every_workbook_of_others_opens_or_is_refused_with_a_reason() {
    for folder in ["corpus/xl-calamine", "corpus/xl-duckdb", "corpus/xl-readxl"] {
        let Some(data) = shared(folder) else { return };
        let dir = tempfile::tempdir().unwrap();
        let out = crate::fixture::command()
            .args(["index", "--profile", "generic", "--catalog"])
            .arg(dir.path())
            .arg(&data)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.code().is_some_and(|code| code < 2), "{said}");
        assert!(!said.contains("panicked"), "{said}");
        let lost = crate::custom_data::rows(
            dir.path(),
            "SELECT path, status FROM sources
             WHERE regexp_matches(path, '\\.(xls|xlsx|xlsm|xlsb|ods)$')
               AND (kind NOT IN ('workbook', 'archive') OR (status <> 'indexed' AND reason IS NULL))",
        );
        assert_eq!(lost, [""; 0]);
    }
}

/// A cell names a text that is not there.
#[test]
fn a_damaged_workbook_is_refused_without_noise() {
    let good = fixture("clinical.xlsb");
    let mut archive = zip::ZipArchive::new(Cursor::new(&good)).unwrap();
    let mut damaged = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).unwrap();
        let mut part = Vec::new();
        file.read_to_end(&mut part).unwrap();
        let name = file.name().unwrap().into_owned();
        if name == "xl/worksheets/sheet1.bin" {
            // BrtEndSheetData ends the cells: before it a BrtCellIsst of text 16,777,215.
            let end = part.windows(3).position(|bytes| bytes == [0x92, 0x01, 0x00]).unwrap();
            let cell = [7, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0];
            part.splice(end..end, cell);
        }
        damaged.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        damaged.write_all(&part).unwrap();
    }
    let set = DataSet::new();
    set.put("cancer.xlsb", damaged.finish().unwrap().into_inner());
    let said = set.index(&["--profile", "ncc"]);
    assert!(!said.err.contains("panicked") && said.code == 1, "{}", said.err);
    let reason = "SELECT file, message FROM issues WHERE code = 'sheet-unreadable'";
    let [finding] = &set.rows(reason)[..] else { panic!("{}", said.err) };
    assert!(finding.ends_with("it names shared text 16777215, which does not exist"), "{finding}");
}

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    std::fs::read(folder.join(name)).unwrap()
}

#[test]
fn a_sheet_with_a_cell_in_its_last_corner_takes_no_memory() {
    let bytes = made(|book| {
        let sheet = book.add_worksheet();
        fill(sheet, 0, &[HEAD, &["1", "2", "", "", ""]]);
        sheet.write_string(1_048_575, 16_383, "x").unwrap();
    });
    let sheets = workbook::open(&bytes, workbook::TableContainer::Xlsx).unwrap().sheets;
    assert_eq!(sheets[0].as_ref().unwrap().height(), 1_048_576);
    let (profile, mut rows) = (Profile::find("ncc").unwrap(), 0);
    let tables = workbook::read(&sheets, &profile, "cancer.xlsx", &mut Vec::new(), |_| rows += 1);
    assert_eq!((rows, tables), (1, 1));
}

#[test]
fn a_birads_that_names_no_side_is_that_of_both() {
    let set = DataSet::new();
    set.put("normal.csv", "ID,BIRADS\n1,2\n2,4a\n");
    set.put("cancer.csv", "ID,BI-RADS 범주,BIRADS category (양쪽)\n1,4,5\n2,4b,\n");
    set.index(&["--profile", "ncc"]);
    let sql = "SELECT case_id, birads_both_code, birads_both_raw FROM patients ORDER BY 1";
    let wanted =
        ["Cancer_00001|5|5", "Cancer_00002|4B|4b", "Normal_00001|2|2", "Normal_00002|4A|4a"];
    assert_eq!(set.rows(sql), wanted);
    assert_eq!(set.findings("birads-doubtful"), ["cancer.csv B2 4"]);
}

#[test]
fn a_column_that_rows_about_cases_have_no_place_for_is_told() {
    let set = DataSet::new();
    set.put("cancer.csv", "ID,side,T stage\n1,L,2\n");
    set.index(&["--profile", "ncc"]);
    assert_eq!(set.findings("header-unknown"), ["cancer.csv B1 side"]);
    assert_eq!(set.rows("SELECT t_stage FROM patients"), ["2"]);
}

#[test]
fn struck_cells_and_footnote_marks_are_reported() {
    let set = indexed(
        "cancer.xlsx",
        made(|book| {
            let sheet = book.add_worksheet().set_name("s").unwrap();
            fill(sheet, 0, &[HEAD]);
            fill(sheet, 1, &[&["1", "4", "5", "2", "1.8"], &["2", "4", "5", "2", "2.2"]]);
            let struck = Format::new().set_font_strikethrough();
            sheet.write_string_with_format(1, 4, "1.8", &struck).unwrap();
            let (plain, mark) =
                (Format::new(), Format::new().set_font_script(FormatScript::Superscript));
            sheet.write_rich_string(2, 4, &[(&plain, "2.2"), (&mark, "1)")]).unwrap();
        }),
    );
    assert_eq!(set.findings("row-struck"), ["cancer.xlsx s!E2 -"]);
    assert_eq!(set.findings("footnote-mark"), ["cancer.xlsx s!E3 2.2^1)"]);
}
