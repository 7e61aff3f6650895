//! Unicode spaces, which DuckDB replaces by blanks before its scanner sees a text.
//!
//! It finds them with a small scanner of its own (`Parser::StripUnicodeSpaces`), which knows less of
//! quotes than the real one; a space that it misses is part of a name. This follows it step by step.

use std::collections::BTreeSet;

/// Where DuckDB reads a Unicode space as a blank: the first byte of each.
pub(super) fn unicode_spaces(text: &str) -> BTreeSet<usize> {
    let mut spaces = BTreeSet::new();
    let bytes = text.as_bytes();
    if text.is_ascii() {
        return spaces;
    }
    let mut place = 0;
    while place + 2 < bytes.len() {
        let rest = &bytes[place..];
        match rest {
            [0xC2, 0xA0, ..]
            | [0xE2, 0x80, 0x80..=0x8D | 0xAF, ..]
            | [0xE2, 0x81, 0x9F | 0xA0, ..]
            | [0xE3, 0x80, 0x80, ..]
            | [0xEF, 0xBB, 0xBF, ..] => {
                spaces.insert(place);
            }
            [quote @ (b'\'' | b'"'), ..] => {
                let Some(end) = quote_end(bytes, place + 1, *quote) else { return spaces };
                place = end;
                continue;
            }
            [b'$', next, ..] if *next == b'$' || is_tag_start(*next) => {
                let Some(end) = dollar_end(bytes, place + 1) else { return spaces };
                place = end;
                continue;
            }
            [b'-', b'-', ..] => {
                let line = bytes[place..].iter().position(|byte| matches!(byte, b'\n' | b'\r'));
                let Some(length) = line else { return spaces };
                place += length;
                continue;
            }
            _ => {}
        }
        place += 1;
    }
    spaces
}

fn is_tag_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

/// The place after the closing quote; none when the text ends first.
fn quote_end(bytes: &[u8], start: usize, quote: u8) -> Option<usize> {
    let mut place = start;
    while place + 1 < bytes.len() {
        if bytes[place] == quote {
            if bytes[place + 1] != quote {
                return Some(place + 1);
            }
            place += 1;
        }
        place += 1;
    }
    None
}

/// The place after a dollar quote, or at the first character that makes it none.
fn dollar_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut place = start;
    while place + 2 < bytes.len() {
        if bytes[place] == b'$' {
            let tag = &bytes[start - 1..=place];
            let body = place + 1;
            let end = bytes[body..].windows(tag.len()).position(|window| window == tag);
            return end.map(|end| body + end + tag.len());
        }
        if !is_tag_start(bytes[place]) && !bytes[place].is_ascii_digit() {
            return Some(place);
        }
        place += 1;
    }
    None
}
