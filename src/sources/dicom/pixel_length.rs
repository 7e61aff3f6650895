//! Whether the pixels of an image are complete, judged by its header and the file's length.
//!
//! Source: PS3.3 C.7.6.3 (Image Pixel Module), PS3.5 8.1 and A.4 (native and encapsulated pixels).

use std::io;

use dicom_dictionary_std::{tags, uids};

use super::element::{ElementHead, PixelFragments};
use super::file::BIG_ENDIAN;
use super::header::DicomHeader;
use super::walk::WalkEnd;
use super::window::FileWindow;

/// Transfer syntaxes whose pixels are native (PS3.5 A.1, A.2, A.3, A.5).
const NATIVE: [&str; 4] = [
    uids::IMPLICIT_VR_LITTLE_ENDIAN,
    uids::EXPLICIT_VR_LITTLE_ENDIAN,
    uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    BIG_ENDIAN,
];

/// What is wrong with the pixels of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PixelFault {
    /// The file has none.
    Missing,
    /// The file ends, or is damaged, before them.
    BeforePixels,
    /// The file ends this many bytes before they do.
    Cut(u64),
    /// They have fewer bytes than the image needs: those stored, those needed.
    Short(u64, u64),
    /// Encapsulated pixels without any fragment that has bytes.
    NoFragment,
    /// Pixels that are not encapsulated under a transfer syntax that compresses them.
    NotEncapsulated,
    /// Encapsulated pixels under a transfer syntax that does not compress them.
    Encapsulated,
    /// Encapsulated pixels that are cut, or lack their end mark.
    Undelimited,
}

/// The fault of an image's pixels that the header and the file's length show; `window` is over the
/// file that `header` was read from. Nothing is read beyond the window's step at the header's end.
///
/// # Errors
/// When the file cannot be read.
pub fn check(window: &mut FileWindow<'_>, header: &DicomHeader) -> io::Result<Option<PixelFault>> {
    let Some(pixels) = header.pixels else {
        let is_whole = *header.end() == WalkEnd::Whole;
        return Ok(Some(if is_whole { PixelFault::Missing } else { PixelFault::BeforePixels }));
    };
    if let WalkEnd::Pixels(missing @ 1..) = header.end() {
        return Ok(Some(PixelFault::Cut(*missing)));
    }
    match pixels.end() {
        Some(_) if pixels.length == 0 => Ok(Some(PixelFault::Missing)),
        Some(_) if header.transfer_syntax().is_some_and(encapsulates) => {
            Ok(Some(PixelFault::NotEncapsulated))
        }
        Some(_) => Ok(check_native(header, &pixels)),
        None if header.deflated_from.is_some() => Ok(None),
        None if header.transfer_syntax().is_some_and(|syntax| NATIVE.contains(&syntax)) => {
            Ok(Some(PixelFault::Encapsulated))
        }
        None => check_fragments(window, header, &pixels),
    }
}

/// Whether the pixels of a transfer syntax are encapsulated (PS3.5 A.4); those of JPIP are elsewhere.
fn encapsulates(syntax: &str) -> bool {
    /// JPIP, with and without deflating (PS3.5 A.6, A.7, A.8, A.9).
    const JPIP: [&str; 4] = ["94", "95", "204", "205"];
    let jpeg_or_video = syntax.strip_prefix("1.2.840.10008.1.2.4.");
    jpeg_or_video.is_some_and(|number| !JPIP.contains(&number))
        || [uids::RLE_LOSSLESS, "1.2.840.10008.1.2.1.98", "1.2.840.10008.1.2.8.1"].contains(&syntax)
}

/// The fault of native pixels by their length.
fn check_native(header: &DicomHeader, pixels: &ElementHead) -> Option<PixelFault> {
    if header.transfer_syntax().is_some_and(|syntax| !NATIVE.contains(&syntax)) {
        return None;
    }
    let number = |tag| header.unsigned_short(tag).map(u64::from);
    let (rows, columns) = (number(tags::ROWS)?, number(tags::COLUMNS)?);
    let samples = number(tags::SAMPLES_PER_PIXEL).unwrap_or(1);
    let bits = number(tags::BITS_ALLOCATED)?;
    let frames = header.frames().unwrap_or(1);
    // Chroma may be subsampled: two samples of three per pixel (PS3.3 C.7.6.3.1.2).
    let samples = if samples == 3 { 2 } else { samples };
    let all_bits = rows.saturating_mul(columns).saturating_mul(samples * bits);
    let needed = all_bits.saturating_mul(frames).div_ceil(8);
    let stored = u64::from(pixels.length);
    (stored < needed).then_some(PixelFault::Short(stored, needed))
}

/// The fault of encapsulated pixels, by the heads of fragments that are in memory.
fn check_fragments(
    window: &mut FileWindow<'_>,
    header: &DicomHeader,
    pixels: &ElementHead,
) -> io::Result<Option<PixelFault>> {
    /// Length of an item's head, and of the end mark.
    const HEAD: u64 = 8;
    let length = window.length();
    let in_memory = pixels.value + window.held(pixels.value).len() as u64;
    let mut fragments = PixelFragments::new(pixels.value, header.encoding());
    let mut offset = pixels.value;
    let mut count = 0;
    let mut stored = 0;
    // The first item is the Basic Offset Table (PS3.5 A.4).
    while offset + HEAD <= in_memory.max(pixels.value + 2 * HEAD) {
        let Some(item) = fragments.next(window)? else {
            if !fragments.is_delimited() {
                return Ok(Some(PixelFault::Undelimited));
            }
            return Ok((stored == 0).then_some(PixelFault::NoFragment));
        };
        offset = item.end().unwrap_or(length);
        if offset > length {
            return Ok(Some(PixelFault::Cut(offset - length)));
        }
        if count > 0 {
            stored += item.length;
        }
        count += 1;
    }
    Ok((offset + HEAD > length).then_some(PixelFault::Undelimited))
}
