//! The views and macros of `schema/`: what their heads claim holds on data.

use std::path::Path;

use mammodex::catalog::Catalog;
use mammodex::cohort::{CohortFilter, MemberUnit, StepKind, compile};
use mammodex::records::birads;
use mammodex::schema;
use mammodex::schema::ParquetHead;
use mammodex::tables::relation;
use mammodex::tables::spec;

use crate::fixture::{Fixture, python, run_in};

/// A synthetic data set, indexed.
fn sample(dir: &Path, flaws: bool) -> Catalog {
    let binary = |arguments: &[&str]| {
        let said = run_in(dir, arguments, "");
        assert_ne!(said.code, 2, "{}", said.err);
    };
    let mut arguments = vec!["sample", "data", "--patients", "90", "--pixels", "none"];
    arguments.extend(flaws.then_some("--flaws"));
    binary(&arguments);
    binary(&["index", "data"]);
    Catalog::open(&dir.join("catalog"), None).unwrap()
}

/// Conditions that hold of every catalog: each query counts the rows that break one.
const CLAIMS: &[(&str, &str)] = &[
    ("cases has a row per patient", "FROM patients ANTI JOIN cases USING (case_id)"),
    ("and no other", "FROM cases ANTI JOIN patients USING (case_id)"),
    (
        "four views are those that are not missing",
        "FROM cases WHERE has_four_views <> (len(missing_views) = 0)",
    ),
    ("standard images are images", "FROM cases WHERE standard_images > image_count"),
    ("a drawn view has a contour", "FROM cases WHERE len(drawn_views) > lesion_count"),
    (
        "age lies in its band",
        "FROM cases WHERE age_years NOT BETWEEN split_part(age_band, '-', 1)::INT AND split_part(age_band, '-', 2)::INT",
    ),
    ("no band without an age", "FROM cases WHERE (age_years IS NULL) <> (age_band IS NULL)"),
    (
        "invasive or not where the type is known",
        "FROM cases WHERE (icdo3 IS NULL) <> (is_invasive IS NULL)",
    ),
    (
        "findings are those of issues",
        "SELECT 1 FROM (SELECT sum(error_count) AS n FROM cases) WHERE n <> (SELECT count(*) FROM issues JOIN patients USING (case_id) WHERE severity = 'error')",
    ),
    (
        "readings has a row per breast",
        "FROM breasts ANTI JOIN readings USING (case_id, laterality)",
    ),
    ("and no other", "FROM readings ANTI JOIN breasts USING (case_id, laterality)"),
    (
        "0 has no rank, all others have one",
        "FROM readings WHERE (birads > 0) <> (birads_rank IS NOT NULL) AND birads IS NOT NULL",
    ),
    (
        "malignant says so twice",
        "FROM readings WHERE (outcome = 'malignant') <> is_malignant AND outcome IS NOT NULL AND is_malignant IS NOT NULL",
    ),
    (
        "no outcome of a breast that nothing is said of",
        "FROM readings WHERE outcome IS NOT NULL AND is_malignant IS NULL",
    ),
    (
        "a normal or benign case has no malignant breast",
        "FROM readings WHERE diagnosis IN ('normal', 'benign') AND is_malignant",
    ),
    ("sizes are of breasts", "FROM lesion_sizes ANTI JOIN breasts USING (case_id, laterality)"),
    (
        "a clinical size belongs to one side",
        "FROM lesion_sizes WHERE clinical_size_cm IS NOT NULL GROUP BY case_id HAVING count(*) > 1",
    ),
    (
        "and is that of the patient",
        "FROM lesion_sizes AS s JOIN patients AS p USING (case_id) WHERE s.clinical_size_cm <> p.tumor_size_cm",
    ),
    (
        "no contour is longer than the measured one",
        "FROM lesion_sizes AS s JOIN lesions AS l USING (case_id, laterality) WHERE l.max_diameter_mm > s.measured_mm AND NOT l.superseded AND NOT l.is_duplicate AND l.discarded IS NOT true AND l.label IS DISTINCT FROM 'benign'",
    ),
    (
        "ratio and difference agree",
        "FROM lesion_sizes WHERE abs(difference_mm - clinical_size_mm * (ratio - 1)) > 1e-9",
    ),
    (
        "equipment counts every image once",
        "SELECT 1 FROM (SELECT sum(images) AS n FROM equipment) WHERE n IS DISTINCT FROM (SELECT count(*) FROM images)",
    ),
    (
        "groups are patients",
        "FROM equipment WHERE normal + benign + malignant > patients OR patients > images",
    ),
    ("a share is a share", "FROM completeness WHERE share NOT BETWEEN 0 AND 1 OR filled > rows"),
    (
        "every row of patients counts",
        "FROM completeness WHERE table_name = 'patients' GROUP BY column_name HAVING sum(rows) <> (SELECT count(*) FROM patients)",
    ),
    (
        "every row of images counts",
        "FROM completeness WHERE table_name = 'images' GROUP BY column_name HAVING sum(rows) <> (SELECT count(*) FROM images)",
    ),
    (
        "keys are always filled",
        "FROM completeness WHERE column_name IN ('path', 'annotation_path') AND share < 1",
    ),
];

