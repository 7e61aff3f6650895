//! One breast of one case: the level at which clinical findings and images are joined.

/// A row of `breasts`.
#[derive(Debug, Clone, PartialEq)]
pub struct Breast {
    /// The case.
    pub case_id: String,
    /// `L` or `R`.
    pub laterality: &'static str,
    /// The diagnosis of this side where the table gives one per side, else the case's group.
    pub diagnosis: Option<&'static str>,
    /// BI-RADS category of this side, 0 to 6.
    pub birads: Option<u8>,
    /// The category with its subdivision.
    pub birads_code: Option<String>,
    /// Whether the clinical record places the malignant tumour here; absent when it names no side.
    pub has_tumor: Option<bool>,
    /// Images of this side.
    pub image_count: u32,
    /// Their views, each once, sorted.
    pub views: Vec<String>,
    /// Annotation files that draw on this side.
    pub annotation_count: u32,
    /// Contours on this side.
    pub lesion_count: u32,
    /// Readers who drew on this side, each once, sorted.
    pub readers: Vec<String>,
}
