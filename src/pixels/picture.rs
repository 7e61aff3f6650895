//! Pictures for people: eight bits per channel, shrunk, cropped, joined and written to a file.

use std::io;

use image_webp::{ColorType as WebPColor, WebPEncoder};
use jpeg_encoder::{ColorType as JpegColor, Encoder as JpegEncoder};
use png::{BitDepth, ColorType, Compression, Encoder as PngEncoder, Filter};
use rayon::prelude::*;

/// The longest side of a WebP (RFC 9649, 3.4).
const LONGEST_WEBP: u32 = 16_384;
/// Fewest lines of a shrunk picture that are worth a thread.
const LINES_PER_THREAD: usize = 64;

/// How a picture is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureFormat {
    /// Without loss.
    Png,
    /// With loss; the quality is from 1 to 100.
    Jpeg(u8),
    /// WebP without loss, smaller than PNG.
    WebP,
}

impl PictureFormat {
    /// The format that a file's ending names.
    pub fn from_ending(ending: &str) -> Option<Self> {
        match ending.to_ascii_lowercase().as_str() {
            "png" => Some(Self::Png),
            "jpg" | "jpeg" => Some(Self::Jpeg(90)),
            "webp" => Some(Self::WebP),
            _ => None,
        }
    }

    /// The usual ending, without a dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg(_) => "jpg",
            Self::WebP => "webp",
        }
    }
}

/// What a pixel of a picture holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channels {
    /// A grey level.
    Grey,
    /// Red, green and blue.
    Rgb,
}

impl Channels {
    /// Bytes of a pixel.
    pub fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
        }
    }
}

/// A rectangle of whole pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelBox {
    /// First column.
    pub left: u32,
    /// First row.
    pub top: u32,
    /// Pixels across.
    pub columns: u32,
    /// Pixels down.
    pub rows: u32,
}

/// A picture of eight bits per channel, row by row from the top left; 0 is black.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels across.
    pub columns: u32,
    /// Pixels down.
    pub rows: u32,
    /// What a pixel holds.
    pub channels: Channels,
    /// The channels of each pixel in turn.
    pub bytes: Vec<u8>,
}

impl Picture {
    /// A black picture.
    pub fn black(columns: u32, rows: u32, channels: Channels) -> Self {
        let bytes = vec![0; columns as usize * rows as usize * channels.count()];
        Self { columns, rows, channels, bytes }
    }

    /// The same with three channels.
    pub fn into_rgb(self) -> Self {
        match self.channels {
            Channels::Rgb => self,
            Channels::Grey => {
                let bytes = self.bytes.iter().flat_map(|grey| [*grey; 3]).collect();
                Self { channels: Channels::Rgb, bytes, ..self }
            }
        }
    }

    /// The part within a rectangle; what lies outside the picture is cut off.
    pub fn crop(&self, area: PixelBox) -> Self {
        let left = area.left.min(self.columns);
        let top = area.top.min(self.rows);
        let columns = area.columns.min(self.columns - left);
        let rows = area.rows.min(self.rows - top);
        let width = self.channels.count();
        let mut bytes = Vec::with_capacity(columns as usize * rows as usize * width);
        for row in top..top + rows {
            let start = (row as usize * self.columns as usize + left as usize) * width;
            bytes.extend_from_slice(&self.bytes[start..start + columns as usize * width]);
        }
        Self { columns, rows, channels: self.channels, bytes }
    }

    /// Shrunk so that neither side is longer than `longest`: each pixel is the mean of those that it
    /// covers. A picture that is small enough stays as it is.
    pub fn shrink(self, longest: u32) -> Self {
        let side = self.columns.max(self.rows);
        if side <= longest || longest == 0 {
            return self;
        }
        let scale = |length: u32| {
            let scaled =
                (u64::from(length) * u64::from(longest) + u64::from(side) / 2) / u64::from(side);
            u32::try_from(scaled).unwrap_or(1).max(1)
        };
        self.resample(scale(self.columns), scale(self.rows))
    }

