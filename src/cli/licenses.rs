//! `mammodex licenses`: notices of everything that the binary contains.

use clap::Args;

use super::context::CommandContext;
use super::outcome::{CliFailure, ExitOutcome};

/// Written by a test from the crates of the build.
const NOTICES: &str = include_str!("../../THIRD-PARTY.txt");

/// Show the licences of mammodex, DuckDB and the libraries in it.
#[derive(Debug, Args)]
pub struct LicensesArgs {}

pub(super) fn run(context: &CommandContext) -> Result<ExitOutcome, CliFailure> {
    context.printer.print(NOTICES)?;
    Ok(ExitOutcome::Done)
}
