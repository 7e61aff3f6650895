//! Images given to a format, and the count of those that it cannot take.

use rayon::prelude::*;

use super::job::{AddFailure, FormatWriter};
use crate::manifest::error::ManifestError;
use crate::manifest::image::ManifestImage;
use crate::manifest::selection::Exclusions;
use crate::storage::WorkPool;

/// Images that are prepared before they are added: a format may hold what it made of them on disk meanwhile.
const MOST_PREPARED: usize = 64;

/// Adds the rows of an image: itself, or its frames.
fn add_rows(writer: &mut dyn FormatWriter, image: &ManifestImage) -> Result<(), AddFailure> {
    if image.frames == 1 {
        return writer.add(image.part, image);
    }
    image.rows().iter().try_for_each(|row| writer.add(row.part, row))
}

/// Prepares images in parallel.
fn prepare(
    writer: &dyn FormatWriter,
    pool: &WorkPool,
    images: Vec<ManifestImage>,
) -> Vec<(ManifestImage, Result<(), AddFailure>)> {
    let prepare = |mut image: ManifestImage| {
        let prepared = writer.prepare(&mut image);
        (image, prepared)
    };
    pool.run(|| images.into_par_iter().with_max_len(1).map(prepare).collect())
}

/// Adds images to a format, which prepares several at a time on the threads of a pool. Returns those that it took; the others are counted with the reason.
pub fn add_all(
    writer: &mut dyn FormatWriter,
    pool: &WorkPool,
    images: Vec<ManifestImage>,
    exclusions: &mut Exclusions,
) -> Result<Vec<ManifestImage>, ManifestError> {
    let mut added = Vec::with_capacity(images.len());
    let mut images = images.into_iter().peekable();
    while images.peek().is_some() {
        let some: Vec<ManifestImage> = images.by_ref().take(MOST_PREPARED).collect();
        for (image, prepared) in prepare(writer, pool, some) {
            match prepared.and_then(|()| add_rows(writer, &image)) {
                Ok(()) => added.push(image),
                Err(AddFailure::Rejected(reason, what)) => {
                    exclusions.add_file(reason, &image.case_id, &image.path, what);
                }
                Err(AddFailure::Stopped(error)) => return Err(error),
            }
        }
    }
    Ok(added)
}
