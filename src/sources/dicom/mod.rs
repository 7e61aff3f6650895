//! DICOM headers: any transfer syntax, with or without preamble and meta group, read no further
//! than the pixels.
//!
//! mammodex walks the elements itself: of a mammogram's header it needs sixty attributes, fast,
//! also from files that a strict reader refuses.

mod attributes;
mod extra;
pub mod grey;
mod header;
mod kind;
mod mammogram;
mod pixels;
mod projection;
mod spacing;
mod text;
mod walk;
mod wanted;
mod window;

use std::io::{self, Read};

use dicom_core::Tag;
use dicom_dictionary_std::{tags, uids};
use flate2::read::DeflateDecoder;

pub use attributes::{Attributes, Field, Form, Named, UnknownKeyword, place};
pub use extra::{Extra, RefusedTag};
pub use header::{Code, Header, Values};
pub use mammogram::{Place as File, Reader, Verdict};
pub use pixels::Depth;
pub use walk::End;
pub use wanted::Place;
pub use window::{Bytes, Window, without_read_ahead};

use header::Meta;
use text::Charset;
use walk::{Encoding, Until, Walk, element, is_vr};
use wanted::Wanted;

/// Explicit VR Big Endian: retired from the standard, not from archives.
const BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";
/// How much of a deflated data set is inflated: headers are far shorter.
const MAX_INFLATED: u64 = 16 * 1024 * 1024;

/// Whether a file that begins with these bytes is DICOM: by the prefix of PS3.10 7.1, or by a
/// first element that only DICOM writes.
pub fn is_dicom(head: &[u8]) -> bool {
    has_prefix(head) || bare(head).is_some()
}

fn has_prefix(head: &[u8]) -> bool {
    head.get(128..132) == Some(b"DICM")
}

/// The encoding of a data set that begins with the file's first byte, if one does: group 2 or 8,
/// and a value representation or a length that fits.
fn bare(head: &[u8]) -> Option<Encoding> {
    let [a, b, c, d, e, f, g, h, ..] = *head else { return None };
    let big_endian = a == 0 && matches!(b, 2 | 8);
    let group = if big_endian { b } else { a };
    let (high, low) = if big_endian { (c, d) } else { (d, c) };
    let first = matches!((group, high), (2 | 8, 0)) && (big_endian || b == 0) && low <= 0x20;
    if !first {
        return None;
    }
    if is_vr([e, f]) {
        return Some(Encoding { explicit: true, big_endian });
    }
    let bytes = [e, f, g, h];
    let length = if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) };
    (length <= 128 && length % 2 == 0).then_some(Encoding { explicit: false, big_endian })
}

/// Reads the header of the DICOM file under `window`; `values` lends its memory.
///
/// # Errors
/// What the system says when the file cannot be read. A file that is cut or malformed is no
/// error: [`Header::end`] says so.
pub fn read(window: &mut Window<'_>, wanted: &[Tag], mut values: Values) -> io::Result<Header> {
    values.clear();
    let head = window.get(0, 132)?;
    let mut at = if has_prefix(head) { 132 } else { 0 };
    let guess = if at == 0 { bare(head) } else { None };
    let meta = read_meta(window, &mut at)?;
    let declared = match meta.transfer_syntax.as_deref() {
        Some(uids::IMPLICIT_VR_LITTLE_ENDIAN) => Some(Encoding::IMPLICIT),
        Some(BIG_ENDIAN) => Some(Encoding { explicit: true, big_endian: true }),
        Some(uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN) => {
            return inflate(window, at, meta, wanted, values);
        }
        Some(_) => Some(Encoding::EXPLICIT),
        None => guess.filter(|_| at == 0),
    };
    let how = observe(window, at, declared)?;
    let mut walk =
        Walk { window, wanted: Wanted::new(wanted), values: &mut values, at, until: Until::Frames };
    let end = walk.top(how)?;
    let stopped_at = walk.at;
    Ok(finish(values, how, meta, Stop { end, stopped_at, deflated_at: None }))
}

