//! What a file says of a source, for the table `cdm_source` of the OMOP Common Data Model.

use std::path::Path;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, de};

use super::error::ExportError;
use crate::disk::read_regular_text;
use crate::sql::{identifier, literal};

/// A row of `cdm_source` but for what the catalog knows, as a file of TOML whose keys are the columns.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OmopSource {
    cdm_source_name: String,
    cdm_source_abbreviation: String,
    cdm_holder: String,
    source_description: Option<String>,
    source_documentation_reference: Option<String>,
    cdm_etl_reference: Option<String>,
    #[serde(default, deserialize_with = "optional_date")]
    source_release_date: Option<NaiveDate>,
    #[serde(deserialize_with = "date")]
    cdm_release_date: NaiveDate,
    vocabulary_version: String,
}

impl OmopSource {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, a key is missing or unknown, or a date is not a date.
    pub fn read(path: &Path) -> Result<Self, ExportError> {
        let unusable = |reason: String| ExportError::SourceFile { path: path.to_owned(), reason };
        let text = read_regular_text(path).map_err(|error| unusable(error.to_string()))?;
        toml::from_str(&text).map_err(|error: toml::de::Error| unusable(error.message().to_owned()))
    }
}

/// The query of the columns that a source file has: one row, or none without a file.
pub(super) fn source_query(source: Option<&OmopSource>) -> String {
    let text = |select: fn(&OmopSource) -> Option<&str>| {
        source.and_then(select).map_or("NULL::VARCHAR".to_owned(), literal)
    };
    let day = |select: fn(&OmopSource) -> Option<NaiveDate>| {
        let date = source.and_then(select).map(|date| format!("DATE '{date}'"));
        date.unwrap_or("NULL::DATE".to_owned())
    };
    let reference = format!("mammodex {}", env!("CARGO_PKG_VERSION"));
    let columns = [
        ("cdm_source_name", text(|source| Some(&source.cdm_source_name))),
        ("cdm_source_abbreviation", text(|source| Some(&source.cdm_source_abbreviation))),
        ("cdm_holder", text(|source| Some(&source.cdm_holder))),
        ("source_description", text(|source| source.source_description.as_deref())),
        (
            "source_documentation_reference",
            text(|source| source.source_documentation_reference.as_deref()),
        ),
        (
            "cdm_etl_reference",
            source
                .and_then(|source| source.cdm_etl_reference.as_deref())
                .map_or_else(|| literal(&reference), literal),
        ),
        ("source_release_date", day(|source| source.source_release_date)),
        ("cdm_release_date", day(|source| Some(source.cdm_release_date))),
        ("vocabulary_version", text(|source| Some(&source.vocabulary_version))),
    ];
    let list = columns.map(|(name, value)| format!("{value} AS {}", identifier(name)));
    let rows = if source.is_some() { "" } else { " LIMIT 0" };
    format!("SELECT {}{rows}", list.join(", "))
}

/// A date of TOML, or a text in its form.
fn date<'de, D: Deserializer<'de>>(input: D) -> Result<NaiveDate, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum DateValue {
        Text(String),
        Moment(toml::value::Datetime),
    }
    let text = match DateValue::deserialize(input)? {
        DateValue::Text(text) => text,
        DateValue::Moment(moment) => moment.to_string(),
    };
    text.parse().map_err(|_| {
        de::Error::custom(format!("{text:?} is not a valid date; write it as 2026-03-31"))
    })
}

fn optional_date<'de, D: Deserializer<'de>>(input: D) -> Result<Option<NaiveDate>, D::Error> {
    date(input).map(Some)
}
