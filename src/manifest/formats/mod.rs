//! One file per format of those who train: each takes the images as they come, part by part.

mod coco;
mod croissant;
mod folder;
mod imagefolder;
mod monai;
mod nnunet;
mod png;
mod s5cmd;
mod webdataset;
mod yolo;

use std::path::{Path, PathBuf};

use super::ManifestError;
use super::image::{ImageClasses, ManifestImage};
use super::request::{ManifestFormat, ManifestOptions};
use super::selection::Exclusions;
use crate::disk::{io_error, write_with_folders};

/// A text of `schema/formats`.
pub(super) fn fact(stem: &str) -> &'static str {
    let found = crate::schema::FORMATS.iter().find(|(known, _)| *known == stem);
    found.map_or("", |(_, text)| text)
}

/// What every format is told before the first image comes.
pub(super) struct FormatJob {
    /// What the manifest is called.
    pub name: String,
    /// The folder that a format of several files writes to; it is renamed at the end.
    pub folder: PathBuf,
    /// The parts, in order; `all` for a cohort.
    pub parts: Vec<String>,
    /// Whether there is a split.
    pub is_split: bool,
    /// The classes of images.
    pub classes: ImageClasses,
    /// The labels of contours, in alphabetic order.
    pub categories: Vec<String>,
    /// What was asked for.
    pub options: ManifestOptions,
    /// Where the data set lies, without links.
    pub root: PathBuf,
}

impl FormatJob {
    /// The part with that role; none when there is none.
    fn part_with(&self, role: &str) -> Option<&str> {
        let part = self.parts.iter().find(|part| super::roles::role(part) == Some(role));
        part.map(String::as_str)
    }

    /// The number of a contour's label, from 0.
    fn category(&self, label: &str) -> usize {
        self.categories.iter().position(|known| known == label).unwrap_or(0)
    }
}

/// Writes one format.
pub(super) trait FormatWriter {
    /// More images. Gives those that are in the manifest; what the format cannot take is counted.
    fn images(
        &mut self,
        images: Vec<ManifestImage>,
        left_out: &mut Exclusions,
    ) -> Result<Vec<ManifestImage>, ManifestError>;

    /// No more images. Gives the content of a format that is one file; of others nothing.
    fn finish(self: Box<Self>) -> Result<String, ManifestError>;
}

/// The writer of a format that is no table.
///
/// # Errors
/// When the format needs what the source does not have, such as parts.
pub(super) fn writer(job: FormatJob) -> Result<Box<dyn FormatWriter>, ManifestError> {
    let shape = job.options.shape;
    let refused = |why: &str| Err(ManifestError::Request(format!("{}: {why}", shape.as_str())));
    if matches!(shape, ManifestFormat::Yolo | ManifestFormat::Nnunet) {
        if job.categories.is_empty() {
            return refused("none of these images has a contour");
        }
        let folds =
            !job.parts.is_empty() && job.parts.iter().all(|p| super::roles::fold(p).is_some());
        let parts = job.part_with("training").is_some() && job.part_with("validation").is_some();
        if shape == ManifestFormat::Nnunet && !folds && !parts {
            return refused(
                "it takes a split with folds, or with a training and a validation part: without \
                 one nnU-Net deals out images, and views of one patient land on both sides",
            );
        }
        if shape == ManifestFormat::Yolo && !parts {
            return refused("it takes a split with a training and a validation part (train, val)");
        }
    }
    Ok(match shape {
        ManifestFormat::Coco => Box::new(coco::CocoWriter::new(job)),
        ManifestFormat::Nnunet => Box::new(nnunet::NnunetWriter::new(job)),
        ManifestFormat::Yolo => Box::new(yolo::YoloWriter::new(job)),
        ManifestFormat::Imagefolder => Box::new(imagefolder::ImageFolderWriter::new(job)),
        ManifestFormat::Webdataset => Box::new(webdataset::WebdatasetWriter::new(job)),
        ManifestFormat::S5cmd => Box::new(s5cmd::S5cmdWriter::new(job)?),
        ManifestFormat::Croissant => Box::new(croissant::CroissantWriter::new(job)),
        ManifestFormat::Folder => Box::new(folder::LabelFolder::new(job)),
        ManifestFormat::Monai
        | ManifestFormat::Csv
        | ManifestFormat::Jsonl
        | ManifestFormat::Parquet => Box::new(monai::MonaiWriter::new(job)),
    })
}

/// Pretty JSON with a line break at the end.
fn json(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}

/// Writes a file of the folder.
fn put(folder: &Path, name: &str, content: &[u8]) -> Result<(), ManifestError> {
    let path = folder.join(name);
    Ok(write_with_folders(&path, content).map_err(io_error("write", &path))?)
}