/// The meta group (0002,eeee): always Explicit VR Little Endian; its own length is not trusted.
fn read_meta(window: &mut Window<'_>, at: &mut u64) -> io::Result<Meta> {
    let mut meta = Meta::default();
    while let Some(element) = element(window, *at, Encoding::EXPLICIT)? {
        let Some(end) = element.end().filter(|_| element.tag.0 == 2) else { break };
        if element.length <= 1024 {
            let value = window.get(element.value, element.length as usize)?;
            meta.take(&element, value);
        }
        *at = end;
    }
    Ok(meta)
}

/// The encoding that the first element shows: what the meta group declares is sometimes wrong or
/// missing, and a value representation is not written by accident.
fn observe(window: &mut Window<'_>, at: u64, declared: Option<Encoding>) -> io::Result<Encoding> {
    let bytes = window.get(at, 8)?;
    let Some(&[a, b, _, _, e, f, _, _]) = bytes.first_chunk::<8>() else {
        return Ok(declared.unwrap_or(Encoding::EXPLICIT));
    };
    let big_endian = match (a, b) {
        (0, 1..) => true,
        (1.., 0) => false,
        _ => declared.is_some_and(|how| how.big_endian),
    };
    Ok(Encoding { explicit: is_vr([e, f]), big_endian })
}

/// Where the walk ended, and where a deflated data set begins.
struct Stop {
    end: End,
    stopped_at: u64,
    deflated_at: Option<u64>,
}

fn finish(mut values: Values, how: Encoding, meta: Meta, stop: Stop) -> Header {
    values.settle();
    let mut header = Header {
        values,
        how,
        charset: Charset::Undeclared,
        transfer_syntax: meta.transfer_syntax,
        meta_sop_class: meta.sop_class,
        end: stop.end,
        stopped_at: stop.stopped_at,
        deflated_at: stop.deflated_at,
    };
    let terms = header.text(tags::SPECIFIC_CHARACTER_SET);
    header.charset = terms.map_or(Charset::Undeclared, |t| Charset::from_terms(t.as_bytes()));
    header
}

/// A data set that is deflated as a whole (PS3.5 A.5).
fn inflate(
    window: &mut Window<'_>,
    at: u64,
    meta: Meta,
    wanted: &[Tag],
    mut values: Values,
) -> io::Result<Header> {
    let mut inflated = Vec::new();
    let stream = DeflateDecoder::new(Stream { window, at });
    let outcome = stream.take(MAX_INFLATED).read_to_end(&mut inflated);
    if let Err(error) = &outcome
        && !is_damage(error)
    {
        return Err(io::Error::new(error.kind(), error.to_string()));
    }
    let bytes: &[u8] = &inflated;
    let mut inner = Window::new(&bytes, bytes.len() as u64, Vec::new());
    let how = observe(&mut inner, 0, Some(Encoding::EXPLICIT))?;
    let until = Until::Frames;
    let wanted = Wanted::new(wanted);
    let mut walk = Walk { window: &mut inner, wanted, values: &mut values, at: 0, until };
    let end = match (walk.top(how)?, outcome) {
        // The pixels were not inflated to their end, or the stream is cut within the header.
        (End::Pixels(_), Ok(_)) => End::Pixels(0),
        (End::Whole, Err(_)) => End::Truncated(tags::PIXEL_DATA),
        (end, _) => end,
    };
    let stopped_at = walk.at;
    Ok(finish(values, how, meta, Stop { end, stopped_at, deflated_at: Some(at) }))
}

/// Whether a deflated stream is damaged or cut, as opposed to a disk that does not answer.
fn is_damage(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    matches!(error.kind(), InvalidInput | UnexpectedEof | InvalidData)
}

struct Stream<'a, 'w> {
    window: &'a mut Window<'w>,
    at: u64,
}

impl Read for Stream<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.window.get(self.at, buffer.len())?;
        buffer[..bytes.len()].copy_from_slice(bytes);
        self.at += bytes.len() as u64;
        Ok(bytes.len())
    }
}
