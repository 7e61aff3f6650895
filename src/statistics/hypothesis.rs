//! Hypothesis tests of differences between groups. All are two-sided.
//!
//! The test is chosen as in the packages tableone of R and of Python, except that Fisher's test replaces
//! chi-square wherever an expected count is below 5, not only in 2 × 2 tables.

use statrs::distribution::{ChiSquared, ContinuousCDF, FisherSnedecor, StudentsT};

use super::describe::moments;
use super::fisher;

/// Expected counts below this are too small for chi-square (Cochran, Biometrics 1954;10:417).
const MIN_EXPECTED: f64 = 5.0;

/// A hypothesis test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestMethod {
    /// Pearson's chi-square of independence.
    ChiSquare,
    /// Pearson's chi-square of a 2 × 2 table, with Yates' correction for continuity.
    ChiSquareYates,
    /// Fisher's exact test; for larger tables its extension by Freeman and Halton.
    Fisher,
    /// Fisher's exact test, estimated from random tables with the same margins.
    FisherSimulated,
    /// Welch's t test of two means, without the assumption of equal variances.
    Welch,
    /// One-way analysis of variance of several means.
    Anova,
    /// The rank test of Kruskal and Wallis, corrected for ties; for two groups it is the test of Mann
    /// and Whitney by its normal approximation.
    KruskalWallis,
}

impl TestMethod {
    /// Its name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ChiSquare => "chi-square",
            Self::ChiSquareYates => "chi-square (Yates)",
            Self::Fisher => "Fisher exact",
            Self::FisherSimulated => "Fisher (10,000 simulated tables)",
            Self::Welch => "Welch t",
            Self::Anova => "ANOVA",
            Self::KruskalWallis => "Kruskal-Wallis",
        }
    }
}

/// The result of a hypothesis test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TestResult {
    /// The test.
    pub method: TestMethod,
    /// The probability of a difference at least as large under the null hypothesis.
    pub p: f64,
}

/// Tests whether the distribution over levels differs between groups: one row of counts per level, one
/// column per group. Empty levels and groups are ignored. None when fewer than two of either are left,
/// or rows differ in length.
pub fn test_counts(rows: &[Vec<u64>]) -> Option<TestResult> {
    let width = rows.first()?.len();
    if rows.iter().any(|row| row.len() != width) {
        return None;
    }
    let filled: Vec<usize> =
        (0..width).filter(|group| rows.iter().any(|row| row[*group] > 0)).collect();
    let table: Vec<Vec<u64>> = rows
        .iter()
        .filter(|row| row.iter().any(|count| *count > 0))
        .map(|row| filled.iter().map(|group| row[*group]).collect())
        .collect();
    if table.len() < 2 || filled.len() < 2 {
        return None;
    }
    let row_sums: Vec<u64> = table.iter().map(|row| row.iter().sum()).collect();
    let column_sums: Vec<u64> =
        (0..filled.len()).map(|column| table.iter().map(|row| row[column]).sum()).collect();
    let all: u64 = row_sums.iter().sum();
    let expected =
        |row: usize, column: usize| row_sums[row] as f64 * column_sums[column] as f64 / all as f64;
    let cells =
        || (0..table.len()).flat_map(|row| (0..filled.len()).map(move |column| (row, column)));
    if cells().any(|(row, column)| expected(row, column) < MIN_EXPECTED) {
        let (p, exact) = fisher::test(&table);
        return Some(TestResult {
            method: if exact { TestMethod::Fisher } else { TestMethod::FisherSimulated },
            p,
        });
    }
    let square = table.len() == 2 && filled.len() == 2;
    let contribution = |(row, column): (usize, usize)| {
        let expected = expected(row, column);
        let difference = (table[row][column] as f64 - expected).abs();
        // The correction never crosses the expected count.
        let corrected = if square { (difference - 0.5).max(0.0) } else { difference };
        corrected * corrected / expected
    };
    let statistic: f64 = cells().map(contribution).sum();
    let freedom = ((table.len() - 1) * (filled.len() - 1)) as f64;
    let p = ChiSquared::new(freedom).ok()?.sf(statistic);
    Some(TestResult {
        method: if square { TestMethod::ChiSquareYates } else { TestMethod::ChiSquare },
        p,
    })
}

