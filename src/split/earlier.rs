//! An earlier split that is extended: its patients keep their parts.

use std::collections::BTreeMap;

use super::class_balance::ClassBalance;
use super::error::SplitError;
use super::hold_out::HoldOut;
use super::match_plan::MatchPlan;
use super::match_summary::MatchSummary;
use super::plan::{AssignmentOrder, PatientSelection, SplitMethod, SplitPlan};
use super::saved::Split;
use super::shares::SplitShares;
use super::store;
use super::stratum_column::StratumColumn;
use crate::catalog::Catalog;
use crate::saved::SavedName;

/// What a patient keeps of an earlier split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EarlierPlacement {
    /// The name of the part.
    pub part: String,
    /// The number of the matched set.
    pub set: Option<i32>,
}

/// The placements of an earlier split by case ID, with those reserved for patients that its cohort no
/// longer had.
pub(super) type EarlierPlacements = BTreeMap<String, EarlierPlacement>;

/// Reads the placements of a split.
///
/// # Errors
/// When its file is missing or was changed.
pub(super) fn placements(
    catalog: &Catalog,
    split: &Split,
) -> Result<EarlierPlacements, SplitError> {
    store::verify(catalog.dir(), split)?;
    let file = store::file_relation(catalog.dir(), split)?;
    // Files of earlier versions lack some columns.
    let columns = catalog.columns(&file)?;
    let has = |column: &str| columns.iter().any(|name| name == column);
    let part = match (has("reserved_part"), has("kept_part")) {
        (true, _) => "coalesce(split, reserved_part)",
        (_, true) => "coalesce(split, kept_part)",
        _ => "split",
    };
    let set = if has("match_id") { "match_id" } else { "NULL" };
    let sql =
        format!("SELECT case_id, {part}, {set}::INTEGER FROM {file} WHERE {part} IS NOT NULL");
    let rows = catalog.rows(&sql)?.into_iter();
    Ok(rows.map(|(case, part, set)| (case, EarlierPlacement { part, set })).collect())
}

/// The plan of an earlier split under another name; with other counts where it was made with counts.
///
/// # Errors
/// When the split does not determine the part of a new patient.
pub(super) fn plan_again(
    split: &Split,
    name: SavedName,
    counts: Option<SplitShares>,
) -> Result<SplitPlan, SplitError> {
    let refuse = |why: &str| Err(SplitError::Plan(format!("--extend: {} {why}", split.name)));
    let mut shares = split.shares()?;
    if let Some(counts) = counts {
        if shares.total().is_none() {
            return refuse(
                "was made with shares, which decide where new patients go: omit --counts",
            );
        }
        let Some(counts) = counts.in_order(shares.names()) else {
            let names = shares.names().join(", ");
            return refuse(&format!("has the parts {names}: --counts must name these"));
        };
        shares = counts;
    }
    if split.temporal.is_some() {
        if shares.total().is_some() {
            return refuse(
                "was made with --temporal and --counts: the date assigns a new patient to a part \
                 whose count is already full",
            );
        }
        if shares.names().len() > 1 && split.parts.iter().all(|part| part.first_day.is_none()) {
            return refuse("has no first day of a later part: make a new split");
        }
    }
    let columns = split.stratify.iter().map(|text| StratumColumn::parse(text));
    let method = (split.method != SplitMethod::Time).then_some(split.method);
    let hold_out = match (&split.hold_out, split.held_out_part()) {
        (Some(text), Some(part)) => Some(HoldOut::parse(text, &part.name)?),
        _ => None,
    };
    let order = match &split.temporal {
        Some(column) => AssignmentOrder::Time(column.clone()),
        None => AssignmentOrder::Strata { by: columns.collect::<Result<_, _>>()?, method },
    };
    let selection = selection(split)?;
    Ok(SplitPlan { name, shares, seed: split.seed, order, selection, hold_out })
}

fn selection(split: &Split) -> Result<PatientSelection, SplitError> {
    if let Some(text) = &split.balance {
        return Ok(PatientSelection::Balance(ClassBalance::parse(text)?));
    }
    let Some(matching) = &split.matching else { return Ok(PatientSelection::Everyone) };
    let MatchSummary { on, cases, controls, ratio, choice, .. } = &**matching;
    let ratio = format!("1:{ratio}");
    let plan = MatchPlan::parse(&on.join(","), cases, controls, &ratio, *choice)?;
    Ok(PatientSelection::Matched(plan))
}
