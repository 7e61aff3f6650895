//! The request for shortcuts.

use super::attribute::ShortcutAttribute;
use crate::cohort::CohortDefinition;

/// What is measured, and how.
#[derive(Debug, Clone)]
pub struct ShortcutRequest {
    /// The images.
    pub cohort: CohortDefinition,
    /// The name of the cohort, for the commands of a remedy.
    pub cohort_name: String,
    /// Relation whose `case_id` limits the patients, for example those of a split.
    pub within: Option<String>,
    /// SQL condition over `images AS i` and `patients AS p`: what a model is to predict.
    pub label: String,
    /// The attributes.
    pub attributes: Vec<ShortcutAttribute>,
    /// Folds of the cross-validation.
    pub folds: usize,
    /// Seed of the folds and resamples.
    pub seed: u64,
    /// Resamples of the intervals.
    pub resamples: usize,
    /// The smallest number of patients with and without the label that may be shown of a level.
    pub min_cell: u64,
}
