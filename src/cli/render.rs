//! `mammodex render`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::context::{CommandContext, SnapshotArgs};
use super::data_set::data_set;
use super::destination::{self, IfFileExists};
use super::outcome::{CliFailure, ExitOutcome};
use super::printer::note;
use super::render_bar::RenderBar;
use crate::pixels::PictureFormat;
use crate::results::escape;
use crate::review::{self, RenderCrop, RenderLayout, RenderReport, RenderRequest, find_target};
use crate::text::counted;

/// Draw images with their contours.
///
/// One picture per image: its window as in the header, contours in a colour per reader, view and
/// case, and a bar of 10 mm if the pixel spacing is known. Existing pictures are kept, so that an
/// interrupted run resumes.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:\n  \
    mammodex render Cancer_00001 -o pictures\n  \
    mammodex render Cancer_00001 --four-view --size 766 -o exam.jpg\n  \
    mammodex render pilot --crop lesion --format jpeg -o pictures")]
pub struct RenderArgs {
    /// Case ID, path of an image in the catalog, or name of a cohort.
    #[arg(value_name = "CASE|PATH|COHORT")]
    target: String,
    /// Folder of the pictures, or file of a single one.
    #[arg(short, long, value_name = "PATH")]
    output: PathBuf,
    /// File format [default: that of the ending of PATH, else png].
    #[arg(long, value_enum)]
    format: Option<PictureFormatArg>,
    /// Longest side of an image in pixels [default: that of the image].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(16..=32768))]
    size: Option<u32>,
    /// Part of the image that is shown.
    #[arg(long, value_enum, default_value_t = RenderCropArg::None)]
    crop: RenderCropArg,
    /// The four standard views of each case in one picture: right breast on the left, CC above MLO.
    #[arg(long, conflicts_with_all = ["mask", "plain"])]
    four_view: bool,
    /// Masks in place of images: 0 outside contours, else the number of the label.
    #[arg(long, conflicts_with_all = ["plain", "size", "crop"])]
    mask: bool,
    /// No contours, names or scale.
    #[arg(long)]
    plain: bool,
    /// Replace existing pictures.
    #[arg(long)]
    force: bool,
    /// Folder of the data set, if it was moved since it was indexed, or its address, which is read only if it is
    /// named here.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(flatten)]
    snapshot: SnapshotArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum PictureFormatArg {
    /// Without loss.
    Png,
    /// Smaller, with loss; not for masks.
    Jpeg,
    /// Without loss, smaller than PNG.
    Webp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RenderCropArg {
    /// The whole image.
    None,
    /// The contours with a margin.
    Lesion,
    /// The breast without the air around it.
    Breast,
}

impl RenderArgs {
    fn layout(&self) -> RenderLayout {
        match (self.four_view, self.mask, self.plain) {
            (true, ..) => RenderLayout::FourView,
            (_, true, _) => RenderLayout::Mask,
            (.., true) => RenderLayout::Plain,
            _ => RenderLayout::Annotated,
        }
    }

    /// The format named, else that of the file's ending, else PNG.
    fn format(&self) -> Result<PictureFormat, CliFailure> {
        let ending = self.output.extension().and_then(|ending| ending.to_str());
        let of_file = ending.and_then(PictureFormat::from_ending);
        let named = self.format.map(|format| match format {
            PictureFormatArg::Png => PictureFormat::Png,
            PictureFormatArg::Jpeg => PictureFormat::Jpeg(90),
            PictureFormatArg::Webp => PictureFormat::WebP,
        });
        if let (Some(of_file), Some(named)) = (of_file, named)
            && of_file != named
        {
            let file = self.output.display();
            return Err(format!("--format does not fit the ending of {file}").into());
        }
        let format = named.or(of_file).unwrap_or(PictureFormat::Png);
        if self.mask && matches!(format, PictureFormat::Jpeg(_)) {
            return Err("masks are written as PNG: JPEG would change their numbers".into());
        }
        Ok(format)
    }
}

pub(super) fn run(
    context: &CommandContext,
    request: RenderArgs,
) -> Result<ExitOutcome, CliFailure> {
    let (layout, format) = (request.layout(), request.format()?);
    // Pictures that are there already are kept or replaced by the command itself.
    destination::check_place(context, &request.output, IfFileExists::Replace)?;
    destination::check_outside(&request.output, request.root.as_deref())?;
    let catalog = context.open(&request.snapshot)?;
    let target = find_target(&catalog, &request.target)?;
    let target = target.ok_or_else(|| {
        format!("{:?} is not a case, an image or a cohort of the catalog", request.target)
    })?;
    let crop = match request.crop {
        RenderCropArg::None => RenderCrop::None,
        RenderCropArg::Lesion => RenderCrop::Lesion,
        RenderCropArg::Breast => RenderCrop::Breast,
    };
    let root = data_set(&catalog, request.root.as_deref())?;
    let (output, size) = (request.output, request.size);
    let replace = request.force;
    let request = RenderRequest { target, output, format, layout, crop, size, root, replace };
    let bar = RenderBar::new("pictures");
    let report = review::render(&catalog, &request, &bar)?;
    bar.finish();
    print(&report, &request);
    Ok(if report.failures.is_empty() { ExitOutcome::Done } else { ExitOutcome::WithErrors })
}

/// Failures that are listed one by one.
const MOST_FAILURES: usize = 10;

fn print(report: &RenderReport, request: &RenderRequest) {
    for failure in report.failures.iter().take(MOST_FAILURES) {
        let (path, reason) = (escape::visible(&failure.path), escape::visible(&failure.reason));
        note!("  {path}: {reason}");
    }
    if report.failures.len() > MOST_FAILURES {
        note!("  and {} more", report.failures.len() - MOST_FAILURES);
    }
    let written = counted(report.written.len() as u64, "picture");
    let mut summary = format!("{written} saved to {}", request.output.display());
    if report.present > 0 {
        summary.push_str(&format!("; {} already there (--force replaces them)", report.present));
    }
    if !report.failures.is_empty() {
        let failed = counted(report.failures.len() as u64, "image");
        summary.push_str(&format!("; {failed} could not be shown"));
    }
    note!("{summary}");
}
