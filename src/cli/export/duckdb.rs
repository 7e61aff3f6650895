//! `mammodex export duckdb`.

use std::path::PathBuf;

use clap::Args;

use super::target::{ExportTarget, note_unfit};
use crate::cli::context::{CommandContext, SnapshotArgs};
use crate::cli::outcome::{CliFailure, ExitOutcome};
use crate::cli::printer::note;
use crate::export::{self, ExportContent};

/// Write a DuckDB file with the tables, views, macros, cohorts and splits of a snapshot.
///
/// The tables are views of the Parquet files of one snapshot: a later run of the indexer changes nothing
/// for the readers of FILE, until that snapshot is pruned. The files are named by absolute paths; with
/// --copy the rows are in FILE itself, which then works on any machine.
///
/// Tables, columns, views and macros have comments from the dictionary (`SELECT * FROM duckdb_columns()`).
/// DuckDB 1.5 and later read FILE.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex export duckdb catalog.duckdb\n  \
    mammodex export duckdb release.duckdb --copy --snapshot 3")]
pub struct DuckdbArgs {
    /// File to write to, ending in .duckdb or .db; it appears only when it is complete.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Copy the rows of tables, splits and reviews into FILE.
    #[arg(long)]
    copy: bool,
    /// Replace an existing FILE.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    at: SnapshotArgs,
}

/// Runs the command.
pub(super) fn run(
    context: &CommandContext,
    request: &DuckdbArgs,
) -> Result<ExitOutcome, CliFailure> {
    let path = &request.file;
    ExportTarget { path, endings: &["duckdb", "db"], force: request.force }.check(context)?;
    let catalog = context.open_by_absolute_path(&request.at)?;
    let content = if request.copy { ExportContent::Copies } else { ExportContent::Views };
    export::write_duckdb_file(&catalog, path, content)?;
    note_unfit(&catalog);
    note!("snapshot {} exported to {}", catalog.snapshot().id, path.display());
    Ok(ExitOutcome::Done)
}
