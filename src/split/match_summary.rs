//! How controls were matched, and how similar cases and controls are.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::match_plan::ControlChoice;
use crate::text::counted;

/// How controls were matched, and how similar cases and controls are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchSummary {
    /// The criteria: `age_years±2`, `vendor`.
    pub on: Vec<String>,
    /// The patients who need controls: `diagnosis=malignant`.
    pub cases: String,
    /// The patients who can be controls.
    pub controls: String,
    /// Controls for each case.
    pub ratio: u64,
    /// How controls were chosen.
    pub choice: ControlChoice,
    /// Sets of a case and its controls.
    pub sets: u64,
    /// Sets with fewer controls than requested.
    #[serde(alias = "fewer")]
    pub incomplete_sets: u64,
    /// The balance of each criterion before and after matching.
    #[serde(rename = "smd")]
    pub balance: Vec<BalanceStat>,
}

impl fmt::Display for MatchSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cases, controls, ratio, incomplete_sets, .. } = self;
        let sets = counted(self.sets, "set");
        write!(
            f,
            "matched: {sets} of {cases} with {controls}, {incomplete_sets} with fewer than {ratio}"
        )
    }
}

/// The difference of cases and controls in one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BalanceStat {
    /// The column.
    pub column: String,
    /// Standardised mean difference of all cases and all possible controls; absent where one
    /// group has no values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<f64>,
    /// Standardised mean difference of the matched cases and controls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<f64>,
}

impl fmt::Display for BalanceStat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let smd = |smd: Option<f64>| smd.map_or("none".to_owned(), |smd| format!("{smd:.3}"));
        write!(f, "SMD of {}: {} before, {} after", self.column, smd(self.before), smd(self.after))
    }
}