fn hold(catalog: &Catalog) {
    for (claim, sql) in CLAIMS {
        let broken = catalog.texts(&format!("SELECT count(*) FROM ({})", select(sql))).unwrap();
        assert_eq!(broken[0][0].as_deref(), Some("0"), "{claim}: {sql}");
    }
    for view in relation::views() {
        let key = view.key.join(", ");
        let sql = format!("SELECT {key} FROM {} GROUP BY ALL HAVING count(*) > 1", view.name);
        assert!(catalog.texts(&sql).unwrap().is_empty(), "{}: {key} stands twice", view.name);
        let rows = catalog.count(&format!("SELECT count(*) FROM {}", view.name)).unwrap();
        // Clean data have no errors, few doubts and one reader each, and nothing was reviewed.
        const EMPTY: [&str; 7] = [
            "latest_verdicts",
            "image_errors",
            "reader_agreement",
            "contour_doubts",
            "review_agreement",
            "review_disagreements",
            "reviews",
        ];
        assert!(rows > 0 || EMPTY.contains(&view.name), "{} is empty", view.name);
    }
}

/// `FROM … GROUP BY` needs a list of columns.
fn select(sql: &str) -> String {
    if sql.starts_with("FROM") { format!("SELECT 1 {sql}") } else { sql.to_owned() }
}

#[test]
fn the_claims_of_the_views_hold_on_clean_data() {
    let dir = tempfile::tempdir().unwrap();
    hold(&sample(dir.path(), false));
}

#[test]
fn the_claims_of_the_views_hold_on_data_with_faults() {
    let dir = tempfile::tempdir().unwrap();
    hold(&sample(dir.path(), true));
}

#[test]
fn views_describe_the_columns_that_they_have() {
    let fixture = Fixture::new();
    let catalog = Catalog::open(&fixture.catalog(), None).unwrap();
    for view in relation::views() {
        let described: Vec<&str> = view.columns.iter().map(|column| column.name).collect();
        assert_eq!(catalog.columns(view.name).unwrap(), described, "{}", view.name);
        assert!(view.grain.starts_with("One row per "), "{}", view.name);
        for column in &view.columns {
            let (name, text) = (column.name, column.description);
            assert!(text.ends_with('.'), "{}.{name}: {text}", view.name);
            for (suffix, unit) in [("_mm", "mm"), ("_cm", "cm"), ("_years", "year"), ("_kv", "kV")]
            {
                let fits = !name.ends_with(suffix) || column.unit == Some(unit);
                assert!(fits, "{}.{name}: unit {:?}", view.name, column.unit);
            }
        }
        for key in &view.key {
            assert!(described.contains(key), "{}: {key}", view.name);
        }
    }
}

/// Every relation and macro that a file uses stands in its `depends`, and nothing else.
#[test]
fn files_name_what_they_depend_on() {
    let tables: Vec<&str> = spec::all().iter().map(|table| table.name.as_str()).collect();
    let views: Vec<&str> = relation::views().iter().map(|view| view.name).collect();
    let macros: Vec<&str> = relation::macros().iter().map(|function| function.name).collect();
    for (name, text) in schema::VIEWS.iter().chain(schema::MACROS) {
        let head = ParquetHead::read(text);
        let words: Vec<&str> =
            head.sql.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let after = |word: &str, before: &[&str]| {
            words.windows(2).any(|pair| {
                before.contains(&pair[0].trim())
                    && pair[1].trim_end_matches(|c: char| !c.is_alphanumeric()) == word
            })
        };
        let called = |word: &str| head.sql.contains(&format!("{word}("));
        let mut used: Vec<&str> = Vec::new();
        used.extend(tables.iter().chain(&views).filter(|t| after(t, &["FROM", "JOIN"])));
        used.extend(macros.iter().filter(|m| *m != name && called(m)));
        let mut said: Vec<&str> = head.names("depends").collect();
        used.sort_unstable();
        said.sort_unstable();
        assert_eq!(said, used, "{name}");
    }
}

