//! From a plan to a saved split, phase by phase.

use std::path::PathBuf;

use super::assignment::SplitAssignment;
use super::draft::SplitDraft;
use super::earlier;
use super::enrollment::Enrollment;
use super::error::SplitError;
use super::grouping::PatientGrouping;
use super::notices::SplitNotice;
use super::plan::SplitPlan;
use super::publish::publish;
use super::roster::SplitRoster;
use super::saved::Split;
use super::shares::SplitShares;
use super::store::SPLITS;
use crate::catalog::Catalog;
use crate::cohort::Cohort;
use crate::saved::{IfExists, SavedName};

/// A split that was saved.
#[derive(Debug, Clone)]
pub struct SplitResult {
    /// The split.
    pub split: Split,
    /// Its TOML file.
    pub path: PathBuf,
    /// What its maker must know, warnings last.
    pub notices: Vec<SplitNotice>,
}

/// Splits a cohort and saves the result.
///
/// # Errors
/// When the name is taken, a column or value is unknown, or the cohort is empty.
pub fn create(
    catalog: &Catalog,
    cohort: &Cohort,
    plan: &SplitPlan,
    if_exists: IfExists,
) -> Result<SplitResult, SplitError> {
    run(catalog, cohort, plan, None, if_exists)
}

/// Splits a cohort that has grown: all patients keep the part of an earlier split. New patients go
/// where they bring the shares nearest to the targets, where the counts are not full, or where their
/// date belongs; as far as the balance allows, or matched with patients who are not used. `counts` are
/// new ones for a split that was made with counts.
///
/// # Errors
/// Those of [`create`]; and when the earlier split was changed by hand or does not determine the part
/// of a new patient.
pub fn extend(
    catalog: &Catalog,
    cohort: &Cohort,
    name: &SavedName,
    earlier: &Split,
    counts: Option<SplitShares>,
    if_exists: IfExists,
) -> Result<SplitResult, SplitError> {
    let plan = earlier::plan_again(earlier, name.clone(), counts)?;
    run(catalog, cohort, &plan, Some(earlier), if_exists)
}

fn run(
    catalog: &Catalog,
    cohort: &Cohort,
    plan: &SplitPlan,
    earlier: Option<&Split>,
    if_exists: IfExists,
) -> Result<SplitResult, SplitError> {
    SPLITS.check_free(catalog.dir(), &plan.name, if_exists)?;
    let roster = SplitRoster::read(catalog, cohort, plan)?;
    let placements = earlier.map(|split| earlier::placements(catalog, split)).transpose()?;
    let enrollment = Enrollment::new(catalog, &roster, plan, placements)?;
    let grouping = PatientGrouping::new(catalog, &roster, &plan.part_names(), &enrollment)?;
    let assignment = SplitAssignment::new(&roster, plan, earlier, &grouping)?;
    let draft = SplitDraft {
        cohort,
        plan,
        snapshot: catalog.snapshot().id,
        extends: earlier.map(|split| &split.name),
        roster,
        enrollment,
        grouping,
        assignment,
    };
    let (split, path) = publish(catalog.dir(), &draft, if_exists)?;
    let notices = SplitNotice::collect(&draft, &split);
    Ok(SplitResult { split, path, notices })
}
