//! Discrimination of a score: the area under the ROC curve with its confidence interval.

use super::describe::moments;

/// The area under the ROC curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RocArea {
    /// The probability that a positive has a higher score than a negative; ties count half.
    pub area: f64,
    /// The lower bound of the 95% confidence interval.
    pub lower: f64,
    /// The upper bound.
    pub upper: f64,
}

/// The area under the ROC curve, with the interval of DeLong, DeLong and Clarke-Pearson (Biometrics
/// 1988;44:837): normal approximation, cut at 0 and 1. Scores must be independent, for example one per
/// patient. None with fewer than two positives or negatives.
pub fn roc_area(positives: &[f64], negatives: &[f64]) -> Option<RocArea> {
    let sorted = |scores: &[f64]| {
        let mut scores = scores.to_vec();
        scores.sort_by(f64::total_cmp);
        scores
    };
    // The proportion of sorted scores below a score, ties counted half.
    let below = |sorted: &[f64], score: f64| {
        let less = sorted.partition_point(|other| *other < score);
        let not_more = sorted.partition_point(|other| *other <= score);
        f64::midpoint(less as f64, not_more as f64) / sorted.len() as f64
    };
    let (sorted_positives, sorted_negatives) = (sorted(positives), sorted(negatives));
    let of_positives: Vec<f64> = positives.iter().map(|s| below(&sorted_negatives, *s)).collect();
    let of_negatives: Vec<f64> =
        negatives.iter().map(|s| 1.0 - below(&sorted_positives, *s)).collect();
    let (area, positive_variance) = moments(&of_positives)?;
    let (_, negative_variance) = moments(&of_negatives)?;
    let error = (positive_variance / positives.len() as f64
        + negative_variance / negatives.len() as f64)
        .sqrt();
    let margin = 1.959_963_984_540_054 * error;
    Some(RocArea { area, lower: (area - margin).max(0.0), upper: (area + margin).min(1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Positives 0.35 and 0.8, negatives 0.1 and 0.4: scikit-learn's roc_auc_score is 0.75; by hand the
    /// variance is 0.125 / 2 + 0.125 / 2.
    #[test]
    fn the_area_and_its_error_by_hand() {
        let roc = roc_area(&[0.35, 0.8], &[0.1, 0.4]).unwrap();
        assert!((roc.area - 0.75).abs() < 1e-12);
        assert!((roc.lower - (0.75 - 1.959_963_984_540_054 * 0.125_f64.sqrt())).abs() < 1e-12);
        assert_eq!(roc.upper, 1.0);
    }

    /// All pairs, one by one, with ties.
    #[test]
    fn the_area_is_that_of_all_pairs() {
        let positives: Vec<f64> = (0..37).map(|n| f64::from((n * 7 + 3) % 11)).collect();
        let negatives: Vec<f64> = (0..29).map(|n| f64::from((n * 5) % 9)).collect();
        let mut wins = 0.0;
        for positive in &positives {
            for negative in &negatives {
                wins += match positive.total_cmp(negative) {
                    std::cmp::Ordering::Greater => 1.0,
                    std::cmp::Ordering::Equal => 0.5,
                    std::cmp::Ordering::Less => 0.0,
                };
            }
        }
        let roc = roc_area(&positives, &negatives).unwrap();
        assert!((roc.area - wins / (37.0 * 29.0)).abs() < 1e-12);
        assert!(roc.lower < roc.area && roc.area < roc.upper);
        assert_eq!(roc_area(&[1.0], &[0.0, 1.0]), None);
    }
}
