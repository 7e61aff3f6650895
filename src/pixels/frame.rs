//! One decoded frame.

use super::{PixelError, PixelLayout};

/// The samples of one frame, as stored: no window and no lookup table, with nothing inverted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Pixels across.
    pub columns: u32,
    /// Pixels down.
    pub rows: u32,
    /// Samples per pixel: 1 for grey, 3 for red, green and blue in turn.
    pub samples: u8,
    /// Bits that a value has: 1 to 16.
    pub bits: u8,
    /// Whether values are two's complement; they are extended to 16 bits.
    pub signed: bool,
    /// Row by row from the top left.
    pub values: Vec<u16>,
}

impl Frame {
    /// A frame of that layout.
    ///
    /// # Errors
    /// When there are more or fewer values than the layout has.
    pub(super) fn of(layout: &PixelLayout, values: Vec<u16>) -> Result<Self, PixelError> {
        if values.len() as u64 != layout.values() {
            return Err(PixelError::Cut);
        }
        Ok(Self {
            columns: u32::from(layout.columns),
            rows: u32::from(layout.rows),
            samples: layout.samples,
            bits: layout.stored,
            signed: layout.signed,
            values,
        })
    }

    /// The number that a sample represents.
    pub fn number(&self, value: u16) -> i32 {
        stored_number(value, self.signed)
    }
}

/// The number that a stored sample represents.
pub(super) fn stored_number(value: u16, signed: bool) -> i32 {
    if signed { i32::from(value.cast_signed()) } else { i32::from(value) }
}
