//! One DICOM file: how it is recognised, and how its header is read.
//!
//! Source of the rules: DICOM PS3.10 chapter 7 (files), PS3.5 annex A (transfer syntaxes).

use std::io;

use dicom_core::Tag;
use dicom_dictionary_std::{tags, uids};

use super::character_set::CharacterSet;
use super::deflate;
use super::element::{ElementEncoding, ElementHead, is_vr, read_head};
use super::header::{DicomHeader, FileMeta};
use super::values::HeaderValues;
use super::walk::{DataSetWalk, WalkEnd};
use super::wanted::TagList;
use super::window::FileWindow;
use crate::sources::sniff;
use crate::storage::MemoryShare;

/// Explicit VR Big Endian: retired from the standard, not from archives.
pub const BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";
/// Transfer syntaxes whose data set is deflated as a whole (PS3.5 A.5, A.7, A.9).
const DEFLATED: [&str; 3] =
    [uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, "1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.205"];
/// How much of a deflated data set is inflated: headers are far shorter.
const MAX_INFLATED: u64 = 16 * 1024 * 1024;
/// Length of the preamble and prefix (PS3.10 7.1).
const PREFIX_END: u64 = 132;

/// Whether a file that begins with these bytes is DICOM: by the prefix of PS3.10 7.1, or by a
/// first element that only DICOM writes.
pub fn is_dicom(head: &[u8]) -> bool {
    sniff::has_dicom_prefix(head)
        || bare_encoding(head).is_some()
        || behind_early_prefix(head).is_some()
}

/// The encoding of a data set that begins with the file's first byte: group 2 or 8, and a value
/// representation or a length that fits. Absent when no data set begins there.
fn bare_encoding(head: &[u8]) -> Option<ElementEncoding> {
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

/// Where the meta group begins in a file that has the prefix without the preamble before it.
fn behind_early_prefix(head: &[u8]) -> Option<u64> {
    let rest = head.strip_prefix(sniff::DICOM_PREFIX)?;
    bare_encoding(rest).is_some().then_some(sniff::DICOM_PREFIX.len() as u64)
}

/// Where a file's data set begins, and how it is written.
pub(super) struct DataSetStart {
    /// The meta group; empty for a file without one.
    pub meta: FileMeta,
    /// Where the meta group begins: behind the prefix, where the file has one.
    pub meta_offset: u64,
    /// Where the data set begins.
    pub offset: u64,
    /// How its elements are written; absent when it is deflated as a whole.
    pub encoding: Option<ElementEncoding>,
}

impl DataSetStart {
    /// Finds the data set of the DICOM file in `window`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn find(window: &mut FileWindow<'_>) -> io::Result<Self> {
        let head = window.get(0, 144)?;
        let bare = bare_encoding(head);
        // `DICM` may also be text in a value of a bare data set.
        let behind_prefix = head.get(PREFIX_END as usize..).unwrap_or_default();
        let prefixed = sniff::has_dicom_prefix(head)
            && (bare.is_none() || bare_encoding(behind_prefix).is_some());
        let early = behind_early_prefix(head).unwrap_or(0);
        let meta_offset = if prefixed { PREFIX_END } else { early };
        let (meta, offset) = read_meta(window, meta_offset)?;
        let declared = match meta.transfer_syntax.as_deref() {
            Some(uids::IMPLICIT_VR_LITTLE_ENDIAN) => Some(ElementEncoding::IMPLICIT),
            Some(BIG_ENDIAN) => Some(ElementEncoding { explicit: true, big_endian: true }),
            Some(syntax)
                if DEFLATED.contains(&syntax)
                    && bare_encoding(window.get(offset, 12)?).is_none() =>
            {
                return Ok(Self { meta, meta_offset, offset, encoding: None });
            }
            Some(_) => Some(ElementEncoding::EXPLICIT),
            None => bare.filter(|_| !prefixed && offset == 0),
        };
        let encoding = Some(observe_encoding(window, offset, declared)?);
        Ok(Self { meta, meta_offset, offset, encoding })
    }
}

/// Reads the header of the DICOM file in `window`, keeping the `wanted` tags, which are sorted.
/// `values` lends its memory.
///
/// # Errors
/// When the file cannot be read. A file that is cut or malformed is not an error:
/// [`DicomHeader::end`] reports it.
pub fn read_header(
    window: &mut FileWindow<'_>,
    wanted: &[Tag],
    mut values: HeaderValues,
) -> io::Result<DicomHeader> {
    values.clear();
    let DataSetStart { meta, offset, encoding, .. } = DataSetStart::find(window)?;
    let Some(encoding) = encoding else {
        return read_deflated(window, offset, meta, wanted, values);
    };
    let mut walk = DataSetWalk {
        window,
        wanted: TagList::new(wanted),
        values: &mut values,
        offset,
        pixels: None,
        reached_frames: false,
        recoveries: 0,
    };
    let end = walk.run(encoding)?;
    let stop = HeaderEnd {
        end,
        stopped_at: walk.offset,
        pixels: walk.pixels,
        reached_frames: walk.reached_frames,
        deflated_from: None,
    };
    Ok(finish(values, encoding, meta, stop))
}

