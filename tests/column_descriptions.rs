//! What the dictionary says of columns, in the metadata of Parquet files.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use mammodex::results::ColumnDescriptions;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::fixture::{Fixture, python};
use crate::sample_data::SampleDataSet;

fn metadata(path: &Path) -> HashMap<String, HashMap<String, String>> {
    let file = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let fields = file.schema().fields().iter();
    fields.map(|field| (field.name().clone(), field.metadata().clone())).collect()
}

#[test]
fn tables_carry_the_dictionary_in_both_languages() {
    let set = SampleDataSet::new(5);
    set.index("catalog", &[]);
    for table in mammodex::tables::spec::all() {
        let path = set.catalog("catalog").join(format!("current/{}.parquet", table.name));
        let Ok(file) = File::open(&path) else { continue };
        let described = metadata(&path);
        for column in &table.columns {
            let found = &described[&column.name];
            assert_eq!(found.get("description"), Some(&column.description), "{}", column.name);
            assert_eq!(found.get("description_ko"), Some(&column.description_ko));
            assert_eq!(found.get("source"), Some(&column.source));
            assert_eq!(found.get("unit"), column.unit.as_ref(), "{}", column.name);
            assert_eq!(found.get("null_means"), column.null.as_ref(), "{}", column.name);
        }
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let notes = reader.metadata().file_metadata().key_value_metadata().unwrap();
        let note = notes.iter().find(|note| note.key == "mammodex.description_ko").unwrap();
        assert_eq!(note.value.as_ref(), Some(&table.description_ko));
    }
    let program = "import pyarrow.parquet as pq\n\
        field = pq.read_schema('catalog/current/patients.parquet').field('age_years')\n\
        assert field.metadata[b'description_ko'].decode() == '검사 당시 나이.', field.metadata\n\
        assert field.metadata[b'unit'] == b'year'\n";
    let out = python().args(["-c", program]).current_dir(set.dir.path()).output();
    let err = out.map(|out| String::from_utf8_lossy(&out.stderr).into_owned()).unwrap_or_default();
    assert!(err.is_empty() || err.contains("ModuleNotFoundError"), "{err}");
}

#[test]
fn results_keep_the_descriptions_of_unchanged_columns() {
    let fixture = Fixture::new();
    let written = |sql: &str| {
        fixture.done(&["query", sql, "-o", "r.parquet", "--force"]);
        metadata(&fixture.dir.path().join("r.parquet"))
    };
    let whole = written("FROM cases");
    assert_eq!(whole["age_years"]["description"], "Age at examination.");
    assert_eq!(whole["age_years"]["unit"], "year");
    assert_eq!(whole.values().filter(|metadata| metadata.is_empty()).count(), 0);
    let some = written("SELECT case_id, tumor_size_cm * 10 AS tumor_size_mm FROM patients");
    assert_eq!(some["case_id"]["description"], "The case, such as Cancer_00001.");
    assert!(some["tumor_size_mm"].is_empty());
}

/// A query, its described columns as `NAME=unit` and its others.
const QUERIES: &[(&str, &[&str], &[&str])] = &[
    ("from Patients", &["age_years", "case_id"], &["path"]),
    ("SELECT AGE_years FROM patients ORDER BY 1", &["age_years"], &["case_id"]),
    (
        "SELECT p.age_years AS age, case_id c FROM patients p",
        &["age"],
        &["c", "age_years", "case_id"],
    ),
    ("SELECT max(age_years) AS age_years FROM patients", &[], &["age_years"]),
    (
        "SELECT max(age_years) age_years, case_id FROM patients GROUP BY ALL",
        &["case_id"],
        &["age_years"],
    ),
    ("SELECT count(*) AS n, vendor FROM patients GROUP BY vendor", &["vendor"], &["n"]),
    ("SELECT *, 1 AS age_years FROM patients", &["case_id"], &["age_years"]),
    ("SELECT * REPLACE (1 AS age_years) FROM patients", &[], &["age_years", "case_id"]),
    ("SELECT * EXCLUDE (age_years) FROM patients", &[], &["case_id"]),
    (
        "FROM patients SELECT age_years WHERE diagnosis = 'benign' LIMIT 3",
        &["age_years"],
        &["case_id"],
    ),
    (
        "SELECT path, age_years FROM images JOIN patients USING (case_id)",
        &["path", "age_years"],
        &[],
    ),
    (
        "SELECT i.*, p.t_stage FROM images AS i LEFT JOIN patients AS p USING (case_id)",
        &["path", "t_stage"],
        &["n_stage"],
    ),
    ("FROM patients SEMI JOIN cohorts.late USING (case_id)", &["age_years"], &[]),
    ("SELECT DISTINCT vendor FROM patients", &["vendor"], &[]),
    ("FROM (SELECT 1 AS age_years)", &[], &["age_years"]),
    ("FROM (SELECT 1 AS age_years) AS patients", &[], &["age_years"]),
    ("FROM patients, (SELECT 1 AS n)", &[], &["age_years"]),
    ("WITH patients AS (SELECT 1 AS age_years) FROM patients", &[], &["age_years"]),
    ("SELECT age_years FROM patients UNION ALL SELECT 1", &[], &["age_years"]),
    ("FROM t_at_least('2')", &[], &["case_id"]),
    ("FROM 'patients.parquet'", &[], &["age_years"]),
    ("SELECT age_years::VARCHAR AS age_years FROM patients", &[], &["age_years"]),
    ("SELECT 'x' AS case_id, \"age_years\" FROM patients", &["age_years"], &["case_id"]),
    ("SELECT 1", &[], &["1"]),
    ("SUMMARIZE patients", &[], &["min"]),
    ("", &[], &["age_years"]),
];

#[test]
fn only_columns_of_tables_and_views_are_described() {
    for (sql, described, others) in QUERIES {
        let columns = ColumnDescriptions::of_query(sql);
        for name in *described {
            assert!(columns.of(name).is_some(), "{sql}: {name}");
        }
        for name in *others {
            assert!(columns.of(name).is_none(), "{sql}: {name}");
        }
    }
}
