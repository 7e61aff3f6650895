//! JPEG-LS by `pure_jpegls`: one component, as mammograms have.

use super::super::{PixelError, PixelLayout};
use super::native;
use super::size::check_size;

const CODEC: &str = "JPEG-LS";
const END_OF_IMAGE: [u8; 2] = [0xFF, 0xD9];

pub fn decode(bytes: &[u8], layout: &PixelLayout) -> Result<Vec<u16>, PixelError> {
    let (columns, rows, samples) = size(bytes).ok_or(PixelError::Cut)?;
    check_size(CODEC, layout, columns, rows, samples)?;
    let decode = |stream: &[u8]| jpegls::decode(stream, columns, rows);
    // The decoder takes fill bytes before the end mark for data.
    let decoded = decode(&without_fill(bytes, 0xFF));
    let (values, ..) = decoded
        .or_else(|error| decode(&without_fill(bytes, 0)).map_err(|_| error))
        .map_err(|error| PixelError::stream(CODEC, error))?;
    Ok(native::align(values, layout))
}

/// Columns, rows and components of the frame header (ITU-T T.87 C.2.2).
fn size(bytes: &[u8]) -> Option<(u32, u32, u32)> {
    let mut rest = bytes.strip_prefix(&[0xFF, 0xD8])?;
    loop {
        let [0xFF, marker, high, low, ..] = *rest else { return None };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if marker == 0xF7 {
            let [_, _, _, _, _, y1, y0, x1, x0, components, ..] = *rest else { return None };
            let word = |high, low| u32::from(u16::from_be_bytes([high, low]));
            return Some((word(x1, x0), word(y1, y0), u32::from(components)));
        }
        rest = rest.get(2 + length..)?;
    }
}

/// The stream without such bytes before its end mark.
fn without_fill(bytes: &[u8], fill: u8) -> Vec<u8> {
    let mut stream = bytes.to_vec();
    let Some(end) = stream.windows(2).rposition(|pair| pair == END_OF_IMAGE) else { return stream };
    let data = stream[..end].iter().rposition(|byte| *byte != fill).map_or(0, |last| last + 1);
    stream.truncate(data);
    stream.extend(END_OF_IMAGE);
    stream
}
