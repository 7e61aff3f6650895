//! JPEG 2000 by `openjp2`.

use std::num::NonZero;
use std::ops::Range;
use std::thread;

use jpeg2k::{DecodeArea, DecodeParameters, Image};

use crate::panics::catch_panic;

use super::super::{PixelError, PixelLayout};
use super::size::check_size;

const CODEC: &str = "JPEG 2000";
/// Pixels of an image from which its bands are decoded by several threads.
const PIXELS_WORTH_BANDS: usize = 1 << 20;
/// Most bands: each holds its own working memory.
const MOST_BANDS: usize = 4;

/// The frame, whose bands of rows are decoded by as many threads as the machine has cores, since the
/// code blocks of a band can be decoded without those of another.
pub fn decode(bytes: &[u8], layout: &PixelLayout) -> Result<Vec<u16>, PixelError> {
    let size = size(bytes).ok_or(PixelError::Cut)?;
    check_size(CODEC, layout, size.columns, size.rows, size.samples)?;
    let pixels = usize::from(layout.columns) * usize::from(layout.rows);
    let cores = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_BANDS);
    if cores == 1 || pixels < PIXELS_WORTH_BANDS || size.left != 0 || size.top != 0 {
        return values(bytes, layout, parameters());
    }
    decode_bands(bytes, layout, cores)
}

fn decode_bands(bytes: &[u8], layout: &PixelLayout, bands: usize) -> Result<Vec<u16>, PixelError> {
    let decode_band = |rows: Range<u16>| {
        let area = DecodeArea::new(0, rows.start.into(), layout.columns.into(), rows.end.into());
        let band = PixelLayout { rows: rows.end - rows.start, ..*layout };
        values(bytes, &band, parameters().decode_area(Some(area)))
    };
    let height = usize::from(layout.rows).div_ceil(bands).max(1);
    let decode_band = &decode_band;
    let decoded: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..layout.rows)
            .step_by(height)
            .map(|top| {
                let bottom = (usize::from(top) + height).min(usize::from(layout.rows));
                #[allow(clippy::cast_possible_truncation)] // at most the rows of the layout
                scope.spawn(move || catch_panic(|| decode_band(top..bottom as u16)))
            })
            .collect();
        threads.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    let mut values = Vec::with_capacity(usize::from(layout.columns) * usize::from(layout.rows));
    for band in decoded {
        let band = band.ok().flatten();
        values
            .append(&mut band.ok_or_else(|| PixelError::stream(CODEC, "the stream is damaged"))??);
    }
    Ok(values)
}

/// The frame of a lower resolution of the stream, if it has one, with its layout.
pub fn decode_smaller(
    bytes: &[u8],
    layout: &PixelLayout,
    halvings: u32,
) -> Option<(PixelLayout, Vec<u16>)> {
    let size = size(bytes)?;
    check_size(CODEC, layout, size.columns, size.rows, size.samples).ok()?;
    let divisor = 1_u16.checked_shl(halvings)?;
    let (columns, rows) = (layout.columns.div_ceil(divisor), layout.rows.div_ceil(divisor));
    let smaller = PixelLayout { columns, rows, ..*layout };
    let values = values(bytes, &smaller, parameters().reduce(halvings)).ok()?;
    Some((smaller, values))
}

fn parameters() -> DecodeParameters {
    DecodeParameters::new().strict(true).ignore_pclr_cmap_cdef()
}

/// The values of the resolution and area of `parameters`, whose size is that of `layout`.
fn values(
    bytes: &[u8],
    layout: &PixelLayout,
    parameters: DecodeParameters,
) -> Result<Vec<u16>, PixelError> {
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

/// What the SIZ segment of a stream says (ITU-T T.800 A.5.1).
struct StreamSize {
    columns: u32,
    rows: u32,
    /// Columns and rows of the reference grid before the image.
    left: u32,
    top: u32,
    samples: u32,
}

/// The size of a stream, also where it lies in a JP2 file.
fn size(bytes: &[u8]) -> Option<StreamSize> {
    const SIZ: [u8; 4] = [0xFF, 0x4F, 0xFF, 0x51];
    let start = bytes.windows(4).take(4096).position(|mark| mark == SIZ)?;
    let segment = bytes.get(start + 4..start + 4 + 38)?;
    let word = |place: usize| {
        let bytes = &segment[place..place + 4];
        bytes.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte))
    };
    let (left, top) = (word(12), word(16));
    Some(StreamSize {
        columns: word(4).checked_sub(left)?,
        rows: word(8).checked_sub(top)?,
        left,
        top,
        samples: u32::from(u16::from_be_bytes([segment[36], segment[37]])),
    })
}
