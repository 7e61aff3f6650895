//! An image folder of Hugging Face datasets: `PART/KEY.png` beside `PART/metadata.parquet`, whose
//! column `file_name` names the image, and whose schema carries the type of every column and the
//! classes; the card `README.md` names the parts.
//!
//! Parquet, because from CSV the reader would guess types: case IDs of digits would become numbers,
//! and a column that is empty in one part would differ in type from the other parts. Source:
//! huggingface.co/docs/datasets, image_dataset and repository_structure.

use std::collections::HashMap;
use std::fs::File;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::record_batch::RecordBatch;
use serde_json::json;

use super::job::{AddFailure, FormatJob, FormatWriter};
use super::png;
use crate::disk::io_error;
use crate::manifest::error::ManifestError;
use crate::manifest::image::ManifestImage;
use crate::results::ResultError;
use crate::tables::batches::BatchWriter;

/// The text columns of `metadata.parquet`; `label` follows, and `frame` where an image has several.
const TEXTS: [&str; 7] =
    ["file_name", "case_id", "diagnosis", "view", "laterality", "path", "sop_instance_uid"];

/// The rows of a part.
#[derive(Default)]
struct PartMetadata {
    texts: [Vec<Option<String>>; TEXTS.len()],
    labels: Vec<Option<i64>>,
    /// Numbers of frames, from 1; none for an image of one frame.
    frames: Vec<Option<i64>>,
}

pub struct ImageFolderWriter {
    /// The names of the parts there: letters, digits and `_`, and not `all`.
    names: Vec<String>,
    metadata: Vec<PartMetadata>,
    job: FormatJob,
}

impl ImageFolderWriter {
    /// Begins the folder.
    ///
    /// # Errors
    /// When two parts would have the same name, or one a name that the reader keeps for itself.
    pub fn new(job: FormatJob) -> Result<Self, ManifestError> {
        let names: Vec<String> = if job.is_split {
            job.parts.iter().map(|part| part.replace('-', "_")).collect()
        } else {
            vec!["train".to_owned()]
        };
        for (position, name) in names.iter().enumerate() {
            if name == "all" || names[..position].contains(name) {
                return Err(ManifestError::Request(format!(
                    "imagefolder: a part cannot be called {name}: `all` is reserved there, and `-` \
                     becomes `_`"
                )));
            }
        }
        let metadata = job.parts.iter().map(|_| PartMetadata::default()).collect();
        Ok(Self { names, metadata, job })
    }

    fn write_metadata(&self, part: usize) -> Result<(), ManifestError> {
        let metadata = &self.metadata[part];
        let mut fields: Vec<Field> =
            TEXTS.iter().map(|name| Field::new(*name, DataType::Utf8, true)).collect();
        fields.push(Field::new("label", DataType::Int64, true));
        let mut columns: Vec<ArrayRef> = Vec::new();
        for texts in &metadata.texts {
            columns.push(Arc::new(texts.iter().map(Option::as_deref).collect::<StringArray>()));
        }
        columns.push(Arc::new(Int64Array::from(metadata.labels.clone())));
        if self.has_frames() {
            fields.push(Field::new("frame", DataType::Int64, true));
            columns.push(Arc::new(Int64Array::from(metadata.frames.clone())));
        }
        let types = HashMap::from([("huggingface".to_owned(), self.features())]);
        let schema = Schema::new_with_metadata(fields, types);
        let batch = RecordBatch::try_new(Arc::new(schema), columns).map_err(ResultError::from)?;
        let path = self.job.folder.join(&self.names[part]).join("metadata.parquet");
        let file = File::create(&path).map_err(io_error("write", &path))?;
        let mut writer = BatchWriter::new(file, &batch.schema())?;
        writer.push(&batch)?;
        writer.finish()?;
        Ok(())
    }

    /// Whether any image has several frames: then all parts have the column.
    fn has_frames(&self) -> bool {
        self.metadata.iter().any(|part| part.frames.iter().any(Option::is_some))
    }

    /// The types of the columns as `datasets` writes them to a Parquet file of its own.
    fn features(&self) -> String {
        let mut features = serde_json::Map::new();
        for name in TEXTS {
            features.insert(name.to_owned(), json!({ "dtype": "string", "_type": "Value" }));
        }
        let names = &self.job.classes.names;
        features.insert("label".to_owned(), json!({ "names": names, "_type": "ClassLabel" }));
        if self.has_frames() {
            features.insert("frame".to_owned(), json!({ "dtype": "int64", "_type": "Value" }));
        }
        json!({ "info": { "features": features } }).to_string()
    }

    /// The card: the parts as YAML before the text.
    fn card(&self) -> String {
        let mut card = "---\nconfigs:\n- config_name: default\n  data_files:\n".to_owned();
        for (name, metadata) in self.names.iter().zip(&self.metadata) {
            if !metadata.labels.is_empty() {
                card.push_str(&format!("  - split: {name}\n    path: \"{name}/**\"\n"));
            }
        }
        card.push_str(&format!("---\n\n# {}\n\n", self.job.name));
        card.push_str(&format!("Column `label`: {}.\n", self.job.classes.legend()));
        card
    }
}

impl FormatWriter for ImageFolderWriter {
    fn prepare(&self, image: &mut ManifestImage) -> Result<(), AddFailure> {
        let folder = self.job.folder.join(&self.names[image.part]);
        png::write(&self.job.root, image, |key| folder.join(format!("{key}.png")))
    }

    fn add(&mut self, part: usize, image: &ManifestImage) -> Result<(), AddFailure> {
        let class = self.job.classes.number(image);
        let metadata = &mut self.metadata[part];
        let cells = [
            Some(format!("{}.png", image.key)),
            Some(image.case_id.clone()),
            image.diagnosis.clone(),
            image.view.clone(),
            image.laterality.clone(),
            Some(image.path.clone()),
            image.sop_instance_uid.clone(),
        ];
        for (column, cell) in metadata.texts.iter_mut().zip(cells) {
            column.push(cell);
        }
        metadata.labels.push(class.and_then(|class| i64::try_from(class).ok()));
        metadata.frames.push(image.frame.map(i64::from));
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<String, ManifestError> {
        for part in 0..self.names.len() {
            if !self.metadata[part].labels.is_empty() {
                self.write_metadata(part)?;
            }
        }
        self.job.put("README.md", self.card().as_bytes())?;
        Ok(String::new())
    }
}
