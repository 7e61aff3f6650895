//! Polygons as masks.

use super::picture::{Channels, Picture};

/// A picture of numbers, 0 where nothing was drawn.
pub struct LabelMask {
    size: [u32; 2],
    values: Vec<u8>,
}

impl LabelMask {
    /// An empty mask of so many pixels across and down.
    pub fn new(size: [u32; 2]) -> Self {
        Self { size, values: vec![0; size[0] as usize * size[1] as usize] }
    }

    /// Fills a polygon: every pixel whose centre lies within it, by the even-odd rule. What lies
    /// outside the picture is cut off.
    pub fn fill(&mut self, corners: &[[f64; 2]], value: u8) {
        let [columns, rows] = self.size;
        let low = corners.iter().map(|c| c[1]).fold(f64::INFINITY, f64::min);
        let high = corners.iter().map(|c| c[1]).fold(f64::NEG_INFINITY, f64::max);
        for row in whole(low - 0.5, rows)..whole(high + 0.5, rows) {
            let middle = f64::from(row) + 0.5;
            let mut crossings = crossings(corners, middle);
            crossings.sort_by(f64::total_cmp);
            for pair in crossings.as_chunks::<2>().0 {
                let (from, until) = (whole(pair[0] - 0.5, columns), whole(pair[1] - 0.5, columns));
                let start = row as usize * columns as usize;
                let line = &mut self.values[start..start + columns as usize];
                line[from as usize..until as usize].fill(value);
            }
        }
    }

    /// The numbers as grey levels.
    pub fn into_picture(self) -> Picture {
        let [columns, rows] = self.size;
        Picture { columns, rows, channels: Channels::Grey, bytes: self.values }
    }
}

/// The next whole number that is not below, within 0 and `most`.
fn whole(number: f64, most: u32) -> u32 {
    // Clamped before: nothing is lost; NaN becomes 0.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = number.ceil().clamp(0.0, f64::from(most)) as u32;
    whole
}

/// Where the edges meet a horizontal line.
fn crossings(corners: &[[f64; 2]], y: f64) -> Vec<f64> {
    let next = corners.iter().cycle().skip(1);
    let edges = corners.iter().zip(next);
    edges
        .filter(|(a, b)| (a[1] <= y) != (b[1] <= y))
        .map(|(a, b)| a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]))
        .collect()
}
