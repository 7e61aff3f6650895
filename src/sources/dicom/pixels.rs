//! The fingerprint of an image's pixels: the stored bytes, read in steps and never decoded.

use std::cell::{Cell, RefCell};
use std::io::{self, Read};

use flate2::read::DeflateDecoder;

use super::header::{Header, Values};
use super::walk::{Element, Encoding, End, Fragments, Until, Walk};
use super::wanted::Wanted;
use super::window::{Bytes, Window};

/// How much is read at a time.
const STEP: usize = 256 * 1024;

/// How far files are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Depth {
    /// To the end of their header.
    #[default]
    Header,
    /// To the end of their pixels, which are hashed.
    Pixels,
}

/// What came of hashing an image's pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
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
pub fn hash(window: &mut Window<'_>, header: &Header) -> io::Result<Stored> {
    let stored = match header.deflated_at {
        None => hash_from(window, header.stopped_at, header.how),
        Some(at) => {
            let inflated = Inflated::new(window, at);
            let mut inner = Window::new(&inflated, u64::MAX, Vec::new());
            hash_from(&mut inner, header.stopped_at, header.how)
        }
    }?;
    window.finish()?;
    Ok(stored)
}

fn hash_from(window: &mut Window<'_>, at: u64, how: Encoding) -> io::Result<Stored> {
    let mut values = Values::default();
    let mut walk =
        Walk { window, wanted: Wanted::new(&[]), values: &mut values, at, until: Until::Pixels };
    let end = walk.top(how)?;
    let at = walk.at;
    match end {
        End::Pixels(0) => {}
        End::Pixels(_) | End::Truncated(_) | End::Malformed(..) => return Ok(Stored::Cut),
        End::Whole => return Ok(Stored::Missing),
    }
    let Some(pixels) = super::walk::element(window, at, how)? else { return Ok(Stored::Missing) };
    let mut hasher = twox_hash::XxHash3_128::new();
    let whole = match pixels.end() {
        Some(_) if pixels.length == 0 => return Ok(Stored::Missing),
        Some(_) => add(window, &pixels, &mut hasher)?,
        None => {
            let mut fragments = Fragments::new(pixels.value, how);
            // The first item is the Basic Offset Table (PS3.5 A.4).
            let mut whole = fragments.next(window)?.is_some();
            while let Some(fragment) = fragments.next(window)? {
                whole = whole && add(window, &fragment, &mut hasher)?;
            }
            whole && fragments.is_whole()
        }
    };
    Ok(if whole { Stored::Hash(format!("{:032x}", hasher.finish_128())) } else { Stored::Cut })
}

/// Hashes one value; false where the file ends before it does.
fn add(
    window: &mut Window<'_>,
    element: &Element,
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
struct Inflated<'a, 'w> {
    decoder: RefCell<DeflateDecoder<super::Stream<'a, 'w>>>,
    at: Cell<u64>,
}

impl<'a, 'w> Inflated<'a, 'w> {
    fn new(window: &'a mut Window<'w>, at: u64) -> Self {
        let decoder = DeflateDecoder::new(super::Stream { window, at });
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

impl Bytes for Inflated<'_, '_> {
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
