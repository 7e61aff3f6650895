//! The image of a DICOM file: what its header says of the pixels, and its frames one by one.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::codec::Codec;
use super::error::PixelError;
use super::frame::Frame;
use super::grey_header::{GREY_SEQUENCES, grey_window};
use super::layout::{Photometric, PixelLayout};
use super::picture::{Channels, Picture};
use super::window::GreyWindow;
use crate::sources::dicom::{ByteSource, DicomHeader, PixelBytes, PixelFragment, StoredPixels};

/// The attributes that are read, sorted.
const WANTED: [Tag; 17] = [
    tags::SAMPLES_PER_PIXEL,
    tags::PHOTOMETRIC_INTERPRETATION,
    tags::PLANAR_CONFIGURATION,
    tags::NUMBER_OF_FRAMES,
    tags::ROWS,
    tags::COLUMNS,
    tags::BITS_ALLOCATED,
    tags::BITS_STORED,
    tags::HIGH_BIT,
    tags::PIXEL_REPRESENTATION,
    tags::PIXEL_PADDING_VALUE,
    tags::WINDOW_CENTER,
    tags::WINDOW_WIDTH,
    tags::RESCALE_INTERCEPT,
    tags::RESCALE_SLOPE,
    tags::VOILUT_FUNCTION,
    tags::PRESENTATION_LUT_SHAPE,
];

/// An image whose frames can be decoded.
pub struct PixelImage<'a> {
    /// How its samples are laid out.
    pub layout: PixelLayout,
    codec: Codec,
    stored: StoredPixels<'a>,
}

impl<'a> PixelImage<'a> {
    /// Reads the header of a DICOM file of that length; `source` is read again for every frame.
    ///
    /// # Errors
    /// When the file cannot be read, is not an image that can be shown, has no pixels, or its
    /// transfer syntax cannot be decoded.
    ///
    /// ```no_run
    /// # use mammodex::pixels::PixelImage;
    /// let file = std::fs::File::open("LCC.dcm")?;
    /// let length = file.metadata()?.len();
    /// let image = PixelImage::read(&file, length)?;
    /// let frame = image.frame(1)?;
    /// assert_eq!(frame.values.len(), (frame.columns * frame.rows) as usize);
    /// # Ok::<(), mammodex::pixels::PixelError>(())
    /// ```
    pub fn read(source: &'a dyn ByteSource, length: u64) -> Result<Self, PixelError> {
        let stored = StoredPixels::read(source, length, &WANTED, &GREY_SEQUENCES)?;
        let layout = layout(&stored.header)?;
        let syntax = stored.header.transfer_syntax();
        let codec = Codec::of(syntax)
            .ok_or_else(|| PixelError::Syntax(syntax.unwrap_or("?").to_owned()))?;
        match &stored.bytes {
            None => Err(PixelError::Cut),
            Some(_) => Ok(Self { layout, codec, stored }),
        }
    }

    /// How the header says that a frame, counted from 1, is shown.
    pub fn window(&self, number: u32) -> GreyWindow {
        grey_window(&self.stored, number)
    }

    /// The frame of that number, counted from 1.
    ///
    /// # Errors
    /// When there is no such frame, or its bytes are cut or damaged.
    pub fn frame(&self, number: u32) -> Result<Frame, PixelError> {
        let bytes = self.frame_bytes(number)?;
        self.codec.decode(&bytes, &self.layout, self.stored.is_big_endian())
    }

    /// The bytes of a frame, compressed or native.
    fn frame_bytes(&self, number: u32) -> Result<Vec<u8>, PixelError> {
        let count = self.layout.frames;
        let index = number.checked_sub(1).filter(|index| *index < count);
        let index = index.ok_or(PixelError::Frame { count, asked: number })?;
        Ok(match self.stored.bytes.as_ref().ok_or(PixelError::Cut)? {
            PixelBytes::Native { bytes, words } if self.codec == Codec::Native => {
                // At most 2³² frames of 2²⁹ bytes.
                let length = self.layout.frame_bytes();
                let start = bytes.start + u64::from(index) * length;
                let swapped = *words && self.layout.allocated == 8 && self.stored.is_big_endian();
                if swapped { self.words(start, length)? } else { self.native(start, length)? }
            }
            PixelBytes::Native { .. } => return Err(PixelError::Cut),
            PixelBytes::Encapsulated { frames, fragments } => {
                self.stream(index, frames, fragments)?
            }
        })
    }

    /// A frame as its header says that it is shown: grey levels, or colours as they are.
    ///
    /// # Errors
    /// Those of [`Self::frame`]; images of a colour table are refused.
    pub fn picture(&self, number: u32) -> Result<Picture, PixelError> {
        if self.layout.photometric == Photometric::Palette {
            return PixelError::layout("colours of a palette");
        }
        let window = self.window(number);
        let bytes = self.frame_bytes(number)?;
        let is_big_endian = self.stored.is_big_endian();
        if self.codec == Codec::Native
            && let Some(bytes) = window.apply_native(&bytes, &self.layout, is_big_endian)
        {
            let (columns, rows) = (self.layout.columns.into(), self.layout.rows.into());
            return Ok(Picture { columns, rows, channels: Channels::Grey, bytes });
        }
        let frame = self.codec.decode(&bytes, &self.layout, is_big_endian)?;
        drop(bytes);
        self.shown(&frame, &window)
    }

