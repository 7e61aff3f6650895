//! JPEG 2000 by `openjp2`.

use jpeg2k::{DecodeParameters, Image};

use super::super::{PixelError, PixelLayout};
use super::size::check_size;

const CODEC: &str = "JPEG 2000";

pub fn decode(bytes: &[u8], layout: &PixelLayout) -> Result<Vec<u16>, PixelError> {
    let (columns, rows, samples) = size(bytes).ok_or(PixelError::Cut)?;
    check_size(CODEC, layout, columns, rows, samples)?;
    values(bytes, layout, 0)
}

/// The frame of a lower resolution of the stream, if it has one, with its layout.
pub fn decode_smaller(
    bytes: &[u8],
    layout: &PixelLayout,
    halvings: u32,
) -> Option<(PixelLayout, Vec<u16>)> {
    let (columns, rows, samples) = size(bytes)?;
    check_size(CODEC, layout, columns, rows, samples).ok()?;
    let divisor = 1_u16.checked_shl(halvings)?;
    let (columns, rows) = (layout.columns.div_ceil(divisor), layout.rows.div_ceil(divisor));
    let smaller = PixelLayout { columns, rows, ..*layout };
    let values = values(bytes, &smaller, halvings).ok()?;
    Some((smaller, values))
}

/// The values of a resolution whose size is that of `layout`.
fn values(bytes: &[u8], layout: &PixelLayout, halvings: u32) -> Result<Vec<u16>, PixelError> {
    let parameters = DecodeParameters::new().strict(true).ignore_pclr_cmap_cdef().reduce(halvings);
    let image = Image::from_bytes_with(bytes, parameters)
        .map_err(|error| PixelError::stream(CODEC, error))?;
    let components = image.components();
    check_size(CODEC, layout, image.width(), image.height(), image.num_components())?;
    let pixels = usize::from(layout.columns) * usize::from(layout.rows);
    if components.iter().any(|component| component.data().len() != pixels) {
        return Err(PixelError::stream(CODEC, "its components differ in size"));
    }
    let mut values = vec![0; pixels * components.len()];
    for (sample, component) in components.iter().enumerate() {
        let places = values.iter_mut().skip(sample).step_by(components.len());
        let shift = 16 - u32::from(layout.stored);
        for (value, number) in places.zip(component.data()) {
            // The low 16 bits, whether the stream or the header alone says that they are signed.
            #[allow(clippy::cast_possible_truncation)]
            let low = (*number as i16).cast_unsigned();
            *value = if layout.signed {
                (low << shift).cast_signed().wrapping_shr(shift).cast_unsigned()
            } else {
                low
            };
        }
    }
    Ok(values)
}

/// Columns, rows and components of the SIZ segment (ITU-T T.800 A.5.1), also where the stream lies
/// in a JP2 file.
fn size(bytes: &[u8]) -> Option<(u32, u32, u32)> {
    const SIZ: [u8; 4] = [0xFF, 0x4F, 0xFF, 0x51];
    let start = bytes.windows(4).take(4096).position(|mark| mark == SIZ)?;
    let segment = bytes.get(start + 4..start + 4 + 38)?;
    let word = |at: usize| {
        u32::from_be_bytes([segment[at], segment[at + 1], segment[at + 2], segment[at + 3]])
    };
    let (columns, rows) = (word(4).checked_sub(word(12))?, word(8).checked_sub(word(16))?);
    Some((columns, rows, u32::from(u16::from_be_bytes([segment[36], segment[37]]))))
}
