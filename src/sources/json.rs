//! JSON that people and tools write by hand: read strictly first, then with repairs that are named.

use std::collections::BTreeSet;
use std::fmt;

use compact_str::CompactString;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::encoding::{self, TextEncoding};

/// Values nested deeper than this are not annotations, and would exhaust the stack.
const MAX_DEPTH: usize = 100;

/// A JSON value that keeps every entry of an object, repeated keys included.
#[derive(Debug, Clone, PartialEq)]
pub enum JsonNode {
    /// `null`.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A number.
    Number(f64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<JsonNode>),
    /// An object's entries in the order of the text.
    Object(Vec<(CompactString, JsonNode)>),
    /// The object of two finite numbers `x` and `y`, in either order: a drawing has thousands.
    Point([f64; 2]),
}

impl JsonNode {
    /// The object of two entries.
    fn of(first: (CompactString, Self), second: (CompactString, Self)) -> Self {
        let point = match (&first, &second) {
            ((a, Self::Number(at_a)), (b, Self::Number(at_b))) => match (a.as_str(), b.as_str()) {
                ("x", "y") => Some([*at_a, *at_b]),
                ("y", "x") => Some([*at_b, *at_a]),
                _ => None,
            },
            _ => None,
        };
        match point.filter(|point| point.iter().all(|at| at.is_finite())) {
            Some(point) => Self::Point(point),
            None => Self::Object(vec![first, second]),
        }
    }

    /// The entry called `key`, the last one where it repeats.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(entries) => entries.iter().rev().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The entry whose key is `key` but for case, separators and blanks, such as `caseId` for
    /// `case_id`; an entry with the very key comes first. Also whether the key is spelled otherwise.
    pub fn get_spelled(&self, key: &str) -> Option<(&Self, bool)> {
        if let Some(value) = self.get(key) {
            return Some((value, false));
        }
        let plain = |key: &str| -> String {
            key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        };
        let wanted = plain(key);
        let Self::Object(entries) = self else { return None };
        let value = entries.iter().rev().find(|(other, _)| plain(other) == wanted);
        value.map(|(_, value)| (value, true))
    }

    /// A string, or a number as it prints: tools write case IDs both ways.
    pub fn as_label(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.trim().to_owned()).filter(|t| !t.is_empty()),
            Self::Number(n) => Some(n.to_string()),
            _ => None,
        }
    }

    /// A number, also written as a string.
    pub fn as_number(&self) -> Option<f64> {
        let number = match self {
            Self::Number(n) => *n,
            Self::Text(text) => text.trim().parse().ok()?,
            _ => return None,
        };
        number.is_finite().then_some(number)
    }
}

impl<'de> Deserialize<'de> for JsonNode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        DepthLimit(0).deserialize(deserializer)
    }
}

/// A value so many levels deep. The readers go down with the text; the depth is counted here, where
/// no trick of the text deceives.
#[derive(Clone, Copy)]
struct DepthLimit(usize);

impl DepthLimit {
    fn below<E: Error>(self) -> Result<Self, E> {
        if self.0 == MAX_DEPTH {
            return Err(E::custom(format!("nested deeper than {MAX_DEPTH} levels")));
        }
        Ok(Self(self.0 + 1))
    }
}

