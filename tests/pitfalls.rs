//! The traps that neighbours fell into, as far as they lie in the indexer's way: one test each.

use mammodex::tables::spec;

use crate::custom_data::DataSet;

const RING: &str = r#"[{"x":0,"y":0},{"x":9,"y":0},{"x":9,"y":9},{"x":0,"y":9},{"x":0,"y":0}]"#;

fn drawn(case: &str, view: &str) -> String {
    format!(
        "{{\"user_id\": \"u\", \"case_id\": \"{case}\", \"contour_list\": {{\"cancer\": {{\"{view}\": {{\"1\": {RING}}}}}}}, \"discard_yn\": 0}}"
    )
}

/// The T, N and BI-RADS columns of a table of one case.
fn staged(header: &str, cell: &str, column: &str) -> Vec<String> {
    let set = DataSet::new();
    set.put("cancer.csv", format!("ID,{header}\n1,{cell}\n"));
    set.index(&["--profile", "ncc"]);
    set.rows(&format!("SELECT {column} FROM patients"))
}

#[test]
fn lateral_is_not_right() {
    let set = DataSet::new();
    for (at, text) in
        ["lateral", "mediolateral", "render", "LATERAL", "d", "cranio"].iter().enumerate()
    {
        set.image(
            &format!("right/{text}/{at}.dcm"),
            &[
                ("PatientID", "p"),
                ("ImageLaterality", text),
                ("ViewPosition", text),
                ("SeriesDescription", text),
            ],
        );
    }
    set.index(&["--profile", "generic"]);
    assert_eq!(set.rows("SELECT DISTINCT laterality FROM images"), ["-"]);
    let told =
        set.rows("SELECT count(DISTINCT file) FROM issues WHERE code = 'laterality-unknown'");
    assert_eq!(told, ["6"]);
}

#[test]
fn spacing_honours_the_magnification_factor() {
    let set = DataSet::new();
    let imager = ("ImagerPixelSpacing", "0.15\\0.15");
    set.image("a/1.dcm", &[imager, ("EstimatedRadiographicMagnificationFactor", "1.5")]);
    set.image(
        "a/2.dcm",
        &[imager, ("DistanceSourceToDetector", "660"), ("DistanceSourceToPatient", "330")],
    );
    set.image("a/3.dcm", &[imager]);
    set.image(
        "a/4.dcm",
        &[imager, ("PixelSpacing", "0.05\\0.05"), ("PixelSpacingCalibrationType", "FIDUCIAL")],
    );
    set.image("a/5.dcm", &[]);
    set.index(&["--profile", "generic"]);
    assert_eq!(
        set.rows("SELECT round(pixel_spacing_row_mm, 6), spacing_source IS NULL FROM images ORDER BY path"),
        ["0.1|false", "0.075|false", "0.15|false", "0.05|false", "-|true"]
    );
    // Each rule has a name of its own.
    assert_eq!(set.rows("SELECT count(DISTINCT spacing_source) FROM images"), ["4"]);
}

#[test]
fn a_series_is_not_one_row() {
    let set = DataSet::new();
    for (file, side, view) in [("1", "L", "CC"), ("2", "R", "CC"), ("3", "R", "MLO")] {
        set.image(
            &format!("p/{file}.dcm"),
            &[("SeriesInstanceUID", "1.2.3"), ("ImageLaterality", side), ("ViewPosition", view)],
        );
    }
    set.index(&["--profile", "generic"]);
    assert_eq!(
        set.rows("SELECT view, laterality FROM images ORDER BY path"),
        ["LCC|L", "RCC|R", "RMLO|R"]
    );
}

#[test]
fn a_finding_never_lands_on_the_other_breast() {
    let set = DataSet::new();
    set.case("Cancer_00001").case("Cancer_00002");
    set.put(
        "cancer.csv",
        "ID,BIRADS (좌),BIRADS (우),악성 종양의 위치\n1,5,1,\"Breast, left\"\n2,1,4C,우측 유방\n",
    );
    set.put("Cancer_00001.json", drawn("Cancer_00001", "lcc"));
    set.put("Cancer_00002.json", drawn("Cancer_00002", "lmlo"));
    set.index(&["--profile", "ncc"]);
    assert_eq!(
        set.rows("SELECT case_id, laterality, birads, has_tumor, lesion_count, readers FROM breasts ORDER BY 1, 2"),
        [
            "Cancer_00001|L|5|true|1|[u]",
            "Cancer_00001|R|1|false|0|[]",
            "Cancer_00002|L|1|false|1|[u]",
            "Cancer_00002|R|4|true|0|[]",
        ]
    );
    // The contour on the healthy side stays where it was drawn, and is told.
    assert_eq!(
        set.rows("SELECT case_id, place FROM issues WHERE code = 'lesion-side-contradicts'"),
        ["Cancer_00002|lmlo/1"]
    );
    assert_eq!(
        set.rows("SELECT count(*) FROM lesions l JOIN images i ON i.path = l.image_path WHERE i.laterality <> l.laterality"),
        ["0"]
    );
}

