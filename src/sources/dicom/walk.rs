//! From bytes to elements: every encoding, whatever the length fields say, and never a panic.
//!
//! Source of the rules: DICOM PS3.5 chapter 7 (data elements), 7.5 (sequences), annex A (transfer
//! syntaxes); PS3.10 chapter 7 (files).

use std::io;

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::header::HeaderValues;
use super::wanted::{TagList, TagScope};
use super::window::FileWindow;

const ITEM: Tag = Tag(0xFFFE, 0xE000);
const ITEM_END: Tag = Tag(0xFFFE, 0xE00D);
const SEQUENCE_END: Tag = Tag(0xFFFE, 0xE0DD);
const UNDEFINED: u32 = u32::MAX;
/// The first group of those that hold the attributes of frames, and pixels.
const PER_FRAME: u16 = tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE.0;
/// Sequences in sequences: real files stay below ten.
const MAX_DEPTH: u8 = 48;
/// The longest value that is kept; the attributes that are read stay far below.
const MAX_VALUE: u32 = 64 * 1024;

/// How elements are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ElementEncoding {
    /// Each element names its value representation.
    pub explicit: bool,
    /// Most significant byte first.
    pub big_endian: bool,
}

impl ElementEncoding {
    /// Implicit VR Little Endian.
    pub const IMPLICIT: Self = Self { explicit: false, big_endian: false };
    /// Explicit VR Little Endian.
    pub const EXPLICIT: Self = Self { explicit: true, big_endian: false };

    /// Two bytes as a number.
    pub fn u16(self, bytes: [u8; 2]) -> u16 {
        if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }
    }

    /// Four bytes as a number.
    pub fn u32(self, bytes: [u8; 4]) -> u32 {
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }

    /// Eight bytes as a number.
    pub fn u64(self, bytes: [u8; 8]) -> u64 {
        if self.big_endian { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) }
    }
}

/// Where and why the walk ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WalkEnd {
    /// The data set ended; it has no pixels.
    Whole,
    /// Pixel data begin; this many of their bytes are missing from the file.
    Pixels(u64),
    /// The file ends within the header, in or after this element.
    Truncated(Tag),
    /// This element cannot be read; why.
    Malformed(Tag, &'static str),
}

/// An element's head.
#[derive(Debug, Clone, Copy)]
pub struct ElementHead {
    /// Which attribute.
    pub tag: Tag,
    /// Its value representation, where the file names one.
    pub vr: Option<[u8; 2]>,
    /// Length of its value; `u32::MAX` is undefined.
    pub length: u32,
    /// Where its value begins.
    pub value: u64,
}

impl ElementHead {
    /// Where the value ends, when its length is defined.
    pub fn end(&self) -> Option<u64> {
        (self.length != UNDEFINED).then(|| self.value + u64::from(self.length))
    }
}

/// Why a walk stops short.
pub enum WalkStop {
    /// It has what it came for, or can go no further.
    End(WalkEnd),
    /// The system could not read.
    Io(io::Error),
}

impl From<io::Error> for WalkStop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Value representations whose length takes four bytes after two reserved ones (PS3.5 7.1.2).
fn is_long(vr: [u8; 2]) -> bool {
    matches!(
        &vr,
        b"OB"
            | b"OD"
            | b"OF"
            | b"OL"
            | b"OV"
            | b"OW"
            | b"SQ"
            | b"SV"
            | b"UC"
            | b"UN"
            | b"UR"
            | b"UT"
            | b"UV"
    )
}

/// Value representations whose length takes two bytes.
fn is_short(vr: [u8; 2]) -> bool {
    matches!(
        &vr,
        b"AE"
            | b"AS"
            | b"AT"
            | b"CS"
            | b"DA"
            | b"DS"
            | b"DT"
            | b"FD"
            | b"FL"
            | b"IS"
            | b"LO"
            | b"LT"
            | b"PN"
            | b"SH"
            | b"SL"
            | b"SS"
            | b"ST"
            | b"TM"
            | b"UI"
            | b"UL"
            | b"US"
    )
}

/// Whether the bytes are a value representation of PS3.5 6.2.
pub fn is_vr(vr: [u8; 2]) -> bool {
    is_long(vr) || is_short(vr)
}

