//! The request for pictures, and its report.

use std::path::PathBuf;

use super::exam::RenderTarget;
use crate::cohort::CohortError;
use crate::disk::DiskError;
use crate::pixels::PictureFormat;

/// What is shown of an image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RenderCrop {
    /// All of it.
    #[default]
    None,
    /// The contours with a margin; all of an image without contours.
    Lesion,
    /// The breast without the air around it.
    Breast,
}

/// What a picture holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RenderLayout {
    /// An image with its contours.
    #[default]
    Annotated,
    /// An image as it is.
    Plain,
    /// The numbers of labels, 0 where nothing was drawn.
    Mask,
    /// The four views of a case with their contours.
    FourView,
}

/// Pictures to be made.
#[derive(Debug, Clone)]
pub struct RenderRequest {
    /// Of what.
    pub target: RenderTarget,
    /// The file of a single picture, or the folder of many.
    pub output: PathBuf,
    /// How they are written.
    pub format: PictureFormat,
    /// What a picture holds.
    pub layout: RenderLayout,
    /// What is shown of each image.
    pub crop: RenderCrop,
    /// The longest side of an image in pixels; none for its own.
    pub size: Option<u32>,
    /// The data set's folder or address.
    pub root: PathBuf,
    /// Whether pictures that are there are made again.
    pub replace: bool,
}

/// A picture that could not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderFailure {
    /// The image's path in the catalog.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// What came of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RenderReport {
    /// Pictures that were written.
    pub written: Vec<PathBuf>,
    /// Pictures that were there already.
    pub present: u64,
    /// Pictures that could not be made, in the order of images.
    pub failures: Vec<RenderFailure>,
}

/// Pictures could not be made at all.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The catalog or the cohort cannot be read.
    #[error(transparent)]
    Cohort(#[from] CohortError),
    /// A picture cannot be written.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// There is nothing to show.
    #[error("no image belongs to it")]
    Empty,
    /// A file for one picture, and there are several.
    #[error("{0} is one file, and there are {1} pictures; name a folder")]
    OneFile(PathBuf, usize),
}

/// What is reported while pictures are made.
pub trait RenderProgress: Sync {
    /// How many there will be.
    fn begin(&self, pictures: usize);
    /// One more is done.
    fn advance(&self);
}
