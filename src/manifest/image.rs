//! The images of a manifest one after the other, with their contours, for the formats of trainers.

use std::borrow::Cow;
use std::collections::HashSet;

use arrow::array::Array;
use serde::Deserialize;

use super::error::ManifestError;
use super::path_style::PathStyle;
use super::request::{ManifestFormat, ManifestOptions};
use super::rows;
use super::selection::{drawn, texts};
use super::source::ManifestSource;
use crate::catalog::{Catalog, QueryResults};
use crate::records::diagnosis::Diagnosis;

/// One contour, in pixels of its image from the top left corner.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ManifestLesion {
    /// What it is called; `lesion` when the file has no labels.
    pub label: String,
    /// Who drew it.
    pub reader: Option<String>,
    /// Its number.
    pub lesion_id: String,
    contour: Vec<ManifestPoint>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct ManifestPoint {
    x: f64,
    y: f64,
}

impl ManifestLesion {
    /// The corners without the closing one.
    pub fn corners(&self) -> Vec<[f64; 2]> {
        let mut corners: Vec<[f64; 2]> = self.contour.iter().map(|p| [p.x, p.y]).collect();
        while corners.len() > 1 && corners.first() == corners.last() {
            corners.pop();
        }
        corners
    }
}

/// One image.
#[derive(Debug, Clone)]
pub(super) struct ManifestImage {
    /// Name of the part; none for a cohort.
    pub split: Option<String>,
    /// Position of the part among the source's parts, from 0; 0 for a cohort.
    pub part: usize,
    pub case_id: String,
    pub diagnosis: Option<String>,
    pub view: Option<String>,
    pub laterality: Option<String>,
    /// As the catalog has it.
    pub path: String,
    /// As the manifest names it.
    pub listed: String,
    pub sop_instance_uid: Option<String>,
    /// 1 or 0 by the condition of `--label`; none without one, or when it is not known.
    pub label: Option<u8>,
    /// Columns and rows in pixels.
    pub size: Option<[u32; 2]>,
    /// Distance of rows and of columns in mm; none when no rule gives it.
    pub spacing_mm: Option<[f64; 2]>,
    /// Photometric Interpretation (0028,0004).
    pub photometric: Option<String>,
    /// A name for files and samples: letters, digits, `-` and `_`, different for every image.
    pub key: String,
    /// Frames that were written as files of their own; 1 for an image of one frame, and where the DICOM
    /// file is handed on.
    pub frames: u32,
    /// Number of the frame, from 1; absent for an image that is one row.
    pub frame: Option<u32>,
    /// Keywords of the identifying attributes that its header has filled in; absent where the format
    /// does not copy headers.
    pub identifying: Option<Vec<Cow<'static, str>>>,
    /// The contours that count, sorted by label, file and number.
    pub lesions: Vec<ManifestLesion>,
}

impl ManifestImage {
    /// Returns whether high values are dark (MONOCHROME1).
    pub fn is_inverted(&self) -> bool {
        self.photometric.as_deref() == Some("MONOCHROME1")
    }

    /// The keys of its frames; its own where it has one. No key of an image has a dot.
    pub fn frame_keys(&self) -> Vec<String> {
        if self.frames == 1 {
            return vec![self.key.clone()];
        }
        (1..=self.frames).map(|number| format!("{}.frame{number:04}", self.key)).collect()
    }

    /// The rows of the image: itself, or one per frame, each with the key of its frame.
    pub fn rows(&self) -> Vec<Self> {
        if self.frames == 1 {
            return vec![self.clone()];
        }
        let numbered = (1..).zip(self.frame_keys());
        numbered.map(|(number, key)| Self { frame: Some(number), key, ..self.clone() }).collect()
    }

    /// The cells of [`rows::IMAGE`], the file named by `path`.
    pub fn cells<'a>(&'a self, path: &'a str) -> [Option<&'a str>; rows::IMAGE.len()] {
        [
            self.split.as_deref(),
            Some(&self.case_id),
            self.diagnosis.as_deref(),
            self.view.as_deref(),
            self.laterality.as_deref(),
            Some(path),
            self.sop_instance_uid.as_deref(),
        ]
    }
}

