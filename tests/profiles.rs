//! `mammodex profile`, and two public data sets as proof that a profile is enough.

use std::fs;
use std::io::Write;

use crate::custom_data::{DataSet, made, shared, xlsx};
use crate::fixture::assert_said;

fn check(set: &DataSet, more: &[&str]) -> (i32, String, String) {
    let said = set.run(&[&["profile", "check", "data"], more].concat());
    (said.code, said.out, said.err)
}

#[test]
fn the_profiles_are_listed_and_shown() {
    let set = DataSet::new();
    let list = set.run(&["profile", "list"]).out;
    for name in ["ncc", "ncc-tool", "cmmd", "inbreast", "generic"] {
        assert!(list.lines().any(|line| line.split(' ').next() == Some(name)), "{list}");
        let shown = set.run(&["profile", "show", name]);
        assert!(shown.code == 0 && shown.out.contains(&format!("name = \"{name}\"")));
    }
    assert_said!(set.run(&["profile", "show", "nothing"]), @r#"
    exit code 2
    --- stderr ---
    mammodex: no profile is called "nothing": name a file, or one of cmmd, generic, inbreast, ncc-tool, ncc
    "#);
}

#[test]
fn a_profile_that_is_wrong_says_where_and_what_is_allowed() {
    const HEAD: &str = "name = \"x\"\ntitle = \"y\"\n[[case]]\nfrom = \"path\"\npattern = '(?<case>x)'\ncase_id = \"{case}\"\n";
    const TAIL: &str = "[annotation]\ncase = \"c\"\nreader = \"r\"\ncontours = \"l\"\ndiscarded = \"d\"\norigin = \"centre\"\ny = \"down\"\n";
    let bad: &[(String, &str, &str)] = &[
        (format!("{HEAD}{TAIL}zoom = 2\n"), "line 14", "expected one of `case`, `reader`"),
        (
            format!("{HEAD}{}", TAIL.replace("centre", "middle")),
            "line 12",
            "`centre` or `top_left`",
        ),
        (format!("{}{TAIL}", HEAD.replace("path\"", "folder\"")), "line 4", "`path`, `patient_id`"),
        (format!("{}{TAIL}", HEAD.replace("(?<case>x)", "(?<case>x")), "line 5", "unclosed group"),
        (
            format!("{}{TAIL}", HEAD.replace("{case}", "{number}")),
            "line 3",
            "allowed are group, case",
        ),
        (format!("{}{TAIL}", HEAD.replace("{case}", "all")), "line 3", "every case would be one"),
        (format!("{HEAD}[workbook.columns]\nbirad = [\"B\"]\n{TAIL}"), "line 8", "birads_left"),
        (format!("{HEAD}[files]\nview = 'x'\n{TAIL}"), "line 8", "(?<view>…)"),
        (
            format!("{HEAD}[[group]]\nname = \"A\"\ndiagnosis = \"ill\"\nspellings = []\n{TAIL}"),
            "line 9",
            "malignant",
        ),
        (format!("{HEAD}{TAIL}delivery = 'x'\n"), "line 14", "in brackets"),
    ];
    for (text, line, allowed) in bad {
        let set = DataSet::new();
        fs::write(set.root().join("../own.toml"), text).unwrap();
        for command in [
            &["profile", "check", "data", "--profile", "own.toml"][..],
            &["index", "data", "--profile", "own.toml"],
        ] {
            let said = set.run(command);
            assert_eq!(said.code, 2);
            let told = said.err.contains("own.toml")
                && said.err.contains(line)
                && said.err.contains(allowed);
            assert!(told, "not {line}, {allowed}: {}", said.err);
        }
        assert!(!set.catalog().join("current").exists());
    }
}

#[test]
fn the_profile_that_fits_is_told_and_what_does_not() {
    let set = DataSet::new();
    set.case("Cancer_00001").case("Normal_00001");
    set.image("dcm/incoming/IM1.dcm", &[("ImageLaterality", "L")]);
    set.put("dcm/notes.txt", "nothing");
    set.put(
        "cancer.xlsx",
        xlsx(&[("s", &[&["ID", "T stage", "우리 점수", "나이대"], &["1", "1c", "7", "50"]])]),
    );
    let said = set.run(&["profile", "check", "data"]);
    assert_said!(said, @r#"
    exit code 1
    --- stdout ---
    # A profile to start with, made from ncc: edit it, then
    #   mammodex index DATASET --profile THIS_FILE
    # The release of the National Cancer Center of Korea: dcm/**/Cancer_00001/LCC.dcm, one workbook per
    # group, one annotation file per case. Sources: the published description of the data set, and two
    # public programs that read it (the annotation tool and a training program).

    name = "data"
    title = "data, laid out like ncc"

    [[group]]
    name = "Normal"
    diagnosis = "normal"
    spellings = ["normal", "정상"]

    [[group]]
    name = "Benign"
    diagnosis = "benign"
    spellings = ["benign", "양성"]

    [[group]]
    name = "Benign_additional"
    diagnosis = "benign"
    spellings = ["benign_additional", "benign additional"]

    [[group]]
    name = "Cancer"
    diagnosis = "malignant"
    spellings = ["cancer", "malignant", "malignancy", "악성", "암"]

    # The named groups of a rule's pattern: (?<group>…) a group's spelling, (?<number>…) its number,
    # (?<case>…) the whole ID. The first rule that matches decides; one that contradicts it is a finding.
    [[case]]
    from = "path"
    pattern = '(?i)(?:^|[/_])(?<group>benign_additional|normal|benign|cancer)_0*(?<number>[0-9]{1,9})(?:[/._]|$)'
    case_id = "{group}_{number:05}"

    [[case]]
    from = "patient_id"
    pattern = '(?i)^(?<group>benign_additional|normal|benign|cancer)_0*(?<number>[0-9]{1,9})$'
    case_id = "{group}_{number:05}"

    [[case]]
    from = "annotation"
    pattern = '(?i)^(?<group>benign_additional|normal|benign|cancer)_0*(?<number>[0-9]{1,9})$'
    case_id = "{group}_{number:05}"

    [[case]]
    from = "workbook"
    pattern = '(?i)^(?<group>benign_additional|normal|benign|cancer)_0*(?<number>[0-9]{1,9})$'
    case_id = "{group}_{number:05}"

    # A bare number in the workbook: its group comes from a column, the sheet, the file or its folder.
    [[case]]
    from = "workbook"
    pattern = '^0*(?<number>[0-9]{1,9})(?:\.0+)?$'
    case_id = "{group}_{number:05}"

    [files]
    expected_views = ["LCC", "LMLO", "RCC", "RMLO"]

    [annotation]
    case = "case_id"
    reader = "user_id"
    contours = "contour_list"
    discarded = "discard_yn"
    origin = "centre"
    y = "down"
    delivery = '(?:^|/)([0-9]{8}[^/]*_KST)/'

    [workbook.columns]
    # Headers without a column. Name the column and remove the #; the columns are
    #   age, birads, birads_both, birads_left, birads_right, case, diagnosis, file
    #   group, histology, laterality, manufacturer, model, n_stage, t_stage, tumor_location
    #   tumor_size, tumor_size_mm, view
    # COLUMN = ["우리 점수"]  # cancer.xlsx s!C1
    # age = ["나이대"]  # cancer.xlsx s!D1
    --- stderr ---
    11 files, 11 read
      profile   images  views   annotations  rows    headers
      ncc       8 of 9  8 of 9  -            1 of 1  2 of 4
      generic   9 of 9  8 of 9  -            1 of 1  2 of 4
      ncc-tool  0 of 9  8 of 9  -            1 of 1  2 of 4
      cmmd      0 of 9  8 of 9  -            0 of 1  2 of 4
      inbreast  0 of 9  8 of 9  -            0 of 1  2 of 4
    images, annotations, rows: those whose case is known; headers: those that belong to a column
    best: ncc (NCC release: case folders such as Cancer_00001)
    group Normal (normal): 4 images, 0 rows
    group Cancer (malignant): 4 images, 1 row
    clinical table cancer.xlsx!s: 1 row
    headers that belong to no column:
      "우리 점수" at cancer.xlsx s!C1
      "나이대" at cancer.xlsx s!D1, perhaps age
    images and annotations without a case: 1
           1  dcm/incoming/IM1.dcm
    images without a view: 1
           1  dcm/incoming/IM1.dcm
    files of other types, and files that cannot be read: 1
           1  dcm/notes.txt
    "#);
    let start = said.out;
    // It can be used as it is, and after a header was given its column.
    fs::write(set.root().join("../my.toml"), &start).unwrap();
    let (_, again, talk) = check(&set, &["--profile", "my.toml"]);
    assert!(talk.contains("8 of 9") && again.contains("name = \"data\""), "{talk}");
    set.index(&["--profile", "my.toml"]);
    assert_eq!(set.rows("SELECT count(*) FROM images WHERE case_id IS NOT NULL"), ["8"]);
    let given = start.replace("# COLUMN = [\"우리 점수\"]", "n_stage = [\"우리 점수\"]");
    fs::write(set.root().join("../my.toml"), given.replace("\"7\"", "\"2\"")).unwrap();
    let (_, _, talk) = check(&set, &["--profile", "my.toml"]);
    assert!(talk.contains("3 of 4") && !talk.contains("우리 점수"), "{talk}");
}

#[test]
fn a_starting_profile_finds_the_views_in_names() {
    let set = DataSet::new();
    for (at, view) in ["L_CC", "L_MLO", "R_CC", "R_MLO"].iter().enumerate() {
        set.image(&format!("p1/{at}_{view}_raw.dcm"), &[("PatientID", "a1")]);
    }
    let said = set.run(&["profile", "check", "data"]);
    insta::assert_snapshot!(said.err, @"
    4 files, 4 read
      profile   images  views   annotations  rows  headers
      generic   4 of 4  0 of 4  -            -     -
      cmmd      0 of 4  0 of 4  -            -     -
      inbreast  0 of 4  0 of 4  -            -     -
      ncc-tool  0 of 4  0 of 4  -            -     -
      ncc       0 of 4  0 of 4  -            -     -
    images, annotations, rows: those whose case is known; headers: those that belong to a column
    best: generic (Any folder of mammograms)
    images without a view: 4
           1  p1/0_L_CC_raw.dcm
           1  p1/1_L_MLO_raw.dcm
           1  p1/2_R_CC_raw.dcm
           1  p1/3_R_MLO_raw.dcm
    ");
    let start = said.out;
    fs::write(set.root().join("../my.toml"), &start).unwrap();
    set.index(&["--profile", "my.toml"]);
    assert_eq!(set.rows("SELECT view FROM images ORDER BY 1"), ["LCC", "LMLO", "RCC", "RMLO"]);
    let (_, _, talk) = check(&set, &["--profile", "my.toml"]);
    assert!(!talk.contains("without a view"), "{talk}");
}

#[test]
fn archives_are_looked_into() {
    let (set, packed) = (DataSet::new(), DataSet::new());
    set.case("Cancer_00001");
    set.put("cancer.csv", "ID,T stage\n1,1c\n");
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for path in ["dcm/Cancer/Cancer_00001/LCC.dcm", "cancer.csv"] {
        zip.start_file(path, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&fs::read(set.root().join(path)).unwrap()).unwrap();
    }
    packed.put("all.zip", zip.finish().unwrap().into_inner());
    let (code, _, talk) = check(&packed, &[]);
    assert!(code == 0 && talk.contains("best: ncc"), "{talk}");
    assert!(talk.contains("ncc       1 of 1  1 of 1  -            1 of 1  2 of 2"), "{talk}");
}

#[test]
fn an_empty_or_missing_folder_is_told() {
    let set = DataSet::new();
    let said = set.run(&["profile", "check", "data"]);
    assert!(said.code == 0 && said.out.contains("[[case]]"), "{}", said.report());
    insta::assert_snapshot!(said.err, @"
    0 files, 0 read
      profile   images  views  annotations  rows  headers
      generic   -       -      -            -     -
      cmmd      -       -      -            -     -
      inbreast  -       -      -            -     -
      ncc-tool  -       -      -            -     -
      ncc       -       -      -            -     -
    images, annotations, rows: those whose case is known; headers: those that belong to a column
    best: generic (Any folder of mammograms)
    ");
    assert_said!(set.run(&["profile", "check", "nowhere"]), @r"
    exit code 2
    --- stderr ---
    mammodex: cannot read the data set nowhere: No such file or directory (os error 2)
    ");
}

/// CMMD's own workbook, and images in the folders in which TCIA delivers them.
#[test]
fn cmmd_needs_a_profile_alone() {
    let Some(workbook) = shared("corpus/tab-cmmd/CMMD_clinicaldata_revision.xlsx") else { return };
    let set = DataSet::new();
    set.put("CMMD_clinicaldata_revision.xlsx", fs::read(workbook).unwrap());
    for (case, sides) in [("D1-0001", &["R"][..]), ("D1-0002", &["L"]), ("D2-0001", &["L", "R"])] {
        for (at, (side, view)) in sides.iter().flat_map(|s| [(s, "CC"), (s, "MLO")]).enumerate() {
            let path = format!("CMMD/{case}/07-18-2010-NA-NA-79377/1.000000-NA-70244/1-{at}.dcm");
            set.image(
                &path,
                &[("PatientID", case), ("ImageLaterality", side), ("ViewPosition", view)],
            );
        }
    }
    let (_, _, talk) = check(&set, &[]);
    assert!(talk.contains("best: cmmd") && talk.contains("1872 of 1872"), "{talk}");
    let said = set.index(&[]);
    assert_said!(said, @r#"
        exit code 1
        --- stderr ---
        9 files (9 read), profile cmmd: 1775 patients, 8 images, 0 annotations, 0 lesions
          error    1772  patient-without-images
          warning       8  pixels-missing
          info       8  spacing-unknown
          info       1  header-unknown
        snapshot 1 is in catalog/current
        each finding: mammodex query --catalog catalog "SELECT severity, code, file, place, message FROM issues"
        "#);
    // One row per breast: 1,872 of 1,775 women. The sums are those of the workbook itself.
    assert_eq!(
        set.rows("SELECT diagnosis, count(*) FROM breasts WHERE diagnosis IS NOT NULL GROUP BY 1 ORDER BY 1"),
        CMMD_SIDES
    );
    assert_eq!(
        set.rows("SELECT diagnosis, count(*) FROM patients GROUP BY 1 ORDER BY 1"),
        CMMD_CASES
    );
    assert_eq!(
        set.rows("SELECT case_id, age_years, diagnosis, image_count FROM patients WHERE image_count > 0 ORDER BY 1"),
        CMMD_FIRST
    );
    // A side of which the table says nothing has no diagnosis, whatever the other one has.
    assert_eq!(
        set.rows("SELECT laterality, diagnosis, has_tumor, image_count FROM breasts WHERE case_id = 'D1-0001' ORDER BY 1"),
        ["L|-|-|0", "R|benign|false|2"]
    );
    assert_eq!(
        set.findings("header-unknown"),
        ["CMMD_clinicaldata_revision.xlsx Sheet1!D1 number | abnormality | subtype"]
    );
}

const CMMD_SIDES: [&str; 2] = ["benign|556", "malignant|1316"];
const CMMD_CASES: [&str; 2] = ["benign|465", "malignant|1310"];
const CMMD_FIRST: [&str; 3] =
    ["D1-0001|44|benign|2", "D1-0002|40|benign|2", "D2-0001|64|malignant|4"];

/// INbreast.xls in shape: a row per image, a legend below; side and view in the names of files.
#[test]
fn inbreast_needs_a_profile_alone() {
    let set = DataSet::new();
    let files = [
        ("22678622", "61b13c59bcba149d", "R", "CC"),
        ("22678646", "61b13c59bcba149d", "R", "ML"),
        ("22678670", "61b13c59bcba149d", "L", "CC"),
        ("22678694", "61b13c59bcba149d", "L", "ML"),
        ("20586908", "6c613a14b80a8591", "R", "CC"),
    ];
    for (key, patient, side, view) in files {
        set.image(
            &format!("AllDICOMs/{key}_{patient}_MG_{side}_{view}_ANON.dcm"),
            &[("PatientID", "removed")],
        );
    }
    let head = [
        "Patient ID",
        "Patient age",
        "Laterality",
        "View",
        "Acquisition date",
        "File Name",
        "ACR",
        "Bi-Rads",
        "Mass ",
        "Micros",
        "Other Annotations",
    ];
    let rows: [[&str; 11]; 6] = [
        ["removed", "removed", "R", "CC", "201001", "22678622", "4", "2", "", "", ""],
        ["removed", "removed", "R", "MLO", "201001", "22678646", "4", "4c", "X", "", ""],
        ["removed", "removed", "L", "CC", "201001", "22678670", "4", "1", "", "", ""],
        ["removed", "removed", "L", "MLO", "201001", "22678694", "4", "3", "", "X", ""],
        ["removed", "removed", "R", "CC", "200802", "20586908", "2", "", "", "", "foo"],
        ["removed", "removed", "L", "CC", "200802", "99999999", "2", "5", "", "", ""],
    ];
    set.put(
        "INbreast.xls.xlsx",
        made(|book| {
            let sheet = book.add_worksheet().set_name("Sheet1").unwrap();
            crate::custom_data::fill(sheet, 0, &[&head]);
            for (at, row) in (1..).zip(&rows) {
                crate::custom_data::fill(sheet, at, &[row]);
                sheet.write_number(at, 5, row[5].parse::<f64>().unwrap()).unwrap();
                sheet.write_number(at, 6, row[6].parse::<f64>().unwrap()).unwrap();
            }
            crate::custom_data::fill(
                sheet,
                9,
                &[&["", "", "", "", "", "X - annotation present"], &["ACR: 1 to 4"]],
            );
        }),
    );
    let (_, _, talk) = check(&set, &[]);
    assert!(talk.contains("best: inbreast"), "{talk}");
    let said = set.index(&[]);
    assert_said!(said, @r#"
        exit code 1
        --- stderr ---
        6 files (6 read), profile inbreast: 2 patients, 5 images, 0 annotations, 0 lesions
          error       1  file-not-in-a-table
          warning       2  row-without-case
          warning       5  pixels-missing
          info       5  spacing-unknown
          info       1  header-unknown
        snapshot 1 is in catalog/current
        each finding: mammodex query --catalog catalog "SELECT severity, code, file, place, message FROM issues"
        "#);
    assert_eq!(
        set.rows("SELECT case_id, view, view_source FROM images ORDER BY path"),
        [
            "6c613a14b80a8591|RCC|file_name",
            "61b13c59bcba149d|RCC|file_name",
            "61b13c59bcba149d|RML|file_name",
            "61b13c59bcba149d|LCC|file_name",
            "61b13c59bcba149d|LML|file_name",
        ]
    );
    // Worst of a side's images; the density 4 of ACR is none of them.
    assert_eq!(
        set.rows("SELECT case_id, laterality, birads_code, image_count FROM breasts ORDER BY 1, 2"),
        [
            "61b13c59bcba149d|L|3|2",
            "61b13c59bcba149d|R|4C|2",
            "6c613a14b80a8591|L|-|0",
            "6c613a14b80a8591|R|-|1",
        ]
    );
    assert_eq!(
        set.rows(
            "SELECT birads_both_code, birads_max_code, age_years FROM patients ORDER BY case_id"
        ),
        ["-|4C|-", "-|-|-"]
    );
    assert_eq!(set.findings("file-not-in-a-table"), ["INbreast.xls.xlsx Sheet1!7 99999999"]);
    assert_eq!(set.findings("row-without-case").len(), 2);
    let unknown =
        "INbreast.xls.xlsx Sheet1!E1 Acquisition date | ACR | Mass | Micros | Other Annotations";
    assert_eq!(set.findings("header-unknown"), [unknown]);
    assert_eq!(
        set.codes(),
        [
            "file-not-in-a-table",
            "header-unknown",
            "pixels-missing",
            "row-without-case",
            "spacing-unknown"
        ]
    );
}
