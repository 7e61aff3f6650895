//! The contents of a profile's file; every mistake in it is reported with its line.

use std::collections::BTreeMap;
use std::fmt::Display;

use regex::Regex;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::pseudonym::PseudonymKey;
use super::template::CaseTemplate;
use crate::records::column::ClinicalColumn;
use crate::records::diagnosis::Diagnosis;
use crate::records::extra::ExtraType;
use crate::sources::annotation::AnnotationFields;

/// One delivery's layout.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// What it is for, in one line.
    pub title: String,
    /// The groups of cases.
    #[serde(default, rename = "group")]
    pub groups: Vec<ProfileGroup>,
    /// Which case something belongs to, in order of preference.
    #[serde(rename = "case")]
    pub(super) cases: Vec<CaseRule>,
    /// What file names say.
    #[serde(default)]
    pub(super) files: FileRules,
    /// Clinical tables.
    #[serde(default)]
    pub workbook: WorkbookRules,
    /// Annotation files.
    pub annotation: AnnotationRules,
    /// The key of pseudonyms: one of this process alone, until another is given.
    #[serde(skip, default = "PseudonymKey::of_process")]
    pub(super) key: PseudonymKey,
}

/// A group of cases.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileGroup {
    /// Its spelling in case IDs.
    pub name: String,
    /// The diagnosis of its cases.
    #[serde(deserialize_with = "diagnosis")]
    pub diagnosis: Diagnosis,
    /// Its spellings in sheets, files, folders and IDs; case ignored.
    pub spellings: Vec<String>,
}

/// The text that a rule is applied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleSource {
    /// The file's path relative to the root.
    Path,
    /// Patient ID (0010,0020).
    PatientId,
    /// The annotation file's own case field.
    Annotation,
    /// The ID cell of a clinical table; in a table with one row per image the file's cell, of which
    /// the rule makes the file's key.
    Workbook,
}

/// When an ID is replaced by a pseudonym, a keyed hash of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdHashing {
    /// The rule's pattern makes sure that it does not identify a patient.
    #[default]
    Never,
    /// Unless Patient Identity Removed (0012,0062) is YES.
    UnlessIdentityRemoved,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RuleText")]
pub(super) struct CaseRule {
    pub from: RuleSource,
    pub pattern: Regex,
    /// The part of the pattern that names the group.
    pub group: Option<usize>,
    pub case_id: CaseTemplate,
    pub hashed: IdHashing,
    pub weight: RuleWeight,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    from: RuleSource,
    #[serde(deserialize_with = "regex")]
    pattern: Regex,
    case_id: String,
    #[serde(default)]
    hashed: IdHashing,
    #[serde(default)]
    weight: RuleWeight,
}

impl TryFrom<RuleText> for CaseRule {
    type Error = String;

    fn try_from(rule: RuleText) -> Result<Self, String> {
        let RuleText { from, pattern, case_id, hashed, weight } = rule;
        let case_id = CaseTemplate::parse(&case_id, &pattern)?;
        let group = pattern.capture_names().position(|part| part == Some("group"));
        Ok(Self { from, pattern, group, case_id, hashed, weight })
    }
}

/// The weight of a rule beside the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RuleWeight {
    /// Where it contradicts an earlier rule, that is a finding.
    #[default]
    Evidence,
    /// It counts where no other rule matches.
    Fallback,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileRules {
    #[serde(default, deserialize_with = "view_regex")]
    pub view: Option<Regex>,
    #[serde(default, deserialize_with = "key_regex")]
    pub key: Option<Regex>,
    #[serde(default)]
    pub expected_views: Vec<String>,
}

/// What one row of a clinical table is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableGrain {
    /// A case.
    #[default]
    Case,
    /// One breast of a case.
    Side,
    /// One image.
    Image,
}

/// Clinical tables.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkbookRules {
    /// What one row is about.
    #[serde(default)]
    pub grain: TableGrain,
    /// Spellings of headers besides those of `schema/vocabulary/headers.csv`, by column.
    #[serde(default)]
    pub(super) columns: BTreeMap<ColumnTitle, Vec<String>>,
    /// Columns that no table of the release has, saved to `patients_extra`.
    #[serde(default, deserialize_with = "extra_columns")]
    pub extra: Vec<ExtraColumn>,
}

/// A clinical column that only the profile names.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtraColumn {
    /// Its name in `patients_extra`.
    pub name: String,
    /// Its headers, compared as those of other columns are.
    pub headers: Vec<String>,
    /// The type of its values.
    #[serde(rename = "type")]
    pub kind: ExtraType,
}

