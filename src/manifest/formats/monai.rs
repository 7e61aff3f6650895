//! The datalist of MONAI: one JSON file in the form of the Medical Segmentation Decathlon
//! (`monai.data.load_decathlon_datalist`), for classification: `label` is a class.

use serde_json::{Map, Value, json};

use super::{FormatJob, FormatWriter};
use crate::manifest::image::ManifestImage;
use crate::manifest::selection::Exclusions;
use crate::manifest::{ManifestError, roles};

pub(super) struct MonaiWriter {
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

    /// The list of a part: that of its role; folds are training; others have their own name.
    fn list(&mut self, part: &str) -> Option<&mut Vec<Value>> {
        let training = !self.job.is_split || roles::fold(part).is_some();
        let key = if training { "training" } else { roles::role(part).unwrap_or(part) };
        self.lists.entry(key).or_insert_with(|| json!([])).as_array_mut()
    }
}

impl FormatWriter for MonaiWriter {
    fn images(
        &mut self,
        images: Vec<ManifestImage>,
        _: &mut Exclusions,
    ) -> Result<Vec<ManifestImage>, ManifestError> {
        for image in &images {
            let mut entry = json!({ "image": image.listed });
            if let Some(class) = self.job.classes.of(image) {
                entry["label"] = json!(class);
            }
            if let Some(fold) = roles::fold(image.part()) {
                entry["fold"] = json!(fold);
            }
            entry["case_id"] = json!(image.case_id);
            entry["view"] = json!(image.view);
            if let Some(list) = self.list(image.part()) {
                list.push(entry);
            }
        }
        Ok(images)
    }

    fn finish(self: Box<Self>) -> Result<String, ManifestError> {
        let Self { job, lists } = *self;
        let many = |key: &str| lists.get(key).and_then(Value::as_array).map_or(0, Vec::len);
        let names = job.classes.names.iter().enumerate();
        let labels: Map<String, Value> =
            names.map(|(at, name)| (at.to_string(), json!(name))).collect();
        let mut list = json!({
            "name": job.name,
            "tensorImageSize": "2D",
            "modality": { "0": "MG" },
            "labels": labels,
            "numTraining": many("training"),
            "numTest": many("testing"),
        });
        if let Some(list) = list.as_object_mut() {
            list.extend(lists);
        }
        Ok(super::json(&list))
    }
}
