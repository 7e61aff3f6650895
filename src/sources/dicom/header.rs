//! The header of one file, and how its values are read.

use std::borrow::Cow;

use chrono::NaiveDate;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;

use super::character_set::{self, CharacterSet};
use super::element::{ElementEncoding, ElementHead};
use super::value_text::format_value;
use super::values::{HeaderElement, HeaderValues, is_unsigned_short};
use super::walk::WalkEnd;
use super::wanted::{TagList, TagScope};

/// A code of a sequence such as View Code Sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodedConcept {
    /// Coding Scheme Designator (0008,0102).
    pub scheme: String,
    /// Code Value (0008,0100); empty when the item has a meaning alone.
    pub value: String,
    /// Code Meaning (0008,0104).
    pub meaning: String,
}

/// The header of one file.
#[derive(Debug)]
pub struct DicomHeader {
    pub(super) values: HeaderValues,
    pub(super) encoding: ElementEncoding,
    pub(super) charset: CharacterSet,
    pub(super) transfer_syntax: Option<String>,
    pub(super) meta_sop_class: Option<String>,
    pub(super) end: WalkEnd,
    /// Offset where the walk stopped: at the pixels, or at the attributes of frames before them.
    pub(super) stopped_at: u64,
    /// Whether the walk came to the Per-Frame Functional Groups Sequence.
    pub(super) reached_frames: bool,
    /// The head of Pixel Data; absent when the walk did not reach it.
    pub(super) pixels: Option<ElementHead>,
    /// Where a data set begins that is deflated as a whole; `stopped_at` counts its inflated bytes.
    pub(super) deflated_from: Option<u64>,
}

impl DicomHeader {
    /// Returns the memory for the next file.
    pub fn into_values(self) -> HeaderValues {
        self.values
    }

    /// Where and why the walk ended.
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

    /// Whether the walk came to the attributes of frames, which all others precede.
    pub fn reached_frames(&self) -> bool {
        self.reached_frames
    }

    /// Whether any attribute was read at all.
    pub fn is_empty(&self) -> bool {
        self.values.elements().is_empty()
    }

    /// The bytes of an attribute of the top level.
    pub(super) fn bytes(&self, tag: Tag) -> Option<&[u8]> {
        Some(self.values.bytes(self.values.find(TagScope::Top, tag)?))
    }

    /// The value representation that the file gives an attribute of the top level; absent when it is
    /// not one of the standard, or `UN`.
    pub(super) fn vr(&self, tag: Tag) -> Option<VR> {
        VR::from_binary(self.values.find(TagScope::Top, tag)?.vr?).filter(|vr| *vr != VR::UN)
    }

    /// Whether an attribute that was wanted has a value too long to be kept.
    pub(super) fn is_too_long(&self, tag: Tag) -> bool {
        self.values.is_too_long(tag)
    }

    /// How the file writes elements.
    pub(super) fn encoding(&self) -> ElementEncoding {
        self.encoding
    }

