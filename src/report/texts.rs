//! The words of a report in both languages.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::language::{Language, korean};
use crate::shortcuts;

/// A text with the code by which the report names it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodedText {
    /// The code.
    pub code: String,
    /// English.
    pub en: String,
    /// Korean.
    pub ko: String,
}

/// Every word of `schema/report/texts.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportTexts {
    /// Words of the page.
    #[serde(default, rename = "text")]
    pub texts: Vec<CodedText>,
    /// Names of columns.
    #[serde(default, rename = "column")]
    pub columns: Vec<CodedText>,
    /// Values of vocabularies.
    #[serde(default, rename = "value")]
    pub values: Vec<CodedText>,
}

impl ReportTexts {
    /// The texts that the binary has. A test parses the file.
    pub fn get() -> &'static Self {
        static TEXTS: LazyLock<ReportTexts> = LazyLock::new(|| {
            let file = crate::schema::REPORT.iter().find(|(stem, _)| *stem == "texts");
            file.and_then(|(_, text)| toml::from_str(text).ok()).unwrap_or_default()
        });
        &TEXTS
    }

    /// A word of the page; its code where there is none.
    pub fn text(&self, code: &str, language: Language) -> String {
        find(&self.texts, code, language).unwrap_or_else(|| code.to_owned())
    }

    /// A word of the page with its `{name}` filled in.
    pub fn filled(&self, code: &str, language: Language, values: &[(&str, &str)]) -> String {
        let text = self.text(code, language);
        values.iter().fold(text, |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// The name of a column; a value's, or the code itself, where it is not one.
    pub fn column(&self, code: &str, language: Language) -> String {
        find(&self.columns, code, language).unwrap_or_else(|| self.value(code, language))
    }

    /// A value of a vocabulary, an attribute of `schema/shortcuts` or a text of the program; the value itself
    /// where it is none.
    pub fn value(&self, code: &str, language: Language) -> String {
        let attribute = || {
            let attribute = shortcuts::attributes().iter().find(|other| other.name == code)?;
            Some(match language {
                Language::English => attribute.label.en.clone(),
                Language::Korean => attribute.label.ko.clone(),
            })
        };
        let text = || match language {
            Language::English => None,
            Language::Korean => korean(code),
        };
        let value = find(&self.values, code, language).or_else(attribute).or_else(text);
        value.unwrap_or_else(|| code.to_owned())
    }
}

fn find(texts: &[CodedText], code: &str, language: Language) -> Option<String> {
    let text = texts.iter().find(|text| text.code == code)?;
    Some(match language {
        Language::English => text.en.clone(),
        Language::Korean => text.ko.clone(),
    })
}
