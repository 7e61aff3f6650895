//! The request for an agreement.

use crate::records::agreement::Comparison;
use crate::sql::literal;

/// Which pairs of readers have rows of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReaderPairs {
    /// Only all readers together.
    Together,
    /// Every pair too.
    Each,
}

/// What agreement is measured of, and how.
#[derive(Debug, Clone)]
pub struct AgreementRequest {
    /// Whose readings.
    pub comparison: Comparison,
    /// Which pairs of readers have rows of their own.
    pub pairs: ReaderPairs,
    /// Query of the case IDs that count, and how it is called; all when absent.
    pub cases: Option<(String, String)>,
    /// The least Dice coefficient at which two contours agree.
    pub threshold: f64,
    /// Resamples of the intervals.
    pub resamples: usize,
    /// Seed of the resamples.
    pub seed: u64,
}

impl AgreementRequest {
    /// The condition on rows of `agreement`, or of a view with its columns.
    pub fn condition(&self) -> String {
        let comparison = format!("comparison = {}", literal(self.comparison.as_str()));
        match &self.cases {
            None => comparison,
            Some((query, _)) => format!("{comparison} AND case_id IN ({query})"),
        }
    }

    /// The query for the cases without full agreement, worst first.
    pub fn worst_cases(&self) -> String {
        format!(
            "SELECT * EXCLUDE (comparison) FROM reader_agreement WHERE {} AND (dice_min < {} OR same_discard IS false) \
             ORDER BY dice_min, dice_mean NULLS FIRST, case_id, annotation_path_a, annotation_path_b",
            self.condition(),
            self.threshold
        )
    }
}
