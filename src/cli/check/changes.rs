//! `mammodex check --since`: the rows of checks in two snapshots.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, UInt64Array};
use arrow::record_batch::RecordBatch;

use super::arguments::CheckArgs;
use crate::catalog::{Catalog, CatalogError, EngineLimits};
use crate::cli::context::{CommandContext, SnapshotArgs};
use crate::cli::outcome::{CliFailure, ExitOutcome};
use crate::cli::printer::{complain, note};
use crate::quality::{self, CheckChange, CheckSuite, QualityCheck};
use crate::records::issue::Severity;
use crate::text::counted;

/// A check and how its rows changed.
type ChangedCheck<'a> = (&'a QualityCheck, CheckChange);

/// Runs the comparison with snapshot `since`.
pub(super) fn run(
    context: &CommandContext,
    args: &CheckArgs,
    catalog: &Catalog,
    suite: &CheckSuite,
    since: u32,
) -> Result<ExitOutcome, CliFailure> {
    let output = args.output.for_results();
    output.check(context)?;
    let older = context
        .open_one_of_several(&SnapshotArgs { snapshot: Some(since) }, EngineLimits::default())?;
    let mut changes: Vec<ChangedCheck<'_>> = Vec::new();
    let (mut rows, mut failures) = (Vec::new(), 0);
    for check in &suite.checks {
        let row = |key: &str, change: quality::RowChange| {
            if !args.names.is_empty() {
                rows.push([check.name.clone(), change.as_str().to_owned(), key.to_owned()]);
            }
        };
        match quality::compare(check, &older, catalog, row) {
            Ok(change) => changes.push((check, change)),
            Err(error @ (CatalogError::Interrupted | CatalogError::Timeout(_))) => {
                return Err(error.into());
            }
            Err(error) => {
                failures += 1;
                complain(&format!("{}: {error}", check.name));
            }
        }
    }
    let is_new =
        changes.iter().any(|(check, change)| check.severity == Severity::Error && change.new > 0);
    if args.names.is_empty() {
        let total = |count: fn(&CheckChange) -> u64| {
            changes.iter().map(|(_, change)| count(change)).sum::<u64>()
        };
        let [new, gone, same] = [total(|c| c.new), total(|c| c.gone), total(|c| c.same)];
        let met: Vec<ChangedCheck<'_>> =
            changes.into_iter().filter(|(_, change)| *change != CheckChange::default()).collect();
        output.write(context, &overview(&met)?)?;
        let rows = counted(new, "row");
        note!("since snapshot {since}: {rows} new, {gone} gone, {same} same");
    } else {
        output.write(context, &listing(&rows)?)?;
    }
    let has_errors = is_new || failures > 0;
    Ok(if has_errors { ExitOutcome::WithErrors } else { ExitOutcome::Done })
}

fn overview(changes: &[ChangedCheck<'_>]) -> Result<RecordBatch, CliFailure> {
    let text = |cell: fn(&QualityCheck) -> &str| -> ArrayRef {
        Arc::new(changes.iter().map(|(check, _)| Some(cell(check))).collect::<StringArray>())
    };
    let count = |cell: fn(&CheckChange) -> u64| -> ArrayRef {
        Arc::new(changes.iter().map(|(_, change)| Some(cell(change))).collect::<UInt64Array>())
    };
    Ok(RecordBatch::try_from_iter_with_nullable([
        ("severity", text(|check| check.severity.as_str()), false),
        ("check", text(|check| &check.name), false),
        ("new", count(|change| change.new), false),
        ("gone", count(|change| change.gone), false),
        ("same", count(|change| change.same), false),
        ("title", text(|check| &check.title), false),
    ])?)
}

fn listing(rows: &[[String; 3]]) -> Result<RecordBatch, CliFailure> {
    let text = |place: usize| -> ArrayRef {
        Arc::new(rows.iter().map(|row| Some(row[place].as_str())).collect::<StringArray>())
    };
    let columns = [("check", text(0), false), ("change", text(1), false), ("key", text(2), false)];
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}
