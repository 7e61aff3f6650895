//! Who goes where: units dealt out over the parts.
//!
//! Nothing here depends on the order of rows, the platform or the number of threads: units come in
//! the order of chance, counts are whole numbers, and ties have a rule.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::groups::SplitGroups;
use super::rounding::{largest_remainder, quotas};
use crate::cohort::patients::{PatientColumn, Strata};

/// A patient who has a part already, and which.
pub type FixedPart = (u32, usize);

/// Whether the strata are too thin for exact shares: more than a tenth of the patients stand in
/// strata of which the smallest part cannot expect one. Rounding these one by one lets the values
/// of single columns drift.
pub fn is_thin(strata: &Strata, weights: &[u64]) -> bool {
    let mut sizes = vec![0_u64; strata.names.len()];
    for stratum in &strata.of {
        sizes[*stratum as usize] += 1;
    }
    let sum: u128 = weights.iter().map(|w| u128::from(*w)).sum();
    let least = u128::from(weights.iter().copied().filter(|w| *w > 0).min().unwrap_or(0));
    let thin = |size: &&u64| u128::from(**size) * least < sum;
    let in_thin: u64 = sizes.iter().filter(thin).sum();
    in_thin * 10 > strata.of.len() as u64
}

/// The part of each unit, such that every stratum's count in every part, those already placed
/// included, is its ideal rounded down or up. Where larger units or earlier places leave no room
/// for that, the counts come as near as they can.
pub fn exact(
    units: &SplitGroups,
    strata: &Strata,
    placed: &[FixedPart],
    weights: &[u64],
) -> Vec<usize> {
    let mut need = needs(units, strata, placed, weights);
    let mut whole: Vec<i64> =
        (0..weights.len()).map(|part| need.iter().map(|row| row[part]).sum()).collect();
    let mut parts = vec![0; units.len()];
    let mut larger: Vec<usize> = (0..units.len()).filter(|u| units.get(*u).len() > 1).collect();
    larger.sort_by_key(|unit| Reverse(units.get(*unit).len()));
    for unit in larger {
        let members = units.get(unit);
        let part = roomiest(members, strata, &need, &whole, weights);
        for member in members {
            need[strata.of[*member as usize] as usize][part] -= 1;
            whole[part] -= 1;
        }
        parts[unit] = part;
    }
    let mut open = vec![0_i64; need.len()];
    for single in (0..units.len()).map(|unit| units.get(unit)).filter(|u| u.len() == 1) {
        open[strata.of[single[0] as usize] as usize] += 1;
    }
    for (need, open) in need.iter_mut().zip(&open) {
        shrink(need, *open, weights);
    }
    let mut next = vec![0; need.len()];
    for (unit, part) in parts.iter_mut().enumerate() {
        let [member] = units.get(unit) else { continue };
        let stratum = strata.of[*member as usize] as usize;
        while need[stratum][next[stratum]] == 0 {
            next[stratum] += 1;
        }
        need[stratum][next[stratum]] -= 1;
        *part = next[stratum];
    }
    parts
}

/// Per stratum and part the patients that are still to come; below 0 where there are too many.
fn needs(
    units: &SplitGroups,
    strata: &Strata,
    placed: &[FixedPart],
    weights: &[u64],
) -> Vec<Vec<i64>> {
    let mut sizes = vec![0_u64; strata.names.len()];
    for member in units.members().iter().chain(placed.iter().map(|(member, _)| member)) {
        sizes[strata.of[*member as usize] as usize] += 1;
    }
    let quotas = quotas(&sizes, weights);
    let signed = |row: Vec<u64>| row.into_iter().map(u64::cast_signed).collect();
    let mut need: Vec<Vec<i64>> = quotas.into_iter().map(signed).collect();
    for (member, part) in placed {
        need[strata.of[*member as usize] as usize][*part] -= 1;
    }
    need
}

