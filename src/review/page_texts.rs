//! The texts of the page in both languages.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageText {
    /// The name by which the page refers to it.
    pub code: String,
    /// English.
    pub en: String,
    /// Korean.
    pub ko: String,
}

/// Every text of the page, in the order of `texts.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageTexts {
    /// Words of the page itself.
    #[serde(rename(deserialize = "text"))]
    pub texts: Vec<PageText>,
    /// Why a contour is rejected.
    #[serde(rename(deserialize = "reason"))]
    pub reasons: Vec<PageText>,
    /// Why a contour is doubtful.
    #[serde(rename(deserialize = "doubt"))]
    pub doubts: Vec<PageText>,
    /// What a check says of a case: one for each that names cases and is an error or a warning.
    #[serde(rename(deserialize = "check"))]
    pub checks: Vec<PageText>,
}

impl PageTexts {
    /// The texts that the binary has.
    pub fn get() -> &'static Self {
        static TEXTS: LazyLock<PageTexts> = LazyLock::new(|| {
            let empty = PageTexts {
                texts: Vec::new(),
                reasons: Vec::new(),
                doubts: Vec::new(),
                checks: Vec::new(),
            };
            // A test reads the file; without texts the page shows its codes.
            toml::from_str(include_str!("page/texts.toml")).unwrap_or(empty)
        });
        &TEXTS
    }

    /// The codes of reasons for which a case without a contour can be rejected.
    pub const UNDRAWN_REASONS: [&str; 2] = ["lesion_missing", "other"];

    /// The codes of reasons, in the order of the page.
    pub fn reason_codes(&self) -> Vec<&str> {
        self.reasons.iter().map(|reason| reason.code.as_str()).collect()
    }
}
