//! The words of an audit in English and Korean, by `schema/summaries/audit_words.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

/// A language of the sheet and of the summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AuditLanguage {
    English,
    Korean,
}

impl AuditLanguage {
    /// Its code in HTML.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Korean => "ko",
        }
    }
}

/// A sentence by its code.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AuditText {
    code: String,
    en: String,
    ko: String,
}

/// What a finding says; `{}` stands for a part with a word of its own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AuditWord {
    en: String,
    ko: String,
}

/// All words.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AuditWords {
    #[serde(rename = "text")]
    texts: Vec<AuditText>,
    #[serde(rename = "word")]
    words: Vec<AuditWord>,
}

impl AuditWords {
    /// The words that the binary has; none where they cannot be read, which a test finds.
    pub fn get() -> &'static Self {
        static WORDS: LazyLock<AuditWords> = LazyLock::new(|| {
            let text = crate::schema::SUMMARIES.iter().find(|(stem, _)| *stem == "audit_words");
            text.and_then(|(_, text)| toml::from_str(text).ok()).unwrap_or_default()
        });
        &WORDS
    }

    /// The sentence of a code; the code where there is none.
    pub fn text(&self, code: &str, language: AuditLanguage) -> String {
        let text = self.texts.iter().find(|text| text.code == code);
        text.map_or(code, |text| match language {
            AuditLanguage::English => &text.en,
            AuditLanguage::Korean => &text.ko,
        })
        .to_owned()
    }

    /// What a finding says, in a language; as it is where it has no word, as names of attributes have none.
    pub fn word(&self, english: &str, language: AuditLanguage) -> String {
        if language == AuditLanguage::English {
            return english.to_owned();
        }
        if let Some(word) = self.words.iter().find(|word| word.en == english) {
            return word.ko.clone();
        }
        let with_part = self.words.iter().find_map(|word| {
            let (before, behind) = word.en.split_once("{}")?;
            let part = english.strip_prefix(before)?.strip_suffix(behind)?;
            Some(word.ko.replace("{}", &self.word(part, language)))
        });
        with_part.unwrap_or_else(|| english.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{AuditLanguage, AuditWords};

    #[test]
    fn words_are_read_and_parts_have_words_of_their_own() {
        let words = AuditWords::get();
        let korean = words.word("Patient ID has the form of a name", AuditLanguage::Korean);
        assert_eq!(korean, "환자 ID가 이름 형식임");
        assert_ne!(words.text("sheet-private", AuditLanguage::English), "sheet-private");
    }
}