#[test]
fn a_file_whose_name_and_header_name_different_breasts_is_told() {
    let set = DataSet::new();
    set.image("Cancer_00001/LCC.dcm", &[("ImageLaterality", "R"), ("ViewPosition", "CC")]);
    set.put("Cancer_00001.json", drawn("Cancer_00001", "lcc"));
    set.index(&["--profile", "ncc"]);
    assert_eq!(set.rows("SELECT view, laterality FROM images"), ["RCC|R"]);
    // The tool drew on the file of that name.
    assert_eq!(set.rows("SELECT view, image_path FROM lesions"), ["LCC|Cancer_00001/LCC.dcm"]);
    assert_eq!(
        set.rows("SELECT file, severity FROM issues WHERE code = 'laterality-conflict'"),
        ["Cancer_00001/LCC.dcm|error"]
    );
}

#[test]
fn the_first_row_gives_no_column_its_type() {
    let set = DataSet::new();
    set.put("cancer.csv", "ID,T stage,N stage\n1,2,0\n2,1c,1mi\n3,Tis(DCIS),0(i+)\n");
    set.index(&["--profile", "ncc"]);
    assert_eq!(
        set.rows("SELECT t_stage_code, t_stage, n_stage_code FROM patients ORDER BY case_id"),
        ["T2|2|N0", "T1c|1|N1mi", "Tis(DCIS)|0|N0(i+)"]
    );
    assert!(set.rows("SELECT code FROM issues WHERE code LIKE '%stage%'").is_empty());
}

#[test]
fn an_unreadable_file_leaves_a_trace() {
    let set = DataSet::new();
    set.put("a/empty.dcm", "")
        .put("a/text.dcm", "no image")
        .put("a/cut.xlsx", "PK\x03\x04 and no more");
    set.put("a/bad.json", "{\"case_id\": ").put("a/bad.xls", [0xd0, 0xcf, 0x11, 0xe0, 0, 0]);
    let said = set.index(&["--profile", "generic"]);
    assert_eq!(said.code, 1);
    assert_eq!(
        set.rows("SELECT path, status, reason IS NOT NULL, (SELECT count(*) > 0 FROM issues i WHERE i.file = s.path) FROM sources s WHERE path <> 'a/cut.xlsx' ORDER BY 1"),
        [
            "a/bad.json|rejected|true|true",
            "a/bad.xls|rejected|true|true",
            "a/empty.dcm|rejected|true|true",
            "a/text.dcm|rejected|true|true",
        ]
    );
    assert_eq!(set.rows("SELECT status <> 'indexed' AND reason IS NOT NULL FROM sources WHERE path = 'a/cut.xlsx'"), ["true"]);
}

#[test]
fn a_second_run_appends_nothing_and_a_bad_value_ends_nothing() {
    let set = DataSet::new();
    set.case("Cancer_00001");
    set.image(
        "dcm/Cancer/Cancer_00002/LCC.dcm",
        &[
            ("ImageLaterality", "L"),
            ("ViewPosition", "CC"),
            ("PatientAge", "0x5Y"),
            ("KVP", "high"),
            ("BodyPartThickness", "-"),
        ],
    );
    set.put("cancer.csv", "ID,T stage,악성 종양의 크기 (cm)\n1,much,1e400\n2,2,3\n");
    let counts = "SELECT (SELECT count(*) FROM images), (SELECT count(*) FROM patients), (SELECT count(*) FROM sources)";
    set.index(&["--profile", "ncc"]);
    assert_eq!(set.rows(counts), ["5|2|6"]);
    assert_eq!(
        set.rows("SELECT t_stage_code, tumor_size_cm FROM patients ORDER BY 1"),
        ["T2|3.0", "-|-"]
    );
    set.put("dcm/note.txt", "one more file");
    set.index(&["--profile", "ncc"]);
    assert_eq!(set.rows(counts), ["5|2|7"]);
}

