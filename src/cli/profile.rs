//! `mammodex profile`: how data sets are laid out.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::context::CommandContext;
use super::outcome::{CliFailure, ExitOutcome};
use super::printer::write_note;
use crate::layout::{self, DataSetLayout, LayoutShare, PathForm};
use crate::sources::profile::Profile;

/// Lines of one list at most.
const LISTED: usize = 20;

/// How data sets are laid out: which profile fits, and a profile of your own to begin with.
#[derive(Debug, Args)]
pub struct ProfileArgs {
    #[command(subcommand)]
    action: ProfileAction,
}

#[derive(Debug, Subcommand)]
enum ProfileAction {
    /// The profiles that come with the program.
    List,
    /// The text of a profile.
    Show {
        /// A built-in profile, or a file.
        #[arg(value_name = "NAME|FILE")]
        profile: String,
    },
    /// Try the profiles on a data set; a starting profile goes to stdout, the talk to stderr.
    ///
    /// The exit code is 1 when images, annotations or clinical rows name no case.
    #[command(after_help = "Example:\n  mammodex profile check /data/ncc > my.toml")]
    Check {
        /// Folder of the data set; only read.
        dataset: PathBuf,
        /// Try this profile alone.
        #[arg(long, value_name = "NAME|FILE")]
        profile: Option<String>,
    },
}

pub(super) fn run(
    context: &CommandContext,
    request: ProfileArgs,
) -> Result<ExitOutcome, CliFailure> {
    match request.action {
        ProfileAction::List => {
            let name = |p: &Profile| format!("{:<10} {}\n", p.name, p.title);
            context.printer.print(&Profile::built_in().iter().map(name).collect::<String>())?;
            Ok(ExitOutcome::Done)
        }
        ProfileAction::Show { profile } => {
            let text = Profile::text(&profile)?;
            Profile::parse(&profile, &text)?;
            context.printer.print(&text)?;
            Ok(ExitOutcome::Done)
        }
        ProfileAction::Check { dataset, profile } => {
            let found = layout::check(&layout::LayoutRequest { dataset, profile })?;
            let mut talk = Vec::new();
            tell(&mut talk, &found)?;
            write_note(String::from_utf8_lossy(&talk).trim_end());
            context.printer.print(&found.start)?;
            let whole = found.trials.first().is_some_and(layout::ProfileTrial::is_whole);
            Ok(if whole { ExitOutcome::Done } else { ExitOutcome::WithErrors })
        }
    }
}

fn tell(out: &mut impl Write, found: &DataSetLayout) -> std::io::Result<()> {
    writeln!(out, "{} files, {} looked into", found.files, found.tried)?;
    let of = |share: LayoutShare| match share.whole {
        0 => "-".to_owned(),
        whole => format!("{} of {whole}", share.part),
    };
    let head = ["profile", "images", "views", "annotations", "rows", "headers"];
    let rows = found.trials.iter().map(|t| {
        let shares = [t.image_cases, t.views, t.annotation_cases, t.rows, t.headers].map(of);
        [std::slice::from_ref(&t.name), shares.as_slice()].concat()
    });
    let lines: Vec<Vec<String>> =
        std::iter::once(head.map(str::to_owned).to_vec()).chain(rows).collect();
    let width = |at: usize| lines.iter().map(|line| line[at].len()).max().unwrap_or(0);
    for line in &lines {
        let cells = line.iter().enumerate().map(|(at, cell)| format!("{cell:<w$}", w = width(at)));
        writeln!(out, "  {}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    writeln!(
        out,
        "images, annotations, rows: those that name a case; headers: those that a column takes up"
    )?;
    if let [best, _, ..] = found.trials.as_slice() {
        writeln!(out, "best: {} ({})", best.name, best.title)?;
        if best.name != found.automatic {
            writeln!(
                out,
                "by itself `mammodex index` takes {}: give it --profile {}",
                found.automatic, best.name
            )?;
        }
    }
    tell_tables(out, found)?;
    tell_files(out, "images and annotations without a case", &found.without_case)?;
    tell_files(out, "images without a view", &found.without_view)?;
    tell_files(
        out,
        "files that are nothing the program reads, or that it cannot read",
        &found.unread,
    )
}

fn tell_tables(out: &mut impl Write, found: &DataSetLayout) -> std::io::Result<()> {
    let with_any = found.groups.iter().filter(|group| group.images + group.rows > 0);
    for group in with_any {
        let (name, rows) = (&group.name, group.rows);
        writeln!(out, "group {name} ({}): {} images, {rows} rows", group.diagnosis, group.images)?;
    }
    for (sheet, rows) in &found.tables.sheets {
        writeln!(out, "clinical table {sheet}: {rows} rows")?;
    }
    for sheet in found.tables.others.iter().take(LISTED) {
        writeln!(out, "no clinical table: {sheet}")?;
    }
    more(out, found.tables.others.len())?;
    let unknown = &found.tables.unknown;
    if !unknown.is_empty() {
        writeln!(out, "headers that no column takes up:")?;
    }
    for named in unknown.iter().take(LISTED) {
        let like = named.like.map_or(String::new(), |c| format!(", perhaps {}", c.name()));
        writeln!(out, "  {:?} at {} {}{like}", named.header, named.file, named.place)?;
    }
    more(out, unknown.len())
}

fn tell_files(out: &mut impl Write, what: &str, forms: &[PathForm]) -> std::io::Result<()> {
    if !forms.is_empty() {
        let all: usize = forms.iter().map(|form| form.count).sum();
        writeln!(out, "{what}: {all}")?;
    }
    for form in forms.iter().take(LISTED) {
        match form.examples.as_slice() {
            [one] if form.count == 1 => writeln!(out, "  {:>6}  {one}", 1)?,
            some => {
                writeln!(out, "  {:>6}  {}  such as {}", form.count, form.pattern, some.join(", "))?
            }
        }
    }
    more(out, forms.len())
}

fn more(out: &mut impl Write, count: usize) -> std::io::Result<()> {
    if count > LISTED { writeln!(out, "  and {} more", count - LISTED) } else { Ok(()) }
}
