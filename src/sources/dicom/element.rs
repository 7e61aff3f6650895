//! One data element's head, in every encoding and whatever its length field says.
//!
//! Source of the rules: DICOM PS3.5 chapter 7 (data elements), 7.5 (sequences), annex A (transfer
//! syntaxes).

use std::io;

use dicom_core::Tag;

use super::window::FileWindow;

pub const ITEM: Tag = Tag(0xFFFE, 0xE000);
pub const ITEM_END: Tag = Tag(0xFFFE, 0xE00D);
pub const SEQUENCE_END: Tag = Tag(0xFFFE, 0xE0DD);
/// The length field of a value that ends with a delimiter.
const UNDEFINED_LENGTH: u32 = u32::MAX;

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

/// An element's head.
#[derive(Debug, Clone, Copy)]
pub struct ElementHead {
    /// The attribute.
    pub tag: Tag,
    /// The value representation, where the file names one.
    pub vr: Option<[u8; 2]>,
    /// Length of the value; `u32::MAX` is undefined.
    pub length: u32,
    /// Offset of the value.
    pub value: u64,
}

impl ElementHead {
    /// The offset behind the value; absent when its length is undefined.
    pub fn end(&self) -> Option<u64> {
        (self.length != UNDEFINED_LENGTH).then(|| self.value + u64::from(self.length))
    }
}

/// Value representations whose length takes four bytes after two reserved ones (PS3.5 7.1.2).
fn has_long_length(vr: [u8; 2]) -> bool {
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
pub fn has_short_length(vr: [u8; 2]) -> bool {
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
    has_long_length(vr) || has_short_length(vr)
}

/// The head of the element at `offset`; absent where the file ends before it does.
#[inline]
pub fn read_head(
    window: &mut FileWindow<'_>,
    offset: u64,
    encoding: ElementEncoding,
) -> io::Result<Option<ElementHead>> {
    let bytes = window.get(offset, 12)?;
    let Some(head) = bytes.first_chunk::<8>() else { return Ok(None) };
    let [a, b, c, d, e, f, g, h] = *head;
    let tag = Tag(encoding.u16([a, b]), encoding.u16([c, d]));
    let with = |vr, length, size| Some(ElementHead { tag, vr, length, value: offset + size });
    let implicit_length = encoding.u32([e, f, g, h]);
    if tag.0 == 0xFFFE || !encoding.explicit {
        return Ok(with(None, implicit_length, 8));
    }
    let vr = [e, f];
    // A representation that this version does not know has the long form when it reserves two bytes.
    let unknown_long = [g, h] == [0, 0] && vr.iter().all(u8::is_ascii_uppercase) && !is_vr(vr);
    if has_long_length(vr) || unknown_long {
        let Some(&[_, _, _, _, _, _, _, _, i, j, k, l]) = bytes.first_chunk::<12>() else {
            return Ok(None);
        };
        return Ok(with(Some(vr), encoding.u32([i, j, k, l]), 12));
    }
    if vr.iter().all(u8::is_ascii_uppercase) {
        return Ok(with(Some(vr), u32::from(encoding.u16([g, h])), 8));
    }
    // No value representation where one is required: some writers fall back to the implicit form.
    Ok(with(None, implicit_length, 8))
}

/// A tag in the form that issues write: `(0018,0060)`.
pub fn format_tag(tag: Tag) -> String {
    format!("({:04X},{:04X})", tag.0, tag.1)
}

/// The fragments of encapsulated pixels (PS3.5 A.4), the offset table first.
pub struct PixelFragments {
    encoding: ElementEncoding,
    offset: u64,
    delimited: bool,
}

impl PixelFragments {
    /// The fragments of the value that begins at `offset`.
    pub fn new(offset: u64, encoding: ElementEncoding) -> Self {
        Self { encoding, offset, delimited: false }
    }

    /// The next fragment; absent after the last, or where the file is cut or damaged.
    pub fn next(&mut self, window: &mut FileWindow<'_>) -> io::Result<Option<ElementHead>> {
        let Some(item) = read_head(window, self.offset, self.encoding)? else { return Ok(None) };
        self.delimited = item.tag == SEQUENCE_END;
        let Some(end) = item.end().filter(|_| item.tag == ITEM) else { return Ok(None) };
        self.offset = end;
        Ok(Some(item))
    }

    /// Whether the sequence delimiter was reached.
    pub fn is_delimited(&self) -> bool {
        self.delimited
    }
}
