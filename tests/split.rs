//! `mammodex split`: made, shown, checked, listed and dropped through the binary.

use crate::fixture::{Fixture, assert_said};

const RATIOS: &str = "train=0.7,val=0.1,test=0.2";

pub fn fixture() -> Fixture {
    with("")
}

/// The fixture after some SQL on its tables, with a cohort of everyone.
pub fn with(sql: &str) -> Fixture {
    let fixture = Fixture::with(sql);
    fixture.done(&["cohort", "create", "all", "--where", "true"]);
    fixture
}

pub fn split<'a>(name: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["split", "create", name, "--cohort", "all", "--ratios", RATIOS], more].concat()
}

/// The rows of a query, each cell as CSV has it.
pub fn rows(fixture: &Fixture, sql: &str) -> Vec<Vec<String>> {
    let out = fixture.done(&["query", sql, "--format", "csv"]);
    let cells =
        |line: &str| line.split(',').map(|cell| cell.trim_matches('"').to_owned()).collect();
    out.lines().skip(1).map(cells).collect()
}

/// The first cell of a query as a number.
pub fn number(fixture: &Fixture, sql: &str) -> f64 {
    rows(fixture, sql)[0][0].parse().unwrap()
}

#[test]
fn the_balance_is_printed_and_the_split_kept() {
    let fixture = fixture();
    let said = fixture.run(&split("s", &["--stratify", "diagnosis", "--seed", "42"]));
    assert_eq!(said.code, 0, "{}", said.err);
    insta::assert_snapshot!("balance", format!("{}{}", said.out, said.err));
    let kept = std::fs::read_to_string(fixture.catalog().join("splits/s.toml")).unwrap();
    insta::assert_snapshot!(
        "kept",
        kept.lines().filter(|l| !l.starts_with("sha256")).collect::<Vec<_>>().join("\n")
    );
    let sql = "SELECT split, count(*) AS n, count(DISTINCT case_id) AS cases FROM splits.s GROUP BY 1 ORDER BY 1";
    assert_eq!(
        fixture.done(&["query", sql, "--format", "csv"]),
        "split,n,cases\ntest,12,12\ntrain,42,42\nval,6,6\n"
    );
}

