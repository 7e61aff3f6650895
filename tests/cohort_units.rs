//! `mammodex cohort --unit`: breasts, images, lesions, never mixed silently.

use crate::fixture::{Fixture, assert_said};

/// The fixture with both sides of every case; cancers on the left, seen there, drawn by two
/// readers on LCC; one contour of an older delivery.
const SIDES: &str = "
INSERT INTO breasts BY NAME
SELECT case_id, s AS laterality, diagnosis,
       CASE WHEN s = 'L' THEN birads_max WHEN right(case_id, 1) = '1' THEN NULL ELSE 1 END AS birads,
       CASE WHEN s = 'L' THEN birads_max_code ELSE '1' END AS birads_code,
       CASE WHEN diagnosis = 'malignant' THEN s = 'L' END AS has_tumor,
       2 AS image_count, 0 AS annotation_count, 0 AS lesion_count
FROM patients, (VALUES ('L'), ('R')) sides(s);
UPDATE patients SET tumor_side = 'L' WHERE diagnosis = 'malignant';
INSERT INTO lesions BY NAME
SELECT case_id, r AS reader, 'LCC' AS view, 'L' AS laterality, NULL AS label,
       n::VARCHAR AS lesion_id, printf('%s/%s.json', r, case_id) AS annotation_path,
       printf('dicom/%s/LCC.dcm', case_id) AS image_path, n = 3 AS superseded, false AS is_duplicate
FROM patients, (VALUES ('a'), ('b')) readers(r), range(1, 4) numbers(n)
WHERE diagnosis = 'malignant';
";

fn create(fixture: &Fixture, name: &str, rest: &[&str]) -> String {
    let said = fixture.run(&[&["cohort", "create", name, "--force"], rest].concat());
    assert_eq!(said.code, 0, "{rest:?}: {}", said.err);
    said.err
}

/// Paths that a manifest of the cohort lists, without discarded cases.
fn paths(fixture: &Fixture, name: &str) -> Vec<String> {
    fixture.done(&["manifest", "create", name, "--format", "csv", "-o", "m.csv"]);
    let text = std::fs::read_to_string(fixture.dir.path().join("m.csv")).unwrap();
    let mut lines = text.lines();
    let at = lines.next().unwrap().split(',').position(|column| column == "path").unwrap();
    lines.map(|line| line.split(',').nth(at).unwrap().to_owned()).collect()
}

#[test]
fn a_finding_of_a_side_takes_the_images_of_that_side() {
    let fixture = Fixture::with(SIDES);
    let said = create(&fixture, "c", &["--unit", "breast", "--birads", ">=4"]);
    assert!(said.contains("18 breasts of 18 patients, 36 images"), "{said}");
    let listed = paths(&fixture, "c");
    assert_eq!(listed.len(), 34);
    assert!(listed.iter().all(|path| path.contains("/L")), "{listed:?}");
    // The same words for patients take the exam, and say so.
    let said = create(&fixture, "p", &["--birads", ">=4"]);
    assert!(said.contains("18 patients, 72 images"), "{said}");
    assert!(fixture.done(&["cohort", "show", "p"]).contains("BI-RADS is that of the worse side"));
}

#[test]
fn what_is_said_of_a_tumor_holds_for_its_side() {
    let fixture = Fixture::with(SIDES);
    for step in
        [["--t-stage", ">=1"], ["--n-stage", "0"], ["--histology", "IDC"], ["--tumor-side", "L"]]
    {
        let all = create(&fixture, "p", &step);
        create(&fixture, "b", &[&["--unit", "breast"][..], &step].concat());
        let sides = fixture.done(&[
            "query",
            "--format",
            "csv",
            "SELECT DISTINCT laterality FROM cohorts.b",
        ]);
        assert_eq!(sides, "laterality\nL\n", "{step:?}");
        let count = |view: &str| {
            fixture.done(&[
                "query",
                "--format",
                "csv",
                &format!("SELECT count(*) FROM cohorts.{view}"),
            ])
        };
        assert_eq!(count("p"), count("b"), "{all}");
    }
}

