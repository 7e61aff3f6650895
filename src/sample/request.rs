//! The request for a synthetic data set, its summary and its errors.

use std::path::PathBuf;

use crate::disk::DiskError;

/// The version of mammodex, as written to the data set.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Three fifths of them are normal, and a sheet of their workbook has a million rows.
pub(super) const MOST_PATIENTS: u32 = 1_500_000;

/// What to write to a synthetic data set.
#[derive(Debug, Clone)]
pub struct SampleRequest {
    /// Folder of the data set: empty, or not there yet.
    pub root: PathBuf,
    /// Number of patients, in the proportion 3:1:1 of normal, benign and malignant.
    pub patients: u32,
    /// The same seed gives the same data set.
    pub seed: u64,
    /// Size of the images.
    pub pixels: SamplePixels,
    /// Readers who draw the lesions of each malignant case.
    pub readers: u32,
    /// Whether to include known faults.
    pub faults: SampleFlaws,
}

/// Size of the images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SamplePixels {
    /// Headers of full-size images, without pixel data.
    None,
    /// The same field on a grid of 1.4 mm: about 128 by 160 pixels.
    Small,
    /// The device's own size.
    Full,
}

/// Whether a data set includes known faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleFlaws {
    /// Nothing is wrong.
    Without,
    /// A known list of faults, written to `flaws.json`.
    With,
}

/// Counts of a data set that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleSummary {
    /// Patients without a finding.
    pub normal: u32,
    /// Patients with a benign finding.
    pub benign: u32,
    /// Patients with a malignant tumour.
    pub malignant: u32,
    /// DICOM files.
    pub images: u64,
    /// Annotation files.
    pub annotations: u64,
    /// Contours in them.
    pub contours: u64,
    /// Clinical workbooks.
    pub workbooks: u64,
    /// Faults listed in `flaws.json`.
    pub faults: u64,
    /// Total length of all files, in bytes.
    pub bytes: u64,
}

/// Why a data set could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The folder is not empty.
    #[error("{path} is not empty; a sample is written into a new folder")]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// An earlier run was stopped.
    #[error("an earlier run was stopped, or another one is writing; remove {path} and run again")]
    Unfinished {
        /// The unfinished folder.
        path: PathBuf,
    },
    /// No patients, or more than a sheet has rows for.
    #[error("{asked} patients: a sample has 1 to {MOST_PATIENTS}")]
    Patients {
        /// The number requested.
        asked: u32,
    },
    /// There are more faults than cases.
    #[error("{asked} patients are too few: with faults, each on a case of its own, take {fewest}")]
    TooFew {
        /// The number requested.
        asked: u32,
        /// The smallest number that is enough.
        fewest: u32,
    },
    /// A file or folder could not be written, such as on a full disk.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// A workbook could not be created.
    #[error("cannot create {file}")]
    Workbook {
        /// Path below the root.
        file: String,
        /// The cause.
        source: rust_xlsxwriter::XlsxError,
    },
}

/// The diagnosis group of a patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum SampleGroup {
    Normal,
    Benign,
    Malignant,
}

impl SampleGroup {
    /// Its name in folders and case IDs of the release.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Normal => "Normal",
            Self::Benign => "Benign",
            Self::Malignant => "Cancer",
        }
    }
}
