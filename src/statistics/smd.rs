//! Standardised mean differences of two groups.
//!
//! Yang and Dalton, "A unified approach to measuring the effect size between two groups using
//! SAS" (SAS Global Forum 2012, paper 335), as in the packages tableone of R and of Python.
//! Below 0.1 groups are commonly considered balanced (Austin, Statistics in Medicine 2009;28:3083).

use super::describe::moments;

/// The difference of two means in units of the pooled standard deviation:
/// `(mean a − mean b) / √((s²a + s²b) / 2)`, with the sample variances (n − 1).
///
/// Positive where `a` is higher; its absolute value is what tables show. Infinite where neither
/// group varies and the means differ, 0 where they do not. None when a group has fewer than two
/// values. The caller omits missing values.
///
/// ```
/// # use mammodex::statistics::smd;
/// assert_eq!(smd::continuous(&[1.0, 2.0, 3.0], &[2.0, 3.0, 4.0]), Some(-1.0));
/// ```
pub fn continuous(a: &[f64], b: &[f64]) -> Option<f64> {
    let (mean_a, variance_a) = moments(a)?;
    let (mean_b, variance_b) = moments(b)?;
    let difference = mean_a - mean_b;
    // Not 0/0: equal groups do not differ.
    Some(if difference == 0.0 {
        0.0
    } else {
        difference / f64::midpoint(variance_a, variance_b).sqrt()
    })
}

/// The distance of two distributions over the same levels: the Mahalanobis distance between the vectors
/// of their proportions. For two levels it is `|pa − pb| / √((pa(1 − pa) + pb(1 − pb)) / 2)`.
///
/// `a` and `b` count each level, in the same order; the order has no effect, and neither has an
/// empty level. Infinite where the groups share no level. None when a group is empty, or the numbers
/// of levels differ.
///
/// ```
/// # use mammodex::statistics::smd;
/// let distance = smd::categorical(&[50, 50], &[30, 70]).unwrap_or_default();
/// assert!((distance - 0.2 / 0.23_f64.sqrt()).abs() < 1e-12);
/// ```
pub fn categorical(a: &[u64], b: &[u64]) -> Option<f64> {
    let (total_a, total_b) = (a.iter().sum::<u64>(), b.iter().sum::<u64>());
    if a.len() != b.len() || total_a == 0 || total_b == 0 {
        return None;
    }
    let present: Vec<(u64, u64)> =
        a.iter().copied().zip(b.iter().copied()).filter(|(a, b)| a + b > 0).collect();
    // The covariance is singular exactly where no level has members of both groups.
    if !present.iter().any(|(a, b)| *a > 0 && *b > 0) {
        return Some(f64::INFINITY);
    }
    let share = |count: u64, total: u64| count as f64 / total as f64;
    // The first level follows from the others.
    let shares: Vec<(f64, f64)> =
        present.iter().skip(1).map(|(a, b)| (share(*a, total_a), share(*b, total_b))).collect();
    let covariance = |row: usize, column: usize| {
        let ((row_a, row_b), (column_a, column_b)) = (shares[row], shares[column]);
        let product = f64::midpoint(row_a * column_a, row_b * column_b);
        if row == column { f64::midpoint(row_a, row_b) - product } else { -product }
    };
    let matrix: Vec<Vec<f64>> = (0..shares.len())
        .map(|row| (0..shares.len()).map(|column| covariance(row, column)).collect())
        .collect();
    let difference: Vec<f64> = shares.iter().map(|(a, b)| a - b).collect();
    Some(mahalanobis(matrix, &difference))
}

/// `√(d' S⁻¹ d)` for a positive definite `S`, by its Cholesky factor: with `S = L L'` it is the
/// length of the `y` that solves `L y = d`.
fn mahalanobis(mut matrix: Vec<Vec<f64>>, difference: &[f64]) -> f64 {
    let mut solved: Vec<f64> = Vec::with_capacity(difference.len());
    for row in 0..difference.len() {
        for column in 0..=row {
            let dot: f64 = (0..column).map(|k| matrix[row][k] * matrix[column][k]).sum();
            let rest = matrix[row][column] - dot;
            matrix[row][column] =
                if row == column { rest.sqrt() } else { rest / matrix[column][column] };
        }
        let dot: f64 = (0..row).map(|k| matrix[row][k] * solved[k]).sum();
        solved.push((difference[row] - dot) / matrix[row][row]);
    }
    solved.iter().map(|y| y * y).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(actual: Option<f64>, wanted: f64) {
        assert!(actual.is_some_and(|actual| (actual - wanted).abs() < 1e-9), "{actual:?} {wanted}");
    }

    #[test]
    fn means_differ_in_pooled_deviations() {
        close(
            continuous(&[1.0, 2.0, 3.0, 4.0], &[2.0, 4.0, 6.0, 8.0]),
            -2.5 / (25.0_f64 / 6.0).sqrt(),
        );
        close(continuous(&[5.0, 5.0], &[5.0, 5.0, 5.0]), 0.0);
        assert_eq!(continuous(&[5.0, 5.0], &[4.0, 4.0]), Some(f64::INFINITY));
        assert_eq!(continuous(&[4.0, 4.0], &[5.0, 5.0]), Some(f64::NEG_INFINITY));
        assert_eq!(continuous(&[4.0], &[5.0, 5.0]), None);
        assert_eq!(continuous(&[], &[5.0, 5.0]), None);
    }

    #[test]
    fn two_levels_are_the_binary_formula() {
        for (a, n, b, m) in [(50, 100, 30, 100), (1, 7, 6, 9), (99, 100, 1, 100), (3, 9, 1, 3)] {
            let (p, q) = (a as f64 / n as f64, b as f64 / m as f64);
            let wanted = (p - q).abs() / ((p * (1.0 - p) + q * (1.0 - q)) / 2.0).sqrt();
            close(categorical(&[a, n - a], &[b, m - b]), wanted);
            close(categorical(&[n - a, a], &[m - b, b]), wanted);
        }
    }

    /// By hand: T = (0.3 − 0.2, 0.5 − 0.2) with S = [[0.185, −0.095], [−0.095, 0.205]].
    #[test]
    fn three_levels_are_the_distance_of_mahalanobis() {
        let determinant = 0.185 * 0.205 - 0.095 * 0.095;
        let squared =
            (0.1 * 0.1 * 0.205 + 2.0 * 0.1 * 0.3 * 0.095 + 0.3 * 0.3 * 0.185) / determinant;
        for order in [[0, 1, 2], [1, 2, 0], [2, 1, 0]] {
            let counts = |triple: [u64; 3]| order.map(|index| triple[index]);
            close(categorical(&counts([20, 30, 50]), &counts([60, 20, 20])), f64::sqrt(squared));
        }
    }

    #[test]
    fn empty_levels_and_empty_groups() {
        close(
            categorical(&[20, 0, 30, 0], &[10, 0, 50, 0]),
            categorical(&[20, 30], &[10, 50]).unwrap(),
        );
        close(categorical(&[7], &[3]), 0.0);
        assert_eq!(categorical(&[5, 0], &[0, 5]), Some(f64::INFINITY));
        assert_eq!(categorical(&[5, 3, 0], &[0, 0, 5]), Some(f64::INFINITY));
        assert_eq!(categorical(&[0, 0], &[0, 5]), None);
        assert_eq!(categorical(&[], &[]), None);
        assert_eq!(categorical(&[1], &[1, 2]), None);
        // One level shared is enough for a distance.
        assert!(categorical(&[5, 3, 0], &[0, 2, 5]).unwrap().is_finite());
    }
}
