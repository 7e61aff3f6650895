//! Text of a DICOM file as UTF-8, whatever its Specific Character Set (0008,0005) says or omits.
//!
//! Source: PS3.3 C.12.1.1.2 (defined terms), PS3.5 6.1.2 (code extensions), annexes H, I and J.

use std::borrow::Cow;

use encoding_rs::Encoding;

/// How a file's text is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CharacterSet {
    /// The set of the first term: the encoding of bytes before any escape sequence. Absent when the
    /// term is ASCII, empty or not known.
    first: Option<&'static Encoding>,
    /// The first set of the further terms, for values that omit the escape sequence.
    further: Option<&'static Encoding>,
}

/// The sets that an escape sequence selects (PS3.3 tables C.12-3 and C.12-4).
#[derive(Clone, Copy)]
enum EscapedSet {
    /// ASCII or JIS X 0201 romaji, in the lower half.
    Ascii,
    /// Two bytes of seven bits: JIS X 0208, or 0212 with that prefix in EUC-JP.
    Japanese(&'static [u8]),
    /// A set of the upper half.
    Upper(&'static Encoding),
}

impl CharacterSet {
    /// The set of a file that declares none.
    pub const UNDECLARED: Self = Self { first: None, further: None };

    /// The set that the attribute's value declares.
    pub fn from_terms(value: &[u8]) -> Self {
        let mut terms = value.split(|byte| *byte == b'\\').map(encoding);
        let first = terms.next().flatten();
        Self { first, further: terms.flatten().next() }
    }

    /// The value as UTF-8, without escapes, padding and NULs.
    ///
    /// Bytes before an escape sequence are in the first declared set, else the next; bytes that fit
    /// neither, or come without a declaration, are UTF-8 where they are valid, else the Korean CP949
    /// where they are, else Latin-1, which never fails.
    pub fn decode(self, value: &[u8]) -> Cow<'_, str> {
        if is_plain(value) {
            return Cow::Borrowed(trim_ascii(std::str::from_utf8(value).unwrap_or_default()));
        }
        if has_controls(value) {
            return Cow::Owned(trim(&self.decode_escaped(value)).to_owned());
        }
        Cow::Owned(trim(&self.decode_plain(value)).to_owned())
    }

    /// Whether the value does not fit the declared set; without a declaration, whether no set is
    /// recognized in it.
    pub fn contradicts(self, value: &[u8]) -> bool {
        let declared = self.first.or(self.further);
        if is_plain(value) || has_controls(value) {
            return false;
        }
        match declared {
            Some(set) => is_misdeclared(set, value) || decode_exactly(set, value).is_none(),
            None => recognize(value).is_none(),
        }
    }

    /// A value without escape sequences.
    fn decode_plain(self, value: &[u8]) -> Cow<'_, str> {
        let declared = [self.first, self.further].into_iter().flatten();
        let mut fitting = declared.filter(|set| !is_misdeclared(set, value));
        fitting.find_map(|set| decode_exactly(set, value)).unwrap_or_else(|| guess(value))
    }

    /// A value whose escape sequences switch between sets (PS3.5 6.1.2.4).
    fn decode_escaped(self, value: &[u8]) -> String {
        let mut text = String::new();
        let mut lower = EscapedSet::Ascii;
        let mut upper = None;
        let mut rest = value;
        while !rest.is_empty() {
            let end = rest.iter().position(|byte| *byte == 0x1b).unwrap_or(rest.len());
            let (run, tail) = rest.split_at(end);
            match (lower, upper) {
                (EscapedSet::Japanese(prefix), _) => text.push_str(&japanese(prefix, run)),
                _ if run.iter().any(is_shift) => self.decode_shifted(upper, run, &mut text),
                (_, Some(set)) => text.push_str(&decode_lossy(set, run)),
                _ => text.push_str(&self.decode_plain(run)),
            }
            let (selected, length) = escape_sequence(tail);
            match selected {
                Some(EscapedSet::Upper(set)) => upper = Some(set),
                Some(set) => lower = set,
                None => {}
            }
            rest = tail.get(length..).unwrap_or_default();
        }
        text
    }
}

