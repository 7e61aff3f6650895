//! An earlier split whose patients keep their parts.

use std::collections::BTreeMap;

use super::plan::{
    AssignmentOrder, ClassBalance, HoldOut, MatchPlan, PatientSelection, SplitMethod, SplitPlan,
    StratumColumn, refuse,
};
use super::{MatchSummary, Split, SplitShares};
use crate::catalog::Catalog;
use crate::cohort::{CohortError, SavedName};

/// What a patient keeps of an earlier split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierPlacement {
    /// The name of her part.
    pub part: String,
    /// The number of her matched set.
    pub set: Option<i32>,
}

/// What each patient of an earlier split keeps, those included whom its cohort had lost.
pub fn kept(
    catalog: &Catalog,
    old: &Split,
) -> Result<BTreeMap<String, EarlierPlacement>, CohortError> {
    old.verify(catalog.dir())?;
    let file = old.file(catalog)?;
    // Files of earlier versions have neither column.
    let columns = catalog.columns(&file)?;
    let has = |column: &str| columns.iter().any(|name| name == column);
    let part = if has("kept_part") { "coalesce(split, kept_part)" } else { "split" };
    let set = if has("match_id") { "match_id" } else { "NULL" };
    let sql =
        format!("SELECT case_id, {part}, {set}::INTEGER FROM {file} WHERE {part} IS NOT NULL");
    let rows = catalog.rows(&sql)?.into_iter();
    Ok(rows.map(|(case, part, set)| (case, EarlierPlacement { part, set })).collect())
}

/// The plan of a split once more, under another name; with other counts where it was made with counts.
///
/// # Errors
/// When the split does not say where a new patient belongs.
pub fn again(
    old: &Split,
    name: SavedName,
    counts: Option<SplitShares>,
) -> Result<SplitPlan, CohortError> {
    let refuse = |why: &str| refuse(format!("--extend: {} {why}", old.name));
    let mut shares = old.shares()?;
    if let Some(counts) = counts {
        if shares.total().is_none() {
            return refuse(
                "was made with shares, which say where new patients go: leave --counts out",
            );
        }
        let Some(counts) = counts.in_order(shares.names()) else {
            let names = shares.names().join(", ");
            return refuse(&format!("has the parts {names}: --counts must name these"));
        };
        shares = counts;
    }
    if old.temporal.is_some() {
        if shares.total().is_some() {
            return refuse(
                "was made with --temporal and --counts: by date a new patient has a part, by the \
                 counts it has no place for her",
            );
        }
        if shares.names().len() > 1 && old.parts.iter().all(|part| part.begins.is_none()) {
            return refuse("keeps no day on which a later part begins: make a new split");
        }
    }
    let by = old
        .stratify
        .iter()
        .map(|text| StratumColumn::parse(text))
        .collect::<Result<Vec<_>, _>>()?;
    let method = (old.method != SplitMethod::Time).then_some(old.method);
    let external = old.parts.iter().find(|part| part.ratio.is_none() && part.count.is_none());
    let hold_out = match (&old.hold_out, external) {
        (Some(text), Some(part)) => Some(HoldOut::parse(text, &part.name)?),
        _ => None,
    };
    let order = match &old.temporal {
        Some(column) => AssignmentOrder::Time(column.clone()),
        None => AssignmentOrder::Strata { by, method },
    };
    Ok(SplitPlan { name, shares, seed: old.seed, order, selection: selection(old)?, hold_out })
}

fn selection(old: &Split) -> Result<PatientSelection, CohortError> {
    if let Some(text) = &old.balance {
        return Ok(PatientSelection::Balance(ClassBalance::parse(text)?));
    }
    let Some(matching) = &old.matching else { return Ok(PatientSelection::Everyone) };
    let MatchSummary { on, cases, controls, ratio, choice, .. } = &**matching;
    let ratio = format!("1:{ratio}");
    Ok(PatientSelection::Matched(MatchPlan::parse(
        &on.join(","),
        cases,
        controls,
        &ratio,
        *choice,
    )?))
}
