//! The part of a patient, or the reason why a patient has none.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The placement of a patient while a split is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// Not assigned yet.
    Open,
    /// In this part.
    Part(usize),
    /// In no part.
    Excluded(SplitExclusion),
}

/// A patient with a part that does not change: the index of the patient, and that of the part.
pub type FixedPart = (u32, usize);

/// Why a patient of the cohort is in no part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SplitExclusion {
    /// Down-sampling needs fewer patients of this value.
    #[serde(rename = "balance")]
    Balance,
    /// A matched split has only cases and controls.
    #[serde(rename = "neither case nor control")]
    NeitherCaseNorControl,
    /// No control matches this case.
    #[serde(rename = "no control found")]
    NoControl,
    /// No case needs this control.
    #[serde(rename = "not needed as a control")]
    SpareControl,
    /// A split in time needs a date.
    #[serde(rename = "no date")]
    NoDate,
    /// Shared images link the patient to several parts.
    #[serde(rename = "linked to several parts", alias = "linked to two parts")]
    LinkedToSeveralParts,
    /// The counts of all parts are reached.
    #[serde(rename = "beyond the counts")]
    BeyondCounts,
    /// The earlier split has the patient, the cohort does not.
    #[serde(rename = "not in the cohort", alias = "not in the cohort now")]
    NotInCohort,
}

impl SplitExclusion {
    /// The reason in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Balance => "balance",
            Self::NeitherCaseNorControl => "neither case nor control",
            Self::NoControl => "no control found",
            Self::SpareControl => "not needed as a control",
            Self::NoDate => "no date",
            Self::LinkedToSeveralParts => "linked to several parts",
            Self::BeyondCounts => "beyond the counts",
            Self::NotInCohort => "not in the cohort",
        }
    }
}

impl fmt::Display for SplitExclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