impl CharacterSet {
    /// A run with the shifts of ISO 2022 KR, which DICOM does not have but hospital systems send: bytes of
    /// seven bits between SO and SI are in the upper half (ECMA-35 7.3), that of Korean where no other was
    /// selected or declared (RFC 1557).
    fn decode_shifted(self, upper: Option<&'static Encoding>, run: &[u8], text: &mut String) {
        let set = upper.or(self.first).or(self.further).unwrap_or(encoding_rs::EUC_KR);
        let set = if set == encoding_rs::UTF_8 { encoding_rs::EUC_KR } else { set };
        let mut is_out = false;
        for part in run.split_inclusive(is_shift) {
            let shift = part.last().copied().filter(is_shift);
            let letters = &part[..part.len() - usize::from(shift.is_some())];
            if is_out {
                let is_letter = |byte: u8| (0x21..=0x7e).contains(&byte);
                let raised = |byte: &u8| if is_letter(*byte) { byte | 0x80 } else { *byte };
                let raised: Vec<u8> = letters.iter().map(raised).collect();
                text.push_str(&decode_lossy(set, &raised));
            } else {
                text.push_str(&self.decode_plain(letters));
            }
            is_out = shift.map_or(is_out, |byte| byte == SHIFT_OUT);
        }
    }
}

/// The control characters that select the upper half and the lower half again.
const SHIFT_OUT: u8 = 0x0e;
const SHIFT_IN: u8 = 0x0f;

fn is_shift(byte: &u8) -> bool {
    matches!(*byte, SHIFT_OUT | SHIFT_IN)
}

/// Whether the value switches between sets.
fn has_controls(value: &[u8]) -> bool {
    value.iter().any(|byte| *byte == 0x1b || is_shift(byte))
}

/// The set that an escape sequence selects, and how many bytes the sequence has.
fn escape_sequence(bytes: &[u8]) -> (Option<EscapedSet>, usize) {
    use EscapedSet::{Ascii, Japanese, Upper};
    let Some(sequence) = bytes.strip_prefix(b"\x1b") else { return (None, bytes.len().min(1)) };
    let (set, length) = match sequence {
        [b'$', b')', b'C', ..] => (Some(Upper(encoding_rs::EUC_KR)), 4),
        [b'$', b')', b'A', ..] => (Some(Upper(encoding_rs::GBK)), 4),
        [b'$', b'(', b'D', ..] => (Some(Japanese(b"\x8f")), 4),
        [b'$', b'B' | b'@', ..] => (Some(Japanese(b"")), 3),
        [b'(', b'B' | b'J', ..] => (Some(Ascii), 3),
        [b')', b'I', ..] => (Some(Upper(encoding_rs::SHIFT_JIS)), 3),
        [b'-', final_byte, ..] => (upper_half(*final_byte).map(Upper), 3),
        [b'$', _, _, ..] => (None, 4),
        _ => (None, 3),
    };
    (set, length)
}

/// The upper half that an escape sequence with this final byte selects.
fn upper_half(final_byte: u8) -> Option<&'static Encoding> {
    Some(match final_byte {
        b'A' => encoding_rs::WINDOWS_1252,
        b'B' => encoding_rs::ISO_8859_2,
        b'C' => encoding_rs::ISO_8859_3,
        b'D' => encoding_rs::ISO_8859_4,
        b'F' => encoding_rs::ISO_8859_7,
        b'G' => encoding_rs::ISO_8859_6,
        b'H' => encoding_rs::ISO_8859_8,
        b'L' => encoding_rs::ISO_8859_5,
        b'M' => encoding_rs::WINDOWS_1254,
        b'T' => encoding_rs::WINDOWS_874,
        b'b' => encoding_rs::ISO_8859_15,
        _ => return None,
    })
}

