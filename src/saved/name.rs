//! Names of cohorts and splits: safe as file names and in SQL.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A name of letters, digits, `-` and `_`, 64 characters at most, that does not begin with `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SavedName(String);

/// The text is not a valid name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a valid name: use up to 64 Latin letters, digits, - and _, not beginning with -"
)]
pub struct NameError(String);

impl FromStr for SavedName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let fits = (1..=64).contains(&text.len()) && !text.starts_with('-');
        if fits && text.chars().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError(text.to_owned()))
        }
    }
}

impl TryFrom<String> for SavedName {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<SavedName> for String {
    fn from(name: SavedName) -> Self {
        name.0
    }
}

impl fmt::Display for SavedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl SavedName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