/// A column by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ColumnTitle(pub ClinicalColumn);

impl<'de> Deserialize<'de> for ColumnTitle {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let names = || ClinicalColumn::names().collect::<Vec<_>>().join(", ");
        let none = || {
            D::Error::custom(format!("no column is called {name:?}; the columns are {}", names()))
        };
        ClinicalColumn::from_name(&name).map(Self).ok_or_else(none)
    }
}

/// The origin of coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The image's centre.
    Centre,
    /// Its top left corner.
    TopLeft,
}

/// The direction of y.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum YAxis {
    /// Towards the bottom of the image.
    Down,
    /// Towards its top.
    Up,
}

/// How the readers of annotations are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ReaderNaming {
    /// By the name in the file.
    #[default]
    AsWritten,
    /// By a pseudonym, a keyed hash of the name.
    Pseudonym,
}

/// Annotation files.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "AnnotationsText")]
pub struct AnnotationRules {
    /// The names of the fields.
    pub fields: AnnotationFields,
    /// The origin of coordinates.
    pub origin: Origin,
    /// The direction of y.
    pub y: YAxis,
    /// How readers are named.
    pub(super) readers: ReaderNaming,
    /// The part of a path that names the delivery.
    pub(super) delivery: Option<Regex>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnnotationsText {
    case: String,
    reader: String,
    contours: String,
    discarded: String,
    origin: Origin,
    y: YAxis,
    #[serde(default)]
    readers: ReaderNaming,
    #[serde(default, deserialize_with = "delivery_regex")]
    delivery: Option<Regex>,
}

impl std::convert::From<AnnotationsText> for AnnotationRules {
    fn from(text: AnnotationsText) -> Self {
        let AnnotationsText { case, reader, contours, discarded, origin, y, readers, delivery } =
            text;
        let fields = AnnotationFields { case, reader, contours, discarded };
        Self { fields, origin, y, readers, delivery }
    }
}

fn compiled<E: serde::de::Error>(text: &str) -> Result<Regex, E> {
    // The error of a pattern draws it over several lines; the last one says what is wrong.
    let last = |error: &dyn Display| error.to_string().lines().last().unwrap_or("").to_owned();
    Regex::new(text).map_err(|e| E::custom(format!("the pattern cannot be read: {}", last(&e))))
}

fn regex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Regex, D::Error> {
    compiled(&String::deserialize(deserializer)?)
}

/// A pattern that must name what it finds.
fn naming<'de, D: Deserializer<'de>>(deserializer: D, name: &str) -> Result<Regex, D::Error> {
    let pattern = regex(deserializer)?;
    if pattern.capture_names().flatten().all(|n| n != name) {
        return Err(D::Error::custom(format!("the pattern must hold a part (?<{name}>…)")));
    }
    Ok(pattern)
}

fn view_regex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Regex>, D::Error> {
    naming(deserializer, "view").map(Some)
}

fn key_regex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Regex>, D::Error> {
    naming(deserializer, "key").map(Some)
}

fn delivery_regex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Regex>, D::Error> {
    let pattern = regex(deserializer)?;
    if pattern.captures_len() < 2 {
        return Err(D::Error::custom("the pattern must hold a part in brackets: the delivery"));
    }
    Ok(Some(pattern))
}

fn extra_columns<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ExtraColumn>, D::Error> {
    let columns = Vec::<ExtraColumn>::deserialize(deserializer)?;
    for (index, ExtraColumn { name, headers, .. }) in columns.iter().enumerate() {
        let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(is_part) {
            let message = "is not a valid name of a column; use small letters, digits and _";
            return Err(D::Error::custom(format!("{name:?} {message}")));
        }
        if columns[..index].iter().any(|other| other.name == *name) {
            return Err(D::Error::custom(format!("two columns are called {name:?}")));
        }
        if headers.iter().all(|header| header.trim().is_empty()) {
            return Err(D::Error::custom(format!("the column {name:?} has no header")));
        }
    }
    Ok(columns)
}

fn diagnosis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Diagnosis, D::Error> {
    let text = String::deserialize(deserializer)?;
    let allowed = || Diagnosis::ALL.map(Diagnosis::as_str).join(", ");
    let none = || D::Error::custom(format!("{text:?} is not a valid diagnosis; use {}", allowed()));
    Diagnosis::parse(&text).ok_or_else(none)
}
