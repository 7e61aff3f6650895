//! Where the pixels of a file are, undecoded.
//!
//! Source of the rules: DICOM PS3.5 annex A.4 (encapsulated pixels and their offset table).

use std::io::{self, Read};
use std::ops::Range;

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::deflate;
use super::element::{PixelFragments, read_head};
use super::file::{DataSetStart, read_header};
use super::header::DicomHeader;
use super::sequence_items::{SequenceItem, read_sequences};
use super::values::HeaderValues;
use super::walk::{DataSetWalk, WalkEnd};
use super::wanted::TagList;
use super::window::{ByteSource, FileWindow, SourceStream};

/// How much a deflated data set with its pixels may inflate to.
const MAX_INFLATED: u64 = 1 << 30;

/// A fragment of encapsulated pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PixelFragment {
    /// Offset of the item from the first item behind the offset table.
    pub item: u64,
    /// Its bytes, by their offset in the data set.
    pub bytes: Range<u64>,
}

/// The bytes of Pixel Data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PixelBytes {
    /// Native samples, frame by frame.
    Native {
        /// Offsets in the data set.
        bytes: Range<u64>,
        /// Whether samples of one byte come in words (VR OW), whose bytes follow the byte order.
        words: bool,
    },
    /// Fragments of compressed streams.
    Encapsulated {
        /// Offset of each frame's first item (PS3.5 A.4); empty where the file does not say.
        frames: Vec<u64>,
        /// Every fragment in order.
        fragments: Vec<PixelFragment>,
    },
}

/// The header of an image and where its pixels are.
pub struct StoredPixels<'a> {
    /// The header, with the additional attributes requested.
    pub header: DicomHeader,
    /// Where the pixels are; absent where the file has none, or ends before they begin.
    pub bytes: Option<PixelBytes>,
    /// The sequences of the top level that were requested, with their items.
    pub sequences: Vec<(Tag, Vec<SequenceItem>)>,
    /// The data set in memory, where the file deflates it.
    inflated: Option<Vec<u8>>,
    source: &'a dyn ByteSource,
}

impl<'a> StoredPixels<'a> {
    /// Reads the header of a DICOM file of that length and finds its pixels. `wanted` is sorted;
    /// `sequences` are read with all that is in them.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(
        source: &'a dyn ByteSource,
        length: u64,
        wanted: &[Tag],
        sequences: &[Tag],
    ) -> io::Result<Self> {
        let mut file = FileWindow::new(source, length, Vec::new());
        let header = read_header(&mut file, wanted, HeaderValues::default())?;
        let inflated = match header.deflated_from {
            Some(start) => Some(deflate::inflate(&mut file, start, MAX_INFLATED)?.0),
            None => None,
        };
        let (bytes, sequences) = match &inflated {
            None => {
                let start = DataSetStart::find(&mut file)?.offset;
                let sequences = read_sequences(&mut file, start, header.encoding, sequences)?;
                (locate(&mut file, &header)?, sequences)
            }
            Some(inflated) => {
                let source = &inflated.as_slice();
                let mut file = FileWindow::new(source, inflated.len() as u64, Vec::new());
                let sequences = read_sequences(&mut file, 0, header.encoding, sequences)?;
                (locate(&mut file, &header)?, sequences)
            }
        };
        Ok(Self { header, bytes, sequences, inflated, source })
    }

    /// Whether native samples of two bytes have the high byte first.
    pub fn is_big_endian(&self) -> bool {
        self.header.encoding.big_endian
    }

    /// Reads a range of the data set; shorter where the file ends before it does.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn copy(&self, range: &Range<u64>) -> io::Result<Vec<u8>> {
        let inflated = self.inflated.as_deref();
        let source: &dyn ByteSource = match &inflated {
            Some(bytes) => bytes,
            None => self.source,
        };
        let mut bytes = Vec::new();
        let stream = SourceStream { source, offset: range.start };
        stream.take(range.end - range.start).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// The pixels behind the header; none where the file has none or is cut before them.
fn locate(file: &mut FileWindow<'_>, header: &DicomHeader) -> io::Result<Option<PixelBytes>> {
    let mut values = HeaderValues::default();
    let mut walk = DataSetWalk {
        window: file,
        wanted: TagList::new(&[]),
        values: &mut values,
        offset: header.stopped_at,
        pixels: None,
        reached_frames: false,
        recoveries: 0,
    };
    if !matches!(walk.run(header.encoding)?, WalkEnd::Pixels(_)) {
        return Ok(None);
    }
    let offset = walk.offset;
    let Some(head) = read_head(file, offset, header.encoding)? else { return Ok(None) };
    if head.tag != tags::PIXEL_DATA {
        return Ok(None);
    }
    if let Some(end) = head.end() {
        let words = head.vr != Some(*b"OB");
        let native = PixelBytes::Native { bytes: head.value..end, words };
        return Ok((head.length > 0).then_some(native));
    }
    let mut items = PixelFragments::new(head.value, header.encoding);
    let Some(table) = items.next(file)? else { return Ok(None) };
    let words = file.get(table.value, table.length as usize)?;
    let frames = words.as_chunks::<4>().0.iter().map(|word| u64::from(u32::from_le_bytes(*word)));
    let frames = frames.collect();
    let first = table.value + u64::from(table.length);
    let mut fragments = Vec::new();
    while let Some(item) = items.next(file)? {
        let end = item.value + u64::from(item.length);
        // An item's head has eight bytes.
        fragments.push(PixelFragment { item: item.value - 8 - first, bytes: item.value..end });
    }
    Ok(Some(PixelBytes::Encapsulated { frames, fragments }))
}
