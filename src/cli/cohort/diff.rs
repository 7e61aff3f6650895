//! `mammodex cohort diff`.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use arrow::record_batch::RecordBatch;
use clap::Args;

use super::super::context::{CommandContext, SnapshotArgs};
use super::super::outcome::{CliFailure, ExitOutcome};
use super::super::output::OutputArgs;
use super::super::printer::note;
use crate::cohort::{self, Cohort, MemberChange};
use crate::saved::SavedName;

/// List the members that a cohort gained and lost between two snapshots.
///
/// One row per member that is in only one of them, with the reason: the catalog has or no longer has it,
/// or it now meets or no longer meets the steps.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex cohort diff t2_ge\n  \
    mammodex cohort diff t2_ge --snapshot 2 --to 3 -o changes.csv")]
pub struct CohortDiffArgs {
    /// Name of the cohort.
    name: SavedName,
    /// Number of the older snapshot [default: the one that the cohort was made on].
    #[arg(long, value_name = "N")]
    snapshot: Option<u32>,
    /// Number of the newer snapshot [default: the newest].
    #[arg(long, value_name = "N")]
    to: Option<u32>,
    #[command(flatten)]
    output: OutputArgs,
}

pub(super) fn run(
    context: &CommandContext,
    request: &CohortDiffArgs,
) -> Result<ExitOutcome, CliFailure> {
    let cohort = cohort::load(&context.catalog, &request.name)?;
    let older = request.snapshot.unwrap_or(cohort.snapshot);
    let changes = between(context, &cohort, older, request.to)?;
    let reasons = |change: &MemberChange| Some(change.kind.reason());
    let change_kind =
        |change: &MemberChange| Some(if change.kind.is_gain() { "added" } else { "removed" });
    let mut columns: Vec<(&str, ArrayRef, bool)> =
        vec![("change", Arc::new(changes.iter().map(change_kind).collect::<StringArray>()), false)];
    for (index, key) in cohort.unit.keys().iter().enumerate() {
        let cells = |change: &MemberChange| change.keys.get(index).cloned().flatten();
        columns.push((key, Arc::new(changes.iter().map(cells).collect::<StringArray>()), true));
    }
    columns.push(("reason", Arc::new(changes.iter().map(reasons).collect::<StringArray>()), false));
    request.output.write(context, &RecordBatch::try_from_iter_with_nullable(columns)?)?;
    let to = request.to.map_or_else(|| "the newest".to_owned(), |to| to.to_string());
    note!("cohort {}: {} from snapshot {older} to {to}", cohort.name, summary(&changes));
    Ok(ExitOutcome::Done)
}

/// The members that are in the cohort on only one of two snapshots.
pub(super) fn between(
    context: &CommandContext,
    cohort: &Cohort,
    older: u32,
    newer: Option<u32>,
) -> Result<Vec<MemberChange>, CliFailure> {
    let older = context.open(&SnapshotArgs { snapshot: Some(older) })?;
    let newer = context.open(&SnapshotArgs { snapshot: newer })?;
    Ok(cohort::changes(&cohort.definition(), &older, &newer)?)
}

/// `2 added, 1 removed`.
pub(super) fn summary(changes: &[MemberChange]) -> String {
    let added = changes.iter().filter(|change| change.kind.is_gain()).count();
    format!("{added} added, {} removed", changes.len() - added)
}
