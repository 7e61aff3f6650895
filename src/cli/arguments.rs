//! The command line's grammar.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};

use super::{
    agreement, audit, check, cohort, completions, demo, explain, export, help, index, licenses,
    link, man, manifest, plan, profile, query, render, report, review, sample, scan, schema, shell,
    shortcuts, snapshot, split, table1,
};
use crate::language::Language;

/// A Parquet catalog and SQL engine for mammography data sets.
#[derive(Debug, Parser)]
#[command(name = "mammodex", version, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    pub catalog: CatalogArgs,
    /// Language of help, messages, descriptions and reports [default: that of the locale].
    #[arg(long, global = true, value_enum, value_name = "LANGUAGE")]
    pub lang: Option<Language>,
    #[command(subcommand)]
    pub command: CliCommand,
}

/// The catalog.
#[derive(Debug, Clone, Args)]
pub struct CatalogArgs {
    /// Folder of the catalog, or its address: s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or az://CONTAINER/PREFIX.
    #[arg(
        long,
        global = true,
        env = "MAMMODEX_CATALOG",
        hide_env_values = true,
        default_value = "catalog",
        value_name = "DIR|ADDRESS"
    )]
    pub catalog: PathBuf,
}

/// A subcommand with its arguments.
#[derive(Debug, Subcommand)]
pub enum CliCommand {
    Agreement(agreement::AgreementArgs),
    Audit(audit::AuditArgs),
    Index(index::IndexArgs),
    Plan(plan::PlanArgs),
    Scan(scan::ScanArgs),
    Link(link::LinkArgs),
    Sample(sample::SampleArgs),
    Query(query::QueryArgs),
    Shell(shell::ShellArgs),
    Check(check::CheckArgs),
    Cohort(cohort::CohortArgs),
    Split(split::SplitArgs),
    Table1(table1::Table1Args),
    Manifest(manifest::ManifestArgs),
    Explain(explain::ExplainArgs),
    Export(export::ExportArgs),
    Profile(profile::ProfileArgs),
    Render(render::RenderArgs),
    Report(report::ReportArgs),
    Review(review::ReviewArgs),
    Licenses(licenses::LicensesArgs),
    Schema(schema::SchemaArgs),
    Shortcuts(shortcuts::ShortcutsArgs),
    Snapshot(snapshot::SnapshotCommandArgs),
    Demo(demo::DemoArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// Subcommands without a catalog.
const WITHOUT_CATALOG: &[&str] =
    &["sample", "plan", "scan", "profile", "licenses", "demo", "completions", "man"];

/// Whether the subcommand of these arguments works with a catalog.
pub fn uses_catalog(matches: &clap::ArgMatches) -> bool {
    matches.subcommand_name().is_some_and(|name| !WITHOUT_CATALOG.contains(&name))
}

/// Returns the whole grammar in the language of this run.
pub fn command() -> clap::Command {
    help::localize(grammar())
}

/// Returns the whole grammar in English; only subcommands that use a catalog show `--catalog` in their help.
pub fn grammar() -> clap::Command {
    let command = Cli::command();
    let catalog = command.get_arguments().find(|argument| argument.get_id() == "catalog");
    let Some(hidden) = catalog.map(|argument| argument.clone().hide(true)) else { return command };
    WITHOUT_CATALOG.iter().fold(command, |command, name| {
        command.mut_subcommand(name, |subcommand| subcommand.arg(hidden.clone()))
    })
}
