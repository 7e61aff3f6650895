//! The words of an audit's sheet and summary, which are in both languages whatever that of the process is.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::language::{Language, korean};

/// A sentence by its code.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AuditText {
    code: String,
    en: String,
    ko: String,
}

/// The sentences of `schema/summaries/audit_words.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct AuditTexts {
    #[serde(rename = "text")]
    texts: Vec<AuditText>,
}

/// A sentence by its code; the code where there is none, which a test finds.
pub(super) fn sentence(code: &str, language: Language) -> &str {
    static TEXTS: LazyLock<AuditTexts> = LazyLock::new(|| {
        let text = crate::schema::SUMMARIES.iter().find(|(stem, _)| *stem == "audit_words");
        text.and_then(|(_, text)| toml::from_str(text).ok()).unwrap_or_default()
    });
    let text = TEXTS.texts.iter().find(|text| text.code == code);
    text.map_or(code, |text| match language {
        Language::English => &text.en,
        Language::Korean => &text.ko,
    })
}

/// What a finding says, in a language; as it is where it has no Korean, as names of attributes have none.
pub(super) fn word(english: &str, language: Language) -> String {
    let korean = (language == Language::Korean).then(|| korean(english)).flatten();
    korean.unwrap_or_else(|| english.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_read_and_parts_have_words_of_their_own() {
        assert_ne!(sentence("sheet-private", Language::English), "sheet-private");
        let korean = word("Patient ID has the form of a name", Language::Korean);
        assert!(korean.contains("이름"), "{korean}");
    }
}
