//! The pixels of an image as a PNG file, for formats whose readers do not know DICOM.

use std::path::Path;

use super::job::AddFailure;
use crate::disk::io_error;
use crate::manifest::image::ManifestImage;
use crate::manifest::raster;
use crate::manifest::selection::ExclusionReason;
use crate::sources::dicom::grey::{PixelError, read_grey};

/// Writes the image as PNG, and takes its size from the pixels.
pub fn write(image: &mut ManifestImage, target: &Path) -> Result<(), AddFailure> {
    let grey = read_grey(&image.file).map_err(|error| {
        let reason = match error {
            PixelError::Io(_) => ExclusionReason::Unreadable,
            PixelError::Compressed(_) => ExclusionReason::Compressed,
            PixelError::Kind(_) | PixelError::Cut => ExclusionReason::Unfit,
        };
        AddFailure::rejected(reason, image, error)
    })?;
    raster::write_grey(target, &grey).map_err(io_error("write", target))?;
    image.size = Some([grey.columns, grey.rows]);
    Ok(())
}
