//! `mammodex audit`: what is left of the identity of patients in a finished data set.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::context::{CommandContext, SnapshotArgs};
use super::data_set::data_set;
use super::destination;
use super::outcome::{CliFailure, ExitOutcome};
use super::output::OutputArgs;
use super::printer::note;
use crate::audit::{self, AuditReport, VendorRows};
use crate::disk::{WholeFile, io_error};
use crate::language::localized;
use crate::records::issue::Severity;
use crate::text::counted;

/// Audit the de-identification of the data set.
///
/// Reads the header of every DICOM file, nested and private attributes too, and counts the attributes
/// that DICOM PS3.15 annex E has removed, emptied or replaced, and that are filled in nevertheless; what
/// the headers state about their de-identification; roots of UIDs; ages;
/// burned-in annotations; names of files, folders, sheets and readers; properties of workbooks.
///
/// No value is shown, only names of attributes, kinds of text and counts: the result can be published. It
/// shows what can be seen, and proves nothing: text in pixels and unusual names need a reader.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex audit\n  \
    mammodex audit --summary audit.md --pixels look\n  \
    mammodex audit --fail-on warning -o audit.csv")]
pub struct AuditArgs {
    /// Least severity that makes the exit code 1.
    #[arg(long, value_enum, default_value_t = SeverityArg::Error, value_name = "SEVERITY")]
    fail_on: SeverityArg,
    /// Count attributes of headers by vendor.
    #[arg(long)]
    by_vendor: bool,
    /// Folder of the data set, if it was moved since it was indexed, or its address, which is read only if it is
    /// named here.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// New folder of a page with the parts of images in which burned-in text is likely. The page may show
    /// names: it is not for publication.
    #[arg(long, value_name = "DIR")]
    pixels: Option<PathBuf>,
    /// Markdown file of a summary in English and Korean that is safe to publish.
    #[arg(long, value_name = "FILE.md")]
    summary: Option<PathBuf>,
    /// Smallest count that the summary shows.
    #[arg(long, value_name = "N", default_value_t = 5, requires = "summary",
        value_parser = clap::value_parser!(u64).range(1..=1000))]
    min_cell: u64,
    #[command(flatten)]
    at: SnapshotArgs,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SeverityArg {
    Info,
    Warning,
    Error,
}

impl From<SeverityArg> for Severity {
    fn from(severity: SeverityArg) -> Self {
        match severity {
            SeverityArg::Info => Self::Info,
            SeverityArg::Warning => Self::Warning,
            SeverityArg::Error => Self::Error,
        }
    }
}

pub(super) fn run(context: &CommandContext, args: AuditArgs) -> Result<ExitOutcome, CliFailure> {
    args.output.check(context)?;
    for path in args.summary.iter().chain(&args.pixels) {
        destination::check_place(context, path, args.output.if_exists())?;
        destination::check_outside(path, args.root.as_deref())?;
    }
    if let Some(path) = &args.summary {
        let is_markdown = path.extension().is_some_and(|ending| ending == "md");
        destination::check_ending(path, is_markdown, &["md"])?;
    }
    let catalog = context.open(&args.at)?;
    let root = data_set(&catalog, args.root.as_deref())?;
    let rows = if args.by_vendor { VendorRows::Each } else { VendorRows::Together };
    let bar = progress("reading headers");
    let mut report = audit::audit(&catalog, &root, rows, &|| bar.inc(1))?;
    bar.finish_and_clear();
    if let Some(folder) = &args.pixels {
        let bar = progress("looking at images");
        let sheet = audit::border_sheet(&catalog, &root, folder, &|| bar.inc(1))?;
        bar.finish_and_clear();
        report.add(sheet.findings());
        let (candidates, images) = (sheet.candidates, counted(sheet.images, "image"));
        let place = folder.join("index.html");
        note!("{}: parts of {candidates} of {images}, not for publication", place.display());
    }
    if let Some(path) = &args.summary {
        let text = audit::audit_summary(&report, catalog.snapshot().id, args.min_cell);
        WholeFile::write(path, text.as_bytes()).map_err(io_error("write", path))?;
    }
    args.output.write(context, &report.table()?)?;
    sum_up(&report);
    let is_bad = report.reaches(args.fail_on.into());
    Ok(if is_bad { ExitOutcome::WithErrors } else { ExitOutcome::Done })
}

fn progress(what: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template(&format!("{} {{pos}}", localized(what)));
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}

fn sum_up(report: &AuditReport) {
    let findings = |severity, noun| counted(report.count(severity), noun);
    note!(
        "{}: {}, {}, {} of severity info",
        counted(report.files, "DICOM file"),
        findings(Severity::Error, "error"),
        findings(Severity::Warning, "warning"),
        report.count(Severity::Info)
    );
    note!("what cannot be seen is not covered: text in pixels and unusual names need a reader");
}
