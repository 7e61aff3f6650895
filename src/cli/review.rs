//! `mammodex review`.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::context::{CommandContext, SnapshotArgs};
use super::data_set::data_set;
use super::destination::{self, DestinationError, IfFileExists};
use super::outcome::{CliFailure, ExitOutcome};
use super::printer::note;
use super::render_bar::RenderBar;
use crate::catalog::Catalog;
use crate::results::escape;
use crate::review::{
    self, REVIEWS, RequestGuard, ReviewLog, ReviewScope, ReviewServer, ReviewSession,
    StaticPageRequest, find_target, latest_verdicts, read_verdicts, review_exclusions,
};
use crate::saved::SavedName;
use crate::text::counted;

/// Review contours on a page: accept, reject with a reason, or request a second opinion.
///
/// The page shows the images of an exam side by side with the contours of every reader, the most
/// doubtful cases first. Verdicts are appended to reviews/NAME.jsonl in the catalog's folder and
/// can be queried as the table `reviews`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_long_help = "Examples:\n  \
    mammodex review --reviewer kim --serve\n  \
    mammodex review --reviewer lee --serve --blind --only cancers\n  \
    mammodex review --reviewer park --static page\n  \
    mammodex review import park.jsonl\n  \
    mammodex review export -o corrections\n  \
    mammodex query \"FROM review_agreement\""
)]
pub struct ReviewArgs {
    #[command(subcommand)]
    command: Option<ReviewCommand>,
    #[command(flatten)]
    page: PageArgs,
}

#[derive(Debug, Args)]
struct PageArgs {
    /// Name of the reviewer, and of the file of verdicts.
    #[arg(long, value_name = "NAME")]
    reviewer: Option<SavedName>,
    /// Address of this machine to serve the page at [default: 127.0.0.1:7348, else a free port].
    #[arg(long, value_name = "ADDRESS:PORT", num_args = 0..=1)]
    serve: Option<Option<SocketAddr>>,
    /// Folder to write the page to; it opens from disk, without a server.
    #[arg(long = "static", value_name = "DIR", conflicts_with = "serve")]
    folder: Option<PathBuf>,
    /// Case ID, path of an image, or name of a cohort [default: the whole catalog].
    #[arg(long, value_name = "CASE|PATH|COHORT")]
    only: Option<String>,
    /// Statuses of the contours to review, such as unreviewed,disagreement [default: all].
    #[arg(long, value_delimiter = ',', value_name = "STATUS,…", value_parser = STATUSES)]
    status: Vec<String>,
    /// Also cases without a contour that are not malignant.
    #[arg(long)]
    all_cases: bool,
    /// Hide readers and the verdicts of other reviewers.
    #[arg(long)]
    blind: bool,
    /// Longest side of a picture of the static page in pixels.
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(256..=16384))]
    size: u32,
    /// Replace existing pictures of the static page.
    #[arg(long)]
    force: bool,
    /// Allow an address that other machines reach; whoever has the link sees the images.
    #[arg(long, requires = "serve")]
    allow_remote: bool,
    /// Folder of the data set, if it was moved since it was indexed, or its address, which is read only if it is
    /// named here.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(flatten)]
    snapshot: SnapshotArgs,
}

/// The statuses of the view `contour_reviews`.
const STATUSES: [&str; 6] =
    ["unreviewed", "reviewed_once", "second_opinion", "disagreement", "accepted", "rejected"];

#[derive(Debug, Subcommand)]
enum ReviewCommand {
    /// Export the contours to correct: a list, and annotations in the annotation tool's JSON.
    Export(ExportArgs),
    /// Import verdicts that were downloaded from a static page.
    Import(ImportArgs),
}

#[derive(Debug, Args)]
struct ExportArgs {
    /// Replace the list and the annotations of an earlier export.
    #[arg(long)]
    force: bool,
    /// Folder to write to.
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    #[command(flatten)]
    snapshot: SnapshotArgs,
}

