//! Intervals by resampling (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13).

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rayon::prelude::*;

/// Percentile interval of 95 % of a statistic, resampled by cluster.
///
/// `statistic` gets the indices of the clusters of one resample, with repeats. Resamples in which it is
/// undefined are ignored. None with fewer than two clusters, or where it is undefined in more than a
/// tenth of the resamples.
pub fn percentile_interval(
    clusters: usize,
    resamples: usize,
    seed: u64,
    statistic: impl Fn(&[usize]) -> Option<f64> + Sync,
) -> Option<[f64; 2]> {
    if clusters < 2 {
        return None;
    }
    let resample = |number: usize| {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(number as u64);
        let drawn: Vec<usize> = (0..clusters).map(|_| below(&mut random, clusters)).collect();
        statistic(&drawn)
    };
    let mut values: Vec<f64> = (0..resamples).into_par_iter().filter_map(resample).collect();
    if values.is_empty() || values.len() * 10 < resamples * 9 {
        return None;
    }
    values.sort_by(f64::total_cmp);
    Some([super::describe::quantile(&values, 0.025), super::describe::quantile(&values, 0.975)])
}

/// A number below `limit`: the high half of the product with 64 random bits (Lemire 2019), whose bias
/// below 2⁻³² no resample shows.
#[allow(clippy::cast_possible_truncation)] // less than the limit
fn below(random: &mut ChaCha8Rng, limit: usize) -> usize {
    ((u128::from(random.next_u64()) * limit as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_mean_is_near_that_of_theory() {
        let values: Vec<f64> = (0..400).map(f64::from).collect();
        let mean = |drawn: &[usize]| {
            Some(drawn.iter().map(|place| values[*place]).sum::<f64>() / drawn.len() as f64)
        };
        let [low, high] = percentile_interval(values.len(), 2000, 7, mean).unwrap();
        // 1.96 standard errors of 400 values of standard deviation 115.5.
        let (wanted_low, wanted_high) = (199.5 - 11.32, 199.5 + 11.32);
        assert!((low - wanted_low).abs() < 1.0 && (high - wanted_high).abs() < 1.0, "{low} {high}");
        assert_eq!(percentile_interval(400, 2000, 7, mean), Some([low, high]));
        assert_eq!(percentile_interval(1, 100, 7, mean), None);
        assert_eq!(percentile_interval(400, 100, 7, |_: &[usize]| None), None);
    }
}
