//! The area under the ROC curve of scores that were predicted fold by fold, of clustered observations.

use super::bootstrap::percentile_interval;

/// One observation with a predicted score.
#[derive(Debug, Clone, Copy)]
pub struct ScoredObservation {
    /// The fold that the score was predicted in.
    pub fold: usize,
    /// The cluster, for example the patient; all of its observations are of one fold.
    pub cluster: usize,
    /// The score.
    pub score: f64,
    /// Whether it has the property that is predicted.
    pub positive: bool,
}

/// Scores of several folds. Each fold has a model of its own, so that only scores of the same fold are
/// compared: the area is the share of pairs of a positive and a negative of one fold in which the positive has
/// the higher score, ties counted half. It equals the mean of the folds' areas weighted by their pairs.
#[derive(Debug, Clone)]
pub struct ClusteredRoc {
    /// The fold of each distinct score, in order of fold and score.
    folds: Vec<usize>,
    /// Per cluster: distinct score and class of its observations.
    clusters: Vec<Vec<(usize, bool)>>,
}

impl ClusteredRoc {
    /// Sorts the scores; scores that differ by less than a billionth are one.
    pub fn new(observations: &[ScoredObservation]) -> Self {
        let mut order: Vec<&ScoredObservation> = observations.iter().collect();
        order.sort_by(|a, b| a.fold.cmp(&b.fold).then(a.score.total_cmp(&b.score)));
        let clusters = observations.iter().map(|one| one.cluster + 1).max().unwrap_or(0);
        let (mut folds, mut by_cluster) = (Vec::new(), vec![Vec::new(); clusters]);
        let mut last: Option<(usize, f64)> = None;
        for one in order {
            let is_same =
                last.is_some_and(|(fold, score)| fold == one.fold && one.score - score < 1e-9);
            if !is_same {
                folds.push(one.fold);
                last = Some((one.fold, one.score));
            }
            by_cluster[one.cluster].push((folds.len() - 1, one.positive));
        }
        Self { folds, clusters: by_cluster }
    }

    /// The area; none without a pair.
    pub fn area(&self) -> Option<f64> {
        let all: Vec<usize> = (0..self.clusters.len()).collect();
        self.area_of(&all)
    }

    /// The percentile interval of 95 % from resamples of clusters.
    pub fn interval(&self, resamples: usize, seed: u64) -> Option<[f64; 2]> {
        percentile_interval(self.clusters.len(), resamples, seed, |drawn| self.area_of(drawn))
    }

    fn area_of(&self, drawn: &[usize]) -> Option<f64> {
        let mut counts = vec![[0_u32; 2]; self.folds.len()];
        for cluster in drawn {
            for (slot, positive) in &self.clusters[*cluster] {
                counts[*slot][usize::from(*positive)] += 1;
            }
        }
        let (mut wins, mut pairs) = (0.0, 0.0);
        let (mut fold, mut negatives, mut positives) = (None, 0.0, 0.0);
        for (slot, [negative, positive]) in counts.iter().enumerate() {
            if fold != Some(self.folds[slot]) {
                pairs += negatives * positives;
                (fold, negatives, positives) = (Some(self.folds[slot]), 0.0, 0.0);
            }
            let (negative, positive) = (f64::from(*negative), f64::from(*positive));
            wins += positive * (negatives + negative / 2.0);
            negatives += negative;
            positives += positive;
        }
        pairs += negatives * positives;
        (pairs > 0.0).then(|| wins / pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pairs_of_one_fold_count_and_ties_count_half() {
        let one =
            |fold, cluster, score, positive| ScoredObservation { fold, cluster, score, positive };
        let roc = ClusteredRoc::new(&[
            one(0, 0, 0.2, true),
            one(0, 1, 0.1, false),
            one(0, 1, 0.2, false),
            // The scores of this fold are not compared with those of the other.
            one(1, 2, 9.0, true),
            one(1, 3, 9.5, false),
        ]);
        assert_eq!(roc.area(), Some(1.5 / 3.0));
        assert!(roc.interval(200, 1).is_none_or(|[low, high]| low <= 0.5 && high >= 0.5));
        assert_eq!(ClusteredRoc::new(&[one(0, 0, 1.0, true)]).area(), None);
    }
}