/// Tests whether means differ: Welch's t of two groups, analysis of variance of more. Groups without
/// values are ignored. None when fewer than two are left, one of two has a single value, or
/// nothing varies within the groups.
pub fn test_means(groups: &[Vec<f64>]) -> Option<TestResult> {
    let groups: Vec<&[f64]> =
        groups.iter().map(Vec::as_slice).filter(|group| !group.is_empty()).collect();
    match groups.as_slice() {
        [] | [_] => None,
        [a, b] => test_welch(a, b),
        several => test_variance(several),
    }
}

/// Welch's t (Biometrika 1947;34:28) with the degrees of freedom of Welch and Satterthwaite.
fn test_welch(a: &[f64], b: &[f64]) -> Option<TestResult> {
    let ((mean_a, variance_a), (mean_b, variance_b)) = (moments(a)?, moments(b)?);
    let (share_a, share_b) = (variance_a / a.len() as f64, variance_b / b.len() as f64);
    let error = share_a + share_b;
    if error == 0.0 {
        return None;
    }
    let freedom = error * error
        / (share_a * share_a / (a.len() - 1) as f64 + share_b * share_b / (b.len() - 1) as f64);
    let t = (mean_a - mean_b) / error.sqrt();
    let p = 2.0 * StudentsT::new(0.0, 1.0, freedom).ok()?.sf(t.abs());
    Some(TestResult { method: TestMethod::Welch, p })
}

fn test_variance(groups: &[&[f64]]) -> Option<TestResult> {
    let count: usize = groups.iter().map(|group| group.len()).sum();
    let mean_of = |group: &[f64]| group.iter().sum::<f64>() / group.len() as f64;
    let mean = groups.iter().flat_map(|group| group.iter()).sum::<f64>() / count as f64;
    let between: f64 =
        groups.iter().map(|group| group.len() as f64 * (mean_of(group) - mean).powi(2)).sum();
    let within: f64 = groups
        .iter()
        .map(|group| {
            let mean = mean_of(group);
            group.iter().map(|value| (value - mean).powi(2)).sum::<f64>()
        })
        .sum();
    if within == 0.0 || count <= groups.len() {
        return None;
    }
    let (above, below) = ((groups.len() - 1) as f64, (count - groups.len()) as f64);
    let f = (between / above) / (within / below);
    let p = FisherSnedecor::new(above, below).ok()?.sf(f);
    Some(TestResult { method: TestMethod::Anova, p })
}

