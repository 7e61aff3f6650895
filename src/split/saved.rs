//! A saved split: `splits/NAME.toml`, beside `splits/NAME.parquet` with one row per patient.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::error::SplitError;
use super::match_summary::MatchSummary;
use super::placement::SplitExclusion;
use super::plan::SplitMethod;
use super::shares::SplitShares;
use crate::cohort::{CohortDefinition, CohortStep, MemberUnit};
use crate::saved::SavedName;

/// A saved split: `splits/NAME.toml`, beside `splits/NAME.parquet` with one row per patient:
/// case_id, split, stratum, match_id, linked_with, exclusion_reason, reserved_part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// Its name.
    pub name: SavedName,
    /// The cohort that was split.
    pub cohort: SavedName,
    /// The snapshot that it was made on.
    pub snapshot: u32,
    /// Seed of the random order of patients.
    pub seed: u64,
    /// Columns of `patients` that it is stratified by, or bands of them.
    pub stratify: Vec<String>,
    /// How patients were assigned to parts.
    #[serde(default)]
    pub method: SplitMethod,
    /// The column of dates that patients were assigned by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temporal: Option<String>,
    /// The proportions that it was down-sampled to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<String>,
    /// The patients who are held out, in the part without a share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_out: Option<String>,
    /// The split that it extends, whose patients kept their parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<SavedName>,
    /// Patients in its parts.
    pub patients: u64,
    /// SHA-256 of the Parquet file.
    pub sha256: String,
    /// The cohort's query.
    pub sql: String,
    /// What the cohort's members are; a split always assigns whole patients.
    #[serde(default)]
    pub unit: MemberUnit,
    /// The views that the cohort's images are limited to; empty for all.
    pub views: Vec<String>,
    /// The steps that the cohort was compiled from, in order.
    #[serde(default, rename = "step")]
    pub steps: Vec<CohortStep>,
    /// Patients of the cohort in no part, by reason.
    #[serde(default, alias = "left_out", skip_serializing_if = "BTreeMap::is_empty")]
    pub excluded: BTreeMap<SplitExclusion, u64>,
    /// How controls were matched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matching: Option<Box<MatchSummary>>,
    /// The parts, in the order given; that of a hold-out is last and has no share.
    #[serde(rename = "part")]
    pub parts: Vec<SplitPart>,
    /// The strata, in the order of their values.
    #[serde(rename = "stratum")]
    pub strata: Vec<Stratum>,
}

/// One part of a split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitPart {
    /// Its name.
    pub name: String,
    /// The requested share, `0.7` or `1/5`; absent for a count or a hold-out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<String>,
    /// The requested patients; absent for a share or a hold-out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// The first day, in a split in time; absent for the first part, which has everything older.
    #[serde(default, alias = "begins", skip_serializing_if = "Option::is_none")]
    pub first_day: Option<String>,
    /// Its patients.
    pub patients: u64,
}

impl SplitPart {
    /// Whether it has a share or a count; a hold-out has neither.
    pub fn has_share(&self) -> bool {
        self.ratio.is_some() || self.count.is_some()
    }
}

/// What is assigned in proportion: one combination of values by the exact method, one value of one
/// column by the iterative method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stratum {
    /// `diagnosis=malignant, t_stage=2`; `all` without stratification.
    pub name: String,
    /// Its patients.
    pub patients: u64,
    /// Its patients in each part, in the order of the parts.
    pub counts: Vec<u64>,
}

/// The largest differences between the requested shares and those reached, in patients.
#[derive(Debug, Clone, PartialEq)]
pub struct Deviation {
    /// The largest of a stratum in a part.
    pub stratum: f64,
    /// That stratum and part; none where every share is met.
    pub place: Option<String>,
    /// The largest of a part.
    pub part: f64,
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "largest deviation from target: {:.2} patients per stratum", self.stratum)?;
        if let Some(place) = &self.place {
            write!(f, " ({place})")?;
        }
        write!(f, ", {:.2} patients per part", self.part)
    }
}

impl Split {
    /// The shares that it was made with.
    ///
    /// # Errors
    /// When the file was changed by hand.
    pub fn shares(&self) -> Result<SplitShares, SplitError> {
        let text = |part: &SplitPart| {
            let count = part.count.map(|count| count.to_string());
            Some((part.name.clone(), part.ratio.clone().or(count)?))
        };
        let parts: Vec<(String, String)> = self.parts.iter().filter_map(text).collect();
        let parts: Vec<(&str, &str)> =
            parts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let invalid = || SplitError::Plan(format!("split {}: its shares are not valid", self.name));
        SplitShares::of_texts(&parts).ok_or_else(invalid)
    }

    /// The ideal, fractional number of these patients in each part; none for the part of a hold-out.
    /// `counts` are the patients in each part.
    ///
    /// # Errors
    /// When the file was changed by hand.
    pub fn targets(&self, counts: &[u64]) -> Result<Vec<Option<f64>>, SplitError> {
        let with_share = self.parts.iter().zip(counts).filter(|(part, _)| part.has_share());
        let mut ideal = self.shares()?.ideal(with_share.map(|(_, count)| count).sum()).into_iter();
        Ok(self.parts.iter().map(|p| if p.has_share() { ideal.next() } else { None }).collect())
    }

    /// The largest differences between targets and counts.
    ///
    /// # Errors
    /// When the file was changed by hand.
    pub fn deviation(&self) -> Result<Deviation, SplitError> {
        let differences = |counts: &[u64]| -> Result<Vec<f64>, SplitError> {
            let difference = |(count, target): (&u64, Option<f64>)| {
                target.map_or(0.0, |target| (*count as f64 - target).abs())
            };
            Ok(counts.iter().zip(self.targets(counts)?).map(difference).collect())
        };
        let mut largest = Deviation { stratum: 0.0, place: None, part: 0.0 };
        for stratum in &self.strata {
            for (difference, part) in differences(&stratum.counts)?.into_iter().zip(&self.parts) {
                if difference > largest.stratum {
                    largest.stratum = difference;
                    largest.place = Some(format!("{} in {}", stratum.name, part.name));
                }
            }
        }
        largest.part = differences(&self.part_sizes())?.into_iter().fold(0.0, f64::max);
        Ok(largest)
    }

    /// The patients of each part.
    pub fn part_sizes(&self) -> Vec<u64> {
        self.parts.iter().map(|part| part.patients).collect()
    }

    /// The part of a hold-out.
    pub fn held_out_part(&self) -> Option<&SplitPart> {
        self.parts.iter().find(|part| !part.has_share())
    }

    /// The definition of the cohort that it was made from.
    pub fn definition(&self) -> CohortDefinition {
        CohortDefinition {
            sql: self.sql.clone(),
            unit: self.unit,
            views: self.views.clone(),
            steps: self.steps.clone(),
        }
    }
}
