//! The Image Pixel Module (DICOM PS3.3 C.7.6.3): how the samples of a frame are laid out.

use super::PixelError;

/// The most samples that a frame may have, four times those of the largest mammograms: what a header
/// declares bounds the memory of every codec.
const MOST_SAMPLES: u64 = 1 << 27;

/// What the samples of a pixel mean (0028,0004).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Photometric {
    /// Grey; the lowest value is white.
    Monochrome1,
    /// Grey; the lowest value is black.
    Monochrome2,
    /// Red, green and blue.
    Rgb,
    /// Luminance and two chrominances in full range (PS3.3 C.7.6.3.1.2).
    YbrFull,
    /// The same with every second chrominance omitted.
    YbrFull422,
    /// Transformed within a JPEG 2000 stream, whose decoder undoes it.
    YbrJpeg2000,
    /// Indices of a colour table.
    Palette,
}

impl Photometric {
    /// The defined term, if mammodex knows it.
    pub fn from_term(term: &str) -> Option<Self> {
        Some(match term.trim() {
            "MONOCHROME1" => Self::Monochrome1,
            "MONOCHROME2" => Self::Monochrome2,
            "RGB" => Self::Rgb,
            "YBR_FULL" => Self::YbrFull,
            "YBR_FULL_422" => Self::YbrFull422,
            "YBR_ICT" | "YBR_RCT" => Self::YbrJpeg2000,
            "PALETTE COLOR" => Self::Palette,
            _ => return None,
        })
    }
}

/// How the samples of a frame are laid out. Made by [`PixelLayout::checked`] alone, so that sizes
/// can be multiplied without overflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelLayout {
    /// Pixels across (0028,0011), at least 1.
    pub columns: u16,
    /// Pixels down (0028,0010), at least 1.
    pub rows: u16,
    /// Samples per pixel (0028,0002): 1 or 3.
    pub samples: u8,
    /// Bits that a sample takes in the file (0028,0100): 1, 8 or 16.
    pub allocated: u8,
    /// Bits that a value has (0028,0101): 1 to `allocated`.
    pub stored: u8,
    /// The highest bit of a value (0028,0102).
    pub high: u8,
    /// Whether values are two's complement (0028,0103).
    pub signed: bool,
    /// Whether samples of one kind come together (0028,0006).
    pub planar: bool,
    /// What the samples mean.
    pub photometric: Photometric,
    /// Frames (0028,0008), at least 1.
    pub frames: u32,
}

impl PixelLayout {
    /// The same, if it is one that can be decoded.
    ///
    /// # Errors
    /// [`PixelError::Layout`] with the attribute that does not fit.
    pub fn checked(self) -> Result<Self, PixelError> {
        if self.columns == 0 || self.rows == 0 {
            return PixelError::layout("Rows or Columns are missing");
        }
        if !matches!(self.samples, 1 | 3) {
            return PixelError::layout(format!("{} samples per pixel", self.samples));
        }
        let grey = matches!(
            self.photometric,
            Photometric::Monochrome1 | Photometric::Monochrome2 | Photometric::Palette
        );
        if grey != (self.samples == 1) {
            return PixelError::layout(
                "Samples per Pixel does not fit the Photometric Interpretation",
            );
        }
        let fits = matches!(self.allocated, 1 | 8 | 16)
            && (1..=self.allocated).contains(&self.stored)
            && self.high < self.allocated
            && self.high + 1 >= self.stored;
        if !fits {
            return PixelError::layout(format!(
                "{} bits stored in {} with high bit {}",
                self.stored, self.allocated, self.high
            ));
        }
        if self.values() > MOST_SAMPLES {
            return PixelError::layout(format!("{} × {} pixels", self.columns, self.rows));
        }
        Ok(self)
    }

    /// Samples of one frame.
    pub fn values(&self) -> u64 {
        u64::from(self.columns) * u64::from(self.rows) * u64::from(self.samples)
    }

    /// Bytes of one native frame; in subsampled ones two pixels share two chrominances.
    pub fn frame_bytes(&self) -> u64 {
        let values = match self.photometric {
            Photometric::YbrFull422 => self.values() / 3 * 2,
            _ => self.values(),
        };
        (values * u64::from(self.allocated)).div_ceil(8)
    }
}
