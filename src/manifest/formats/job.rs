//! What a format is given before the first image, and what it does with each.

use std::path::PathBuf;
use std::sync::Arc;

use crate::disk::{DiskError, io_error, write_with_folders};
use crate::manifest::error::ManifestError;
use crate::manifest::image::{ImageClasses, ManifestImage};
use crate::manifest::image_root::ImageRoot;
use crate::manifest::request::ManifestOptions;
use crate::manifest::roles;
use crate::manifest::selection::ExclusionReason;
use crate::sources::profile::PseudonymKey;

/// What a format is given before the first image.
pub struct FormatJob {
    /// Name of the split or cohort.
    pub name: String,
    /// The folder of a format that has several files; it is renamed at the end.
    pub folder: PathBuf,
    /// The parts, in order; `all` for a cohort.
    pub parts: Vec<String>,
    /// Whether the source is a split.
    pub is_split: bool,
    /// The classes of images.
    pub classes: ImageClasses,
    /// The labels of contours, in the order of their numbers.
    pub categories: Vec<String>,
    /// The options of the request.
    pub options: ManifestOptions,
    /// The key of the UIDs in headers that are de-identified.
    pub uid_key: PseudonymKey,
    /// The data set's folder or store.
    pub root: Arc<ImageRoot>,
    /// Number of the snapshot.
    pub snapshot: u32,
}

impl FormatJob {
    /// Returns the first part with that role.
    pub fn part_with(&self, role: &str) -> Option<&str> {
        let part = self.parts.iter().find(|part| roles::role(part) == Some(role));
        part.map(String::as_str)
    }

    /// Returns the number of a contour's label, from 0.
    pub fn category(&self, label: &str) -> usize {
        self.categories.iter().position(|known| known == label).unwrap_or(0)
    }

    /// Writes a file of the folder.
    pub fn put(&self, name: &str, content: &[u8]) -> Result<(), DiskError> {
        let path = self.folder.join(name);
        write_with_folders(&path, content).map_err(io_error("write", &path))
    }
}

/// Why an image was not added.
pub enum AddFailure {
    /// The format cannot take it: it is excluded and counted.
    Rejected(ExclusionReason, String),
    /// The manifest cannot be written.
    Stopped(ManifestError),
}

impl<E: Into<ManifestError>> From<E> for AddFailure {
    fn from(error: E) -> Self {
        Self::Stopped(error.into())
    }
}

impl AddFailure {
    /// An image that the format cannot take; `why` follows its path in the report.
    pub fn rejected(reason: ExclusionReason, image: &ManifestImage, why: impl ToString) -> Self {
        Self::Rejected(reason, format!("{}: {}", image.path, why.to_string()))
    }

    /// An image without a class.
    pub fn unclassed(image: &ManifestImage) -> Self {
        Self::Rejected(ExclusionReason::Unclassed, image.path.clone())
    }
}

/// Writes one format.
pub trait FormatWriter: Sync {
    /// Writes the files of one image that need no order, such as its pixels; called for several
    /// images at the same time.
    fn prepare(&self, _image: &mut ManifestImage) -> Result<(), AddFailure> {
        Ok(())
    }

    /// Adds one image to the part of that position; images come in the order of the manifest.
    fn add(&mut self, part: usize, image: &ManifestImage) -> Result<(), AddFailure>;

    /// Writes what comes last. Returns the content of a format that is one file; of others nothing.
    fn finish(self: Box<Self>) -> Result<String, ManifestError>;
}

/// Returns pretty JSON with a line break at the end.
pub fn pretty(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}