/// The meta group (0002,eeee), always Explicit VR Little Endian, and the offset behind it. Its own
/// length is not trusted.
fn read_meta(window: &mut FileWindow<'_>, start: u64) -> io::Result<(FileMeta, u64)> {
    let mut meta = FileMeta::default();
    let mut offset = start;
    while let Some(head) = read_head(window, offset, ElementEncoding::EXPLICIT)? {
        let Some(end) = head.end().filter(|_| head.tag.0 == 2) else { break };
        if head.length <= 1024 {
            let value = window.get(head.value, head.length as usize)?;
            meta.take(&head, value);
        }
        offset = end;
    }
    Ok((meta, offset))
}

/// The encoding that the first element shows: what the meta group declares is sometimes wrong or
/// missing, and a value representation is not written by accident.
fn observe_encoding(
    window: &mut FileWindow<'_>,
    start: u64,
    declared: Option<ElementEncoding>,
) -> io::Result<ElementEncoding> {
    let bytes = window.get(start, 8)?;
    let Some(&[a, b, _, _, e, f, _, _]) = bytes.first_chunk::<8>() else {
        return Ok(declared.unwrap_or(ElementEncoding::EXPLICIT));
    };
    let big_endian = match (a, b) {
        (0, 1..) => true,
        (1.., 0) => false,
        _ => declared.is_some_and(|encoding| encoding.big_endian),
    };
    Ok(ElementEncoding { explicit: is_vr([e, f]), big_endian })
}

/// Where the walk ended, and where a deflated data set begins.
struct HeaderEnd {
    end: WalkEnd,
    stopped_at: u64,
    pixels: Option<ElementHead>,
    reached_frames: bool,
    deflated_from: Option<u64>,
}

fn finish(
    mut values: HeaderValues,
    encoding: ElementEncoding,
    meta: FileMeta,
    stop: HeaderEnd,
) -> DicomHeader {
    values.finish();
    let mut header = DicomHeader {
        values,
        encoding,
        charset: CharacterSet::UNDECLARED,
        transfer_syntax: meta.transfer_syntax,
        meta_sop_class: meta.sop_class,
        end: stop.end,
        stopped_at: stop.stopped_at,
        reached_frames: stop.reached_frames,
        pixels: stop.pixels,
        deflated_from: stop.deflated_from,
    };
    let terms = header.text(tags::SPECIFIC_CHARACTER_SET);
    header.charset =
        terms.map_or(CharacterSet::UNDECLARED, |t| CharacterSet::from_terms(t.as_bytes()));
    header
}

/// A data set that is deflated as a whole (PS3.5 A.5).
fn read_deflated(
    window: &mut FileWindow<'_>,
    start: u64,
    meta: FileMeta,
    wanted: &[Tag],
    mut values: HeaderValues,
) -> io::Result<DicomHeader> {
    // Some writers wrap the stream as zlib does (RFC 1950): two bytes before it.
    let start = match window.get(start, 2)? {
        [0x78, flags] if (0x7800 + u16::from(*flags)) % 31 == 0 => start + 2,
        _ => start,
    };
    let _share = MemoryShare::wait_for(MAX_INFLATED);
    let (inflated, undamaged) = deflate::inflate(window, start, MAX_INFLATED)?;
    let is_complete = undamaged && (inflated.len() as u64) < MAX_INFLATED;
    let bytes: &[u8] = &inflated;
    let mut inner = FileWindow::new(&bytes, bytes.len() as u64, Vec::new());
    let encoding = observe_encoding(&mut inner, 0, Some(ElementEncoding::EXPLICIT))?;
    let mut walk = DataSetWalk {
        window: &mut inner,
        wanted: TagList::new(wanted),
        values: &mut values,
        offset: 0,
        pixels: None,
        reached_frames: false,
        recoveries: 0,
    };
    let end = match walk.run(encoding)? {
        // The pixels were not inflated to their end, or the stream is cut within the header.
        WalkEnd::Pixels(_) if undamaged && !is_complete => WalkEnd::Pixels(0),
        WalkEnd::Whole if !undamaged => WalkEnd::Truncated(tags::PIXEL_DATA),
        end => end,
    };
    let stop = HeaderEnd {
        end,
        stopped_at: walk.offset,
        pixels: walk.pixels,
        reached_frames: walk.reached_frames,
        deflated_from: Some(start),
    };
    Ok(finish(values, encoding, meta, stop))
}