#[test]
fn thin_strata_are_exact_and_listed_by_value_and_the_user_can_force_either() {
    let fixture = fixture();
    let by = ["--stratify", "diagnosis,vendor,age_years:10", "--seed", "3"];
    let said = fixture.run(&split("s", &by));
    insta::assert_snapshot!("thin", format!("{}{}", said.out, said.err));
    let forced = fixture.run(&split("f", &[&by[..], &["--method", "exact"]].concat()));
    assert!(forced.out.contains("diagnosis=benign, vendor=GE, age_years=40-49"), "{}", forced.out);
    assert!(!forced.err.contains("iterative"), "{}", forced.err);
    let one = fixture.run(&split("o", &["--stratify", "diagnosis", "--method", "iterative"]));
    assert_said!(one, @r"
        exit code 0
        --- stdout ---
         stratum             │ patients │ train │ train target │ val │ val target │ test │ test target
        ─────────────────────┼──────────┼───────┼──────────────┼─────┼────────────┼──────┼─────────────
         diagnosis=benign    │       12 │     9 │ 8.40         │   1 │ 1.20       │    2 │ 2.40
         diagnosis=malignant │       12 │     9 │ 8.40         │   1 │ 1.20       │    2 │ 2.40
         diagnosis=normal    │       36 │    24 │ 25.20        │   4 │ 3.60       │    8 │ 7.20
         all                 │       60 │    42 │ 42.00        │   6 │ 6.00       │   12 │ 12.00
        (4 rows)
        --- stderr ---
        largest deviation from target: 1.20 patients per stratum (diagnosis=normal in train), 0.00 patients per part
        patients in more than one part: 0
        assigned by iterative stratification
        split o: 60 patients; saved to catalog/splits/o.toml
        ");
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
    let (one, two) = (fixture(), fixture());
    let bytes = |f: &Fixture, name: &str, seed: &str| {
        f.done(&split(name, &["--stratify", "diagnosis", "--seed", seed, "--force"]));
        let toml = f.catalog().join(format!("splits/{name}.toml"));
        (std::fs::read(f.split_rows(name)).unwrap(), std::fs::read(toml).unwrap())
    };
    assert_eq!(bytes(&one, "s", "1"), bytes(&two, "s", "1"));
    assert_ne!(bytes(&one, "s", "1").0, bytes(&two, "s", "2").0);
}

#[test]
fn the_order_of_rows_decides_nothing() {
    let (one, two) = (
        fixture(),
        with(
            "CREATE TABLE p AS FROM patients ORDER BY hash(case_id);
        DELETE FROM patients; INSERT INTO patients FROM p; DROP TABLE p;",
        ),
    );
    for (name, more) in [
        ("s", vec!["--stratify", "diagnosis,vendor,birads_max"]),
        ("b", vec!["--balance", "diagnosis=1:1:1"]),
        (
            "m",
            vec!["--match", "age_years±3,vendor", "--cases", "malignant", "--controls", "normal"],
        ),
    ] {
        let of = |fixture: &Fixture| {
            fixture.done(&split(name, &more));
            rows(
                fixture,
                &format!(
                    "SELECT case_id, split, match_id, exclusion_reason FROM splits.{name} ORDER BY 1"
                ),
            )
        };
        assert_eq!(of(&one), of(&two), "{name}");
    }
}

#[test]
fn missing_values_are_a_stratum_of_their_own() {
    let fixture = fixture();
    let out = fixture.done(&split("s", &["--stratify", "t_stage", "--format", "csv"]));
    assert!(out.contains("t_stage=NULL,48,"), "{out}");
}

#[test]
fn bands_have_bounds() {
    let fixture = with(
        "UPDATE patients SET tumor_size_cm = 0.3 * right(case_id, 5)::INTEGER
        WHERE diagnosis = 'malignant';",
    );
    let out = fixture.done(&split("s", &["--stratify", "tumor_size_cm:0.5", "--format", "csv"]));
    // 0.3, 0.6, 0.9 … 3.6: 1.5 is of the band that it begins, whatever 5 * 0.3 is in binary.
    for line in ["tumor_size_cm=0-<0.5,1,", "tumor_size_cm=0.5-<1,2,", "tumor_size_cm=1.5-<2,2,"] {
        assert!(out.contains(line), "{line} in {out}");
    }
    let out = fixture.done(&split("t", &["--stratify", "age_years:20", "--format", "csv"]));
    assert!(out.contains("age_years=40-59,43,") && out.contains("age_years=60-79,17,"), "{out}");
}

#[test]
fn counts_are_met_and_the_rest_stands_without_a_part() {
    let fixture = fixture();
    let counts = [
        "split",
        "create",
        "s",
        "--cohort",
        "all",
        "--counts",
        "train=20,test=10",
        "--stratify",
        "diagnosis",
    ];
    let said = fixture.run(&counts);
    assert_said!(said, @r"
        exit code 0
        --- stdout ---
         stratum             │ patients │ train │ train target │ test │ test target
        ─────────────────────┼──────────┼───────┼──────────────┼──────┼─────────────
         diagnosis=benign    │        6 │     4 │ 4.00         │    2 │ 2.00
         diagnosis=malignant │        6 │     4 │ 4.00         │    2 │ 2.00
         diagnosis=normal    │       18 │    12 │ 12.00        │    6 │ 6.00
         all                 │       30 │    20 │ 20.00        │   10 │ 10.00
        (4 rows)
        --- stderr ---
        largest deviation from target: 0.00 patients per stratum, 0.00 patients per part
        patients in more than one part: 0
        excluded: 30 patients (beyond the counts)
        split s: 30 patients; saved to catalog/splits/s.toml
        ");
    let of = "SELECT split, count(*), count(exclusion_reason) FROM splits.s GROUP BY 1 ORDER BY 1";
    assert_eq!(rows(&fixture, of), [["test", "10", "0"], ["train", "20", "0"], ["", "30", "30"]]);
    fixture.done(&["manifest", "create", "s", "-o", "m.csv"]);
    let manifest = std::fs::read_to_string(fixture.dir.path().join("m.csv")).unwrap();
    assert!(manifest.lines().skip(1).all(|l| l.starts_with("train,") || l.starts_with("test,")));
    let said = fixture.run(&["split", "create", "x", "--cohort", "all", "--counts", "a=50,b=11"]);
    assert_said!(said, @r"
        exit code 2
        --- stderr ---
        mammodex: --counts sum to 61 patients, more than the 60 of the cohort
        ");
}

#[test]
fn folds_cover_everyone_once() {
    let fixture = fixture();
    fixture.done(&[
        "split",
        "create",
        "cv",
        "--cohort",
        "all",
        "--folds",
        "5",
        "--stratify",
        "diagnosis",
    ]);
    let sql =
        "SELECT split, count(*), count(DISTINCT case_id) FROM splits.cv GROUP BY 1 ORDER BY 1";
    let folds: Vec<Vec<String>> =
        (0..5).map(|n| vec![format!("fold_{n}"), "12".into(), "12".into()]).collect();
    assert_eq!(rows(&fixture, sql), folds);
}

#[test]
fn folds_that_would_lack_a_value_or_be_empty_are_refused() {
    let fixture = with(
        "UPDATE patients SET vendor = 'FUJI' WHERE case_id IN ('Normal_00001', 'Normal_00002');",
    );
    let folds = |count: &'static str, more: &[&'static str]| {
        let arguments = ["split", "create", "s", "--cohort", "all", "--folds", count];
        fixture.run(&[&arguments[..], more].concat())
    };
    for (said, reason) in [
        (folds("3", &["--stratify", "vendor"]), "only 2 patients have vendor=FUJI"),
        (folds("3", &["--stratify", "vendor", "--method", "iterative"]), "have vendor=FUJI"),
        (folds("13", &["--stratify", "diagnosis"]), "only 12 patients have diagnosis=benign"),
        (folds("61", &[]), "fold_60 would be empty"),
    ] {
        assert_eq!(said.code, 2, "{}", said.out);
        assert!(said.err.contains(reason), "{}", said.err);
        assert!(!fixture.catalog().join("splits/s.toml").exists());
    }
    assert_eq!(folds("2", &["--stratify", "vendor"]).code, 0);
}

#[test]
fn the_order_of_columns_decides_nothing() {
    let fixture = fixture();
    for (method, columns) in [
        ("exact", ["vendor,diagnosis,birads_max", "birads_max,vendor,diagnosis"]),
        ("iterative", ["vendor,diagnosis,age_years:10", "age_years:10,vendor,diagnosis"]),
    ] {
        let parts = columns.map(|by| {
            fixture.done(&split("s", &["--stratify", by, "--method", method, "--force"]));
            rows(&fixture, "SELECT case_id, split FROM splits.s ORDER BY 1")
        });
        assert_eq!(parts[0], parts[1], "{method}");
    }
}

#[test]
fn a_split_is_shown_listed_drawn_and_dropped() {
    let fixture = fixture();
    fixture.done(&split("s", &["--stratify", "diagnosis", "--seed", "42"]));
    fixture.done(&["split", "create", "cv", "--cohort", "all", "--folds", "2"]);
    let shown = fixture.run(&["split", "show", "s"]);
    insta::assert_snapshot!("show", format!("{}{}", shown.out, shown.err));
    insta::assert_snapshot!("list", fixture.done(&["split", "list"]));
    fixture.done(&["split", "show", "s", "-o", "strata.svg"]);
    let picture = std::fs::read_to_string(fixture.dir.path().join("strata.svg")).unwrap();
    insta::assert_snapshot!("strata.svg", picture);
    fixture.done(&["split", "drop", "s"]);
    let said = fixture.run(&["split", "show", "s"]);
    assert_eq!(said.code, 2);
    assert_said!(said, @r"
        exit code 2
        --- stderr ---
        mammodex: there is no split s; there are: cv
        ");
    let left = std::fs::read_dir(fixture.catalog().join("splits")).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with("s.")), "{left:?}");
    assert_eq!(fixture.run(&["split", "drop", "s"]).code, 2);
}

#[test]
fn cohorts_and_splits_may_be_called_like_subcommands() {
    let fixture = fixture();
    fixture.done(&["cohort", "create", "show", "--where", "true"]);
    let said = fixture.run(&["split", "create", "list", "--cohort", "show", "--folds", "2"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let said = fixture.run(&["split", "create", "s", "--folds", "2"]);
    assert_said!(said, @r"
        exit code 2
        --- stderr ---
        error: the following required arguments were not provided:
          --cohort <COHORT>

        Usage: mammodex split create --cohort <COHORT> <--ratios <PART=SHARE,…>|--counts <PART=COUNT,…>|--folds <K>|--extend <SPLIT>> <NAME>

        For more information, try '--help'.
        ");
}

#[test]
fn a_column_with_a_value_per_patient_is_no_stratum() {
    let fixture =
        Fixture::with("INSERT INTO patients (case_id) SELECT 'X' || range FROM range(10001)");
    fixture.done(&["cohort", "create", "all", "--where", "true"]);
    let said = fixture.run(&split("s", &["--stratify", "case_id"]));
    assert!(
        said.code == 2 && said.err.contains("values, more than 10000; give a band"),
        "{}",
        said.err
    );
}

#[test]
fn a_split_of_an_earlier_version_still_counts() {
    let fixture = fixture();
    fixture.done(&split("s", &["--stratify", "diagnosis"]));
    let folder = fixture.catalog().join("splits");
    let text = std::fs::read_to_string(folder.join("s.toml")).unwrap();
    let old = folder.join("old.parquet");
    let sql = "SELECT case_id, split, stratum FROM splits.s ORDER BY 1";
    fixture.done(&["query", sql, "-o", "old.parquet"]);
    std::fs::rename(fixture.catalog().parent().unwrap().join("old.parquet"), &old).unwrap();
    let sum = mammodex::disk::sha256_of_file(&old).unwrap();
    let line = |line: &str| -> Option<String> {
        match line.split(" = ").next().unwrap_or_default() {
            _ if line.starts_with('#') => None,
            "name" if line == "name = \"s\"" => Some("name = \"old\"".to_owned()),
            "sha256" => Some(format!("sha256 = \"{sum}\"")),
            "method" | "unit" => None,
            _ => Some(line.to_owned()),
        }
    };
    // The first version knew no steps either.
    let text: String = text.lines().filter_map(line).map(|line| line + "\n").collect();
    let cut = text.find("[[step]]").map(|at| (at, text[at..].find("[[part]]").unwrap() + at));
    let text = cut.map_or(text.clone(), |(from, to)| format!("{}{}", &text[..from], &text[to..]));
    std::fs::write(folder.join("old.toml"), text).unwrap();
    let said = fixture.run(&["split", "check", "old"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    fixture.done(&["split", "create", "more", "--cohort", "all", "--extend", "old"]);
    let moved = "SELECT count(*) FROM splits.old JOIN splits.more USING (case_id) WHERE old.split = more.split";
    assert_eq!(number(&fixture, moved), 60.0);
}

#[test]
fn a_plan_that_cannot_be_is_refused() {
    let fixture = fixture();
    fixture.done(&["cohort", "create", "none", "--where", "false"]);
    let ratios =
        |text: &'static str| vec!["split", "create", "s", "--cohort", "all", "--ratios", text];
    let matched = |text: &'static str| {
        split("s", &["--match", text, "--cases", "malignant", "--controls", "normal"])
    };
    for (arguments, text) in [
        (ratios("a=0.5,b=0.6"), "must sum to 1, such as train=0.7,test=0.3; these sum to 1.1"),
        (ratios("a=0.5,a=0.5"), "\"a\" is named twice"),
        (ratios("a=0.5,=0.5"), "is not NAME=RATIO"),
        (ratios("a=1,b=0"), "is not NAME=RATIO"),
        (ratios("a=-1,b=2"), "is not NAME=RATIO"),
        (ratios("a=1e0"), "is not NAME=RATIO"),
        (vec!["split", "create", "s", "--cohort", "all", "--counts", "a=0"], "is not NAME=COUNT"),
        (vec!["split", "create", "s", "--cohort", "all", "--folds", "1"], "from 2 to 1000, not 1"),
        (vec!["split", "create", "s", "--cohort", "all"], "required arguments"),
        (split("s", &["--folds", "2"]), "cannot be used with"),
        (split("s", &["--stratify", "nothing"]), "patients has no column \"nothing\""),
        (split("s", &["--stratify", "age"]), "did you mean age_years?"),
        (split("s", &["--stratify", "vendor,vendor"]), "is named twice"),
        (split("s", &["--stratify", "vendor:10"]), "vendor is not a number"),
        (split("s", &["--stratify", "age_years:0"]), "\"0\" is not a band width"),
        (split("s", &["--stratify", "vendor", "--temporal", "study_date"]), "cannot be used with"),
        (split("s", &["--temporal", "age_years"]), "age_years is not a date"),
        (split("s", &["--temporal", "when"]), "neither patients nor images"),
        (split("s", &["--hold-out", "vendor"]), "is not COLUMN=VALUE"),
        (split("s", &["--hold-out", "vendor=Fuji"]), "values: GE, HOLOGIC, SIEMENS"),
        (split("s", &["--hold-out", "vendor=GE", "--hold-out-as", "test"]), "part with a share"),
        (split("s", &["--balance", "diagnosis=1:1"]), "2 proportions for 3 values"),
        (
            split("s", &["--balance", "diagnosis=normal:1,sick:1"]),
            "no patient has diagnosis = \"sick\"",
        ),
        (split("s", &["--balance", "diagnosis"]), "neither COLUMN=1:1:1"),
        (split("s", &["--match", "vendor"]), "--cases"),
        (matched("vendor±2"), "vendor is not a number"),
        (matched("age_years±x"), "is not a difference"),
        (matched("age_years,age_years"), "is named twice"),
        (
            split("s", &["--match", "vendor", "--cases", "ill", "--controls", "normal"]),
            "no patient has diagnosis = \"ill\"",
        ),
        (split("../s", &[]), "is not a valid name"),
        (
            vec!["split", "create", "s", "--cohort", "nobody", "--ratios", "a=1"],
            "there is no cohort nobody; there are: all, none",
        ),
        (
            vec!["split", "create", "s", "--cohort", "none", "--ratios", "a=1"],
            "no patients to split",
        ),
    ] {
        let said = fixture.run(&arguments);
        assert_eq!(said.code, 2, "{arguments:?}");
        assert!(said.err.contains(text), "{arguments:?}: {}", said.err);
        assert!(!fixture.catalog().join("splits/s.toml").exists(), "{arguments:?}");
    }
    fixture.done(&split("s", &[]));
    let said = fixture.run(&split("s", &[]));
    assert_said!(said, @r"
        exit code 2
        --- stderr ---
        mammodex: there is a split s already; --force replaces it
        ");
    fixture.done(&split("s", &["--force"]));
}
