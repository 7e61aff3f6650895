//! Run lengths (DICOM PS3.5 annex G): one segment per byte of a sample, the high byte first.

use super::super::{Photometric, PixelError, PixelLayout};
use super::native;

const CODEC: &str = "RLE";
/// The count of segments and fifteen offsets.
const HEADER: usize = 64;

pub fn decode(bytes: &[u8], layout: &PixelLayout) -> Result<Vec<u16>, PixelError> {
    let head = bytes.get(..HEADER).ok_or(PixelError::Cut)?;
    let word = |index: usize| {
        let start = index * 4;
        let word = [head[start], head[start + 1], head[start + 2], head[start + 3]];
        usize::try_from(u32::from_le_bytes(word)).unwrap_or(usize::MAX)
    };
    let width = usize::from(layout.allocated.div_ceil(8));
    let segments = usize::from(layout.samples) * width;
    if word(0) != segments {
        let reason = format!("it has {} segments, expected {segments}", word(0));
        return Err(PixelError::stream(CODEC, reason));
    }
    let pixels = usize::from(layout.columns) * usize::from(layout.rows);
    let samples = usize::from(layout.samples);
    let mut values = vec![0_u16; pixels * samples];
    for segment in 0..segments {
        let start = word(segment + 1);
        let end = if segment + 1 < segments { word(segment + 2) } else { bytes.len() };
        let packed = bytes.get(start..end).ok_or(PixelError::Cut)?;
        let shift = (width - 1 - segment % width) * 8;
        let sample = segment / width;
        let mut places = values.iter_mut().skip(sample).step_by(samples);
        unpack(packed, |byte| {
            if let Some(value) = places.next() {
                *value |= u16::from(byte) << shift;
            }
        });
        if places.next().is_some() {
            return Err(PixelError::Cut);
        }
    }
    let values = native::align(values, layout);
    Ok(match layout.photometric {
        Photometric::YbrFull => native::to_rgb(values),
        _ => values,
    })
}

/// The bytes of a segment in PackBits form (annex G.3.1).
fn unpack(packed: &[u8], mut push: impl FnMut(u8)) {
    let mut rest = packed;
    while let Some((&count, behind)) = rest.split_first() {
        rest = behind;
        if count < 128 {
            let length = (usize::from(count) + 1).min(rest.len());
            let (literal, behind) = rest.split_at(length);
            literal.iter().for_each(|byte| push(*byte));
            rest = behind;
        } else if count > 128 {
            let Some((&byte, behind)) = rest.split_first() else { return };
            (0..257 - usize::from(count)).for_each(|_| push(byte));
            rest = behind;
        }
    }
}
