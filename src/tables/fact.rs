//! What must be true of the cells of a column, as `[[column.fact]]` of `schema/tables` states it.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::records::issue::Severity;

/// A statement about the cells of a column. Each is a check of the catalog.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnFact {
    /// What it says.
    pub kind: FactKind,
    /// How much a row that contradicts it matters.
    pub severity: Severity,
    /// The rows that it is about, as a condition in SQL on the table; all where it is absent.
    #[serde(rename = "where")]
    pub condition: Option<String>,
    /// Those rows in words: `mammograms`.
    pub of: Option<String>,
    /// The same in Korean.
    pub of_ko: Option<String>,
    /// Why it is so, with its source, as sentences.
    pub because: String,
    /// The same in Korean.
    pub because_ko: String,
    /// What to do about a row that contradicts it; absent where the kind says enough.
    pub advice: Option<String>,
    /// The same in Korean.
    pub advice_ko: Option<String>,
    /// The code of the finding by which the indexer reports the same fault cell by cell.
    pub finding: Option<String>,
    /// Of a range: the least value, in the unit of the column.
    pub minimum: Option<FactValue>,
    /// Of a range: the greatest value.
    pub maximum: Option<FactValue>,
    /// Of a range: units in which values were written by mistake, and what such a value is multiplied by.
    #[serde(default)]
    pub other_units: BTreeMap<String, f64>,
    /// Of a vocabulary: the values.
    #[serde(default)]
    pub values: Vec<FactValue>,
    /// Of a filled share: the least share in each group.
    pub at_least_percent: Option<f64>,
    /// Of a filled share: the columns by which rows are grouped, of the table or of `patients`.
    #[serde(default)]
    pub by: Vec<String>,
}

/// The kinds of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FactKind {
    /// The cell is not null.
    Required,
    /// The value is between a minimum and a maximum.
    Range,
    /// The value is one of a list.
    Vocabulary,
    /// The cell is null in all rows but those of the condition.
    Only,
    /// Each group of rows has a share of cells that are not null.
    Filled,
}

impl FactKind {
    /// The word in the name of its check.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Range => "range",
            Self::Vocabulary => "vocabulary",
            Self::Only => "only",
            Self::Filled => "filled",
        }
    }
}

/// A value in a fact.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum FactValue {
    /// `true` or `false`.
    Truth(bool),
    /// A number.
    Number(f64),
    /// A text or, of a column of dates, a date as in ISO 8601.
    Text(String),
}

impl fmt::Display for FactValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truth(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::Text(value) => value.fmt(f),
        }
    }
}

impl ColumnFact {
    /// The fact in a few words, for a table of columns; `unit` is that of the column.
    pub fn summary(&self, unit: &str) -> String {
        let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
        let subset = self.of.as_ref().map(|subset| format!(" in {subset}")).unwrap_or_default();
        match self.kind {
            FactKind::Required => format!("required{subset}"),
            FactKind::Range => format!("{}{unit}{subset}", self.range()),
            FactKind::Vocabulary => format!("{}{subset}", self.list()),
            FactKind::Only => format!("only{subset}"),
            FactKind::Filled => format!(
                "filled{subset} to {} % in each {}",
                self.at_least_percent.unwrap_or_default(),
                self.by.join(" and ")
            ),
        }
    }

    /// The range in words: `18 to 100`.
    pub fn range(&self) -> String {
        match (&self.minimum, &self.maximum) {
            (Some(least), Some(greatest)) => format!("{least} to {greatest}"),
            (Some(least), None) => format!("at least {least}"),
            (None, Some(greatest)) => format!("at most {greatest}"),
            (None, None) => "any".to_owned(),
        }
    }

    /// The values in words: `MONOCHROME1 or MONOCHROME2`.
    pub fn list(&self) -> String {
        let values: Vec<String> = self.values.iter().map(FactValue::to_string).collect();
        values.join(" or ")
    }
}
