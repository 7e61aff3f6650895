//! `mammodex agreement`: how far readers agree.

use clap::Args;

use super::context::{CommandContext, SnapshotArgs};
use super::outcome::{CliFailure, ExitOutcome};
use super::output::OutputArgs;
use super::output_error::OutputError;
use super::printer::note;
use crate::agreement::{self, AgreementRequest, ReaderPairs};
use crate::cohort;
use crate::disk::WholeFile;
use crate::records::agreement::Comparison;
use crate::saved::SavedName;
use crate::sql::Statement;
use crate::text;

/// Measure how far readers agree, on contours, labels and sizes.
///
/// Contours are matched one to one on each view by the greatest total overlap. Dice and IoU are those of
/// the polygons; distances are between the boundaries as closed lines, in mm; the 95 % distance is the
/// greater of both directions. Kappa is Cohen's for two readings and Fleiss' for more, alpha
/// Krippendorff's for nominal data. Cases that a reader marks as unreadable have no contours to compare.
/// Intervals of 95 % are percentiles of resamples of cases.
///
/// To a FILE that ends in .svg, the differences of sizes are drawn by their means, with the limits of
/// agreement (Bland and Altman).
///
/// A case agrees fully when every contour has its partner with a Dice coefficient of at least the
/// threshold, and it is unreadable for both readers or for neither.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex agreement\n  \
    mammodex agreement --cases --threshold 0.9\n  \
    mammodex agreement -o agreement.svg\n  \
    mammodex agreement --cohort malignant --format json -o agreement.json\n\n\
    Each contour is a row of the table `agreement`, each case one of the view `reader_agreement`.")]
pub struct AgreementArgs {
    /// Name of the cohort whose cases are compared [default: all cases].
    #[arg(long, value_name = "NAME")]
    cohort: Option<SavedName>,
    /// Compare each reader with the same reader's next delivery.
    #[arg(long)]
    within_reader: bool,
    /// Show each pair of readers as well.
    #[arg(long)]
    pairs: bool,
    /// List the cases below the threshold, worst first.
    #[arg(long)]
    cases: bool,
    /// Least Dice coefficient at which two contours agree, 0 to 1.
    #[arg(long, default_value_t = 0.8, value_name = "DICE", value_parser = parse_share)]
    threshold: f64,
    /// Number of resamples for the intervals.
    #[arg(long, default_value_t = 1000, value_name = "N", value_parser = clap::value_parser!(u32).range(100..=100_000))]
    resamples: u32,
    /// Seed of the resampling.
    #[arg(long, default_value_t = 1, value_name = "S")]
    seed: u64,
    #[command(flatten)]
    at: SnapshotArgs,
    #[command(flatten)]
    output: OutputArgs,
}

fn parse_share(text: &str) -> Result<f64, String> {
    let share: Option<f64> = text.parse().ok();
    share.filter(|share| (0.0..=1.0).contains(share)).ok_or("not a number from 0 to 1".to_owned())
}

pub(super) fn run(
    context: &CommandContext,
    args: AgreementArgs,
) -> Result<ExitOutcome, CliFailure> {
    if args.cases {
        args.output.check(context)?;
    } else {
        args.output.check_with_picture(context)?;
    }
    let catalog = context.open(&args.at)?;
    let cases = args.cohort.as_ref().map(|name| {
        let cohort = cohort::load(catalog.dir(), name)?;
        Ok::<_, CliFailure>((cohort.definition().members(), format!("cohort {name}")))
    });
    let comparison = match args.within_reader {
        true => Comparison::WithinReader,
        false => Comparison::BetweenReaders,
    };
    let request = AgreementRequest {
        comparison,
        pairs: if args.pairs { ReaderPairs::Each } else { ReaderPairs::Together },
        cases: cases.transpose()?,
        threshold: args.threshold,
        resamples: args.resamples as usize,
        seed: args.seed,
    };
    let summary = agreement::summarise(&catalog, &request)?;
    let below = summary.without_full_agreement;
    if args.cases {
        args.output.run(context, &catalog, &[Statement::new(request.worst_cases())])?;
    } else if let Some(path) = args.output.picture() {
        let picture = agreement::size_differences(&summary);
        let picture = picture.ok_or("no two pairs of contours have their sizes in mm to draw")?;
        let failed = |source| OutputError::File { path: path.clone(), source };
        WholeFile::write(path, picture.as_bytes()).map_err(failed)?;
    } else {
        let numbers = args.output.format().is_data();
        args.output.write(context, &if numbers { summary.table()? } else { summary.page()? })?;
    }
    note!(
        "{below} of {} have no full agreement at a Dice coefficient of {}",
        text::counted(summary.cases as u64, "case"),
        args.threshold
    );
    if summary.discarded > 0 {
        note!("{} marked as unreadable", text::counted(summary.discarded as u64, "case"));
    }
    if summary.without_spacing > 0 {
        let pairs = text::counted(summary.without_spacing as u64, "matched pair");
        note!("{pairs} without distances, since the pixel spacing is not known");
    }
    if below > 0 && !args.cases {
        note!("list them, worst first, with --cases");
    }
    Ok(ExitOutcome::Done)
}
