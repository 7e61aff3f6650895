//! Samples as they are (DICOM PS3.5 8.1 and annex D).

use super::super::{Photometric, PixelError, PixelLayout};

pub fn decode(
    bytes: &[u8],
    layout: &PixelLayout,
    big_endian: bool,
) -> Result<Vec<u16>, PixelError> {
    let length = usize::try_from(layout.frame_bytes()).map_err(|_| PixelError::Cut)?;
    let bytes = bytes.get(..length).ok_or(PixelError::Cut)?;
    let raw: Vec<u16> = match layout.allocated {
        1 => bits(bytes, usize::try_from(layout.values()).map_err(|_| PixelError::Cut)?),
        8 => bytes.iter().map(|byte| u16::from(*byte)).collect(),
        _ => {
            let pairs = bytes.as_chunks::<2>().0.iter();
            if big_endian {
                pairs.map(|pair| u16::from_be_bytes(*pair)).collect()
            } else {
                pairs.map(|pair| u16::from_le_bytes(*pair)).collect()
            }
        }
    };
    let raw = match layout.photometric {
        Photometric::YbrFull422 => expand_422(&raw),
        _ if layout.planar && layout.samples == 3 => interleave(&raw),
        _ => raw,
    };
    let raw = align(raw, layout);
    Ok(match layout.photometric {
        Photometric::YbrFull | Photometric::YbrFull422 => to_rgb(raw),
        _ => raw,
    })
}

/// Single bits, the lowest of each byte first.
fn bits(bytes: &[u8], count: usize) -> Vec<u16> {
    let all = bytes.iter().flat_map(|byte| (0..8).map(move |bit| u16::from(byte >> bit & 1)));
    all.take(count).collect()
}

/// Values shifted down to bit 0, without the bits above those stored (overlays of old files), and
/// extended by their sign.
pub fn align(mut raw: Vec<u16>, layout: &PixelLayout) -> Vec<u16> {
    let shift = u32::from(layout.high + 1 - layout.stored);
    let unused = 16 - u32::from(layout.stored);
    if unused == 0 {
        return raw;
    }
    for value in &mut raw {
        let high = *value >> shift << unused;
        *value = if layout.signed {
            (high.cast_signed() >> unused).cast_unsigned()
        } else {
            high >> unused
        };
    }
    raw
}

/// Samples in turn from planes one behind the other.
pub fn interleave(planes: &[u16]) -> Vec<u16> {
    let count = planes.len() / 3;
    (0..count).flat_map(|pixel| (0..3).map(move |plane| planes[plane * count + pixel])).collect()
}

/// Two luminances, then the chrominances that both pixels share (PS3.3 C.7.6.3.1.2).
fn expand_422(raw: &[u16]) -> Vec<u16> {
    let pairs = raw.as_chunks::<4>().0.iter();
    pairs
        .flat_map(|[first, second, blue, red]| [*first, *blue, *red, *second, *blue, *red])
        .collect()
}

/// From luminance and chrominances of eight bits to red, green and blue (PS3.3 C.7.6.3.1.2).
pub fn to_rgb(mut values: Vec<u16>) -> Vec<u16> {
    for pixel in values.as_chunks_mut::<3>().0 {
        let [y, blue, red] = pixel.map(f64::from);
        let (blue, red) = (blue - 128.0, red - 128.0);
        let rgb = [y + 1.402 * red, y - 0.344_136 * blue - 0.714_136 * red, y + 1.772 * blue];
        // Clamped before: nothing is lost.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let whole = rgb.map(|value| (value + 0.5).floor().clamp(0.0, 255.0) as u16);
        *pixel = whole;
    }
    values
}
