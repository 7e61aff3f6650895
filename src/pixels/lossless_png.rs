//! The stored values of a grey frame as a PNG without loss.

use png::{BitDepth, ColorType};

use super::error::PixelError;
use super::frame::Frame;
use super::layout::Photometric;
use super::picture::png_bytes;

/// A PNG of the frame's values, 0 black: those of MONOCHROME1 are inverted. They are shifted up
/// so that the highest stored bit is the highest of the PNG, and its sBIT chunk says how many bits
/// are real (PNG 1.2, 12.5): shifting back gives the values of the file.
///
/// # Errors
/// When the frame has colours or signed values.
pub fn lossless_png(frame: &Frame, photometric: Photometric) -> Result<Vec<u8>, PixelError> {
    let inverted = match photometric {
        Photometric::Monochrome1 => true,
        Photometric::Monochrome2 => false,
        _ => return PixelError::layout("its pixels are not grey"),
    };
    if frame.signed {
        return PixelError::layout("its values are signed");
    }
    let top = u16::MAX >> (16 - u32::from(frame.bits));
    let grey = |value: &u16| if inverted { top - value } else { *value };
    let depth: u32 = if frame.bits > 8 { 16 } else { 8 };
    let shift = depth - u32::from(frame.bits);
    let values = frame.values.iter();
    let (depth, bytes): (_, Vec<u8>) = if depth == 16 {
        let bytes = values.flat_map(|value| (grey(value) << shift).to_be_bytes()).collect();
        (BitDepth::Sixteen, bytes)
    } else {
        // At most eight bits are left.
        let bytes = values.map(|value| (grey(value) << shift).to_be_bytes()[1]).collect();
        (BitDepth::Eight, bytes)
    };
    let (size, color) = ([frame.columns, frame.rows], ColorType::Grayscale);
    png_bytes(size, color, depth, Some(frame.bits), &bytes)
        .map_err(|error| PixelError::stream("PNG", error))
}
