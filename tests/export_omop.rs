//! `mammodex export omop`: the tables beside the lists of columns of the Common Data Model.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use duckdb::Connection;
use mammodex::export::{omop_columns, omop_tables};

use crate::fixture::{Fixture, Said, assert_said, run_in};
use crate::sample_data::SampleDataSet;

/// Days and sexes, which the fixture's headers lack.
const DATED: &str = "UPDATE images SET study_date = DATE '2015-03-02' + image_day, sex = 'F' \
    FROM (SELECT case_id AS dated, row_number() OVER (ORDER BY case_id)::INTEGER AS image_day \
          FROM patients) WHERE case_id = dated; \
    UPDATE images SET study_instance_uid = '1.2.' || image_count \
    FROM (SELECT case_id AS dated, row_number() OVER (ORDER BY case_id) AS image_count FROM patients) \
    WHERE case_id = dated; \
    UPDATE images SET series_instance_uid = study_instance_uid || '.' || view;";

fn export(fixture: &Fixture, rest: &[&str]) -> Said {
    fixture.run(&[&["export", "omop", "cdm"], rest].concat())
}

fn value(engine: &Connection, sql: &str) -> String {
    let sql = format!("SELECT coalesce(({sql})::VARCHAR, 'null')");
    engine.query_row(&sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// A DuckDB with the exported tables as views.
fn loaded(dir: &Path, ending: &str) -> Connection {
    let engine = Connection::open_in_memory().unwrap();
    for table in omop_tables() {
        let file = dir.join(format!("cdm/{table}.{ending}"));
        let sql = format!("CREATE VIEW {table} AS FROM '{}'", file.display());
        engine.execute_batch(&sql).unwrap();
    }
    engine
}

#[test]
fn tables_have_the_columns_of_the_model_in_their_order() {
    let fixture = Fixture::with(DATED);
    assert_said!(export(&fixture, &[]), @r"
        exit code 1
        --- stderr ---
        cdm: person 59, observation_period 59, visit_occurrence 59, procedure_occurrence 59, image_occurrence 236, condition_occurrence 24, measurement 24, image_feature 0, cdm_source 0
        cdm_source has no row: name a file of its values as --source
        excluded: 1 patient without an age or a study date: CDM 5.4 drops a person without a year of birth
        ");
    let engine = loaded(fixture.dir.path(), "parquet");
    for table in omop_tables() {
        let columns: Vec<_> = omop_columns().iter().filter(|c| c.table == table).collect();
        let expected = columns.iter().map(|c| format!("{} {}", c.name, c.sql_type()));
        let found = format!(
            "SELECT string_agg(column_name || ' ' || column_type, ', ') FROM (DESCRIBE {table})"
        );
        assert_eq!(value(&engine, &found), expected.collect::<Vec<_>>().join(", "), "{table}");
        for column in columns.iter().filter(|column| column.is_required()) {
            let nulls = format!("SELECT count(*) FROM {table} WHERE {} IS NULL", column.name);
            assert_eq!(value(&engine, &nulls), "0", "{table}.{}", column.name);
        }
        if table != "cdm_source" {
            let key = format!("SELECT count(*) - count(DISTINCT {table}_id) FROM {table}");
            assert_eq!(value(&engine, &key), "0", "{table}");
        }
    }
}

#[test]
fn rows_refer_to_each_other_and_say_what_the_catalog_says() {
    let set = SampleDataSet::new(40);
    set.index("catalog", &[]);
    let said = run_in(set.dir.path(), &["export", "omop", "cdm"], "");
    assert_said!(said, @r"
        exit code 0
        --- stderr ---
        cdm: person 40, observation_period 40, visit_occurrence 40, procedure_occurrence 40, image_occurrence 40, condition_occurrence 16, measurement 167, image_feature 52, cdm_source 0
        cdm_source has no row: name a file of its values as --source
        ");
    let engine = loaded(set.dir.path(), "parquet");
    for (table, column, target) in [
        ("procedure_occurrence", "person_id", "person"),
        ("condition_occurrence", "person_id", "person"),
        ("measurement", "person_id", "person"),
        ("image_occurrence", "person_id", "person"),
        ("image_occurrence", "procedure_occurrence_id", "procedure_occurrence"),
        ("image_feature", "image_occurrence_id", "image_occurrence"),
        ("observation_period", "person_id", "person"),
        ("visit_occurrence", "person_id", "person"),
        ("procedure_occurrence", "visit_occurrence_id", "visit_occurrence"),
        ("image_occurrence", "visit_occurrence_id", "visit_occurrence"),
        ("condition_occurrence", "visit_occurrence_id", "visit_occurrence"),
        ("measurement", "visit_occurrence_id", "visit_occurrence"),
    ] {
        let lost = format!(
            "SELECT count(*) FROM {table} WHERE {column} NOT IN (SELECT {target}_id FROM {target})"
        );
        assert_eq!(value(&engine, &lost), "0", "{table}.{column}");
    }
    let lost = "SELECT count(*) FROM image_feature WHERE image_feature_event_id NOT IN \
                (SELECT measurement_id FROM measurement)";
    assert_eq!(value(&engine, lost), "0");
    let expected = |sql: &str| {
        let out = run_in(set.dir.path(), &["query", "--format", "csv", sql], "").out;
        out.lines().nth(1).unwrap().trim_matches('"').to_owned()
    };
    for (ours, theirs) in [
        ("SELECT count(*) FROM patients", "SELECT count(*) FROM person"),
        (
            "SELECT count(DISTINCT series_instance_uid) FROM images",
            "SELECT count(*) FROM image_occurrence",
        ),
        (
            "SELECT count(DISTINCT (case_id, study_date)) FROM images",
            "SELECT count(*) FROM visit_occurrence WHERE visit_start_date = visit_end_date",
        ),
        (
            "SELECT sum(days) FROM (SELECT max(study_date) - min(study_date) + 1 AS days \
             FROM images GROUP BY case_id)",
            "SELECT sum(observation_period_end_date - observation_period_start_date + 1) \
             FROM observation_period",
        ),
        (
            "SELECT round(sum(tumor_size_cm), 3) FROM patients",
            "SELECT round(sum(value_as_number), 3) FROM measurement \
             WHERE measurement_source_value = 'tumor_size_cm' AND unit_concept_id = 8582",
        ),
        (
            "SELECT count(*) FROM patients WHERE diagnosis = 'malignant' AND icdo3 LIKE '%/3'",
            "SELECT count(*) FROM condition_occurrence WHERE condition_concept_id = 4112853",
        ),
        (
            "SELECT count(*) FROM lesions WHERE max_diameter_mm IS NOT NULL AND NOT superseded \
             AND NOT is_duplicate AND discarded IS NOT true",
            "SELECT count(DISTINCT image_finding_id) FROM image_feature",
        ),
    ] {
        assert_eq!(value(&engine, theirs), expected(ours), "{theirs}");
    }
}

#[test]
fn patients_without_a_year_of_birth_are_excluded_and_counted() {
    let fixture = Fixture::with(
        &(DATED.to_owned()
            + "UPDATE patients SET age_years = NULL WHERE case_id = 'Cancer_00003'; \
         UPDATE images SET study_date = NULL WHERE case_id = 'Normal_00001'; \
         UPDATE images SET series_instance_uid = NULL WHERE path = (SELECT min(path) FROM images)"),
    );
    let said = export(&fixture, &["--format", "csv"]);
    assert_said!(said, @r"
        exit code 1
        --- stderr ---
        cdm: person 57, observation_period 57, visit_occurrence 57, procedure_occurrence 57, image_occurrence 227, condition_occurrence 23, measurement 22, image_feature 0, cdm_source 0
        cdm_source has no row: name a file of its values as --source
        excluded: 3 patients without an age or a study date: CDM 5.4 drops a person without a year of birth
        excluded: 8 images of no exported patient
        excluded: 1 image without a study date or the UID of study or series
        ");
    let engine = loaded(fixture.dir.path(), "csv");
    let people =
        "SELECT count(*) FROM person WHERE person_source_value IN ('Cancer_00003', 'Normal_00001')";
    assert_eq!(value(&engine, people), "0");
    let again = export(&fixture, &[]);
    assert_eq!(again.code, 2, "{}", again.err);
    assert_eq!(fixture.run(&["export", "omop", "catalog/cdm"]).code, 2);
}

#[test]
fn visits_are_days_of_studies_in_their_order() {
    let fixture = Fixture::with(
        &(DATED.to_owned()
            + "UPDATE images SET study_date = study_date + 400, \
               study_instance_uid = study_instance_uid || '.9' \
               WHERE case_id = 'Cancer_00003' AND view = 'LCC'; \
               UPDATE images SET study_instance_uid = study_instance_uid || '.8' \
               WHERE case_id = 'Cancer_00003' AND view = 'RCC'; \
               UPDATE images SET series_instance_uid = study_instance_uid || '.' || view"),
    );
    export(&fixture, &[]);
    let engine = loaded(fixture.dir.path(), "parquet");
    let person = "(SELECT person_id FROM person WHERE person_source_value = 'Cancer_00003')";
    for (sql, expected) in [
        ("SELECT count(*) FROM procedure_occurrence WHERE person_id = ", "3"),
        (
            "SELECT count(DISTINCT visit_occurrence_id) FROM procedure_occurrence WHERE person_id = ",
            "2",
        ),
        (
            "SELECT count(*) FROM visit_occurrence AS v JOIN visit_occurrence AS earlier \
             ON v.preceding_visit_occurrence_id = earlier.visit_occurrence_id \
             AND v.visit_start_date - earlier.visit_start_date = 400 \
             AND v.person_id = earlier.person_id WHERE v.person_id = ",
            "1",
        ),
        (
            "SELECT observation_period_end_date - observation_period_start_date \
             FROM observation_period WHERE person_id = ",
            "400",
        ),
        (
            "SELECT count(*) FROM procedure_occurrence JOIN visit_occurrence AS v \
             USING (visit_occurrence_id) WHERE procedure_date = visit_start_date AND v.person_id = ",
            "3",
        ),
    ] {
        assert_eq!(value(&engine, &format!("{sql}{person}")), expected, "{sql}");
    }
    let others = "SELECT count(preceding_visit_occurrence_id) FROM visit_occurrence";
    assert_eq!(value(&engine, others), "1");
}

#[test]
fn a_file_describes_the_source() {
    let fixture = Fixture::with(DATED);
    let path = fixture.dir.path().join("source.toml");
    let whole = "cdm_source_name = \"Mammograms of O'Neil\"\ncdm_source_abbreviation = \"MG\"\n\
                 cdm_holder = \"Hospital\"\ncdm_release_date = 2026-03-31\n\
                 vocabulary_version = \"v5.0 27-FEB-25\"\n";
    for (text, reason) in [
        (whole.replace("cdm_holder", "holder"), "unknown field `holder`"),
        (whole.replace("2026-03-31", "\"31.3.2026\""), "\"31.3.2026\" is not a valid date"),
        (whole.replace("cdm_holder = \"Hospital\"\n", ""), "missing field `cdm_holder`"),
    ] {
        fs::write(&path, text).unwrap();
        let said = export(&fixture, &["--source", "source.toml"]);
        assert_eq!(said.code, 2);
        assert!(said.err.contains(reason), "{}", said.err);
        assert!(!fixture.dir.path().join("cdm").exists());
    }
    fs::write(&path, whole).unwrap();
    let said = export(&fixture, &["--source", "source.toml"]);
    assert!(said.err.contains("cdm_source 1\n"), "{}", said.err);
    let engine = loaded(fixture.dir.path(), "parquet");
    let row = "SELECT concat_ws('|', cdm_source_name, cdm_source_abbreviation, cdm_holder, \
               source_release_date = (SELECT max(visit_start_date) FROM visit_occurrence), \
               cdm_release_date, cdm_version, cdm_version_concept_id, vocabulary_version) FROM cdm_source";
    assert_eq!(
        value(&engine, row),
        "Mammograms of O'Neil|MG|Hospital|true|2026-03-31|v5.4|756265|v5.0 27-FEB-25"
    );
}

#[test]
fn the_same_catalog_gives_the_same_bytes() {
    let fixture = Fixture::with(DATED);
    export(&fixture, &[]);
    fixture.run(&["export", "omop", "again"]);
    let names: BTreeSet<_> = fs::read_dir(fixture.dir.path().join("cdm"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names.len(), omop_tables().len());
    for name in names {
        let bytes = |folder: &str| fs::read(fixture.dir.path().join(folder).join(&name)).unwrap();
        assert!(bytes("cdm") == bytes("again"), "{name:?}");
    }
}