#[test]
fn every_macro_shows_an_example_that_runs() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = sample(dir.path(), false);
    for function in relation::macros() {
        let rows = catalog.texts(function.example);
        assert!(rows.is_ok_and(|rows| !rows.is_empty()), "{}: {}", function.name, function.example);
        assert!(function.example.contains(function.name), "{}", function.name);
        assert!(function.usage.contains(function.name), "{}", function.name);
    }
}

/// One patient for every code of T, N and BI-RADS that the tables can hold.
const CODES: &str = "DELETE FROM images; DELETE FROM patients;
INSERT INTO patients BY NAME
SELECT 'T_' || t AS case_id, nullif('T' || t, 'Tnone') AS t_stage_code,
       CASE WHEN t IN ('0', 'is', 'is(DCIS)', 'is(Paget)') THEN 0 ELSE try_cast(t[1] AS SMALLINT) END AS t_stage
FROM unnest(['X', '0', 'is', 'is(DCIS)', 'is(Paget)', '1', '1mi', '1a', '1b', '1c', '2', '3', '4', '4a', '4b', '4c', '4d', 'none']) AS codes(t);
INSERT INTO patients BY NAME
SELECT 'N_' || n AS case_id, 'N' || n AS n_stage_code, try_cast(n[1] AS SMALLINT) AS n_stage
FROM unnest(['X', '0', '0(i-)', '0(i+)', '0(mol-)', '0(mol+)', '1', '1mi', '1a', '1b', '1c', '2', '2a', '2b', '3', '3a', '3b', '3c']) AS codes(n);
INSERT INTO patients BY NAME
SELECT 'B_' || b AS case_id, b AS birads_max_code, b[1]::SMALLINT AS birads_max
FROM unnest(['0', '1', '2', '3', '4', '4A', '4B', '4C', '5', '6']) AS codes(b);";

/// `cohort create` and the macros know one order, whichever code is asked.
#[test]
fn macros_and_cohort_filters_agree_on_every_code() {
    let fixture = Fixture::with(CODES);
    let catalog = Catalog::open(&fixture.catalog(), None).unwrap();
    let members = |sql: &str| -> Vec<String> {
        let rows = catalog.texts(&format!("SELECT case_id FROM ({sql}) ORDER BY 1")).unwrap();
        rows.into_iter().map(|mut row| row.pop().flatten().unwrap()).collect()
    };
    let t = ["0", "is", "1", "1mi", "1a", "1b", "1c", "2", "3", "4", "4a", "4b", "4c", "4d"];
    let n = [
        "0", "0(i+)", "0(mol+)", "1", "1mi", "1a", "1b", "1c", "2", "2a", "2b", "3", "3a", "3b",
        "3c",
    ];
    let b = ["0", "1", "2", "3", "4", "4A", "4B", "4C", "5", "6"];
    let scales: [(&str, &str, &[&str], &str); 3] = [
        ("t_at_least", "t_stage_code", &t, "t-stage"),
        ("n_at_least", "n_stage_code", &n, "n-stage"),
        ("birads_at_least", "birads_max_code", &b, "birads"),
    ];
    for (function, column, codes, option) in scales {
        let kind = StepKind::find(option).unwrap();
        for code in codes {
            let filter = CohortFilter { kind, text: format!(">={code}") };
            let wanted = compile(&catalog, MemberUnit::Patient, &[filter]).unwrap().members();
            let wanted = members(&wanted);
            let sql = format!("SELECT case_id FROM patients WHERE {function}({column}, '{code}')");
            assert_eq!(members(&sql), wanted, "{function} {code}");
            let capitals = code.to_uppercase();
            assert_eq!(members(&format!("FROM {function}('{capitals}')")), wanted, "{code}");
        }
        let unknown = catalog.texts(&format!("FROM {function}('9')")).unwrap_err().to_string();
        assert!(unknown.contains(&format!("{function}: 9 is not a")), "{unknown}");
    }
    // What is not known is neither at least nor below.
    let sql = "SELECT case_id FROM patients WHERE NOT t_at_least(t_stage_code, '1')";
    assert_eq!(members(sql), ["T_0", "T_is", "T_is(DCIS)", "T_is(Paget)"]);
    let sql = "SELECT case_id FROM patients WHERE NOT birads_at_least(birads_max_code, '3')";
    assert_eq!(members(sql), ["B_1", "B_2"]);
}

