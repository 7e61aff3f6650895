//! Down-sampling: as many patients as the proportions of a column's values allow.

use super::class_balance::ClassBalance;
use super::error::SplitError;
use super::rounding::quotas;
use crate::cohort::{PatientColumn, Strata};

/// Whether each patient is excluded. Of each value the first patients by rank stay, each stratum in
/// proportion, so that the distribution of the strata within a value does not change. Patients who are
/// `placed` count and stay, whatever the proportions are.
///
/// # Errors
/// A proportion for a value that no patient has, or another number of proportions than of values.
pub fn excluded(
    balance: &ClassBalance,
    column: &PatientColumn,
    strata: &Strata,
    ranks: &[u128],
    placed: &[bool],
) -> Result<Vec<bool>, SplitError> {
    let weights = weights(balance, column)?;
    let mut by_value: Vec<Vec<u32>> = vec![Vec::new(); column.values.len()];
    let mut placed_count = vec![0_u64; column.values.len()];
    for ((patient, value), placed) in (0_u32..).zip(&column.codes).zip(placed) {
        if *placed {
            placed_count[*value as usize] += 1;
        } else {
            by_value[*value as usize].push(patient);
        }
    }
    let multiples = |((patients, placed), weight): ((&Vec<u32>, &u64), &u64)| {
        (*weight > 0).then(|| (patients.len() as u64 + placed) / weight)
    };
    let multiple =
        by_value.iter().zip(&placed_count).zip(&weights).filter_map(multiples).min().unwrap_or(0);
    let mut excluded: Vec<bool> = placed.iter().map(|placed| !placed).collect();
    for ((patients, placed), weight) in by_value.iter_mut().zip(&placed_count).zip(&weights) {
        let included = (multiple * weight).saturating_sub(*placed);
        patients.sort_unstable_by_key(|p| (strata.codes[*p as usize], ranks[*p as usize], *p));
        let same_stratum =
            |a: &u32, b: &u32| strata.codes[*a as usize] == strata.codes[*b as usize];
        let by_stratum: Vec<&[u32]> = patients.chunk_by(same_stratum).collect();
        let sizes: Vec<u64> = by_stratum.iter().map(|stratum| stratum.len() as u64).collect();
        let others = patients.len() as u64 - included;
        if included == 0 {
            continue;
        }
        for (stratum, quota) in by_stratum.iter().zip(quotas(&sizes, &[included, others])) {
            for patient in stratum.iter().take(usize::try_from(quota[0]).unwrap_or(usize::MAX)) {
                excluded[*patient as usize] = false;
            }
        }
    }
    Ok(excluded)
}

/// The proportion of each value; 0 for a value without one, and for the missing value.
fn weights(balance: &ClassBalance, column: &PatientColumn) -> Result<Vec<u64>, SplitError> {
    let values: Vec<&str> = column.values.iter().flatten().map(String::as_str).collect();
    let known = format!("values of {}: {}", balance.column, values.join(", "));
    let named: Vec<(&str, u64)> = if balance.proportions.iter().all(|(value, _)| value.is_none()) {
        if balance.proportions.len() != values.len() {
            let (given, count) = (balance.proportions.len(), values.len());
            let text = format!("--balance: {given} proportions for {count} values; {known}");
            return Err(SplitError::Plan(text));
        }
        values.iter().copied().zip(balance.proportions.iter().map(|(_, weight)| *weight)).collect()
    } else {
        let mut named = Vec::new();
        for (value, weight) in &balance.proportions {
            let value = value.as_deref().unwrap_or_default();
            let Some(spelling) = values.iter().find(|v| v.to_lowercase() == value.to_lowercase())
            else {
                let column = &balance.column;
                let text = format!("--balance: no patient has {column} = {value:?}; {known}");
                return Err(SplitError::Plan(text));
            };
            named.push((*spelling, *weight));
        }
        named
    };
    let weight = |value: &Option<String>| {
        let pair = named.iter().find(|(name, _)| Some(*name) == value.as_deref());
        pair.map_or(0, |(_, weight)| *weight)
    };
    Ok(column.values.iter().map(weight).collect())
}
