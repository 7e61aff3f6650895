//! An earlier split whose patients keep their parts.

use std::collections::BTreeMap;

use super::Split;
use super::plan::{Axis, HoldOut, Method, Order, Plan, Selection, refuse};
use crate::catalog::Catalog;
use crate::cohort::{CohortError, Name};

/// The part of each patient of an earlier split, those included whom its cohort had lost.
pub fn parts(catalog: &Catalog, old: &Split) -> Result<BTreeMap<String, String>, CohortError> {
    old.verify(catalog)?;
    let file = old.file(catalog)?;
    // Files of earlier versions have no column kept_part.
    let columns = catalog.columns(&file)?;
    let part = if columns.iter().any(|name| name == "kept_part") {
        "coalesce(split, kept_part)"
    } else {
        "split"
    };
    let rows =
        catalog.texts(&format!("SELECT case_id, {part} FROM {file} WHERE {part} IS NOT NULL"))?;
    let pair = |row: Vec<Option<String>>| {
        let mut cells = row.into_iter().flatten();
        Some((cells.next()?, cells.next()?))
    };
    Ok(rows.into_iter().filter_map(pair).collect())
}

/// The plan of a split once more, under another name.
///
/// # Errors
/// When it was made in a way that leaves no room for more patients.
pub fn again(old: &Split, name: Name) -> Result<Plan, CohortError> {
    let shares = old.shares()?;
    let kind = if old.matching.is_some() {
        Some("--match: a new patient may be a better control than one in use")
    } else if old.balance.is_some() {
        Some("--balance: a new patient may change who is left out")
    } else if old.temporal.is_some() {
        Some("--temporal: make a new one, the cuts move with time")
    } else if shares.total().is_some() {
        Some("--counts, which leave no room for more")
    } else {
        None
    };
    if let Some(kind) = kind {
        return refuse(format!("--extend: {} was made with {kind}", old.name));
    }
    let by = old.stratify.iter().map(|text| Axis::parse(text)).collect::<Result<Vec<_>, _>>()?;
    let method = (old.method != Method::Time).then_some(old.method);
    let external = old.parts.iter().find(|part| part.ratio.is_none() && part.count.is_none());
    let hold_out = match (&old.hold_out, external) {
        (Some(text), Some(part)) => Some(HoldOut::parse(text, &part.name)?),
        _ => None,
    };
    Ok(Plan {
        name,
        shares,
        seed: old.seed,
        order: Order::Strata { by, method },
        selection: Selection::Everyone,
        hold_out,
    })
}
