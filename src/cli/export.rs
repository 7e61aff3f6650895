//! `mammodex export`: the catalog for other programs.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::context::{CommandContext, SnapshotArgs};
use super::destination::{self, IfFileExists};
use super::outcome::{CliFailure, ExitOutcome};
use super::printer::{complain, note};
use crate::export::{self, ExportContent};

/// Export the catalog for other programs.
#[derive(Debug, Args)]
pub struct ExportArgs {
    #[command(subcommand)]
    command: ExportCommand,
}

#[derive(Debug, Subcommand)]
enum ExportCommand {
    Duckdb(DuckdbArgs),
}

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
struct DuckdbArgs {
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

pub(super) fn run(
    context: &CommandContext,
    request: ExportArgs,
) -> Result<ExitOutcome, CliFailure> {
    match request.command {
        ExportCommand::Duckdb(request) => duckdb(context, &request),
    }
}

fn duckdb(context: &CommandContext, request: &DuckdbArgs) -> Result<ExitOutcome, CliFailure> {
    const ENDINGS: [&str; 2] = ["duckdb", "db"];
    let path = &request.file;
    let ending = path.extension().and_then(|ending| ending.to_str());
    destination::check_ending(path, ending.is_some_and(|e| ENDINGS.contains(&e)), &ENDINGS)?;
    let if_exists = if request.force { IfFileExists::Replace } else { IfFileExists::Fail };
    destination::check_place(context, path, if_exists)?;
    let catalog = context.open_by_absolute_path(&request.at)?;
    let content = if request.copy { ExportContent::Copies } else { ExportContent::Views };
    export::write_duckdb_file(&catalog, path, content)?;
    for unfit in catalog.take_unfit() {
        complain(&format!("excluded: {unfit}"));
    }
    note!("snapshot {} exported to {}", catalog.snapshot().id, path.display());
    Ok(ExitOutcome::Done)
}