/// Pairs of seven bits, through EUC-JP, which has the same rows with the high bit set.
fn japanese(prefix: &[u8], run: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(run.len() * 2);
    for pair in run.chunks(2) {
        if let [a @ 0x21..=0x7e, b @ 0x21..=0x7e] = pair {
            bytes.extend_from_slice(prefix);
            bytes.extend([a | 0x80, b | 0x80]);
        } else {
            bytes.extend_from_slice(pair);
        }
    }
    decode_lossy(encoding_rs::EUC_JP, &bytes).into_owned()
}

fn decode_lossy<'b>(set: &'static Encoding, bytes: &'b [u8]) -> Cow<'b, str> {
    set.decode_without_bom_handling(bytes).0
}

fn decode_exactly<'b>(set: &'static Encoding, bytes: &'b [u8]) -> Option<Cow<'b, str>> {
    set.decode_without_bom_handling_and_without_replacement(bytes)
}

/// Whether a value that is declared in a set of single bytes, which every byte fits, is UTF-8 or Korean.
/// Text of single bytes is by chance neither: marked letters do not come in such pairs.
fn is_misdeclared(set: &'static Encoding, value: &[u8]) -> bool {
    let is_utf8 = || set.is_single_byte() && std::str::from_utf8(value).is_ok();
    is_utf8() || (set == encoding_rs::WINDOWS_1252 && is_korean(value))
}

/// Whether all high bytes are pairs of CP949, two or more of them Hangul syllables of KS X 1001 (rows 16
/// to 40).
fn is_korean(value: &[u8]) -> bool {
    let mut syllables = 0;
    let mut bytes = value.iter();
    while let Some(byte) = bytes.next() {
        if byte.is_ascii() {
            continue;
        }
        match (byte, bytes.next()) {
            (0xb0..=0xc8, Some(0xa1..=0xfe)) => syllables += 1,
            (0x81..=0xc6, Some(b'A'..=b'Z' | b'a'..=b'z' | 0x81..=0xfe)) => {}
            _ => return false,
        }
    }
    syllables >= 2
}

/// Whether the text is ASCII without escapes: valid UTF-8 in every set that DICOM knows.
pub(super) fn is_plain(text: &[u8]) -> bool {
    text.is_ascii() && !has_controls(text)
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

/// The text where it is valid UTF-8, else where it is valid CP949 with a syllable or character of
/// KS X 1001; absent otherwise.
fn recognize(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(Cow::Borrowed(text));
    }
    let is_common = |pair: &[u8]| matches!(pair, [0xb0..=0xfd, 0xa1..=0xfe]);
    bytes.windows(2).any(is_common).then(|| decode_exactly(encoding_rs::EUC_KR, bytes)).flatten()
}

fn guess(bytes: &[u8]) -> Cow<'_, str> {
    recognize(bytes).unwrap_or_else(|| bytes.iter().map(|byte| char::from(*byte)).collect())
}

