//! Exact stratification: every combination of values in proportion, and every single value too.

use std::cmp::Reverse;

use super::groups::SplitGroups;
use super::margins::MarginBalance;
use super::placement::FixedPart;
use super::rounding::quotas;
use crate::cohort::{PatientColumn, Strata};

/// Whether the strata are too small to be worth listing: more than a tenth of the patients are in strata
/// whose share in the smallest part is below one patient.
pub fn is_thin(strata: &Strata, weights: &[u64]) -> bool {
    let mut sizes = vec![0_u64; strata.names.len()];
    for stratum in &strata.codes {
        sizes[*stratum as usize] += 1;
    }
    let sum: u128 = weights.iter().map(|w| u128::from(*w)).sum();
    let least = u128::from(weights.iter().copied().filter(|w| *w > 0).min().unwrap_or(0));
    let thin = |size: &&u64| u128::from(**size) * least < sum;
    let in_thin: u64 = sizes.iter().filter(thin).sum();
    in_thin * 10 > strata.codes.len() as u64
}

/// The part of each group, such that the count of every stratum in every part, including patients with
/// a fixed part, is its ideal rounded down or up, and the count of every value of a column is near its
/// ideal. Where groups of several or fixed parts do not allow that, counts come as near as possible.
///
/// The strata must be the combinations of these columns.
pub fn exact(
    groups: &SplitGroups,
    columns: &[PatientColumn],
    strata: &Strata,
    fixed: &[FixedPart],
    weights: &[u64],
) -> Vec<usize> {
    let mut need = open_seats(groups, strata, fixed, weights);
    let mut by_part: Vec<i64> =
        (0..weights.len()).map(|part| need.iter().map(|row| row[part]).sum()).collect();
    let mut parts = vec![0; groups.len()];
    let mut several: Vec<usize> = (0..groups.len()).filter(|g| groups.get(*g).len() > 1).collect();
    several.sort_by_key(|group| Reverse(groups.get(*group).len()));
    for group in several {
        let members = groups.get(group);
        let part = best_part(members, strata, &need, &by_part, weights);
        for member in members {
            need[strata.codes[*member as usize] as usize][part] -= 1;
            by_part[part] -= 1;
        }
        parts[group] = part;
    }
    let mut single = vec![0_i64; need.len()];
    for members in (0..groups.len()).map(|g| groups.get(g)).filter(|m| m.len() == 1) {
        single[strata.codes[members[0] as usize] as usize] += 1;
    }
    for (need, single) in need.iter_mut().zip(&single) {
        reduce(need, *single, weights);
    }
    let several = (0..groups.len()).filter(|group| groups.get(*group).len() > 1);
    let in_groups = several.flat_map(|group| {
        let part = parts[group];
        groups.get(group).iter().map(move |member| (*member, part))
    });
    let immovable = fixed.iter().copied().chain(in_groups);
    MarginBalance::new(&mut need, columns, strata, immovable, weights).improve();
    let mut next = vec![0; need.len()];
    for (group, part) in parts.iter_mut().enumerate() {
        let [member] = groups.get(group) else { continue };
        let stratum = strata.codes[*member as usize] as usize;
        while need[stratum][next[stratum]] == 0 {
            next[stratum] += 1;
        }
        need[stratum][next[stratum]] -= 1;
        *part = next[stratum];
    }
    parts
}

/// The patients that each stratum still needs in each part; below 0 where there are too many.
fn open_seats(
    groups: &SplitGroups,
    strata: &Strata,
    fixed: &[FixedPart],
    weights: &[u64],
) -> Vec<Vec<i64>> {
    let mut sizes = vec![0_u64; strata.names.len()];
    for member in groups.members().iter().chain(fixed.iter().map(|(member, _)| member)) {
        sizes[strata.codes[*member as usize] as usize] += 1;
    }
    let quotas = quotas(&sizes, weights);
    let signed = |row: Vec<u64>| row.into_iter().map(u64::cast_signed).collect();
    let mut need: Vec<Vec<i64>> = quotas.into_iter().map(signed).collect();
    for (member, part) in fixed {
        need[strata.codes[*member as usize] as usize][*part] -= 1;
    }
    need
}

/// The part where a group of several exceeds the targets of its strata least; of several the one that
/// needs most patients for its weight.
fn best_part(
    members: &[u32],
    strata: &Strata,
    need: &[Vec<i64>],
    by_part: &[i64],
    weights: &[u64],
) -> usize {
    let mut group_strata: Vec<u32> = members.iter().map(|m| strata.codes[*m as usize]).collect();
    group_strata.sort_unstable();
    let excess = |part: usize| -> i64 {
        let stratum_excess =
            |same: &[u32]| (same.len() as i64 - need[same[0] as usize][part].max(0)).max(0);
        group_strata.chunk_by(|a, b| a == b).map(stratum_excess).sum()
    };
    let need_for_weight =
        |part: usize, other: usize| i128::from(by_part[part]) * i128::from(weights[other]);
    let compare = |a: &usize, b: &usize| {
        let by_need = need_for_weight(*b, *a).cmp(&need_for_weight(*a, *b));
        excess(*a).cmp(&excess(*b)).then(by_need)
    };
    (0..by_part.len()).min_by(compare).unwrap_or(0)
}

/// Reduces the seats of a stratum until they sum to `patients`, each step where it leaves the smallest
/// gap for the part's weight. Negative numbers become 0.
fn reduce(need: &mut [i64], patients: i64, weights: &[u64]) {
    let target: Vec<i64> = need.to_vec();
    need.iter_mut().for_each(|seats| *seats = (*seats).max(0));
    let mut excess = need.iter().sum::<i64>() - patients;
    while excess > 0 {
        let gap = |part: usize| i128::from(target[part] - need[part] + 1);
        let compare = |a: &usize, b: &usize| {
            (gap(*a) * i128::from(weights[*b])).cmp(&(gap(*b) * i128::from(weights[*a])))
        };
        let smallest = (0..need.len()).filter(|part| need[*part] > 0).min_by(compare);
        let Some(part) = smallest else { return };
        need[part] -= 1;
        excess -= 1;
    }
}
