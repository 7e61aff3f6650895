//! The images to show and the contours on them, as the catalog has them.

use std::collections::HashMap;

use serde::Deserialize;

use crate::catalog::{Catalog, CatalogError};
use crate::cohort::{self, CohortError};
use crate::saved::SavedName;
use crate::sql::literal;

/// A contour on an image.
#[derive(Debug, Clone, PartialEq)]
pub struct ReaderContour {
    /// The reader; empty where the file does not say.
    pub reader: String,
    /// The label; `lesion` where the file has none.
    pub label: String,
    /// Corners in pixels of the image from the top left, without a closing one.
    pub corners: Vec<[f64; 2]>,
    /// Its content as a hash; absent where it has fewer than three corners.
    pub hash: Option<String>,
}

/// An image and what was drawn on it.
#[derive(Debug, Clone, PartialEq)]
pub struct ExamImage {
    /// The path below the data set's folder.
    pub path: String,
    /// The case; the path's stem where it is not known.
    pub case_id: String,
    /// The view, such as LCC.
    pub view: Option<String>,
    /// Whether it is the standard view, rather than a spot or magnified one.
    pub is_standard: bool,
    /// Millimetres from one column to the next.
    pub spacing_mm: Option<f64>,
    /// Columns and rows, as the header declares them.
    pub size_px: Option<[u32; 2]>,
    /// Changes when the file does.
    pub version: String,
    /// The contours of deliveries that are not superseded, by reader and label.
    pub contours: Vec<ReaderContour>,
}

/// What pictures are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenderTarget {
    /// The images of a case.
    Case(String),
    /// One image, by its path in the catalog.
    Image(String),
    /// The images of a saved cohort.
    Cohort(SavedName),
}

/// The image of that path, else the case, else the cohort; absent where there is none.
///
/// # Errors
/// When the catalog cannot be read.
pub fn find_target(catalog: &Catalog, name: &str) -> Result<Option<RenderTarget>, CatalogError> {
    let text = literal(name);
    if catalog.count(&format!("SELECT count(*) FROM images WHERE path = {text}"))? > 0 {
        return Ok(Some(RenderTarget::Image(name.to_owned())));
    }
    if catalog.count(&format!("SELECT count(*) FROM images WHERE case_id = {text}"))? > 0 {
        return Ok(Some(RenderTarget::Case(name.to_owned())));
    }
    let saved = name.parse::<SavedName>().ok();
    let saved = saved.filter(|name| cohort::load(catalog.dir(), name).is_ok());
    Ok(saved.map(RenderTarget::Cohort))
}

/// The images of a target with their contours, sorted by case, view and path.
///
/// # Errors
/// When the catalog or the cohort cannot be read.
pub fn images_of(catalog: &Catalog, target: &RenderTarget) -> Result<Vec<ExamImage>, CohortError> {
    let condition = match target {
        RenderTarget::Case(case) => format!("i.case_id = {}", literal(case)),
        RenderTarget::Image(path) => format!("i.path = {}", literal(path)),
        RenderTarget::Cohort(name) => {
            let definition = cohort::load(catalog.dir(), name)?.definition();
            format!(
                "i.case_id IN (FROM ({})) AND ({})",
                definition.members(),
                definition.image_condition()
            )
        }
    };
    type ImageRow = (
        String,
        Option<String>,
        Option<String>,
        Option<bool>,
        Option<f64>,
        Option<u64>,
        Option<u64>,
        String,
    );
    let rows = catalog.rows::<ImageRow>(&format!(
        "SELECT i.path, i.case_id, i.view, i.is_standard_view, i.pixel_spacing_col_mm, \
         i.columns::BIGINT, i.rows::BIGINT, \
         concat_ws(' ', i.header_fingerprint, i.size_bytes, i.modified_at) FROM images AS i WHERE {condition} \
         ORDER BY i.case_id NULLS LAST, i.view NULLS LAST, i.path"
    ))?;
    let mut contours = contours(catalog, &condition)?;
    let side = |length: Option<u64>| length.and_then(|length| u32::try_from(length).ok());
    let image =
        |(path, case_id, view, is_standard, spacing_mm, columns, rows, version): ImageRow| {
            ExamImage {
                contours: contours.remove(&path).unwrap_or_default(),
                case_id: case_id.unwrap_or_else(|| stem(&path)),
                path,
                view,
                is_standard: is_standard.unwrap_or(false),
                spacing_mm,
                size_px: side(columns).zip(side(rows)).map(|(columns, rows)| [columns, rows]),
                version,
            }
        };
    Ok(rows.into_iter().map(image).collect())
}

/// A corner as DuckDB writes it.
#[derive(Deserialize)]
struct Corner {
    x: f64,
    y: f64,
}

/// The contours by the path of their image.
fn contours(
    catalog: &Catalog,
    condition: &str,
) -> Result<HashMap<String, Vec<ReaderContour>>, CatalogError> {
    let rows = catalog.rows::<(String, String, String, String, Option<String>)>(&format!(
        "SELECT l.image_path, coalesce(l.reader, ''), coalesce(l.label, 'lesion'), \
         to_json(l.contour)::VARCHAR, \
         contour_hash(coalesce(l.sop_instance_uid, l.image_path), l.reader, l.label, l.contour_wkb) \
         FROM lesions AS l JOIN images AS i ON i.path = l.image_path \
         WHERE {condition} AND l.contour IS NOT NULL AND NOT coalesce(l.superseded, false) \
         ORDER BY l.image_path, l.reader, l.label, l.annotation_path, l.lesion_id"
    ))?;
    let mut contours: HashMap<String, Vec<ReaderContour>> = HashMap::new();
    for (path, reader, label, json, hash) in rows {
        // DuckDB wrote it a moment ago; a value that is not a number is ignored.
        let corners: Vec<Corner> = serde_json::from_str(&json).unwrap_or_default();
        let mut corners: Vec<[f64; 2]> =
            corners.iter().map(|corner| [corner.x, corner.y]).collect();
        while corners.len() > 1 && corners.first() == corners.last() {
            corners.pop();
        }
        contours.entry(path).or_default().push(ReaderContour { reader, label, corners, hash });
    }
    Ok(contours)
}

fn stem(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
}
