//! The actions on splits.

use clap::{Args, Subcommand};

use super::super::context::CommandContext;
use super::super::outcome::{CliFailure, ExitOutcome};
use super::{create, show};

/// Create, show, check, list and drop splits: the patients of a cohort assigned to parts.
///
/// A split is saved in the catalog's folder as NAME.parquet and NAME.toml, and is in every query as
/// splits.NAME: the patients with their part, those excluded with the reason.
#[derive(Debug, Args)]
pub struct SplitArgs {
    #[command(subcommand)]
    action: SplitAction,
}

#[derive(Debug, Subcommand)]
enum SplitAction {
    Create(Box<create::SplitCreateArgs>),
    Show(show::SplitShowArgs),
    Check(show::SplitCheckArgs),
    List(show::SplitListArgs),
    Drop(show::SplitDropArgs),
}

pub fn run(context: &CommandContext, request: SplitArgs) -> Result<ExitOutcome, CliFailure> {
    match request.action {
        SplitAction::Create(request) => create::create(context, &request),
        SplitAction::Show(request) => show::show(context, &request),
        SplitAction::Check(request) => show::check(context, &request),
        SplitAction::List(request) => show::list(context, &request),
        SplitAction::Drop(request) => show::delete(context, &request),
    }
}
