//! Text decoded from bytes: UTF-8, UTF-16 or Korean CP949, by byte order mark and by content.

use std::borrow::Cow;

use encoding_rs::{EUC_KR, Encoding, UTF_16BE, UTF_16LE};

/// Bytes that are counted to recognise UTF-16 without a byte order mark.
const SAMPLE_BYTES: usize = 200;

/// How a text was encoded, and how that was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8 without a byte order mark.
    Utf8,
    /// UTF-8 or UTF-16, as its byte order mark says.
    Marked,
    /// UTF-16 without a byte order mark: every other byte of Latin letters and digits is zero.
    Utf16,
    /// Neither, read as CP949, the character set of Korean Windows.
    Korean,
}

/// A text and the encoding that it was read with.
#[derive(Debug)]
pub struct DecodedText<'b> {
    /// The text without its byte order mark.
    pub text: Cow<'b, str>,
    /// How it was encoded.
    pub encoding: TextEncoding,
}

/// The text of a file.
pub fn decode(bytes: &[u8]) -> DecodedText<'_> {
    if let Some((set, length)) = Encoding::for_bom(bytes) {
        let text = set.decode_without_bom_handling(bytes.get(length..).unwrap_or_default()).0;
        return DecodedText { text, encoding: TextEncoding::Marked };
    }
    let (set, encoding) = match std::str::from_utf8(bytes) {
        _ if has_zeros(bytes, 1) => (UTF_16LE, TextEncoding::Utf16),
        _ if has_zeros(bytes, 0) => (UTF_16BE, TextEncoding::Utf16),
        Ok(text) => return DecodedText { text: Cow::Borrowed(text), encoding: TextEncoding::Utf8 },
        Err(_) => (EUC_KR, TextEncoding::Korean),
    };
    DecodedText { text: set.decode_without_bom_handling(bytes).0, encoding }
}

/// Whether half of the bytes at even (0) or odd (1) places are zero.
fn has_zeros(bytes: &[u8], first: usize) -> bool {
    let zeros = bytes.iter().take(SAMPLE_BYTES).skip(first).step_by(2).filter(|byte| **byte == 0);
    bytes.len() > 3 && zeros.count() * 4 > bytes.len().min(SAMPLE_BYTES)
}

/// The text of a name without a declared character set: UTF-8 where the bytes are, else CP949, else
/// Latin-1.
pub fn decode_name(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(name) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(name);
    }
    let korean = EUC_KR.decode_without_bom_handling_and_without_replacement(bytes);
    korean.unwrap_or_else(|| bytes.iter().map(|byte| char::from(*byte)).collect())
}
