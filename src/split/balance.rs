//! Down-sampling: as many patients of each value as a proportion asks, and as many as it allows.

use super::plan::{ClassBalance, refuse};
use super::rounding::quotas;
use crate::cohort::CohortError;
use crate::cohort::patients::{PatientColumn, Strata};

/// Who is left out, per patient. Of each value those stay whom chance puts first, in every stratum
/// its share, so that a value's other traits keep their proportions. Who is `placed` counts and stays,
/// whatever the proportions say.
///
/// # Errors
/// A proportion for a value that nobody has, or another number of proportions than of values.
pub fn left_out(
    balance: &ClassBalance,
    column: &PatientColumn,
    strata: &Strata,
    ranks: &[u128],
    placed: &[bool],
) -> Result<Vec<bool>, CohortError> {
    let weights = weights(balance, column)?;
    let mut by_value: Vec<Vec<u32>> = vec![Vec::new(); column.values.len()];
    let mut stay = vec![0_u64; column.values.len()];
    for ((member, value), placed) in (0_u32..).zip(&column.codes).zip(placed) {
        if *placed {
            stay[*value as usize] += 1;
        } else {
            by_value[*value as usize].push(member);
        }
    }
    let share = |((members, stay), weight): ((&Vec<u32>, &u64), &u64)| {
        (*weight > 0).then(|| (members.len() as u64 + stay) / weight)
    };
    let rounds = by_value.iter().zip(&stay).zip(&weights).filter_map(share).min().unwrap_or(0);
    let mut out: Vec<bool> = placed.iter().map(|placed| !placed).collect();
    for ((members, stay), weight) in by_value.iter_mut().zip(&stay).zip(&weights) {
        let keep = (rounds * weight).saturating_sub(*stay);
        members.sort_unstable_by_key(|m| (strata.of[*m as usize], ranks[*m as usize], *m));
        let groups: Vec<&[u32]> =
            members.chunk_by(|a, b| strata.of[*a as usize] == strata.of[*b as usize]).collect();
        let sizes: Vec<u64> = groups.iter().map(|group| group.len() as u64).collect();
        let rest = members.len() as u64 - keep;
        if keep == 0 {
            continue;
        }
        for (group, quota) in groups.iter().zip(quotas(&sizes, &[keep, rest])) {
            for member in group.iter().take(usize::try_from(quota[0]).unwrap_or(usize::MAX)) {
                out[*member as usize] = false;
            }
        }
    }
    Ok(out)
}

/// The proportion of each value; 0 for one that has none, and for the missing value.
fn weights(balance: &ClassBalance, column: &PatientColumn) -> Result<Vec<u64>, CohortError> {
    let there: Vec<&str> = column.values.iter().flatten().map(String::as_str).collect();
    let has = format!("{} has {}", balance.column, there.join(", "));
    let named: Vec<(&str, u64)> = if balance.parts.iter().all(|(value, _)| value.is_none()) {
        if balance.parts.len() != there.len() {
            let (given, values) = (balance.parts.len(), there.len());
            return refuse(format!("--balance: {given} proportions for {values} values: {has}"));
        }
        there.iter().copied().zip(balance.parts.iter().map(|(_, weight)| *weight)).collect()
    } else {
        let mut named = Vec::new();
        for (value, weight) in &balance.parts {
            let value = value.as_deref().unwrap_or_default();
            let Some(same) = there.iter().find(|v| v.to_lowercase() == value.to_lowercase()) else {
                return refuse(format!("--balance: nobody has {value:?}: {has}"));
            };
            named.push((*same, *weight));
        }
        named
    };
    let weight = |value: &Option<String>| {
        let pair = named.iter().find(|(name, _)| Some(*name) == value.as_deref());
        pair.map_or(0, |(_, weight)| *weight)
    };
    Ok(column.values.iter().map(weight).collect())
}
