//! A text in both languages.

use serde::Deserialize;

use super::name::Language;

/// A text in both languages; a file that lacks one does not read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BilingualText {
    /// English.
    pub en: String,
    /// Korean.
    pub ko: String,
}

impl BilingualText {
    /// The text in a language.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Korean => &self.ko,
        }
    }
}