    /// The same, no side longer than `longest`. Where the codec has smaller sizes and the header a
    /// window, only one of these is decoded.
    ///
    /// # Errors
    /// Those of [`Self::picture`].
    pub fn picture_within(&self, number: u32, longest: u32) -> Result<Picture, PixelError> {
        let window = self.window(number);
        let side = u32::from(self.layout.columns.max(self.layout.rows));
        let halvings = side.checked_div(longest).and_then(u32::checked_ilog2).unwrap_or(0);
        // Without a window the levels follow from all pixels.
        if halvings > 0 && self.layout.samples == 1 && window.is_given() {
            let bytes = self.frame_bytes(number)?;
            if let Some(frame) = self.codec.decode_smaller(&bytes, &self.layout, halvings) {
                return Ok(self.shown(&frame, &window)?.shrink(longest));
            }
        }
        Ok(self.picture(number)?.shrink(longest))
    }

    /// The grey levels or colours of a frame.
    fn shown(&self, frame: &Frame, window: &GreyWindow) -> Result<Picture, PixelError> {
        if self.layout.photometric == Photometric::Palette {
            return PixelError::layout("colours of a palette");
        }
        let (columns, rows) = (frame.columns, frame.rows);
        if frame.samples == 1 {
            let bytes = window.apply(frame, self.layout.photometric);
            return Ok(Picture { columns, rows, channels: Channels::Grey, bytes });
        }
        let shift = frame.bits.saturating_sub(8);
        let byte = |value: &u16| u8::try_from(value >> shift).unwrap_or(u8::MAX);
        let bytes = frame.values.iter().map(byte).collect();
        Ok(Picture { columns, rows, channels: Channels::Rgb, bytes })
    }

    /// The bytes of a native frame; fewer where the file is cut, which the codec reports.
    fn native(&self, start: u64, length: u64) -> Result<Vec<u8>, PixelError> {
        Ok(self.stored.copy(&(start..start + length))?)
    }

    /// The same where the two bytes of every word are swapped.
    fn words(&self, start: u64, length: u64) -> Result<Vec<u8>, PixelError> {
        let skipped = start % 2;
        let mut bytes = self.native(start - skipped, (length + skipped).next_multiple_of(2))?;
        bytes.as_chunks_mut::<2>().0.iter_mut().for_each(|word| word.swap(0, 1));
        Ok(bytes.split_off(usize::try_from(skipped).unwrap_or(0)))
    }

    /// The compressed bytes of a frame.
    fn stream(
        &self,
        index: u32,
        frames: &[u64],
        fragments: &[PixelFragment],
    ) -> Result<Vec<u8>, PixelError> {
        let count = self.layout.frames as usize;
        let index = index as usize;
        let range = if count == 1 {
            0..fragments.len()
        } else if fragments.len() == count {
            index..index + 1
        } else if frames.len() == count {
            let end = frames.get(index + 1).copied().unwrap_or(u64::MAX);
            let place = |offset| fragments.partition_point(|fragment| fragment.item < offset);
            place(frames[index])..place(end)
        } else {
            return PixelError::layout(format!(
                "{} fragments for {count} frames without an offset table",
                fragments.len()
            ));
        };
        let mut bytes = Vec::new();
        for fragment in fragments.get(range).unwrap_or_default() {
            let mut copy = self.stored.copy(&fragment.bytes)?;
            // Most frames are one fragment, which is not copied again.
            if bytes.is_empty() { bytes = copy } else { bytes.append(&mut copy) }
        }
        if bytes.is_empty() { Err(PixelError::Cut) } else { Ok(bytes) }
    }
}

fn layout(header: &DicomHeader) -> Result<PixelLayout, PixelError> {
    let short = |tag| header.unsigned_short(tag);
    let byte = |tag, missing| {
        u8::try_from(short(tag).unwrap_or(missing)).or_else(|_| {
            PixelError::layout(format!("a value of {} out of range", short(tag).unwrap_or(0)))
        })
    };
    let term = header.text(tags::PHOTOMETRIC_INTERPRETATION);
    let photometric = match term.as_deref().map(|term| (term, Photometric::from_term(term))) {
        Some((_, Some(photometric))) => photometric,
        Some((term, None)) => {
            return PixelError::layout(format!("Photometric Interpretation {term}"));
        }
        None => return PixelError::layout("no Photometric Interpretation"),
    };
    let allocated = byte(tags::BITS_ALLOCATED, 0)?;
    let stored = byte(tags::BITS_STORED, u16::from(allocated))?;
    let frames = header.number(tags::NUMBER_OF_FRAMES).unwrap_or(1.0).clamp(1.0, 1e9);
    // Clamped before: nothing is lost.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let frames = frames as u32;
    PixelLayout {
        columns: short(tags::COLUMNS).unwrap_or(0),
        rows: short(tags::ROWS).unwrap_or(0),
        samples: byte(tags::SAMPLES_PER_PIXEL, 1)?,
        allocated,
        stored,
        high: byte(tags::HIGH_BIT, u16::from(stored.saturating_sub(1)))?,
        signed: short(tags::PIXEL_REPRESENTATION) == Some(1),
        planar: short(tags::PLANAR_CONFIGURATION) == Some(1),
        photometric,
        frames,
    }
    .checked()
}
