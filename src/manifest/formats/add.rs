//! Images given to a format, and the count of those that it cannot take.

use rayon::prelude::*;

use super::job::{AddFailure, FormatWriter};
use crate::manifest::error::ManifestError;
use crate::manifest::image::ManifestImage;
use crate::manifest::selection::Exclusions;

/// Adds the rows of an image: itself, or its frames.
fn add_rows(writer: &mut dyn FormatWriter, image: &ManifestImage) -> Result<(), AddFailure> {
    if image.frames == 1 {
        return writer.add(image.part, image);
    }
    image.rows().iter().try_for_each(|row| writer.add(row.part, row))
}

/// Adds images to a format. Returns those that it took; the others are counted with the reason.
pub fn add_all(
    writer: &mut dyn FormatWriter,
    images: Vec<ManifestImage>,
    exclusions: &mut Exclusions,
) -> Result<Vec<ManifestImage>, ManifestError> {
    let prepare = |mut image: ManifestImage| {
        let prepared = writer.prepare(&mut image);
        (image, prepared)
    };
    let prepared: Vec<(ManifestImage, Result<(), AddFailure>)> =
        images.into_par_iter().with_max_len(1).map(prepare).collect();
    let mut added = Vec::with_capacity(prepared.len());
    for (image, prepared) in prepared {
        match prepared.and_then(|()| add_rows(writer, &image)) {
            Ok(()) => added.push(image),
            Err(AddFailure::Rejected(reason, what)) => {
                exclusions.add_file(reason, &image.case_id, &image.path, what);
            }
            Err(AddFailure::Stopped(error)) => return Err(error),
        }
    }
    Ok(added)
}
