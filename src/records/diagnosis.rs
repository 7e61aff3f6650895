//! The group of a case.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::text;
use super::vocabulary::{field, rows};

/// Normal, benign or malignant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Diagnosis {
    /// No finding.
    Normal,
    /// A benign finding.
    Benign,
    /// Cancer.
    Malignant,
}

impl Diagnosis {
    /// All three, in the order of severity.
    pub const ALL: [Self; 3] = [Self::Normal, Self::Benign, Self::Malignant];

    /// The word that tables carry.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Benign => "benign",
            Self::Malignant => "malignant",
        }
    }

    /// Reads a group's name in any spelling of `schema/vocabulary/diagnosis.csv`. The whole text
    /// must match: a longer text that contains such a word names no group.
    pub fn parse(text: &str) -> Option<Self> {
        static SPELLINGS: LazyLock<HashMap<String, Diagnosis>> = LazyLock::new(|| {
            let read = |row| {
                let known = Diagnosis::ALL.into_iter().find(|d| d.as_str() == field(row, 1))?;
                Some((text::key(field(row, 0)), known))
            };
            rows("diagnosis").iter().filter_map(read).collect()
        });
        SPELLINGS.get(&text::key(text)).copied()
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