#[test]
fn the_order_of_birads_is_that_of_the_records() {
    let fixture = Fixture::with(CODES);
    let out = fixture.done(&[
        "query",
        "--format",
        "csv",
        "SELECT birads_max_code, birads_rank(birads_max_code) FROM patients WHERE birads_max_code IS NOT NULL",
    ]);
    for line in out.lines().skip(1) {
        let (code, rank) = line.split_once(',').unwrap();
        let reading = birads::parse(code);
        let value = reading.value().unwrap();
        assert_eq!(value.rank().map_or(String::new(), |r| r.to_string()), rank, "{code}");
    }
    assert_eq!(out.lines().count(), 11);
}

#[test]
fn invasive_is_what_the_vocabulary_says_of_every_type() {
    let fixture = Fixture::new();
    let catalog = Catalog::open(&fixture.catalog(), None).unwrap();
    let mut groups: std::collections::BTreeMap<String, Vec<String>> = Default::default();
    for (stem, text) in schema::VOCABULARY.iter().filter(|(stem, _)| stem.starts_with("histology"))
    {
        if *stem == "histology_words" {
            continue;
        }
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
        let headers = reader.headers().unwrap().clone();
        let at = |name: &str| headers.iter().position(|header| header == name).unwrap();
        for row in reader.records().map(Result::unwrap) {
            groups
                .entry(row[at("group")].to_owned())
                .or_default()
                .push(row[at("icdo3")].to_owned());
        }
    }
    assert!(groups.len() > 20);
    let ask =
        |kind: &str| catalog.texts(&format!("SELECT is_invasive('{kind}')")).unwrap()[0][0].clone();
    for (group, codes) in groups {
        let behaviours: std::collections::BTreeSet<bool> =
            codes.iter().map(|code| code.ends_with("/3")).collect();
        let wanted = match behaviours.len() {
            1 => behaviours.first().map(ToString::to_string),
            _ => None,
        };
        assert_eq!(ask(&group), wanted, "{group}");
        for code in codes {
            assert_eq!(ask(&code), Some(code.ends_with("/3").to_string()), "{code}");
        }
    }
    assert_eq!(ask("a word that stands nowhere"), None);
}

