//! Iterative stratification: every value of every column in proportion.
//!
//! Sechidis, Tsoumakas and Vlahavas, On the stratification of multi-label data, ECML PKDD 2011.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::groups::SplitGroups;
use super::placement::FixedPart;
use super::rounding::largest_remainder;
use crate::cohort::PatientColumn;

/// The part of each group. Of all values of all columns the one with the fewest patients left is next,
/// and its groups go to the part that needs most of it; of several to the one that needs most patients,
/// then in the random order. No part exceeds its share.
pub fn iterative(
    groups: &SplitGroups,
    columns: &[PatientColumn],
    fixed: &[FixedPart],
    weights: &[u64],
) -> Vec<usize> {
    let mut state = IterativeAssignment::new(groups, columns, fixed, weights);
    let mut parts: Vec<Option<usize>> = vec![None; groups.len()];
    let mut queue: BinaryHeap<Reverse<(u32, u32)>> = (0_u32..)
        .zip(&state.left)
        .filter(|(_, n)| **n > 0)
        .map(|(label, n)| Reverse((*n, label)))
        .collect();
    while let Some(Reverse((count, label))) = queue.pop() {
        if count != state.left[label as usize] {
            continue; // its count has changed since, and it is in the queue again
        }
        let mut changed = Vec::new();
        for group in state.by_label[label as usize].clone() {
            if parts[group as usize].is_none() {
                let part = state.choose(group as usize, label as usize);
                parts[group as usize] = Some(part);
                state.place(group as usize, part, &mut changed);
            }
        }
        changed.sort_unstable();
        changed.dedup();
        let again = changed.into_iter().filter(|label| state.left[*label as usize] > 0);
        queue.extend(again.map(|label| Reverse((state.left[label as usize], label))));
    }
    // Without columns there are no labels, and all patients are alike.
    let rest: Vec<usize> = (0..groups.len()).filter(|group| parts[*group].is_none()).collect();
    for group in rest {
        let part = state.choose(group, 0);
        parts[group] = Some(part);
        state.place(group, part, &mut Vec::new());
    }
    parts.into_iter().flatten().collect()
}

struct IterativeAssignment<'a> {
    groups: &'a SplitGroups,
    columns: &'a [PatientColumn],
    /// The number of each column's first label.
    first_labels: Vec<usize>,
    weights: &'a [u64],
    sum: i128,
    /// The patients of each label that each part needs, times the total weight.
    needs: Vec<Vec<i128>>,
    /// The patients that each part needs, times the total weight.
    part_needs: Vec<i128>,
    /// The seats left in each part.
    seats: Vec<i64>,
    /// The patients of each label who have no part yet.
    left: Vec<u32>,
    /// The groups of each label.
    by_label: Vec<Vec<u32>>,
}

impl<'a> IterativeAssignment<'a> {
    fn new(
        groups: &'a SplitGroups,
        columns: &'a [PatientColumn],
        fixed: &[FixedPart],
        weights: &'a [u64],
    ) -> Self {
        let mut first_labels = vec![0];
        for column in columns {
            first_labels.push(first_labels.last().copied().unwrap_or(0) + column.values.len());
        }
        let labels = first_labels.last().copied().unwrap_or(0).max(1);
        let sum: i128 = weights.iter().map(|w| i128::from(*w)).sum();
        let mut state = Self {
            groups,
            columns,
            first_labels,
            weights,
            sum,
            needs: vec![vec![0; weights.len()]; labels],
            part_needs: vec![0; weights.len()],
            seats: Vec::new(),
            left: vec![0; labels],
            by_label: vec![Vec::new(); labels],
        };
        for (group, members) in (0_u32..).zip((0..groups.len()).map(|group| groups.get(group))) {
            for member in members {
                state.count_member(*member);
                for label in state.labels(*member) {
                    state.left[label] += 1;
                    if state.by_label[label].last() != Some(&group) {
                        state.by_label[label].push(group);
                    }
                }
            }
        }
        let patients = (groups.members().len() + fixed.len()) as u64;
        state.seats =
            largest_remainder(patients, weights).iter().map(|n| n.cast_signed()).collect();
        for (member, part) in fixed {
            state.count_member(*member);
            state.add(*member, *part);
        }
        state
    }

    fn labels(&self, member: u32) -> Vec<usize> {
        let label = |(column, first): (&PatientColumn, &usize)| {
            first + column.codes[member as usize] as usize
        };
        self.columns.iter().zip(&self.first_labels).map(label).collect()
    }

    /// Adds a patient to the totals that are divided over the parts.
    fn count_member(&mut self, member: u32) {
        for label in self.labels(member) {
            for (needs, weight) in self.needs[label].iter_mut().zip(self.weights) {
                *needs += i128::from(*weight);
            }
        }
        for (needs, weight) in self.part_needs.iter_mut().zip(self.weights) {
            *needs += i128::from(*weight);
        }
    }

    /// Adds a patient to a part.
    fn add(&mut self, member: u32, part: usize) {
        for label in self.labels(member) {
            self.needs[label][part] -= self.sum;
        }
        self.part_needs[part] -= self.sum;
        self.seats[part] -= 1;
    }

    fn choose(&self, group: usize, label: usize) -> usize {
        let parts = self.weights.len();
        let size = self.groups.get(group).len() as i64;
        let fits = |part: &usize| self.seats[*part] >= size;
        // Groups are in random order, so that their number breaks ties at random.
        let turn = |part: usize| Reverse((part + group) % parts);
        let need = |part: &usize| (self.needs[label][*part], self.part_needs[*part], turn(*part));
        let fitting = (0..parts).filter(fits).max_by_key(need);
        let largest = || (0..parts).max_by_key(|part| (self.seats[*part], turn(*part)));
        fitting.or_else(largest).unwrap_or(0)
    }

    fn place(&mut self, group: usize, part: usize, changed: &mut Vec<u32>) {
        let groups = self.groups;
        for member in groups.get(group) {
            self.add(*member, part);
            for label in self.labels(*member) {
                self.left[label] -= 1;
                changed.push(u32::try_from(label).unwrap_or(u32::MAX));
            }
        }
    }
}
