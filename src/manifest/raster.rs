//! Pictures as PNG: the grey values of an image without loss, outlines as masks.

use std::io;
use std::path::Path;

use png::{BitDepth, ColorType, Encoder};

use crate::disk::write_with_folders;
use crate::sources::dicom::grey::GreyImage;

/// Writes grey values to a PNG. They are shifted up so that the highest stored bit is the highest
/// of the PNG, and its sBIT chunk says how many bits are real (PNG 1.2, 12.5): shifting back gives
/// the values of the file.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn write_grey(path: &Path, grey: &GreyImage) -> io::Result<()> {
    let depth: u32 = if grey.bits > 8 { 16 } else { 8 };
    let shift = depth - u32::from(grey.bits);
    let bytes: Vec<u8> = if depth == 16 {
        grey.values.iter().flat_map(|value| (value << shift).to_be_bytes()).collect()
    } else {
        // At most eight bits are left.
        grey.values.iter().map(|value| (value << shift).to_be_bytes()[1]).collect()
    };
    let depth = if depth == 16 { BitDepth::Sixteen } else { BitDepth::Eight };
    write(path, [grey.columns, grey.rows], depth, Some(grey.bits), &bytes)
}

/// Writes a mask: one byte per pixel.
pub(super) fn write_mask(path: &Path, mask: &LabelMask) -> io::Result<()> {
    write(path, mask.size, BitDepth::Eight, None, &mask.values)
}

fn write(
    path: &Path,
    [columns, rows]: [u32; 2],
    depth: BitDepth,
    bits: Option<u8>,
    bytes: &[u8],
) -> io::Result<()> {
    let mut content = Vec::new();
    let mut encoder = Encoder::new(&mut content, columns, rows);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(depth);
    let mut writer = encoder.write_header().map_err(io::Error::other)?;
    if let Some(bits) = bits {
        let chunk = png::chunk::ChunkType(*b"sBIT");
        writer.write_chunk(chunk, &[bits]).map_err(io::Error::other)?;
    }
    writer.write_image_data(bytes).map_err(io::Error::other)?;
    writer.finish().map_err(io::Error::other)?;
    write_with_folders(path, &content)
}

/// A picture of numbers, 0 where nothing was drawn.
pub(super) struct LabelMask {
    size: [u32; 2],
    values: Vec<u8>,
}

impl LabelMask {
    /// An empty one.
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
