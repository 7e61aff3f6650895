//! The pixels of one plain grey image, as the file stores them: no window, no lookup table.
//!
//! Source of the rules: DICOM PS3.3 C.7.6.3 (Image Pixel Module), PS3.5 8.1 and annex A.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use dicom_core::Tag;
use dicom_dictionary_std::{tags, uids};

use super::element::read_head;
use super::file::{BIG_ENDIAN, read_header};
use super::header::DicomHeader;
use super::values::HeaderValues;
use super::walk::WalkEnd;
use super::window::FileWindow;

/// Sorted, as [`read_header`] requires.
const WANTED: [Tag; 9] = [
    tags::SAMPLES_PER_PIXEL,
    tags::PHOTOMETRIC_INTERPRETATION,
    tags::NUMBER_OF_FRAMES,
    tags::ROWS,
    tags::COLUMNS,
    tags::BITS_ALLOCATED,
    tags::BITS_STORED,
    tags::HIGH_BIT,
    tags::PIXEL_REPRESENTATION,
];

/// The pixels of an image cannot be taken from its file.
#[derive(Debug, thiserror::Error)]
pub enum PixelError {
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The pixels are compressed.
    #[error("its pixels are compressed (transfer syntax {0})")]
    Compressed(String),
    /// They are not one frame of unsigned grey values.
    #[error("it is not a plain grey image: {0}")]
    Kind(String),
    /// The file ends before its pixels do, or has none.
    #[error("its pixels are missing or cut")]
    Cut,
}

/// One grey image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GreyImage {
    /// Pixels across (0028,0011).
    pub columns: u32,
    /// Pixels down (0028,0010).
    pub rows: u32,
    /// Bits that a value has (0028,0101): 1 to 16.
    pub bits: u8,
    /// Whether the file stores 0 as white (MONOCHROME1); `values` are inverted then.
    pub inverted: bool,
    /// Row by row from the top left; 0 is black.
    pub values: Vec<u16>,
}

/// Reads the pixels of a DICOM file.
///
/// # Errors
/// When they are compressed, not one frame of unsigned grey values, or cut.
pub fn read_grey(path: &Path) -> Result<GreyImage, PixelError> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut window = FileWindow::new(&file, length, Vec::new());
    let header = read_header(&mut window, &WANTED, HeaderValues::default())?;
    let shape = PixelShape::of(&header)?;
    let pixels = match header.end() {
        WalkEnd::Pixels(0) => read_head(&mut window, header.stopped_at, header.encoding())?,
        _ => None,
    };
    let pixels = pixels.filter(|e| e.tag == tags::PIXEL_DATA).ok_or(PixelError::Cut)?;
    if pixels.end().is_none_or(|end| end > length) || u64::from(pixels.length) < shape.bytes() {
        return Err(PixelError::Cut);
    }
    file.seek(SeekFrom::Start(pixels.value))?;
    let mut bytes = Vec::new();
    file.take(shape.bytes()).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != shape.bytes() {
        return Err(PixelError::Cut);
    }
    Ok(shape.values(&bytes, header.encoding().big_endian))
}

struct PixelShape {
    columns: u16,
    rows: u16,
    two_bytes: bool,
    bits: u8,
    inverted: bool,
}

impl PixelShape {
    fn of(header: &DicomHeader) -> Result<Self, PixelError> {
        let kind = |why: &str| Err(PixelError::Kind(why.to_owned()));
        let native = [uids::IMPLICIT_VR_LITTLE_ENDIAN, uids::EXPLICIT_VR_LITTLE_ENDIAN, BIG_ENDIAN];
        if let Some(syntax) = header.transfer_syntax().filter(|syntax| !native.contains(syntax)) {
            return Err(PixelError::Compressed(syntax.to_owned()));
        }
        let inverted = match header.text(tags::PHOTOMETRIC_INTERPRETATION).as_deref() {
            Some("MONOCHROME2") => false,
            Some("MONOCHROME1") => true,
            other => return kind(&format!("Photometric Interpretation {}", other.unwrap_or("?"))),
        };
        if header.number(tags::NUMBER_OF_FRAMES).is_some_and(|frames| frames > 1.0) {
            return kind("it has several frames");
        }
        if header.unsigned_short(tags::SAMPLES_PER_PIXEL).is_some_and(|samples| samples != 1) {
            return kind("it has several samples per pixel");
        }
        if header.unsigned_short(tags::PIXEL_REPRESENTATION).is_some_and(|signed| signed != 0) {
            return kind("its values are signed");
        }
        let number = |tag| header.unsigned_short(tag).unwrap_or(0);
        let (allocated, bits) = (number(tags::BITS_ALLOCATED), number(tags::BITS_STORED));
        let fits = matches!(allocated, 8 | 16) && (1..=allocated).contains(&bits);
        if !fits || header.unsigned_short(tags::HIGH_BIT).is_some_and(|high| high != bits - 1) {
            return kind(&format!("{bits} bits stored in {allocated}"));
        }
        let (columns, rows) = (number(tags::COLUMNS), number(tags::ROWS));
        if columns == 0 || rows == 0 {
            return kind("Rows or Columns are missing");
        }
        let bits = u8::try_from(bits).unwrap_or(16);
        Ok(Self { columns, rows, two_bytes: allocated == 16, bits, inverted })
    }

    fn bytes(&self) -> u64 {
        u64::from(self.columns) * u64::from(self.rows) * if self.two_bytes { 2 } else { 1 }
    }

    fn values(&self, bytes: &[u8], big_endian: bool) -> GreyImage {
        let top = u16::MAX >> (16 - self.bits);
        // Bits above those stored belong to overlays of old files.
        let value = |raw: u16| if self.inverted { top - (raw & top) } else { raw & top };
        let values = if self.two_bytes {
            let pairs = bytes.as_chunks::<2>().0.iter();
            let read = |pair: &[u8; 2]| {
                if big_endian { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) }
            };
            pairs.map(|pair| value(read(pair))).collect()
        } else {
            bytes.iter().map(|byte| value(u16::from(*byte))).collect()
        };
        GreyImage {
            columns: u32::from(self.columns),
            rows: u32::from(self.rows),
            bits: self.bits,
            inverted: self.inverted,
            values,
        }
    }
}
