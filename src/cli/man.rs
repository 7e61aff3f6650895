//! `mammodex man`: manual pages.

use std::path::PathBuf;

use clap::Args;

use super::context::CommandContext;
use super::destination::{self, IfFileExists};
use super::outcome::{CliFailure, ExitOutcome};
use super::printer::note;
use crate::disk::WholeFolder;
use crate::text::counted;

/// Write the manual pages, one per subcommand.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    mammodex man pages && man -l pages/mammodex-index.1")]
pub struct ManArgs {
    /// Folder to write to, which is empty or does not exist.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(super) fn run(
    context: &CommandContext,
    request: &ManArgs,
    grammar: clap::Command,
) -> Result<ExitOutcome, CliFailure> {
    destination::check_place(context, &request.folder, IfFileExists::Fail)?;
    let refused = |error| format!("cannot write {}: {error}", request.folder.display());
    let folder = WholeFolder::create(&request.folder).map_err(refused)?;
    clap_mangen::generate_to(grammar, folder.path()).map_err(refused)?;
    let pages = std::fs::read_dir(folder.path()).map_err(refused)?.count();
    folder.finish().map_err(refused)?;
    note!("{}: {}", request.folder.display(), counted(pages as u64, "page"));
    Ok(ExitOutcome::Done)
}
