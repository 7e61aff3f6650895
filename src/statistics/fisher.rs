//! Fisher's exact test of tables of any size.

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use statrs::function::factorial::ln_factorial;

/// Steps of the exact computation before it is replaced by simulation.
const MAX_STEPS: usize = 300_000;
/// Simulated tables.
const SIMULATED: u32 = 10_000;
/// Tables whose log probabilities differ by less count as equally probable.
const SAME: f64 = 1e-6;

/// The probability of a table at most as probable as this one among all with the same margins (Freeman
/// and Halton, Biometrika 1951;38:141), and whether it is exact. No row or column may be empty.
///
/// Tables are enumerated column by column: those with the same remaining row totals and the same
/// probability so far are merged (the network of Mehta and Patel, JASA 1983;78:427, without its bounds).
/// Where that takes too long, tables are simulated, always with the same seed.
pub(super) fn test(table: &[Vec<u64>]) -> (f64, bool) {
    // Fewer rows, fewer states.
    let transposed: Vec<Vec<u64>>;
    let columns = table.first().map_or(0, Vec::len);
    let table = if table.len() > columns {
        transposed = (0..columns).map(|c| table.iter().map(|row| row[c]).collect()).collect();
        &transposed
    } else {
        table
    };
    let observed = weight(table);
    exact(table, observed).map_or_else(|| (simulated(table, observed), false), |p| (p, true))
}

/// The total of `ln n!` over the cells; the larger it is, the less probable is the table.
fn weight(table: &[Vec<u64>]) -> f64 {
    table.iter().flatten().map(|count| ln_factorial(*count)).sum()
}

fn margins(table: &[Vec<u64>]) -> (Vec<u64>, Vec<u64>) {
    let width = table.first().map_or(0, Vec::len);
    let row_sums = table.iter().map(|row| row.iter().sum()).collect();
    let column_sums = (0..width).map(|column| table.iter().map(|row| row[column]).sum()).collect();
    (row_sums, column_sums)
}

/// The remaining row totals, and the weight so far in units of [`SAME`].
type RowSums = (Vec<u64>, i64);
/// The number of ways to reach this state, and the weight of the first.
type WaysCount = (f64, f64);

fn exact(table: &[Vec<u64>], observed: f64) -> Option<f64> {
    let (row_sums, mut column_sums) = margins(table);
    column_sums.sort_unstable_by(|a, b| b.cmp(a));
    let all: u64 = row_sums.iter().sum();
    let sums: f64 = row_sums.iter().chain(&column_sums).map(|sum| ln_factorial(*sum)).sum();
    let constant = sums - ln_factorial(all);
    let mut states: BTreeMap<RowSums, WaysCount> = BTreeMap::from([((row_sums, 0), (1.0, 0.0))]);
    let mut steps = 0;
    for column in &column_sums {
        let mut next: BTreeMap<RowSums, WaysCount> = BTreeMap::new();
        for ((left, _), (ways, so_far)) in &states {
            let mut fill = ColumnFill { left: left.clone(), weight: 0.0, steps: &mut steps };
            fill.rows(0, *column, &mut |rest, weight| {
                let mut rest = rest.to_vec();
                // The order of the rows has no effect on the next columns.
                rest.sort_unstable();
                let weight = so_far + weight;
                let state = (rest, (weight / SAME).round() as i64);
                next.entry(state).or_insert((0.0, weight)).0 += ways;
            })?;
        }
        states = next;
    }
    let least = observed - SAME;
    let chance =
        |(ways, weight): &WaysCount| (*weight >= least).then(|| ways * (constant - weight).exp());
    Some(states.values().filter_map(chance).sum::<f64>().min(1.0))
}

/// Fills one column in every way.
struct ColumnFill<'s> {
    left: Vec<u64>,
    weight: f64,
    steps: &'s mut usize,
}

impl ColumnFill<'_> {
    /// None when it takes too long.
    fn rows(&mut self, row: usize, rest: u64, done: &mut impl FnMut(&[u64], f64)) -> Option<()> {
        *self.steps += 1;
        if *self.steps > MAX_STEPS {
            return None;
        }
        let room = self.left[row];
        let below: u64 = self.left[row + 1..].iter().sum();
        if row + 1 == self.left.len() {
            if rest <= room {
                self.left[row] -= rest;
                done(&self.left, self.weight + ln_factorial(rest));
                self.left[row] = room;
            }
            return Some(());
        }
        let weight = self.weight;
        for count in rest.saturating_sub(below)..=room.min(rest) {
            self.left[row] = room - count;
            self.weight = weight + ln_factorial(count);
            self.rows(row + 1, rest - count, done)?;
        }
        (self.left[row], self.weight) = (room, weight);
        Some(())
    }
}