/// The classes of images: 0 and 1 by the label, else diagnoses. Their numbers do not depend on which
/// diagnoses a cohort has, so that models and validation sets agree.
#[derive(Debug, Clone)]
pub(super) struct ImageClasses {
    pub names: Vec<String>,
    labelled: bool,
}

impl ImageClasses {
    /// The two of the label; else those of `--classes`, else the vocabulary in order of severity.
    ///
    /// # Errors
    /// When a class is not a diagnosis, or is given twice.
    pub fn new(options: &ManifestOptions) -> Result<Self, ManifestError> {
        let refused = |why: String| Err(ManifestError::Request(format!("--classes: {why}")));
        if options.label.is_some() {
            if !options.classes.is_empty() && !options.format.has_outlines() {
                return refused("the classes of --label are 0 and 1".to_owned());
            }
            let names = vec!["0".to_owned(), "1".to_owned()];
            return Ok(Self { names, labelled: true });
        }
        let vocabulary = Diagnosis::ALL.map(Diagnosis::as_str);
        if options.classes.is_empty() || options.format.has_outlines() {
            return Ok(Self { names: vocabulary.map(str::to_owned).to_vec(), labelled: false });
        }
        for (position, name) in options.classes.iter().enumerate() {
            if !vocabulary.contains(&name.as_str()) {
                return refused(format!("{name:?} is not one of {}", vocabulary.join(", ")));
            }
            if options.classes[..position].contains(name) {
                return refused(format!("{name} is given twice"));
            }
        }
        Ok(Self { names: options.classes.clone(), labelled: false })
    }

    /// Returns the number of an image's class; none when it is not known or not among the classes.
    pub fn number(&self, image: &ManifestImage) -> Option<usize> {
        if self.labelled {
            return image.label.map(usize::from);
        }
        let diagnosis = image.diagnosis.as_ref()?;
        self.names.iter().position(|name| name == diagnosis)
    }

    /// Number and name of each, for readers: `0 benign, 1 malignant`.
    pub fn legend(&self) -> String {
        let names = self.names.iter().enumerate();
        names.map(|(index, name)| format!("{index} {name}")).collect::<Vec<_>>().join(", ")
    }
}

/// Returns the labels of contours in the order of their numbers: those of `--classes`, else all of the
/// snapshot in alphabetic order, so that manifests of one snapshot agree.
///
/// # Errors
/// When a selected contour has a label that `--classes` lacks.
pub(super) fn categories(
    catalog: &Catalog,
    options: &ManifestOptions,
) -> Result<Vec<String>, ManifestError> {
    if options.classes.is_empty() {
        return Ok(catalog.values(
            "SELECT DISTINCT coalesce(label, 'lesion') FROM lesions \
             WHERE image_path IS NOT NULL AND area_px2 > 0 ORDER BY 1",
        )?);
    }
    let labels: Vec<String> = catalog.values(&format!(
        "SELECT DISTINCT coalesce(l.label, 'lesion') FROM lesions AS l
         JOIN manifest_images AS s ON s.file = l.image_path
         WHERE s.reason IS NULL AND {} ORDER BY 1",
        outlined(options)
    ))?;
    match labels.iter().find(|label| !options.classes.contains(label)) {
        Some(label) => Err(ManifestError::Request(format!(
            "--classes: contours are labelled {label:?}, which is not among them; labels: {}",
            labels.join(", ")
        ))),
        None => Ok(options.classes.clone()),
    }
}

/// Contours with an area, placed on their image.
fn outlined(options: &ManifestOptions) -> String {
    format!("{} AND l.contour IS NOT NULL AND l.area_px2 > 0", drawn(options))
}

/// The images, batch by batch: sorted by part, case and path.
pub(super) struct ManifestImages<'c> {
    results: QueryResults<'c>,
    path_style: PathStyle,
    keys: HashSet<String>,
}

