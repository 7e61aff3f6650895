//! Arguments, progress and exit codes: one thin file per subcommand, no logic.
//!
//! stdout is data, stderr is talk. Exit codes: 0 done, 1 done with errors recorded or a check
//! failed, 2 could not run.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

mod index;
mod sample;
mod schema;

/// What a command ends with when it could run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Exit code 0.
    Done,
    /// Exit code 1: errors are recorded, or a check failed.
    WithErrors,
}

/// Why a command could not run (exit code 2).
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A Parquet catalog and SQL engine for mammography data sets.
#[derive(Debug, Parser)]
#[command(name = "mammodex", version, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Folder of the catalog.
    #[arg(
        long,
        global = true,
        env = "MAMMODEX_CATALOG",
        default_value = "catalog",
        value_name = "DIR"
    )]
    pub catalog: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    Index(index::Request),
    Sample(sample::Request),
    Schema(schema::Request),
}

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::WithErrors) => ExitCode::from(1),
        Err(failure) => {
            eprintln!("mammodex: {failure}");
            let mut cause = failure.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::from(2)
        }
    }
}

fn run(cli: Cli) -> Result<Outcome, Failure> {
    match cli.command {
        Command::Index(request) => index::run(request, &cli.global),
        Command::Sample(request) => sample::run(&request),
        Command::Schema(request) => schema::run(&request),
    }
}
