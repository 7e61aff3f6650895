//! Elements and items of a data set as bytes (PS3.5 7.1, 7.5).

use dicom_core::Tag;

use super::element::{ElementEncoding, ITEM, has_short_length};

fn tag_bytes(encoding: ElementEncoding, tag: Tag) -> [u8; 4] {
    let pair = |number: u16| {
        if encoding.big_endian { number.to_be_bytes() } else { number.to_le_bytes() }
    };
    let ([a, b], [c, d]) = (pair(tag.0), pair(tag.1));
    [a, b, c, d]
}

/// A length of four bytes. A header is far shorter than 4 GiB.
pub fn length_bytes(encoding: ElementEncoding, length: usize) -> [u8; 4] {
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    if encoding.big_endian { length.to_be_bytes() } else { length.to_le_bytes() }
}

/// Writes an element (PS3.5 7.1).
pub fn push_element(
    out: &mut Vec<u8>,
    encoding: ElementEncoding,
    tag: Tag,
    vr: [u8; 2],
    value: &[u8],
) {
    out.extend_from_slice(&tag_bytes(encoding, tag));
    let length = length_bytes(encoding, value.len());
    if !encoding.explicit {
        out.extend_from_slice(&length);
    } else if has_short_length(vr) {
        out.extend_from_slice(&vr);
        let short = if encoding.big_endian { &length[2..] } else { &length[..2] };
        out.extend_from_slice(short);
    } else {
        out.extend_from_slice(&vr);
        out.extend_from_slice(&[0, 0]);
        out.extend_from_slice(&length);
    }
    out.extend_from_slice(value);
}

/// Writes an item (PS3.5 7.5).
pub fn push_item(out: &mut Vec<u8>, encoding: ElementEncoding, content: &[u8]) {
    out.extend_from_slice(&tag_bytes(encoding, ITEM));
    out.extend_from_slice(&length_bytes(encoding, content.len()));
    out.extend_from_slice(content);
}
