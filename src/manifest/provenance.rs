//! Where a manifest came from: all that is needed to make it again, and to see whether it is
//! still what it was. It carries no time of its making.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::{COLUMNS, Counts, Report, Request, Source};
use crate::catalog::Catalog;

/// The content of `FILE.provenance.json`.
pub(super) fn account(
    catalog: &Catalog,
    source: &Source,
    request: &Request,
    root: &Path,
    report: &Report,
) -> Value {
    let snapshot = catalog.snapshot();
    let definition = source.definition();
    let images: u64 = report.counts.values().map(|group| group.images).sum();
    let file = request.output.file_name().unwrap_or_default().to_string_lossy();
    let left_out = &report.left_out;
    json!({
        "manifest": {
            "file": file,
            "format": request.shape.as_str(),
            "columns": COLUMNS,
            "rows": images,
            "sha256": report.sha256,
        },
        "tool": { "name": "mammodex", "version": env!("CARGO_PKG_VERSION") },
        "snapshot": snapshot,
        "root": root.to_string_lossy(),
        "cohort": {
            "name": cohort(source),
            "sql": definition.sql,
            "views": definition.views,
            "unit": definition.unit,
            "steps": definition.steps,
        },
        "split": split(source),
        "counts": counts(&report.counts),
        "left_out": {
            "discarded_cases": left_out.discarded_cases,
            "discarded_images": left_out.discarded_images,
            "cases_without_images": left_out.cases_without_images,
            "cases_not_in_snapshot": left_out.cases_gone,
            "missing_files": left_out.missing_files,
            "in_archives": left_out.in_archives,
        },
    })
}

fn cohort(source: &Source) -> String {
    match source {
        Source::Split(split) => split.cohort.to_string(),
        Source::Cohort(cohort) => cohort.name.to_string(),
    }
}

fn split(source: &Source) -> Value {
    match source {
        Source::Cohort(_) => Value::Null,
        Source::Split(split) => json!({
            "name": split.name,
            "snapshot": split.snapshot,
            "seed": split.seed,
            "stratify": split.stratify,
            "parts": split.parts,
            "sha256": split.sha256,
            "patients_in_more_than_one_part": 0,
        }),
    }
}

/// `{"train": {"malignant": {"patients": 3, "images": 12}}}`; what has no name is `null`.
fn counts(counts: &Counts) -> Value {
    let mut parts: Map<String, Value> = Map::new();
    for ((split, diagnosis), group) in counts {
        let name = |text: &Option<String>| text.clone().unwrap_or_else(|| "null".to_owned());
        let part = parts.entry(name(split)).or_insert_with(|| json!({}));
        part[name(diagnosis)] = json!({ "patients": group.patients, "images": group.images });
    }
    Value::Object(parts)
}
