//! `mammodex index`: a data set into the catalog.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::context::CommandContext;
use super::outcome::{CliFailure, ExitOutcome};
use crate::index::snapshot::Publication;
use crate::index::{self, FileSelection, IndexProgress, IndexReport, OnErrors, OnLoss, ReadDepth};
use crate::records::issue::Severity;
use crate::results::escape;

/// Index a data set: DICOM headers, clinical tables and annotations become Parquet tables.
///
/// A file that cannot be read never stops the run: it is a row of `issues` and of `sources`. The
/// exit code is 1 when errors were recorded.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mammodex index /data/ncc --catalog /data/catalog\n  \
    find . -name '*.dcm' | mammodex index . --files-from -\n  \
    mammodex index /data/ncc --files-from train.csv\n  \
    mammodex index /data/ncc --tags Grid,ExposureControlMode,CompressionForce")]
pub struct IndexArgs {
    /// Folder of the data set; only read.
    dataset: PathBuf,
    /// How the data set is laid out: ncc, ncc-tool, cmmd, inbreast, generic, or a file; the one that
    /// fits when left out.
    #[arg(long, value_name = "FILE|NAME")]
    profile: Option<String>,
    /// Look at these files alone: a list of paths, one a line, or CSV, JSON lines or Parquet with a
    /// column `path`, such as a manifest; `-` is stdin. Paths are relative to DATASET, or absolute.
    #[arg(long, value_name = "LIST")]
    files_from: Option<PathBuf>,
    /// Further attributes of the headers, by keyword: rows of the table `tags`. Those that may
    /// identify someone are refused.
    #[arg(long, value_name = "KEYWORD,...", value_delimiter = ',')]
    tags: Vec<String>,
    /// Read every image to its end and hash its pixels into `images.pixel_hash`, which finds copies; a
    /// hash stays with its file until that changes.
    #[arg(long)]
    hash_pixels: bool,
    /// Threads; as many as there are processors when left out.
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Keep the previous snapshot when errors are found.
    #[arg(long)]
    strict: bool,
    /// Replace the current snapshot even when most of it would vanish, or it is of another folder.
    #[arg(long)]
    force: bool,
}

pub(super) fn run(context: &CommandContext, request: IndexArgs) -> Result<ExitOutcome, CliFailure> {
    let jobs = request.jobs.unwrap_or(0);
    rayon::ThreadPoolBuilder::new().num_threads(jobs).build_global()?;
    let on_errors = if request.strict { OnErrors::Keep } else { OnErrors::Publish };
    let on_loss = if request.force { OnLoss::Replace } else { OnLoss::Refuse };
    let request = index::IndexRequest {
        dataset: request.dataset,
        catalog: context.catalog.clone(),
        files: request.files_from.map_or(FileSelection::All, FileSelection::Listed),
        tags: request.tags,
        depth: if request.hash_pixels { ReadDepth::Pixels } else { ReadDepth::Header },
        profile: request.profile,
        on_errors,
        on_loss,
    };
    let bar = IndexProgressBar::new();
    let report = index::run(&request, &bar)?;
    bar.0.finish_and_clear();
    let mut out = std::io::stderr().lock();
    tell(&mut out, &report, &request)?;
    Ok(if report.count(Severity::Error) > 0 { ExitOutcome::WithErrors } else { ExitOutcome::Done })
}

struct IndexProgressBar(ProgressBar);

impl IndexProgressBar {
    fn new() -> Self {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::new(0)
        } else {
            ProgressBar::hidden()
        };
        let style =
            ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} files, {eta}");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self(bar)
    }
}

impl IndexProgress for IndexProgressBar {
    fn found(&self, files: usize) {
        self.0.set_length(files as u64);
    }

    fn done(&self, files: usize) {
        self.0.inc(files as u64);
    }
}

fn tell(
    out: &mut impl Write,
    report: &IndexReport,
    request: &index::IndexRequest,
) -> std::io::Result<()> {
    let rows = |table: &str| report.rows.get(table).copied().unwrap_or(0);
    writeln!(
        out,
        "{} files ({} read), profile {}: {} patients, {} images, {} annotations, {} lesions",
        report.files,
        report.read,
        report.profile,
        rows("patients"),
        rows("images"),
        rows("annotations"),
        rows("lesions"),
    )?;
    for ((severity, code), count) in report.findings.iter().rev() {
        writeln!(out, "  {severity:<7} {count:>7}  {code}")?;
    }
    write_ignored(out, report)?;
    let catalog = request.catalog.display();
    match &report.published {
        None => tell_unpublished(out, report),
        Some(Publication::New(snapshot)) => {
            writeln!(out, "snapshot {} is in {catalog}/current", snapshot.id)
        }
        Some(Publication::Unchanged(snapshot)) => {
            writeln!(out, "nothing changed: snapshot {} stays in {catalog}/current", snapshot.id)
        }
    }?;
    if !report.findings.is_empty() && report.published.is_some() {
        let sql = "SELECT severity, code, file, place, message FROM issues";
        writeln!(out, "each finding: mammodex query --catalog {catalog} \"{sql}\"")?;
    }
    Ok(())
}

/// One line that counts the files that are ignored, by reason.
fn write_ignored(out: &mut impl Write, report: &IndexReport) -> std::io::Result<()> {
    /// Reasons that are listed.
    const MOST: usize = 5;
    if report.ignored.is_empty() {
        return Ok(());
    }
    let total: u64 = report.ignored.values().sum();
    let mut reasons: Vec<_> = report.ignored.iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let listed = reasons.iter().take(MOST);
    let listed: Vec<String> =
        listed.map(|(reason, count)| format!("{} ({count})", escape::visible(reason))).collect();
    let others: u64 = reasons.iter().skip(MOST).map(|(_, count)| **count).sum();
    let others = if others > 0 { format!("; other reasons ({others})") } else { String::new() };
    let files = if total == 1 { "file" } else { "files" };
    writeln!(out, "  ignored {total} {files}: {}{others}", listed.join("; "))
}

fn tell_unpublished(out: &mut impl Write, report: &IndexReport) -> std::io::Result<()> {
    for error in &report.errors {
        writeln!(out, "  {}", escape::visible(error))?;
    }
    let more = report.count(Severity::Error).saturating_sub(report.errors.len() as u64);
    if more > 0 {
        writeln!(out, "  and {more} more")?;
    }
    writeln!(
        out,
        "errors were found: the snapshot before stays (--strict); without it each is a row of issues"
    )
}
