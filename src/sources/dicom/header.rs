//! What was kept of one file's header, and how to ask for it.

use std::borrow::Cow;
use std::ops::Range;

use chrono::NaiveDate;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;

use super::text::{self, CharacterSet};
use super::walk::{ElementEncoding, ElementHead, WalkEnd};
use super::wanted::{TagList, TagScope};

/// A header that repeats its attributes is kept so far; a real one has a hundredth of either.
const MOST_VALUES: usize = 4096;
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// Values kept of a data set.
#[derive(Debug, Default)]
pub struct HeaderValues {
    kept: Vec<HeaderElement>,
    /// Place and tag of each, side by side for the search.
    keys: Vec<u64>,
    /// The bytes of text, and of what is not known to be none.
    bytes: Vec<u8>,
    /// The same where all of it is plain ASCII: found once, not value by value. Else empty.
    text: String,
    /// The bytes of binary numbers.
    numbers: Vec<u8>,
    items: u16,
    too_long: Vec<Tag>,
}

#[derive(Debug)]
struct HeaderElement {
    place: TagScope,
    item: u16,
    tag: Tag,
    vr: Option<[u8; 2]>,
    /// Whether it is among the numbers, and where.
    is_number: bool,
    bytes: Range<usize>,
}

/// Place and tag in one number.
fn key(place: TagScope, tag: Tag) -> u64 {
    (place as u64) << 32 | u64::from(tag.0) << 16 | u64::from(tag.1)
}

impl HeaderValues {
    /// Forgets everything, and keeps the memory.
    pub fn clear(&mut self) {
        self.kept.clear();
        self.keys.clear();
        if !self.text.is_empty() {
            self.bytes = std::mem::take(&mut self.text).into_bytes();
        }
        self.bytes.clear();
        self.numbers.clear();
        self.items = 0;
        self.too_long.clear();
    }

    pub(super) fn keep(&mut self, place: TagScope, element: &ElementHead, value: &[u8]) {
        let (item, tag, vr) = (self.items, element.tag, element.vr);
        let is_number = is_short(tag) || vr.is_some_and(is_binary);
        let room = MOST_BYTES - self.bytes.len() - self.numbers.len();
        if self.kept.len() >= MOST_VALUES || value.len() > room {
            return;
        }
        let kind = if is_number { &mut self.numbers } else { &mut self.bytes };
        let start = kind.len();
        kind.extend_from_slice(value);
        let bytes = start..kind.len();
        self.keys.push(key(place, tag));
        self.kept.push(HeaderElement { place, item, tag, vr, is_number, bytes });
    }

    /// The bytes of a value.
    fn bytes(&self, kept: &HeaderElement) -> &[u8] {
        let bytes = match kept.is_number {
            true => &self.numbers,
            false if self.text.is_empty() => &self.bytes,
            false => self.text.as_bytes(),
        };
        bytes.get(kept.bytes.clone()).unwrap_or_default()
    }

    /// A value that is text, where all text is plain ASCII.
    fn plain(&self, kept: &HeaderElement) -> Option<&str> {
        if kept.is_number { None } else { self.text.get(kept.bytes.clone()) }
    }

    pub(super) fn pass_over(&mut self, tag: Tag) {
        self.too_long.push(tag);
    }

    /// Brings the values into the order that they are looked up by, and looks at their text.
    pub(super) fn settle(&mut self) {
        if text::is_plain(&self.bytes) {
            self.text = String::from_utf8(std::mem::take(&mut self.bytes)).unwrap_or_default();
        }
        if !self.keys.is_sorted() {
            self.kept.sort_by_key(|k| key(k.place, k.tag)); // stable: the first stays first
            self.keys.sort_unstable();
        }
    }

    pub(super) fn next_item(&mut self, place: TagScope) {
        if place != TagScope::Elsewhere {
            self.items = self.items.saturating_add(1);
        }
    }
}

/// A code of a sequence such as View Code Sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodedConcept {
    /// Coding Scheme Designator (0008,0102).
    pub scheme: String,
    /// Code Value (0008,0100).
    pub value: String,
}

/// The header of one file.
#[derive(Debug)]
pub struct DicomHeader {
    pub(super) values: HeaderValues,
    pub(super) how: ElementEncoding,
    pub(super) charset: CharacterSet,
    pub(super) transfer_syntax: Option<String>,
    pub(super) meta_sop_class: Option<String>,
    pub(super) end: WalkEnd,
    /// Where the walk stopped: at the pixels, or at the attributes of frames before them.
    pub(super) stopped_at: u64,
    /// Where a data set begins that is deflated as a whole; `stopped_at` counts from there.
    pub(super) deflated_at: Option<u64>,
}

