//! What each attribute predicts, as a table.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, StringArray, UInt64Array};
use arrow::record_batch::RecordBatch;
use rayon::prelude::*;

use super::attribute::ShortcutAttribute;
use super::data::{self, ShortcutData};
use super::error::ShortcutError;
use super::levels::AttributeLevels;
use super::measure::{self, CrossValidation};
use super::prevalence;
use super::remedy::{self, Remedy};
use super::request::ShortcutRequest;
use super::result::{AttributeResult, LevelShare};
use crate::catalog::Catalog;
use crate::statistics::clustered_roc::ClusteredRoc;

/// The name of the row of all attributes.
const TOGETHER: &str = "all together";

/// What attributes predict of a label.
#[derive(Debug, Clone)]
pub struct ShortcutSummary {
    /// Images with a label.
    pub images: u64,
    /// Of these, images that have it.
    pub positive_images: u64,
    /// Patients of the images.
    pub patients: u64,
    /// Of these, patients with an image that has it.
    pub positive_patients: u64,
    /// Images whose label is NULL, which are excluded.
    pub unlabelled: u64,
    /// All attributes together.
    pub together: AttributeResult,
    /// The attributes, those that predict most first.
    pub attributes: Vec<AttributeResult>,
    /// How the strongest can be weakened.
    pub remedies: Vec<Remedy>,
}

/// Measures what each attribute predicts of a label, alone and together, by cross-validation over patients.
///
/// # Errors
/// When the catalog refuses the label or an attribute, or fewer patients than folds have the label or do not
/// have it.
pub fn measure_shortcuts(
    catalog: &Catalog,
    request: &ShortcutRequest,
) -> Result<ShortcutSummary, ShortcutError> {
    let data = data::read(catalog, request)?;
    let positive_patients = data.positive_patients().iter().filter(|has| **has).count();
    let negative_patients = data.cases.len() - positive_patients;
    if positive_patients.min(negative_patients) < request.folds {
        return Err(ShortcutError::Request(format!(
            "--label: {positive_patients} of {} patients have it; {} folds need as many with and without it",
            data.cases.len(),
            request.folds
        )));
    }
    let fold_of = measure::folds(&data, request.folds, request.seed);
    let validation = CrossValidation { data: &data, folds: request.folds, fold_of };
    let mut attributes: Vec<AttributeResult> = request
        .attributes
        .par_iter()
        .zip(&data.attributes)
        .map(|(attribute, levels)| result(attribute, levels, &validation, request))
        .collect();
    attributes.sort_by(|a, b| b.area.unwrap_or(0.0).total_cmp(&a.area.unwrap_or(0.0)));
    let roc = validation.together();
    let (area, interval) = estimate(roc.as_ref(), request);
    let levels = data.attributes.iter().map(AttributeLevels::filled).sum();
    let together = AttributeResult {
        name: TOGETHER.to_owned(),
        label: [TOGETHER.to_owned(), "전체".to_owned()],
        levels,
        missing: None,
        area,
        interval,
        highest: None,
        lowest: None,
        withheld: false,
    };
    let remedies = remedy::remedies(catalog, request, &data, &attributes)?;
    Ok(ShortcutSummary {
        images: data.labels.len() as u64,
        positive_images: data.labels.iter().filter(|label| **label).count() as u64,
        patients: data.cases.len() as u64,
        positive_patients: positive_patients as u64,
        unlabelled: data.unlabelled,
        together,
        attributes,
        remedies,
    })
}

fn estimate(
    roc: Option<&ClusteredRoc>,
    request: &ShortcutRequest,
) -> (Option<f64>, Option<[f64; 2]>) {
    let area = roc.and_then(ClusteredRoc::area);
    let interval = roc
        .filter(|_| area.is_some())
        .and_then(|roc| roc.interval(request.resamples, request.seed));
    (area, interval)
}

fn result(
    attribute: &ShortcutAttribute,
    levels: &AttributeLevels,
    validation: &CrossValidation<'_>,
    request: &ShortcutRequest,
) -> AttributeResult {
    let data: &ShortcutData = validation.data;
    // An attribute without values predicts nothing.
    let roc = (levels.filled() > 0).then(|| validation.alone(levels));
    let (area, interval) = estimate(roc.as_ref(), request);
    let prevalences = prevalence::by_level(data, levels, request.min_cell);
    let several = levels.levels.len() > 1;
    AttributeResult {
        name: attribute.name.clone(),
        label: [attribute.label.en.clone(), attribute.label.ko.clone()],
        levels: levels.filled(),
        missing: Some(levels.missing() as f64 / data.labels.len().max(1) as f64),
        area,
        interval,
        highest: prevalences.highest.filter(|_| several),
        lowest: prevalences.lowest.filter(|_| several),
        withheld: prevalences.withheld && several,
    }
}

