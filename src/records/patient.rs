//! One case: its clinical record and what was counted for it.

use super::clinical::ClinicalRecord;
use super::view;

/// A row of `patients`: one case.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Patient {
    /// The case.
    pub case_id: String,
    /// The group.
    pub diagnosis: Option<&'static str>,
    /// Age, from the table or the headers.
    pub age_years: Option<i64>,
    /// Clinical rows that were merged into this one.
    pub clinical_row_count: u32,
    /// Maker, one spelling per maker.
    pub vendor: Option<String>,
    /// Product line.
    pub model_family: Option<String>,
    /// Software version as the model's text carries it.
    pub software_version: Option<String>,
    /// The clinical record.
    pub clinical: ClinicalRecord,
    /// Images of the case.
    pub image_count: u32,
    /// Views present, each once, sorted.
    pub views: Vec<String>,
    /// Annotation files that count.
    pub annotation_count: u32,
    /// Contours that count.
    pub lesion_count: u32,
    /// Readers, each once, sorted.
    pub readers: Vec<String>,
    /// Whether any reader marked the case as unreadable; absent without an annotation.
    pub discarded: Option<bool>,
}

impl Patient {
    /// Whether LCC, LMLO, RCC and RMLO are all present.
    pub fn has_four_views(&self) -> bool {
        view::STANDARD_VIEWS.iter().all(|view| self.views.iter().any(|v| v == view))
    }
}