impl DicomHeader {
    /// Gives the memory back for the next file.
    pub fn into_values(self) -> HeaderValues {
        self.values
    }

    /// Where and why reading ended.
    pub fn end(&self) -> &WalkEnd {
        &self.end
    }

    /// Transfer Syntax UID (0002,0010); absent without a meta group.
    pub fn transfer_syntax(&self) -> Option<&str> {
        self.transfer_syntax.as_deref()
    }

    /// Media Storage SOP Class UID (0002,0002), else SOP Class UID (0008,0016).
    pub fn sop_class(&self) -> Option<Cow<'_, str>> {
        self.text(tags::SOP_CLASS_UID).or(self.meta_sop_class.as_deref().map(Cow::Borrowed))
    }

    /// Whether any attribute was read at all.
    pub fn is_empty(&self) -> bool {
        self.values.kept.is_empty()
    }

    /// The bytes of an attribute of the top level.
    pub(super) fn bytes(&self, tag: Tag) -> Option<&[u8]> {
        self.raw_at(TagScope::Top, tag)
    }

    /// The value representation that the file gives an attribute of the top level, if it is one of
    /// the standard and says anything.
    pub(super) fn vr(&self, tag: Tag) -> Option<VR> {
        VR::from_binary(self.kept(TagScope::Top, tag)?.vr?).filter(|vr| *vr != VR::UN)
    }

    /// Whether an attribute that was wanted has a value too long to be kept.
    pub(super) fn is_too_long(&self, tag: Tag) -> bool {
        self.values.too_long.contains(&tag)
    }

    /// How elements are written.
    pub(super) fn encoding(&self) -> ElementEncoding {
        self.how
    }

    /// Text in the file's character set.
    pub(super) fn decode<'b>(&self, bytes: &'b [u8]) -> Cow<'b, str> {
        self.charset.decode(bytes)
    }

    /// The first value of an attribute at a place.
    fn raw_at(&self, place: TagScope, tag: Tag) -> Option<&[u8]> {
        Some(self.values.bytes(self.kept(place, tag)?))
    }

    fn kept(&self, place: TagScope, tag: Tag) -> Option<&HeaderElement> {
        let sought = key(place, tag);
        let at = self.values.keys.partition_point(|key| *key < sought);
        self.values.kept.get(at).filter(|_| self.values.keys.get(at) == Some(&sought))
    }

    /// The text of an attribute, trimmed; absent when empty.
    pub fn text_at(&self, place: TagScope, tag: Tag) -> Option<Cow<'_, str>> {
        let text = self.text_of(self.kept(place, tag)?);
        (!text.is_empty()).then_some(text)
    }

    fn text_of(&self, kept: &HeaderElement) -> Cow<'_, str> {
        match self.values.plain(kept) {
            Some(text) => Cow::Borrowed(text::trim_ascii(text)),
            None => self.charset.decode(self.values.bytes(kept)),
        }
    }

    /// The text of an attribute of the top level.
    pub fn text(&self, tag: Tag) -> Option<Cow<'_, str>> {
        self.text_at(TagScope::Top, tag)
    }

    /// The same, owned.
    pub fn string(&self, tag: Tag) -> Option<String> {
        self.text(tag).map(Cow::into_owned)
    }

    /// The first number of a decimal or integer string of the top level.
    pub fn number(&self, tag: Tag) -> Option<f64> {
        number(self.text(tag)?.split('\\').next()?)
    }

    /// An unsigned short (US), as Rows is.
    pub fn short(&self, tag: Tag) -> Option<u16> {
        let bytes = self.raw_at(TagScope::Top, tag)?.first_chunk::<2>()?;
        Some(self.how.u16(*bytes))
    }

    /// A date (DA), also in the dotted form of ACR-NEMA; absent when it is no day of the calendar.
    pub fn date(&self, tag: Tag) -> Option<NaiveDate> {
        date(&self.text(tag)?)
    }

    /// YES or NO, TRUE or FALSE; absent for anything else.
    pub fn flag(&self, tag: Tag) -> Option<bool> {
        flag(&self.text(tag)?)
    }

    /// The codes of a sequence, one per item that names a value.
    pub fn codes(&self, place: TagScope) -> Vec<CodedConcept> {
        let [from, to] = [place as u64, place as u64 + 1]
            .map(|place| self.values.keys.partition_point(|key| *key >> 32 < place));
        let here = self.values.kept.get(from..to).unwrap_or_default();
        let text = |k: &HeaderElement| self.text_of(k).into_owned();
        let named =
            |item: u16, tag: Tag| here.iter().find(|k| k.item == item && k.tag == tag).map(text);
        let is_value =
            |k: &&HeaderElement| k.tag == tags::CODE_VALUE || k.tag == tags::LONG_CODE_VALUE;
        here.iter()
            .filter(is_value)
            .map(|k| CodedConcept {
                scheme: named(k.item, tags::CODING_SCHEME_DESIGNATOR).unwrap_or_default(),
                value: text(k),
            })
            .filter(|code| !code.value.is_empty())
            .collect()
    }

    /// A hash of every attribute that was read, those of the top level as far as they are in
    /// `wanted`, a sorted list: the same for two encodings of one image, whatever their transfer
    /// syntax. 128 bits of XXH3, hexadecimal.
    pub fn fingerprint(&self, wanted: &[Tag]) -> String {
        let mut wanted = TagList::new(wanted);
        // Gathered and hashed at once: a hash that is fed by pieces takes three times as long.
        let values = &self.values;
        let length = values.bytes.len() + values.text.len() + values.numbers.len();
        let mut all = Vec::with_capacity(length + 5 * values.kept.len());
        for kept in &values.kept {
            if kept.place == TagScope::Top && !wanted.has(kept.tag) {
                continue;
            }
            let ([a, b], [c, d]) = (kept.tag.0.to_le_bytes(), kept.tag.1.to_le_bytes());
            all.extend_from_slice(&[a, b, c, d]);
            let bytes = values.bytes(kept);
            match bytes.first_chunk::<2>() {
                // Binary numbers depend on the byte order, the padding of text on the writer.
                Some(pair) if kept.is_number && is_short(kept.tag) => {
                    all.extend_from_slice(&self.how.u16(*pair).to_le_bytes());
                }
                _ => all
                    .extend_from_slice(bytes.trim_ascii_end().strip_suffix(b"\0").unwrap_or(bytes)),
            }
            all.push(0xff);
        }
        format!("{:032x}", twox_hash::XxHash3_128::oneshot(&all))
    }
}

