//! How controls were matched, and how similar cases and controls are.

use serde::{Deserialize, Serialize};

use super::match_plan::ControlChoice;

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