/// The part where a unit of several overfills its strata least, then the one that lacks most for
/// its weight.
fn roomiest(
    members: &[u32],
    strata: &Strata,
    need: &[Vec<i64>],
    whole: &[i64],
    weights: &[u64],
) -> usize {
    let mut touched: Vec<u32> = members.iter().map(|m| strata.of[*m as usize]).collect();
    touched.sort_unstable();
    let over = |part: usize| -> i64 {
        let excess =
            |same: &[u32]| (same.len() as i64 - need[same[0] as usize][part].max(0)).max(0);
        touched.chunk_by(|a, b| a == b).map(excess).sum()
    };
    let lack = |part: usize, other: usize| i128::from(whole[part]) * i128::from(weights[other]);
    let better =
        |a: &usize, b: &usize| over(*a).cmp(&over(*b)).then(lack(*b, *a).cmp(&lack(*a, *b)));
    (0..whole.len()).min_by(better).unwrap_or(0)
}

/// Takes away what is too much: below 0 nothing is needed, and the sum becomes `open`, each step
/// where it leaves the least gap for the part's weight.
fn shrink(need: &mut [i64], open: i64, weights: &[u64]) {
    let wanted: Vec<i64> = need.to_vec();
    need.iter_mut().for_each(|seats| *seats = (*seats).max(0));
    let mut excess = need.iter().sum::<i64>() - open;
    while excess > 0 {
        let gap = |part: usize| i128::from(wanted[part] - need[part] + 1);
        let smaller = |a: &usize, b: &usize| {
            (gap(*a) * i128::from(weights[*b])).cmp(&(gap(*b) * i128::from(weights[*a])))
        };
        let taken = (0..need.len()).filter(|part| need[*part] > 0).min_by(smaller);
        let Some(part) = taken else { return };
        need[part] -= 1;
        excess -= 1;
    }
}

/// The part of each unit by iterative stratification: of all values of all columns the one with
/// the fewest patients left comes first, and its units go to the part that lacks most of it; then
/// to the one that lacks most patients, then by chance. No part grows beyond its share.
pub fn iterative(
    units: &SplitGroups,
    columns: &[PatientColumn],
    placed: &[FixedPart],
    weights: &[u64],
) -> Vec<usize> {
    let mut state = IterativeAssignment::new(units, columns, placed, weights);
    let mut parts: Vec<Option<usize>> = vec![None; units.len()];
    let mut queue: BinaryHeap<Reverse<(u32, u32)>> = (0_u32..)
        .zip(&state.left)
        .filter(|(_, n)| **n > 0)
        .map(|(l, n)| Reverse((*n, l)))
        .collect();
    while let Some(Reverse((count, label))) = queue.pop() {
        if count != state.left[label as usize] {
            continue; // it has become fewer, and stands in the queue again
        }
        let mut touched = Vec::new();
        for unit in state.by_label[label as usize].clone() {
            if parts[unit as usize].is_none() {
                let part = state.choose(unit as usize, label as usize);
                parts[unit as usize] = Some(part);
                state.place(unit as usize, part, &mut touched);
            }
        }
        touched.sort_unstable();
        touched.dedup();
        let again = touched.into_iter().filter(|label| state.left[*label as usize] > 0);
        queue.extend(again.map(|label| Reverse((state.left[label as usize], label))));
    }
    // Without a column there is no label, and everyone is alike.
    let rest: Vec<usize> = (0..units.len()).filter(|unit| parts[*unit].is_none()).collect();
    for unit in rest {
        let part = state.choose(unit, 0);
        parts[unit] = Some(part);
        state.place(unit, part, &mut Vec::new());
    }
    parts.into_iter().flatten().collect()
}

struct IterativeAssignment<'a> {
    units: &'a SplitGroups,
    columns: &'a [PatientColumn],
    /// Where each column's labels begin.
    first: Vec<usize>,
    weights: &'a [u64],
    sum: i128,
    /// What each part lacks of each label, times the sum of the weights.
    lacks: Vec<Vec<i128>>,
    lacks_people: Vec<i128>,
    room: Vec<i64>,
    /// Patients left of each label.
    left: Vec<u32>,
    by_label: Vec<Vec<u32>>,
}

