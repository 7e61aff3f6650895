//! `mammodex snapshot diff`.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, UInt64Array};
use arrow::compute::concat_batches;
use arrow::record_batch::RecordBatch;
use clap::Args;

use super::super::context::{CommandContext, SnapshotArgs};
use super::super::outcome::{CliFailure, ExitOutcome};
use super::super::output::OutputArgs;
use super::super::printer::note;
use crate::catalog::Catalog;
use crate::catalog::diff::{SnapshotDiff, TableDiff};
use crate::tables::snapshot;
use crate::tables::spec::{self, TableSpec};
use crate::text::nearest;

/// Compare two snapshots, table by table and key by key.
///
/// Lists the rows that were added, removed and changed in each table, and the findings that are new
/// and settled. With --table one row per cell that differs, with its old and its new value.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex snapshot diff\n  \
    mammodex snapshot diff 1 3 --table images -o changes.parquet")]
pub struct SnapshotDiffArgs {
    /// Number of the older snapshot [default: the one before the newer].
    #[arg(value_name = "OLDER")]
    older: Option<u32>,
    /// Number of the newer snapshot [default: the current one].
    #[arg(value_name = "NEWER")]
    newer: Option<u32>,
    /// Table whose cells are listed.
    #[arg(long, value_name = "TABLE")]
    table: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

pub fn run(
    context: &CommandContext,
    request: &SnapshotDiffArgs,
) -> Result<ExitOutcome, CliFailure> {
    let catalog = context.open(&SnapshotArgs { snapshot: request.newer })?;
    let newer = catalog.snapshot().id;
    let before = snapshot::ids(&context.catalog).into_iter().rfind(|id| *id < newer);
    let older = request.older.or(before);
    let older = older.ok_or_else(|| format!("there is no snapshot before {newer}"))?;
    let diff = SnapshotDiff::new(&catalog, older)?;
    if let Some(name) = &request.table {
        let batch = cells(&catalog, &diff, find_table(name)?)?;
        request.output.write(context, &batch)?;
        return Ok(ExitOutcome::Done);
    }
    let tables = diff.tables()?;
    request.output.write(context, &summary(&tables)?)?;
    for finding in diff.findings()? {
        let (severity, code) = (&finding.severity, &finding.code);
        note!("  {severity:<7} {:>6} new {:>6} settled  {code}", finding.new, finding.settled);
    }
    let differing = tables.iter().filter(|table| table.differs()).count();
    note!("snapshot {newer} differs from {older} in {differing} of {} tables", tables.len());
    Ok(ExitOutcome::Done)
}

fn find_table(name: &str) -> Result<&'static TableSpec, CliFailure> {
    spec::find(name).ok_or_else(|| {
        let names = spec::all().iter().map(|table| table.name.as_str());
        let hint = nearest(name, names).map(|near| format!("; did you mean {near}?"));
        format!("there is no table {name:?}{}", hint.unwrap_or_default()).into()
    })
}

fn cells(
    catalog: &Catalog,
    diff: &SnapshotDiff<'_>,
    table: &TableSpec,
) -> Result<RecordBatch, CliFailure> {
    let sql = diff.cells_query(table)?;
    let mut results = catalog.query(&sql)?;
    let schema = results.schema().clone();
    let mut batches = Vec::new();
    while let Some(batch) = results.next_batch()? {
        batches.push(batch);
    }
    Ok(concat_batches(&schema, &batches)?)
}

/// The rows that differ, one row per table.
pub(super) fn summary(tables: &[TableDiff]) -> Result<RecordBatch, CliFailure> {
    let numbers = |value: fn(&TableDiff) -> Option<u64>| -> ArrayRef {
        Arc::new(tables.iter().map(value).collect::<UInt64Array>())
    };
    let columns = |table: &TableDiff| {
        let counts = table.columns.iter().map(|(column, count)| format!("{column} {count}"));
        let counts: Vec<String> = counts.collect();
        (!counts.is_empty()).then(|| counts.join(", "))
    };
    let names: StringArray = tables.iter().map(|table| Some(table.table)).collect();
    let changed_columns: StringArray = tables.iter().map(columns).collect();
    Ok(RecordBatch::try_from_iter_with_nullable([
        ("table", Arc::new(names) as ArrayRef, false),
        ("rows_before", numbers(|table| table.older_rows), true),
        ("rows", numbers(|table| table.newer_rows), true),
        ("added", numbers(|table| Some(table.added)), false),
        ("removed", numbers(|table| Some(table.removed)), false),
        ("changed", numbers(|table| Some(table.changed)), false),
        ("changed_columns", Arc::new(changed_columns), true),
    ])?)
}
