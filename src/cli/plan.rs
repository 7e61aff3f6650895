//! `mammodex plan`: lists of files for scans on several machines.

use std::path::PathBuf;

use clap::Args;

use super::index_arguments::DataSetArgs;
use super::outcome::{CliFailure, ExitOutcome};
use super::printer::note;
use crate::index::{self, FileSelection, PlanDivision, PlanRequest};
use crate::results::escape;
use crate::text::counted;

/// Divide a data set into lists of files for `scan`.
///
/// The files of a case, as far as paths name it, and the members of an archive are in one list. Tables and
/// annotations are in none: `link` reads them.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mammodex plan /data/ncc --shards 100 --profile ncc -o plan\n  \
    mammodex plan /data/ncc --size 100000 -o plan")]
pub struct PlanArgs {
    #[command(flatten)]
    source: DataSetArgs,
    /// Number of lists.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    #[arg(required_unless_present = "size", conflicts_with = "size")]
    shards: Option<u32>,
    /// Most files of a list; a case or an archive with more is a list of its own.
    #[arg(long, value_name = "FILES", value_parser = clap::value_parser!(u32).range(1..))]
    size: Option<u32>,
    /// Name or file of the profile, whose rules find the cases in paths [default: the one that fits].
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<String>,
    /// List of the only files to divide, as for `index`.
    #[arg(long, value_name = "LIST")]
    files_from: Option<PathBuf>,
    /// Folder of the lists, which does not exist yet: 00000.jsonl, 00001.jsonl, … and plan.json.
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Most files that are looked up at a time, where the storage keeps requests waiting.
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u16).range(1..=4096))]
    requests: u16,
}

pub(super) fn run(request: PlanArgs) -> Result<ExitOutcome, CliFailure> {
    let division = match (request.shards, request.size) {
        (Some(shards), _) => PlanDivision::Shards(shards),
        (None, size) => PlanDivision::Size(size.unwrap_or(u32::MAX)),
    };
    let request = PlanRequest {
        dataset: request.source.dataset,
        output: request.output,
        files: request.files_from.map_or(FileSelection::All, FileSelection::Listed),
        division,
        profile: request.profile,
        requests: request.requests.into(),
    };
    let report = index::write_plan(&request)?;
    for error in &report.errors {
        let (path, error) = (escape::visible(&error.path), &error.error);
        note!("{path} cannot be looked at: {error}");
    }
    let (files, lists) =
        (counted(report.files as u64, "file"), counted(report.lists.into(), "list"));
    let (output, profile) = (request.output.display(), &report.profile);
    note!("{files} in {lists} in {output}, profile {profile}");
    if report.for_linking > 0 {
        note!("{} left to link", counted(report.for_linking as u64, "file"));
    }
    Ok(if report.errors.is_empty() { ExitOutcome::Done } else { ExitOutcome::WithErrors })
}
