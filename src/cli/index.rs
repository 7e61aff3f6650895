//! `mammodex index`: a data set into the catalog.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::context::CommandContext;
use super::index_arguments::{DataSetArgs, PublishArgs, ReadArgs, with_progress};
use super::outcome::{CliFailure, ExitOutcome};
use super::printer::write_note;
use crate::index::snapshot::Publication;
use crate::index::{self, FileSelection, IndexReport, ReadDepth};
use crate::records::issue::Severity;
use crate::results::escape;
use crate::text::counted;

/// Index a data set: DICOM headers, clinical tables and annotations become Parquet tables.
///
/// A file that cannot be read never stops the run: it is a row of `issues` and of `sources`. The
/// exit code is 1 if there are findings of severity error.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mammodex index /data/ncc --catalog /data/catalog\n  \
    find . -name '*.dcm' | mammodex index . --files-from -\n  \
    mammodex index /data/ncc --files-from train.csv\n  \
    mammodex index s3://clinic/ncc --catalog /data/catalog\n  \
    mammodex index /data/ncc --tags Grid,ExposureControlMode,CompressionForce")]
pub struct IndexArgs {
    #[command(flatten)]
    source: DataSetArgs,
    /// Name or file of the profile: ncc, ncc-tool, cmmd, inbreast, generic, or FILE [default: the one
    /// that fits].
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<String>,
    /// File of the key of pseudonyms, outside catalog and data set, for profiles that replace patient
    /// IDs; created if it does not exist [default: ~/.local/share/mammodex/pseudonym.key].
    #[arg(long, value_name = "FILE", env = "MAMMODEX_PSEUDONYM_KEY", hide_env_values = true)]
    pseudonym_key: Option<PathBuf>,
    /// List of the only files to index: one path per line, or CSV, JSON lines, Excel or Parquet with a
    /// column `path`, such as a manifest; `-` is standard input. Paths are relative to DATASET or absolute.
    #[arg(long, value_name = "LIST")]
    files_from: Option<PathBuf>,
    /// DICOM keywords of additional attributes, which become rows of the table `tags`; those that may
    /// identify a person are refused.
    #[arg(long, value_name = "KEYWORD,…", value_delimiter = ',')]
    tags: Vec<String>,
    /// Hash the pixels of every image into `images.pixel_hash`, which finds copies; unchanged files are not
    /// read again.
    #[arg(long)]
    hash_pixels: bool,
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    publish: PublishArgs,
}

pub(super) fn run(context: &CommandContext, request: IndexArgs) -> Result<ExitOutcome, CliFailure> {
    request.read.start_threads()?;
    let PublishArgs { progress, .. } = request.publish;
    let request = index::IndexRequest {
        dataset: request.source.dataset,
        catalog: context.catalog.clone(),
        files: request.files_from.map_or(FileSelection::All, FileSelection::Listed),
        tags: request.tags,
        depth: if request.hash_pixels { ReadDepth::Pixels } else { ReadDepth::Header },
        profile: request.profile,
        pseudonym_key: request.pseudonym_key,
        requests: request.read.requests.into(),
        on_errors: request.publish.on_errors(),
        on_loss: request.publish.on_loss(),
    };
    let report = with_progress(context, progress, |progress| index::run(&request, progress))?;
    report_run(&report, &context.shown_catalog())
}

/// Notes what a run found, and where its snapshot is. Returns how it ended.
pub(super) fn report_run(report: &IndexReport, catalog: &Path) -> Result<ExitOutcome, CliFailure> {
    let mut text = Vec::new();
    write_report(&mut text, report, catalog)?;
    write_note(String::from_utf8_lossy(&text).trim_end());
    Ok(if report.count(Severity::Error) > 0 { ExitOutcome::WithErrors } else { ExitOutcome::Done })
}

fn write_report(out: &mut impl Write, report: &IndexReport, catalog: &Path) -> std::io::Result<()> {
    let rows =
        |noun: &str| counted(report.rows.get(&format!("{noun}s")).copied().unwrap_or(0), noun);
    writeln!(
        out,
        "{} ({} read), profile {}: {}, {}, {}, {}",
        counted(report.files as u64, "file"),
        report.read,
        report.profile,
        rows("patient"),
        rows("image"),
        rows("annotation"),
        rows("lesion"),
    )?;
    for ((severity, code), count) in report.findings.iter().rev() {
        writeln!(out, "  {severity:<7} {count:>7}  {code}")?;
    }
    write_ignored(out, report)?;
    let catalog = catalog.display();
    match &report.published {
        None => write_unpublished(out, report),
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

/// Writes the number of ignored files, by reason, as one line.
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
    writeln!(out, "  ignored {}: {}{others}", counted(total, "file"), listed.join("; "))
}

fn write_unpublished(out: &mut impl Write, report: &IndexReport) -> std::io::Result<()> {
    for error in &report.errors {
        writeln!(out, "  {}", escape::visible(error))?;
    }
    let more = report.count(Severity::Error).saturating_sub(report.errors.len() as u64);
    if more > 0 {
        writeln!(out, "  and {more} more")?;
    }
    writeln!(
        out,
        "errors were found: --strict keeps the previous snapshot; without it each is a row of issues"
    )
}
