//! `mammodex audit`: what is left of the identity of patients in a finished data set.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::context::{CommandContext, SnapshotArgs};
use super::outcome::{CliFailure, ExitOutcome};
use super::output::OutputArgs;
use super::printer::note;
use crate::audit::{self, AuditReport, VendorRows};
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
    mammodex audit --fail-on warning -o audit.csv")]
pub struct AuditArgs {
    /// Least severity that makes the exit code 1.
    #[arg(long, value_enum, default_value_t = SeverityArg::Error, value_name = "SEVERITY")]
    fail_on: SeverityArg,
    /// Count attributes of headers by vendor.
    #[arg(long)]
    by_vendor: bool,
    /// Folder of the data set, if it was moved since it was indexed.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
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
    let catalog = context.open(&args.at)?;
    let root = args.root.unwrap_or_else(|| PathBuf::from(&catalog.snapshot().root));
    let rows = if args.by_vendor { VendorRows::Each } else { VendorRows::Together };
    let bar = progress();
    let report = audit::audit(&catalog, &root, rows, &|| bar.inc(1))?;
    bar.finish_and_clear();
    args.output.write(context, &report.table()?)?;
    sum_up(&report);
    let is_bad = report.reaches(args.fail_on.into());
    Ok(if is_bad { ExitOutcome::WithErrors } else { ExitOutcome::Done })
}

fn progress() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("reading headers {pos}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}

fn sum_up(report: &AuditReport) {
    let of = |severity, noun| counted(report.count(severity), noun);
    note!(
        "{}: {}, {}, {} of severity info",
        counted(report.files, "DICOM file"),
        of(Severity::Error, "error"),
        of(Severity::Warning, "warning"),
        report.count(Severity::Info)
    );
    note!("what cannot be seen is not covered: text in pixels and unusual names need a reader");
}
