//! One step of a cohort, as its file has it.

use serde::{Deserialize, Serialize};

/// One step of a cohort: members that do not meet its condition are excluded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CohortStep {
    /// The option, without the dashes.
    pub option: String,
    /// What the user wrote.
    pub text: String,
    /// The condition on a member, in SQL; empty in files of earlier versions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub condition: String,
    /// The views that images are limited to from here on; empty when the step does not change them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub views: Vec<String>,
}

impl CohortStep {
    /// The text on one line.
    pub(super) fn words(&self) -> String {
        self.text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// The label and the SQL of a condition that is written `LABEL: SQL`. A label is words without quotes,
/// brackets and operators, and a blank follows its colon, so that no SQL reads as one.
pub(super) fn labelled(text: &str) -> (Option<&str>, &str) {
    let label = text.split_once(':').filter(|(label, sql)| {
        let is_word = |c: char| c.is_alphanumeric() || c.is_whitespace() || ",.-–/".contains(c);
        sql.starts_with(char::is_whitespace)
            && !label.trim().is_empty()
            && label.chars().all(is_word)
    });
    label.map_or((None, text), |(label, sql)| (Some(label.trim()), sql))
}