impl<'a> IterativeAssignment<'a> {
    fn new(
        units: &'a SplitGroups,
        columns: &'a [PatientColumn],
        placed: &[FixedPart],
        weights: &'a [u64],
    ) -> Self {
        let mut first = vec![0];
        for column in columns {
            first.push(first.last().copied().unwrap_or(0) + column.values.len());
        }
        let labels = first.last().copied().unwrap_or(0).max(1);
        let sum: i128 = weights.iter().map(|w| i128::from(*w)).sum();
        let mut state = Self {
            units,
            columns,
            first,
            weights,
            sum,
            lacks: vec![vec![0; weights.len()]; labels],
            lacks_people: vec![0; weights.len()],
            room: Vec::new(),
            left: vec![0; labels],
            by_label: vec![Vec::new(); labels],
        };
        for (unit, members) in (0_u32..).zip((0..units.len()).map(|unit| units.get(unit))) {
            for member in members {
                state.want(*member);
                for label in state.labels(*member) {
                    state.left[label] += 1;
                    if state.by_label[label].last() != Some(&unit) {
                        state.by_label[label].push(unit);
                    }
                }
            }
        }
        let people = (units.members().len() + placed.len()) as u64;
        state.room = largest_remainder(people, weights).iter().map(|n| n.cast_signed()).collect();
        for (member, part) in placed {
            state.want(*member);
            state.has(*member, *part);
        }
        state
    }

    fn labels(&self, member: u32) -> Vec<usize> {
        let label = |(column, first): (&PatientColumn, &usize)| {
            first + column.codes[member as usize] as usize
        };
        self.columns.iter().zip(&self.first).map(label).collect()
    }

    /// One more of a member's labels is wanted over all parts.
    fn want(&mut self, member: u32) {
        for label in self.labels(member) {
            for (lacks, weight) in self.lacks[label].iter_mut().zip(self.weights) {
                *lacks += i128::from(*weight);
            }
        }
        for (lacks, weight) in self.lacks_people.iter_mut().zip(self.weights) {
            *lacks += i128::from(*weight);
        }
    }

    /// A part has a member.
    fn has(&mut self, member: u32, part: usize) {
        for label in self.labels(member) {
            self.lacks[label][part] -= self.sum;
        }
        self.lacks_people[part] -= self.sum;
        self.room[part] -= 1;
    }

    fn choose(&self, unit: usize, label: usize) -> usize {
        let parts = self.weights.len();
        let size = self.units.get(unit).len() as i64;
        let fits = |part: &usize| self.room[*part] >= size;
        // Units come in the order of chance, so that their number is as good as a die.
        let turn = |part: usize| Reverse((part + unit) % parts);
        let lack = |part: &usize| (self.lacks[label][*part], self.lacks_people[*part], turn(*part));
        let fitting = (0..parts).filter(fits).max_by_key(lack);
        let roomiest = || (0..parts).max_by_key(|part| (self.room[*part], turn(*part)));
        fitting.or_else(roomiest).unwrap_or(0)
    }

    fn place(&mut self, unit: usize, part: usize, touched: &mut Vec<u32>) {
        let units = self.units;
        for member in units.get(unit) {
            self.has(*member, part);
            for label in self.labels(*member) {
                self.left[label] -= 1;
                touched.push(u32::try_from(label).unwrap_or(u32::MAX));
            }
        }
    }
}

/// The part of each unit by date, and per part the last date in it: the oldest to the first part,
/// a day never in two. Of the cuts that days allow, each is the one nearest to the wanted share.
///
/// `days` gives each patient's last date as a place in the order of dates; a unit counts by its
/// newest. Every unit has one.
pub fn by_time(units: &SplitGroups, days: &[u32], weights: &[u64]) -> Vec<usize> {
    let newest = |unit: usize| {
        units.get(unit).iter().map(|member| days[*member as usize]).max().unwrap_or(0)
    };
    let mut counts = std::collections::BTreeMap::<u32, u64>::new();
    for unit in 0..units.len() {
        *counts.entry(newest(unit)).or_default() += units.get(unit).len() as u64;
    }
    let total: u64 = counts.values().sum();
    let wanted = largest_remainder(total, weights);
    let mut part_of = std::collections::BTreeMap::new();
    let (mut part, mut until, mut before) = (0, wanted.first().copied().unwrap_or(0), 0);
    for (day, count) in counts {
        // A day that reaches further beyond the cut than it falls short of it begins the next part.
        while part + 1 < weights.len() && 2 * before + count > 2 * until {
            part += 1;
            until += wanted[part];
        }
        part_of.insert(day, part);
        before += count;
    }
    (0..units.len()).map(|unit| part_of.get(&newest(unit)).copied().unwrap_or(0)).collect()
}