impl<'de> DeserializeSeed<'de> for DepthLimit {
    type Value = JsonNode;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<JsonNode, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for DepthLimit {
    type Value = JsonNode;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<JsonNode, E> {
        Ok(JsonNode::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<JsonNode, E> {
        Ok(JsonNode::Flag(value))
    }
    #[allow(clippy::cast_precision_loss)] // coordinates and flags are far below 2^53
    fn visit_i64<E>(self, value: i64) -> Result<JsonNode, E> {
        Ok(JsonNode::Number(value as f64))
    }
    #[allow(clippy::cast_precision_loss)]
    fn visit_u64<E>(self, value: u64) -> Result<JsonNode, E> {
        Ok(JsonNode::Number(value as f64))
    }
    fn visit_f64<E>(self, value: f64) -> Result<JsonNode, E> {
        Ok(JsonNode::Number(value))
    }
    fn visit_str<E>(self, value: &str) -> Result<JsonNode, E> {
        Ok(JsonNode::Text(value.to_owned()))
    }
    fn visit_string<E>(self, value: String) -> Result<JsonNode, E> {
        Ok(JsonNode::Text(value))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<JsonNode, A::Error> {
        let below = self.below()?;
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element_seed(below)? {
            nodes.push(node);
        }
        Ok(JsonNode::List(nodes))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonNode, A::Error> {
        let below = self.below()?;
        let mut next = || match map.next_key()? {
            Some(key) => Ok(Some((key, map.next_value_seed(below)?))),
            None => Ok(None),
        };
        let Some(first) = next()? else { return Ok(JsonNode::Object(Vec::new())) };
        let Some(second) = next()? else { return Ok(JsonNode::Object(vec![first])) };
        let Some(third) = next()? else { return Ok(JsonNode::of(first, second)) };
        let mut entries = vec![first, second, third];
        while let Some(entry) = next()? {
            entries.push(entry);
        }
        Ok(JsonNode::Object(entries))
    }
}

/// A text that was read, and the repairs it needed.
#[derive(Debug)]
pub struct JsonText {
    /// The value.
    pub node: JsonNode,
    /// The repairs that were needed.
    pub repairs: BTreeSet<&'static str>,
}

/// The text could not be read, strictly or otherwise.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct JsonError(String);

/// Reads a file's bytes, in any encoding of [`encoding::decode`]. Several documents one after another, such as
/// JSON lines, are a list of them.
pub fn parse_bytes(bytes: &[u8]) -> Result<JsonText, JsonError> {
    let decoded = encoding::decode(bytes);
    let mut parsed =
        parse(&decoded.text).or_else(|error| parse_documents(&decoded.text).ok_or(error))?;
    parsed.repairs.extend(match decoded.encoding {
        TextEncoding::Utf8 => None,
        TextEncoding::Marked => Some("byte_order_mark"),
        TextEncoding::Utf16 | TextEncoding::Korean | TextEncoding::Johab => Some("not_utf8"),
    });
    Ok(parsed)
}

/// Reads a text: as JSON, else as JSON5 (unquoted keys, trailing commas, comments, single quotes).
pub fn parse(text: &str) -> Result<JsonText, JsonError> {
    let strict = match serde_json::from_str(text) {
        Ok(node) => return Ok(JsonText { node, repairs: BTreeSet::new() }),
        Err(error) => error,
    };
    let form = JsonRepairs::of(text);
    // What the tool's own files need is put right and read strictly, in half the time.
    if let Some(node) = form.strict.as_deref().and_then(|text| serde_json::from_str(text).ok()) {
        return Ok(JsonText { node, repairs: form.repairs });
    }
    match json5::from_str(text) {
        Ok(node) => {
            let mut repairs = form.repairs;
            if repairs.is_empty() {
                repairs.insert("json5");
            }
            Ok(JsonText { node, repairs })
        }
        // The strict reader's place is the more precise of the two, unless it stumbled earlier
        // over what the forgiving one forgives.
        Err(error) if form.repairs.is_empty() => {
            let _ = error;
            Err(JsonError(strict.to_string()))
        }
        Err(error) => Err(JsonError(error.to_string().replace('\n', " "))),
    }
}

/// Replaces texts that are JSON themselves by what they hold, down to that many levels and outside of what
/// `is_whole` holds for. Returns whether there were any.
pub fn expand_texts(
    node: &mut JsonNode,
    levels: usize,
    is_whole: impl Fn(&JsonNode) -> bool + Copy,
) -> bool {
    let Some(below) = levels.checked_sub(1).filter(|_| !is_whole(node)) else { return false };
    let expand = |inner: &mut JsonNode| expand_texts(inner, below, is_whole);
    match node {
        JsonNode::Text(text) if text.trim_start().starts_with(['{', '[', '"']) => {
            let Ok(JsonText { node: inner, .. }) = parse(text) else { return false };
            *node = inner;
            expand(node);
            true
        }
        JsonNode::Object(entries) => {
            entries.iter_mut().fold(false, |any, (_, inner)| expand(inner) | any)
        }
        JsonNode::List(list) => list.iter_mut().fold(false, |any, inner| expand(inner) | any),
        _ => false,
    }
}

/// The objects and lists that a text holds one after another, perhaps with blanks, commas, semicolons, NULs or
/// the record separator of RFC 7464 between them; absent where it holds anything else.
fn parse_documents(text: &str) -> Option<JsonText> {
    let form = JsonRepairs::of(text);
    let mut repairs = form.repairs;
    let mut rest = form.strict.as_deref().unwrap_or(text);
    let mut documents = Vec::new();
    let is_between = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '\0' | '\u{1e}');
    loop {
        rest = rest.trim_start_matches(is_between);
        if rest.is_empty() {
            break;
        }
        if !rest.starts_with(['{', '[']) {
            return None;
        }
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<JsonNode>();
        documents.push(stream.next()?.ok()?);
        rest = rest.get(stream.byte_offset()..)?;
    }
    repairs.insert("documents");
    (!documents.is_empty()).then_some(JsonText { node: JsonNode::List(documents), repairs })
}

/// The repairs that a text needs to be strict JSON.
struct JsonRepairs {
    repairs: BTreeSet<&'static str>,
    /// The text with its keys in quotes and without trailing commas, where it needs no more.
    strict: Option<String>,
}

impl JsonRepairs {
    fn of(text: &str) -> Self {
        let mut form = Self { repairs: BTreeSet::new(), strict: None };
        let bytes = text.as_bytes();
        // The strict text, and up to where it has been copied.
        let (mut strict, mut copied) = (String::with_capacity(text.len() + 64), 0);
        let until = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
        // The last two bytes that are not blank, and the place of the last comma in the strict text.
        let (mut offset, mut before, mut last, mut comma) = (0, b' ', b' ', 0);
        while let Some(&byte) = bytes.get(offset) {
            let start = offset;
            let mut key = false;
            offset += match byte {
                b'"' | b'\'' => {
                    if byte == b'\'' {
                        form.repairs.insert("single_quote");
                    }
                    string_length(&bytes[offset..])
                }
                b'/' if matches!(bytes.get(offset + 1), Some(b'/' | b'*')) => {
                    form.repairs.insert("comment");
                    comment_length(&bytes[offset..])
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' => {
                    let length = name_length(&bytes[offset..]);
                    let after = bytes[offset + length..].iter().find(|b| !b.is_ascii_whitespace());
                    if after == Some(&b':') {
                        key = true;
                        form.repairs.insert("unquoted_key");
                    }
                    length
                }
                _ => 1,
            };
            if matches!(byte, b'}' | b']') && last == b',' {
                form.repairs.insert("trailing_comma");
                if !matches!(before, b'{' | b'[' | b',') {
                    strict.push_str(until(copied, start));
                    strict.remove(comma);
                    copied = start;
                }
            }
            if byte == b',' {
                comma = strict.len() + start - copied;
            }
            if key {
                for piece in [until(copied, start), "\"", until(start, offset), "\""] {
                    strict.push_str(piece);
                }
                copied = offset;
            }
            if !byte.is_ascii_whitespace() && byte != b'/' {
                (before, last) = (last, byte);
            }
        }
        strict.push_str(until(copied, text.len()));
        let mended = ["unquoted_key", "trailing_comma"];
        let enough = form.repairs.iter().all(|repair| mended.contains(repair));
        form.strict = Some(strict).filter(|_| enough && !form.repairs.is_empty());
        form
    }
}

/// The length of an unquoted name.
fn name_length(bytes: &[u8]) -> usize {
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'_' | b'$');
    bytes.iter().take_while(is_name).count()
}

fn string_length(bytes: &[u8]) -> usize {
    let quote = bytes[0];
    let mut place = 1;
    while let Some(&byte) = bytes.get(place) {
        place += if byte == b'\\' { 2 } else { 1 };
        if byte == quote {
            break;
        }
    }
    place.min(bytes.len())
}

fn comment_length(bytes: &[u8]) -> usize {
    let end: &[u8] = if bytes[1] == b'/' { b"\n" } else { b"*/" };
    let start = bytes.windows(end.len()).skip(2).position(|window| window == end);
    start.map_or(bytes.len(), |at| at + 2 + end.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn repairs(text: &str) -> Vec<&'static str> {
        parse(text).unwrap().repairs.into_iter().collect()
    }

    #[test]
    fn what_was_forgiven_is_named() {
        assert!(repairs(r#"{"a": [1, -2.5, "x:,}"]}"#).is_empty());
        assert_eq!(
            repairs(r#"{"a": {"b": 1,}, discard_yn: 0}"#),
            ["trailing_comma", "unquoted_key"]
        );
        assert_eq!(repairs("{'a': 1} // done"), ["comment", "single_quote"]);
        for number in ["NaN", "+1", ".5", "0x10"] {
            assert_eq!(repairs(&format!("{{\"a\": {number}}}")), ["json5"]);
        }
        assert_eq!(parse_bytes(b"\xef\xbb\xbf{}").unwrap().repairs.len(), 1);
    }

    #[test]
    fn what_is_put_right_reads_as_json5_reads_it() {
        for text in [
            "{a: 1,}",
            "{a: [1, 2,], b_2: {c: \"x:,}\",},}",
            "[,]",
            "{,}",
            "[1,,]",
            "{a: \"\\u00e9\", }",
        ] {
            let wanted = json5::from_str::<JsonNode>(text).ok();
            assert_eq!(parse(text).ok().map(|parsed| parsed.node), wanted, "{text}");
        }
    }

    #[test]
    fn documents_one_after_another_are_a_list() {
        let list = parse("[{\"a\": 1}, {\"b\": 2}]").unwrap().node;
        for text in [
            "{\"a\": 1}{\"b\": 2}",
            "{\"a\": 1}\r\n\r\n{\"b\": 2}\n",
            "{\"a\": 1},\n{\"b\": 2,},\n",
            "\u{1e}{\"a\": 1}\n\u{1e}{b: 2}\n",
            "{\"a\": 1};{\"b\": 2}\0\0",
        ] {
            let parsed = parse_bytes(text.as_bytes()).unwrap();
            assert_eq!(parsed.node, list, "{text}");
            assert!(parsed.repairs.contains("documents"));
        }
        for text in ["{} xyz", "{}}", "1 2", "", ",", "{} {\"a\": "] {
            assert!(parse_bytes(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_repeated_key_loses_nothing() {
        let JsonNode::Object(entries) = parse(r#"{"a": 1, "a": 2}"#).unwrap().node else {
            panic!()
        };
        assert_eq!(entries.len(), 2);
    }

    #[test]
    fn depth_and_nonsense_are_errors() {
        assert!(parse(&"[".repeat(100_000)).is_err());
        assert!(parse(&format!("{}{}", "{a:".repeat(5_000), "}".repeat(5_000))).is_err());
        // What ends a comment is more than a line feed.
        assert!(parse(&format!("//\r{}", "[".repeat(400_000))).is_err());
        assert!(parse(&format!("//\u{2028}{}", "[".repeat(400_000))).is_err());
        assert!(parse(r#"{"a": "#).unwrap_err().to_string().contains("line 1"));
    }

    proptest! {
        #[test]
        fn a_text_is_read_as_one_of_its_readers_would(text in "[\\[\\]{}a:,'\"/*\\\\ 0-9\n.-]{0,60}") {
            let wanted = serde_json::from_str(&text).or_else(|_| json5::from_str::<JsonNode>(&text));
            let read = parse(&text).ok().map(|parsed| parsed.node);
            prop_assert_eq!(read, wanted.ok());
        }
    }
}
