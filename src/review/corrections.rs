//! The contours to correct, for the annotation tool: a list, and annotations in its own JSON.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::file_name::file_name;
use crate::catalog::{Catalog, CatalogError};
use crate::disk::{DiskError, WholeFile, io_error};
use crate::results::{ResultError, ResultFormat, TableFit, sink, write};

/// The contours to correct: rejected by a reviewer, and not accepted by a majority since.
const TO_CORRECT: &str = "rejected_by IS NOT NULL AND status <> 'accepted'";
/// The list, in the folder.
const LIST: &str = "corrections.csv";

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CorrectionsReport {
    /// Contours to correct, and cases in which one is missing.
    pub contours: u64,
    /// Cases with such contours.
    pub cases: u64,
    /// Annotation files, one per reader and case.
    pub annotations: u64,
    /// Contours of these annotations whose view is not known: the annotation tool has no place for
    /// them.
    pub excluded: u64,
}

/// Corrections cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum CorrectionsError {
    /// The catalog cannot be read.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A file cannot be written.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The list cannot be written.
    #[error(transparent)]
    List(#[from] ResultError),
}

/// Writes `corrections.csv` and, below `annotations/READER/CASE.json`, the annotations that hold
/// these contours, whole, in the form of the annotation tool: the delivered points.
///
/// # Errors
/// When the catalog cannot be read or a file cannot be written.
pub fn export_corrections(
    catalog: &Catalog,
    folder: &Path,
) -> Result<CorrectionsReport, CorrectionsError> {
    std::fs::create_dir_all(folder).map_err(io_error("make the folder", folder))?;
    let mut report =
        CorrectionsReport { contours: write_list(catalog, folder)?, ..Default::default() };
    report.cases = catalog.count(&format!(
        "SELECT count(DISTINCT case_id) FROM ( \
           SELECT case_id, rejected_by, status FROM contour_reviews \
           UNION ALL SELECT case_id, rejected_by, status FROM undrawn_case_reviews) \
         WHERE {TO_CORRECT}"
    ))?;
    for (path, annotation) in annotations(catalog, &mut report)? {
        let path = folder.join("annotations").join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(io_error("make the folder", parent))?;
        }
        let text = format!("{annotation}\n");
        WholeFile::write(&path, text.as_bytes()).map_err(io_error("write", &path))?;
        report.annotations += 1;
    }
    Ok(report)
}

fn write_list(catalog: &Catalog, folder: &Path) -> Result<u64, CorrectionsError> {
    let path = folder.join(LIST);
    let failed = |error: io::Error| io_error("write", &path)(error);
    let mut file = WholeFile::create(&path).map_err(failed)?;
    let mut results = catalog.query(&format!(
        "SELECT case_id, view, reader, label, lesion_id, status, \
         array_to_string(rejected_by, ' ') AS rejected_by, \
         array_to_string(accepted_by, ' ') AS accepted_by, \
         array_to_string(reasons, ' ') AS reasons, notes, annotation_path, image_path, contour_hash \
         FROM ( \
           FROM contour_reviews UNION ALL BY NAME \
           SELECT * EXCLUDE (diagnosis) FROM undrawn_case_reviews \
         ) LEFT JOIN ( \
           SELECT contour_hash, string_agg(reviewer || ': ' || note, '; ' ORDER BY reviewer) AS notes \
           FROM reviews WHERE is_latest AND note IS NOT NULL GROUP BY contour_hash \
         ) USING (contour_hash) WHERE {TO_CORRECT} \
         ORDER BY case_id, view, reader, label, lesion_id, contour_hash"
    ))?;
    let mut csv = sink(ResultFormat::Csv, TableFit::default());
    let rows = write(&mut results, csv.as_mut(), &mut file)?;
    file.finish().map_err(failed)?;
    Ok(rows)
}

/// A point as DuckDB writes it.
#[derive(Deserialize)]
struct RawPoint {
    x: f64,
    y: f64,
}

/// Annotations by their path below the folder: `READER/CASE.json`.
fn annotations(
    catalog: &Catalog,
    report: &mut CorrectionsReport,
) -> Result<BTreeMap<PathBuf, Value>, CatalogError> {
    type LesionRow =
        (String, Option<String>, Option<bool>, Option<String>, Option<String>, String, String);
    let rows = catalog.rows::<LesionRow>(&format!(
        "SELECT l.case_id, l.reader, l.discarded, coalesce(l.label_raw, l.label), lower(l.view), \
         l.lesion_id, to_json(l.points_raw)::VARCHAR FROM lesions AS l SEMI JOIN ( \
           SELECT annotation_path, annotation_pointer FROM contour_reviews WHERE {TO_CORRECT} \
         ) AS c USING (annotation_path, annotation_pointer) WHERE l.case_id IS NOT NULL \
         ORDER BY l.case_id, l.reader, l.annotation_path, l.annotation_pointer, l.label, l.view, \
         l.lesion_id"
    ))?;
    let mut annotations: BTreeMap<PathBuf, Value> = BTreeMap::new();
    for (case_id, reader, discarded, label, view, lesion_id, points) in rows {
        let folder = file_name(reader.as_deref().unwrap_or("unnamed"));
        let path = PathBuf::from(folder).join(format!("{}.json", file_name(&case_id)));
        let annotation = annotations.entry(path).or_insert_with(|| {
            json!({
                "user_id": reader,
                "case_id": case_id,
                "contour_list": {},
                "discard_yn": u8::from(discarded == Some(true)),
            })
        });
        let Some(view) = view else {
            report.excluded += 1;
            continue;
        };
        let points: Vec<RawPoint> = serde_json::from_str(&points).unwrap_or_default();
        let points: Vec<Value> = points
            .iter()
            .map(|point| json!({ "y": number(point.y), "x": number(point.x) }))
            .collect();
        let label = label.unwrap_or_else(|| "cancer".to_owned());
        let contours = ["contour_list", &label, &view].iter().fold(annotation, |value, key| {
            if !value[*key].is_object() {
                value[*key] = Value::Object(Map::new());
            }
            &mut value[*key]
        });
        contours[lesion_id] = Value::Array(points);
    }
    Ok(annotations)
}

/// A whole number is written without a fraction, as the annotation tool does.
fn number(value: f64) -> Value {
    // Within the numbers that a double counts exactly.
    #[allow(clippy::cast_possible_truncation)]
    if value.fract() == 0.0 && value.abs() < 9e15 { json!(value as i64) } else { json!(value) }
}
