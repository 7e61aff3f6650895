//! `mammodex sample`: a synthetic data set.

use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::context::CommandContext;
use super::destination::{self, DestinationError, IfFileExists};
use super::outcome::{CliFailure, ExitOutcome};
use crate::language::localized;
use crate::sample::{self, SampleFlaws, SamplePixels, SampleSummary};
use crate::text::counted;

/// Write a synthetic data set to try mammodex on.
#[derive(Debug, Args)]
pub struct SampleArgs {
    /// Folder to write to, which must be empty or not exist.
    #[arg(value_name = "DIR")]
    root: PathBuf,
    /// Number of patients: three fifths normal, one fifth benign, one fifth malignant.
    #[arg(long, default_value_t = 200, value_name = "N")]
    patients: u32,
    /// Seed of the data set; the same seed yields the same files, byte for byte.
    #[arg(long, default_value_t = 42, value_name = "S")]
    seed: u64,
    /// Size of the images.
    #[arg(long, value_enum, default_value_t = SampleSizeArg::Small)]
    pixels: SampleSizeArg,
    /// Number of readers of each malignant case, whose contours differ slightly.
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=9))]
    readers: u32,
    /// Include known faults, listed in flaws.json.
    #[arg(long)]
    flaws: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SampleSizeArg {
    /// Headers only.
    None,
    /// About 128 by 160 pixels.
    Small,
    /// Size of the device: 9 to 34 MB each.
    Full,
}

pub(super) fn run(
    context: &CommandContext,
    request: &SampleArgs,
) -> Result<ExitOutcome, CliFailure> {
    check_place(context, &request.root)?;
    let sample_request = sample::SampleRequest {
        root: request.root.clone(),
        patients: request.patients,
        seed: request.seed,
        pixels: match request.pixels {
            SampleSizeArg::None => SamplePixels::None,
            SampleSizeArg::Small => SamplePixels::Small,
            SampleSizeArg::Full => SamplePixels::Full,
        },
        readers: request.readers,
        faults: if request.flaws { SampleFlaws::With } else { SampleFlaws::Without },
    };
    let bar = progress(u64::from(request.patients));
    let written = sample::write_watched(&sample_request, &|| bar.inc(1));
    bar.finish_and_clear();
    context.printer.print(&localized(&report(request, &written?)))?;
    Ok(ExitOutcome::Done)
}

/// Refuses a place in the catalog or a data set, but for the data set's own folder when it is empty.
fn check_place(context: &CommandContext, root: &Path) -> Result<(), DestinationError> {
    let is_empty = || fs::read_dir(root).is_ok_and(|mut entries| entries.next().is_none());
    match destination::check_place(context, root, IfFileExists::Replace) {
        Err(DestinationError::DataSet(_)) if is_empty() => Ok(()),
        checked => checked,
    }
}

fn progress(patients: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(patients), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template(&format!(
        "{} {{bar:32}} {{pos}}/{{len}} {{eta}}",
        localized("writing cases")
    ));
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn report(request: &SampleArgs, summary: &SampleSummary) -> String {
    let root = request.root.display();
    let mut text = format!(
        "A synthetic data set of {} ({} normal, {} benign, {} malignant) is at {root}:\n\
         {}, {}, {} with {}, {:.1} MB.\n",
        counted(request.patients.into(), "patient"),
        summary.normal,
        summary.benign,
        summary.malignant,
        counted(summary.images, "image"),
        counted(summary.workbooks, "workbook"),
        counted(summary.annotations, "annotation file"),
        counted(summary.contours, "contour"),
        summary.bytes as f64 / 1e6
    );
    if summary.faults > 0 {
        text += &format!("{root}/flaws.json lists {}.\n", counted(summary.faults, "fault"));
    }
    text + &format!("Next: mammodex index {root}\n")
}
