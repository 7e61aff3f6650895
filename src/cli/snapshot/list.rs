//! `mammodex snapshot list` and `show`.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, StringArray, UInt64Array};
use arrow::record_batch::RecordBatch;
use chrono::{DateTime, Utc};
use clap::Args;

use super::super::context::{CommandContext, SnapshotArgs};
use super::super::outcome::{CliFailure, ExitOutcome};
use super::super::output::OutputArgs;
use super::super::printer::{complain, note};
use super::diff;
use crate::catalog::Catalog;
use crate::catalog::diff::{SnapshotDiff, TableDiff};
use crate::language::localized;
use crate::results::ResultFormat;
use crate::tables::snapshot::{self, SnapshotDescription};

/// List the snapshots, the oldest first.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  mammodex snapshot list")]
pub struct SnapshotListArgs {
    #[command(flatten)]
    output: OutputArgs,
}

/// Show a snapshot: its data set and profile, the rows and SHA-256 of its tables, and what differs from
/// the snapshot before.
#[derive(Debug, Args)]
#[command(after_long_help = "Example:\n  mammodex snapshot show 2")]
pub struct SnapshotShowArgs {
    /// Number of the snapshot [default: the current one].
    #[arg(value_name = "N")]
    id: Option<u32>,
    #[command(flatten)]
    output: OutputArgs,
}

pub fn list(
    context: &CommandContext,
    request: &SnapshotListArgs,
) -> Result<ExitOutcome, CliFailure> {
    let current = snapshot::current(&context.catalog);
    let ids = snapshot::ids(&context.catalog);
    if ids.is_empty() {
        describe(context, None)?;
    }
    let mut outcome = ExitOutcome::Done;
    let mut snapshots = Vec::new();
    for id in ids {
        match describe(context, Some(id).filter(|id| Some(*id) != current)) {
            Ok(description) => snapshots.push(description),
            Err(error) => {
                complain(&error.to_string());
                outcome = ExitOutcome::WithErrors;
            }
        }
    }
    let number = |value: fn(&SnapshotDescription) -> u64| -> ArrayRef {
        Arc::new(snapshots.iter().map(|s| Some(value(s))).collect::<UInt64Array>())
    };
    let text = |value: fn(&SnapshotDescription) -> &str| -> ArrayRef {
        Arc::new(snapshots.iter().map(|s| Some(value(s))).collect::<StringArray>())
    };
    let dir = |s: &SnapshotDescription| snapshot::place(&context.catalog, Some(s.id));
    let written: StringArray = snapshots.iter().map(|s| written(&dir(s))).collect();
    let bytes: UInt64Array = snapshots.iter().map(|s| Some(snapshot::size(&dir(s)))).collect();
    let is_current: BooleanArray = snapshots.iter().map(|s| Some(Some(s.id) == current)).collect();
    let batch = RecordBatch::try_from_iter([
        ("snapshot", number(|s| s.id.into())),
        ("current", Arc::new(is_current) as ArrayRef),
        ("written_utc", Arc::new(written)),
        ("patients", number(|s| rows(s, "patients"))),
        ("images", number(|s| rows(s, "images"))),
        ("lesions", number(|s| rows(s, "lesions"))),
        ("issues", number(|s| rows(s, "issues"))),
        ("bytes", Arc::new(bytes)),
        ("profile", text(|s| &s.profile)),
        ("root", text(|s| &s.root)),
    ])?;
    request.output.write(context, &batch)?;
    Ok(outcome)
}

pub fn show(
    context: &CommandContext,
    request: &SnapshotShowArgs,
) -> Result<ExitOutcome, CliFailure> {
    let description = describe(context, request.id)?;
    let tables = &description.tables;
    let names: StringArray = tables.keys().map(Some).collect();
    let rows: UInt64Array = tables.values().map(|table| Some(table.rows)).collect();
    let checksums: StringArray = tables.values().map(|table| Some(&table.sha256)).collect();
    let is_page = request.output.format() == ResultFormat::Table && request.output.output.is_none();
    if is_page {
        let dir = snapshot::place(&context.catalog, Some(description.id));
        let heading = format!(
            "snapshot {} of {}, profile {}, schema version {}, written by mammodex {} at {}, {} bytes",
            description.id,
            description.root,
            description.profile,
            description.schema_version,
            description.tool_version,
            written(&dir).map_or("unknown time".to_owned(), |time| format!("{time} UTC")),
            snapshot::size(&dir)
        );
        context.printer.print(&format!("{}\n\n", localized(&heading)))?;
    }
    request.output.write(
        context,
        &RecordBatch::try_from_iter([
            ("table", Arc::new(names) as ArrayRef),
            ("rows", Arc::new(rows)),
            ("sha256", Arc::new(checksums)),
        ])?,
    )?;
    if is_page && let Err(error) = compare_with_previous(context, description.id) {
        note!("{error}");
    }
    Ok(ExitOutcome::Done)
}

/// Prints what differs from the snapshot before.
fn compare_with_previous(context: &CommandContext, id: u32) -> Result<(), CliFailure> {
    let previous = snapshot::ids(&context.catalog).into_iter().rfind(|other| *other < id);
    let Some(previous) = previous else { return Ok(()) };
    let catalog = context.open(&SnapshotArgs { snapshot: Some(id) })?;
    let mut tables = SnapshotDiff::new(&catalog, previous)?.tables()?;
    tables.retain(TableDiff::differs);
    context.printer.print(&format!("\ndifferences from snapshot {previous}:\n\n"))?;
    Ok(OutputArgs::default().write(context, &diff::summary(&tables)?)?)
}

/// When a snapshot was written, to the second.
fn written(dir: &Path) -> Option<String> {
    let time = DateTime::<Utc>::from(snapshot::written(dir)?);
    Some(time.format("%Y-%m-%d %H:%M:%S").to_string())
}

/// Reads the description of a snapshot, the current one without a number.
fn describe(context: &CommandContext, id: Option<u32>) -> Result<SnapshotDescription, CliFailure> {
    Ok(Catalog::describe(&context.catalog, id)?)
}

fn rows(description: &SnapshotDescription, table: &str) -> u64 {
    description.tables.get(table).map_or(0, |table| table.rows)
}
