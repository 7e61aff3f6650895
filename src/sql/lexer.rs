//! A text cut into tokens at the places where DuckDB's scanner cuts it.
//!
//! DuckDB's scanner is PostgreSQL's `scan.l`; the rules here are named after its. A difference would let
//! a statement pass for another one, so a test compares both on generated texts.

use std::collections::BTreeSet;

use super::space::unicode_spaces;
use super::token::{Token, TokenKind};

/// The tokens of a text in order and without gaps, white space and comments included.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let lexer = Lexer { text, spaces: unicode_spaces(text) };
    let mut tokens = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let (length, kind, closed) = lexer.token(start);
        // Never an empty token, never half a character.
        let mut end = (start + length.max(1)).min(text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        tokens.push(Token { kind, text: &text[start..end], range: start..end, closed });
        start = end;
    }
    tokens
}

/// The tokens of a text without white space, for colours and completion.
pub fn visible_tokens(text: &str) -> Vec<Token<'_>> {
    tokens(text).into_iter().filter(|token| token.kind != TokenKind::Space).collect()
}

struct Lexer<'t> {
    text: &'t str,
    /// The first bytes of Unicode spaces.
    spaces: BTreeSet<usize>,
}

/// Length, kind, and whether it is closed.
type Scanned = (usize, TokenKind, bool);

impl Lexer<'_> {
    fn token(&self, start: usize) -> Scanned {
        let rest = &self.text[start..];
        let bytes = rest.as_bytes();
        match bytes {
            [b';', ..] => (1, TokenKind::End, true),
            [b'\'', ..] => text_literal(rest, 0, Escapes::None),
            [b'E' | b'e', b'\'', ..] => text_literal(rest, 1, Escapes::Backslash),
            [b'B' | b'b' | b'X' | b'x' | b'N' | b'n', b'\'', ..] => {
                text_literal(rest, 1, Escapes::None)
            }
            [b'U' | b'u', b'&', b'\'', ..] => text_literal(rest, 2, Escapes::None),
            [b'U' | b'u', b'&', b'"', ..] => quoted_name(rest, 2),
            [b'"', ..] => quoted_name(rest, 0),
            [b'-', b'-', ..] => (line_comment(rest), TokenKind::Comment, true),
            [b'/', b'*', ..] => block_comment(rest),
            [b'$', ..] => dollar(rest),
            [b'.', b'0'..=b'9', ..] | [b'0'..=b'9', ..] => (number(bytes), TokenKind::Number, true),
            [byte, ..] if is_space(*byte) => self.space(start),
            [0x80..=0xFF, ..] if self.spaces.contains(&start) => self.space(start),
            [byte, ..] if is_name_start(*byte) => (self.name(start), TokenKind::Word, true),
            _ => (operator(bytes), TokenKind::Symbol, true),
        }
    }

    fn space(&self, start: usize) -> Scanned {
        let rest = &self.text[start..];
        let is_blank = |(place, c): &(usize, char)| {
            u8::try_from(*c).is_ok_and(|byte| byte < 0x80 && is_space(byte))
                || self.spaces.contains(&(start + place))
        };
        let length = rest.char_indices().find(|character| !is_blank(character));
        (length.map_or(rest.len(), |(place, _)| place), TokenKind::Space, true)
    }

    /// `ident_start ident_cont*`, in which `$` goes on with a name.
    fn name(&self, start: usize) -> usize {
        let rest = &self.text.as_bytes()[start..];
        let ends = |(place, byte): (usize, &u8)| {
            !(is_name_start(*byte) || byte.is_ascii_digit() || *byte == b'$')
                || self.spaces.contains(&(start + place))
        };
        rest.iter().enumerate().position(ends).unwrap_or(rest.len())
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

/// What a backslash does in a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    None,
    Backslash,
}

/// A text from its prefix to its last quote. Texts with only white space that holds a line break between
/// them are one (`quotecontinue`), with the escapes of the first.
fn text_literal(rest: &str, prefix: usize, escapes: Escapes) -> Scanned {
    let bytes = rest.as_bytes();
    let mut place = prefix + 1;
    while place < bytes.len() {
        match bytes[place] {
            b'\\' if escapes == Escapes::Backslash => place += 2,
            b'\'' if bytes.get(place + 1) == Some(&b'\'') => place += 2,
            b'\'' => match continuation(&rest[place + 1..]) {
                Some(length) => place += 1 + length,
                None => return (place + 1, TokenKind::Literal, true),
            },
            _ => place += 1,
        }
    }
    (rest.len(), TokenKind::Literal, false)
}

