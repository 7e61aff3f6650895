//! Splits and what may not straddle: shared images, grown catalogs, held-out makers, time.

use crate::fixture::{Fixture, assert_said};
use crate::split::{fixture, number, rows, split, with};

/// Three pairs of cases with one image in common, each told by another column.
const SHARED: &str = "
UPDATE images SET sop_instance_uid = '1.2.3'
  WHERE path IN ('dicom/Normal_00001/LCC.dcm', 'dicom/Cancer_00001/RCC.dcm');
UPDATE images SET pixel_hash = 'abc'
  WHERE path IN ('dicom/Normal_00002/LCC.dcm', 'dicom/Benign_00002/LCC.dcm');
UPDATE images SET header_fingerprint = 'same', exposure_mas = 80
  WHERE path IN ('dicom/Normal_00003/LCC.dcm', 'dicom/Normal_00004/LCC.dcm');
";

const PAIRS: &str = "SELECT linked_with, count(*) AS n, count(DISTINCT split) AS parts
    FROM splits.s WHERE linked_with IS NOT NULL GROUP BY 1 ORDER BY 1";

#[test]
fn cases_that_share_an_image_stay_together() {
    let fixture = with(SHARED);
    for method in ["exact", "iterative"] {
        let said = fixture.run(&[
            "split",
            "create",
            "s",
            "--cohort",
            "all",
            "--folds",
            "12",
            "--stratify",
            "diagnosis,vendor",
            "--method",
            method,
            "--force",
        ]);
        assert_eq!(said.code, 0, "{}", said.err);
        let line = "6 cases in 3 groups share images and stay together";
        assert!(said.err.contains(line), "{}", said.err);
        assert_eq!(
            rows(&fixture, PAIRS),
            [["Benign_00002", "2", "1"], ["Cancer_00001", "2", "1"], ["Normal_00003", "2", "1"]]
        );
    }
    let said = fixture.run(&["split", "check", "s"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    insta::assert_snapshot!("shared", said.out);
}

#[test]
fn links_are_chains() {
    let chain = "UPDATE images SET pixel_hash = 'ab' WHERE path IN
        ('dicom/Normal_00001/LCC.dcm', 'dicom/Normal_00002/LCC.dcm');
        UPDATE images SET pixel_hash = 'bc' WHERE path IN
        ('dicom/Normal_00002/RCC.dcm', 'dicom/Normal_00003/LCC.dcm');";
    let fixture = with(chain);
    // Also where the case in the middle is not of the cohort.
    let condition = "p.case_id <> 'Normal_00002'";
    fixture.done(&["cohort", "create", "some", "--where", condition]);
    fixture.done(&["split", "create", "s", "--cohort", "some", "--folds", "20"]);
    assert_eq!(rows(&fixture, PAIRS), [["Normal_00001", "2", "1"]]);
}

#[test]
fn a_value_that_everyone_has_links_nobody() {
    let fixture = with("UPDATE images SET sop_instance_uid = '0';");
    let said = fixture.run(&split("s", &["--stratify", "diagnosis"]));
    let line = "sop_instance_uid 0 is shared by 59 cases: treated as a placeholder";
    assert!(said.code == 0 && said.err.contains(line), "{}", said.err);
    assert_said!(said, @"
    exit code 0
    --- stdout ---
     stratum             │ patients │ train │ train target │ val │ val target │ test │ test target
    ─────────────────────┼──────────┼───────┼──────────────┼─────┼────────────┼──────┼─────────────
     diagnosis=benign    │       12 │     9 │ 8.40         │   1 │ 1.20       │    2 │ 2.40
     diagnosis=malignant │       12 │     8 │ 8.40         │   1 │ 1.20       │    3 │ 2.40
     diagnosis=normal    │       36 │    25 │ 25.20        │   4 │ 3.60       │    7 │ 7.20
     all                 │       60 │    42 │ 42.00        │   6 │ 6.00       │   12 │ 12.00
    (4 rows)
    --- stderr ---
    largest deviation from target: 0.60 patients per stratum (diagnosis=malignant in test), 0.00 patients per part
    patients in more than one part: 0
    sop_instance_uid 0 is shared by 59 cases: treated as a placeholder, cases not linked
    split s: 60 patients; saved to catalog/splits/s.toml
    ");
    // Headers without a measurement are alike by chance: the fixture's fingerprints are all 'f'.
    assert_said!(said, @"
    exit code 0
    --- stdout ---
     stratum             │ patients │ train │ train target │ val │ val target │ test │ test target
    ─────────────────────┼──────────┼───────┼──────────────┼─────┼────────────┼──────┼─────────────
     diagnosis=benign    │       12 │     9 │ 8.40         │   1 │ 1.20       │    2 │ 2.40
     diagnosis=malignant │       12 │     8 │ 8.40         │   1 │ 1.20       │    3 │ 2.40
     diagnosis=normal    │       36 │    25 │ 25.20        │   4 │ 3.60       │    7 │ 7.20
     all                 │       60 │    42 │ 42.00        │   6 │ 6.00       │   12 │ 12.00
    (4 rows)
    --- stderr ---
    largest deviation from target: 0.60 patients per stratum (diagnosis=malignant in test), 0.00 patients per part
    patients in more than one part: 0
    sop_instance_uid 0 is shared by 59 cases: treated as a placeholder, cases not linked
    split s: 60 patients; saved to catalog/splits/s.toml
    ");
}

/// Ten normal and six malignant cases more.
pub const GROWN: &str = "
INSERT INTO patients BY NAME SELECT printf('%s_%05d', g, n) AS case_id, d AS diagnosis,
  50 AS age_years, 'GE' AS vendor, 0 AS image_count FROM
  (VALUES ('Normal', 'normal', 110), ('Cancer', 'malignant', 106)) AS t(g, d, until), range(101, 111) AS r(n)
  WHERE n <= until;
";

pub fn moved(fixture: &Fixture, old: &str, new: &str) -> f64 {
    let sql = format!(
        "SELECT count(*) FROM splits.{old} AS o JOIN splits.{new} AS n USING (case_id)
         WHERE n.split IS DISTINCT FROM o.split"
    );
    number(fixture, &sql)
}

#[test]
fn an_extended_split_moves_nobody() {
    for by in ["diagnosis", "diagnosis,vendor,birads_max"] {
        let fixture = fixture();
        fixture.done(&split("old", &["--stratify", by, "--seed", "5"]));
        fixture.snapshot(2, GROWN);
        let check = fixture.run(&["split", "check", "old"]);
        assert_eq!(check.code, 1);
        let line = "│ new   │       16 │ Cancer_00101";
        assert!(check.out.contains(line), "{}", check.out);
        let said = fixture.run(&["split", "create", "new", "--cohort", "all", "--extend", "old"]);
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(said.err.contains("kept from old: 60 patients; new: 16"), "{}", said.err);
        assert_eq!(moved(&fixture, "old", "new"), 0.0);
        // 76 patients: 53.2, 7.6 and 15.2 wanted.
        let parts =
            "SELECT count_if(split = 'train'), count_if(split = 'val'), count_if(split = 'test')
            FROM splits.new";
        assert_eq!(rows(&fixture, parts), [["53", "8", "15"]], "{by}");
        assert_eq!(fixture.run(&["split", "check", "new"]).code, 0);
    }
}

#[test]
fn who_leaves_and_comes_back_has_her_part() {
    let fixture = fixture();
    fixture.done(&split("a", &["--seed", "1"]));
    fixture.snapshot(2, "DELETE FROM patients WHERE diagnosis = 'benign';");
    let said = fixture.run(&["split", "create", "b", "--cohort", "all", "--extend", "a"]);
    let line = "12 patients of a not in the cohort; their parts are reserved";
    assert!(said.err.contains(line), "{}", said.err);
    let said = fixture.run(&["split", "check", "b"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    fixture.snapshot(3, "");
    fixture.done(&["split", "create", "c", "--cohort", "all", "--extend", "b"]);
    assert_eq!(moved(&fixture, "a", "c"), 0.0);
}

#[test]
fn a_new_link_across_parts_is_told_and_moves_nobody() {
    let fixture = fixture();
    fixture.done(&["split", "create", "old", "--cohort", "all", "--folds", "2"]);
    let of = |fold: &str| {
        rows(&fixture, &format!("SELECT min(case_id) FROM splits.old WHERE split = '{fold}'"))[0][0]
            .clone()
    };
    let (one, two) = (of("fold_0"), of("fold_1"));
    let link = format!(
        "{GROWN} INSERT INTO images BY NAME SELECT case_id, case_id AS path, '1.2.9' AS sop_instance_uid
         FROM patients WHERE case_id IN ('{one}', '{two}', 'Cancer_00101');
         INSERT INTO images BY NAME SELECT case_id, case_id AS path, '1.2.8' AS sop_instance_uid
         FROM patients WHERE case_id IN ('Cancer_00102', 'Cancer_00103');
         INSERT INTO images BY NAME SELECT case_id, case_id || 'x' AS path, '1.2.7' AS sop_instance_uid
         FROM patients WHERE case_id IN ('Cancer_00102', 'Normal_00009');"
    );
    fixture.snapshot(2, &link);
    let said = fixture.run(&["split", "create", "new", "--cohort", "all", "--extend", "old"]);
    assert_said!(said, @"
    exit code 1
    --- stdout ---
     stratum │ patients │ fold_0 │ fold_0 target │ fold_1 │ fold_1 target
    ─────────┼──────────┼────────┼───────────────┼────────┼───────────────
     all     │       75 │     38 │ 37.50         │     37 │ 37.50
    (1 row)
    --- stderr ---
    largest deviation from target: 0.50 patients per stratum (all in fold_0), 0.50 patients per part
    patients in more than one part: 0
    6 cases in 2 groups share images and stay together
    kept from old: 60 patients; new: 15
    excluded: 1 patient (linked to several parts)
    mammodex: these share images and are in several parts, where --extend leaves them: Benign_00001, Benign_00002, Cancer_00101
    split new: 75 patients; saved to catalog/splits/new.toml
    ");
    assert_eq!(moved(&fixture, "old", "new"), 0.0);
    let follows = "SELECT count(DISTINCT split), count(split) FROM splits.new
        WHERE case_id IN ('Cancer_00102', 'Cancer_00103', 'Normal_00009')";
    assert_eq!(rows(&fixture, follows), [["1", "3"]]);
    let said = fixture.run(&["split", "check", "new"]);
    assert_eq!(said.code, 1);
    let line = format!("shares sop_instance_uid 1.2.9 with {}", one.max(two));
    assert!(said.out.contains(&line) && said.out.contains("in another part"), "{}", said.out);
}

#[test]
fn a_held_out_maker_is_nowhere_else() {
    // One patient of another maker has a single image of the held-out one.
    let fixture =
        with("UPDATE images SET vendor = 'SIEMENS' WHERE path = 'dicom/Normal_00003/LCC.dcm';");
    let said =
        fixture.run(&split("s", &["--hold-out", "vendor=siemens", "--stratify", "diagnosis"]));
    assert_eq!(said.code, 0, "{}", said.err);
    let line = "1 patient held out by vendor=siemens also with images of another value";
    assert!(said.err.contains(line), "{}", said.err);
    let outside = "SELECT count(*) FROM splits.s JOIN images USING (case_id)
        WHERE vendor = 'SIEMENS' AND split <> 'external'";
    assert_eq!(number(&fixture, outside), 0.0);
    assert_eq!(number(&fixture, "SELECT count(*) FROM splits.s WHERE split = 'external'"), 21.0);
    // The rest is dealt out by the shares.
    assert_said!(said, @"
    exit code 0
    --- stdout ---
     stratum             │ patients │ train │ train target │ val │ val target │ test │ test target │ external
    ─────────────────────┼──────────┼───────┼──────────────┼─────┼────────────┼──────┼─────────────┼──────────
     diagnosis=benign    │       12 │     6 │ 5.60         │   1 │ 0.80       │    1 │ 1.60        │        4
     diagnosis=malignant │       12 │     5 │ 5.60         │   1 │ 0.80       │    2 │ 1.60        │        4
     diagnosis=normal    │       36 │    16 │ 16.10        │   2 │ 2.30       │    5 │ 4.60        │       13
     all                 │       60 │    27 │ 27.30        │   4 │ 3.90       │    8 │ 7.80        │       21
    (4 rows)
    --- stderr ---
    largest deviation from target: 0.60 patients per stratum (diagnosis=benign in test), 0.30 patients per part
    patients in more than one part: 0
    1 patient held out by vendor=siemens also with images of another value
    split s: 60 patients; saved to catalog/splits/s.toml
    ");
    fixture.snapshot(2, "UPDATE images SET vendor = 'SIEMENS' WHERE case_id = 'Normal_00001';");
    let said = fixture.run(&["split", "check", "s"]);
    assert_eq!(said.code, 1);
    let line = "│ hold-out │        1 │ Normal_00001 │ vendor=siemens, but not in external";
    assert!(said.out.contains(line), "{}", said.out);
}

#[test]
fn in_time_the_oldest_come_first_and_no_day_is_parted() {
    // Three patients a day; the last one also has a much older image.
    let dates = "UPDATE images SET study_date = DATE '2015-01-01' + right(case_id, 5)::INTEGER * 7;
        UPDATE images SET study_date = DATE '2010-01-01' WHERE path = 'dicom/Normal_00035/LCC.dcm';";
    let fixture = with(dates);
    let said = fixture.run(&split("s", &["--temporal", "study_date"]));
    assert_said!(said, @"
    exit code 0
    --- stdout ---
     stratum │ patients │ train │ train target │ val │ val target │ test │ test target
    ─────────┼──────────┼───────┼──────────────┼─────┼────────────┼──────┼─────────────
     all     │       59 │    41 │ 41.30        │   6 │ 5.90       │   12 │ 11.80
    (1 row)
    --- stderr ---
    largest deviation from target: 0.30 patients per stratum (all in train), 0.30 patients per part
    patients in more than one part: 0
    excluded: 1 patient (no date)
    split s: 59 patients; saved to catalog/splits/s.toml
    ");
    let spans = "SELECT split, min(d), max(d) FROM (SELECT split, case_id, max(study_date) AS d
        FROM splits.s JOIN images USING (case_id) GROUP BY ALL) GROUP BY 1 ORDER BY 2";
    let spans = rows(&fixture, spans);
    let order: Vec<&str> = spans.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(order, ["train", "val", "test"]);
    assert!(spans.windows(2).all(|pair| pair[0][2] < pair[1][1]), "{spans:?}");
    assert_eq!(
        rows(&fixture, "SELECT split FROM splits.s WHERE case_id = 'Normal_00035'"),
        [["test"]]
    );
    assert_eq!(fixture.run(&["split", "check", "s"]).code, 0);
    let later = format!(
        "{dates} UPDATE images SET study_date = DATE '2020-01-01' WHERE case_id = 'Benign_00001';"
    );
    fixture.snapshot(2, &later);
    let said = fixture.run(&["split", "check", "s"]);
    assert_said!(said, @"
    exit code 1
    --- stdout ---
     severity │ check │ patients │ first        │ message
    ──────────┼───────┼──────────┼──────────────┼────────────────────────────────────────
     error    │ time  │        1 │ Benign_00001 │ study_date in the days of a later part
    (1 row)
    --- stderr ---
    split s: 59 patients in 3 parts; 1 error, 0 warnings
    ");
}

#[test]
fn the_check_sees_what_changed() {
    let fixture = fixture();
    fixture.done(&split("s", &["--stratify", "diagnosis"]));
    fixture.snapshot(
        2,
        "DELETE FROM patients WHERE case_id = 'Normal_00001';
         UPDATE patients SET diagnosis = 'malignant' WHERE case_id = 'Normal_00002';
         INSERT INTO patients BY NAME SELECT 'Normal_99999' AS case_id, 'normal' AS diagnosis;",
    );
    let said = fixture.run(&["split", "check", "s"]);
    assert_eq!(said.code, 1);
    insta::assert_snapshot!("drift", format!("{}{}", said.out, said.err));
    // A file that someone has changed: everyone twice.
    let file = fixture.split_rows("s");
    let sql = "SELECT * FROM splits.s UNION ALL SELECT * FROM splits.s ORDER BY 1";
    let changed = fixture.dir.path().join("changed.parquet");
    fixture.done(&["query", sql, "-o", changed.to_str().unwrap()]);
    std::fs::copy(changed, &file).unwrap();
    let said = fixture.run(&["split", "check", "s", "--snapshot", "1"]);
    assert_said!(said, @"
    exit code 1
    --- stdout ---
     severity │ check   │ patients │ first        │ message
    ──────────┼─────────┼──────────┼──────────────┼──────────────────────────────────────────────────────────────────────────────
     error    │ file    │        0 │ NULL         │ catalog/splits/s.bf815283d248.parquet: its checksum is not the one in s.toml
     error    │ patient │       60 │ Benign_00001 │ in the file more than once
    (2 rows)
    --- stderr ---
    split s: 60 patients in 3 parts; 2 errors, 0 warnings
    ");
    std::fs::remove_file(file).unwrap();
    let said = fixture.run(&["split", "check", "s"]);
    assert_said!(said, @"
    exit code 1
    --- stdout ---
     severity │ check │ patients │ first │ message
    ──────────┼───────┼──────────┼───────┼───────────────────────────────────────────────────────────────────────────────────────────
     error    │ file  │        0 │ NULL  │ cannot read catalog/splits/s.bf815283d248.parquet: No such file or directory (os error 2)
    (1 row)
    --- stderr ---
    split s: 60 patients in 3 parts; 1 error, 0 warnings
    ");
}

/// Normal_00001 to Normal_00006 as three patients with two spellings each.
const SPELLINGS: &str = "
    UPDATE patients SET case_id = CASE case_id WHEN 'Normal_00001' THEN 'P001' WHEN 'Normal_00002' THEN 'p-1'
      WHEN 'Normal_00003' THEN 'Q_7_LEFT_CC' WHEN 'Normal_00004' THEN 'Q_7_RIGHT_MLO'
      WHEN 'Normal_00005' THEN 'R1' WHEN 'Normal_00006' THEN 'r-1' ELSE case_id END;";

#[test]
fn case_ids_that_differ_only_in_spelling_or_view_are_reported_where_they_are_in_several_parts() {
    let fixture = with(SPELLINGS);
    let said = fixture.run(&split("s", &["--seed", "4"]));
    assert_eq!(said.code, 0, "{}", said.err);
    let apart = "SELECT count(*) FROM (SELECT case_stem(case_id) FROM splits.s GROUP BY 1
        HAVING count(DISTINCT split) > 1)";
    let groups = number(&fixture, apart);
    let text = "case IDs that differ only in spelling, view or side";
    assert_eq!(said.err.contains(text), groups > 0.0, "{}", said.err);
    let check = fixture.run(&["split", "check", "s"]);
    assert_eq!(check.out.contains("similar-id"), groups > 0.0, "{}", check.out);
    // With as many parts as patients, all are in different ones.
    let said = fixture.run(&["split", "create", "t", "--cohort", "all", "--folds", "60"]);
    assert!(said.err.contains(&format!("3 groups of {text} are in several parts")), "{}", said.err);
    assert!(said.err.contains("such as P001, p-1: most likely one patient"), "{}", said.err);
}
