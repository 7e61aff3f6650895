//! The plan of a split, as the options define it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::class_balance::ClassBalance;
use super::hold_out::HoldOut;
use super::match_plan::MatchPlan;
use super::shares::SplitShares;
use super::stratum_column::StratumColumn;
use crate::saved::SavedName;

/// The plan of a split, as the options define it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitPlan {
    /// Its name.
    pub name: SavedName,
    /// The parts.
    pub shares: SplitShares,
    /// Seed of the random order of patients.
    pub seed: u64,
    /// How patients are assigned to parts.
    pub order: AssignmentOrder,
    /// The patients of the cohort that take part.
    pub selection: PatientSelection,
    /// The patients held out for external validation.
    pub hold_out: Option<HoldOut>,
}

impl SplitPlan {
    /// The names of all parts, that of the hold-out last.
    pub fn part_names(&self) -> Vec<String> {
        let held_out = self.hold_out.iter().map(|held| held.part.clone());
        self.shares.names().iter().cloned().chain(held_out).collect()
    }
}

/// How patients are assigned to parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AssignmentOrder {
    /// Each part gets its share of every stratum.
    Strata {
        /// The columns that define the strata; empty for one stratum.
        by: Vec<StratumColumn>,
        /// The method; none to choose it by the size of the strata.
        method: Option<SplitMethod>,
    },
    /// By this column of dates: the oldest to the first part, the newest to the last.
    Time(String),
}

/// How patients were assigned to parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SplitMethod {
    /// Every combination of values in proportion, its shares rounded up or down.
    #[default]
    Exact,
    /// Every value of every column in proportion, the rarest first (Sechidis, Tsoumakas and
    /// Vlahavas, On the stratification of multi-label data, ECML PKDD 2011).
    Iterative,
    /// By date.
    Time,
}

impl fmt::Display for SplitMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exact => "exact",
            Self::Iterative => "iterative",
            Self::Time => "time",
        })
    }
}

/// The patients of the cohort that take part; the others have rows without a part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum PatientSelection {
    /// Everyone.
    #[default]
    Everyone,
    /// As many of each value of a column as its proportion requires.
    Balance(ClassBalance),
    /// Cases and the controls that match them.
    Matched(MatchPlan),
}
