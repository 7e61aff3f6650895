//! `mammodex link`: shards into the catalog.

use std::path::PathBuf;

use clap::Args;

use super::context::CommandContext;
use super::index::report_run;
use super::index_arguments::{DataSetArgs, PublishArgs, ReadArgs, with_progress};
use super::outcome::{CliFailure, ExitOutcome};
use super::printer::note;
use crate::index::{self, FileSelection, IndexRequest, LinkRequest, OnGap, ReadDepth};
use crate::text::counted;

/// Link shards into a catalog: images come from the shards, tables and annotations from the data set.
///
/// The tables are those of `index`, byte for byte, whatever the number and order of shards. Files of the data set
/// that no shard covers, or that have changed since, end the run, and the current snapshot stays.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mammodex link /data/ncc shards --catalog /data/catalog\n  \
    mammodex link /data/ncc shards/0* shards/retry --uncovered rest.jsonl")]
pub struct LinkArgs {
    #[command(flatten)]
    source: DataSetArgs,
    /// Folders of shards, or folders that hold such.
    #[arg(required = true, value_name = "SHARD")]
    shards: Vec<PathBuf>,
    /// Name or file of the profile of the shards [default: the built-in one of the name in the shards].
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<String>,
    /// File of the key of pseudonyms with which the shards were scanned
    /// [default: ~/.local/share/mammodex/pseudonym.key].
    #[arg(long, value_name = "FILE", env = "MAMMODEX_PSEUDONYM_KEY", hide_env_values = true)]
    pseudonym_key: Option<PathBuf>,
    /// List of the only files of the data set to index, as for `index`.
    #[arg(long, value_name = "LIST")]
    files_from: Option<PathBuf>,
    /// Read files that no shard covers instead of refusing them.
    #[arg(long)]
    read_uncovered: bool,
    /// File to which the paths of files that no shard covers are written, as a list for `scan`.
    #[arg(long, value_name = "LIST")]
    uncovered: Option<PathBuf>,
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    publish: PublishArgs,
}

pub(super) fn run(context: &CommandContext, request: LinkArgs) -> Result<ExitOutcome, CliFailure> {
    request.read.start_threads()?;
    let form = request.publish.progress;
    let on_uncovered = if request.read_uncovered { OnGap::Read } else { OnGap::Refuse };
    let index = IndexRequest {
        dataset: request.source.dataset,
        catalog: context.catalog.clone(),
        files: request.files_from.map_or(FileSelection::All, FileSelection::Listed),
        // Those of the shards replace them.
        tags: Vec::new(),
        depth: ReadDepth::Header,
        profile: request.profile,
        pseudonym_key: request.pseudonym_key,
        requests: request.read.requests.into(),
        on_errors: request.publish.on_errors(),
        on_loss: request.publish.on_loss(),
    };
    let (shards, uncovered) = (request.shards, request.uncovered);
    let request = LinkRequest { shards, index, on_uncovered, uncovered };
    let (mut shards, mut unfinished) = (0, Vec::new());
    let report = with_progress(context, form, |progress| {
        let report = index::link(&request, progress)?;
        (shards, unfinished) = (report.shards, report.unfinished);
        Ok(report.index)
    })?;
    for folder in &unfinished {
        note!("{} is not a finished shard and is ignored", folder.display());
    }
    note!("{} linked", counted(shards as u64, "shard"));
    if report.gone > 0 {
        note!("shards hold {} that the data set no longer has", counted(report.gone, "file"));
    }
    report_run(&report, &context.shown_catalog())
}
