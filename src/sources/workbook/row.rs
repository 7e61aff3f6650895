//! One row of a clinical table, read.

use crate::records::clinical::ClinicalRecord;
use crate::records::extra::ExtraCell;
use crate::records::laterality::Laterality;
use crate::sources::profile::CaseName;

/// One row of a clinical table.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct WorkbookRow {
    /// The case, or the key of an image's file in a table with one row per image.
    pub subject: RowSubject,
    /// The side that the row is about, in a table per side or image.
    pub side: Option<Laterality>,
    /// Its cells, parsed.
    pub clinical: ClinicalRecord,
    /// Its cells in columns that the profile adds.
    pub extra: Vec<ExtraCell>,
}

/// The case that a row is about, or the image that leads to it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum RowSubject {
    /// A case.
    Case(CaseName),
    /// The case of the image with this file key.
    File(String),
}
