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

pub use attributes::{
    AttributeColumn, AttributeSpec, AttributeTable, CellForm, UnknownKeyword, place,
};
pub use extra::{RequestedTags, TagRefusal};
pub use header::{CodedConcept, DicomHeader, HeaderValues};
pub use mammogram::{DicomVerdict, FileFacts as File, MammogramReader};
pub use pixels::ReadDepth;
pub use walk::WalkEnd;
pub use wanted::TagScope;
pub use window::{ByteSource, FileWindow, without_read_ahead};

use header::FileMeta;
use text::CharacterSet;
use walk::{DataSetWalk, ElementEncoding, WalkUntil, element, is_vr};
use wanted::TagList;

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
fn bare(head: &[u8]) -> Option<ElementEncoding> {
    let [a, b, c, d, e, f, g, h, ..] = *head else { return None };
    let big_endian = a == 0 && matches!(b, 2 | 8);
    let group = if big_endian { b } else { a };
    let (high, low) = if big_endian { (c, d) } else { (d, c) };
    let first = matches!((group, high), (2 | 8, 0)) && (big_endian || b == 0) && low <= 0x20;
    if !first {
        return None;
    }
    if is_vr([e, f]) {
        return Some(ElementEncoding { explicit: true, big_endian });
    }
    let bytes = [e, f, g, h];
    let length = if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) };
    (length <= 128 && length % 2 == 0).then_some(ElementEncoding { explicit: false, big_endian })
}

/// Reads the header of the DICOM file under `window`; `values` lends its memory.
///
/// # Errors
/// What the system says when the file cannot be read. A file that is cut or malformed is no
/// error: [`DicomHeader::end`] says so.
pub fn read(
    window: &mut FileWindow<'_>,
    wanted: &[Tag],
    mut values: HeaderValues,
) -> io::Result<DicomHeader> {
    values.clear();
    let head = window.get(0, 132)?;
    let mut at = if has_prefix(head) { 132 } else { 0 };
    let guess = if at == 0 { bare(head) } else { None };
    let meta = read_meta(window, &mut at)?;
    let declared = match meta.transfer_syntax.as_deref() {
        Some(uids::IMPLICIT_VR_LITTLE_ENDIAN) => Some(ElementEncoding::IMPLICIT),
        Some(BIG_ENDIAN) => Some(ElementEncoding { explicit: true, big_endian: true }),
        Some(uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN) => {
            return inflate(window, at, meta, wanted, values);
        }
        Some(_) => Some(ElementEncoding::EXPLICIT),
        None => guess.filter(|_| at == 0),
    };
    let how = observe(window, at, declared)?;
    let mut walk = DataSetWalk {
        window,
        wanted: TagList::new(wanted),
        values: &mut values,
        at,
        until: WalkUntil::Frames,
    };
    let end = walk.top(how)?;
    let stopped_at = walk.at;
    Ok(finish(values, how, meta, HeaderEnd { end, stopped_at, deflated_at: None }))
}

/// The meta group (0002,eeee): always Explicit VR Little Endian; its own length is not trusted.
fn read_meta(window: &mut FileWindow<'_>, at: &mut u64) -> io::Result<FileMeta> {
    let mut meta = FileMeta::default();
    while let Some(element) = element(window, *at, ElementEncoding::EXPLICIT)? {
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
fn observe(
    window: &mut FileWindow<'_>,
    at: u64,
    declared: Option<ElementEncoding>,
) -> io::Result<ElementEncoding> {
    let bytes = window.get(at, 8)?;
    let Some(&[a, b, _, _, e, f, _, _]) = bytes.first_chunk::<8>() else {
        return Ok(declared.unwrap_or(ElementEncoding::EXPLICIT));
    };
    let big_endian = match (a, b) {
        (0, 1..) => true,
        (1.., 0) => false,
        _ => declared.is_some_and(|how| how.big_endian),
    };
    Ok(ElementEncoding { explicit: is_vr([e, f]), big_endian })
}

/// Where the walk ended, and where a deflated data set begins.
struct HeaderEnd {
    end: WalkEnd,
    stopped_at: u64,
    deflated_at: Option<u64>,
}

fn finish(
    mut values: HeaderValues,
    how: ElementEncoding,
    meta: FileMeta,
    stop: HeaderEnd,
) -> DicomHeader {
    values.settle();
    let mut header = DicomHeader {
        values,
        how,
        charset: CharacterSet::Undeclared,
        transfer_syntax: meta.transfer_syntax,
        meta_sop_class: meta.sop_class,
        end: stop.end,
        stopped_at: stop.stopped_at,
        deflated_at: stop.deflated_at,
    };
    let terms = header.text(tags::SPECIFIC_CHARACTER_SET);
    header.charset =
        terms.map_or(CharacterSet::Undeclared, |t| CharacterSet::from_terms(t.as_bytes()));
    header
}

/// A data set that is deflated as a whole (PS3.5 A.5).
fn inflate(
    window: &mut FileWindow<'_>,
    at: u64,
    meta: FileMeta,
    wanted: &[Tag],
    mut values: HeaderValues,
) -> io::Result<DicomHeader> {
    let mut inflated = Vec::new();
    let stream = DeflateDecoder::new(DataSetStream { window, at });
    let outcome = stream.take(MAX_INFLATED).read_to_end(&mut inflated);
    if let Err(error) = &outcome
        && !is_damage(error)
    {
        return Err(io::Error::new(error.kind(), error.to_string()));
    }
    let bytes: &[u8] = &inflated;
    let mut inner = FileWindow::new(&bytes, bytes.len() as u64, Vec::new());
    let how = observe(&mut inner, 0, Some(ElementEncoding::EXPLICIT))?;
    let until = WalkUntil::Frames;
    let wanted = TagList::new(wanted);
    let mut walk = DataSetWalk { window: &mut inner, wanted, values: &mut values, at: 0, until };
    let end = match (walk.top(how)?, outcome) {
        // The pixels were not inflated to their end, or the stream is cut within the header.
        (WalkEnd::Pixels(_), Ok(_)) => WalkEnd::Pixels(0),
        (WalkEnd::Whole, Err(_)) => WalkEnd::Truncated(tags::PIXEL_DATA),
        (end, _) => end,
    };
    let stopped_at = walk.at;
    Ok(finish(values, how, meta, HeaderEnd { end, stopped_at, deflated_at: Some(at) }))
}

/// Whether a deflated stream is damaged or cut, as opposed to a disk that does not answer.
fn is_damage(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    matches!(error.kind(), InvalidInput | UnexpectedEof | InvalidData)
}

struct DataSetStream<'a, 'w> {
    window: &'a mut FileWindow<'w>,
    at: u64,
}

impl Read for DataSetStream<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.window.get(self.at, buffer.len())?;
        buffer[..bytes.len()].copy_from_slice(bytes);
        self.at += bytes.len() as u64;
        Ok(bytes.len())
    }
}
