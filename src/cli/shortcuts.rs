//! `mammodex shortcuts`: what a model could learn instead of the finding.

use clap::Args;

use super::context::{CommandContext, SnapshotArgs};
use super::outcome::{CliFailure, ExitOutcome};
use super::output::OutputArgs;
use super::output_error::OutputError;
use super::printer::note;
use crate::chart::{IntervalRow, intervals};
use crate::cohort;
use crate::disk::WholeFile;
use crate::saved::SavedName;
use crate::shortcuts::{
    self, Remedy, ShortcutAttribute, ShortcutError, ShortcutRequest, ShortcutSummary,
};
use crate::split;
use crate::text::counted;

/// Measure how well a label follows from the acquisition alone.
///
/// A model trained on images can learn the manufacturer, the view or the year instead of the finding. For
/// each attribute, and for all together, the table shows the area under the ROC curve (AUC) of its
/// prediction of the label: 0.5 is chance, 1 is certainty. Images are the unit; patients are assigned to
/// folds as a whole. An attribute alone predicts the prevalence of its level in the other folds; all together
/// predict by a logistic regression. Only images of the same fold are compared. Intervals of 95 % are
/// percentiles of resamples of patients.
///
/// Commands that make cases and controls equal in the strongest attributes follow the table.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex shortcuts all --label \"p.diagnosis = 'malignant'\"\n  \
    mammodex shortcuts all --label \"p.diagnosis = 'malignant'\" -o shortcuts.svg\n  \
    mammodex shortcuts all --split matched --label \"p.birads_max >= 4\" --attribute 'reader=p.readers[1]'\n\n\
    docs/shortcuts.md explains the numbers.")]
pub struct ShortcutsArgs {
    /// Name of the cohort.
    cohort: SavedName,
    /// What a model is to predict: a condition over `patients AS p` and `images AS i`; images for which it is
    /// NULL are excluded.
    #[arg(long, value_name = "CONDITION")]
    label: String,
    /// Only patients of the cohort who have a part of this split.
    #[arg(long, value_name = "NAME")]
    split: Option<SavedName>,
    /// A further attribute: an expression over the same tables; NAME=EXPRESSION for categories,
    /// number:NAME=EXPRESSION for numbers.
    #[arg(long, value_name = "NAME=EXPRESSION")]
    attribute: Vec<String>,
    /// Folds of the cross-validation.
    #[arg(long, default_value_t = 5, value_name = "K", value_parser = clap::value_parser!(u32).range(2..=20))]
    folds: u32,
    /// Resamples of the intervals.
    #[arg(long, default_value_t = 1000, value_name = "N", value_parser = clap::value_parser!(u32).range(100..=100_000))]
    resamples: u32,
    /// Seed of folds and resamples.
    #[arg(long, default_value_t = 1, value_name = "S")]
    seed: u64,
    /// Smallest number of patients of a level, with and without the label, that may be shown.
    #[arg(long, default_value_t = 5, value_name = "N")]
    min_cell: u64,
    #[command(flatten)]
    at: SnapshotArgs,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(
    context: &CommandContext,
    args: ShortcutsArgs,
) -> Result<ExitOutcome, CliFailure> {
    args.output.check_with_picture(context)?;
    let catalog = context.open(&args.at)?;
    let cohort = cohort::load(catalog.dir(), &args.cohort)?;
    let within = args.split.as_ref().map(|name| {
        let split = split::load(catalog.dir(), name)?;
        Ok::<_, CliFailure>(split::relation(catalog.dir(), &split)?)
    });
    let added = args.attribute.iter().map(|text| ShortcutAttribute::parse(text));
    let mut attributes = shortcuts::attributes().to_vec();
    attributes.extend(added.collect::<Result<Vec<_>, ShortcutError>>()?);
    let request = ShortcutRequest {
        cohort: cohort.definition(),
        cohort_name: args.cohort.to_string(),
        within: within.transpose()?,
        label: args.label,
        attributes,
        folds: args.folds as usize,
        seed: args.seed,
        resamples: args.resamples as usize,
        min_cell: args.min_cell,
    };
    let summary = shortcuts::measure_shortcuts(&catalog, &request)?;
    match args.output.picture() {
        Some(path) => {
            let failed = |source| OutputError::File { path: path.clone(), source };
            let svg = draw(&request.label, &summary);
            WholeFile::write(path, svg.as_bytes()).map_err(failed)?;
        }
        None => args.output.write(context, &table(&args.output, &summary)?)?,
    }
    sum_up(&summary);
    Ok(ExitOutcome::Done)
}

fn table(
    output: &OutputArgs,
    summary: &ShortcutSummary,
) -> Result<arrow::record_batch::RecordBatch, ShortcutError> {
    if output.format().is_data() { summary.table() } else { summary.page() }
}

fn draw(label: &str, summary: &ShortcutSummary) -> String {
    let row = |result: &shortcuts::AttributeResult| IntervalRow {
        name: result.label[0].clone(),
        estimate: result.area,
        interval: result.interval,
        emphasised: std::ptr::eq(result, &raw const summary.together),
    };
    let rows: Vec<IntervalRow> = summary
        .rows()
        .filter(|result| result.interval.is_some_and(|[low, high]| low < high))
        .map(row)
        .collect();
    intervals(&format!("AUC of {label} by attribute"), [0.0, 1.0], 0.5, &rows)
}

fn sum_up(summary: &ShortcutSummary) {
    let share = |part: u64, whole: u64| 100.0 * part as f64 / whole.max(1) as f64;
    note!(
        "the label is true for {} of {} ({:.1} %), {} of {} ({:.1} %)",
        summary.positive_patients,
        counted(summary.patients, "patient"),
        share(summary.positive_patients, summary.patients),
        summary.positive_images,
        counted(summary.images, "image"),
        share(summary.positive_images, summary.images)
    );
    if summary.unlabelled > 0 {
        note!("excluded: {} for which the label is NULL", counted(summary.unlabelled, "image"));
    }
    if summary.attributes.iter().any(|result| result.withheld) {
        note!("prevalences of levels with few patients are withheld (--min-cell)");
    }
    for Remedy { attributes, patients_left, commands } in &summary.remedies {
        let names = attributes.join(", ");
        match patients_left {
            None => note!("to match controls in {names}:"),
            Some(left) => {
                note!(
                    "to balance {names} ({} of {} left):",
                    left,
                    counted(summary.patients, "patient")
                );
            }
        }
        commands.iter().for_each(|command| note!("  {command}"));
    }
}
