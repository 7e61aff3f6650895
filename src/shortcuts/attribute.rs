//! The attributes of `schema/shortcuts`, and those that the user adds.

use std::sync::LazyLock;

use serde::Deserialize;

use super::error::ShortcutError;
use crate::language::BilingualText;

/// How the values of an attribute become levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttributeKind {
    /// One level per value, the rarest together.
    Category,
    /// One level per value, or tenths of the images where there are many values.
    Number,
}

/// An attribute that a model could learn instead of the finding.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShortcutAttribute {
    /// Its name.
    pub name: String,
    /// Its name in words.
    #[serde(default)]
    pub label: BilingualText,
    /// How its values become levels.
    pub kind: AttributeKind,
    /// SQL expression over `images AS i` and `patients AS p`.
    pub sql: String,
    /// Criterion of `split create --match`.
    #[serde(default, rename = "match")]
    pub criterion: Option<String>,
}

#[derive(Deserialize)]
struct AttributeFile {
    attribute: Vec<ShortcutAttribute>,
}

/// Every attribute in the file. A test parses the file.
pub fn attributes() -> &'static [ShortcutAttribute] {
    static ATTRIBUTES: LazyLock<Vec<ShortcutAttribute>> = LazyLock::new(|| {
        let text = crate::schema::SHORTCUTS.iter().find(|(stem, _)| *stem == "attributes");
        let file = text.and_then(|(_, text)| toml::from_str::<AttributeFile>(text).ok());
        file.map(|file| file.attribute).unwrap_or_default()
    });
    &ATTRIBUTES
}

impl ShortcutAttribute {
    /// The attribute `NAME=EXPRESSION`, a number where its name begins with `number:`.
    ///
    /// # Errors
    /// Another form, or the name of an attribute of the file.
    pub fn parse(text: &str) -> Result<Self, ShortcutError> {
        let refused =
            |why: &str| Err(ShortcutError::Request(format!("--attribute: {text:?} {why}")));
        let Some((name, sql)) = text.split_once('=') else {
            return refused("is not NAME=EXPRESSION");
        };
        let (kind, name) = match name.trim().strip_prefix("number:") {
            Some(name) => (AttributeKind::Number, name.trim()),
            None => (AttributeKind::Category, name.trim()),
        };
        if name.is_empty() || sql.trim().is_empty() {
            return refused("is not NAME=EXPRESSION");
        }
        if attributes().iter().any(|attribute| attribute.name == name) {
            return refused("has the name of an attribute that is measured anyway");
        }
        let label = BilingualText { en: name.to_owned(), ko: name.to_owned() };
        Ok(Self { name: name.to_owned(), label, kind, sql: sql.trim().to_owned(), criterion: None })
    }
}