impl ShortcutSummary {
    /// All attributes together, then each.
    pub fn rows(&self) -> impl Iterator<Item = &AttributeResult> {
        std::iter::once(&self.together).chain(&self.attributes)
    }

    /// The table for people.
    ///
    /// # Errors
    /// When Arrow refuses.
    pub fn page(&self) -> Result<RecordBatch, ShortcutError> {
        let text = |cell: &dyn Fn(&AttributeResult) -> String| -> ArrayRef {
            Arc::new(self.rows().map(|row| Some(cell(row))).collect::<StringArray>())
        };
        let levels: UInt64Array = self.rows().map(|row| Some(row.levels as u64)).collect();
        let share = |level: Option<&LevelShare>, withheld: bool| match level {
            Some(level) => level.in_words(),
            None if withheld => "withheld".to_owned(),
            None => String::new(),
        };
        let interval = |row: &AttributeResult| {
            row.interval.map_or_else(String::new, |[low, high]| format!("{low:.3} to {high:.3}"))
        };
        let missing = |row: &AttributeResult| {
            row.missing.map_or_else(String::new, |share| format!("{:.1} %", 100.0 * share))
        };
        let area = |row: &AttributeResult| row.area.map_or_else(String::new, |a| format!("{a:.3}"));
        Ok(RecordBatch::try_from_iter_with_nullable([
            ("attribute", text(&|row| row.name.clone()), false),
            ("levels", Arc::new(levels), false),
            ("missing", text(&missing), false),
            ("AUC", text(&area), false),
            ("95 % CI", text(&interval), false),
            ("highest prevalence", text(&|row| share(row.highest.as_ref(), row.withheld)), false),
            ("lowest prevalence", text(&|row| share(row.lowest.as_ref(), row.withheld)), false),
        ])?)
    }

    /// The table of numbers: one row per attribute.
    ///
    /// # Errors
    /// When Arrow refuses.
    pub fn table(&self) -> Result<RecordBatch, ShortcutError> {
        let text = |cell: &dyn Fn(&AttributeResult) -> Option<String>| -> ArrayRef {
            Arc::new(self.rows().map(cell).collect::<StringArray>())
        };
        let number = |cell: &dyn Fn(&AttributeResult) -> Option<f64>| -> ArrayRef {
            Arc::new(self.rows().map(cell).collect::<Float64Array>())
        };
        let count = |cell: &dyn Fn(&AttributeResult) -> Option<u64>| -> ArrayRef {
            Arc::new(self.rows().map(cell).collect::<UInt64Array>())
        };
        let withheld: BooleanArray = self.rows().map(|row| Some(row.withheld)).collect();
        let mut columns = vec![
            ("attribute", text(&|row| Some(row.name.clone())), false),
            ("levels", count(&|row| Some(row.levels as u64)), false),
            ("missing_share", number(&|row| row.missing), true),
            ("auc", number(&|row| row.area), true),
            ("ci_low", number(&|row| Some(row.interval?[0])), true),
            ("ci_high", number(&|row| Some(row.interval?[1])), true),
        ];
        type Pick = fn(&AttributeResult) -> Option<&LevelShare>;
        let ends: [([&str; 4], Pick); 2] = [
            (
                ["highest_level", "highest_prevalence", "highest_images", "highest_patients"],
                |row| row.highest.as_ref(),
            ),
            (["lowest_level", "lowest_prevalence", "lowest_images", "lowest_patients"], |row| {
                row.lowest.as_ref()
            }),
        ];
        for (names, pick) in ends {
            columns.push((names[0], text(&|row| pick(row)?.level.clone()), true));
            columns.push((names[1], number(&|row| Some(pick(row)?.prevalence)), true));
            columns.push((names[2], count(&|row| Some(pick(row)?.images)), true));
            columns.push((names[3], count(&|row| Some(pick(row)?.patients)), true));
        }
        columns.push(("withheld", Arc::new(withheld), false));
        Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
    }
}