/// The encoding of a defined term, or of a name that other standards give a set; ASCII
/// (`ISO 2022 IR 6`, empty) says nothing.
fn encoding(term: &[u8]) -> Option<&'static Encoding> {
    let folded: Vec<u8> = term
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'_' | b'-' | 0))
        .map(u8::to_ascii_uppercase)
        .collect();
    let number = folded.strip_prefix(b"ISO2022IR").or_else(|| folded.strip_prefix(b"ISOIR"));
    Some(match number.unwrap_or(&folded) {
        b"149" => encoding_rs::EUC_KR,
        b"192" | b"UTF8" => encoding_rs::UTF_8,
        b"58" | b"GBK" => encoding_rs::GBK,
        b"GB18030" => encoding_rs::GB18030,
        b"13" => encoding_rs::SHIFT_JIS,
        b"87" | b"159" => encoding_rs::EUC_JP,
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
        b"6" | b"" | b"ASCII" | b"USASCII" => return None,
        _ => return Encoding::for_label(term.trim_ascii()),
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
        for terms in [&b"ISO_IR 149"[..], b"", b"ISO IR 149", b"ks_c_5601-1987", b"ISO_IR 6"] {
            assert_eq!(read(terms, bare), "김희중");
        }
        for terms in [&b"ISO_IR 100"[..], b"ISO_IR 192", b"ISO_IR 192\\ISO 2022 IR 149"] {
            assert_eq!(read(terms, bare), "김희중");
        }
        assert_eq!(read(b"ISO_IR 192", "김희중".as_bytes()), "김희중");
        assert_eq!(read(b"ISO_IR 100", "김희중".as_bytes()), "김희중");
        assert_eq!(read(b"ISO_IR 100", b"\x8c\x63\xb9\xe6\xb0\xa2\xc7\xcf"), "똠방각하");
        assert_eq!(read(b"ISO_IR 100", b"don\x92t"), "don\u{2019}t");
        assert_eq!(read(b"ISO_IR 192\\ISO 2022 IR 149", "김희중".as_bytes()), "김희중");
        assert_eq!(read(b"", "김희중".as_bytes()), "김희중");
    }

    #[test]
    fn the_first_set_is_that_of_bytes_before_an_escape() {
        let terms = b"ISO 2022 IR 100\\ISO 2022 IR 149";
        assert_eq!(read(terms, b"R\xf6ntgen"), "Röntgen");
        assert_eq!(read(terms, b"R\xf6ntgen=\x1b$)C\xb1\xe8"), "Röntgen=김");
        let terms = b"ISO 2022 IR 13\\ISO 2022 IR 87";
        assert_eq!(read(terms, b"\xcc\xbc\xde=\x1b$BIY;N\x1b(J"), "ﾌｼﾞ=富士");
        assert_eq!(read(b"\\ISO 2022 IR 58", b"\x1b$)A\xce\xf7\xc3\xc5\xd7\xd3"), "西门子");
    }

    #[test]
    fn shifts_of_iso_2022_kr_select_korean() {
        assert_eq!(read(b"", b"\x1b$)C\x0e1hHqA_\x0f Kim"), "김희중 Kim");
        for terms in [&b""[..], b"ISO 2022 IR 149", b"\\ISO 2022 IR 149", b"ISO_IR 192"] {
            assert_eq!(read(terms, b"Kim \x0e1hHqA_\x0f"), "Kim 김희중");
            assert_eq!(read(terms, b"\x0e1hHqA_"), "김희중");
        }
    }

    #[test]
    fn other_sets_and_nonsense_come_out_as_something() {
        assert_eq!(read(b"ISO_IR 100", b"Gr\xfc\xdfe"), "Grüße");
        assert_eq!(read(b"ISO 2022 IR 6\\ISO 2022 IR 87", b"\x1b$B;3ED\x1b(B"), "山田");
        assert_eq!(read(b"nonsense", b"\xff\xfe"), "ÿþ");
        assert_eq!(read(b"", b"GE\0 "), "GE");
        assert_eq!(read(b"", b"\x1b"), "");
    }

    #[test]
    fn a_value_that_does_not_fit_its_declaration_is_known() {
        let doubtful = |terms: &[u8], value| CharacterSet::from_terms(terms).contradicts(value);
        assert!(doubtful(b"ISO_IR 100", b"\xc1\xf6\xb8\xe0\xbd\xba"));
        assert!(doubtful(b"ISO_IR 192", b"\xc1\xf6\xb8\xe0\xbd\xba"));
        assert!(!doubtful(b"ISO_IR 100", b"R\xf6ntgen"));
        assert!(!doubtful(b"", b"\xc1\xf6\xb8\xe0\xbd\xba"));
        // UTF-8 where Latin-1 is declared; Shift JIS where nothing is.
        assert!(doubtful(b"ISO_IR 100", "지멘스".as_bytes()));
        assert!(doubtful(b"", b"\x95\x78\x8e\x6d\x83\x74\x83\x43"));
    }
}