    /// Each pixel the mean of a box of whole pixels.
    fn resample(&self, columns: u32, rows: u32) -> Self {
        let width = self.channels.count();
        let bounds = |index: u32, of: u32, from: u32| {
            let edge = |index: u32| {
                usize::try_from(u64::from(index) * u64::from(from) / u64::from(of)).unwrap_or(0)
            };
            let (start, end) = (edge(index), edge(index + 1));
            start..end.max(start + 1)
        };
        let across: Vec<_> = (0..columns).map(|x| bounds(x, columns, self.columns)).collect();
        let line = self.columns as usize * width;
        let shrunk_line = columns as usize * width;
        let mut bytes = vec![0; shrunk_line * rows as usize];
        let shrink_line = |sums: &mut Vec<u32>, (y, shrunk): (u32, &mut [u8])| {
            let down = bounds(y, rows, self.rows);
            sums.fill(0);
            for row in down.clone() {
                let pixels = &self.bytes[row * line..(row + 1) * line];
                sums.iter_mut().zip(pixels).for_each(|(sum, byte)| *sum += u32::from(*byte));
            }
            for (range, pixel) in across.iter().zip(shrunk.chunks_exact_mut(width)) {
                let count = u32::try_from(range.len() * down.len()).unwrap_or(1);
                for (channel, byte) in pixel.iter_mut().enumerate() {
                    let sum: u32 = range.clone().map(|column| sums[column * width + channel]).sum();
                    *byte = u8::try_from((sum + count / 2) / count).unwrap_or(u8::MAX);
                }
            }
        };
        let lines =
            bytes.par_chunks_exact_mut(shrunk_line).enumerate().with_min_len(LINES_PER_THREAD);
        // At most the rows of the picture.
        #[allow(clippy::cast_possible_truncation)]
        let lines = lines.map(|(y, shrunk)| (y as u32, shrunk));
        lines.for_each_init(|| vec![0_u32; line], shrink_line);
        Self { columns, rows, channels: self.channels, bytes }
    }

    /// Puts another picture with the same channels at a place; what does not fit is cut off.
    pub fn paste(&mut self, other: &Self, left: u32, top: u32) {
        let width = self.channels.count();
        let columns = other.columns.min(self.columns.saturating_sub(left)) as usize * width;
        for row in 0..other.rows.min(self.rows.saturating_sub(top)) {
            let from = row as usize * other.columns as usize * width;
            let to = ((top + row) as usize * self.columns as usize + left as usize) * width;
            self.bytes[to..to + columns].copy_from_slice(&other.bytes[from..from + columns]);
        }
    }

    /// The bytes of a file of that format.
    ///
    /// # Errors
    /// When the format cannot hold the picture: JPEG has at most 65,535 pixels a side,
    /// WebP 16,384.
    pub fn encode(&self, format: PictureFormat) -> io::Result<Vec<u8>> {
        match format {
            PictureFormat::Png => self.encode_png(),
            PictureFormat::Jpeg(quality) => self.encode_jpeg(quality),
            PictureFormat::WebP => self.encode_webp(),
        }
    }

    fn encode_webp(&self) -> io::Result<Vec<u8>> {
        let color = match self.channels {
            Channels::Grey => WebPColor::L8,
            Channels::Rgb => WebPColor::Rgb8,
        };
        if self.columns.max(self.rows) > LONGEST_WEBP {
            return Err(io::Error::other("the picture is too large for WebP; write a PNG"));
        }
        let mut content = Vec::new();
        let encoder = WebPEncoder::new(&mut content);
        encoder.encode(&self.bytes, self.columns, self.rows, color).map_err(io::Error::other)?;
        Ok(content)
    }

    fn encode_png(&self) -> io::Result<Vec<u8>> {
        let color = match self.channels {
            Channels::Grey => ColorType::Grayscale,
            Channels::Rgb => ColorType::Rgb,
        };
        let (columns, rows) = (self.columns, self.rows);
        let bytes = png_bytes([columns, rows], color, BitDepth::Eight, None, &self.bytes);
        bytes.map_err(io::Error::other)
    }

    fn encode_jpeg(&self, quality: u8) -> io::Result<Vec<u8>> {
        let side = |length: u32| {
            u16::try_from(length)
                .map_err(|_| io::Error::other("the picture is too large for JPEG; write a PNG"))
        };
        let color = match self.channels {
            Channels::Grey => JpegColor::Luma,
            Channels::Rgb => JpegColor::Rgb,
        };
        let mut content = Vec::new();
        JpegEncoder::new(&mut content, quality)
            .encode(&self.bytes, side(self.columns)?, side(self.rows)?, color)
            .map_err(io::Error::other)?;
        Ok(content)
    }
}

/// A PNG file. Smooth images shrink most by the Paeth filter, and the fastest deflate loses little.
///
/// # Errors
/// When `bytes` are not of that size.
pub fn png_bytes(
    [columns, rows]: [u32; 2],
    color: ColorType,
    depth: BitDepth,
    significant: Option<u8>,
    bytes: &[u8],
) -> Result<Vec<u8>, png::EncodingError> {
    let mut content = Vec::new();
    let mut encoder = PngEncoder::new(&mut content, columns, rows);
    encoder.set_color(color);
    encoder.set_depth(depth);
    encoder.set_filter(Filter::Paeth);
    encoder.set_compression(Compression::Fast);
    let mut writer = encoder.write_header()?;
    if let Some(bits) = significant {
        writer.write_chunk(png::chunk::ChunkType(*b"sBIT"), &[bits])?;
    }
    writer.write_image_data(bytes)?;
    writer.finish()?;
    Ok(content)
}
