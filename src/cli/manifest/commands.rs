//! The actions on manifests.

use clap::{Args, Subcommand};

use super::super::context::CommandContext;
use super::super::outcome::{CliFailure, ExitOutcome};

use super::{create, verify};

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

pub fn run(context: &CommandContext, request: ManifestArgs) -> Result<ExitOutcome, CliFailure> {
    match request.action {
        ManifestAction::Create(request) => create::run(context, *request),
        ManifestAction::Verify(request) => verify::run(context, &request),
    }
}
