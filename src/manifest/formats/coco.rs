//! COCO: one JSON file per part, with the contours as polygons and boxes; on request the images as
//! PNG in `images/PART`, which `file_name` then names from the folder of the JSON files.
//!
//! Coordinates are pixels from the top left corner of the image as stored, which is what COCO
//! counts from; the closing point of a ring is dropped. Source: cocodataset.org, data format.

use serde_json::{Value, json};

use super::job::{AddFailure, FormatJob, FormatWriter};
use super::png;
use crate::manifest::error::ManifestError;
use crate::manifest::image::{ManifestImage, ManifestLesion};
use crate::manifest::selection::ExclusionReason;

#[derive(Default)]
struct CocoPart {
    images: Vec<Value>,
    annotations: Vec<Value>,
}

pub struct CocoWriter {
    parts: Vec<CocoPart>,
    job: FormatJob,
    image_id: u64,
    annotation_id: u64,
}

impl CocoWriter {
    pub fn new(job: FormatJob) -> Self {
        let parts = job.parts.iter().map(|_| CocoPart::default()).collect();
        Self { parts, job, image_id: 0, annotation_id: 0 }
    }

    /// The PNG of a key, from the folder of the JSON files.
    fn png_name(&self, part: usize, key: &str) -> String {
        format!("images/{}/{key}.png", self.job.parts[part])
    }

    fn annotation(&mut self, lesion: &ManifestLesion) -> Value {
        self.annotation_id += 1;
        let corners = lesion.corners();
        let edge = |axis: usize, pick: fn(f64, f64) -> f64, start: f64| {
            corners.iter().map(|corner| corner[axis]).fold(start, pick)
        };
        let (left, top) = (edge(0, f64::min, f64::INFINITY), edge(1, f64::min, f64::INFINITY));
        let (right, bottom) =
            (edge(0, f64::max, f64::NEG_INFINITY), edge(1, f64::max, f64::NEG_INFINITY));
        let segmentation: Vec<f64> = corners.iter().flatten().copied().collect();
        json!({
            "id": self.annotation_id,
            "image_id": self.image_id,
            "category_id": self.job.category(&lesion.label) + 1,
            "segmentation": [segmentation],
            "area": area(&corners),
            "bbox": [left, top, right - left, bottom - top],
            "iscrowd": 0,
            "reader": lesion.reader,
            "lesion_id": lesion.lesion_id,
        })
    }
}

/// The shoelace formula.
fn area(corners: &[[f64; 2]]) -> f64 {
    let next = corners.iter().cycle().skip(1);
    let twice: f64 = corners.iter().zip(next).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum();
    twice.abs() / 2.0
}

impl FormatWriter for CocoWriter {
    fn prepare(&self, image: &mut ManifestImage) -> Result<(), AddFailure> {
        if !self.job.options.png {
            return Ok(());
        }
        let part = image.part;
        png::write(&self.job.root, image, |key| self.job.folder.join(self.png_name(part, key)))
    }

    fn add(&mut self, part: usize, image: &ManifestImage) -> Result<(), AddFailure> {
        let Some([width, height]) = image.size else {
            let why = "its header has no Rows and Columns";
            return Err(AddFailure::rejected(ExclusionReason::Unfit, image, why));
        };
        let file_name = if self.job.options.png {
            self.png_name(part, &image.key)
        } else {
            image.listed.clone()
        };
        self.image_id += 1;
        let annotations: Vec<Value> =
            image.lesions.iter().map(|lesion| self.annotation(lesion)).collect();
        self.parts[part].annotations.extend(annotations);
        let mut entry = json!({
            "id": self.image_id,
            "file_name": file_name,
            "width": width,
            "height": height,
            "case_id": image.case_id,
            "view": image.view,
            "diagnosis": image.diagnosis,
        });
        if !self.job.options.png {
            entry["photometric_interpretation"] = json!(image.photometric);
        }
        if let Some(frame) = image.frame {
            entry["frame"] = json!(frame);
        }
        self.parts[part].images.push(entry);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<String, ManifestError> {
        let Self { job, parts, .. } = *self;
        let category = |(index, name): (usize, &String)| json!({ "id": index + 1, "name": name, "supercategory": "lesion" });
        let categories: Vec<Value> = job.categories.iter().enumerate().map(category).collect();
        for (name, part) in job.parts.iter().zip(parts) {
            let value = json!({
                "info": { "description": format!("{}, {name}", job.name) },
                "licenses": [],
                "categories": categories,
                "images": part.images,
                "annotations": part.annotations,
            });
            job.put(&format!("{name}.json"), format!("{value}\n").as_bytes())?;
        }
        Ok(String::new())
    }
}
