//! nnU-Net v2: `imagesTr/KEY_0000.png`, `labelsTr/KEY.png`, those of the testing part in `imagesTs`
//! and `labelsTs`, `dataset.json`, `splits_final.json`, and `spacing.csv` in mm.
//!
//! A mask holds the number of the contour's label at every pixel whose centre it encloses; where
//! contours overlap, the label later in the alphabet wins. Source: nnU-Net's
//! documentation/dataset_format.md and manual_data_splits.md.

use serde_json::{Map, Value, json};

use super::job::{AddFailure, FormatJob, FormatWriter, pretty};
use super::png;
use crate::manifest::csv_file::CsvDraft;
use crate::manifest::error::ManifestError;
use crate::manifest::image::ManifestImage;
use crate::manifest::path_style::csv_path;
use crate::manifest::roles;
use crate::pixels::LabelMask;

/// The folds that nnU-Net trains by default. For a fold beyond those of the file it assigns
/// images itself, so that views of one patient land on both sides.
const FOLDS: usize = 5;

pub struct NnunetWriter {
    job: FormatJob,
    /// Keys by part.
    keys: Vec<Vec<String>>,
    /// The spacing of every image, which a PNG does not carry.
    spacing: CsvDraft,
}

/// The ending of the folders that a part's images go to.
fn ending(part: &str) -> &'static str {
    if roles::role(part) == Some("testing") { "Ts" } else { "Tr" }
}

impl NnunetWriter {
    pub fn new(job: FormatJob) -> Self {
        let keys = job.parts.iter().map(|_| Vec::new()).collect();
        let columns = ["key", "case_id", "path", "frame", "spacing_row_mm", "spacing_col_mm"];
        Self { job, keys, spacing: CsvDraft::new(&columns) }
    }

    /// Writes the mask of an image, or of a frame.
    fn write_mask(
        &self,
        image: &ManifestImage,
        folders: &str,
        key: &str,
    ) -> Result<(), AddFailure> {
        let mut mask = LabelMask::new(image.size.unwrap_or([1, 1]));
        for lesion in &image.lesions {
            let number = u8::try_from(self.job.category(&lesion.label) + 1).unwrap_or(u8::MAX);
            mask.fill(&lesion.corners(), number);
        }
        let path = self.job.folder.join(format!("labels{folders}/{key}.png"));
        png::write_mask(mask, &path)
    }

    /// One entry per fold, or the one for training and validation; repeated in turn until there are
    /// [`FOLDS`].
    fn splits(&self) -> Vec<Value> {
        let entries = self.entries();
        let count = entries.len().max(FOLDS);
        entries.into_iter().cycle().take(count).collect()
    }

    fn entries(&self) -> Vec<Value> {
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
    fn prepare(&self, image: &mut ManifestImage) -> Result<(), AddFailure> {
        let folders = ending(&self.job.parts[image.part]);
        let pictures = self.job.folder.join(format!("images{folders}"));
        png::write(&self.job.root, image, |key| pictures.join(format!("{key}_0000.png")))?;
        for key in image.frame_keys() {
            self.write_mask(image, folders, &key)?;
        }
        Ok(())
    }

    fn add(&mut self, part: usize, image: &ManifestImage) -> Result<(), AddFailure> {
        self.keys[part].push(image.key.clone());
        let spacing = image.spacing_mm.map(|values| values.map(|value| value.to_string()));
        let frame = image.frame.map(|frame| frame.to_string());
        let [row, column] = spacing.map_or([None, None], |values| values.map(Some));
        self.spacing.row(&[
            Some(&image.key),
            Some(&image.case_id),
            Some(&csv_path(&image.path)),
            frame.as_deref(),
            row.as_deref(),
            column.as_deref(),
        ]);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<String, ManifestError> {
        let mut labels = Map::new();
        labels.insert("background".to_owned(), json!(0));
        for (index, name) in self.job.categories.iter().enumerate() {
            labels.insert(name.clone(), json!(index + 1));
        }
        let training = self.job.parts.iter().zip(&self.keys).filter(|(p, _)| ending(p) == "Tr");
        let dataset = json!({
            "name": self.job.name,
            "channel_names": { "0": "MG" },
            "labels": labels,
            "numTraining": training.map(|(_, keys)| keys.len()).sum::<usize>(),
            "file_ending": ".png",
        });
        self.job.put("dataset.json", pretty(&dataset).as_bytes())?;
        let splits = json!(self.splits());
        self.job.put("splits_final.json", pretty(&splits).as_bytes())?;
        self.job.put("spacing.csv", self.spacing.text().as_bytes())?;
        Ok(String::new())
    }
}