/// A date (DA), also in the dotted form of ACR-NEMA; absent when it is no day of the calendar.
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    let (mut digits, mut number) = (0, 0);
    for byte in text.bytes().filter(|byte| *byte != b'.') {
        let digit = char::from(byte).to_digit(10).filter(|_| digits < 8)?;
        (digits, number) = (digits + 1, number * 10 + digit);
    }
    let year = i32::try_from(number / 10_000).ok().filter(|_| digits == 8)?;
    NaiveDate::from_ymd_opt(year, number / 100 % 100, number % 100)
}

/// YES or NO, TRUE or FALSE; absent for anything else.
pub(super) fn flag(text: &str) -> Option<bool> {
    match text {
        "YES" | "TRUE" | "01" | "1" => Some(true),
        "NO" | "FALSE" | "00" | "0" => Some(false),
        _ => None,
    }
}

/// Whether values of the representation are binary numbers or codes (PS3.5 6.2).
fn is_binary(vr: [u8; 2]) -> bool {
    matches!(&vr, b"US" | b"SS" | b"UL" | b"SL" | b"FL" | b"FD" | b"AT" | b"OB" | b"OW" | b"UN")
}

/// One value of a decimal or integer string (DS, IS); absent when it is no finite number.
pub(super) fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// Whether the attribute is an unsigned short (US).
fn is_short(tag: Tag) -> bool {
    matches!(
        tag,
        tags::ROWS
            | tags::COLUMNS
            | tags::SAMPLES_PER_PIXEL
            | tags::BITS_ALLOCATED
            | tags::BITS_STORED
    )
}

/// What the file's meta group says (PS3.10 7.1).
#[derive(Debug, Default)]
pub(super) struct FileMeta {
    pub transfer_syntax: Option<String>,
    pub sop_class: Option<String>,
}

impl FileMeta {
    pub(super) fn take(&mut self, element: &ElementHead, value: &[u8]) {
        let text = || {
            let text = String::from_utf8_lossy(value);
            let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0').to_owned();
            (!text.is_empty()).then_some(text)
        };
        match element.tag {
            tags::TRANSFER_SYNTAX_UID => self.transfer_syntax = text(),
            tags::MEDIA_STORAGE_SOP_CLASS_UID => self.sop_class = text(),
            _ => {}
        }
    }
}