/// The element at `at`, or none where the file ends before it.
#[inline]
pub fn element(
    window: &mut FileWindow<'_>,
    at: u64,
    how: ElementEncoding,
) -> io::Result<Option<ElementHead>> {
    let bytes = window.get(at, 12)?;
    let Some(head) = bytes.first_chunk::<8>() else { return Ok(None) };
    let [a, b, c, d, e, f, g, h] = *head;
    let tag = Tag(how.u16([a, b]), how.u16([c, d]));
    let short = |vr, length, size| Some(ElementHead { tag, vr, length, value: at + size });
    let plain = how.u32([e, f, g, h]);
    if tag.0 == 0xFFFE || !how.explicit {
        return Ok(short(None, plain, 8));
    }
    let vr = [e, f];
    // A representation that this version does not know has the long form when it reserves two bytes.
    let unknown_long = [g, h] == [0, 0] && vr.iter().all(u8::is_ascii_uppercase) && !is_vr(vr);
    if is_long(vr) || unknown_long {
        let Some(&[_, _, _, _, _, _, _, _, i, j, k, l]) = bytes.first_chunk::<12>() else {
            return Ok(None);
        };
        return Ok(short(Some(vr), how.u32([i, j, k, l]), 12));
    }
    if vr.iter().all(u8::is_ascii_uppercase) {
        return Ok(short(Some(vr), u32::from(how.u16([g, h])), 8));
    }
    // No representation where one should stand: some writers fall back to the implicit form.
    Ok(short(None, plain, 8))
}

/// Walks a data set and keeps what is wanted of it.
pub struct DataSetWalk<'a, 'w> {
    /// The file.
    pub window: &'a mut FileWindow<'w>,
    /// The attributes of the top level that are kept.
    pub wanted: TagList<'a>,
    /// What is kept.
    pub values: &'a mut HeaderValues,
    /// Where the walk stands.
    pub at: u64,
    /// Where it ends.
    pub until: WalkUntil,
}

/// Where a walk ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalkUntil {
    /// Before the attributes of single frames, behind which only pixels follow.
    Frames,
    /// Before the pixels.
    Pixels,
}

impl DataSetWalk<'_, '_> {
    /// The whole data set from here to its pixels.
    pub fn top(&mut self, how: ElementEncoding) -> io::Result<WalkEnd> {
        match self.elements(how, TagScope::Top, u64::MAX, 0) {
            Ok(()) => Ok(WalkEnd::Whole),
            Err(WalkStop::End(end)) => Ok(end),
            Err(WalkStop::Io(error)) => Err(error),
        }
    }

    /// Elements up to `until`, or to an item's end mark.
    fn elements(
        &mut self,
        how: ElementEncoding,
        place: TagScope,
        until: u64,
        depth: u8,
    ) -> Result<(), WalkStop> {
        while self.at < until.min(self.window.length()) {
            if place == TagScope::Top && how == ElementEncoding::EXPLICIT {
                self.plain_elements();
            }
            let Some(element) = element(self.window, self.at, how)? else {
                // A few zeros at the end of the top level are padding, anything else is a cut.
                let rest = self.window.get(self.at, 8)?;
                let padding = depth == 0 && rest.iter().all(|byte| *byte == 0);
                return if padding { Ok(()) } else { Err(self.cut(Tag(0, 0))) };
            };
            match element.tag {
                ITEM_END if depth > 0 => {
                    self.at = element.value;
                    return Ok(());
                }
                // The item lacks its end mark: the sequence's own stands for both.
                SEQUENCE_END if depth > 0 => return Ok(()),
                Tag(0, 0) if place == TagScope::Top => return Ok(()), // zeros pad the file
                _ => {}
            }
            if place == TagScope::Top {
                self.stop_at_pixels(&element)?;
            }
            self.take(how, place, &element, until, depth)?;
        }
        if depth > 0 && self.at < until { Err(self.cut(Tag(0, 0))) } else { Ok(()) }
    }

    /// Keeps or passes over the plain elements from here that are in memory: most of a header. What has
    /// items or a long value, or might end the walk, is left to [`Self::elements`].
    fn plain_elements(&mut self) {
        let bytes = self.window.held(self.at);
        let (mut at, mut unwanted) = (0, None);
        while let Some(head) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
            let [a, b, c, d, e, f, g, h] = *head;
            let tag = Tag(u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
            let length = u16::from_le_bytes([g, h]);
            let end = at + 8 + usize::from(length);
            let is_plain = is_short([e, f]) && (1..PER_FRAME).contains(&tag.0);
            if !is_plain || end > bytes.len() {
                break;
            }
            if !unwanted.is_some_and(|(above, below)| above < tag && tag < below) {
                unwanted = self.wanted.gap_around(tag);
                if unwanted.is_none() {
                    let (vr, value) = (Some([e, f]), self.at + at as u64 + 8);
                    let element = ElementHead { tag, vr, length: u32::from(length), value };
                    self.values.keep(TagScope::Top, &element, &bytes[at + 8..end]);
                }
            }
            at = end;
        }
        self.at += at as u64;
    }

    fn cut(&self, tag: Tag) -> WalkStop {
        WalkStop::End(WalkEnd::Truncated(tag))
    }

