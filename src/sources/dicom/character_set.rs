//! Text of a DICOM file as UTF-8, whatever its Specific Character Set (0008,0005) says or omits.
//!
//! Source: PS3.3 C.12.1.1.2 (defined terms), PS3.5 6.1.2 (code extensions), annexes H, I and J.

use std::borrow::Cow;

use encoding_rs::Encoding;

/// How a file's text is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CharacterSet {
    /// The file names no set that is known.
    Undeclared,
    /// The file names this set.
    Declared(&'static Encoding),
}

/// Escape sequences that switch code elements: they never belong to the text.
const KOREAN: &[u8] = b"\x1b$)C";
const CHINESE: &[u8] = b"\x1b$)A";

impl CharacterSet {
    /// From the attribute's value: the last known term decides, since an empty or ASCII
    /// first value says nothing about what follows an escape (`\ISO 2022 IR 149`).
    pub fn from_terms(value: &[u8]) -> Self {
        let terms = value.split(|byte| *byte == b'\\').rev();
        terms.filter_map(encoding).next().map_or(Self::Undeclared, Self::Declared)
    }

    /// The value as UTF-8, without escapes, padding and NULs.
    ///
    /// Without a declaration: UTF-8 where the bytes are valid, else the Korean CP949 where they
    /// are, else Latin-1, which never fails.
    pub fn decode(self, value: &[u8]) -> Cow<'_, str> {
        if is_plain(value) {
            return Cow::Borrowed(trim_ascii(std::str::from_utf8(value).unwrap_or_default()));
        }
        let bytes = without_escapes(value);
        let text = match self {
            // WHATWG's decoder follows the escapes of ISO 2022 itself.
            Self::Declared(set) if set == encoding_rs::ISO_2022_JP => set.decode(value).0,
            Self::Declared(set) => set.decode_without_bom_handling(&bytes).0,
            Self::Undeclared => guess(&bytes),
        };
        Cow::Owned(trim(&text).to_owned())
    }
}

/// Whether the text is ASCII without escapes: valid UTF-8 in every set that DICOM knows.
pub(super) fn is_plain(text: &[u8]) -> bool {
    text.is_ascii() && !text.contains(&0x1b)
}

/// The same as [`trim`] for ASCII, byte by byte: fifty times an image.
pub(super) fn trim_ascii(text: &str) -> &str {
    let is_padding = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r' | 0);
    let bytes = text.as_bytes();
    let start = bytes.iter().take_while(|byte| is_padding(byte)).count();
    let end = bytes.len() - bytes.iter().rev().take_while(|byte| is_padding(byte)).count();
    text.get(start..end).unwrap_or_default()
}

fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\0')
}

fn guess(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let korean = encoding_rs::EUC_KR.decode_without_bom_handling_and_without_replacement(bytes);
    korean.unwrap_or_else(|| bytes.iter().map(|byte| char::from(*byte)).collect())
}

fn without_escapes(value: &[u8]) -> Cow<'_, [u8]> {
    if !value.contains(&0x1b) {
        return Cow::Borrowed(value);
    }
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((&first, tail)) = rest.split_first() {
        if rest.starts_with(KOREAN) || rest.starts_with(CHINESE) {
            rest = &rest[KOREAN.len()..];
        } else if first == 0x1b && tail.len() >= 2 {
            rest = &tail[2..]; // ESC ( B, ESC - A … switch single-byte sets
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    Cow::Owned(bytes)
}

/// The encoding of a defined term; ASCII (`ISO 2022 IR 6`, empty) says nothing.
fn encoding(term: &[u8]) -> Option<&'static Encoding> {
    let term: Vec<u8> = term
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace() && **byte != b'_' && **byte != 0)
        .map(u8::to_ascii_uppercase)
        .collect();
    let number = term.strip_prefix(b"ISO2022IR").or_else(|| term.strip_prefix(b"ISOIR"));
    Some(match number.unwrap_or(&term) {
        b"149" => encoding_rs::EUC_KR,
        b"192" => encoding_rs::UTF_8,
        b"58" | b"GBK" => encoding_rs::GBK,
        b"GB18030" => encoding_rs::GB18030,
        b"13" => encoding_rs::SHIFT_JIS,
        b"87" | b"159" => encoding_rs::ISO_2022_JP,
        b"166" => encoding_rs::WINDOWS_874,
        b"100" => encoding_rs::WINDOWS_1252,
        b"101" => encoding_rs::ISO_8859_2,
        b"109" => encoding_rs::ISO_8859_3,
        b"110" => encoding_rs::ISO_8859_4,
        b"126" => encoding_rs::ISO_8859_7,
        b"127" => encoding_rs::ISO_8859_6,
        b"138" => encoding_rs::ISO_8859_8,
        b"144" => encoding_rs::ISO_8859_5,
        b"148" => encoding_rs::WINDOWS_1254,
        b"203" => encoding_rs::ISO_8859_15,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(charset: &[u8], value: &[u8]) -> String {
        CharacterSet::from_terms(charset).decode(value).into_owned()
    }

    #[test]
    fn korean_comes_out_whatever_the_declaration() {
        let bare = b"\xb1\xe8\xc8\xf1\xc1\xdf ";
        let escaped = b"\x1b$)C\xb1\xe8\x1b$)C\xc8\xf1\xc1\xdf";
        assert_eq!(read(b"\\ISO 2022 IR 149", escaped), "김희중");
        assert_eq!(read(b"ISO_IR 149", bare), "김희중");
        assert_eq!(read(b"", bare), "김희중");
        assert_eq!(read(b"ISO_IR 192", "김희중".as_bytes()), "김희중");
        assert_eq!(read(b"", "김희중".as_bytes()), "김희중");
    }

    #[test]
    fn other_sets_and_nonsense_come_out_as_something() {
        assert_eq!(read(b"ISO_IR 100", b"Gr\xfc\xdfe"), "Grüße");
        assert_eq!(read(b"ISO 2022 IR 6\\ISO 2022 IR 87", b"\x1b$B;3ED\x1b(B"), "山田");
        assert_eq!(read(b"nonsense", b"\xff\xfe"), "ÿþ");
        assert_eq!(read(b"", b"GE\0 "), "GE");
    }
}
