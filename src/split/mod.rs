//! Splits: a cohort dealt out by patient, saved with all that made it.
//!
//! Whole patients are dealt out. Cases that share an image move together, as do a case and its
//! matched controls.

pub mod assignment;
mod balance;
mod check;
mod create;
mod extension;
mod file;
pub mod groups;
mod matching;
pub mod min_cost_flow;

mod placement;
mod plan;
pub mod rounding;
mod save;
mod shared_images;
pub mod shares;

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use check::{SplitFinding, SplitSeverity};
pub use create::{SplitNotices, SplitResult, create, extend};
pub use matching::BalanceStat;
pub use plan::{
    AssignmentOrder, ClassBalance, ControlChoice, HoldOut, MatchPlan, PatientSelection,
    SplitMethod, SplitPlan, StratumColumn,
};
pub use shared_images::SharedImage;
pub use shares::{ShareError, SplitShares};

use crate::catalog::Catalog;
use crate::cohort::store::{self, SPLITS, place};
use crate::cohort::{CohortDefinition, CohortError, CohortStep, MemberUnit, SavedName};
use crate::disk::{io_error, sha256_of_file};
use crate::tables::reader::TableReader;

/// A saved split: `splits/NAME.toml`, beside `splits/NAME.parquet` with one row per patient:
/// case_id, split, stratum, match_id, linked_with, left_out, kept_part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// Its name.
    pub name: SavedName,
    /// The cohort that was dealt out.
    pub cohort: SavedName,
    /// The snapshot that it was made on.
    pub snapshot: u32,
    /// Decides who goes where.
    pub seed: u64,
    /// Columns of `patients` that it is stratified by, or bands of them.
    pub stratify: Vec<String>,
    /// How it was dealt out.
    #[serde(default)]
    pub method: SplitMethod,
    /// The column of dates that it was dealt out by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temporal: Option<String>,
    /// The proportion that it was down-sampled to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<String>,
    /// Whose patients are in the part without a share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_out: Option<String>,
    /// The split whose patients kept their parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<SavedName>,
    /// Patients in its parts.
    pub patients: u64,
    /// SHA-256 of the Parquet file.
    pub sha256: String,
    /// The cohort's query.
    pub sql: String,
    /// What the cohort's members are; whole patients are dealt out all the same.
    #[serde(default)]
    pub unit: MemberUnit,
    /// The views that the cohort's images are limited to; empty for all.
    pub views: Vec<String>,
    /// The steps that the cohort came from, in order.
    #[serde(default, rename = "step")]
    pub steps: Vec<CohortStep>,
    /// Patients of the cohort in no part, by reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left_out: BTreeMap<String, u64>,
    /// How controls were matched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matching: Option<Box<MatchSummary>>,
    /// The parts, in the order given; that of a hold-out comes last and has no share.
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
    /// Its share as it was asked, `0.7` or `1/5`; none where a count was asked, or a hold-out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<String>,
    /// The patients asked for; none where a share was asked, or a hold-out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// The first day of it, in a split by date; the first part takes all that is older and has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begins: Option<String>,
    /// Its patients.
    pub patients: u64,
}

/// What a split is dealt out by: one combination of values where the shares are exact, one value
/// of one column where they are iterative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stratum {
    /// `diagnosis=malignant, t_stage=2`; `all` when nothing is stratified.
    pub name: String,
    /// Its patients.
    pub patients: u64,
    /// Its patients in each part, in the order of the parts.
    pub counts: Vec<u64>,
}

/// How controls were matched, and how well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchSummary {
    /// What controls have in common with their case: `age_years±2`, `vendor`.
    pub on: Vec<String>,
    /// Who needs controls: `diagnosis=malignant`.
    pub cases: String,
    /// Who can be one.
    pub controls: String,
    /// Controls for each case.
    pub ratio: u64,
    /// How controls were chosen.
    pub choice: ControlChoice,
    /// Sets of a case and its controls.
    pub sets: u64,
    /// Sets with fewer controls than asked.
    pub fewer: u64,
    /// Balance of the criteria before and after.
    #[serde(rename = "smd")]
    pub apart: Vec<BalanceStat>,
}

/// How far a split lies from what was wanted, in patients.
#[derive(Debug, Clone, PartialEq)]
pub struct Deviation {
    /// The worst of a stratum in a part.
    pub cell: f64,
    /// Which one; none where nothing is off.
    pub place: Option<String>,
    /// The worst of a part as a whole.
    pub whole: f64,
}

impl Split {
    /// The saved splits, sorted by name; each that cannot be read is an error of its own.
    pub fn list(catalog: &Catalog) -> Vec<Result<Self, CohortError>> {
        let names = store::names(catalog.dir(), SPLITS);
        names.iter().map(|name| load(catalog.dir(), name)).collect()
    }

