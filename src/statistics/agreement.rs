//! Agreement of readers: kappa, Krippendorff's alpha, intraclass correlation and limits of agreement.

use super::describe::moments;

/// Cohen's kappa of two readers (Cohen, Educational and Psychological Measurement 1960;20:37).
///
/// `table[a][b]` counts the subjects that the first reader put into category `a` and the second into `b`.
/// None when the table is empty or not square, or both readers always use the same one category.
pub fn cohen_kappa(table: &[Vec<u64>]) -> Option<f64> {
    if table.iter().any(|row| row.len() != table.len()) {
        return None;
    }
    let total: u64 = table.iter().flatten().sum();
    if total == 0 {
        return None;
    }
    let share = |count: u64| count as f64 / total as f64;
    let observed: f64 = (0..table.len()).map(|category| share(table[category][category])).sum();
    let expected: f64 = (0..table.len())
        .map(|category| {
            let first: u64 = table[category].iter().sum();
            let second: u64 = table.iter().map(|row| row[category]).sum();
            share(first) * share(second)
        })
        .sum();
    (expected < 1.0).then(|| (observed - expected) / (1.0 - expected))
}

/// Fleiss' kappa of several readers (Fleiss, Psychological Bulletin 1971;76:378).
///
/// One row per subject, which counts its ratings by category. None when subjects differ in their number
/// of ratings, have fewer than two, or all ratings are of one category.
pub fn fleiss_kappa(subjects: &[Vec<u64>]) -> Option<f64> {
    let categories = subjects.first()?.len();
    let ratings: u64 = subjects.first()?.iter().sum();
    let is_valid = |row: &Vec<u64>| row.len() == categories && row.iter().sum::<u64>() == ratings;
    if ratings < 2 || !subjects.iter().all(is_valid) {
        return None;
    }
    let pairs = (ratings * (ratings - 1)) as f64;
    let agreement = |row: &Vec<u64>| row.iter().map(|n| n * n.saturating_sub(1)).sum::<u64>();
    let observed =
        subjects.iter().map(agreement).sum::<u64>() as f64 / pairs / subjects.len() as f64;
    let all = (ratings * subjects.len() as u64) as f64;
    let expected: f64 = (0..categories)
        .map(|category| {
            let count: u64 = subjects.iter().map(|row| row[category]).sum();
            (count as f64 / all).powi(2)
        })
        .sum();
    (expected < 1.0).then(|| (observed - expected) / (1.0 - expected))
}

/// The scale of ratings, which determines how much two of them differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RatingScale {
    /// Different values are equally different.
    Nominal,
    /// Values have an order; two differ by the ratings between them.
    Ordinal,
    /// Two values differ by the square of their difference.
    Interval,
}

/// Krippendorff's alpha (Krippendorff, Content Analysis, 4th edition 2018, chapter 12).
///
/// One row per subject with its ratings, in any order; missing ratings are omitted. Subjects with fewer
/// than two ratings are ignored. None without pairs of ratings, or when all ratings are equal.
pub fn krippendorff_alpha(subjects: &[Vec<f64>], scale: RatingScale) -> Option<f64> {
    let mut values: Vec<f64> = Vec::new();
    for ratings in subjects.iter().filter(|ratings| ratings.len() > 1) {
        values.extend(ratings);
    }
    values.sort_by(f64::total_cmp);
    let total = values.len() as f64;
    values.dedup();
    let index = |value: &f64| values.iter().position(|other| other == value).unwrap_or(0);
    // Coincidences of two values within a subject, each subject weighted by its ratings.
    let mut coincidences = vec![vec![0.0; values.len()]; values.len()];
    for ratings in subjects.iter().filter(|ratings| ratings.len() > 1) {
        let weight = 1.0 / (ratings.len() - 1) as f64;
        for (a, first) in ratings.iter().enumerate() {
            for (b, second) in ratings.iter().enumerate() {
                if a != b {
                    coincidences[index(first)][index(second)] += weight;
                }
            }
        }
    }
    let counts: Vec<f64> = coincidences.iter().map(|row| row.iter().sum()).collect();
    let difference = |a: usize, b: usize| match scale {
        _ if a == b => 0.0,
        RatingScale::Nominal => 1.0,
        RatingScale::Ordinal => {
            let between: f64 = counts[a.min(b)..=a.max(b)].iter().sum();
            (between - f64::midpoint(counts[a], counts[b])).powi(2)
        }
        RatingScale::Interval => (values[a] - values[b]).powi(2),
    };
    let pairs = || (0..values.len()).flat_map(|a| (0..values.len()).map(move |b| (a, b)));
    let observed: f64 = pairs().map(|(a, b)| coincidences[a][b] * difference(a, b)).sum();
    let expected: f64 = pairs().map(|(a, b)| counts[a] * counts[b] * difference(a, b)).sum();
    (expected > 0.0).then(|| 1.0 - (total - 1.0) * observed / expected)
}

