//! The snapshot, and the split or cohort, as they are now.

use super::super::error::ManifestError;
use super::super::provenance::{self, ProvenanceRecord};
use super::super::selection;
use super::super::source::ManifestSource;
use super::difference::DifferenceList;
use crate::catalog::{Catalog, check_untrusted_expression};
use crate::disk::sha256_of_file;
use crate::saved::SavedName;

/// Compares the tables of the snapshot with the recorded checksums.
pub fn check_snapshot(
    catalog: &Catalog,
    record: &ProvenanceRecord,
    differences: &mut DifferenceList,
) {
    for (table, recorded) in &record.snapshot.tables {
        let path = catalog.snapshot_dir().join(format!("{table}.parquet"));
        match sha256_of_file(&path) {
            Ok(sha256) if sha256 == recorded.sha256 => {}
            Ok(_) => {
                let message = "the table has changed since the manifest was written";
                differences.add("snapshot", table, message);
            }
            Err(error) => differences.add("snapshot", table, error),
        }
    }
}

/// Returns the split or cohort, when it is still there, after comparing it with the provenance.
///
/// # Errors
/// When the provenance names something that cannot be the name of one.
pub fn check_source(
    catalog: &Catalog,
    record: &ProvenanceRecord,
    differences: &mut DifferenceList,
) -> Result<Option<ManifestSource>, ManifestError> {
    let split_name = record.split.as_ref().and_then(|split| split["name"].as_str());
    let name = split_name.unwrap_or(&record.cohort.name);
    let name: SavedName = name.parse().map_err(|error| {
        ManifestError::Request(format!("the provenance names a source that cannot be: {error}"))
    })?;
    let source = match ManifestSource::find(catalog.dir(), &name) {
        Ok(source) => source,
        Err(error) => {
            differences.add("source", &name, error);
            return Ok(None);
        }
    };
    compare_cohort(&source, record, &name, differences);
    compare_split(&source, record, &name, differences);
    if let Err(error) = source.check(catalog.dir()) {
        differences.add("source", &name, error);
    }
    if let Some(label) = &record.request.label {
        check_untrusted_expression(label)?;
    }
    match selection::query(catalog, &source, &record.request) {
        Ok(query) if provenance::with_order(&query) == record.sql.manifest_images => {}
        Ok(_) => {
            let message = "the query that selects the images differs from the recorded one";
            differences.add("source", &name, message);
        }
        Err(error) => {
            differences.add("source", &name, error);
            return Ok(None);
        }
    }
    Ok(Some(source))
}

/// Compares name, query, views, unit and steps of the cohort.
fn compare_cohort(
    source: &ManifestSource,
    record: &ProvenanceRecord,
    name: &SavedName,
    differences: &mut DifferenceList,
) {
    let definition = source.definition();
    if definition.sql != record.cohort.sql || definition.views != record.cohort.views {
        let message = "the cohort's query has changed since the manifest was written";
        differences.add("source", name, message);
    }
    let now = provenance::cohort(source);
    if now["name"] != record.cohort.name {
        let message =
            format!("the cohort is {}, the provenance says {:?}", now["name"], record.cohort.name);
        differences.add("source", name, message);
    }
    for key in ["unit", "steps"] {
        if record.cohort.more.get(key) != Some(&now[key]) {
            let message = format!("the cohort differs from the recorded one: {key}");
            differences.add("source", name, message);
        }
    }
}

/// Compares every recorded property of the split: seed, parts, method and the like.
fn compare_split(
    source: &ManifestSource,
    record: &ProvenanceRecord,
    name: &SavedName,
    differences: &mut DifferenceList,
) {
    let now = provenance::split(source);
    let (Some(then), Some(now)) =
        (record.split.as_ref().and_then(|split| split.as_object()), now.as_object())
    else {
        if record.split.is_some() != now.is_object() {
            differences.add("source", name, "it is not a split now, or was not one then");
        }
        return;
    };
    let keys = then.keys().chain(now.keys().filter(|key| !then.contains_key(*key)));
    for key in keys {
        let (then, now) = (then.get(key), now.get(key));
        if then != now {
            let text = |value: Option<&serde_json::Value>| match value {
                Some(value) => value.to_string(),
                None => "nothing".to_owned(),
            };
            let message =
                format!("the split's {key} is {}, the provenance says {}", text(now), text(then));
            differences.add("source", name, message);
        }
    }
}