#[test]
fn coordinates_say_their_origin_and_direction() {
    let lesions = spec::find("lesions").unwrap();
    let said = |name: &str| {
        lesions.columns.iter().find(|c| c.name == name).unwrap().description.to_lowercase()
    };
    let contour = said("contour");
    for word in ["top left", "down", "flip"] {
        assert!(contour.contains(word), "{word}: {contour}");
    }
    assert!(said("points_raw").contains("written"));
}

#[test]
fn birads_0_is_not_the_lowest_grade() {
    let set = DataSet::new();
    set.put(
        "cancer.csv",
        "ID,BIRADS (양쪽),BIRADS (좌),BIRADS (우)\n1,,0,2\n2,,0,\n3,,0,0\n4,,2,4\n5,,4,4A\n",
    );
    set.index(&["--profile", "ncc"]);
    // An incomplete assessment is neither better nor worse: the complete one counts.
    assert_eq!(
        set.rows("SELECT birads_max_code FROM patients ORDER BY case_id"),
        ["2", "0", "0", "4", "4A"]
    );
}

#[test]
fn a_plain_4_is_not_4a() {
    assert_eq!(staged("BIRADS (좌)", "4", "birads_left, birads_left_code"), ["4|4"]);
    assert_eq!(staged("BIRADS (좌)", "4a", "birads_left, birads_left_code"), ["4|4A"]);
}

#[test]
fn isolated_tumour_cells_are_n0() {
    assert_eq!(staged("N stage", "N0(i+)", "n_stage, n_stage_code"), ["0|N0(i+)"]);
    assert_eq!(staged("N stage", "1mi", "n_stage, n_stage_code"), ["1|N1mi"]);
}

#[test]
fn a_size_makes_no_t_stage() {
    // 1.0 to 1.9 mm are T1a, not T1mi; the program stages nobody.
    assert_eq!(
        staged("T stage,종양크기 (mm)", "1a,1.5", "t_stage_code, tumor_size_cm"),
        ["T1a|0.15"]
    );
    assert_eq!(staged("T stage,종양크기 (mm)", ",1.5", "t_stage_code, tumor_size_cm"), ["-|0.15"]);
}

#[test]
fn no_contour_is_not_no_cancer() {
    let set = DataSet::new();
    set.case("Cancer_00001").case("Cancer_00002").case("Cancer_00003");
    set.put("Cancer_00001.json", drawn("Cancer_00001", "lcc"));
    set.put(
        "Cancer_00002.json",
        r#"{"user_id": "u", "case_id": "Cancer_00002", "contour_list": {}, "discard_yn": 0}"#,
    );
    set.index(&["--profile", "ncc"]);
    // Drawn, looked at and left empty, not looked at: three things; the diagnosis depends on none.
    assert_eq!(
        set.rows("SELECT case_id, diagnosis, annotation_count, lesion_count, discarded FROM patients ORDER BY 1"),
        [
            "Cancer_00001|malignant|1|1|false",
            "Cancer_00002|malignant|1|0|false",
            "Cancer_00003|malignant|0|0|-",
        ]
    );
    assert_eq!(set.rows("SELECT DISTINCT has_tumor FROM breasts"), ["-"]);
}

#[test]
fn discard_yn_1_is_unreadable() {
    let set = DataSet::new();
    set.case("Cancer_00001");
    set.put(
        "Cancer_00001.json",
        drawn("Cancer_00001", "lcc").replace("\"discard_yn\": 0", "\"discard_yn\": 1"),
    );
    set.index(&["--profile", "ncc"]);
    assert_eq!(set.rows("SELECT discarded FROM patients"), ["true"]);
    assert_eq!(set.rows("SELECT discarded FROM lesions"), ["true"]);
    assert_eq!(set.rows("SELECT discarded FROM annotations"), ["true"]);
}

#[test]
fn korean_behind_an_empty_first_character_set_arrives() {
    let set = DataSet::new();
    let korean =
        [b"\x1b$)C".to_vec(), encoding_rs::EUC_KR.encode("지멘스").0.into_owned()].concat();
    let declared = ("SpecificCharacterSet", "\\ISO 2022 IR 149");
    set.image_with("a/1.dcm", &[declared], &[("Manufacturer", &korean)]);
    set.image_with("a/2.dcm", &[], &[("Manufacturer", &korean[4..])]);
    set.index(&["--profile", "generic"]);
    assert_eq!(set.rows("SELECT manufacturer FROM images ORDER BY path"), ["지멘스", "지멘스"]);
}
