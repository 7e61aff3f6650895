//! From stored values to grey levels for people (DICOM PS3.3 C.11.1 and C.11.2).

use rayon::prelude::*;

use super::codec::align;
use super::frame::stored_number;
use super::{Frame, Photometric, PixelLayout};

/// Fewest pixels that are worth a thread.
const PIXELS_PER_THREAD: usize = 1 << 17;

/// How window centre and width are read (0028,1056).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum VoiFunction {
    /// The default (PS3.3 C.11.2.1.2.1).
    #[default]
    Linear,
    /// PS3.3 C.11.2.1.3.2.
    LinearExact,
    /// PS3.3 C.11.2.1.3.1.
    Sigmoid,
}

impl VoiFunction {
    /// The defined term; a term that is not defined is the default.
    pub fn from_term(term: &str) -> Self {
        match term.trim() {
            "SIGMOID" => Self::Sigmoid,
            "LINEAR_EXACT" => Self::LinearExact,
            _ => Self::Linear,
        }
    }

    /// The grey level of a value, from 0 to 1.
    fn level(self, value: f64, centre: f64, width: f64) -> f64 {
        let level = match self {
            Self::Linear if width > 1.0 => (value - (centre - 0.5)) / (width - 1.0) + 0.5,
            Self::Linear => f64::from(u8::from(value > centre - 0.5)),
            Self::LinearExact => (value - centre) / width + 0.5,
            Self::Sigmoid => 1.0 / (1.0 + (-4.0 * (value - centre) / width).exp()),
        };
        level.clamp(0.0, 1.0)
    }
}

/// A lookup table of the VOI or Modality LUT Sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupTable {
    /// The input value of the first entry.
    pub first: i32,
    /// Bits of an entry.
    pub bits: u8,
    /// At least one entry.
    pub entries: Vec<u16>,
}

impl LookupTable {
    fn entry(&self, value: f64) -> u16 {
        let last = self.entries.len() - 1;
        let place = (value.round() - f64::from(self.first)).clamp(0.0, 1e9);
        // Clamped before: nothing is lost.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let place = (place as usize).min(last);
        self.entries[place]
    }
}

/// What a header says about showing an image.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GreyWindow {
    /// Rescale slope and intercept (0028,1053), (0028,1052).
    pub rescale: Option<(f64, f64)>,
    /// Modality LUT Sequence (0028,3000), in place of rescaling.
    pub modality_table: Option<LookupTable>,
    /// Window centre and width (0028,1050), (0028,1051): the first pair, or the one chosen.
    pub window: Option<(f64, f64)>,
    /// How the window is read.
    pub function: VoiFunction,
    /// VOI LUT Sequence (0028,3010), before the window where both are there.
    pub voi_table: Option<LookupTable>,
    /// Pixel Padding Value (0028,0120): no part of the image, black where no window is given.
    pub padding: Option<i32>,
    /// Presentation LUT Shape INVERSE (2050,0020).
    pub inverse: bool,
}

impl GreyWindow {
    /// Whether the header says how values become levels.
    pub fn is_given(&self) -> bool {
        self.voi_table.is_some() || self.window.is_some_and(|(_, width)| width > 0.0)
    }

    /// The grey levels of a frame, one byte per pixel, 0 black. Without a window the values from the
    /// lowest to the highest are spread over the levels.
    pub fn apply(&self, frame: &Frame, photometric: Photometric) -> Vec<u8> {
        let table = self.table(frame.signed, self.range(frame), photometric);
        let values = frame.values.par_iter().with_min_len(PIXELS_PER_THREAD);
        values.map(|value| table[usize::from(*value)]).collect()
    }

    /// The same from the bytes of a native grey frame, without its values in between; none where the levels
    /// depend on all values, or samples are single bits.
    pub(super) fn apply_native(
        &self,
        bytes: &[u8],
        layout: &PixelLayout,
        big_endian: bool,
    ) -> Option<Vec<u8>> {
        if !self.is_given() || layout.samples != 1 || layout.allocated == 1 {
            return None;
        }
        let bytes = bytes.get(..usize::try_from(layout.frame_bytes()).ok()?)?;
        let table = self.table(layout.signed, (0.0, 0.0), layout.photometric);
        let values = align((0..=u16::MAX).collect(), layout);
        let table: Vec<u8> = values.into_iter().map(|value| table[usize::from(value)]).collect();
        if layout.allocated == 8 {
            let samples = bytes.par_iter().with_min_len(PIXELS_PER_THREAD);
            return Some(samples.map(|sample| table[usize::from(*sample)]).collect());
        }
        let samples = bytes.as_chunks::<2>().0.par_iter().with_min_len(PIXELS_PER_THREAD);
        let word = if big_endian { u16::from_be_bytes } else { u16::from_le_bytes };
        Some(samples.map(|sample| table[usize::from(word(*sample))]).collect())
    }

    /// The grey level of each of 65,536 stored values.
    fn table(&self, signed: bool, (low, high): (f64, f64), photometric: Photometric) -> Vec<u8> {
        let inverted = (photometric == Photometric::Monochrome1) != self.inverse;
        let level = |stored: u16| {
            let number = stored_number(stored, signed);
            let value = self.modality(number);
            let level = match (&self.voi_table, self.window) {
                (Some(table), _) => {
                    let top = f64::from(u16::MAX >> (16 - u32::from(table.bits.clamp(1, 16))));
                    (f64::from(table.entry(value)) / top).min(1.0)
                }
                (None, Some((centre, width))) if width > 0.0 => {
                    self.function.level(value, centre, width)
                }
                _ if high > low => ((value - low) / (high - low)).clamp(0.0, 1.0),
                _ => 0.0,
            };
            let level = if inverted { 1.0 - level } else { level };
            if self.window.is_none() && self.padding == Some(number) {
                return 0;
            }
            // 0 to 255: nothing is lost.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let grey = (level * 255.0).round() as u8;
            grey
        };
        (0..=u16::MAX).map(level).collect()
    }

    fn modality(&self, number: i32) -> f64 {
        match (&self.modality_table, self.rescale) {
            (Some(table), _) => f64::from(table.entry(f64::from(number))),
            (None, Some((slope, intercept))) => f64::from(number) * slope + intercept,
            (None, None) => f64::from(number),
        }
    }

    /// The lowest and highest value of the image, padding aside; equal where all are alike, and
    /// where they are not needed.
    fn range(&self, frame: &Frame) -> (f64, f64) {
        if self.window.is_some() || self.voi_table.is_some() {
            return (0.0, 0.0);
        }
        let mut used = vec![false; 1 << 16];
        frame.values.iter().for_each(|value| used[usize::from(*value)] = true);
        let numbers = (0..=u16::MAX)
            .filter(|value| used[usize::from(*value)])
            .map(|value| frame.number(value))
            .filter(|number| self.padding != Some(*number));
        numbers
            .map(|number| self.modality(number))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            })
    }
}
