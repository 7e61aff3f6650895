//! Input files and their outcome.

/// The type of a file, detected from its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A DICOM file.
    Dicom,
    /// The directory of a DICOM medium.
    DicomDir,
    /// A clinical table.
    Workbook,
    /// Lesion contours.
    Annotation,
    /// An archive whose members are read in place.
    Archive,
    /// Anything else.
    Other,
}

impl FileKind {
    /// The word that the `sources` table carries.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dicom => "dicom",
            Self::DicomDir => "dicomdir",
            Self::Workbook => "workbook",
            Self::Annotation => "annotation",
            Self::Archive => "archive",
            Self::Other => "other",
        }
    }

    /// The kind with that name; absent when there is none.
    pub fn from_name(word: &str) -> Option<Self> {
        let all = [
            Self::Dicom,
            Self::DicomDir,
            Self::Workbook,
            Self::Annotation,
            Self::Archive,
            Self::Other,
        ];
        all.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// The outcome of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceStatus {
    /// Indexed: it gave rows, or was read without error.
    Indexed,
    /// An input that could not be read; why.
    Rejected(String),
    /// Not an input; why.
    Ignored(String),
}

impl SourceStatus {
    /// The word that the `sources` table carries.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Indexed => "indexed",
            Self::Rejected(_) => "rejected",
            Self::Ignored(_) => "ignored",
        }
    }

    /// Why it was not indexed.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Indexed => None,
            Self::Rejected(reason) | Self::Ignored(reason) => Some(reason),
        }
    }
}

/// A row of `sources`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRecord {
    /// Path relative to the root.
    pub path: String,
    /// Its type.
    pub kind: FileKind,
    /// Length in bytes.
    pub size: u64,
    /// Last change, milliseconds since 1970 UTC.
    pub modified_ms: Option<i64>,
    /// Its outcome.
    pub status: SourceStatus,
    /// Number of rows of other tables read from it.
    pub rows: u32,
}
