//! `mammodex manifest`: the images of a cohort or split as a list that trainers read.

mod create;
mod verify;

use clap::{Args, Subcommand};

use super::{CliFailure, ExitOutcome, GlobalArgs};

/// Create and verify manifests: the images of a cohort or split, for model training.
#[derive(Debug, Args)]
pub struct ManifestArgs {
    #[command(subcommand)]
    action: ManifestAction,
}

#[derive(Debug, Subcommand)]
enum ManifestAction {
    Create(Box<create::ManifestCreateArgs>),
    Verify(verify::ManifestVerifyArgs),
}

pub(super) fn run(global: &GlobalArgs, request: ManifestArgs) -> Result<ExitOutcome, CliFailure> {
    match request.action {
        ManifestAction::Create(request) => create::run(global, *request),
        ManifestAction::Verify(request) => verify::run(global, &request),
    }
}
