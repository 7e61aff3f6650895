//! The writer of each format.

use super::job::{FormatJob, FormatWriter};
use super::{coco, croissant, folder, imagefolder, monai, nnunet, s5cmd, webdataset, yolo};
use crate::manifest::error::ManifestError;
use crate::manifest::request::ManifestFormat;
use crate::manifest::roles;

/// Returns the writer of a format that is not a table.
///
/// # Errors
/// When the format needs what the source does not have, such as parts.
pub fn writer(job: FormatJob) -> Result<Box<dyn FormatWriter>, ManifestError> {
    let format = job.options.format;
    if matches!(format, ManifestFormat::Yolo | ManifestFormat::Nnunet) {
        check_parts(&job)?;
    }
    Ok(match format {
        ManifestFormat::Coco => Box::new(coco::CocoWriter::new(job)),
        ManifestFormat::Nnunet => Box::new(nnunet::NnunetWriter::new(job)),
        ManifestFormat::Yolo => Box::new(yolo::YoloWriter::new(job)),
        ManifestFormat::Imagefolder => Box::new(imagefolder::ImageFolderWriter::new(job)?),
        ManifestFormat::Webdataset => Box::new(webdataset::WebdatasetWriter::new(job)),
        ManifestFormat::S5cmd => Box::new(s5cmd::S5cmdWriter::new(job)?),
        ManifestFormat::Croissant => Box::new(croissant::CroissantWriter::new(job)),
        ManifestFormat::Folder => Box::new(folder::LabelFolder::new(job)?),
        ManifestFormat::Monai
        | ManifestFormat::Csv
        | ManifestFormat::Jsonl
        | ManifestFormat::Parquet
        | ManifestFormat::Xlsx => Box::new(monai::MonaiWriter::new(job)),
    })
}

/// Refuses a source without the parts or contours that a format of outlines needs.
fn check_parts(job: &FormatJob) -> Result<(), ManifestError> {
    let format = job.options.format;
    let refused = |why: &str| Err(ManifestError::Request(format!("{}: {why}", format.as_str())));
    if job.categories.is_empty() {
        return refused("the snapshot has no contours");
    }
    let folds = job.parts.iter().all(|part| roles::fold(part).is_some());
    let parts = job.part_with("training").is_some() && job.part_with("validation").is_some();
    if format == ManifestFormat::Nnunet && !folds && !parts {
        return refused(
            "it takes a split with folds, or with a training and a validation part: otherwise \
             nnU-Net assigns images itself, and views of one patient land on both sides",
        );
    }
    if format == ManifestFormat::Yolo && !parts {
        return refused("it takes a split with a training and a validation part (train, val)");
    }
    Ok(())
}
