//! nnU-Net v2: `imagesTr/KEY_0000.png`, `labelsTr/KEY.png`, those of the testing part in `imagesTs`
//! and `labelsTs`, `dataset.json` and `splits_final.json`.
//!
//! A mask holds the number of the contour's label at every pixel whose centre it encloses; where
//! contours overlap, the label later in the alphabet stands. Source: nnU-Net's
//! documentation/dataset_format.md and manual_data_splits.md.

use serde_json::{Map, Value, json};

use super::{FormatJob, FormatWriter, png};
use crate::disk::io_error;
use crate::manifest::image::ManifestImage;
use crate::manifest::raster::{self, LabelMask};
use crate::manifest::selection::Exclusions;
use crate::manifest::{ManifestError, roles};

pub(super) struct NnunetWriter {
    job: FormatJob,
    /// Keys by part.
    keys: Vec<Vec<String>>,
}

/// The ending of the folders that a part's images go to.
fn ending(part: &str) -> &'static str {
    if roles::role(part) == Some("testing") { "Ts" } else { "Tr" }
}

impl NnunetWriter {
    pub fn new(job: FormatJob) -> Self {
        let keys = job.parts.iter().map(|_| Vec::new()).collect();
        Self { job, keys }
    }

    /// One entry per fold, or one for training and validation.
    fn splits(&self) -> Vec<Value> {
        let named = |pick: &dyn Fn(&str) -> bool| -> Vec<&String> {
            let parts = self.job.parts.iter().zip(&self.keys).filter(|(part, _)| pick(part));
            parts.flat_map(|(_, keys)| keys).collect()
        };
        let folds: Vec<&String> =
            self.job.parts.iter().filter(|part| roles::fold(part).is_some()).collect();
        if folds.is_empty() {
            let validation = |part: &str| roles::role(part) == Some("validation");
            let training = |part: &str| ending(part) == "Tr" && !validation(part);
            return vec![json!({ "train": named(&training), "val": named(&validation) })];
        }
        let one = |fold: &&String| {
            let held = |part: &str| part == fold.as_str();
            let rest = |part: &str| roles::fold(part).is_some() && !held(part);
            json!({ "train": named(&rest), "val": named(&held) })
        };
        folds.iter().map(one).collect()
    }
}

impl FormatWriter for NnunetWriter {
    fn images(
        &mut self,
        images: Vec<ManifestImage>,
        left_out: &mut Exclusions,
    ) -> Result<Vec<ManifestImage>, ManifestError> {
        let folder = &self.job.folder;
        let place = |image: &ManifestImage| {
            let name = format!("images{}/{}_0000.png", ending(image.part()), image.key);
            folder.join(name)
        };
        let written = png::convert(images, place, left_out)?;
        for image in &written {
            let mut mask = LabelMask::new(image.size.unwrap_or([1, 1]));
            for lesion in &image.lesions {
                let number = u8::try_from(self.job.category(&lesion.label) + 1).unwrap_or(u8::MAX);
                mask.fill(&lesion.corners(), number);
            }
            let path = folder.join(format!("labels{}/{}.png", ending(image.part()), image.key));
            raster::write_mask(&path, &mask).map_err(io_error("write", &path))?;
            let at = self.job.parts.iter().position(|part| part == image.part());
            self.keys[at.unwrap_or(0)].push(image.key.clone());
        }
        Ok(written)
    }

    fn finish(self: Box<Self>) -> Result<String, ManifestError> {
        let mut labels = Map::new();
        labels.insert("background".to_owned(), json!(0));
        for (at, name) in self.job.categories.iter().enumerate() {
            labels.insert(name.clone(), json!(at + 1));
        }
        let training = self.job.parts.iter().zip(&self.keys).filter(|(p, _)| ending(p) == "Tr");
        let dataset = json!({
            "name": self.job.name,
            "channel_names": { "0": "MG" },
            "labels": labels,
            "numTraining": training.map(|(_, keys)| keys.len()).sum::<usize>(),
            "file_ending": ".png",
        });
        super::put(&self.job.folder, "dataset.json", super::json(&dataset).as_bytes())?;
        let splits = json!(self.splits());
        super::put(&self.job.folder, "splits_final.json", super::json(&splits).as_bytes())?;
        Ok(String::new())
    }
}
