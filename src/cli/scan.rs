//! `mammodex scan`: some files of a data set into a shard.

use std::path::PathBuf;

use clap::Args;

use super::index_arguments::{DataSetArgs, ReadArgs};
use super::index_progress::IndexProgressBar;
use super::outcome::{CliFailure, ExitOutcome};
use super::printer::note;
use crate::index::{self, FileSelection, OnExisting, ReadDepth, ScanReport, ScanRequest};
use crate::text::counted;

/// Scan files of a data set into a shard, which `link` joins with others.
///
/// Nothing else is needed on the machine, and nothing is remembered: the same files give the same bytes. A shard
/// of the same files that is there already stays, so that a scan can be repeated. The exit code is 1 if files
/// could not be read; other findings are reported by `link`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mammodex scan /data/ncc --profile ncc --files-from plan/00000.jsonl --into shards/00000\n  \
    mammodex scan /data/ncc --profile ncc --into shards/all")]
pub struct ScanArgs {
    #[command(flatten)]
    source: DataSetArgs,
    /// Name or file of the profile, the same for all shards.
    #[arg(long, value_name = "NAME|FILE")]
    profile: String,
    /// List of the only files to scan, such as one that `plan` wrote [default: all files].
    #[arg(long, value_name = "LIST")]
    files_from: Option<PathBuf>,
    /// Folder of the shard.
    #[arg(long, value_name = "SHARD")]
    into: PathBuf,
    /// File of the key of pseudonyms, for profiles that replace patient IDs: a copy of the same file for all
    /// shards [default: ~/.local/share/mammodex/pseudonym.key].
    #[arg(long, value_name = "FILE", env = "MAMMODEX_PSEUDONYM_KEY", hide_env_values = true)]
    pseudonym_key: Option<PathBuf>,
    /// DICOM keywords of additional attributes, the same for all shards.
    #[arg(long, value_name = "KEYWORD,…", value_delimiter = ',')]
    tags: Vec<String>,
    /// Hash the pixels of every image, in all shards or in none.
    #[arg(long)]
    hash_pixels: bool,
    #[command(flatten)]
    read: ReadArgs,
    /// Replace a shard of other files, or of an earlier state of them, in the same folder.
    #[arg(long)]
    force: bool,
}

pub(super) fn run(request: ScanArgs) -> Result<ExitOutcome, CliFailure> {
    request.read.start_threads()?;
    let request = ScanRequest {
        dataset: request.source.dataset,
        shard: request.into,
        files: request.files_from.map_or(FileSelection::All, FileSelection::Listed),
        tags: request.tags,
        depth: if request.hash_pixels { ReadDepth::Pixels } else { ReadDepth::Header },
        profile: request.profile,
        pseudonym_key: request.pseudonym_key,
        requests: request.read.requests.into(),
        on_existing: if request.force { OnExisting::Replace } else { OnExisting::Refuse },
    };
    let bar = IndexProgressBar::new();
    let report = index::scan_shard(&request, &bar)?;
    bar.end();
    write_report(&report, &request);
    Ok(if report.unread > 0 { ExitOutcome::WithErrors } else { ExitOutcome::Done })
}

fn write_report(report: &ScanReport, request: &ScanRequest) {
    let shard = request.shard.display();
    let (files, images) = (counted(report.files as u64, "file"), counted(report.images, "image"));
    if report.is_unchanged {
        note!("{files}, {images}: {shard} holds them already");
    } else {
        note!("{files} ({} read), {images}: the shard is in {shard}", report.read);
    }
    for ((severity, code), count) in report.findings.iter().rev() {
        note!("  {severity:<7} {count:>7}  {code}");
    }
    if report.for_linking > 0 {
        note!("{} left to link", counted(report.for_linking as u64, "file"));
    }
    if report.unread > 0 {
        let unread = counted(report.unread, "file");
        note!("{unread} could not be read: scan again, or let link try them");
    }
}
