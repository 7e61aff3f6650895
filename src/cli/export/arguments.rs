//! The subcommands of `mammodex export`.

use clap::{Args, Subcommand};

use super::{duckdb, omop, xlsx};
use crate::cli::context::CommandContext;
use crate::cli::outcome::{CliFailure, ExitOutcome};

/// Export the catalog for other programs.
#[derive(Debug, Args)]
pub struct ExportArgs {
    #[command(subcommand)]
    command: ExportCommand,
}

#[derive(Debug, Subcommand)]
enum ExportCommand {
    Duckdb(duckdb::DuckdbArgs),
    Xlsx(xlsx::XlsxArgs),
    Omop(omop::OmopArgs),
}

/// Runs the command.
pub(in crate::cli) fn run(
    context: &CommandContext,
    request: ExportArgs,
) -> Result<ExitOutcome, CliFailure> {
    match request.command {
        ExportCommand::Duckdb(request) => duckdb::run(context, &request),
        ExportCommand::Xlsx(request) => xlsx::run(context, &request),
        ExportCommand::Omop(request) => omop::run(context, &request),
    }
}
