//! The sections of a report, as `schema/report/sections.toml` lists them.

use serde::Deserialize;

use super::error::ReportError;
use crate::language::BilingualText;

/// Where the rows of a section come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SectionSource {
    /// The SQL file of its name.
    Sql,
    /// The checks that failed, are waived, or could not run.
    Checks,
    /// What differs from the snapshot before.
    Changes,
    /// Agreement of readers.
    Agreement,
    /// Attributes that predict the label.
    Shortcuts,
    /// The audit of the de-identification.
    Audit,
    /// The strata of a split.
    Balance,
    /// The tables of the snapshot.
    Snapshot,
}

/// The picture of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SectionChart {
    /// The first number of each row as a bar.
    Bars,
    /// The counts of each row as shares of a bar.
    Shares,
    /// Areas with their intervals.
    Intervals,
    /// No picture.
    None,
}

/// One section.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectionSpec {
    /// Its anchor, and the stem of its SQL file.
    pub name: String,
    /// The cluster that it belongs to.
    pub cluster: String,
    /// Where its rows come from.
    pub source: SectionSource,
    /// Its heading.
    pub title: BilingualText,
    /// What it shows.
    pub text: BilingualText,
    /// Leading columns that name a row.
    #[serde(default = "one")]
    pub keys: usize,
    /// Whether row, column and count become a table of rows and columns.
    #[serde(default)]
    pub pivot: bool,
    /// Columns that count patients; `*` is every column after the keys.
    #[serde(default)]
    pub counts: Vec<String>,
    /// Columns that are withheld with a count of their row.
    #[serde(default)]
    pub derived: Vec<String>,
    /// The columns that are shown; all when empty.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Columns that have no other value in an earlier snapshot, and are shown once beside it.
    #[serde(default)]
    pub once: Vec<String>,
    /// Decimals of numbers.
    #[serde(default = "one")]
    pub digits: usize,
    /// Its picture.
    pub chart: SectionChart,
    /// Whether it is only shown on request: it has rows of single cases.
    #[serde(default)]
    pub on_request: bool,
}

fn one() -> usize {
    1
}

/// A cluster of sections.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportCluster {
    /// Its name.
    pub name: String,
    /// Its heading.
    pub title: BilingualText,
    /// What its sections are about.
    pub text: BilingualText,
}

/// An item of the checklist CLAIM.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimItem {
    /// Its number.
    pub item: u32,
    /// Its subject.
    pub title: BilingualText,
    /// The section that answers it.
    #[serde(default)]
    pub section: Option<String>,
    /// What a catalog does not say.
    #[serde(default)]
    pub blank: Option<BilingualText>,
}

/// The file of sections.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportOutline {
    /// The clusters, in order.
    #[serde(rename = "cluster")]
    pub clusters: Vec<ReportCluster>,
    /// The sections, in order.
    #[serde(rename = "section")]
    pub sections: Vec<SectionSpec>,
    /// The items of CLAIM.
    #[serde(rename = "claim")]
    pub claims: Vec<ClaimItem>,
}

/// Reads the file of sections.
///
/// # Errors
/// When it is not valid; a test reads it.
pub fn sections() -> Result<ReportOutline, ReportError> {
    let wrong = |reason: String| ReportError::Schema { file: "sections.toml".to_owned(), reason };
    let file = crate::schema::REPORT.iter().find(|(stem, _)| *stem == "sections");
    let (_, text) = file.ok_or_else(|| wrong("there is no such file".to_owned()))?;
    toml::from_str(text).map_err(|error| wrong(error.to_string()))
}
