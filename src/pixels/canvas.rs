//! Lines and letters on a picture.

use font8x8::legacy::BASIC_LEGACY;

use super::picture::{Channels, Picture};

/// Red, green and blue.
pub type Color = [u8; 3];

/// Draws on a colour picture; what lies outside is not drawn.
pub struct Canvas {
    picture: Picture,
}

impl Canvas {
    /// Draws on that picture, which becomes one of colours.
    pub fn new(picture: Picture) -> Self {
        Self { picture: picture.into_rgb() }
    }

    /// The picture.
    pub fn into_picture(self) -> Picture {
        self.picture
    }

    /// Closes the corners to a ring and draws it with smooth edges. Corners are in pixels, the
    /// middle of the first pixel is (0.5, 0.5).
    pub fn ring(&mut self, corners: &[[f64; 2]], thickness: f64, color: Color) {
        let next = corners.iter().cycle().skip(1);
        for (from, to) in corners.iter().zip(next) {
            self.line(*from, *to, thickness, color);
        }
    }

    /// A line with round ends and smooth edges.
    pub fn line(&mut self, from: [f64; 2], to: [f64; 2], thickness: f64, color: Color) {
        if !from.iter().chain(&to).all(|number| number.is_finite()) {
            return;
        }
        let reach = thickness / 2.0 + 1.0;
        let range = |axis: usize, length: u32| {
            let low = from[axis].min(to[axis]) - reach;
            let high = from[axis].max(to[axis]) + reach;
            pixel(low, length)..pixel(high + 1.0, length)
        };
        let (columns, rows) = (range(0, self.picture.columns), range(1, self.picture.rows));
        for row in rows {
            for column in columns.clone() {
                let middle = [f64::from(column) + 0.5, f64::from(row) + 0.5];
                let share = thickness / 2.0 + 0.5 - distance(middle, from, to);
                if share > 0.0 {
                    self.blend(column, row, color, share.min(1.0));
                }
            }
        }
    }

    /// Fills a rectangle.
    pub fn fill(&mut self, [left, top]: [f64; 2], [width, height]: [f64; 2], color: Color) {
        let columns = pixel(left, self.picture.columns)..pixel(left + width, self.picture.columns);
        for row in pixel(top, self.picture.rows)..pixel(top + height, self.picture.rows) {
            for column in columns.clone() {
                self.blend(column, row, color, 1.0);
            }
        }
    }

    /// Pixels across and down.
    pub fn size(&self) -> [f64; 2] {
        [self.picture.columns, self.picture.rows].map(f64::from)
    }

    /// How wide a text of that height is.
    pub fn text_width(&self, text: &str, height: f64) -> f64 {
        text.chars().map(|_| height).sum()
    }

    /// Writes a line of text with a dark edge, its top left corner at a place. Characters beyond
    /// ASCII become `?`.
    pub fn text(&mut self, [left, top]: [f64; 2], height: f64, text: &str, color: Color) {
        let dot = height / 8.0;
        for (edge, color) in [((dot / 2.0).max(1.0), [0; 3]), (0.0, color)] {
            for (place, letter) in (0_u32..).zip(text.chars()) {
                let glyph =
                    BASIC_LEGACY.get(letter as usize).unwrap_or(&BASIC_LEGACY['?' as usize]);
                for (row, bits) in (0_u32..).zip(glyph) {
                    for column in (0..8).filter(|column| bits >> column & 1 == 1) {
                        let x = left + f64::from(place) * height + f64::from(column) * dot;
                        let y = top + f64::from(row) * dot;
                        let side = dot + 2.0 * edge;
                        self.fill([x - edge, y - edge], [side, side], color);
                    }
                }
            }
        }
    }

    fn blend(&mut self, column: u32, row: u32, color: Color, share: f64) {
        let width = Channels::Rgb.count();
        let start = (row as usize * self.picture.columns as usize + column as usize) * width;
        for (byte, value) in self.picture.bytes[start..start + width].iter_mut().zip(color) {
            let mixed = f64::from(*byte) * (1.0 - share) + f64::from(value) * share;
            // A mean of bytes: nothing is lost.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let mixed = mixed.round() as u8;
            *byte = mixed;
        }
    }
}

/// The pixel that a coordinate lies in, within 0 and `length`.
fn pixel(coordinate: f64, length: u32) -> u32 {
    // Clamped before: nothing is lost; NaN becomes 0.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let pixel = coordinate.floor().clamp(0.0, f64::from(length)) as u32;
    pixel
}

/// How far a point is from a line.
fn distance(point: [f64; 2], from: [f64; 2], to: [f64; 2]) -> f64 {
    let along = [to[0] - from[0], to[1] - from[1]];
    let offset = [point[0] - from[0], point[1] - from[1]];
    let square = along[0] * along[0] + along[1] * along[1];
    let share = if square > 0.0 {
        ((offset[0] * along[0] + offset[1] * along[1]) / square).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (offset[0] - share * along[0]).hypot(offset[1] - share * along[1])
}
