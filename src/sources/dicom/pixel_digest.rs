//! The fingerprint of an image's pixels: the stored bytes, read in steps and never decoded.

use std::io;

use super::deflate::InflatedBytes;
use super::element::{ElementEncoding, ElementHead, PixelFragments, read_head};
use super::header::DicomHeader;
use super::values::HeaderValues;
use super::walk::{DataSetWalk, WalkEnd};
use super::wanted::TagList;
use super::window::FileWindow;

/// How much is read at a time.
const STEP: usize = 256 * 1024;

/// How far files are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ReadDepth {
    /// To the end of their header.
    #[default]
    Header,
    /// To the end of their pixels, which are hashed.
    Pixels,
}

/// The outcome of hashing an image's pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PixelDigest {
    /// 128 bits of XXH3, hexadecimal.
    Hash(String),
    /// The file has no pixels.
    Missing,
    /// The file ends, or is damaged, before the pixels end.
    Cut,
}

/// Hashes the value of Pixel Data as it is stored: native pixels with their padding, encapsulated
/// ones as the concatenation of their fragments, without the offset table and the heads of items.
/// `window` is over the file that `header` was read from.
///
/// # Errors
/// When the file cannot be read, or is a member of an archive whose checksum does not fit.
pub fn hash(window: &mut FileWindow<'_>, header: &DicomHeader) -> io::Result<PixelDigest> {
    let digest = match header.deflated_from {
        None => hash_from(window, header.stopped_at, header.encoding),
        Some(start) => {
            let inflated = InflatedBytes::new(window, start);
            let mut inner = FileWindow::new(&inflated, u64::MAX, Vec::new());
            hash_from(&mut inner, header.stopped_at, header.encoding)
        }
    }?;
    window.finish()?;
    Ok(digest)
}

fn hash_from(
    window: &mut FileWindow<'_>,
    offset: u64,
    encoding: ElementEncoding,
) -> io::Result<PixelDigest> {
    let mut values = HeaderValues::default();
    let mut walk = DataSetWalk {
        window,
        wanted: TagList::new(&[]),
        values: &mut values,
        offset,
        pixels: None,
        reached_frames: false,
        recoveries: 0,
    };
    let end = walk.run(encoding)?;
    let pixels_at = walk.offset;
    match end {
        WalkEnd::Pixels(0) => {}
        WalkEnd::Pixels(_) | WalkEnd::Truncated(_) | WalkEnd::Malformed(..) => {
            return Ok(PixelDigest::Cut);
        }
        WalkEnd::Whole => return Ok(PixelDigest::Missing),
    }
    let Some(pixels) = read_head(window, pixels_at, encoding)? else {
        return Ok(PixelDigest::Missing);
    };
    let mut hasher = twox_hash::XxHash3_128::new();
    let whole = match pixels.end() {
        Some(_) if pixels.length == 0 => return Ok(PixelDigest::Missing),
        Some(_) => hash_value(window, &pixels, &mut hasher)?,
        None => {
            let mut fragments = PixelFragments::new(pixels.value, encoding);
            // The first item is the Basic Offset Table (PS3.5 A.4).
            let mut whole = fragments.next(window)?.is_some();
            while let Some(fragment) = fragments.next(window)? {
                whole = whole && hash_value(window, &fragment, &mut hasher)?;
            }
            whole && fragments.is_delimited()
        }
    };
    Ok(if whole {
        PixelDigest::Hash(format!("{:032x}", hasher.finish_128()))
    } else {
        PixelDigest::Cut
    })
}

/// Hashes one value. Returns false where the file ends before the value does.
fn hash_value(
    window: &mut FileWindow<'_>,
    head: &ElementHead,
    hasher: &mut twox_hash::XxHash3_128,
) -> io::Result<bool> {
    let mut offset = head.value;
    let end = offset + u64::from(head.length);
    while offset < end {
        let step = usize::try_from(end - offset).unwrap_or(STEP).min(STEP);
        let bytes = window.get(offset, step)?;
        if bytes.is_empty() {
            return Ok(false);
        }
        hasher.write(bytes);
        offset += bytes.len() as u64;
    }
    Ok(true)
}