#[derive(Debug, Args)]
struct ImportArgs {
    /// Files of verdicts, NAME.jsonl.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(super) fn run(
    context: &CommandContext,
    request: ReviewArgs,
) -> Result<ExitOutcome, CliFailure> {
    match request.command {
        Some(ReviewCommand::Export(request)) => export(context, &request),
        Some(ReviewCommand::Import(request)) => import(context, &request),
        None => page(context, request.page),
    }
}

fn page(context: &CommandContext, request: PageArgs) -> Result<ExitOutcome, CliFailure> {
    let Some(reviewer) = request.reviewer.clone() else {
        return Err("name the reviewer: --reviewer NAME".into());
    };
    match (request.serve, &request.folder) {
        (Some(address), _) => serve(context, &request, reviewer, address),
        (None, Some(folder)) => write_page(context, &request, reviewer, folder),
        (None, None) => {
            Err("add --serve for a page in the browser, or --static DIR for a folder that \
             opens without a server"
                .into())
        }
    }
}

fn scope(catalog: &Catalog, request: &PageArgs) -> Result<ReviewScope, CliFailure> {
    let target = request.only.as_deref().map(|name| {
        find_target(catalog, name)?.ok_or_else(|| -> CliFailure {
            format!("{name:?} is not a case, an image or a cohort of the catalog").into()
        })
    });
    Ok(ReviewScope {
        target: target.transpose()?,
        statuses: request.status.clone(),
        is_blind: request.blind,
        has_all_cases: request.all_cases,
    })
}

fn refuse_empty(session: &ReviewSession) -> Result<(), CliFailure> {
    if session.queue.is_empty() {
        return Err("there is no contour to review; --all-cases reviews cases without one".into());
    }
    Ok(())
}

/// Reports the contours that are not in the queue, and why.
fn note_exclusions(catalog: &Catalog, scope: &ReviewScope) -> Result<(), CliFailure> {
    let reasons = review_exclusions(catalog, scope)?;
    let total: u64 = reasons.iter().map(|(_, count)| count).sum();
    if total > 0 {
        let reasons: Vec<String> =
            reasons.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        note!("excluded: {} ({})", counted(total, "contour"), reasons.join(", "));
    }
    Ok(())
}

fn serve(
    context: &CommandContext,
    request: &PageArgs,
    reviewer: SavedName,
    address: Option<SocketAddr>,
) -> Result<ExitOutcome, CliFailure> {
    let address = address.unwrap_or_else(default_address);
    if !address.ip().is_loopback() && !request.allow_remote {
        return Err(format!(
            "{address} can be reached from other machines; add --allow-remote if they shall see \
             the images, or use 127.0.0.1"
        )
        .into());
    }
    let catalog = context.open(&request.snapshot)?;
    let log = ReviewLog::open(&context.catalog, &reviewer)?;
    note_unreadable(log.path(), log.unreadable());
    let scope = scope(&catalog, request)?;
    let session = ReviewSession::new(&catalog, &scope, reviewer, log.verdicts())?;
    note_exclusions(&catalog, &scope)?;
    refuse_empty(&session)?;
    let address = if address.port() == 0 { free_port(address)? } else { address };
    let guard = RequestGuard::new(address)?;
    let url = guard.url();
    let summary = summary(&session);
    let reviewer = session.reviewer.clone();
    let root = data_set(&catalog, request.root.as_deref())?;
    let server = ReviewServer::new(catalog, session, log, root, guard);
    let server = server.listen(address).map_err(|error| format!("{address}: {error}"))?;
    note!("{summary} for {reviewer}; Ctrl-C ends the server, every verdict is saved");
    if !address.ip().is_loopback() {
        note!(
            "other machines reach this page: whoever has the link sees the images, and it is sent \
             without encryption"
        );
    }
    context.printer.print(&format!("{url}\n"))?;
    server.join()?;
    Ok(ExitOutcome::Done)
}

/// What a review has: contours, cases, and those of them without a contour.
fn summary(session: &ReviewSession) -> String {
    let contours = counted(session.contour_count() as u64, "contour");
    let cases = counted(session.queue.len() as u64, "case");
    match session.undrawn_count() as u64 {
        0 => format!("{contours} of {cases}"),
        undrawn => format!("{contours} of {cases} ({undrawn} without a contour)"),
    }
}

