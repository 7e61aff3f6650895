//! Summaries of numbers.

/// A summary of values. The standard deviation is that of a sample (n − 1); quantiles are interpolated
/// linearly (type 7 of Hyndman and Fan, The American Statistician 1996;50:361), as R and
/// NumPy do by default.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NumberSummary {
    /// The number of values.
    pub count: usize,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation; none for a single value.
    pub deviation: Option<f64>,
    /// The median.
    pub median: f64,
    /// The lower quartile.
    pub lower: f64,
    /// The upper quartile.
    pub upper: f64,
}

impl NumberSummary {
    /// Summarises values in any order; none without values.
    pub fn new(values: &[f64]) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        // Sorted, so that rounding does not depend on the order of rows.
        let mean = sorted.iter().sum::<f64>() / sorted.len() as f64;
        Some(Self {
            count: sorted.len(),
            mean,
            deviation: moments(&sorted).map(|(_, variance)| variance.sqrt()),
            median: quantile(&sorted, 0.5),
            lower: quantile(&sorted, 0.25),
            upper: quantile(&sorted, 0.75),
        })
    }
}

/// Mean and sample variance; none for fewer than two values.
pub(super) fn moments(values: &[f64]) -> Option<(f64, f64)> {
    if values.len() < 2 {
        return None;
    }
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((mean, squares / (count - 1.0)))
}

/// A quantile of sorted values, which must not be empty; `share` is between 0 and 1.
pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let position = share * (sorted.len() - 1) as f64;
    let below = sorted[position.floor() as usize];
    let above = sorted[position.ceil() as usize];
    below + (above - below) * position.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R: `x <- c(2, 4, 4, 5, 7, 9); mean(x); sd(x); quantile(x)`.
    #[test]
    fn a_group_is_described_as_r_does() {
        let summary = NumberSummary::new(&[9.0, 4.0, 2.0, 7.0, 4.0, 5.0]).unwrap();
        assert_eq!(
            (summary.count, summary.median, summary.lower, summary.upper),
            (6, 4.5, 4.0, 6.5)
        );
        assert!((summary.mean - 31.0 / 6.0).abs() < 1e-12);
        assert!((summary.deviation.unwrap() - 2.483_277_404).abs() < 1e-9);
    }

    #[test]
    fn one_value_has_no_deviation_and_no_values_no_summary() {
        let single = NumberSummary::new(&[3.0]).unwrap();
        assert_eq!(
            (single.mean, single.deviation, single.lower, single.upper),
            (3.0, None, 3.0, 3.0)
        );
        assert_eq!(NumberSummary::new(&[]), None);
    }
}
