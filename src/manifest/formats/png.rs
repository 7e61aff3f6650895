//! The pixels of images as PNG files, for formats whose readers know no DICOM.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::disk::io_error;
use crate::manifest::ManifestError;
use crate::manifest::image::ManifestImage;
use crate::manifest::raster;
use crate::manifest::selection::{ExclusionReason, Exclusions};
use crate::sources::dicom::grey::{PixelError, read_grey};

/// Writes the images as PNG, in parallel, each where `target` says. Gives those that could be
/// written, with their size; the others are counted with the reason.
pub(super) fn convert(
    images: Vec<ManifestImage>,
    target: impl Fn(&ManifestImage) -> PathBuf + Sync,
    left_out: &mut Exclusions,
) -> Result<Vec<ManifestImage>, ManifestError> {
    let done: Vec<Result<[u32; 2], PngFailure>> =
        images.par_iter().with_max_len(1).map(|image| one(&image.file, &target(image))).collect();
    let mut written = Vec::new();
    for (mut image, done) in images.into_iter().zip(done) {
        match done {
            Ok(size) => {
                image.size = Some(size);
                written.push(image);
            }
            Err(PngFailure::Unfit(why)) => {
                let reason = match why {
                    PixelError::Io(_) => ExclusionReason::Unreadable,
                    PixelError::Compressed(_) => ExclusionReason::Compressed,
                    PixelError::Kind(_) | PixelError::Cut => ExclusionReason::Unfit,
                };
                left_out.add(reason, &image.case_id, format!("{}: {why}", image.path));
            }
            Err(PngFailure::Output(error)) => return Err(error),
        }
    }
    Ok(written)
}

enum PngFailure {
    /// The image is at fault.
    Unfit(PixelError),
    /// The PNG cannot be written.
    Output(ManifestError),
}

fn one(file: &Path, target: &Path) -> Result<[u32; 2], PngFailure> {
    let grey = read_grey(file).map_err(PngFailure::Unfit)?;
    raster::write_grey(target, &grey)
        .map_err(|error| PngFailure::Output(io_error("write", target)(error).into()))?;
    Ok([grey.columns, grey.rows])
}