/// The intraclass correlation ICC(2,1): two-way random effects, absolute agreement, single rating
/// (Shrout and Fleiss, Psychological Bulletin 1979;86:420).
///
/// One row per subject with the rating of each reader. None with fewer than two subjects or readers,
/// missing ratings, or without any variance.
pub fn intraclass_correlation(subjects: &[Vec<f64>]) -> Option<f64> {
    let (n, k) = (subjects.len(), subjects.first()?.len());
    if n < 2 || k < 2 || subjects.iter().any(|row| row.len() != k) {
        return None;
    }
    let (rows, columns) = (n as f64, k as f64);
    let mean = subjects.iter().flatten().sum::<f64>() / (rows * columns);
    let row_means: Vec<f64> =
        subjects.iter().map(|row| row.iter().sum::<f64>() / columns).collect();
    let column_means: Vec<f64> =
        (0..k).map(|c| subjects.iter().map(|row| row[c]).sum::<f64>() / rows).collect();
    let squares = |means: &[f64]| means.iter().map(|m| (m - mean).powi(2)).sum::<f64>();
    let between_rows = columns * squares(&row_means) / (rows - 1.0);
    let between_columns = rows * squares(&column_means) / (columns - 1.0);
    let residual = |(row, row_mean): (&Vec<f64>, &f64)| -> f64 {
        let cell =
            |(value, column_mean): (&f64, &f64)| (value - row_mean - column_mean + mean).powi(2);
        row.iter().zip(&column_means).map(cell).sum()
    };
    let error = subjects.iter().zip(&row_means).map(residual).sum::<f64>()
        / ((rows - 1.0) * (columns - 1.0));
    let denominator =
        between_rows + (columns - 1.0) * error + columns * (between_columns - error) / rows;
    (denominator > 0.0).then(|| (between_rows - error) / denominator)
}

/// Limits of agreement of two measurements (Bland and Altman, Lancet 1986;327:307).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgreementLimits {
    /// The mean of the differences, first minus second.
    pub bias: f64,
    /// The bias minus 1.96 standard deviations of the differences.
    pub lower: f64,
    /// The bias plus 1.96 standard deviations of the differences.
    pub upper: f64,
}

