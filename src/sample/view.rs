//! The four standard views and their grid of pixels.

use super::facts::SampleDevice;
use super::request::SamplePixels;

/// A breast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BreastSide {
    Left,
    Right,
}

impl BreastSide {
    /// `L` or `R`.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Left => "L",
            Self::Right => "R",
        }
    }

    /// The other breast.
    pub fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }
}

/// From where the breast is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ViewAngle {
    /// From above.
    Cc,
    /// From the middle, aslant.
    Mlo,
}

impl ViewAngle {
    /// `CC` or `MLO`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Cc => "CC",
            Self::Mlo => "MLO",
        }
    }
}

/// One standard view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SampleView {
    pub side: BreastSide,
    pub angle: ViewAngle,
}

impl SampleView {
    /// All four, in the order of their files.
    pub const ALL: [Self; 4] = [
        Self { side: BreastSide::Left, angle: ViewAngle::Cc },
        Self { side: BreastSide::Left, angle: ViewAngle::Mlo },
        Self { side: BreastSide::Right, angle: ViewAngle::Cc },
        Self { side: BreastSide::Right, angle: ViewAngle::Mlo },
    ];

    /// `LCC`, `LMLO`, `RCC` or `RMLO`.
    pub fn name(self) -> String {
        format!("{}{}", self.side.letter(), self.angle.code())
    }

    /// The view's name as annotations write it.
    pub fn key(self) -> String {
        self.name().to_lowercase()
    }
}

/// The pixels of an image and how far apart they are at the detector.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PixelGrid {
    pub columns: u32,
    pub rows: u32,
    pub spacing_mm: f64,
}

/// Distance of pixels in small images: a breast of 180 by 220 mm on 128 by 160 pixels.
const SMALL_MM: f64 = 1.4;

impl PixelGrid {
    /// The device's own grid, or the coarse one that covers the same field.
    pub fn of(device: &SampleDevice, pixels: SamplePixels) -> Self {
        match pixels {
            SamplePixels::None | SamplePixels::Full => {
                Self { columns: device.columns, rows: device.rows, spacing_mm: device.spacing_mm }
            }
            SamplePixels::Small => Self::coarse(device),
        }
    }

    /// The grid of small images.
    pub fn coarse(device: &SampleDevice) -> Self {
        let width_mm = f64::from(device.columns) * device.spacing_mm;
        let columns = (width_mm / SMALL_MM).round().max(1.0);
        let spacing_mm = width_mm / columns;
        let rows = (f64::from(device.rows) * device.spacing_mm / spacing_mm).round();
        Self { columns: columns as u32, rows: rows as u32, spacing_mm }
    }

    /// From the upper edge to the lower, in mm.
    pub fn height_mm(self) -> f64 {
        f64::from(self.rows) * self.spacing_mm
    }

    /// Place from the image's centre, in pixels, x to the right and y down, of a point `depth` mm
    /// before the chest wall and `below` mm below the middle. A left breast lies on the left.
    pub fn point(self, side: BreastSide, depth: f64, below: f64) -> (f64, f64) {
        let from_left = depth / self.spacing_mm - f64::from(self.columns) / 2.0;
        match side {
            BreastSide::Left => (from_left, below / self.spacing_mm),
            BreastSide::Right => (-from_left, below / self.spacing_mm),
        }
    }
}
