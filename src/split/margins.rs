//! Balance of single columns: seats move between strata until every value of every column is as near
//! to its share as possible.
//!
//! Rounding strata one by one lets the errors of many strata add up in the values that they share.
//! Two strata exchange parts: one patient of the first moves from part `p` to part `q`, one of the
//! second from `q` to `p`. The sizes of the parts do not change, no stratum is further from its share
//! than one patient because of it, and the sum of squared deviations of all values decreases with each
//! exchange. Where no exchange is left, values are rarely off by more than one patient.

use super::placement::FixedPart;
use crate::cohort::{PatientColumn, Strata};

/// The strata that are compared with each other for one pair of parts.
const CANDIDATES: usize = 128;

/// More rounds over all pairs of parts than any data need, as a bound on time.
const MAX_ROUNDS: usize = 1_000;

/// The seats of patients in strata and parts, with the deviations of strata and of single values. All
/// deviations are multiplied by the total weight, so that they are whole numbers.
pub(super) struct MarginBalance<'s> {
    /// The seats that can move: one row per stratum, one column per part.
    seats: &'s mut [Vec<i64>],
    total_weight: i128,
    /// The values of each stratum, one per column, numbered over all columns.
    values: Vec<Vec<usize>>,
    stratum_deviations: Vec<Vec<i128>>,
    value_deviations: Vec<Vec<i128>>,
}

/// Strata that exchange a patient between two parts.
struct SeatExchange {
    gain: i128,
    giving: usize,
    taking: usize,
}

impl<'s> MarginBalance<'s> {
    /// Counts the seats, together with patients whose parts do not change.
    pub fn new(
        seats: &'s mut [Vec<i64>],
        columns: &[PatientColumn],
        strata: &Strata,
        fixed: impl Iterator<Item = FixedPart>,
        weights: &[u64],
    ) -> Self {
        let mut counts: Vec<Vec<i128>> =
            seats.iter().map(|row| row.iter().map(|n| i128::from(*n)).collect()).collect();
        for (patient, part) in fixed {
            counts[strata.codes[patient as usize] as usize][part] += 1;
        }
        let total_weight: i128 = weights.iter().map(|w| i128::from(*w)).sum();
        let mut first_value = vec![0];
        for column in columns {
            first_value.push(first_value.last().copied().unwrap_or(0) + column.values.len());
        }
        let mut values = vec![Vec::new(); seats.len()];
        for (patient, stratum) in strata.codes.iter().enumerate() {
            let values: &mut Vec<usize> = &mut values[*stratum as usize];
            if values.is_empty() {
                let number = |(column, first): (&PatientColumn, &usize)| {
                    first + column.codes[patient] as usize
                };
                values.extend(columns.iter().zip(&first_value).map(number));
            }
        }
        let value_count = first_value.last().copied().unwrap_or(0);
        let mut value_deviations = vec![vec![0; weights.len()]; value_count];
        let mut stratum_deviations = Vec::with_capacity(counts.len());
        for (counts, values) in counts.iter().zip(&values) {
            let size: i128 = counts.iter().sum();
            let deviation =
                |(count, weight): (&i128, &u64)| count * total_weight - size * i128::from(*weight);
            let deviations: Vec<i128> = counts.iter().zip(weights).map(deviation).collect();
            for value in values {
                for (sum, deviation) in value_deviations[*value].iter_mut().zip(&deviations) {
                    *sum += deviation;
                }
            }
            stratum_deviations.push(deviations);
        }
        Self { seats, total_weight, values, stratum_deviations, value_deviations }
    }

    /// Exchanges seats until no exchange improves the values.
    pub fn improve(&mut self) {
        let parts = self.seats.first().map_or(0, Vec::len);
        for _ in 0..MAX_ROUNDS {
            let mut improved = false;
            for p in 0..parts {
                for q in 0..p {
                    improved |= self.improve_pair(p, q);
                }
            }
            if !improved {
                return;
            }
        }
    }

