//! Clinical tables in other words and shapes: titles of tables, exams after treatment, units in words, and
//! text that denies or doubts.

use crate::custom_data::{DataSet, xlsx};

fn indexed(name: &str, rows: &[&[&str]]) -> DataSet {
    let set = DataSet::new();
    set.put(name, xlsx(&[("Cancer", rows)]));
    set.index(&["--profile", "ncc"]);
    set
}

/// What is read of each text in a column of its own, by row.
fn read(header: &str, columns: &str, texts: &[&str]) -> Vec<String> {
    let numbers: Vec<String> = (1..=texts.len()).map(|number| number.to_string()).collect();
    let rows: Vec<[&str; 2]> =
        numbers.iter().zip(texts).map(|(number, text)| [number.as_str(), *text]).collect();
    let header = ["ID", header];
    let mut table: Vec<&[&str]> = vec![&header];
    table.extend(rows.iter().map(<[&str; 2]>::as_slice));
    let sql = format!("SELECT {columns} FROM patients ORDER BY case_id");
    indexed("data.xlsx", &table).rows(&sql)
}

#[test]
fn a_title_above_each_table_names_its_group() {
    let rows: &[&[&str]] = &[
        &["Benign", "", "", "Cancer", ""],
        &["ID", "BIRADS (좌)", "", "ID", "BIRADS (좌)"],
        &["1", "2", "", "3", "5"],
        &["2", "3", "", "4", "4A"],
    ];
    let set = indexed("data.xlsx", rows);
    assert_eq!(
        set.rows("SELECT case_id, birads_left_code FROM patients ORDER BY 1"),
        ["Benign_00001|2", "Benign_00002|3", "Cancer_00003|5", "Cancer_00004|4A"]
    );
}

#[test]
fn an_assessment_after_treatment_is_of_another_exam_and_pathology_is_not() {
    for after in ["수술 후", "술후", "Post-op", "after surgery"] {
        let rows: &[&[&str]] = &[
            &["ID", after, "", "수술 전"],
            &["", "BIRADS (좌)", "T stage", "BIRADS (좌)"],
            &["1", "2", "1c", "5"],
        ];
        let set = indexed("cancer.xlsx", rows);
        let sql = "SELECT birads_left_code, t_stage_code FROM patients";
        assert_eq!(set.rows(sql), ["5|T1c"], "{after}");
    }
}

#[test]
fn a_header_row_with_digits_in_its_words_is_not_a_case() {
    let rows: &[&[&str]] = &[
        &["ID", "BIRADS (좌)", "BIRADS (우)"],
        &["1", "1", "5"],
        &["번호", "2차 좌", "2차 우"],
        &["3", "5", "1"],
    ];
    let set = indexed("cancer.xlsx", rows);
    assert_eq!(set.rows("SELECT case_id FROM patients"), ["Cancer_00001"]);
    let wanted = ["cancer.xlsx Cancer!A4 번호 | 2차 좌 | 2차 우"];
    assert_eq!(set.findings("rows-under-other-header"), wanted);
}

#[test]
fn a_unit_of_length_in_words_is_that_of_the_column() {
    let headers = ["Tumor Size (millimeters)", "종양 크기 (단위: mm)", "tumor size, millimetres"];
    for header in headers {
        assert_eq!(read(header, "tumor_size_cm", &["18", "8"]), ["1.8", "0.8"], "{header}");
    }
    assert_eq!(read("Tumor Size (centimeters)", "tumor_size_cm", &["1.8"]), ["1.8"]);
}

#[test]
fn ages_may_have_the_word_for_years() {
    let texts = ["61 years", "61세", "만 61세", "61 yrs", "61Y", "61.5 years old", "years"];
    let rows: Vec<[String; 3]> = (1..=texts.len())
        .map(|number| [number.to_string(), texts[number - 1].to_owned(), "1c".to_owned()])
        .collect();
    let rows: Vec<Vec<&str>> =
        rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let mut table: Vec<&[&str]> = vec![&["ID", "나이", "T stage"]];
    table.extend(rows.iter().map(Vec::as_slice));
    let set = indexed("cancer.xlsx", &table);
    let ages = set.rows("SELECT age_years FROM patients ORDER BY case_id");
    assert_eq!(ages, ["61", "61", "61", "61", "61", "61", "-"]);
    assert_eq!(set.findings("age-unreadable"), ["cancer.xlsx Cancer!B8 years"]);
}

#[test]
fn histology_is_denied_and_named_in_other_words() {
    let texts = [
        ("DCIS w/o microinvasion", "8500/2"),
        ("Apocrine carcinoma in situ", "8401/2"),
        ("Giant fibroadenoma", "9016/0"),
        ("Intracanalicular fibroadenoma", "9011/0"),
        ("Pericanalicular fibroadenoma", "9012/0"),
        ("Fibroadenoma", "9010/0"),
        ("침윤성 유방암, 특정형 없음", "8500/3"),
    ];
    assert_eq!(
        read("조직형 진단", "icdo3", &texts.map(|(text, _)| text)),
        texts.map(|(_, code)| code)
    );
}

#[test]
fn a_location_may_be_marked_absent_or_only_suspected() {
    let texts = [
        ("left (-), right (+)", "R|-"),
        ("좌(-) 우(+)", "R|-"),
        ("Lt UOQ, axillary LN (-)", "L|UOQ"),
        ("R/O left", "L|-"),
        ("우측 의심", "R|-"),
    ];
    let columns = "tumor_side, tumor_quadrant";
    let values = read("악성 종양의 위치", columns, &texts.map(|(text, _)| text));
    assert_eq!(values, texts.map(|(_, value)| value));
    let rows: &[&[&str]] = &[&["ID", "악성 종양의 위치"], &["1", "R/O left"], &["2", "우측 의심"]];
    let set = indexed("cancer.xlsx", rows);
    let wanted = ["cancer.xlsx Cancer!B2 R/O left", "cancer.xlsx Cancer!B3 우측 의심"];
    assert_eq!(set.findings("location-doubtful"), wanted);
}

#[test]
fn a_sheet_that_excludes_a_group_does_not_name_it() {
    for name in ["excl cancer", "Cancer (not confirmed)", "악성 미확진", "cancer pending"] {
        let set = DataSet::new();
        set.put("data.xlsx", xlsx(&[(name, &[&["ID", "T stage"], &["1", "1c"]])]));
        set.index(&["--profile", "ncc"]);
        assert_eq!(set.rows("SELECT case_id FROM patients"), [""; 0], "{name}");
        assert_eq!(set.findings("row-without-case").len(), 1, "{name}");
    }
}

#[test]
fn a_row_that_fits_among_rows_that_are_too_wide_is_not_a_case() {
    // Row numbers without quotes or a header: the last is of an empty row.
    let set = DataSet::new();
    let text = "ID,T stage,N stage\n1,7,1c,0\n2,8,2,1\n3,,,\n";
    set.put("cancer.csv", text);
    set.index(&["--profile", "ncc"]);
    assert_eq!(set.rows("SELECT case_id FROM patients"), [""; 0]);
    let wanted = ["cancer.csv A4 3", "cancer.csv D2 0", "cancer.csv D3 1"];
    assert_eq!(set.findings("row-width"), wanted);
}