/// The limits of agreement of paired measurements. None with fewer than two pairs.
pub fn limits_of_agreement(pairs: &[(f64, f64)]) -> Option<AgreementLimits> {
    let differences: Vec<f64> = pairs.iter().map(|(first, second)| first - second).collect();
    let (bias, variance) = moments(&differences)?;
    let margin = 1.96 * variance.sqrt();
    Some(AgreementLimits { bias, lower: bias - margin, upper: bias + margin })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(actual: Option<f64>, wanted: f64, digits: f64) {
        assert!(
            actual.is_some_and(|actual| (actual - wanted).abs() < digits),
            "{actual:?} {wanted}"
        );
    }

    /// The table of a widely used example: 20, 5, 10, 15 give an agreement of 0.7, kappa 0.4.
    #[test]
    fn cohens_kappa_of_two_readers() {
        close(cohen_kappa(&[vec![20, 5], vec![10, 15]]), 0.4, 1e-12);
        close(cohen_kappa(&[vec![7, 0], vec![0, 9]]), 1.0, 1e-12);
        assert_eq!(cohen_kappa(&[vec![7, 0], vec![0, 0]]), None);
        assert_eq!(cohen_kappa(&[vec![0]]), None);
        assert_eq!(cohen_kappa(&[vec![1, 2]]), None);
    }

    /// Fourteen raters, ten subjects, five categories: kappa 0.210 (the worked example of Fleiss'
    /// kappa in Wikipedia).
    #[test]
    fn fleiss_kappa_of_fourteen_readers() {
        let table = [
            [0, 0, 0, 0, 14],
            [0, 2, 6, 4, 2],
            [0, 0, 3, 5, 6],
            [0, 3, 9, 2, 0],
            [2, 2, 8, 1, 1],
            [7, 7, 0, 0, 0],
            [3, 2, 6, 3, 0],
            [2, 5, 3, 2, 2],
            [6, 5, 2, 1, 0],
            [0, 2, 2, 3, 7],
        ];
        let table: Vec<Vec<u64>> = table.iter().map(|row| row.to_vec()).collect();
        close(fleiss_kappa(&table), 0.2099, 5e-5);
        assert_eq!(fleiss_kappa(&[vec![2, 0], vec![1, 0]]), None);
        assert_eq!(fleiss_kappa(&[vec![2, 0], vec![2, 0]]), None);
    }

    /// Krippendorff, Computing Krippendorff's alpha-reliability (2011), example C: four observers,
    /// twelve units, missing data: nominal 0.743, ordinal 0.815, interval 0.849.
    #[test]
    fn alpha_is_that_of_krippendorffs_example() {
        let units: Vec<Vec<f64>> = [
            &[1, 1, 1][..],
            &[2, 2, 3, 2],
            &[3, 3, 3, 3],
            &[3, 3, 3, 3],
            &[2, 2, 2, 2],
            &[1, 2, 3, 4],
            &[4, 4, 4, 4],
            &[1, 1, 2, 1],
            &[2, 2, 2, 2],
            &[5, 5, 5],
            &[1, 1],
            &[3],
        ]
        .iter()
        .map(|unit| unit.iter().map(|value| f64::from(*value)).collect())
        .collect();
        close(krippendorff_alpha(&units, RatingScale::Nominal), 0.743, 5e-4);
        close(krippendorff_alpha(&units, RatingScale::Ordinal), 0.815, 5e-4);
        close(krippendorff_alpha(&units, RatingScale::Interval), 0.849, 5e-4);
        assert_eq!(krippendorff_alpha(&[vec![1.0, 1.0]], RatingScale::Interval), None);
        assert_eq!(krippendorff_alpha(&[vec![1.0]], RatingScale::Nominal), None);
    }

    /// Shrout and Fleiss (1979), table 2: four judges, six targets, ICC(2,1) = 0.29.
    #[test]
    fn intraclass_correlation_is_that_of_shrout_and_fleiss() {
        let ratings = [
            [9.0, 2.0, 5.0, 8.0],
            [6.0, 1.0, 3.0, 2.0],
            [8.0, 4.0, 6.0, 8.0],
            [7.0, 1.0, 2.0, 6.0],
            [10.0, 5.0, 6.0, 9.0],
            [6.0, 2.0, 4.0, 7.0],
        ];
        let ratings: Vec<Vec<f64>> = ratings.iter().map(|row| row.to_vec()).collect();
        close(intraclass_correlation(&ratings), 0.2898, 5e-5);
        assert_eq!(intraclass_correlation(&ratings[..1]), None);
        assert_eq!(intraclass_correlation(&[vec![1.0, 1.0], vec![1.0, 1.0]]), None);
    }

    #[test]
    fn limits_of_agreement_by_hand() {
        let limits = limits_of_agreement(&[(3.0, 1.0), (4.0, 4.0), (5.0, 1.0)]).unwrap();
        assert!((limits.bias - 2.0).abs() < 1e-12);
        assert!((limits.upper - (2.0 + 1.96 * 2.0)).abs() < 1e-12);
        assert!((limits.lower - (2.0 - 1.96 * 2.0)).abs() < 1e-12);
        assert_eq!(limits_of_agreement(&[(1.0, 2.0)]), None);
    }
}
