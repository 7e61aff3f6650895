//! JPEG of eight bits and lossless JPEG by `jpeg-decoder`; of twelve bits by our own decoder.

use jpeg_decoder::{CodingProcess, ColorTransform, Decoder, PixelFormat};

use super::super::{Photometric, PixelError, PixelLayout};
use super::jpeg_segments::Segments;
use super::size::check_size;
use super::{jpeg_extended, native};

const CODEC: &str = "JPEG";

pub fn decode(bytes: &[u8], layout: &PixelLayout) -> Result<Vec<u16>, PixelError> {
    if jpeg_extended::is_extended(bytes) {
        return jpeg_extended::decode(bytes, layout);
    }
    let failed = |error: jpeg_decoder::Error| PixelError::stream(CODEC, error);
    let mut decoder = Decoder::new(bytes);
    decoder.read_info().map_err(failed)?;
    let info = decoder.info().ok_or(PixelError::Cut)?;
    let samples = match info.pixel_format {
        PixelFormat::L8 | PixelFormat::L16 => 1,
        PixelFormat::RGB24 => 3,
        PixelFormat::CMYK32 => 4,
    };
    check_size(CODEC, layout, u32::from(info.width), u32::from(info.height), samples)?;
    // A stream that names its colour coding is right; programs leave Photometric Interpretation
    // unchanged when they compress.
    if layout.photometric == Photometric::Rgb && !names_colors(bytes) {
        decoder.set_color_transform(ColorTransform::None);
    }
    let decoded = decoder.decode().map_err(failed)?;
    let values = match info.pixel_format {
        PixelFormat::L16 => {
            decoded.as_chunks::<2>().0.iter().map(|pair| u16::from_ne_bytes(*pair)).collect()
        }
        _ => decoded.into_iter().map(u16::from).collect(),
    };
    Ok(native::align(values, layout))
}

/// The frame at a fraction of its size by a smaller inverse transform, with its layout; none where
/// the stream is not JPEG of eight bits with one component.
pub fn decode_smaller(
    bytes: &[u8],
    layout: &PixelLayout,
    halvings: u32,
) -> Option<(PixelLayout, Vec<u16>)> {
    if layout.samples != 1 || jpeg_extended::is_extended(bytes) {
        return None;
    }
    let mut decoder = Decoder::new(bytes);
    decoder.read_info().ok()?;
    let info = decoder.info()?;
    let is_lossless = info.coding_process == CodingProcess::Lossless;
    if is_lossless || info.pixel_format != PixelFormat::L8 {
        return None;
    }
    check_size(CODEC, layout, u32::from(info.width), u32::from(info.height), 1).ok()?;
    let divisor = 1_u16.checked_shl(halvings)?;
    let (columns, rows) = (layout.columns.div_ceil(divisor), layout.rows.div_ceil(divisor));
    let (columns, rows) = decoder.scale(columns, rows).ok()?;
    let decoded = decoder.decode().ok()?;
    let smaller = PixelLayout { columns, rows, ..*layout };
    let values = decoded.into_iter().map(u16::from).collect();
    Some((smaller, native::align(values, &smaller)))
}

/// Whether a JFIF or Adobe segment precedes the frame.
fn names_colors(bytes: &[u8]) -> bool {
    let mut segments = Segments::of(bytes);
    let before_frame = segments.by_ref().take_while(|segment| !segment.is_frame());
    before_frame.into_iter().any(|segment| {
        (segment.marker == 0xE0 && segment.data.starts_with(b"JFIF"))
            || (segment.marker == 0xEE && segment.data.starts_with(b"Adobe"))
    })
}