    /// Ends the walk where pixels begin, or where only per-frame attributes and pixels follow.
    fn stop_at_pixels(&self, element: &ElementHead) -> Result<(), WalkStop> {
        match element.tag {
            tags::PIXEL_DATA | tags::FLOAT_PIXEL_DATA | tags::DOUBLE_FLOAT_PIXEL_DATA => {
                let missing = element.end().map_or(0, |e| e.saturating_sub(self.window.length()));
                Err(WalkStop::End(WalkEnd::Pixels(missing)))
            }
            tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE if self.until == WalkUntil::Frames => {
                Err(WalkStop::End(WalkEnd::Pixels(0)))
            }
            _ => Ok(()),
        }
    }

    /// Keeps, enters or passes over one element.
    fn take(
        &mut self,
        how: ElementEncoding,
        place: TagScope,
        element: &ElementHead,
        until: u64,
        depth: u8,
    ) -> Result<(), WalkStop> {
        let is_sequence = matches!(element.vr.as_ref(), None | Some(b"SQ" | b"UN"));
        let inside = || place.inside(element.tag);
        let items = || if element.vr == Some(*b"UN") { ElementEncoding::IMPLICIT } else { how };
        self.at = element.value;
        let Some(end) = element.end() else {
            // Undefined length: a sequence, or the fragments of nested pixels.
            return self.items(items(), inside(), element, until, depth + 1);
        };
        if end > self.window.length() {
            return Err(self.cut(element.tag));
        }
        if is_sequence && inside() != TagScope::Elsewhere {
            self.items(items(), inside(), element, end.min(until), depth + 1)?;
        } else if self.keeps(place, element.tag) {
            self.keep(place, element)?;
        }
        self.at = end;
        Ok(())
    }

    fn keeps(&mut self, place: TagScope, tag: Tag) -> bool {
        if place == TagScope::Top { self.wanted.has(tag) } else { place.keeps(tag) }
    }

    fn keep(&mut self, place: TagScope, element: &ElementHead) -> Result<(), WalkStop> {
        if element.length <= MAX_VALUE {
            let bytes = self.window.get(element.value, element.length as usize)?;
            if bytes.len() < element.length as usize {
                return Err(self.cut(element.tag));
            }
            self.values.keep(place, element, bytes);
        } else if place == TagScope::Top {
            self.values.pass_over(element.tag);
        }
        Ok(())
    }

    /// The items of a sequence up to `until` or to its end mark.
    fn items(
        &mut self,
        how: ElementEncoding,
        place: TagScope,
        sequence: &ElementHead,
        until: u64,
        depth: u8,
    ) -> Result<(), WalkStop> {
        if depth > MAX_DEPTH {
            let why = "sequences are nested too deep";
            return Err(WalkStop::End(WalkEnd::Malformed(sequence.tag, why)));
        }
        while self.at < until {
            let Some(item) = element(self.window, self.at, how)? else {
                return Err(self.cut(sequence.tag));
            };
            self.at = item.value;
            match (item.tag, item.end()) {
                (SEQUENCE_END, _) => return Ok(()),
                (ITEM, Some(end)) if end > self.window.length() => {
                    return Err(self.cut(sequence.tag));
                }
                // Nothing in it is wanted: its length leads past it.
                (ITEM, Some(end)) if place == TagScope::Elsewhere => self.at = end,
                (ITEM, Some(end)) => {
                    self.values.next_item(place);
                    // What stands in an item ends with it, or bytes would be read again and again.
                    self.elements(how, place, end.min(until), depth)?;
                    self.at = end;
                }
                (ITEM, None) => {
                    self.values.next_item(place);
                    self.elements(how, place, until, depth)?;
                }
                _ => {
                    let why = "an item was expected in the sequence";
                    return Err(WalkStop::End(WalkEnd::Malformed(sequence.tag, why)));
                }
            }
        }
        Ok(())
    }
}

/// The fragments of encapsulated pixels (PS3.5 A.4), the offset table first.
pub struct PixelFragments {
    how: ElementEncoding,
    at: u64,
    whole: bool,
}

impl PixelFragments {
    /// Those of the value that begins at `at`.
    pub fn new(at: u64, how: ElementEncoding) -> Self {
        Self { how, at, whole: false }
    }

    /// The next one; none behind the last, or where the file is cut or damaged.
    pub fn next(&mut self, window: &mut FileWindow<'_>) -> io::Result<Option<ElementHead>> {
        let Some(item) = element(window, self.at, self.how)? else { return Ok(None) };
        self.whole = item.tag == SEQUENCE_END;
        let Some(end) = item.end().filter(|_| item.tag == ITEM) else { return Ok(None) };
        self.at = end;
        Ok(Some(item))
    }

    /// Whether the end mark of the sequence was reached.
    pub fn is_whole(&self) -> bool {
        self.whole
    }
}
