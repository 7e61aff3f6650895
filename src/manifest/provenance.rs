//! The provenance of a manifest: all that is needed to make it again and to verify it. It has no time
//! stamp, so that the same request gives the same bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::error::ManifestError;
use super::job::{ManifestContent, ManifestJob};
use super::request::{FileLink, ManifestOptions};
use super::selection::{self, Exclusions, LabelCounts, ORDER, PartCounts};
use super::source::ManifestSource;
use crate::disk::{
    check_values, files_below, io_error, open_regular, read_bounded, sha256_of_file,
};
use crate::tables::snapshot::SnapshotDescription;

/// One file that a manifest is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputFile {
    /// Its name, below the manifest's folder where it has one.
    pub path: String,
    /// Its length in bytes.
    pub size: u64,
    /// Its SHA-256; absent for a link to a file of the data set, without `--sha256`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// The part of `FILE.provenance.json` that a check needs.
#[derive(Debug, Clone, Deserialize)]
pub struct ProvenanceRecord {
    /// The snapshot that the images are of.
    pub snapshot: SnapshotDescription,
    /// The data set's folder or address.
    pub root: PathBuf,
    /// The options of the request.
    pub request: ManifestOptions,
    pub(super) manifest: ManifestProvenance,
    pub(super) cohort: CohortProvenance,
    pub(super) split: Option<Value>,
    pub(super) excluded: Exclusions,
    #[serde(default)]
    pub(super) counts: Value,
    #[serde(default)]
    pub(super) labels: Value,
    /// Identifying attributes in the headers that the format copied.
    #[serde(default)]
    pub(super) headers: Value,
    /// SHA-256 of the data set's files by path, for formats that are not tables.
    #[serde(default)]
    pub(super) images_sha256: BTreeMap<String, String>,
    pub(super) sql: SqlProvenance,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct SqlProvenance {
    pub manifest_images: String,
    pub rows: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct ManifestProvenance {
    pub rows: u64,
    pub columns: Vec<String>,
    #[serde(default)]
    pub classes: BTreeMap<String, Vec<String>>,
    pub selection_sha256: Option<String>,
    pub files: Vec<OutputFile>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct CohortProvenance {
    pub name: String,
    pub sql: String,
    pub views: Vec<String>,
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// The longest provenance, in bytes: that of a folder of a million files.
const LONGEST: u64 = 256 << 20;
/// Its most values; a file of the manifest has three.
const MOST_VALUES: usize = 8_000_000;

impl ProvenanceRecord {
    /// Reads the account beside a manifest.
    ///
    /// # Errors
    /// When there is none, or it was written by another version.
    pub fn read(manifest: &Path) -> Result<Self, ManifestError> {
        let path = beside(manifest);
        let failed = |reason: String| ManifestError::Provenance { path: path.clone(), reason };
        let text = open_regular(&path).and_then(|file| read_bounded(file, LONGEST));
        let text = text.map_err(|error| {
            failed(format!("{error}; a manifest is verified by the provenance file beside it"))
        })?;
        check_values(&text, MOST_VALUES).map_err(failed)?;
        serde_json::from_slice(&text).map_err(|error| failed(error.to_string()))
    }
}

/// Returns `FILE.provenance.json`.
pub fn beside(path: &Path) -> PathBuf {
    with_ending(path, "provenance.json")
}

/// `FILE.ENDING`; also where FILE is a folder written with a `/` at the end.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{name}.{ending}"))
}

/// Returns the files that a format wrote to its folder. All have a checksum but for links to files of
/// the data set, which have one on request: their content need not be read otherwise.
pub(super) fn files(
    folder: &Path,
    options: &ManifestOptions,
) -> Result<Vec<OutputFile>, ManifestError> {
    let names = files_below(folder).map_err(io_error("read", folder))?;
    let links = options.link.is_some_and(|link| link != FileLink::Copy) && !options.sha256;
    let output = |name: &PathBuf| {
        let path = folder.join(name);
        let size = fs::metadata(&path).map_err(io_error("read", &path))?.len();
        let is_link = links && name != Path::new("manifest.csv");
        let sha256 = if is_link {
            None
        } else {
            Some(sha256_of_file(&path).map_err(io_error("read", &path))?)
        };
        Ok(OutputFile { path: name.to_string_lossy().into_owned(), size, sha256 })
    };
    names.par_iter().map(output).collect()
}

/// Returns the content of `FILE.provenance.json`.
pub(super) fn text(
    job: &ManifestJob<'_>,
    output: &Path,
    selection: &str,
    content: &ManifestContent,
    exclusions: &Exclusions,
    files: &[OutputFile],
) -> Result<String, ManifestError> {
    let root = match job.root.folder() {
        Some(folder) => std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned()),
        None => job.root.path().to_owned(),
    };
    let format = job.options.format;
    let mut manifest = json!({
        "file": output.file_name().unwrap_or_default().to_string_lossy(),
        "format": format.as_str(),
        "rows": content.rows,
        "columns": content.columns,
    });
    if let [only] = files
        && !format.is_folder()
    {
        manifest["sha256"] = json!(only.sha256);
    }
    if let Some(sha256) = &content.selection_sha256 {
        manifest["selection_sha256"] = json!(sha256);
    }
    if content.frames > 0 {
        manifest["frames"] = json!(content.frames);
    }
    if !content.classes.is_empty() {
        manifest["classes"] = json!(content.classes);
    }
    manifest["files"] = json!(files);
    let mut account = json!({
        "manifest": manifest,
        "tool": { "name": "mammodex", "version": env!("CARGO_PKG_VERSION") },
        "snapshot": job.catalog.snapshot(),
        "root": root.to_string_lossy(),
        "request": job.options,
        "cohort": cohort(job.source),
        "split": split(job.source),
        "sql": { "manifest_images": with_order(selection), "rows": content.sql },
        "counts": counts(&content.counts),
        "labels": labels(&content.labels),
        "excluded": exclusions,
    });
    if format.copies_headers() {
        account["headers"] = json!(content.identifying);
        if let Some(key) = &job.uid_key {
            account["headers"]["uid_key"] = json!(key.fingerprint());
        }
    }
    if job.options.sha256 && !format.is_table() {
        account["images_sha256"] = json!(selection::checksums(job.catalog)?);
    }
    Ok(format!("{account:#}\n"))
}

/// Returns the query behind `manifest_images` with its order.
pub(super) fn with_order(selection: &str) -> String {
    format!("{selection}\n{ORDER}")
}

/// Returns the cohort that the images are of: its name and definition.
pub(super) fn cohort(source: &ManifestSource) -> Value {
    let definition = source.definition();
    let name = match source {
        ManifestSource::Split(split) => &split.cohort,
        ManifestSource::Cohort(cohort) => &cohort.name,
    };
    json!({
        "name": name,
        "sql": definition.sql,
        "views": definition.views,
        "unit": definition.unit,
        "steps": definition.steps,
    })
}

/// All that the split was made with, without its cohort, which is beside it, and its strata.
pub(super) fn split(source: &ManifestSource) -> Value {
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
pub(super) fn counts(counts: &PartCounts) -> Value {
    let mut parts: Map<String, Value> = Map::new();
    for ((split, diagnosis), group) in counts {
        let part = parts.entry(name(split)).or_insert_with(|| json!({}));
        part[name(diagnosis)] = json!({ "patients": group.patients, "images": group.images });
    }
    Value::Object(parts)
}

/// `{"train": {"1": 28, "0": 132}}`, rows by part and label; null without labels.
pub(super) fn labels(labels: &LabelCounts) -> Value {
    let mut parts: Map<String, Value> = Map::new();
    for ((split, label), count) in labels {
        let part = parts.entry(name(split)).or_insert_with(|| json!({}));
        part[name(label)] = json!(count);
    }
    if parts.is_empty() { Value::Null } else { Value::Object(parts) }
}
