//! `mammodex profile`: profiles listed, shown and tried on a data set.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::context::CommandContext;
use super::outcome::{CliFailure, ExitOutcome};
use super::printer::write_note;
use crate::language::localized;
use crate::layout::{self, DataSetLayout, LayoutShare, PathForm, ProfileTrial};
use crate::sources::profile::Profile;
use crate::text::counted;

/// The most lines of one list.
const LISTED: usize = 20;

/// List, show and check profiles: how data sets are laid out.
///
/// `profile check` tries them on a data set and writes a draft of a new one.
#[derive(Debug, Args)]
pub struct ProfileArgs {
    #[command(subcommand)]
    action: ProfileAction,
}

#[derive(Debug, Subcommand)]
enum ProfileAction {
    /// List the built-in profiles.
    List,
    /// Show the text of a profile.
    Show {
        /// Name of a built-in profile, or a file.
        #[arg(value_name = "NAME|FILE")]
        profile: String,
    },
    /// Check which profile fits a data set, and what it does not cover.
    ///
    /// A draft of a profile goes to stdout, messages to stderr.
    ///
    /// The exit code is 1 if the case of an image, annotation or clinical row is unknown.
    #[command(after_help = "Example:\n  mammodex profile check /data/ncc > my.toml")]
    Check {
        /// Folder of the data set, which is only read, or its address: s3://BUCKET/PREFIX,
        /// gs://BUCKET/PREFIX or az://CONTAINER/PREFIX.
        dataset: PathBuf,
        /// Name or file of the only profile to try.
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
            let name = |p: &Profile| format!("{:<10} {}\n", p.name, localized(&p.title));
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
            let layout = layout::check(&layout::LayoutRequest { dataset, profile })?;
            let mut report = Vec::new();
            write_report(&mut report, &layout)?;
            write_note(String::from_utf8_lossy(&report).trim_end());
            context.printer.print(&layout.start)?;
            let fits = layout.trials.first().is_some_and(ProfileTrial::is_whole);
            Ok(if fits { ExitOutcome::Done } else { ExitOutcome::WithErrors })
        }
    }
}

fn write_report(out: &mut impl Write, layout: &DataSetLayout) -> std::io::Result<()> {
    writeln!(out, "{}, {} read", counted(layout.files as u64, "file"), layout.tried)?;
    let fraction = |share: LayoutShare| match share.whole {
        0 => "-".to_owned(),
        whole => format!("{} of {whole}", share.part),
    };
    let head = ["profile", "images", "views", "annotations", "rows", "headers"];
    let rows = layout.trials.iter().map(|t| {
        let shares = [t.image_cases, t.views, t.annotation_cases, t.rows, t.headers].map(fraction);
        [std::slice::from_ref(&t.name), shares.as_slice()].concat()
    });
    let lines: Vec<Vec<String>> =
        std::iter::once(head.map(str::to_owned).to_vec()).chain(rows).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].len()).max().unwrap_or(0);
    for line in &lines {
        let cells =
            line.iter().enumerate().map(|(column, cell)| format!("{cell:<w$}", w = width(column)));
        writeln!(out, "  {}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    writeln!(
        out,
        "images, annotations, rows: those whose case is known; headers: those that belong to a column"
    )?;
    if let [best, _, ..] = layout.trials.as_slice() {
        writeln!(out, "best: {} ({})", best.name, best.title)?;
        if best.name != layout.automatic {
            writeln!(
                out,
                "`mammodex index` uses {} by default; use --profile {}",
                layout.automatic, best.name
            )?;
        }
    }
    write_tables(out, layout)?;
    write_files(out, "images and annotations without a case", &layout.without_case)?;
    write_files(out, "images without a view", &layout.without_view)?;
    write_files(out, "files of other types, and files that cannot be read", &layout.unread)
}

fn write_tables(out: &mut impl Write, layout: &DataSetLayout) -> std::io::Result<()> {
    let with_any = layout.groups.iter().filter(|group| group.images + group.rows > 0);
    for group in with_any {
        let (images, rows) =
            (counted(group.images as u64, "image"), counted(group.rows as u64, "row"));
        writeln!(out, "group {} ({}): {images}, {rows}", group.name, group.diagnosis)?;
    }
    for (sheet, rows) in &layout.tables.sheets {
        writeln!(out, "clinical table {sheet}: {}", counted(*rows as u64, "row"))?;
    }
    for sheet in layout.tables.others.iter().take(LISTED) {
        writeln!(out, "not a clinical table: {sheet}")?;
    }
    more(out, layout.tables.others.len())?;
    let unknown = &layout.tables.unknown;
    if !unknown.is_empty() {
        writeln!(out, "headers that belong to no column:")?;
    }
    for named in unknown.iter().take(LISTED) {
        let like = named.like.map_or(String::new(), |c| format!(", perhaps {}", c.name()));
        writeln!(out, "  {:?} at {} {}{like}", named.header, named.file, named.place)?;
    }
    more(out, unknown.len())
}

fn write_files(out: &mut impl Write, what: &str, forms: &[PathForm]) -> std::io::Result<()> {
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
