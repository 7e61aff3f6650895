//! What one attribute predicts of a label.

/// What one attribute predicts.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeResult {
    /// Its name.
    pub name: String,
    /// Its name in words, English and Korean.
    pub label: [String; 2],
    /// Its levels with a value.
    pub levels: usize,
    /// Share of images without a value; none for all attributes together.
    pub missing: Option<f64>,
    /// The area under the ROC curve of predictions by cross-validation; none where it is undefined.
    pub area: Option<f64>,
    /// Its interval of 95 %.
    pub interval: Option<[f64; 2]>,
    /// The level with the highest prevalence that may be shown.
    pub highest: Option<LevelShare>,
    /// The level with the lowest.
    pub lowest: Option<LevelShare>,
    /// Whether a level is withheld because of a small count.
    pub withheld: bool,
}

/// The prevalence of the label in one level.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelShare {
    /// The level; none for images without a value.
    pub level: Option<String>,
    /// Share of its images that have the label.
    pub prevalence: f64,
    /// Its images.
    pub images: u64,
    /// Its patients; one who has images with and without the label counts twice.
    pub patients: u64,
}

impl LevelShare {
    /// `GE: 35 % of 120 images`.
    pub fn in_words(&self) -> String {
        let level = self.level.as_deref().unwrap_or("missing");
        format!("{level}: {:.1} % of {}", 100.0 * self.prevalence, self.images)
    }
}
