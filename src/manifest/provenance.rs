//! Where a manifest came from: all that is needed to make it again, and to see whether it is
//! still what it was. It carries no time of its making.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::request::{ManifestFormat, ManifestOptions};
use super::selection::{Exclusions, LabelCounts, ORDER, PartCounts};
use super::{ManifestError, ManifestSource, RowJob, RowOutcome};
use crate::disk::{files_below, io_error, sha256_of_file};
use crate::tables::snapshot::SnapshotDescription;

/// One file that a manifest is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputFile {
    /// Its name, below the manifest's folder where it has one.
    pub path: String,
    /// Its length in bytes.
    pub size: u64,
    /// Its SHA-256.
    pub sha256: String,
}

/// The part of `FILE.provenance.json` that a check needs.
#[derive(Debug, Clone, Deserialize)]
pub struct ProvenanceRecord {
    /// The snapshot that the images are of.
    pub snapshot: SnapshotDescription,
    /// The data set's folder.
    pub root: PathBuf,
    /// What was asked for.
    pub request: ManifestOptions,
    pub(super) manifest: ManifestProvenance,
    pub(super) cohort: CohortProvenance,
    pub(super) split: Option<SplitProvenance>,
    pub(super) left_out: Exclusions,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct ManifestProvenance {
    pub rows: u64,
    pub columns: Vec<String>,
    pub chosen_sha256: Option<String>,
    pub files: Vec<OutputFile>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct CohortProvenance {
    pub name: String,
    pub sql: String,
    pub views: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct SplitProvenance {
    pub name: String,
    pub sha256: String,
}

impl ProvenanceRecord {
    /// Reads the account beside a manifest.
    ///
    /// # Errors
    /// When there is none, or it was written by another version.
    pub fn read(manifest: &Path) -> Result<Self, ManifestError> {
        let path = beside(manifest);
        let failed = |reason: String| ManifestError::Provenance { path: path.clone(), reason };
        let text = fs::read(&path).map_err(|error| {
            failed(format!("{error}; a manifest is checked by the account that stands beside it"))
        })?;
        serde_json::from_slice(&text).map_err(|error| failed(error.to_string()))
    }
}

/// `FILE.provenance.json`.
pub(super) fn beside(path: &Path) -> PathBuf {
    with_ending(path, "provenance.json")
}

/// `FILE.ENDING`; also where FILE is a folder written with a `/` at the end.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{name}.{ending}"))
}

/// The files that a format wrote to its folder, with their sums. Of files laid out, the CSV alone:
/// the others are those of the data set.
pub(super) fn files(
    folder: &Path,
    shape: ManifestFormat,
) -> Result<Vec<OutputFile>, ManifestError> {
    let mut names = files_below(folder).map_err(io_error("read", folder))?;
    if shape == ManifestFormat::Folder {
        names.retain(|name| name == Path::new("manifest.csv"));
    }
    let one = |name: &PathBuf| {
        let path = folder.join(name);
        let size = fs::metadata(&path).map_err(io_error("read", &path))?.len();
        let sha256 = sha256_of_file(&path).map_err(io_error("read", &path))?;
        Ok(OutputFile { path: name.to_string_lossy().into_owned(), size, sha256 })
    };
    names.par_iter().map(one).collect()
}

/// The content of `FILE.provenance.json`.
pub(super) fn account(
    task: &RowJob<'_>,
    output: &Path,
    selection: &str,
    written: &RowOutcome,
    left_out: &Exclusions,
    files: &[OutputFile],
) -> Value {
    let definition = task.source.definition();
    let root = std::path::absolute(task.root).unwrap_or_else(|_| task.root.to_owned());
    let mut manifest = json!({
        "file": output.file_name().unwrap_or_default().to_string_lossy(),
        "format": task.options.shape.as_str(),
        "rows": written.rows,
        "columns": written.columns,
    });
    if let [only] = files
        && !task.options.shape.is_folder()
    {
        manifest["sha256"] = json!(only.sha256);
    }
    if let Some(sum) = &written.chosen {
        manifest["chosen_sha256"] = json!(sum);
    }
    manifest["files"] = json!(files);
    json!({
        "manifest": manifest,
        "tool": { "name": "mammodex", "version": env!("CARGO_PKG_VERSION") },
        "snapshot": task.catalog.snapshot(),
        "root": root.to_string_lossy(),
        "request": task.options,
        "cohort": {
            "name": cohort(task.source),
            "sql": definition.sql,
            "views": definition.views,
            "unit": definition.unit,
            "steps": definition.steps,
        },
        "split": split(task.source),
        "sql": { "manifest_images": format!("{selection}\n{ORDER}"), "rows": written.sql },
        "counts": counts(&written.counts),
        "labels": labels(&written.labels),
        "left_out": left_out,
    })
}

fn cohort(source: &ManifestSource) -> String {
    match source {
        ManifestSource::Split(split) => split.cohort.to_string(),
        ManifestSource::Cohort(cohort) => cohort.name.to_string(),
    }
}

/// All that the split was made with; its cohort stands beside it, its strata stay in its own file.
fn split(source: &ManifestSource) -> Value {
    let ManifestSource::Split(split) = source else { return Value::Null };
    let mut value = json!(split);
    if let Some(fields) = value.as_object_mut() {
        for elsewhere in ["cohort", "sql", "unit", "views", "step", "stratum"] {
            fields.shift_remove(elsewhere);
        }
        if let Some(parts) = fields.shift_remove("part") {
            fields.insert("parts".to_owned(), parts);
        }
        fields.insert("patients_in_more_than_one_part".to_owned(), json!(0));
    }
    value
}

fn name(text: &Option<String>) -> String {
    text.clone().unwrap_or_else(|| "null".to_owned())
}

/// `{"train": {"malignant": {"patients": 3, "images": 12}}}`; what has no name is `null`.
fn counts(counts: &PartCounts) -> Value {
    let mut parts: Map<String, Value> = Map::new();
    for ((split, diagnosis), group) in counts {
        let part = parts.entry(name(split)).or_insert_with(|| json!({}));
        part[name(diagnosis)] = json!({ "patients": group.patients, "images": group.images });
    }
    Value::Object(parts)
}

/// `{"train": {"1": 28, "0": 132}}`, rows by part and label; null without labels.
fn labels(labels: &LabelCounts) -> Value {
    let mut parts: Map<String, Value> = Map::new();
    for ((split, label), count) in labels {
        let part = parts.entry(name(split)).or_insert_with(|| json!({}));
        part[name(label)] = json!(count);
    }
    if parts.is_empty() { Value::Null } else { Value::Object(parts) }
}
