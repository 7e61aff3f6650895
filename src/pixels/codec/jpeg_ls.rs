//! Grey JPEG-LS (ITU-T T.87): the segments before the scan.

use super::super::{PixelError, PixelLayout};
use super::jpeg_ls_scan::{ScanParameters, decode_scan};
use super::jpeg_segments::Segments;
use super::native;
use super::size::check_size;

const CODEC: &str = "JPEG-LS";

/// Decodes a stream of one component, as mammograms have.
pub fn decode(bytes: &[u8], layout: &PixelLayout) -> Result<Vec<u16>, PixelError> {
    let damaged = |reason: &str| PixelError::stream(CODEC, reason);
    let (mut precision, mut preset) = (None, [0; 5]);
    let mut segments = Segments::of(bytes);
    while let Some(segment) = segments.next() {
        match segment.marker {
            0xF7 => {
                let [bits, y1, y0, x1, x0, components, ..] = *segment.data else {
                    return Err(damaged("its frame header is cut"));
                };
                let word = |high, low| u32::from(u16::from_be_bytes([high, low]));
                let samples = u32::from(components);
                check_size(CODEC, layout, word(x1, x0), word(y1, y0), samples)?;
                if components != 1 {
                    return Err(damaged("multi-component JPEG-LS is not supported"));
                }
                precision = Some(bits).filter(|bits| (2..=16).contains(bits));
            }
            0xF8 => preset = read_preset(segment.data).ok_or_else(|| damaged("LSE"))?,
            0xDD => return Err(damaged("restart intervals are not supported")),
            0xDA => {
                let [1, _, 0, near, 0, 0, ..] = *segment.data else {
                    return Err(damaged("a scan of several components or with a mapping table"));
                };
                let precision = precision.ok_or_else(|| damaged("no frame header"))?;
                let parameters = scan_parameters(precision, preset, near);
                let parameters = parameters.ok_or_else(|| damaged("its parameters do not fit"))?;
                let size = [layout.columns, layout.rows].map(usize::from);
                let values = decode_scan(segments.rest, &parameters, size);
                return Ok(native::align(values.ok_or(PixelError::Cut)?, layout));
            }
            _ => {}
        }
    }
    Err(PixelError::Cut)
}

/// Highest value, three thresholds and reset of a preset (T.87 C.2.4.1.1), 0 for the default; none for the other
/// kinds of this segment, which change what values mean.
fn read_preset(data: &[u8]) -> Option<[i32; 5]> {
    let (&1, numbers) = data.split_first()? else { return None };
    let numbers: &[u8; 10] = numbers.first_chunk()?;
    let mut preset = [0; 5];
    for (number, bytes) in preset.iter_mut().zip(numbers.as_chunks::<2>().0) {
        *number = i32::from(u16::from_be_bytes(*bytes));
    }
    Some(preset)
}

fn scan_parameters(precision: u8, preset: [i32; 5], near: u8) -> Option<ScanParameters> {
    let or_default = |number: i32, default: i32| if number == 0 { default } else { number };
    let [max_value, first, second, third, reset] = preset;
    let highest = (1 << precision) - 1;
    let max_value =
        Some(or_default(max_value, highest)).filter(|max_value| *max_value <= highest)?;
    let default = ScanParameters::default_for(max_value, i32::from(near));
    let [default_first, default_second, default_third] = default.thresholds;
    let parameters = ScanParameters {
        thresholds: [
            or_default(first, default_first),
            or_default(second, default_second),
            or_default(third, default_third),
        ],
        reset: or_default(reset, default.reset),
        ..default
    };
    parameters.are_valid().then_some(parameters)
}