#[test]
fn images_and_lesions_are_members_of_their_own() {
    let fixture = Fixture::with(SIDES);
    let said = create(
        &fixture,
        "i",
        &["--unit", "image", "--birads", ">=4", "--view", "LCC,RCC", "--where", "i.vendor = 'GE'"],
    );
    assert!(said.contains("6 images of 6 patients"), "{said}");
    assert!(paths(&fixture, "i").iter().all(|path| path.ends_with("/LCC.dcm")));
    let said =
        create(&fixture, "l", &["--unit", "lesion", "--where", "l.reader = 'a'", "--t-stage", "2"]);
    assert!(said.contains("4 lesions of 2 patients, 2 images"), "{said}");
    let columns = fixture.done(&[
        "query",
        "--format",
        "csv",
        "SELECT reader, count(*) FROM cohorts.l GROUP BY ALL",
    ]);
    assert_eq!(columns.lines().nth(1), Some("a,4"));
    insta::assert_snapshot!(fixture.done(&["cohort", "show", "l"]));
}

#[test]
fn a_query_must_name_the_members_of_the_unit() {
    let fixture = Fixture::with(SIDES);
    for (unit, sql, members) in [
        (
            "breast",
            "SELECT case_id, 'R' AS laterality FROM patients WHERE vendor = 'GE'",
            "20 breasts of 20 patients, 38 images",
        ),
        ("image", "SELECT path FROM images WHERE view = 'RMLO'", "59 images of 59 patients"),
        (
            "image",
            "SELECT sop_instance_uid FROM images WHERE view = 'RMLO'",
            "59 images of 59 patients",
        ),
        ("lesion", "FROM lesions WHERE lesion_id = '2'", "24 lesions of 12 patients, 12 images"),
    ] {
        let said = create(&fixture, "c", &["--unit", unit, "--sql", sql]);
        assert!(said.contains(members), "{unit}: {said}");
    }
    for (unit, sql, reason) in [
        (
            "breast",
            "SELECT case_id FROM patients",
            "for breasts the query must return case_id, laterality; it returns case_id",
        ),
        (
            "image",
            "SELECT case_id FROM images",
            "for images the query must return a column path or sop_instance_uid",
        ),
        (
            "lesion",
            "SELECT lesion_id FROM lesions",
            "for lesions the query must return case_id, annotation_path",
        ),
        (
            "breast",
            "SELECT case_id, 'B' AS laterality FROM patients",
            "60 of its rows are not in the catalog's breasts",
        ),
        ("image", "SELECT 'x' AS path", "1 of its rows are not in the catalog's images"),
        ("lesion", "FROM lesions", "24 of its rows are not in the catalog's lesions"),
    ] {
        let said = fixture.run(&["cohort", "create", "n", "--unit", unit, "--sql", sql]);
        assert_eq!(said.code, 2, "{unit} {sql}");
        assert!(said.err.contains(reason), "{unit} {sql}: {}", said.err);
    }
}

#[test]
fn units_do_not_mix() {
    let fixture = Fixture::with(SIDES);
    create(&fixture, "p", &["--vendor", "GE"]);
    create(&fixture, "b", &["--unit", "breast", "--birads", ">=4"]);
    create(&fixture, "c", &["--unit", "breast", "--except", "b"]);
    let count = fixture.done(&["query", "--format", "csv", "SELECT count(*) AS n FROM cohorts.c"]);
    assert_eq!(count, "n\n102\n");
    let said = fixture.run(&["cohort", "create", "n", "--intersect", "b"]);
    assert_said!(said, @r#"
    exit code 2
    --- stderr ---
    mammodex: cohort b has breasts and this one has patients: use --unit breast, or --where "EXISTS (FROM cohorts.b …)"
    "#);
    assert_eq!(fixture.run(&["cohort", "create", "n", "--unit", "image", "--except", "p"]).code, 2);
}

#[test]
fn a_split_of_breasts_keeps_patients_whole_and_images_to_their_side() {
    let fixture = Fixture::with(SIDES);
    create(&fixture, "b", &["--unit", "breast", "--birads", ">=4"]);
    fixture.done(&["split", "create", "s", "--cohort", "b", "--ratios", "train=0.5,test=0.5"]);
    let listed = paths(&fixture, "s");
    assert_eq!(listed.len(), 34);
    assert!(listed.iter().all(|path| path.contains("/L")), "{listed:?}");
}

#[test]
fn change_is_told_member_by_member() {
    let fixture = Fixture::with(SIDES);
    create(&fixture, "b", &["--unit", "breast", "--birads", "5"]);
    let sql = format!(
        "{SIDES}; UPDATE breasts SET birads = 5 WHERE case_id = 'Normal_00001' AND laterality = 'R'"
    );
    fixture.snapshot(2, &sql);
    let out = fixture.done(&["cohort", "diff", "b", "--format", "csv"]);
    assert_eq!(out, "change,case_id,laterality,reason\nadded,Normal_00001,R,now meets the steps\n");
}
