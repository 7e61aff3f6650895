//! The datalist of MONAI: one JSON file in the form of the Medical Segmentation Decathlon
//! (`monai.data.load_decathlon_datalist`), for classification: `label` is the number of a class.

use serde_json::{Map, Value, json};

use super::job::{AddFailure, FormatJob, FormatWriter, pretty};
use crate::manifest::error::ManifestError;
use crate::manifest::image::ManifestImage;
use crate::manifest::roles;

pub struct MonaiWriter {
    job: FormatJob,
    lists: Map<String, Value>,
}

impl MonaiWriter {
    pub fn new(job: FormatJob) -> Self {
        let mut lists = Map::new();
        for key in ["training", "validation", "testing"] {
            lists.insert(key.to_owned(), json!([]));
        }
        Self { job, lists }
    }

    /// Returns the list of a part: that of its role; folds are training; others have their own name.
    fn list(&mut self, part: usize) -> Option<&mut Vec<Value>> {
        let part = &self.job.parts[part];
        let training = !self.job.is_split || roles::fold(part).is_some();
        let key = if training { "training" } else { roles::role(part).unwrap_or(part) };
        self.lists.entry(key).or_insert_with(|| json!([])).as_array_mut()
    }
}

impl FormatWriter for MonaiWriter {
    fn add(&mut self, part: usize, image: &ManifestImage) -> Result<(), AddFailure> {
        let class = self.job.classes.number(image);
        let class = class.ok_or_else(|| AddFailure::unclassed(image))?;
        let mut entry = json!({ "image": image.listed, "label": class });
        if let Some(fold) = roles::fold(&self.job.parts[part]) {
            entry["fold"] = json!(fold);
        }
        entry["case_id"] = json!(image.case_id);
        entry["view"] = json!(image.view);
        entry["spacing_mm"] = json!(image.spacing_mm);
        entry["photometric_interpretation"] = json!(image.photometric);
        if let Some(list) = self.list(part) {
            list.push(entry);
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<String, ManifestError> {
        let Self { job, lists } = *self;
        let length = |key: &str| lists.get(key).and_then(Value::as_array).map_or(0, Vec::len);
        let names = job.classes.names.iter().enumerate();
        let labels: Map<String, Value> =
            names.map(|(number, name)| (number.to_string(), json!(name))).collect();
        let mut datalist = json!({
            "name": job.name,
            "tensorImageSize": "2D",
            "modality": { "0": "MG" },
            "labels": labels,
            "numTraining": length("training"),
            "numTest": length("testing"),
        });
        if let Some(datalist) = datalist.as_object_mut() {
            datalist.extend(lists);
        }
        Ok(pretty(&datalist))
    }
}
