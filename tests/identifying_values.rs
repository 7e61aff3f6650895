//! Values that identify a person: found in clinical cells and findings, and masked everywhere.

use mammodex::records::identifying::{mask_cell, mask_text};

use crate::clinical_grammars::check;
use crate::custom_data::DataSet;

const IN_ANY_TEXT: &[(&str, &str)] = &[
    ("800101-2345678", "[masked]"),
    ("주민번호 800101-2345678", "주민번호 [masked]"),
    ("８００１０１－２３４５６７８", "[masked]"),
    ("800101-2******", "[masked]"),
    ("8001012345679", "-"),
    ("801301-2345678", "-"),
    ("tel 010-1234-5678", "tel [masked]"),
    ("010 1234 5678", "[masked]"),
    ("01012345678", "[masked]"),
    ("+82-10-1234-5678", "[masked]"),
    ("02-123-4567", "[masked]"),
    ("hong.gildong@ncc.re.kr", "[masked]"),
    ("환자명: 홍길동", "환자명: [masked]"),
    ("성명 홍길동, 좌측", "성명 [masked], 좌측"),
    ("홍길동님", "[masked]님"),
    ("홍길동 환자", "[masked] 환자"),
    ("Patient: Hong Gil-dong", "Patient: [masked]"),
    ("Dr. Kim", "Dr. [masked]"),
    ("HONG^GILDONG", "[masked]"),
    ("홍^길동", "[masked]"),
    ("등록번호 1234567", "등록번호 [masked]"),
    ("MRN: 00123456", "MRN: [masked]"),
    ("생년월일 1960-01-01", "생년월일 [masked]"),
    ("서울특별시 종로구 세종로 1", "[masked]"),
    ("1.2.840.113619.2.5.1762583153.800101.2345678", "-"),
    ("1.2.826.0.1.3680043.8.498.01012345678", "-"),
    ("Cancer_00001", "-"),
    ("Breast, left", "-"),
    ("침윤성 유관암", "-"),
    ("유방암 환자", "-"),
    ("Senograph DS VERSION ADS_53.40", "-"),
    ("2018-12-31", "-"),
    ("4A?", "-"),
];

#[test]
fn what_identifies_a_person_is_masked_in_any_text() {
    check(IN_ANY_TEXT, |text| mask_text(text).map_or("-".into(), |masked| masked.text));
}

#[test]
fn names_and_numbers_are_masked_in_cells_that_are_not_read() {
    let cell = |text: &str| mask_cell(text, false).map_or("-".into(), |masked| masked.text);
    let cells = [
        ("홍길동", "[masked]"),
        ("김 영희", "[masked]"),
        ("12345678", "[masked]"),
        ("S18-12345", "[masked]"),
        ("유방암", "-"),
        ("정상군", "-"),
        ("전이성", "-"),
        ("이상무", "-"),
        ("상외측", "-"),
        ("조직형", "-"),
        ("44928", "-"),
        ("1c", "-"),
    ];
    check(&cells, cell);
    assert_eq!(mask_cell("홍길동", true), None, "a cell that its column knows is not a name");
}

#[test]
fn no_table_and_no_message_has_a_canary() {
    let canaries = [
        "800101-2345678",
        "010-1234-5678",
        "hong.gildong@ncc.re.kr",
        "홍길동",
        "김영희",
        "12345678",
        "1962-03-04",
    ];
    let set = DataSet::new();
    let head = "ID,검사장비,BIRADS category (양쪽),T stage,N stage,악성 종양의 위치,조직형 진단,악성 종양의 크기 (cm),나이";
    let rows = [
        "1,GE (홍길동님),홍길동,800101-2345678,12345678,\"left, 환자명: 홍길동\",IDC 등록번호 12345678,010-1234-5678,800101-2345678",
        "2,hong.gildong@ncc.re.kr,김영희,김영희,010-1234-5678,김영희,\"DCIS, 생년월일 1962-03-04\",12345678,1962-03-04",
        "800101-2345678,GE,1,,,,,,",
        "홍길동,GE,1,,,,,,",
    ];
    set.put("clinical/Cancer.csv", format!("{head}\n{}\n", rows.join("\n")));
    let said = set.index(&["--profile", "ncc"]);
    let found = set.rows("SELECT * FROM patients").join("\n")
        + &set.rows("SELECT * FROM issues").join("\n")
        + &set.rows("SELECT * FROM sources").join("\n")
        + &said.err;
    for canary in canaries {
        assert!(!found.contains(canary), "{canary}: {found}");
    }
    let places = set.rows("SELECT place FROM issues WHERE code = 'cell-identifying' ORDER BY 1");
    let expected = [
        "B2", "B3", "C2", "C3", "D2", "D3", "E2", "E3", "F2", "F3", "G2", "G3", "H2", "H3", "I2",
        "I3",
    ];
    assert_eq!(places, expected);
    let read =
        set.rows("SELECT case_id, tumor_side, icdo3, tumor_location_raw FROM patients ORDER BY 1");
    assert_eq!(read[0], "Cancer_00001|L|8500/3|left, 환자명: [masked]");
}