/// Tests whether ranks differ (Kruskal and Wallis, Journal of the American Statistical Association
/// 1952;47:583). Groups without values are ignored. None when fewer than two are left, or all
/// values are the same.
pub fn test_ranks(groups: &[Vec<f64>]) -> Option<TestResult> {
    let groups: Vec<&Vec<f64>> = groups.iter().filter(|group| !group.is_empty()).collect();
    let mut values: Vec<(f64, usize)> = groups
        .iter()
        .enumerate()
        .flat_map(|(index, group)| group.iter().map(move |value| (*value, index)))
        .collect();
    if groups.len() < 2 {
        return None;
    }
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let count = values.len() as f64;
    let mut sums = vec![0.0; groups.len()];
    let (mut ties, mut lower) = (0.0, 0);
    for same in values.chunk_by(|a, b| a.0 == b.0) {
        let tied = same.len() as f64;
        let rank = lower as f64 + f64::midpoint(tied, 1.0);
        same.iter().for_each(|(_, group)| sums[*group] += rank);
        ties += tied.powi(3) - tied;
        lower += same.len();
    }
    let correction = 1.0 - ties / (count.powi(3) - count);
    if correction <= 0.0 {
        return None;
    }
    let squares: f64 =
        sums.iter().zip(&groups).map(|(sum, group)| sum * sum / group.len() as f64).sum();
    let statistic = (12.0 / (count * (count + 1.0)) * squares - 3.0 * (count + 1.0)) / correction;
    let p = ChiSquared::new((groups.len() - 1) as f64).ok()?.sf(statistic.max(0.0));
    Some(TestResult { method: TestMethod::KruskalWallis, p })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(actual: Option<TestResult>, method: TestMethod, p: f64, digits: f64) {
        let result = actual.unwrap();
        assert_eq!(result.method, method);
        assert!((result.p - p).abs() < digits, "{} {p}", result.p);
    }

    /// Agresti, An Introduction to Categorical Data Analysis (2007), p. 39: gender and party. R's
    /// help of chisq.test: X-squared = 30.07, p = 2.954e-07.
    #[test]
    fn chi_square_is_that_of_agresti() {
        let table = [vec![762, 484], vec![327, 239], vec![468, 477]];
        close(test_counts(&table), TestMethod::ChiSquare, 2.954e-7, 1e-10);
        // Empty levels and groups change nothing.
        let wider = [vec![762, 0, 484], vec![0, 0, 0], vec![327, 0, 239], vec![468, 0, 477]];
        close(test_counts(&wider), TestMethod::ChiSquare, 2.954e-7, 1e-10);
    }

    /// R's help of chisq.test: `chisq.test(matrix(c(12, 5, 7, 7), ncol = 2))$p.value` is 0.4233.
    #[test]
    fn two_by_two_tables_are_corrected() {
        close(test_counts(&[vec![12, 7], vec![5, 7]]), TestMethod::ChiSquareYates, 0.4233, 5e-5);
    }

    #[test]
    fn small_expected_counts_are_tested_by_fisher() {
        assert_eq!(test_counts(&[vec![3, 1], vec![1, 3]]).unwrap().method, TestMethod::Fisher);
        assert_eq!(
            test_counts(&[vec![30, 1, 20], vec![10, 3, 20]]).unwrap().method,
            TestMethod::Fisher
        );
    }

    /// Student's sleep data, as R has them: `t.test(extra ~ group, data = sleep)` gives
    /// t = -1.8608, df = 17.776, p = 0.07939.
    #[test]
    fn welch_is_that_of_the_sleep_data() {
        let first = vec![0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
        let second = vec![1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
        close(test_means(&[first.clone(), second.clone()]), TestMethod::Welch, 0.07939, 5e-6);
        close(test_means(&[first, vec![], second]), TestMethod::Welch, 0.07939, 5e-6);
    }

    /// Dobson's plant weights: `anova(lm(weight ~ group, PlantGrowth))` gives F = 4.8461,
    /// p = 0.01591.
    #[test]
    fn variance_is_that_of_the_plant_weights() {
        let control = vec![4.17, 5.58, 5.18, 6.11, 4.50, 4.61, 5.17, 4.53, 5.33, 5.14];
        let first = vec![4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69];
        let second = vec![6.31, 5.12, 5.54, 5.50, 5.37, 5.29, 4.92, 6.15, 5.80, 5.26];
        close(test_means(&[control, first, second]), TestMethod::Anova, 0.01591, 5e-6);
    }

    /// Hollander and Wolfe (1973), p. 116: mucociliary efficiency. R's help of kruskal.test:
    /// chi-squared = 0.77143, df = 2, p = 0.68.
    #[test]
    fn ranks_are_those_of_hollander_and_wolfe() {
        let normal = vec![2.9, 3.0, 2.5, 2.6, 3.2];
        let obstructed = vec![3.8, 2.7, 4.0, 2.4];
        let asbestosis = vec![2.8, 3.4, 3.7, 2.2, 2.0];
        close(
            test_ranks(&[normal, obstructed, asbestosis]),
            TestMethod::KruskalWallis,
            0.6800,
            5e-5,
        );
    }

    #[test]
    fn degenerate_data_has_no_test() {
        assert_eq!(test_counts(&[]), None);
        assert_eq!(test_counts(&[vec![3, 4]]), None);
        assert_eq!(test_counts(&[vec![3, 0], vec![4, 0]]), None);
        assert_eq!(test_counts(&[vec![3, 1], vec![4]]), None);
        assert_eq!(test_means(&[vec![1.0, 2.0]]), None);
        assert_eq!(test_means(&[vec![1.0], vec![2.0, 3.0]]), None);
        assert_eq!(test_means(&[vec![1.0, 1.0], vec![2.0, 2.0]]), None);
        assert_eq!(test_means(&[vec![1.0], vec![2.0], vec![3.0]]), None);
        assert_eq!(test_ranks(&[vec![1.0, 1.0], vec![1.0]]), None);
        assert_eq!(test_ranks(&[vec![1.0, 2.0], vec![]]), None);
    }
}
