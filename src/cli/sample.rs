//! `mammodex sample`: a synthetic data set.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::context::CommandContext;
use super::outcome::{CliFailure, ExitOutcome};
use crate::sample::{self, SampleFlaws, SamplePixels, SampleSummary};

/// Write a synthetic data set, to try things out before there is a real one.
#[derive(Debug, Args)]
pub struct SampleArgs {
    /// Folder to write into: empty, or not there yet.
    #[arg(value_name = "DIR")]
    root: PathBuf,
    /// How many women: three fifths normal, one benign, one malignant.
    #[arg(long, default_value_t = 200, value_name = "N")]
    patients: u32,
    /// The same seed gives the same data set, byte for byte.
    #[arg(long, default_value_t = 42, value_name = "S")]
    seed: u64,
    /// Size of the images.
    #[arg(long, value_enum, default_value_t = SampleSizeArg::Small)]
    pixels: SampleSizeArg,
    /// Put in a known list of faults, and write it to flaws.json.
    #[arg(long)]
    flaws: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SampleSizeArg {
    /// Headers alone.
    None,
    /// About 128 by 160 pixels.
    Small,
    /// The device's own size: 9 to 34 MB each.
    Full,
}

pub(super) fn run(
    context: &CommandContext,
    request: &SampleArgs,
) -> Result<ExitOutcome, CliFailure> {
    let asked = sample::SampleRequest {
        root: request.root.clone(),
        patients: request.patients,
        seed: request.seed,
        pixels: match request.pixels {
            SampleSizeArg::None => SamplePixels::None,
            SampleSizeArg::Small => SamplePixels::Small,
            SampleSizeArg::Full => SamplePixels::Full,
        },
        faults: if request.flaws { SampleFlaws::With } else { SampleFlaws::Without },
    };
    let bar = progress(u64::from(request.patients));
    let written = sample::write_watched(&asked, &|| bar.inc(1));
    bar.finish_and_clear();
    context.printer.print(&report(request, &written?))?;
    Ok(ExitOutcome::Done)
}

fn progress(patients: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(patients), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("writing cases {bar:32} {pos}/{len} {eta}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn report(request: &SampleArgs, summary: &SampleSummary) -> String {
    let root = request.root.display();
    let mut text = format!(
        "A synthetic data set of {} patients ({} normal, {} benign, {} malignant) is at {root}:\n\
         {} images, {} workbooks, {} annotation files with {} contours, {:.1} MB.\n",
        request.patients,
        summary.normal,
        summary.benign,
        summary.malignant,
        summary.images,
        summary.workbooks,
        summary.annotations,
        summary.contours,
        summary.bytes as f64 / 1e6
    );
    if summary.faults > 0 {
        text += &format!("{} faults are listed in {root}/flaws.json.\n", summary.faults);
    }
    text + &format!("Next: mammodex index {root}\n")
}