#[test]
fn figures_are_those_of_the_literature() {
    let fixture = Fixture::new();
    // Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3.
    let sql = "SELECT k, n, round(wilson_interval(k, n).low, 4) AS low, round(wilson_interval(k, n).high, 4) AS high
               FROM (VALUES (81, 263), (15, 148), (0, 20), (1, 29), (20, 20), (0, 0)) AS cases(k, n)";
    insta::assert_snapshot!(fixture.done(&["query", "--format", "csv", sql]), @r"
    k,n,low,high
    81,263,0.2553,0.3662
    15,148,0.0624,0.1605
    0,20,0.0,0.1611
    1,29,0.0061,0.1718
    20,20,0.8389,1.0
    0,0,,
    ");
}

#[test]
fn ages_fall_into_bands() {
    let fixture = Fixture::new();
    let band = |call: &str| fixture.done(&["query", "--format", "csv", &format!("SELECT {call}")]);
    let said = |call: &str| band(call).lines().nth(1).unwrap_or_default().to_owned();
    for (call, wanted) in [
        ("age_band(52, 5)", "50-54"),
        ("age_band(54, 5)", "50-54"),
        ("age_band(55, 5)", "55-59"),
        ("age_band(49.9, 10)", "40-49"),
        ("age_band(0, 10)", "0-9"),
        ("age_band(7, 1)", "7-7"),
        ("age_band(NULL, 5)", ""),
    ] {
        assert_eq!(said(call), wanted, "{call}");
    }
    for width in ["0", "-5", "2.5"] {
        let bad =
            fixture.run(&["query", &format!("SELECT age_band(age_years, {width}) FROM patients")]);
        assert!(
            bad.err.contains("age_band: a band is one or more whole years wide"),
            "{}",
            bad.err
        );
    }
}

/// Three patients whose rows can be worked out by hand.
const HAND: &str = "DELETE FROM images; DELETE FROM patients;
INSERT INTO patients BY NAME FROM (VALUES
  ('A', 'malignant', 'R', 2.0, 4, ['RCC', 'RMLO']), ('B', 'malignant', 'B', 3.0, 0, []),
  ('C', 'normal', NULL, NULL, 1, ['LCC']))
  AS t(case_id, diagnosis, tumor_side, tumor_size_cm, image_count, views);
UPDATE patients SET has_four_views = false, annotation_count = 0, lesion_count = 0, readers = [], age_years = 52;
INSERT INTO breasts BY NAME FROM (VALUES
  ('A', 'L', 'malignant', false, 2, '2'), ('A', 'R', 'malignant', true, 5, '5'),
  ('B', 'L', 'malignant', true, 4, '4A'), ('B', 'R', 'malignant', true, 6, '6'),
  ('C', 'L', 'normal', NULL, 4, '4'), ('C', 'R', 'normal', NULL, 0, '0'))
  AS t(case_id, laterality, diagnosis, has_tumor, birads, birads_code);
INSERT INTO lesions BY NAME FROM (VALUES
  ('A', 'R', 'RCC', 'x', 'cancer', 18.0, false, false, false), ('A', 'R', 'RMLO', 'x', 'cancer', 24.0, false, false, false),
  ('A', 'R', 'RMLO', 'old', 'cancer', 90.0, true, false, false), ('A', 'R', 'RMLO', 'x', 'cancer', 91.0, false, true, false),
  ('A', 'R', 'RMLO', 'y', 'cancer', 92.0, false, false, true), ('A', 'R', 'RMLO', 'x', 'benign', 93.0, false, false, false))
  AS t(case_id, laterality, view, reader, label, max_diameter_mm, superseded, is_duplicate, discarded);
INSERT INTO images BY NAME SELECT case_id, path, view, is_standard_view, vendor, model_family, model, study_date FROM (VALUES
  ('A', 'a1', 'RCC', true, 'GE', 'DS', 'DS 1', DATE '2015-02-01'), ('A', 'a2', 'RMLO', true, 'GE', 'DS', 'DS 2', DATE '2015-02-01'),
  ('C', 'c1', 'LCC', false, 'GE', 'DS', 'DS 1', DATE '2016-02-01'), (NULL, 'n', NULL, false, NULL, NULL, NULL, NULL))
  AS t(case_id, path, view, is_standard_view, vendor, model_family, model, study_date);";

#[test]
fn views_answer_what_can_be_worked_out_by_hand() {
    let fixture = Fixture::with(HAND);
    let ask = |sql: &str| fixture.done(&["query", "--format", "csv", sql]);
    insta::assert_snapshot!(ask("SELECT case_id, laterality, birads_rank, is_malignant, outcome, study_year, lesions FROM readings ORDER BY 1, 2"), @r"
    case_id,laterality,birads_rank,is_malignant,outcome,study_year,lesions
    A,L,2,false,,2015,0
    A,R,8,true,malignant,2015,3
    B,L,5,true,malignant,,0
    B,R,9,true,malignant,,0
    C,L,4,false,normal,2016,0
    C,R,,false,normal,2016,0
    ");
    // B has tumours on both sides: the one size is of neither alone.
    insta::assert_snapshot!(ask("SELECT case_id, laterality, clinical_size_mm, measured_mm, measured_view, measured_reader, contours, difference_mm, ratio FROM lesion_sizes ORDER BY 1, 2"), @r"
    case_id,laterality,clinical_size_mm,measured_mm,measured_view,measured_reader,contours,difference_mm,ratio
    A,R,20.0,24.0,RMLO,x,2,4.0,1.2
    B,L,,,,,0,,
    B,R,,,,,0,,
    ");
    insta::assert_snapshot!(ask("SELECT case_id, age_band, study_date, missing_views, standard_images, device_count, is_annotated, drawn_views, largest_mm FROM cases ORDER BY 1"), @r#"
    case_id,age_band,study_date,missing_views,standard_images,device_count,is_annotated,drawn_views,largest_mm
    A,50-59,2015-02-01,"[LCC, LMLO]",2,1,false,"[RCC, RMLO]",93.0
    B,50-59,,"[LCC, LMLO, RCC, RMLO]",0,0,false,[],
    C,50-59,2016-02-01,"[LMLO, RCC, RMLO]",0,1,false,[],
    "#);
    insta::assert_snapshot!(ask("SELECT vendor, model_family, year, images, patients, normal, malignant, models FROM equipment ORDER BY ALL"), @r#"
    vendor,model_family,year,images,patients,normal,malignant,models
    GE,DS,2015,2,1,0,1,"[DS 1, DS 2]"
    GE,DS,2016,1,1,1,0,[DS 1]
    ,,,1,0,0,0,[]
    "#);
    insta::assert_snapshot!(ask("SELECT * FROM completeness WHERE column_name IN ('tumor_side', 'study_date') ORDER BY ALL"), @r"
    table_name,column_name,diagnosis,rows,filled,share
    images,study_date,malignant,2,2,1.0
    images,study_date,normal,1,1,1.0
    images,study_date,,1,0,0.0
    patients,tumor_side,malignant,2,2,1.0
    patients,tumor_side,normal,1,0,0.0
    ");
}

#[test]
fn accuracy_counts_breasts_with_a_category_and_an_outcome() {
    let fixture = Fixture::with(HAND);
    let ask = |sql: &str| fixture.done(&["query", "--format", "csv", sql]);
    // Counted are A left 2 and right 5, B left 4A, C left 4; 6 and 0 are set aside. A plain 4 is not 4A.
    insta::assert_snapshot!(ask("SELECT measure, k, n, value FROM diagnostic_accuracy('4A')"), @r"
    measure,k,n,value
    sensitivity,2,2,1.0
    specificity,2,2,1.0
    positive predictive value,2,2,1.0
    negative predictive value,2,2,1.0
    ");
    insta::assert_snapshot!(ask("SELECT measure, k, n, value FROM diagnostic_accuracy('4')"), @r"
    measure,k,n,value
    sensitivity,2,2,1.0
    specificity,1,2,0.5
    positive predictive value,2,3,0.6666666666666666
    negative predictive value,1,1,1.0
    ");
    // Rows with a null on either side are set aside.
    let table = "(VALUES (true, true), (true, true), (true, false), (false, true), (false, false), (false, false), (false, false), (NULL, true), (true, NULL)) AS t(c, d)";
    insta::assert_snapshot!(ask(&format!("SELECT sensitivity(c, d) AS se, specificity(c, d) AS sp, positive_predictive_value(c, d) AS ppv, negative_predictive_value(c, d) AS npv FROM {table}")), @r"
    se,sp,ppv,npv
    0.6666666666666666,0.75,0.6666666666666666,0.75
    ");
    assert_eq!(ask(&format!("SELECT sensitivity(c, d) AS se FROM {table} WHERE false")), "se\n\n");
}

/// The predictive value per maker, worked out by pandas from the Parquet files alone.
const PANDAS: &str = r#"
import pandas as pd, sys
read = lambda t: pd.read_parquet(f"{sys.argv[1]}/{t}.parquet")
patients, breasts = read("patients"), read("breasts")
b = breasts.merge(patients[["case_id", "vendor", "tumor_side", "diagnosis"]], on="case_id", suffixes=("", "_case"))
here = (b.tumor_side == b.laterality) | (b.tumor_side == "B")
b["malignant"] = pd.Series(pd.NA, index=b.index, dtype="boolean")
b.loc[b.diagnosis.isin(["normal", "benign"]), "malignant"] = False
b.loc[b.tumor_side.notna(), "malignant"] = here[b.tumor_side.notna()]
order = {c: i for i, c in enumerate(["1", "2", "3", "4", "4A", "4B", "4C", "5", "6"])}
b["rank"] = b.birads_code.map(order)
called = b[b["rank"].notna() & b.malignant.notna() & (b["rank"] >= order["4A"])]
for vendor, part in called.groupby("vendor"):
    print(f"{vendor},{part.malignant.sum() / len(part):.6f}")
"#;

#[test]
fn predictive_values_are_those_of_pandas() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = sample(dir.path(), false);
    let tables = catalog.snapshot_dir().to_owned();
    let out: Result<_, _> = python().args(["-c", PANDAS]).arg(tables).output();
    let said = out.map(|out| (out.status.success(), out));
    let Ok((true, out)) = said else {
        eprintln!("skipped: no Python with pandas and pyarrow ({said:?})");
        return;
    };
    let sql = "SELECT vendor, format('{:.6f}', positive_predictive_value(birads_at_least(birads_code, '4A'), is_malignant))
               FROM readings GROUP BY 1 HAVING count(*) FILTER (birads_at_least(birads_code, '4A') AND is_malignant IS NOT NULL) > 0 ORDER BY 1";
    let own: Vec<String> = catalog
        .texts(sql)
        .unwrap()
        .into_iter()
        .map(|row| row.into_iter().flatten().collect::<Vec<_>>().join(","))
        .collect();
    assert!(own.len() > 1);
    assert_eq!(String::from_utf8(out.stdout).unwrap().lines().collect::<Vec<_>>(), own);
}
