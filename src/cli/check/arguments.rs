//! The arguments of `mammodex check`.

use clap::{Args, Subcommand};

use super::output::CheckOutputArgs;
use super::waive::WaiveArgs;
use crate::cli::context::SnapshotArgs;

/// Check the catalog for contradictions, such as a contour on the healthy side.
///
/// Without NAME, lists the checks that fail with the number of rows that break each, and counts the
/// others; as CSV, JSON or Parquet every check, with the numbers of its rows and of those that it applies
/// to. With NAME, lists those rows. The exit code is 1 if a check of severity error fails; with --since, if
/// one has new rows.
///
/// Checks are rules of the program, facts about columns (their names have dots), and the files of the
/// catalog's own folder `checks`. Findings about single files and cells are in the table issues.
/// docs/checks.md explains both.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_long_help = "Examples:\n  \
    mammodex check\n  \
    mammodex check t-against-size -o doubtful.csv\n  \
    mammodex check --sql images.kvp_kv.range\n  \
    mammodex check --since 3\n  \
    mammodex check --format junit -o checks.xml\n  \
    mammodex check waive patients.age_years.range --reason \"confirmed by the hospital\""
)]
pub struct CheckArgs {
    /// Names of the checks whose rows are shown.
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// List every check, also those that pass or do not apply.
    #[arg(long)]
    pub all: bool,
    /// Print the SQL of the rows instead of the rows.
    #[arg(long, requires = "names")]
    pub sql: bool,
    /// Compare the rows with those of an older snapshot: new, gone, same.
    #[arg(long, value_name = "N", conflicts_with_all = ["all", "sql"])]
    pub since: Option<u32>,
    #[command(flatten)]
    pub output: CheckOutputArgs,
    #[command(flatten)]
    pub at: SnapshotArgs,
    #[command(subcommand)]
    pub command: Option<CheckCommand>,
}

/// What is done with checks beside running them.
#[derive(Debug, Subcommand)]
pub enum CheckCommand {
    /// Accept the rows of a check, with the reason.
    Waive(WaiveArgs),
}
