//! Arguments, progress and exit codes: one thin file per subcommand, no logic.
//!
//! stdout is data, stderr is talk. Exit codes: 0 done, 1 done with errors recorded or a check
//! failed, 2 could not run.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::catalog::{Catalog, EngineLimits, SavedKind};
use crate::cohort::COHORT_VIEWS;
use crate::disk;
use crate::results::escape;
use crate::split::SPLIT_VIEWS;

mod check;
mod cohort;
mod config;
mod engine;
mod index;
mod manifest;
mod output;
mod pager;
mod profile;
mod query;
mod render;
mod sample;
mod schema;
mod screen;
mod shell;
mod snapshot;
mod split;
mod table1;
mod waiting;

/// What a command ends with when it could run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitOutcome {
    /// Exit code 0.
    Done,
    /// Exit code 1: errors are recorded, or a check failed.
    WithErrors,
}

/// Why a command could not run (exit code 2).
pub type CliFailure = Box<dyn std::error::Error + Send + Sync>;

/// A Parquet catalog and SQL engine for mammography data sets.
#[derive(Debug, Parser)]
#[command(name = "mammodex", version, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    global: GlobalArgs,
    #[command(subcommand)]
    command: CliCommand,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub struct GlobalArgs {
    /// Folder of the catalog.
    #[arg(
        long,
        global = true,
        env = "MAMMODEX_CATALOG",
        default_value = "catalog",
        value_name = "DIR"
    )]
    pub catalog: PathBuf,
    /// What the user wants where no option says otherwise.
    #[arg(skip)]
    config: config::UserConfig,
}

impl GlobalArgs {
    /// Takes what the arguments leave open from the user's `config.toml`.
    fn configure(&mut self, matches: &ArgMatches) -> Result<(), CliFailure> {
        self.config = config::load()?;
        let given = matches.value_source("catalog") != Some(ValueSource::DefaultValue);
        if let Some(catalog) = self.config.catalog.clone().filter(|_| !given) {
            self.catalog = catalog;
        }
        Ok(())
    }
}

/// Which snapshot is asked.
#[derive(Debug, Clone, Args)]
pub struct SnapshotArgs {
    /// Ask an older snapshot, by its number.
    #[arg(long, value_name = "N")]
    pub snapshot: Option<u32>,
}

/// Opens the catalog that the arguments name, its cohorts and splits within reach.
fn open(global: &GlobalArgs, at: &SnapshotArgs) -> Result<Catalog, CliFailure> {
    open_within(global, at, EngineLimits::default())
}

/// The same for statements that are kept within limits.
fn open_within(
    global: &GlobalArgs,
    at: &SnapshotArgs,
    limits: EngineLimits,
) -> Result<Catalog, CliFailure> {
    // Where something answers to Ctrl-C already, such as the prompt, it goes on doing so.
    let _ = ctrlc::set_handler(|| {
        disk::remove_unfinished();
        let _ = signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGINT);
    });
    Ok(open_again(global, at, limits)?.leak_engine()?)
}

/// The same for a command that opens several.
fn open_again(
    global: &GlobalArgs,
    at: &SnapshotArgs,
    limits: EngineLimits,
) -> Result<Catalog, CliFailure> {
    Ok(Catalog::open_within(&global.catalog, at.snapshot, limits)?.with_saved(SAVED_VIEWS))
}

/// What SQL can name beside the tables: `cohorts.NAME` and `splits.NAME`.
const SAVED_VIEWS: &[SavedKind] = &[COHORT_VIEWS, SPLIT_VIEWS];

#[derive(Debug, Subcommand)]
enum CliCommand {
    Index(index::IndexArgs),
    Sample(sample::SampleArgs),
    Query(query::QueryArgs),
    Shell(shell::ShellArgs),
    Check(check::CheckArgs),
    Cohort(cohort::CohortArgs),
    Split(split::SplitArgs),
    Table1(table1::Table1Args),
    Manifest(manifest::ManifestArgs),
    Profile(profile::ProfileArgs),
    Render(render::RenderArgs),
    Schema(schema::SchemaArgs),
    Snapshot(snapshot::SnapshotCommandArgs),
}

/// Subcommands that read no catalog.
const WITHOUT_CATALOG: &[&str] = &["sample", "profile", "schema"];

/// The whole grammar; `--catalog` is in the help of those subcommands alone that read or write one.
fn command() -> clap::Command {
    let command = Cli::command();
    let catalog = command.get_arguments().find(|arg| arg.get_id() == "catalog");
    let Some(hidden) = catalog.map(|arg| arg.clone().hide(true)) else { return command };
    WITHOUT_CATALOG.iter().fold(command, |command, name| {
        command.mut_subcommand(name, |subcommand| subcommand.arg(hidden.clone()))
    })
}

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    let matches = command().get_matches();
    let mut cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    // A file that may not grow further (`ulimit -f`) is an error to tell, not a death.
    let limit = signal_hook::consts::SIGXFSZ;
    let _ = signal_hook::flag::register(limit, std::sync::Arc::default());
    match cli.global.configure(&matches).and_then(|()| run(cli)) {
        Ok(ExitOutcome::Done) => ExitCode::SUCCESS,
        Ok(ExitOutcome::WithErrors) => ExitCode::from(1),
        Err(failure) => {
            output::complain(&failure.to_string());
            let mut said = failure.to_string();
            let mut cause = failure.source();
            while let Some(error) = cause {
                // Many errors name their cause themselves.
                if !said.contains(&error.to_string()) {
                    said = error.to_string();
                    eprintln!("  because: {}", escape::lines(&said));
                }
                cause = error.source();
            }
            ExitCode::from(2)
        }
    }
}

/// Runs a subcommand for one that runs already, on the same catalog.
fn again(catalog: &Path, words: &[&str]) -> Result<(), CliFailure> {
    let words = std::iter::once("mammodex").chain(words.iter().copied());
    let mut cli = Cli::try_parse_from(words).map_err(|error| {
        let text = error.to_string();
        let what = text.split("\n\n").next().unwrap_or_default();
        what.trim_start_matches("error: ").to_owned()
    })?;
    cli.global.catalog = catalog.to_owned();
    // What it has to say beside its result, it has said.
    run(cli).map(|_| ())
}

fn run(cli: Cli) -> Result<ExitOutcome, CliFailure> {
    match cli.command {
        CliCommand::Check(request) => check::run(&cli.global, &request),
        CliCommand::Cohort(request) => cohort::run(&cli.global, request),
        CliCommand::Manifest(request) => manifest::run(&cli.global, request),
        CliCommand::Query(request) => query::run(&cli.global, &request),
        CliCommand::Index(request) => index::run(request, &cli.global),
        CliCommand::Render(request) => render::run(&cli.global, request),
        CliCommand::Profile(request) => profile::run(request),
        CliCommand::Sample(request) => sample::run(&request),
        CliCommand::Schema(request) => schema::run(&request),
        CliCommand::Shell(request) => shell::run(&cli.global, &request),
        CliCommand::Split(request) => split::run(&cli.global, request),
        CliCommand::Table1(request) => table1::run(&cli.global, request),
        CliCommand::Snapshot(request) => snapshot::run(&cli.global, request),
    }
}
