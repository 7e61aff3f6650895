//! The subcommands of `mammodex snapshot`.

use clap::{Args, Subcommand};

use super::super::context::CommandContext;
use super::super::outcome::{CliFailure, ExitOutcome};
use super::{diff, list, retention};

/// List, show, compare, restore, prune and verify the snapshots of a catalog.
///
/// Every run of `mammodex index` that finds a change publishes a new snapshot; older ones stay, and
/// --snapshot N reads one of them.
#[derive(Debug, Args)]
pub struct SnapshotCommandArgs {
    #[command(subcommand)]
    action: SnapshotAction,
}

#[derive(Debug, Subcommand)]
enum SnapshotAction {
    List(list::SnapshotListArgs),
    Show(list::SnapshotShowArgs),
    Diff(diff::SnapshotDiffArgs),
    Restore(retention::SnapshotRestoreArgs),
    Prune(retention::SnapshotPruneArgs),
    Verify(retention::SnapshotVerifyArgs),
}

/// Runs a subcommand.
pub fn run(
    context: &CommandContext,
    request: SnapshotCommandArgs,
) -> Result<ExitOutcome, CliFailure> {
    match request.action {
        SnapshotAction::List(request) => list::list(context, &request),
        SnapshotAction::Show(request) => list::show(context, &request),
        SnapshotAction::Diff(request) => diff::run(context, &request),
        SnapshotAction::Restore(request) => retention::restore(context, &request),
        SnapshotAction::Prune(request) => retention::prune(context, &request),
        SnapshotAction::Verify(request) => retention::verify(context, &request),
    }
}
