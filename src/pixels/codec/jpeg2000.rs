//! JPEG 2000 by `openjp2`.

use std::num::NonZero;
use std::ops::Range;
use std::thread;

use jpeg2k::{DecodeArea, DecodeParameters, Image};

use crate::panics::catch_panic;

use super::super::{PixelError, PixelLayout};
use super::size::check_size;

const CODEC: &str = "JPEG 2000";
/// Decoded pixels from which bands of an image are decoded by several threads.
const PIXELS_WORTH_BANDS: usize = 1 << 18;
/// Most bands: each holds its own working memory.
const MOST_BANDS: usize = 4;

/// The frame. Bands of its rows are decoded by as many threads as the machine has cores, since the code blocks
/// of a band can be decoded without those of another.
pub fn decode(bytes: &[u8], layout: &PixelLayout) -> Result<Vec<u16>, PixelError> {
    let size = size(bytes).ok_or(PixelError::Cut)?;
    check_size(CODEC, layout, size.columns, size.rows, size.samples)?;
    decode_reduced(bytes, &size, layout, 0)
}

/// The frame with each side halved so often.
fn decode_reduced(
    bytes: &[u8],
    size: &StreamSize,
    layout: &PixelLayout,
    halvings: u32,
) -> Result<Vec<u16>, PixelError> {
    let reduced = halved(layout, halvings);
    let pixels = usize::from(reduced.columns) * usize::from(reduced.rows);
    let cores = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_BANDS);
    if cores == 1 || pixels < PIXELS_WORTH_BANDS || size.left != 0 || size.top != 0 {
        return values(bytes, &reduced, parameters().reduce(halvings));
    }
    decode_bands(bytes, layout, halvings, cores)
}

fn halved(layout: &PixelLayout, halvings: u32) -> PixelLayout {
    let divisor = 1_u16.checked_shl(halvings).unwrap_or(u16::MAX);
    let (columns, rows) = (layout.columns.div_ceil(divisor), layout.rows.div_ceil(divisor));
    PixelLayout { columns, rows, ..*layout }
}

fn decode_bands(
    bytes: &[u8],
    layout: &PixelLayout,
    halvings: u32,
    bands: usize,
) -> Result<Vec<u16>, PixelError> {
    let decode_band = |rows: Range<u16>, band_values: &mut [u16]| {
        let area = DecodeArea::new(0, rows.start.into(), layout.columns.into(), rows.end.into());
        let band = halved(&PixelLayout { rows: rows.end - rows.start, ..*layout }, halvings);
        let parameters = parameters().reduce(halvings).decode_area(Some(area));
        decode_into(band_values, bytes, &band, parameters)
    };
    // A band begins at a row that halving keeps.
    let step = 1_usize << halvings;
    let height = usize::from(layout.rows).div_ceil(bands).next_multiple_of(step);
    let mut values = zeros(&halved(layout, halvings))?;
    let band_length = values.len() / usize::from(layout.rows).div_ceil(step) * (height / step);
    let decode_band = &decode_band;
    let outcomes: Vec<_> = thread::scope(|scope| {
        let tops = (0..layout.rows).step_by(height);
        let threads: Vec<_> = tops
            .zip(values.chunks_mut(band_length))
            .map(|(top, band_values)| {
                let bottom = (usize::from(top) + height).min(usize::from(layout.rows));
                #[allow(clippy::cast_possible_truncation)] // at most the rows of the layout
                let rows = top..bottom as u16;
                scope.spawn(move || catch_panic(|| decode_band(rows, band_values)))
            })
            .collect();
        threads.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    for outcome in outcomes {
        let outcome = outcome.ok().flatten();
        outcome.ok_or_else(|| PixelError::stream(CODEC, "the stream is damaged"))??;
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
    // Sides have 16 bits.
    let halvings = Some(halvings).filter(|halvings| *halvings < 16)?;
    let values = decode_reduced(bytes, &size, layout, halvings).ok()?;
    Some((halved(layout, halvings), values))
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
    let mut values = zeros(layout)?;
    decode_into(&mut values, bytes, layout, parameters)?;
    Ok(values)
}

fn zeros(layout: &PixelLayout) -> Result<Vec<u16>, PixelError> {
    let length = usize::try_from(layout.values()).map_err(|_| PixelError::Cut)?;
    Ok(vec![0; length])
}

/// Decodes the resolution and area of `parameters`, whose size is that of `layout`.
fn decode_into(
    values: &mut [u16],
    bytes: &[u8],
    layout: &PixelLayout,
    parameters: DecodeParameters,
) -> Result<(), PixelError> {
    let image = Image::from_bytes_with(bytes, parameters)
        .map_err(|error| PixelError::stream(CODEC, error))?;
    let components = image.components();
    check_size(CODEC, layout, image.width(), image.height(), image.num_components())?;
    let pixels = values.len() / components.len().max(1);
    if components.iter().any(|component| component.data().len() != pixels) {
        return Err(PixelError::stream(CODEC, "its components differ in size"));
    }
    let shift = 16 - u32::from(layout.stored);
    let value = |number: &i32| {
        // The low 16 bits, whether the stream or the header alone says that they are signed.
        #[allow(clippy::cast_possible_truncation)]
        let low = (*number as i16).cast_unsigned();
        let extended = (low << shift).cast_signed().wrapping_shr(shift).cast_unsigned();
        if layout.signed { extended } else { low }
    };
    if let [component] = components {
        let numbers = component.data().iter();
        values.iter_mut().zip(numbers).for_each(|(place, number)| *place = value(number));
        return Ok(());
    }
    for (sample, component) in components.iter().enumerate() {
        let places = values.iter_mut().skip(sample).step_by(components.len());
        places.zip(component.data()).for_each(|(place, number)| *place = value(number));
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::super::super::Photometric;
    use super::*;

    /// Streams of both wavelets in files of `../shared/data`, with their layouts.
    fn streams() -> Vec<(Vec<u8>, PixelLayout)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../shared/data/corpus/dcm-pydicom/src/pydicom/data/test_files");
        let names = ["693_J2KI.dcm", "MR_small_jp2klossless.dcm", "JPEG2000.dcm"];
        let files = names.iter().filter_map(|name| fs::read(folder.join(name)).ok());
        files
            .map(|file| {
                let start = file.windows(4).position(|mark| mark == [0xFF, 0x4F, 0xFF, 0x51]);
                let end = file.windows(2).rposition(|mark| mark == [0xFF, 0xD9]);
                let stream = file[start.unwrap()..end.unwrap() + 2].to_vec();
                let size = size(&stream).unwrap();
                let layout = PixelLayout {
                    columns: u16::try_from(size.columns).unwrap(),
                    rows: u16::try_from(size.rows).unwrap(),
                    samples: 1,
                    allocated: 16,
                    stored: 16,
                    high: 15,
                    signed: true,
                    planar: false,
                    photometric: Photometric::Monochrome2,
                    frames: 1,
                };
                (stream, layout)
            })
            .collect()
    }

    #[test]
    fn bands_are_the_rows_of_the_whole_at_every_resolution() {
        for (stream, layout) in streams() {
            for halvings in 0..3 {
                let whole = halved(&layout, halvings);
                let whole = values(&stream, &whole, parameters().reduce(halvings)).unwrap();
                for bands in 2..5 {
                    let banded = decode_bands(&stream, &layout, halvings, bands).unwrap();
                    assert!(whole == banded, "{halvings} halvings, {bands} bands");
                }
            }
        }
    }
}
