//! `split --extend`: a catalog grows, nobody moves, and each kind of split says where the new belong.

use proptest::prelude::*;

use crate::chance::trials;
use crate::fixture::{Fixture, Said, assert_said};
use crate::split::{fixture, number, rows, split, with};
use crate::split_leaks::{GROWN, moved};
use crate::split_match::MATCH;

/// Each patient's images are of one day, three patients a day.
const DAYS: &str =
    "UPDATE images SET study_date = DATE '2015-01-01' + right(case_id, 5)::INTEGER * 7;";
fn extend(fixture: &Fixture, name: &str, old: &str, more: &[&str]) -> Said {
    fixture.run(&[&["split", "create", name, "--cohort", "all", "--extend", old], more].concat())
}

/// The patients of each part.
fn parts(fixture: &Fixture, name: &str) -> [f64; 3] {
    ["train", "val", "test"].map(|part| {
        number(fixture, &format!("SELECT count(*) FROM splits.{name} WHERE split = '{part}'"))
    })
}

#[test]
fn counts_hold_until_new_ones_are_given() {
    let fixture = fixture();
    let counts = |text| ["split", "create", "old", "--cohort", "all", "--counts", text];
    fixture.done(&[&counts("train=40,val=5,test=15")[..], &["--stratify", "diagnosis"]].concat());
    fixture.snapshot(2, GROWN);
    let said = extend(&fixture, "same", "old", &[]);
    assert_said!(said, @"
    exit code 0
    --- stdout ---
     stratum             │ patients │ train │ train target │ val │ val target │ test │ test target
    ─────────────────────┼──────────┼───────┼──────────────┼─────┼────────────┼──────┼─────────────
     diagnosis=benign    │       12 │     8 │ 8.00         │   1 │ 1.00       │    3 │ 3.00
     diagnosis=malignant │       12 │     8 │ 8.00         │   1 │ 1.00       │    3 │ 3.00
     diagnosis=normal    │       36 │    24 │ 24.00        │   3 │ 3.00       │    9 │ 9.00
     all                 │       60 │    40 │ 40.00        │   5 │ 5.00       │   15 │ 15.00
    (4 rows)
    --- stderr ---
    largest deviation from target: 0.00 patients per stratum, 0.00 patients per part
    patients in more than one part: 0
    kept from old: 60 patients; new: 0
    excluded: 16 patients (beyond the counts)
    split same: 60 patients; saved to catalog/splits/same.toml
    ");
    let said = extend(&fixture, "more", "same", &["--counts", "test=18,train=50,val=6"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(parts(&fixture, "more"), [50.0, 6.0, 18.0]);
    assert_eq!(
        (
            moved(&fixture, "old", "same"),
            number(
                &fixture,
                "SELECT count(*) FROM splits.same JOIN splits.more USING (case_id) WHERE same.split <> more.split"
            )
        ),
        (0.0, 0.0)
    );
    // Sixteen came, six of them malignant; ten places of fourteen are in train.
    let new = "SELECT count(*) FROM splits.more JOIN patients USING (case_id)
        WHERE case_id LIKE 'Cancer_001%' AND split = 'train'";
    assert!((3.0..=4.0).contains(&number(&fixture, new)));
    // Who leaves frees her place.
    fixture.snapshot(3, &format!("{GROWN} DELETE FROM patients WHERE case_id LIKE 'Benign%';"));
    extend(&fixture, "less", "more", &[]);
    assert_eq!(number(&fixture, "SELECT count(*) FROM splits.less WHERE split IS NOT NULL"), 64.0);
    for (more, text) in [
        (
            &["--counts", "train=39,val=6,test=18"][..],
            "train has 40 patients already, more than 39",
        ),
        (
            &["--counts", "train=70,val=6,test=18"],
            "--counts sum to 94 patients, more than the 76 of the cohort",
        ),
        (&["--counts", "train=50,test=18"], "has the parts train, val, test"),
        (&["--folds", "3"], "cannot be used with"),
        (&["--ratios", "a=1"], "cannot be used with"),
    ] {
        fixture.snapshot(2, GROWN);
        let said = extend(&fixture, "no", "old", more);
        assert!(said.code == 2 && said.err.contains(text), "{more:?}: {}", said.err);
    }
    fixture.done(&split("shares", &[]));
    let said = extend(&fixture, "no", "shares", &["--counts", "train=60,val=6,test=10"]);
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: --extend: shares was made with shares, which decide where new patients go: omit --counts
    ");
}

#[test]
fn days_on_which_parts_begin_hold() {
    let fixture = with(DAYS);
    fixture.done(&split("old", &["--temporal", "study_date"]));
    let spans = |name: &str| {
        let sql = format!("SELECT split, min(d), max(d) FROM (SELECT split, case_id, max(study_date) AS d
            FROM splits.{name} JOIN images USING (case_id) GROUP BY ALL) WHERE split IS NOT NULL GROUP BY 1 ORDER BY 2");
        rows(&fixture, &sql)
    };
    let before = spans("old");
    let shown = fixture.done(&["split", "show", "old"]);
    let begins = [&before[1][1], &before[2][1]];
    assert!(shown.contains(&format!("val 0.1 from {}", begins[0])), "{shown}");
    // Ten new ones a year before all, one on the day on which test begins, one on the eve of it.
    let grown = format!(
        "{DAYS} {GROWN}
         INSERT INTO images BY NAME SELECT case_id, case_id || '/x.dcm' AS path, CASE case_id
           WHEN 'Cancer_00101' THEN DATE '{test}' WHEN 'Cancer_00102' THEN DATE '{test}' - 1
           ELSE DATE '2014-01-01' END AS study_date
         FROM patients WHERE case_id IN ('Cancer_00101', 'Cancer_00102') OR case_id LIKE 'Normal_001%';",
        test = begins[1]
    );
    fixture.snapshot(2, &grown);
    let said = extend(&fixture, "new", "old", &[]);
    assert_said!(said, @"
    exit code 0
    --- stdout ---
     stratum │ patients │ train │ train target │ val │ val target │ test │ test target
    ─────────┼──────────┼───────┼──────────────┼─────┼────────────┼──────┼─────────────
     all     │       71 │    51 │ 49.70        │   7 │ 7.10       │   13 │ 14.20
    (1 row)
    --- stderr ---
    largest deviation from target: 1.30 patients per stratum (all in train), 1.30 patients per part
    patients in more than one part: 0
    kept from old: 59 patients; new: 12
    excluded: 5 patients (no date)
    split new: 71 patients; saved to catalog/splits/new.toml
    ");
    assert_eq!(moved(&fixture, "old", "new"), 0.0);
    let of = "SELECT case_id, split FROM splits.new WHERE case_id IN ('Cancer_00101', 'Cancer_00102', 'Normal_00101') ORDER BY 1";
    assert_eq!(
        rows(&fixture, of),
        [["Cancer_00101", "test"], ["Cancer_00102", "val"], ["Normal_00101", "train"]]
    );
    let check = fixture.run(&["split", "check", "new"]);
    assert!(!check.out.contains("│ time"), "{}", check.out);
    // A patient of the first part has a new exam: she stays, and that is told.
    let (first, _) =
        (rows(&fixture, "SELECT min(case_id) FROM splits.new WHERE split = 'train'"), ());
    let later = format!(
        "{grown} UPDATE images SET study_date = DATE '2030-01-01' WHERE case_id = '{}';",
        first[0][0]
    );
    fixture.snapshot(3, &later);
    let said = extend(&fixture, "late", "new", &[]);
    assert_eq!(said.code, 1, "{}", said.err);
    let text =
        "1 patient now dated (study_date) in the days of a later part; --extend moves no patient";
    assert!(said.err.contains(text), "{}", said.err);
    assert_eq!(
        number(
            &fixture,
            "SELECT count(*) FROM splits.new JOIN splits.late USING (case_id) WHERE new.split <> late.split"
        ),
        0.0
    );
    let check = fixture.run(&["split", "check", "late"]);
    assert_said!(check, @r"
        exit code 1
        --- stdout ---
         severity │ check │ patients │ first        │ message
        ──────────┼───────┼──────────┼──────────────┼────────────────────────────────────────
         error    │ time  │        1 │ Benign_00001 │ study_date in the days of a later part
        (1 row)
        --- stderr ---
        split late: 71 patients in 3 parts; 1 error, 0 warnings
        ");
}

/// Linked cases go by the newest of them: that the other is older is no leak.
#[test]
fn an_older_case_linked_to_a_newer_one_is_no_leak() {
    let link = "UPDATE images SET sop_instance_uid = '1.2.3'
        WHERE path IN ('dicom/Normal_00001/LCC.dcm', 'dicom/Normal_00034/LCC.dcm');";
    let fixture = with(&format!("{DAYS}{link}"));
    fixture.done(&split("s", &["--temporal", "study_date"]));
    let both =
        "SELECT DISTINCT split FROM splits.s WHERE case_id IN ('Normal_00001', 'Normal_00034')";
    assert_eq!(rows(&fixture, both), [["test"]]);
    let check = fixture.run(&["split", "check", "s"]);
    assert_eq!(check.code, 0, "{}", check.out);
}

#[test]
fn counts_and_days_together_leave_no_place_for_anyone() {
    let fixture = with(&format!("{DAYS} DELETE FROM patients WHERE case_id = 'Normal_00036';"));
    fixture.done(&[
        "split",
        "create",
        "old",
        "--cohort",
        "all",
        "--counts",
        "a=40,b=19",
        "--temporal",
        "study_date",
    ]);
    let said = extend(&fixture, "new", "old", &[]);
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: --extend: old was made with --temporal and --counts: the date assigns a new patient to a part whose count is already full
    ");
    // A file of an earlier version knows no days.
    let file = fixture.catalog().join("splits/days.toml");
    fixture.done(&split("days", &["--temporal", "study_date"]));
    let text = std::fs::read_to_string(&file).unwrap();
    let is_new = |line: &str| line.starts_with("first_day") || line.starts_with('#');
    let text: Vec<&str> = text.lines().filter(|line| !is_new(line)).collect();
    std::fs::write(&file, text.join("\n")).unwrap();
    let said = extend(&fixture, "new", "days", &[]);
    assert_said!(said, @"
    exit code 2
    --- stderr ---
    mammodex: --extend: days has no first day of a later part: make a new split
    ");
    assert_eq!(fixture.run(&["split", "check", "days"]).code, 0);
}

#[test]
fn new_patients_join_as_far_as_the_balance_stands() {
    let fixture = fixture();
    fixture.done(&split("old", &["--balance", "diagnosis=1:1:1", "--stratify", "vendor"]));
    let by = |name: &str| {
        let sql = format!("SELECT count_if(diagnosis = 'benign'), count_if(diagnosis = 'malignant'),
            count_if(diagnosis = 'normal') FROM splits.{name} JOIN patients USING (case_id) WHERE split IS NOT NULL");
        rows(&fixture, &sql).remove(0)
    };
    fixture.snapshot(2, GROWN);
    extend(&fixture, "same", "old", &[]);
    assert_eq!(by("same"), ["12", "12", "12"]);
    let benign = format!(
        "{GROWN} INSERT INTO patients BY NAME SELECT printf('Benign_%05d', n) AS case_id,
         'benign' AS diagnosis, 'GE' AS vendor FROM range(201, 204) AS r(n);"
    );
    fixture.snapshot(3, &benign);
    let said = extend(&fixture, "more", "same", &[]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(by("more"), ["15", "15", "15"]);
    let changed = "SELECT count(*) FROM splits.old JOIN splits.more USING (case_id)
        WHERE old.split IS NOT NULL AND more.split IS DISTINCT FROM old.split";
    assert_eq!(number(&fixture, changed), 0.0);
    // Where a value lost patients, those of the others stay all the same.
    fixture
        .snapshot(4, &format!("{benign} DELETE FROM patients WHERE case_id LIKE 'Benign_000%';"));
    extend(&fixture, "less", "more", &[]);
    assert_eq!(by("less"), ["3", "15", "15"]);
}

#[test]
fn matched_sets_stay_and_new_cases_get_controls_among_those_not_used() {
    let fixture = fixture();
    fixture.done(&split("old", &MATCH));
    fixture.snapshot(2, GROWN);
    let said = extend(&fixture, "new", "old", &[]);
    assert_said!(said, @"
    exit code 0
    --- stdout ---
     stratum │ patients │ train │ train target │ val │ val target │ test │ test target
    ─────────┼──────────┼───────┼──────────────┼─────┼────────────┼──────┼─────────────
     all     │       40 │    28 │ 28.00        │   4 │ 4.00       │    8 │ 8.00
    (1 row)
    --- stderr ---
    largest deviation from target: 0.00 patients per stratum, 0.00 patients per part
    patients in more than one part: 0
    kept from old: 24 patients; new: 16
    matched: 18 sets of diagnosis=malignant with diagnosis=normal, 14 with fewer than 2
    SMD of age_years: 1.211 before, 0.130 after
    SMD of vendor: 0.155 before, 0.165 after
    excluded: 12 patients (neither case nor control)
    excluded: 24 patients (not needed as a control)
    split new: 40 patients; saved to catalog/splits/new.toml
    ");
    let kept = "SELECT count(*) FROM splits.old JOIN splits.new USING (case_id)
        WHERE old.split IS NOT NULL AND (new.split IS DISTINCT FROM old.split OR new.match_id IS DISTINCT FROM old.match_id)";
    assert_eq!(number(&fixture, kept), 0.0);
    let size = |name: &str| number(&fixture, &format!("SELECT max(match_id) FROM splits.{name}"));
    assert_eq!((size("old"), size("new")), (12.0, 18.0));
    let wrong = "WITH s AS (FROM splits.new JOIN patients USING (case_id) WHERE match_id > 12)
        SELECT count(*) FROM s AS a JOIN s AS b USING (match_id)
        WHERE a.diagnosis = 'malignant' AND (a.split <> b.split OR a.vendor <> b.vendor
          OR abs(a.age_years - b.age_years) > 2 OR (b.diagnosis <> 'normal' AND a.case_id <> b.case_id))";
    assert_eq!(number(&fixture, wrong), 0.0);
    let sizes =
        "SELECT DISTINCT count(*) FROM splits.new WHERE match_id > 12 GROUP BY match_id ORDER BY 1";
    let sizes = rows(&fixture, sizes);
    assert!(sizes.iter().all(|row| row[0] == "2" || row[0] == "3"), "{sizes:?}");
    // Who leaves keeps her set, and has it when she comes back; one without its case counts no more.
    let case = rows(
        &fixture,
        "SELECT min(case_id) FROM splits.new JOIN patients USING (case_id) WHERE match_id = 1 AND diagnosis = 'malignant'",
    );
    fixture.snapshot(3, &format!("{GROWN} DELETE FROM patients WHERE case_id = '{}';", case[0][0]));
    let said = extend(&fixture, "less", "new", &[]);
    assert_said!(said, @"
    exit code 0
    --- stdout ---
     stratum │ patients │ train │ train target │ val │ val target │ test │ test target
    ─────────┼──────────┼───────┼──────────────┼─────┼────────────┼──────┼─────────────
     all     │       39 │    27 │ 27.30        │   4 │ 3.90       │    8 │ 7.80
    (1 row)
    --- stderr ---
    largest deviation from target: 0.30 patients per stratum (all in train), 0.30 patients per part
    patients in more than one part: 0
    kept from new: 39 patients; new: 0
    1 patient of new not in the cohort; their parts are reserved
    matched: 17 sets of diagnosis=malignant with diagnosis=normal, 13 with fewer than 2
    SMD of age_years: 1.170 before, 0.010 after
    SMD of vendor: 0.242 before, 0.133 after
    excluded: 12 patients (neither case nor control)
    excluded: 24 patients (not needed as a control)
    split less: 39 patients; saved to catalog/splits/less.toml
    ");
    fixture.snapshot(4, GROWN);
    let said = extend(&fixture, "back", "less", &[]);
    assert_said!(said, @"
    exit code 0
    --- stdout ---
     stratum │ patients │ train │ train target │ val │ val target │ test │ test target
    ─────────┼──────────┼───────┼──────────────┼─────┼────────────┼──────┼─────────────
     all     │       40 │    28 │ 28.00        │   4 │ 4.00       │    8 │ 8.00
    (1 row)
    --- stderr ---
    largest deviation from target: 0.00 patients per stratum, 0.00 patients per part
    patients in more than one part: 0
    kept from less: 40 patients; new: 0
    matched: 18 sets of diagnosis=malignant with diagnosis=normal, 14 with fewer than 2
    SMD of age_years: 1.211 before, 0.130 after
    SMD of vendor: 0.155 before, 0.165 after
    excluded: 12 patients (neither case nor control)
    excluded: 24 patients (not needed as a control)
    split back: 40 patients; saved to catalog/splits/back.toml
    ");
    let same = "SELECT count(*) FROM splits.new JOIN splits.back USING (case_id)
        WHERE new.split IS DISTINCT FROM back.split OR new.match_id IS DISTINCT FROM back.match_id";
    assert_eq!(number(&fixture, same), 0.0);
    assert_eq!(fixture.run(&["split", "check", "back"]).code, 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: trials(12) as u32, failure_persistence: None, ..Default::default() })]

    /// Whatever came and went, and however it was made: nobody has another part than before.
    #[test]
    fn nobody_moves(kind in 0_usize..6, seed in 0_u64..1000, gone in 2_u32..9, came in 2_u32..9) {
        let hide = |many: u32| format!(
            "DELETE FROM patients WHERE hash(case_id) % {many} = {};", seed % u64::from(many)
        );
        let fixture = with(&format!("{DAYS}{}", hide(came)));
        let text = seed.to_string();
        let how: &[&str] = match kind {
            0 => &["--ratios", "train=0.7,val=0.1,test=0.2", "--stratify", "diagnosis,vendor"],
            1 => &["--folds", "4", "--hold-out", "vendor=SIEMENS"],
            2 => &["--counts", "train=20,test=5", "--stratify", "diagnosis"],
            3 => &["--ratios", "train=0.5,test=0.5", "--balance", "diagnosis=1:1:1"],
            4 => &["--ratios", "train=0.5,test=0.5", "--temporal", "study_date"],
            _ => &["--ratios", "train=0.5,test=0.5", "--match", "vendor", "--cases", "malignant", "--controls", "normal"],
        };
        let made = [&["split", "create", "a", "--cohort", "all", "--seed", &text], how].concat();
        fixture.done(&made);
        fixture.snapshot(2, &format!("{DAYS}{GROWN}{}", hide(gone)));
        let said = extend(&fixture, "b", "a", &[]);
        prop_assert!(said.code == 0, "{}", said.err);
        fixture.snapshot(3, &format!("{DAYS}{GROWN}"));
        let said = extend(&fixture, "c", "b", &[]);
        prop_assert!(said.code == 0, "{}", said.err);
        for (old, new) in [("a", "b"), ("a", "c"), ("b", "c")] {
            let sql = format!("SELECT count(*) FROM splits.{old} AS o JOIN splits.{new} AS n USING (case_id)
                WHERE o.split IS NOT NULL AND coalesce(n.split, n.reserved_part) IS DISTINCT FROM o.split");
            prop_assert_eq!(number(&fixture, &sql), 0.0, "{} {}", old, new);
        }
    }
}
