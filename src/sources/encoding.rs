//! Text decoded from bytes: UTF-8, UTF-16, Korean CP949 or Johab, by byte order mark and by content.

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
    /// Neither and not CP949: each syllable is one of Johab (CP1361), the character set of Korean DOS.
    Johab,
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
    if encoding == TextEncoding::Korean
        && set.decode_without_bom_handling_and_without_replacement(bytes).is_none()
        && let Some(text) = decode_johab(bytes)
    {
        return DecodedText { text: Cow::Owned(text), encoding: TextEncoding::Johab };
    }
    DecodedText { text: set.decode_without_bom_handling(bytes).0, encoding }
}

/// The text where each pair of bytes with the high bit is a syllable of Johab (KS X 1001, annex 3): one bit,
/// then five each for the initial, the vowel and the final consonant. Absent otherwise.
fn decode_johab(bytes: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(bytes.len() * 2);
    let mut rest = bytes.iter().copied();
    while let Some(byte) = rest.next() {
        if byte.is_ascii() {
            text.push(char::from(byte));
            continue;
        }
        let pair = u32::from(byte) << 8 | u32::from(rest.next()?);
        let initial = (pair >> 10 & 31).checked_sub(2).filter(|index| *index < 19)?;
        let vowel = match pair >> 5 & 31 {
            code @ 3..=7 => code - 3,
            code @ 10..=15 => code - 5,
            code @ 18..=23 => code - 7,
            code @ 26..=29 => code - 9,
            _ => return None,
        };
        let last = match pair & 31 {
            code @ 1..=17 => code - 1,
            code @ 19..=29 => code - 2,
            _ => return None,
        };
        text.push(char::from_u32(0xac00 + (initial * 21 + vowel) * 28 + last)?);
    }
    Some(text)
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
