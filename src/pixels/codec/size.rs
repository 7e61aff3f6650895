//! A stream's own size beside the one of the header.

use super::super::error::PixelError;
use super::super::layout::PixelLayout;

/// Refuses a stream of another size than the header declares.
pub fn check_size(
    codec: &'static str,
    layout: &PixelLayout,
    columns: u32,
    rows: u32,
    samples: u32,
) -> Result<(), PixelError> {
    let expected = (u32::from(layout.columns), u32::from(layout.rows), u32::from(layout.samples));
    if (columns, rows, samples) == expected {
        return Ok(());
    }
    let reason = format!(
        "it is {columns} × {rows} with {samples} samples, the header declares {} × {} with {}",
        expected.0, expected.1, expected.2
    );
    Err(PixelError::Stream { codec, reason })
}