/// Length up to and with the quote that goes on with a text: white space and comments with a line break
/// among them, then a quote.
fn continuation(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let (mut place, mut is_broken) = (0, false);
    loop {
        match &bytes[place..] {
            [b'\'', ..] if is_broken => return Some(place + 1),
            [b'\n' | b'\r', ..] => {
                is_broken = true;
                place += 1;
            }
            [b' ' | b'\t' | 0x0c, ..] => place += 1,
            [b'-', b'-', ..] => place += line_comment(&rest[place..]),
            _ => return None,
        }
    }
}

fn quoted_name(rest: &str, prefix: usize) -> Scanned {
    let bytes = rest.as_bytes();
    let mut place = prefix + 1;
    while place < bytes.len() {
        match &bytes[place..] {
            [b'"', b'"', ..] => place += 2,
            [b'"', ..] => return (place + 1, TokenKind::QuotedName, true),
            _ => place += 1,
        }
    }
    (rest.len(), TokenKind::QuotedName, false)
}

/// `--` to the end of the line, which a carriage return ends as well.
fn line_comment(rest: &str) -> usize {
    rest.find(['\n', '\r']).unwrap_or(rest.len())
}

/// `/* … */`, which nests.
fn block_comment(rest: &str) -> Scanned {
    let bytes = rest.as_bytes();
    let (mut depth, mut place) = (0_usize, 0);
    while place < bytes.len() {
        match &bytes[place..] {
            [b'/', b'*', ..] => {
                depth += 1;
                place += 2;
            }
            [b'*', b'/', ..] => {
                depth -= 1;
                place += 2;
                if depth == 0 {
                    return (place, TokenKind::Comment, true);
                }
            }
            _ => place += 1,
        }
    }
    (rest.len(), TokenKind::Comment, false)
}

/// A dollar quote, a parameter `$1`, or a `$`.
fn dollar(rest: &str) -> Scanned {
    let bytes = rest.as_bytes();
    if bytes.get(1).is_some_and(u8::is_ascii_digit) {
        let digits = bytes[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        return (1 + digits, TokenKind::Number, true);
    }
    let is_tag = |(place, byte): &(usize, &u8)| {
        is_name_start(**byte) || (*place > 0 && byte.is_ascii_digit())
    };
    let length = bytes[1..].iter().enumerate().take_while(is_tag).count();
    if bytes.get(1 + length) != Some(&b'$') {
        return (1, TokenKind::Symbol, true);
    }
    let tag = &rest[..length + 2];
    match rest[tag.len()..].find(tag) {
        Some(end) => (end + 2 * tag.len(), TokenKind::Literal, true),
        None => (rest.len(), TokenKind::Literal, false),
    }
}

/// Digits, with single underscores between them.
fn digits(bytes: &[u8], is_digit: fn(&u8) -> bool) -> usize {
    let mut length = 0;
    loop {
        match &bytes[length..] {
            [digit, ..] if is_digit(digit) => length += 1,
            [b'_', digit, ..] if length > 0 && is_digit(digit) => length += 2,
            _ => return length,
        }
    }
}

/// `integer`, `decimal` and `real`. DuckDB has no numbers with a base: `0x1F` is `0 AS x1F`.
fn number(bytes: &[u8]) -> usize {
    let mut length = digits(bytes, u8::is_ascii_digit);
    // 1..2 is a range, not two decimals.
    if bytes.get(length) == Some(&b'.') && bytes.get(length + 1) != Some(&b'.') {
        length += 1;
        length += digits(&bytes[length..], u8::is_ascii_digit);
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let exponent =
            digits(bytes.get(length + 1 + sign..).unwrap_or_default(), u8::is_ascii_digit);
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    length
}

/// Comparisons such as `<=` and `<>`, casts and arrows are one token; a comment ends every operator.
fn operator(bytes: &[u8]) -> usize {
    let joins = |byte: &u8| matches!(byte, b'<' | b'>' | b'=' | b'!' | b':' | b'|' | b'~');
    bytes.iter().take_while(|byte| joins(byte)).count().max(1)
}