    /// Text in the file's character set.
    pub(super) fn decode<'b>(&self, bytes: &'b [u8]) -> Cow<'b, str> {
        self.charset.decode(bytes)
    }

    /// The text of an attribute in a scope, trimmed; absent when empty.
    pub fn text_in(&self, scope: TagScope, tag: Tag) -> Option<Cow<'_, str>> {
        let text = self.element_text(self.values.find(scope, tag)?);
        (!text.is_empty()).then_some(text)
    }

    /// The text of an element; of binary numbers, which some writers use where the standard has text,
    /// their decimal form.
    fn element_text(&self, element: &HeaderElement) -> Cow<'_, str> {
        match self.values.ascii(element) {
            Some(text) => Cow::Borrowed(character_set::trim_ascii(text)),
            None => {
                let bytes = self.values.bytes(element);
                match self.number_text(element, bytes) {
                    Some(text) => Cow::Owned(text),
                    None => self.charset.decode(bytes),
                }
            }
        }
    }

    fn number_text(&self, element: &HeaderElement, bytes: &[u8]) -> Option<String> {
        let vr = match element.vr.and_then(VR::from_binary) {
            Some(vr @ (VR::US | VR::SS | VR::UL | VR::SL | VR::FL | VR::FD)) => vr,
            Some(VR::UN) | None if is_unsigned_short(element.tag) && bytes.len() == 2 => VR::US,
            Some(VR::UN) | None if is_unsigned_short(element.tag) && bytes.len() == 4 => VR::UL,
            _ => return None,
        };
        format_value(vr, self.encoding, bytes, |bytes| self.charset.decode(bytes))
    }

    /// The text of an attribute of the top level.
    pub fn text(&self, tag: Tag) -> Option<Cow<'_, str>> {
        self.text_in(TagScope::Top, tag)
    }

    /// The text of an attribute of the top level, else of a 3D acquisition or functional group.
    pub fn text_anywhere(&self, tag: Tag) -> Option<Cow<'_, str>> {
        let nested = || {
            let mut scopes = TagScope::NESTED.iter();
            scopes.find_map(|scope| self.text_in(*scope, tag))
        };
        self.text(tag).or_else(|| if self.values.has_nested() { nested() } else { None })
    }

    /// The text of an attribute of the top level, owned.
    pub fn string(&self, tag: Tag) -> Option<String> {
        self.text(tag).map(Cow::into_owned)
    }

    /// The first number of a decimal or integer string of the top level.
    pub fn number(&self, tag: Tag) -> Option<f64> {
        number(self.text(tag)?.split('\\').next()?)
    }

    /// An unsigned short (US) such as Rows, also where the file has another representation.
    pub fn unsigned_short(&self, tag: Tag) -> Option<u16> {
        let element = self.values.find(TagScope::Top, tag)?;
        if matches!(element.vr.as_ref(), None | Some(b"US")) {
            let bytes = self.values.bytes(element);
            if let Some(bytes) = bytes.first_chunk::<2>().filter(|_| bytes.len() == 2) {
                return Some(self.encoding.u16(*bytes));
            }
        }
        let text = self.element_text(element);
        number(text.split('\\').next()?).filter(|n| n.fract() == 0.0).and_then(to_u16)
    }

    /// Number of Frames (0028,0008); absent when it is missing or not a positive whole number.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
    pub fn frames(&self) -> Option<u64> {
        self.number(tags::NUMBER_OF_FRAMES)
            .filter(|n| *n >= 1.0 && n.fract() == 0.0)
            .map(|n| n as u64)
    }

    /// A date (DA), also in the dotted form of ACR-NEMA; absent when it is not a calendar day.
    pub fn date(&self, tag: Tag) -> Option<NaiveDate> {
        date(&self.text(tag)?)
    }

    /// YES or NO, TRUE or FALSE; absent for anything else.
    pub fn flag(&self, tag: Tag) -> Option<bool> {
        flag(&self.text(tag)?)
    }

    /// The codes of a sequence, one per item that has a code value or a meaning.
    pub fn codes(&self, scope: TagScope) -> Vec<CodedConcept> {
        let elements = self.values.in_scope(scope);
        let mut items: Vec<u16> = elements.iter().map(|e| e.item).collect();
        items.sort_unstable();
        items.dedup();
        let text = |item: u16, tag: Tag| {
            let element = elements.iter().find(|e| e.item == item && e.tag == tag);
            element.map(|e| self.element_text(e).into_owned()).unwrap_or_default()
        };
        let code = |item: u16| {
            let mut value = text(item, tags::CODE_VALUE);
            if value.is_empty() {
                value = text(item, tags::LONG_CODE_VALUE);
            }
            let scheme = text(item, tags::CODING_SCHEME_DESIGNATOR);
            CodedConcept { scheme, value, meaning: text(item, tags::CODE_MEANING) }
        };
        let codes = items.into_iter().map(code);
        codes.filter(|code| !code.value.is_empty() || !code.meaning.is_empty()).collect()
    }

    /// The sequences that are damaged: part of their items is missing.
    pub fn damaged_sequences(&self) -> &[Tag] {
        self.values.damaged()
    }

    /// The attributes of the top level that occur more than once with different values.
    pub fn repeated(&self) -> impl Iterator<Item = Tag> {
        self.values.repeated()
    }

    /// The first attribute of the top level whose text does not fit the declared character set.
    pub fn misdeclared_text(&self) -> Option<Tag> {
        if self.values.is_ascii() {
            return None;
        }
        let mut texts = self.values.elements().iter().filter(|e| !e.is_number);
        texts.find(|e| self.charset.contradicts(self.values.bytes(e))).map(|e| e.tag)
    }

    /// A hash of every attribute that was read, those of the top level as far as they are in
    /// `wanted`, a sorted list: the same for two encodings of one image, whatever their transfer
    /// syntax. 128 bits of XXH3, hexadecimal.
    pub fn fingerprint(&self, wanted: &[Tag]) -> String {
        let mut wanted = TagList::new(wanted);
        // Gathered and hashed at once: a hash that is fed by pieces takes three times as long.
        let elements = self.values.elements();
        let mut hashed = Vec::with_capacity(self.values.byte_count() + 5 * elements.len());
        for element in elements {
            if element.scope == TagScope::Top && !wanted.has(element.tag) {
                continue;
            }
            let ([a, b], [c, d]) = (element.tag.0.to_le_bytes(), element.tag.1.to_le_bytes());
            hashed.extend_from_slice(&[a, b, c, d]);
            let bytes = self.values.bytes(element);
            match bytes.first_chunk::<2>() {
                // Binary numbers depend on the byte order, the padding of text on the writer.
                Some(pair) if element.is_number && is_unsigned_short(element.tag) => {
                    hashed.extend_from_slice(&self.encoding.u16(*pair).to_le_bytes());
                }
                _ => hashed
                    .extend_from_slice(bytes.trim_ascii_end().strip_suffix(b"\0").unwrap_or(bytes)),
            }
            hashed.push(0xff);
        }
        format!("{:032x}", twox_hash::XxHash3_128::oneshot(&hashed))
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the range is checked
fn to_u16(number: f64) -> Option<u16> {
    (0.0..=f64::from(u16::MAX)).contains(&number).then_some(number as u16)
}

/// A date (DA), also in the dotted form of ACR-NEMA; absent when it is not a calendar day.
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
    let is_one_of = |words: [&str; 4]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    match text {
        _ if is_one_of(["YES", "TRUE", "01", "1"]) => Some(true),
        _ if is_one_of(["NO", "FALSE", "00", "0"]) => Some(false),
        _ => None,
    }
}

/// One value of a decimal or integer string (DS, IS); absent when it is not a finite number.
pub(super) fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// The file's meta group (PS3.10 7.1).
#[derive(Debug, Default)]
pub(super) struct FileMeta {
    pub transfer_syntax: Option<String>,
    pub sop_class: Option<String>,
}

impl FileMeta {
    /// Takes the value of one element, where it is one of these.
    pub(super) fn take(&mut self, head: &ElementHead, value: &[u8]) {
        let text = || {
            let text = String::from_utf8_lossy(value);
            let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0').to_owned();
            (!text.is_empty()).then_some(text)
        };
        match head.tag {
            tags::TRANSFER_SYNTAX_UID => self.transfer_syntax = text(),
            tags::MEDIA_STORAGE_SOP_CLASS_UID => self.sop_class = text(),
            _ => {}
        }
    }
}
