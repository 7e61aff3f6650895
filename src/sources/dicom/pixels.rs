//! The fingerprint of an image's pixels: the stored bytes, read in steps and never decoded.

use std::cell::{Cell, RefCell};
use std::io::{self, Read};

use flate2::read::DeflateDecoder;

use super::header::{DicomHeader, HeaderValues};
use super::walk::{DataSetWalk, ElementEncoding, ElementHead, PixelFragments, WalkEnd, WalkUntil};
use super::wanted::TagList;
use super::window::{ByteSource, FileWindow};

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

/// What came of hashing an image's pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PixelDigest {
    /// 128 bits of XXH3, hexadecimal.
    Hash(String),
    /// The file holds none.
    Missing,
    /// They end before they should.
    Cut,
}

/// Hashes the value of Pixel Data as it is stored: native pixels with their padding, encapsulated
/// ones as their fragments in a row, without the offset table and the heads of items. `window` is
/// over the file that `header` was read from.
///
/// # Errors
/// What the system says when the file cannot be read; a member of an archive whose checksum does not
/// fit.
pub fn hash(window: &mut FileWindow<'_>, header: &DicomHeader) -> io::Result<PixelDigest> {
    let stored = match header.deflated_at {
        None => hash_from(window, header.stopped_at, header.how),
        Some(at) => {
            let inflated = InflatedBytes::new(window, at);
            let mut inner = FileWindow::new(&inflated, u64::MAX, Vec::new());
            hash_from(&mut inner, header.stopped_at, header.how)
        }
    }?;
    window.finish()?;
    Ok(stored)
}

fn hash_from(
    window: &mut FileWindow<'_>,
    at: u64,
    how: ElementEncoding,
) -> io::Result<PixelDigest> {
    let mut values = HeaderValues::default();
    let mut walk = DataSetWalk {
        window,
        wanted: TagList::new(&[]),
        values: &mut values,
        at,
        until: WalkUntil::Pixels,
    };
    let end = walk.top(how)?;
    let at = walk.at;
    match end {
        WalkEnd::Pixels(0) => {}
        WalkEnd::Pixels(_) | WalkEnd::Truncated(_) | WalkEnd::Malformed(..) => {
            return Ok(PixelDigest::Cut);
        }
        WalkEnd::Whole => return Ok(PixelDigest::Missing),
    }
    let Some(pixels) = super::walk::element(window, at, how)? else {
        return Ok(PixelDigest::Missing);
    };
    let mut hasher = twox_hash::XxHash3_128::new();
    let whole = match pixels.end() {
        Some(_) if pixels.length == 0 => return Ok(PixelDigest::Missing),
        Some(_) => add(window, &pixels, &mut hasher)?,
        None => {
            let mut fragments = PixelFragments::new(pixels.value, how);
            // The first item is the Basic Offset Table (PS3.5 A.4).
            let mut whole = fragments.next(window)?.is_some();
            while let Some(fragment) = fragments.next(window)? {
                whole = whole && add(window, &fragment, &mut hasher)?;
            }
            whole && fragments.is_whole()
        }
    };
    Ok(if whole {
        PixelDigest::Hash(format!("{:032x}", hasher.finish_128()))
    } else {
        PixelDigest::Cut
    })
}

/// Hashes one value; false where the file ends before it does.
fn add(
    window: &mut FileWindow<'_>,
    element: &ElementHead,
    hasher: &mut twox_hash::XxHash3_128,
) -> io::Result<bool> {
    let mut at = element.value;
    let end = at + u64::from(element.length);
    while at < end {
        let step = usize::try_from(end - at).unwrap_or(STEP).min(STEP);
        let bytes = window.get(at, step)?;
        if bytes.is_empty() {
            return Ok(false);
        }
        hasher.write(bytes);
        at += bytes.len() as u64;
    }
    Ok(true)
}

/// A data set that is deflated as a whole (PS3.5 A.5), from its first byte on.
struct InflatedBytes<'a, 'w> {
    decoder: RefCell<DeflateDecoder<super::DataSetStream<'a, 'w>>>,
    at: Cell<u64>,
}

impl<'a, 'w> InflatedBytes<'a, 'w> {
    fn new(window: &'a mut FileWindow<'w>, at: u64) -> Self {
        let decoder = DeflateDecoder::new(super::DataSetStream { window, at });
        Self { decoder: RefCell::new(decoder), at: Cell::new(0) }
    }

    /// A damaged stream ends where the damage is.
    fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match self.decoder.borrow_mut().read(buffer) {
            Err(error) if super::is_damage(&error) => 0,
            other => other?,
        };
        self.at.set(self.at.get() + count as u64);
        Ok(count)
    }
}

impl ByteSource for InflatedBytes<'_, '_> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut passed = [0; 8192];
        while self.at.get() < offset {
            let rest = usize::try_from(offset - self.at.get()).unwrap_or(passed.len());
            let step = rest.min(passed.len());
            if self.read(&mut passed[..step])? == 0 {
                return Ok(0);
            }
        }
        if self.at.get() > offset {
            return Err(io::Error::other("a deflated data set is read forward only"));
        }
        self.read(buffer)
    }
}
