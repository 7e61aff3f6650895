//! YOLO segmentation: `images/PART/KEY.png`, `labels/PART/KEY.txt`, `data.yaml`.
//!
//! A line of a label file is the category's number and the corners, as shares of width and height
//! from the top left corner; an empty file is an image without a contour. Corners outside the image
//! are moved to its edge, since a share is from 0 to 1. Source: docs.ultralytics.com, datasets/segment.

use std::fmt::Write as _;

use serde_json::json;

use super::job::{AddFailure, FormatJob, FormatWriter};
use super::png;
use crate::manifest::error::ManifestError;
use crate::manifest::image::ManifestImage;
use crate::manifest::roles;

pub struct YoloWriter {
    job: FormatJob,
}

impl YoloWriter {
    pub fn new(job: FormatJob) -> Self {
        Self { job }
    }

    fn lines(&self, image: &ManifestImage) -> String {
        let [width, height] = image.size.unwrap_or([1, 1]).map(f64::from);
        let mut lines = String::new();
        for lesion in &image.lesions {
            // Writing to a String cannot fail.
            let _ = write!(lines, "{}", self.job.category(&lesion.label));
            for [x, y] in lesion.corners() {
                let (x, y) = ((x / width).clamp(0.0, 1.0), (y / height).clamp(0.0, 1.0));
                let _ = write!(lines, " {x:.6} {y:.6}");
            }
            lines.push('\n');
        }
        lines
    }
}

impl FormatWriter for YoloWriter {
    fn prepare(&self, image: &mut ManifestImage) -> Result<(), AddFailure> {
        let folder = self.job.folder.join("images").join(&self.job.parts[image.part]);
        png::write(&self.job.root, image, |key| folder.join(format!("{key}.png")))
    }

    fn add(&mut self, part: usize, image: &ManifestImage) -> Result<(), AddFailure> {
        let name = format!("labels/{}/{}.txt", self.job.parts[part], image.key);
        Ok(self.job.put(&name, self.lines(image).as_bytes())?)
    }

    fn finish(self: Box<Self>) -> Result<String, ManifestError> {
        let mut yaml = String::new();
        for (key, role) in [("train", "training"), ("val", "validation"), ("test", "testing")] {
            let parts = self.job.parts.iter().filter(|part| roles::role(part) == Some(role));
            let folders: Vec<String> = parts.map(|part| format!("images/{part}")).collect();
            match folders.as_slice() {
                [] => {}
                [one] => yaml.push_str(&format!("{key}: {one}\n")),
                several => yaml.push_str(&format!("{key}: [{}]\n", several.join(", "))),
            }
        }
        yaml.push_str("names:\n");
        for (index, name) in self.job.categories.iter().enumerate() {
            // A text in JSON is one in YAML.
            let _ = writeln!(yaml, "  {index}: {}", json!(name));
        }
        self.job.put("data.yaml", yaml.as_bytes())?;
        Ok(String::new())
    }
}
