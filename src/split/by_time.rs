//! Splits in time: the oldest patients in the first part, the newest in the last.

use std::collections::BTreeMap;

use super::groups::SplitGroups;
use super::rounding::largest_remainder;

/// The part of each group by date: the oldest in the first part, no day in two parts. Of the possible
/// cuts between days, each is the one nearest to the share.
///
/// `days` has each patient's last date as an index into the sorted dates; the date of a group is its
/// newest. Every group has one.
pub fn by_time(groups: &SplitGroups, days: &[u32], weights: &[u64]) -> Vec<usize> {
    let newest = |group: usize| {
        groups.get(group).iter().map(|member| days[*member as usize]).max().unwrap_or(0)
    };
    let mut counts = BTreeMap::<u32, u64>::new();
    for group in 0..groups.len() {
        *counts.entry(newest(group)).or_default() += groups.get(group).len() as u64;
    }
    let total: u64 = counts.values().sum();
    let targets = largest_remainder(total, weights);
    let mut part_of = BTreeMap::new();
    let (mut part, mut cut, mut before) = (0, targets.first().copied().unwrap_or(0), 0);
    for (day, count) in counts {
        // A day that extends further beyond the cut than before it begins the next part.
        while part + 1 < weights.len() && 2 * before + count > 2 * cut {
            part += 1;
            cut += targets[part];
        }
        part_of.insert(day, part);
        before += count;
    }
    (0..groups.len()).map(|group| part_of.get(&newest(group)).copied().unwrap_or(0)).collect()
}
