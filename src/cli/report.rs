//! `mammodex report`: a data set as one page.

use std::path::{Path, PathBuf};

use clap::Args;

use super::case_pictures::FourViews;
use super::context::{CommandContext, SnapshotArgs};
use super::data_set::data_set;
use super::destination::{self, IfFileExists};
use super::outcome::{CliFailure, ExitOutcome};
use super::output_error::OutputError;
use super::printer::note;
use crate::catalog::{Catalog, EngineLimits};
use crate::cohort;
use crate::disk::WholeFile;
use crate::report::{self, ReportRequest, ReportSubject};
use crate::saved::SavedName;
use crate::split;

/// Report a data set, a cohort or a split as one HTML page.
///
/// The page needs no network and no script, and can be printed. It begins with a verdict: errors of the index,
/// failed checks, and what has changed since the snapshot before. Sections are grouped by the clusters of the
/// METRIC framework; a list at the end says which items of CLAIM the page answers. Each table has its SQL or
/// command to copy.
///
/// Counts of fewer patients than --min-cell are withheld as by `mammodex table1`. --json writes every number
/// of the page.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex report -o report.html\n  \
    mammodex report pilot --lang ko -o report.html --json report.json\n  \
    mammodex report --compare 1 --audit -o report.html\n\n\
    docs/report.md shows a page.")]
pub struct ReportArgs {
    /// Name of a cohort or a split; split:NAME where a cohort has the same name [default: the whole catalog].
    #[arg(value_name = "COHORT|SPLIT")]
    subject: Option<String>,
    /// File of the page.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// File of its numbers.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Number of an earlier snapshot, whose counts are shown beside.
    #[arg(long, value_name = "N")]
    compare: Option<u32>,
    /// Read the headers of the data set, for the section about de-identification.
    #[arg(long)]
    audit: bool,
    /// Folder of the data set, if it was moved since it was indexed, or its address, which is read only if it is
    /// named here.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// List single cases to look at, with pictures: the largest contours, the least agreement.
    #[arg(long)]
    outliers: bool,
    /// Label of the section about shortcuts: a condition over `patients AS p` and `images AS i`.
    #[arg(long, value_name = "CONDITION", default_value = "p.diagnosis = 'malignant'")]
    label: String,
    /// Smallest count of patients that may be shown; 1 shows all.
    #[arg(long, default_value_t = 5, value_name = "N")]
    min_cell: u64,
    /// Replace existing files.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    at: SnapshotArgs,
}

pub(super) fn run(context: &CommandContext, args: ReportArgs) -> Result<ExitOutcome, CliFailure> {
    let if_exists = if args.force { IfFileExists::Replace } else { IfFileExists::Fail };
    let files = std::iter::once(&args.output).chain(&args.json);
    files.clone().try_for_each(|path| destination::check_file(context, path, if_exists))?;
    let has_ending = |path: &Path, known: &[&str]| {
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        destination::check_ending(path, known.contains(&&*ending), known)
    };
    has_ending(&args.output, &["html", "htm"])?;
    args.json.iter().try_for_each(|path| has_ending(path, &["json"]))?;
    let catalog = context.open(&args.at)?;
    let older = args.compare.map(|number| {
        let older_snapshot = SnapshotArgs { snapshot: Some(number) };
        context.open_one_of_several(&older_snapshot, EngineLimits::default())
    });
    let older = older.transpose()?;
    let reads_files = args.audit || args.outliers;
    let root = if reads_files { data_set(&catalog, args.root.as_deref())? } else { PathBuf::new() };
    let request = ReportRequest {
        subject: subject(&catalog, args.subject.as_deref())?,
        language: context.language,
        min_cell: args.min_cell,
        label: args.label,
        single_cases: args.outliers,
        audit_root: args.audit.then(|| root.clone()),
        compare: args.compare,
    };
    let pictures = FourViews { catalog: &catalog, root };
    let page = report::report(&catalog, older.as_ref(), &request, Some(&pictures))?;
    let mut written = vec![(&args.output, page.to_html())];
    written.extend(args.json.as_ref().map(|path| (path, page.to_json())));
    for (path, text) in written {
        let failed = |source| OutputError::File { path: path.clone(), source };
        WholeFile::write(path, text.as_bytes()).map_err(failed)?;
        note!("{}: {} kB", path.display(), text.len().div_ceil(1000));
    }
    Ok(ExitOutcome::Done)
}

/// Finds the cohort or split of a name; a cohort first.
fn subject(catalog: &Catalog, name: Option<&str>) -> Result<ReportSubject, CliFailure> {
    let Some(text) = name else { return Ok(ReportSubject::Whole) };
    let is_split = text.strip_prefix("split:");
    let name: SavedName = is_split.unwrap_or(text).parse()?;
    if is_split.is_none() {
        match cohort::load(catalog.dir(), &name) {
            Ok(cohort) => {
                let definition = cohort.definition();
                return Ok(ReportSubject::Cohort { name: name.to_string(), definition });
            }
            Err(error) => match split::load(catalog.dir(), &name) {
                Ok(split) => return Ok(ReportSubject::Split(Box::new(split))),
                Err(_) => return Err(error.into()),
            },
        }
    }
    Ok(ReportSubject::Split(Box::new(split::load(catalog.dir(), &name)?)))
}
