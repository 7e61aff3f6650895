//! What one index run is to do.

use std::path::PathBuf;

use crate::sources::dicom::ReadDepth;

/// The parameters of an index run.
#[derive(Debug, Clone)]
pub struct IndexRequest {
    /// The data set's folder.
    pub dataset: PathBuf,
    /// The catalog's folder.
    pub catalog: PathBuf,
    /// The files of the data set that are read.
    pub files: FileSelection,
    /// Further attributes of images, by keyword.
    pub tags: Vec<String>,
    /// Whether the pixels of images are hashed.
    pub depth: ReadDepth,
    /// Name or file of the profile; absent for the profile that fits best.
    pub profile: Option<String>,
    /// The file with the key of pseudonyms; absent for the usual one of the user.
    pub pseudonym_key: Option<PathBuf>,
    /// Most requests to the storage that are under way at a time.
    pub requests: usize,
    /// What happens to the snapshot of a run that found errors.
    pub on_errors: OnErrors,
    /// What happens when most of the current snapshot would vanish.
    pub on_loss: OnLoss,
}

/// The files of a data set that are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileSelection {
    /// Every file below its folder.
    All,
    /// The files that an inventory names; `-` is standard input.
    Listed(PathBuf),
}

/// What happens to the snapshot of a run that found errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnErrors {
    /// It is published; the errors are rows of it.
    Publish,
    /// It is discarded, and the current snapshot stays.
    Keep,
}

/// What happens when most rows of the current snapshot would vanish, or the folder is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnLoss {
    /// The run fails, and the current snapshot stays.
    Refuse,
    /// The new snapshot replaces it.
    Replace,
}
