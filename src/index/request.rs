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

/// The parameters of a scan into a shard.
#[derive(Debug, Clone)]
pub struct ScanRequest {
    /// The data set's folder.
    pub dataset: PathBuf,
    /// The shard's folder.
    pub shard: PathBuf,
    /// The files of the data set that are scanned.
    pub files: FileSelection,
    /// Further attributes of images, by keyword.
    pub tags: Vec<String>,
    /// Whether the pixels of images are hashed.
    pub depth: ReadDepth,
    /// Name or file of the profile.
    pub profile: String,
    /// The file with the key of pseudonyms; absent for the usual one of the user.
    pub pseudonym_key: Option<PathBuf>,
    /// Most requests to the storage that are under way at a time.
    pub requests: usize,
    /// What happens to a shard of other files, or of an earlier state of them, in the same place.
    pub on_existing: OnExisting,
}

/// What happens to another shard in the place of a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnExisting {
    /// It stays, and the scan fails.
    Refuse,
    /// The new shard replaces it.
    Replace,
}

/// The parameters of a run that links shards.
#[derive(Debug, Clone)]
pub struct LinkRequest {
    /// The folders of shards, or folders of such.
    pub shards: Vec<PathBuf>,
    /// The run; its profile, if absent, its attributes and its depth are those of the shards.
    pub index: IndexRequest,
    /// What happens to files that no shard covers.
    pub on_uncovered: OnGap,
    /// The file to which their paths are written, as an inventory.
    pub uncovered: Option<PathBuf>,
}

/// What happens to files that no shard covers, or that have changed since they were scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnGap {
    /// The run fails, and the current snapshot stays.
    Refuse,
    /// They are read.
    Read,
}

/// The parameters of a plan: how a data set is divided into lists of files.
#[derive(Debug, Clone)]
pub struct PlanRequest {
    /// The data set's folder.
    pub dataset: PathBuf,
    /// The folder of the lists.
    pub output: PathBuf,
    /// The files of the data set that are listed.
    pub files: FileSelection,
    /// How many lists there are.
    pub division: PlanDivision,
    /// Name or file of the profile; absent for the profile that fits best.
    pub profile: Option<String>,
    /// Most requests to the storage that are under way at a time.
    pub requests: usize,
}

/// How many lists a plan has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanDivision {
    /// So many lists, of about the same number of files.
    Shards(u32),
    /// As many as needed for lists of so many files; a case or an archive with more files is a list of its own.
    Size(u32),
}