impl<'c> ManifestImages<'c> {
    /// Begins; contours come along where the format has them.
    pub fn start(
        catalog: &'c Catalog,
        source: &ManifestSource,
        options: &ManifestOptions,
        path_style: &PathStyle,
    ) -> Result<Self, ManifestError> {
        let from = rows::from(catalog, source, options, path_style)?;
        let label = match &options.label {
            None => "NULL".to_owned(),
            Some(condition) => rows::label(catalog, condition, &from)?,
        };
        let lesions = if options.format.has_outlines() {
            format!(
                "(SELECT CAST(to_json(list({{label: coalesce(l.label, 'lesion'), reader: l.reader,
                   lesion_id: l.lesion_id, contour: l.contour}}
                   ORDER BY l.label, l.annotation_path, l.lesion_id)) AS VARCHAR)
                 FROM lesions AS l WHERE l.image_path = i.path AND {})",
                outlined(options)
            )
        } else {
            "NULL".to_owned()
        };
        let columns = [
            "s.split",
            "p.case_id",
            "p.diagnosis",
            "i.view",
            "i.laterality",
            "i.path",
            "i.sop_instance_uid",
            "i.columns",
            "i.rows",
            &label,
            &lesions,
            "s.part_number",
            "i.pixel_spacing_row_mm",
            "i.pixel_spacing_col_mm",
            "i.photometric_interpretation",
        ];
        // Readers of shards shuffle little: there the order is that of a hash, the same every time.
        let order = if options.format == ManifestFormat::Webdataset {
            "s.part_number, md5(s.file), s.file"
        } else {
            "s.part_number, s.member, s.file"
        };
        let list: Vec<String> = columns.iter().map(|c| format!("CAST({c} AS VARCHAR)")).collect();
        let sql = format!("SELECT {}\n{from}\nORDER BY {order}", list.join(",\n  "));
        Ok(Self {
            results: catalog.query(&sql)?,
            path_style: path_style.clone(),
            keys: HashSet::new(),
        })
    }

    /// The next images; none when all have come.
    pub fn next(&mut self) -> Result<Option<Vec<ManifestImage>>, ManifestError> {
        let Some(batch) = self.results.next_batch()? else { return Ok(None) };
        let columns =
            batch.columns().iter().map(|column| texts(column)).collect::<Result<Vec<_>, _>>()?;
        let mut images = Vec::with_capacity(batch.num_rows());
        for row in 0..batch.num_rows() {
            let cell = |column: usize| {
                columns[column].is_valid(row).then(|| columns[column].value(row).to_owned())
            };
            images.push(self.image(cell)?);
        }
        Ok(Some(images))
    }

    fn image(
        &mut self,
        cell: impl Fn(usize) -> Option<String>,
    ) -> Result<ManifestImage, ManifestError> {
        let path = cell(5).unwrap_or_default();
        let case_id = cell(1).unwrap_or_default();
        let number = |column: usize| cell(column).and_then(|text| text.parse::<u32>().ok());
        let decimal = |column: usize| cell(column).and_then(|text| text.parse::<f64>().ok());
        let lesions: Vec<ManifestLesion> = match cell(10) {
            None => Vec::new(),
            Some(text) => serde_json::from_str(&text).map_err(|error| {
                ManifestError::Request(format!("contours of {path} cannot be read: {error}"))
            })?,
        };
        Ok(ManifestImage {
            split: cell(0),
            // Parts count from 1; a cohort has 0.
            part: number(11).map_or(0, |position| position.saturating_sub(1) as usize),
            spacing_mm: decimal(12).zip(decimal(13)).map(|(row, column)| [row, column]),
            photometric: cell(14),
            diagnosis: cell(2),
            view: cell(3),
            laterality: cell(4),
            listed: self.path_style.path(&path),
            sop_instance_uid: cell(6),
            label: cell(9).and_then(|text| text.parse().ok()),
            size: number(7).zip(number(8)).map(|(columns, rows)| [columns, rows]),
            key: self.key(&case_id, &path),
            frames: 1,
            frame: None,
            identifying: None,
            lesions,
            case_id,
            path,
        })
    }

    /// Case and file name; a number at the end where that is taken.
    fn key(&mut self, case_id: &str, path: &str) -> String {
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let text =
            if stem.starts_with(case_id) { stem.to_owned() } else { format!("{case_id}_{stem}") };
        let plain = |(index, c): (usize, char)| {
            if c.is_alphanumeric() || (c == '-' && index > 0) { c } else { '_' }
        };
        let first: String = text.chars().enumerate().map(plain).collect();
        let mut key = first.clone();
        let mut again = 2;
        // Lower case, because `a` and `A` are one name on some file systems.
        while !self.keys.insert(key.to_lowercase()) {
            key = format!("{first}_{again}");
            again += 1;
        }
        key
    }
}
