//! The pixels of an image as a PNG file, for formats whose readers do not know DICOM.

use std::path::Path;

use super::job::AddFailure;
use crate::disk::{io_error, open_regular, write_with_folders};
use crate::manifest::image::ManifestImage;
use crate::manifest::selection::ExclusionReason;
use crate::pixels::{LabelMask, PictureFormat, PixelError, PixelImage, lossless_png};

/// Writes the image as PNG, and takes its size from the pixels.
pub fn write(image: &mut ManifestImage, target: &Path) -> Result<(), AddFailure> {
    let (content, size) = encode(&image.file).map_err(|error| {
        let reason = match error {
            PixelError::Io(_) => ExclusionReason::Unreadable,
            PixelError::Syntax(_) => ExclusionReason::Compressed,
            _ => ExclusionReason::Unfit,
        };
        AddFailure::rejected(reason, image, error)
    })?;
    write_with_folders(target, &content).map_err(io_error("write", target))?;
    image.size = Some(size);
    Ok(())
}

/// The PNG of an image of one frame, and its size.
fn encode(file: &Path) -> Result<(Vec<u8>, [u32; 2]), PixelError> {
    let file = open_regular(file)?;
    let length = file.metadata()?.len();
    let image = PixelImage::read(&file, length)?;
    if image.layout.frames > 1 {
        return Err(PixelError::Layout("it has several frames".to_owned()));
    }
    let frame = image.frame(1)?;
    Ok((lossless_png(&frame, image.layout.photometric)?, [frame.columns, frame.rows]))
}

/// Writes a mask as PNG.
pub fn write_mask(mask: LabelMask, target: &Path) -> Result<(), AddFailure> {
    let written = mask.into_picture().encode(PictureFormat::Png);
    let written = written.and_then(|content| write_with_folders(target, &content));
    Ok(written.map_err(io_error("write", target))?)
}