    /// Removes a saved split; manifests made from it stay.
    ///
    /// # Errors
    /// When there is none of that name, or the folder cannot be written.
    pub fn delete(catalog: &Catalog, name: &SavedName) -> Result<(), CohortError> {
        let path = place(catalog.dir(), SPLITS, name, "toml");
        match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(store::missing(catalog.dir(), "split", &[SPLITS], name));
            }
            other => other.map_err(io_error("remove", &path))?,
        }
        let path = place(catalog.dir(), SPLITS, name, "parquet");
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(io_error("remove", &path)(error).into())
            }
            _ => Ok(()),
        }
    }

    /// The shares that it was made with.
    ///
    /// # Errors
    /// When the file was changed by hand.
    pub fn shares(&self) -> Result<SplitShares, CohortError> {
        let text = |part: &SplitPart| {
            let count = part.count.map(|count| count.to_string());
            Some((part.name.clone(), part.ratio.clone().or(count)?))
        };
        let parts: Vec<(String, String)> = self.parts.iter().filter_map(text).collect();
        let parts: Vec<(&str, &str)> =
            parts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let bad = || CohortError::Plan(format!("split {}: its shares cannot be read", self.name));
        SplitShares::of_texts(&parts).ok_or_else(bad)
    }

    /// What each part would have of these patients, could one divide them; none for the part of a
    /// hold-out. `counts` are those of the parts.
    ///
    /// # Errors
    /// When the file was changed by hand.
    pub fn wanted(&self, counts: &[u64]) -> Result<Vec<Option<f64>>, CohortError> {
        let shared = |part: &SplitPart| part.ratio.is_some() || part.count.is_some();
        let size = self.parts.iter().zip(counts).filter(|(part, _)| shared(part));
        let mut ideal = self.shares()?.ideal(size.map(|(_, count)| count).sum()).into_iter();
        Ok(self.parts.iter().map(|p| if shared(p) { ideal.next() } else { None }).collect())
    }

    /// The worst distance between what is wanted and what was reached.
    ///
    /// # Errors
    /// When the file was changed by hand.
    pub fn deviation(&self) -> Result<Deviation, CohortError> {
        let off = |counts: &[u64]| -> Result<Vec<f64>, CohortError> {
            let pair = |(count, wanted): (&u64, Option<f64>)| {
                wanted.map_or(0.0, |wanted| (*count as f64 - wanted).abs())
            };
            Ok(counts.iter().zip(self.wanted(counts)?).map(pair).collect())
        };
        let mut worst = Deviation { cell: 0.0, place: None, whole: 0.0 };
        for stratum in &self.strata {
            for (off, part) in off(&stratum.counts)?.into_iter().zip(&self.parts) {
                if off > worst.cell {
                    worst.cell = off;
                    worst.place = Some(format!("{} in {}", stratum.name, part.name));
                }
            }
        }
        let whole: Vec<u64> = self.parts.iter().map(|part| part.patients).collect();
        worst.whole = off(&whole)?.into_iter().fold(0.0, f64::max);
        Ok(worst)
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

    /// Patients that stand more than once in the saved file: none, or the file was changed.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn overlap(&self, catalog: &Path) -> Result<u64, CohortError> {
        let broken = || CohortError::Broken {
            path: place(catalog, SPLITS, &self.name, "parquet"),
            reason: "its patients cannot be read".to_owned(),
        };
        let folder = catalog.join(SPLITS);
        let file = TableReader::open_columns(&folder, self.name.as_str(), &["case_id"]);
        let mut file = file.ok_or_else(broken)?;
        let (mut once, mut more) = (HashSet::new(), HashSet::new());
        let mut rows = 0;
        while let Some(line) = file.advance() {
            rows += 1;
            let case = line.string("case_id").ok_or_else(broken)?;
            if let Some(again) = once.replace(case) {
                more.insert(again);
            }
        }
        if rows == file.rows() { Ok(more.len() as u64) } else { Err(broken()) }
    }

    /// The patients that have a part, as a relation of a query: those left out are not in it.
    pub fn relation(&self, catalog: &Catalog) -> Result<String, CohortError> {
        Ok(format!("(FROM {} WHERE split IS NOT NULL)", self.file(catalog)?))
    }

    /// The saved file as a relation of a query, with those left out.
    fn file(&self, catalog: &Catalog) -> Result<String, CohortError> {
        let path = place(catalog.dir(), SPLITS, &self.name, "parquet");
        store::relation(&path)
            .ok_or_else(|| CohortError::Broken { path, reason: "the path is not UTF-8".to_owned() })
    }

    /// Checks that the Parquet file is the one that was saved. Gives its place.
    ///
    /// # Errors
    /// When it is missing or was changed.
    pub fn verify(&self, catalog: &Path) -> Result<PathBuf, CohortError> {
        let path = place(catalog, SPLITS, &self.name, "parquet");
        let sum = sha256_of_file(&path).map_err(io_error("read", &path))?;
        if sum == self.sha256 {
            return Ok(path);
        }
        let reason = format!(
            "it is not the file that was saved (its sum is not that of {}.toml)",
            self.name
        );
        Err(CohortError::Broken { path, reason })
    }
}

/// A saved split.
///
/// # Errors
/// When there is none of that name, or its file cannot be read.
pub fn load(catalog: &Path, name: &SavedName) -> Result<Split, CohortError> {
    store::read(catalog, "split", SPLITS, name)
}