    fn improve_pair(&mut self, p: usize, q: usize) -> bool {
        let giving = self.candidates(p, q, std::cmp::Ordering::Greater);
        let taking = self.candidates(q, p, std::cmp::Ordering::Less);
        let mut improved = false;
        while let Some(SeatExchange { giving, taking, .. }) = self.best(&giving, &taking, p, q) {
            self.move_seat(giving, p, q);
            self.move_seat(taking, q, p);
            improved = true;
        }
        improved
    }

    /// The strata that can move a patient, those first whose values are furthest on one side.
    fn candidates(&self, from: usize, to: usize, side: std::cmp::Ordering) -> Vec<usize> {
        let (p, q) = if side.is_gt() { (from, to) } else { (to, from) };
        let movable = (0..self.seats.len()).filter(|stratum| self.can_move(*stratum, from, to));
        let mut keyed: Vec<(i128, usize)> = movable
            .map(|stratum| {
                let excess = self.excess(stratum, p, q);
                (if side.is_gt() { -excess } else { excess }, stratum)
            })
            .collect();
        if keyed.len() > CANDIDATES {
            keyed.select_nth_unstable(CANDIDATES);
            keyed.truncate(CANDIDATES);
        }
        keyed.sort_unstable();
        keyed.into_iter().map(|(_, stratum)| stratum).collect()
    }

    /// The exchange that reduces the squared deviations most.
    fn best(&self, giving: &[usize], taking: &[usize], p: usize, q: usize) -> Option<SeatExchange> {
        let excesses = |strata: &[usize]| -> Vec<i128> {
            strata.iter().map(|stratum| self.excess(*stratum, p, q)).collect()
        };
        let (giving_excess, taking_excess) = (excesses(giving), excesses(taking));
        let mut best: Option<SeatExchange> = None;
        for (a, excess_a) in giving.iter().zip(&giving_excess) {
            if !self.can_move(*a, p, q) {
                continue;
            }
            for (b, excess_b) in taking.iter().zip(&taking_excess) {
                let gain = excess_a - excess_b;
                if gain <= best.as_ref().map_or(0, |best| best.gain) || !self.can_move(*b, q, p) {
                    continue;
                }
                let gain = gain - 2 * self.differing_columns(*a, *b) * self.total_weight;
                if gain > best.as_ref().map_or(0, |best| best.gain) {
                    best = Some(SeatExchange { gain, giving: *a, taking: *b });
                }
            }
        }
        best
    }

    /// How much more the values of a stratum exceed their shares in part `p` than in part `q`.
    fn excess(&self, stratum: usize, p: usize, q: usize) -> i128 {
        let difference =
            |value: &usize| self.value_deviations[*value][p] - self.value_deviations[*value][q];
        self.values[stratum].iter().map(difference).sum()
    }

    fn differing_columns(&self, a: usize, b: usize) -> i128 {
        self.values[a].iter().zip(&self.values[b]).filter(|(a, b)| a != b).count() as i128
    }

    /// Whether a patient of the stratum can move without a deviation of more than one patient that was
    /// not there before.
    fn can_move(&self, stratum: usize, from: usize, to: usize) -> bool {
        let deviations = &self.stratum_deviations[stratum];
        let before = deviations[from].abs().max(deviations[to].abs());
        let after = (deviations[from] - self.total_weight)
            .abs()
            .max((deviations[to] + self.total_weight).abs());
        self.seats[stratum][from] > 0 && after <= before.max(self.total_weight - 1)
    }

    fn move_seat(&mut self, stratum: usize, from: usize, to: usize) {
        self.seats[stratum][from] -= 1;
        self.seats[stratum][to] += 1;
        let value_rows = self.values[stratum].iter().map(|value| (*value, true));
        for (row, is_value) in value_rows.chain(std::iter::once((stratum, false))) {
            let deviations = if is_value {
                &mut self.value_deviations[row]
            } else {
                &mut self.stratum_deviations[row]
            };
            deviations[from] -= self.total_weight;
            deviations[to] += self.total_weight;
        }
    }
}
