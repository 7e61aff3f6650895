//! One group's values in a few numbers.

/// What a group's values are like. Spread is that of a sample (n − 1); quantiles are interpolated
/// between neighbours (type 7 of Hyndman and Fan, The American Statistician 1996;50:361), as R and
/// NumPy have them by default.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NumberSummary {
    /// How many values.
    pub count: usize,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation; none of a single value.
    pub deviation: Option<f64>,
    /// Half of them lie below.
    pub median: f64,
    /// A quarter of them lies below.
    pub lower: f64,
    /// Three quarters of them lie below.
    pub upper: f64,
}

impl NumberSummary {
    /// Of values in any order; none when there is none.
    pub fn of(values: &[f64]) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        // In order, so that the sum does not hang on the order of rows.
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

/// Mean and sample variance; none of fewer than two values.
pub(super) fn moments(values: &[f64]) -> Option<(f64, f64)> {
    if values.len() < 2 {
        return None;
    }
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((mean, squares / (count - 1.0)))
}

/// Of sorted values, not empty; `share` between 0 and 1.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = sorted[place.floor() as usize];
    let above = sorted[place.ceil() as usize];
    below + (above - below) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R: `x <- c(2, 4, 4, 5, 7, 9); mean(x); sd(x); quantile(x)`.
    #[test]
    fn a_group_is_described_as_r_does() {
        let found = NumberSummary::of(&[9.0, 4.0, 2.0, 7.0, 4.0, 5.0]).unwrap();
        assert_eq!((found.count, found.median, found.lower, found.upper), (6, 4.5, 4.0, 6.5));
        assert!((found.mean - 31.0 / 6.0).abs() < 1e-12);
        assert!((found.deviation.unwrap() - 2.483_277_404).abs() < 1e-9);
    }

    #[test]
    fn one_value_has_no_spread_and_none_no_summary() {
        let one = NumberSummary::of(&[3.0]).unwrap();
        assert_eq!((one.mean, one.deviation, one.lower, one.upper), (3.0, None, 3.0, 3.0));
        assert_eq!(NumberSummary::of(&[]), None);
    }
}
