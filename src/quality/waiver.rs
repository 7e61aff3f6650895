//! Waivers: rows that break a rule and are accepted, with the reason, in `checks/waivers.toml` of the
//! catalog.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::error::QualityError;
use crate::disk::{WholeFile, io_error, read_regular_text, stays_in};

/// Rows of one check that are accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckWaiver {
    /// The name of the check.
    pub check: String,
    /// Why its rows are accepted.
    pub reason: String,
    /// Who accepted them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// The most rows that it covers; any number where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// The last snapshot that it covers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until_snapshot: Option<u32>,
    /// The last day on which it counts, in UTC, as in 2027-01-31.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// A waiver that covers nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct WaiverFault {
    /// The waiver.
    pub waiver: CheckWaiver,
    /// Why it covers nothing, as the end of a sentence about it.
    pub reason: String,
}

/// The waivers of a catalog.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaiverList {
    /// In the order of the file.
    #[serde(rename = "waiver", default)]
    pub waivers: Vec<CheckWaiver>,
}

impl WaiverList {
    /// The file of the waivers of a catalog.
    pub fn path(catalog: &Path) -> PathBuf {
        catalog.join("checks").join("waivers.toml")
    }

    /// Reads the waivers of a catalog; none where it has no file of them.
    ///
    /// # Errors
    /// When the file cannot be read, or is not as it should be.
    pub fn read(catalog: &Path) -> Result<Self, QualityError> {
        let path = Self::path(catalog);
        if !stays_in(catalog, &path) {
            let reason = "it is a link that leads outside the catalog".to_owned();
            return Err(QualityError::Waivers { path, reason });
        }
        let text = match read_regular_text(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            other => other.map_err(io_error("read", &path))?,
        };
        let broken = |reason: String| QualityError::Waivers { path: path.clone(), reason };
        let list: Self = toml::from_str(&text).map_err(|error| broken(error.to_string()))?;
        let dated = list.waivers.iter().filter_map(|waiver| waiver.until.as_ref());
        if let Some(day) = dated.clone().find(|day| !is_date(day)) {
            return Err(broken(format!("{day:?} is not a date; write 2027-01-31")));
        }
        let silent = list.waivers.iter().find(|waiver| waiver.reason.trim().is_empty());
        match silent {
            Some(waiver) => Err(broken(format!("the waiver of {} has no reason", waiver.check))),
            None => Ok(list),
        }
    }

    /// Writes the file of the waivers of a catalog.
    ///
    /// # Errors
    /// When the folder or the file cannot be written.
    pub fn write(&self, catalog: &Path) -> Result<PathBuf, QualityError> {
        let path = Self::path(catalog);
        let folder = path.parent().unwrap_or(catalog);
        std::fs::create_dir_all(folder).map_err(io_error("create the folder", folder))?;
        let text = toml::to_string_pretty(self)
            .map_err(|error| io_error("write", &path)(std::io::Error::other(error)))?;
        WholeFile::write(&path, text.as_bytes()).map_err(io_error("write", &path))?;
        Ok(path)
    }
}

/// Whether a text is a day as in ISO 8601, so that texts sort as days do.
pub fn is_date(text: &str) -> bool {
    text.len() == 10 && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}
