//! What the provenance counts (rows, columns, classes, patients and images, labels, exclusions) compared
//! with what the rows give.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::super::error::ManifestError;
use super::super::job::ManifestContent;
use super::super::provenance::{self, ProvenanceRecord};
use super::super::request::RowGrain;
use super::super::selection::{Exclusions, LabelCounts, PartCount, PartCounts};
use super::difference::DifferenceList;
use super::relation::{columns, relation};
use crate::catalog::{Catalog, CatalogError};

/// Compares the provenance with what the query gives.
pub fn check_query(
    record: &ProvenanceRecord,
    content: &ManifestContent,
    exclusions: &Exclusions,
    differences: &mut DifferenceList,
) {
    let mut now = Map::new();
    now.insert("rows".to_owned(), json!(content.rows));
    now.insert("columns".to_owned(), json!(content.columns));
    now.insert("classes".to_owned(), json!(content.classes));
    now.insert("counts".to_owned(), provenance::counts(&content.counts));
    now.insert("labels".to_owned(), provenance::labels(&content.labels));
    now.insert("excluded".to_owned(), exclusion_counts(exclusions));
    let is_whole = content.identifying.files == content.rows;
    if record.request.format.copies_headers() && is_whole {
        let mut headers = json!(content.identifying);
        // The key is not here: only whether there should be one is known.
        if let Some(key) =
            record.headers.get("uid_key").filter(|_| record.request.strip_identifiers)
        {
            headers["uid_key"] = key.clone();
        }
        now.insert("headers".to_owned(), headers);
    }
    report(record, now, differences);
}

/// Compares the provenance with what the rows of the manifest itself say, as far as they have the
/// columns.
///
/// # Errors
/// When the manifest cannot be opened.
pub fn check_rows(
    engine: &Catalog,
    manifest: &Path,
    record: &ProvenanceRecord,
    differences: &mut DifferenceList,
) -> Result<(), ManifestError> {
    let Some(relation) = relation(record, manifest)? else { return Ok(()) };
    let counted = engine.columns(relation.sql()).and_then(|names| {
        let recorded = columns(record);
        for name in names.iter().filter(|name| !recorded.contains(*name)) {
            differences.add(
                "provenance",
                "columns",
                format!("the provenance does not name {name}"),
            );
        }
        count_rows(engine, record, relation.sql(), &names)
    });
    match counted {
        Ok(now) => report(record, now, differences),
        Err(error) => differences.add("manifest", manifest.display(), error),
    }
    Ok(())
}

fn count_rows(
    engine: &Catalog,
    record: &ProvenanceRecord,
    relation: &str,
    names: &[String],
) -> Result<Map<String, Value>, CatalogError> {
    type GroupRow = (Option<String>, Option<String>, u64, u64);
    let has = |wanted: &[&str]| wanted.iter().all(|name| names.iter().any(|known| known == name));
    let mut now = Map::new();
    let images = match record.request.per {
        RowGrain::Image => Some("count(*)"),
        RowGrain::Patient if has(&["images"]) => Some("sum(images::UBIGINT)::UBIGINT"),
        RowGrain::Patient | RowGrain::Lesion => None,
    };
    if let Some(images) = images.filter(|_| has(&["split", "case_id", "diagnosis"])) {
        let rows: Vec<GroupRow> = engine.rows(&format!(
            "SELECT split::VARCHAR, diagnosis::VARCHAR, count(DISTINCT case_id), {images}
             FROM {relation} GROUP BY ALL ORDER BY ALL"
        ))?;
        let group = |(split, diagnosis, patients, images)| {
            ((split, diagnosis), PartCount { patients, images })
        };
        now.insert(
            "counts".to_owned(),
            provenance::counts(&rows.into_iter().map(group).collect::<PartCounts>()),
        );
    }
    if has(&["label"]) && record.request.label.is_some() {
        let split = if has(&["split"]) { "split::VARCHAR" } else { "NULL::VARCHAR" };
        let rows: Vec<(Option<String>, Option<String>, u64)> = engine.rows(&format!(
            "SELECT {split}, label::VARCHAR, count(*) FROM {relation} GROUP BY ALL ORDER BY ALL"
        ))?;
        let labels: LabelCounts =
            rows.into_iter().map(|(split, label, count)| ((split, label), count)).collect();
        now.insert("labels".to_owned(), provenance::labels(&labels));
    }
    Ok(now)
}

/// Returns images and cases by reason, and the cases without images.
fn exclusion_counts(exclusions: &Exclusions) -> Value {
    let mut counts = json!({
        "cases_without_images": exclusions.cases_without_images,
        "cases_not_in_snapshot": exclusions.cases_not_in_snapshot,
    });
    for (reason, gap) in &exclusions.gaps {
        counts[reason.as_str()] = json!({ "images": gap.images, "cases": gap.cases });
    }
    counts
}

/// Reports the facts that differ from those of the provenance.
fn report(record: &ProvenanceRecord, now: Map<String, Value>, differences: &mut DifferenceList) {
    let recorded = json!({
        "rows": record.manifest.rows,
        "columns": record.manifest.columns,
        "classes": record.manifest.classes,
        "counts": record.counts,
        "labels": record.labels,
        "excluded": exclusion_counts(&record.excluded),
        "headers": record.headers,
    });
    for (fact, value) in &now {
        compare(fact, recorded.get(fact), Some(value), differences);
    }
}

/// Lists the leaves in which two values differ, each with the names that lead to it.
fn compare(
    place: &str,
    then: Option<&Value>,
    now: Option<&Value>,
    differences: &mut DifferenceList,
) {
    if then == now {
        return;
    }
    let empty = Map::new();
    let fields = |value: Option<&Value>| match value {
        None | Some(Value::Null) => Some(empty.clone()),
        Some(value) => value.as_object().cloned(),
    };
    if let (Some(one), Some(other)) = (fields(then), fields(now))
        && !(one.is_empty() && other.is_empty())
    {
        let keys = one.keys().chain(other.keys().filter(|key| !one.contains_key(*key)));
        for key in keys {
            compare(&format!("{place}.{key}"), one.get(key), other.get(key), differences);
        }
        return;
    }
    let text = |value: Option<&Value>| match value {
        None | Some(Value::Null) => "nothing".to_owned(),
        Some(value) => value.to_string(),
    };
    let message = format!("the provenance says {}, the rows give {}", text(then), text(now));
    differences.add("provenance", place, message);
}