/// The proportion of simulated tables that are at most as probable, including the observed one.
fn simulated(table: &[Vec<u64>], observed: f64) -> f64 {
    let (row_sums, column_sums) = margins(table);
    let members = |sums: &[u64]| -> Vec<usize> {
        let repeated = |(index, sum): (usize, &u64)| std::iter::repeat_n(index, *sum as usize);
        sums.iter().enumerate().flat_map(repeated).collect()
    };
    let (rows, mut columns) = (members(&row_sums), members(&column_sums));
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut extreme = 1_u32;
    for _ in 0..SIMULATED {
        // Fisher and Yates.
        for last in (1..columns.len()).rev() {
            // The high half of a 64-bit product: below `last + 1`, as evenly as 64 bits allow.
            let chosen = (u128::from(rng.next_u64()) * (last as u128 + 1)) >> 64;
            columns.swap(last, chosen as usize);
        }
        let mut cells = vec![vec![0; column_sums.len()]; row_sums.len()];
        for (row, column) in rows.iter().zip(&columns) {
            cells[*row][*column] += 1;
        }
        extreme += u32::from(weight(&cells) >= observed - SAME);
    }
    f64::from(extreme) / f64::from(SIMULATED + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(table: &[&[u64]], wanted: f64, digits: f64) {
        let table: Vec<Vec<u64>> = table.iter().map(|row| row.to_vec()).collect();
        let turned: Vec<Vec<u64>> = (0..table[0].len())
            .map(|column| table.iter().map(|row| row[column]).collect())
            .collect();
        for table in [table, turned] {
            let (p, exact) = test(&table);
            assert!(exact && (p - wanted).abs() < digits, "{p} {wanted} {exact}");
        }
    }

    /// Fisher (1935): the lady tasting tea. R's help of fisher.test: p = 0.4857.
    #[test]
    fn the_lady_tastes_tea() {
        close(&[&[3, 1], &[1, 3]], 34.0 / 70.0, 1e-9);
    }

    /// Fisher (1962, 1970): criminal like-sex twins. R's help of fisher.test: p = 0.0005367.
    #[test]
    fn convictions_of_twins() {
        close(&[&[2, 15], &[10, 3]], 0.0005367, 5e-8);
    }

    /// R's help of fisher.test: job satisfaction (Agresti 2002, p. 57), p = 0.7827; a table of
    /// Mehta and Patel (1986), p = 0.0393. Too many tables to enumerate.
    #[test]
    fn large_tables_are_simulated_and_come_near() {
        let job = [[1, 3, 10, 6], [2, 3, 10, 7], [1, 6, 14, 12], [0, 1, 9, 11]];
        let job: Vec<Vec<u64>> = job.iter().map(|row| row.to_vec()).collect();
        let mehta = [
            [1, 2, 2, 1, 1, 0, 1],
            [2, 0, 0, 2, 3, 0, 0],
            [0, 1, 1, 1, 2, 7, 3],
            [1, 1, 2, 0, 0, 0, 1],
            [0, 1, 1, 1, 1, 0, 0],
        ];
        let mehta: Vec<Vec<u64>> = mehta.iter().map(|row| row.to_vec()).collect();
        for (table, wanted, near) in [(job, 0.7827, 0.012), (mehta, 0.0393, 0.006)] {
            let (p, _) = test(&table);
            assert!((p - wanted).abs() < near, "{p} {wanted}");
        }
    }

    #[test]
    fn simulation_comes_near_to_the_exact_value_and_is_reproducible() {
        let table = vec![vec![8, 2, 5], vec![1, 5, 9], vec![3, 3, 0]];
        let observed = weight(&table);
        let (exact, found) = (exact(&table, observed).unwrap(), simulated(&table, observed));
        assert!((exact - found).abs() < 0.005, "{exact} {found}");
        assert_eq!(found, simulated(&table, observed));
    }

    /// Every table of these margins, one by one.
    #[test]
    fn the_exact_value_is_that_of_all_tables() {
        let table = [vec![2, 1, 4], vec![3, 0, 1]];
        let (row_sums, column_sums) = margins(&table);
        let mut chances = Vec::new();
        for a in 0..=column_sums[0] {
            for b in 0..=column_sums[1] {
                let Some(c) = row_sums[0].checked_sub(a + b).filter(|c| *c <= column_sums[2])
                else {
                    continue;
                };
                let other = vec![
                    vec![a, b, c],
                    vec![column_sums[0] - a, column_sums[1] - b, column_sums[2] - c],
                ];
                chances.push((weight(&other), (-weight(&other)).exp()));
            }
        }
        let all: f64 = chances.iter().map(|(_, chance)| chance).sum();
        let least = weight(&table) - 1e-9;
        let extreme: f64 = chances.iter().filter(|(w, _)| *w >= least).map(|(_, c)| c).sum();
        close(&[&[2, 1, 4], &[3, 0, 1]], extreme / all, 1e-9);
    }
}