/// The port that is free most often, so that what a browser could not send is sent when the server
/// is started again; any other where it is taken.
fn default_address() -> SocketAddr {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 7348));
    let is_free = TcpListener::bind(address).is_ok();
    if is_free { address } else { SocketAddr::from((Ipv4Addr::LOCALHOST, 0)) }
}

fn free_port(address: SocketAddr) -> std::io::Result<SocketAddr> {
    TcpListener::bind(address)?.local_addr()
}

fn write_page(
    context: &CommandContext,
    request: &PageArgs,
    reviewer: SavedName,
    folder: &Path,
) -> Result<ExitOutcome, CliFailure> {
    destination::check_place(context, folder, IfFileExists::Replace)?;
    destination::check_outside(folder, request.root.as_deref())?;
    let catalog = context.open(&request.snapshot)?;
    let path = REVIEWS.path(&context.catalog, &reviewer, "jsonl");
    let lines = if path.exists() { read_verdicts(&path)? } else { Default::default() };
    note_unreadable(&path, &lines.unreadable);
    let scope = scope(&catalog, request)?;
    let session = ReviewSession::new(&catalog, &scope, reviewer, &lines.verdicts)?;
    note_exclusions(&catalog, &scope)?;
    refuse_empty(&session)?;
    let bar = RenderBar::new("cases");
    let page = StaticPageRequest {
        folder: folder.to_owned(),
        size: request.size,
        root: data_set(&catalog, request.root.as_deref())?,
        replace: request.force,
        own: latest_verdicts(&lines.verdicts),
    };
    let report = review::write_static_page(&catalog, &session, &page, &bar)?;
    bar.finish();
    for failure in &report.failures {
        let (path, reason) = (escape::visible(&failure.path), escape::visible(&failure.reason));
        note!("  {path}: {reason}");
    }
    let summary = summary(&session);
    let pictures = counted(report.written, "picture");
    let present = match report.present {
        0 => String::new(),
        present => format!("; {present} already there (--force replaces them)"),
    };
    let file = folder.join("index.html");
    note!("{summary}, {pictures} saved{present}; open {}", file.display());
    Ok(if report.failures.is_empty() { ExitOutcome::Done } else { ExitOutcome::WithErrors })
}

fn note_unreadable(path: &Path, lines: &[usize]) {
    if let Some(first) = lines.first() {
        let count = counted(lines.len() as u64, "line");
        note!("{}: {count} cannot be read, the first is line {first}", path.display());
    }
}

fn export(context: &CommandContext, request: &ExportArgs) -> Result<ExitOutcome, CliFailure> {
    let if_exists = if request.force { IfFileExists::Replace } else { IfFileExists::Fail };
    for name in ["corrections.csv", "annotations"] {
        let path = request.output.join(name);
        destination::check_place(context, &path, if_exists)?;
        if path.is_dir() && !request.force {
            return Err(DestinationError::Exists(path).into());
        }
    }
    let catalog = context.open(&request.snapshot)?;
    let report = review::export_corrections(&catalog, &request.output)?;
    let contours = counted(report.contours, "contour");
    let cases = counted(report.cases, "case");
    let annotations = counted(report.annotations, "annotation file");
    let excluded = match report.excluded {
        0 => String::new(),
        excluded => format!("; excluded: {}", counted(excluded, "contour without a view")),
    };
    let folder = request.output.display();
    note!("{contours} to correct in {cases}, {annotations}; saved to {folder}{excluded}");
    Ok(ExitOutcome::Done)
}

fn import(context: &CommandContext, request: &ImportArgs) -> Result<ExitOutcome, CliFailure> {
    // There must be a catalog: a folder of verdicts alone would be lost.
    Catalog::describe(&context.catalog, None)?;
    for file in &request.files {
        let report = review::import_verdicts(&context.catalog, file)?;
        let added = counted(report.added, "verdict");
        let present = match report.present {
            0 => String::new(),
            present => format!("; {present} already there"),
        };
        note!("{added} of {} added{present}", report.reviewer);
    }
    Ok(ExitOutcome::Done)
}
