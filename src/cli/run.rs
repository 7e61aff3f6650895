//! The command that the arguments name, and the exit code.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::parser::ValueSource;
use clap::{FromArgMatches, Parser};

use super::arguments::{self, Cli, CliCommand};
use super::config::UserConfig;
use super::context::CommandContext;
use super::language::language_of_run;
use super::outcome::{CliFailure, ExitOutcome};
use super::printer::{Printer, complain, note};
use super::{
    agreement, audit, check, cohort, completions, config, demo, explain, export, help, index,
    licenses, link, man, manifest, plan, profile, query, render, report, review, sample, scan,
    schema, shell, shortcuts, signals, snapshot, split, table1,
};
use crate::catalog::EngineLimits;
use crate::language;
use crate::mirror::{CatalogMirror, MirrorUse};
use crate::remote::RemoteAddress;
use crate::sources::source_root::SourceRoot;

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    match run_arguments() {
        Ok(ExitOutcome::Done) => ExitCode::SUCCESS,
        Ok(ExitOutcome::WithErrors) => ExitCode::from(1),
        Err(failure) => {
            report_failure(&failure);
            ExitCode::from(2)
        }
    }
}

fn run_arguments() -> Result<ExitOutcome, CliFailure> {
    // The help of a broken configuration must still be readable.
    let config = config::load();
    let configured = config.as_ref().ok().and_then(|config| config.lang);
    language::choose(language_of_run(std::env::args_os().skip(1), configured)?);
    let matches = arguments::command().try_get_matches().unwrap_or_else(|error| help::exit(&error));
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| help::exit(&error));
    signals::prepare();
    if !matches!(cli.command, CliCommand::Shell(_)) {
        signals::end_on_interrupt();
    }
    let is_given = matches.value_source("catalog") != Some(ValueSource::DefaultValue);
    let mut context = context(cli.catalog.catalog, is_given, config?);
    context.is_language_given = cli.lang.is_some();
    if SourceRoot::is_address(&context.catalog) && arguments::uses_catalog(&matches) {
        open_stored(&mut context, &cli.command)?;
    }
    run(&context, cli.command)
}

/// Opens a catalog in a store as a folder for this run.
fn open_stored(context: &mut CommandContext, command: &CliCommand) -> Result<(), CliFailure> {
    let purpose = match command {
        CliCommand::Index(_) | CliCommand::Link(_) => MirrorUse::Publish,
        CliCommand::Review(_) => {
            return Err(
                "review saves verdicts while it runs, which needs a catalog in a folder".into()
            );
        }
        _ => MirrorUse::Read,
    };
    let text = context.catalog.to_str().unwrap_or_default();
    let Some(address) = RemoteAddress::parse(text)? else { return Ok(()) };
    let mirror = CatalogMirror::open(address, purpose)?;
    if matches!(command, CliCommand::Snapshot(_)) {
        mirror.fetch_all()?;
    }
    context.catalog = mirror.folder().to_owned();
    context.stored = Some(Arc::new(mirror));
    Ok(())
}

/// Takes what the arguments leave open from the user's `config.toml`.
fn context(catalog: PathBuf, is_given: bool, config: UserConfig) -> CommandContext {
    let default = config.catalog.clone().filter(|_| !is_given);
    let catalog = default.unwrap_or(catalog);
    CommandContext {
        catalog,
        stored: None,
        config,
        language: language::chosen(),
        is_language_given: false,
        printer: Printer::new(),
        limits: EngineLimits::default(),
    }
}

/// Writes an error with its causes.
fn report_failure(failure: &CliFailure) {
    let mut message = failure.to_string();
    complain(&message);
    let mut cause = failure.source();
    while let Some(error) = cause {
        // Many errors name their cause themselves.
        if !message.contains(&error.to_string()) {
            message = error.to_string();
            note!("  because: {message}");
        }
        cause = error.source();
    }
}

/// Runs a subcommand that was typed at the prompt, on the catalog that is open there. Returns what it
/// wrote as data when that is to be captured.
fn run_typed(
    context: &CommandContext,
    catalog: &Path,
    words: &[&str],
    capture: bool,
) -> Result<String, CliFailure> {
    let words = std::iter::once("mammodex").chain(words.iter().copied());
    let cli = Cli::try_parse_from(words).map_err(|error| {
        let text = error.to_string();
        let first = text.split("\n\n").next().unwrap_or_default();
        first.trim_start_matches("error: ").to_owned()
    })?;
    let mut typed = context.capturing(catalog);
    typed.language = cli.lang.unwrap_or(context.language);
    typed.is_language_given |= cli.lang.is_some();
    if !capture {
        typed.printer = Printer::new();
    }
    // Its messages are on stderr already; the prompt has no exit code.
    run(&typed, cli.command)?;
    Ok(typed.printer.into_text())
}

/// Runs a subcommand of the demonstration.
fn run_step(context: &CommandContext, words: &[&str]) -> Result<ExitOutcome, CliFailure> {
    let words = std::iter::once("mammodex").chain(words.iter().copied());
    run(context, Cli::try_parse_from(words)?.command)
}

/// Runs a subcommand, and puts what it saved into the store of the catalog.
fn run(context: &CommandContext, command: CliCommand) -> Result<ExitOutcome, CliFailure> {
    let outcome = run_command(context, command)?;
    context.stored.as_ref().map_or(Ok(()), |stored| stored.publish())?;
    Ok(outcome)
}

fn run_command(context: &CommandContext, command: CliCommand) -> Result<ExitOutcome, CliFailure> {
    match command {
        CliCommand::Check(request) => check::run(context, &request),
        CliCommand::Cohort(request) => cohort::run(context, request),
        CliCommand::Manifest(request) => manifest::run(context, request),
        CliCommand::Explain(request) => explain::run(context, &request),
        CliCommand::Export(request) => export::run(context, request),
        CliCommand::Query(request) => query::run(context, &request),
        CliCommand::Index(request) => index::run(context, request),
        CliCommand::Plan(request) => plan::run(request),
        CliCommand::Scan(request) => scan::run(request),
        CliCommand::Link(request) => link::run(context, request),
        CliCommand::Licenses(_) => licenses::run(context),
        CliCommand::Profile(request) => profile::run(context, request),
        CliCommand::Sample(request) => sample::run(context, &request),
        CliCommand::Render(request) => render::run(context, request),
        CliCommand::Report(request) => report::run(context, request),
        CliCommand::Review(request) => review::run(context, request),
        CliCommand::Schema(request) => schema::run(context, &request),
        CliCommand::Shell(request) => shell::run(context, &request, run_typed),
        CliCommand::Shortcuts(request) => shortcuts::run(context, request),
        CliCommand::Split(request) => split::run(context, request),
        CliCommand::Audit(request) => audit::run(context, request),
        CliCommand::Agreement(request) => agreement::run(context, request),
        CliCommand::Table1(request) => table1::run(context, request),
        CliCommand::Snapshot(request) => snapshot::run(context, request),
        CliCommand::Demo(request) => demo::run(context, &request, run_step),
        CliCommand::Completions(request) => {
            completions::run(context, &request, arguments::command())
        }
        CliCommand::Man(request) => man::run(context, &request, arguments::command()),
    }
}
