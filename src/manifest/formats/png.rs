//! The pixels of an image as PNG files, for formats whose readers do not know DICOM: one file, or one per
//! frame.

use std::path::{Path, PathBuf};

use super::job::AddFailure;
use crate::disk::{io_error, write_with_folders};
use crate::manifest::image::ManifestImage;
use crate::manifest::image_root::ImageRoot;
use crate::manifest::selection::ExclusionReason;
use crate::pixels::{LabelMask, PictureFormat, PixelError, PixelImage, lossless_png};

/// Writes every frame of the image as PNG to the place of its key, and takes size and number of frames
/// from the pixels. A contour names no frame, so that an image of several frames cannot have one.
pub fn write(
    root: &ImageRoot,
    image: &mut ManifestImage,
    place: impl Fn(&str) -> PathBuf,
) -> Result<(), AddFailure> {
    let refused = |image: &ManifestImage, error: PixelError| {
        let reason = match error {
            PixelError::Io(_) => ExclusionReason::Unreadable,
            PixelError::Syntax(_) => ExclusionReason::Compressed,
            _ => ExclusionReason::Unfit,
        };
        AddFailure::rejected(reason, image, error)
    };
    let open = || -> Result<_, PixelError> {
        let file = root.open(&image.path)?;
        let length = file.length()?;
        Ok((file, length))
    };
    let (file, length) = open().map_err(|error| refused(image, error))?;
    let pixels = PixelImage::read(&file, length).map_err(|error| refused(image, error))?;
    let frames = pixels.layout.frames;
    if frames > 1 && !image.lesions.is_empty() {
        let why = format!("it has {frames} frames, and its contours do not name one");
        return Err(AddFailure::rejected(ExclusionReason::Unfit, image, why));
    }
    image.frames = frames;
    let mut written = Vec::new();
    for (number, key) in (1..).zip(image.frame_keys()) {
        let encode = || -> Result<(Vec<u8>, [u32; 2]), PixelError> {
            let frame = pixels.frame(number)?;
            let size = [frame.columns, frame.rows];
            Ok((lossless_png(&frame, pixels.layout.photometric)?, size))
        };
        let (content, size) = match encode() {
            Ok(encoded) => encoded,
            Err(error) => {
                // An image is written whole or not at all.
                written.iter().for_each(|path: &PathBuf| drop(std::fs::remove_file(path)));
                return Err(refused(image, error));
            }
        };
        let target = place(&key);
        write_with_folders(&target, &content).map_err(io_error("write", &target))?;
        written.push(target);
        image.size = Some(size);
    }
    Ok(())
}

/// Writes a mask as PNG.
pub fn write_mask(mask: LabelMask, target: &Path) -> Result<(), AddFailure> {
    let written = mask.into_picture().encode(PictureFormat::Png);
    let written = written.and_then(|content| write_with_folders(target, &content));
    Ok(written.map_err(io_error("write", target))?)
}
