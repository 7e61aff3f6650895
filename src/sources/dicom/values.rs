//! The values that a walk keeps of one data set.

use std::ops::Range;

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::character_set;
use super::element::ElementHead;
use super::wanted::TagScope;

/// Limits on what is kept of a header that repeats its attributes; real ones have a hundredth.
const MAX_VALUES: usize = 4096;
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The values kept of a data set.
#[derive(Debug, Default)]
pub struct HeaderValues {
    elements: Vec<HeaderElement>,
    /// Scope and tag of each element, contiguous for the search.
    keys: Vec<u64>,
    /// The bytes of text, and of everything not known to be binary.
    bytes: Vec<u8>,
    /// The same bytes where all of them are plain ASCII: validated once, not value by value. Empty
    /// otherwise.
    text: String,
    /// The bytes of binary numbers.
    numbers: Vec<u8>,
    item_count: u16,
    /// Whether any element lies in a scope of [`TagScope::NESTED`].
    has_nested: bool,
    too_long: Vec<Tag>,
    /// Sequences that are damaged: part of their items is missing.
    damaged: Vec<Tag>,
}

/// One element that was kept.
#[derive(Debug)]
pub struct HeaderElement {
    pub scope: TagScope,
    /// Number of the sequence item that it belongs to.
    pub item: u16,
    pub tag: Tag,
    pub vr: Option<[u8; 2]>,
    /// Whether its bytes are among the binary numbers.
    pub is_number: bool,
    range: Range<usize>,
}

/// Scope and tag in one number.
fn key(scope: TagScope, tag: Tag) -> u64 {
    (scope as u64) << 32 | u64::from(tag.0) << 16 | u64::from(tag.1)
}

impl HeaderValues {
    /// Forgets every value but keeps the memory.
    pub fn clear(&mut self) {
        self.elements.clear();
        self.keys.clear();
        if !self.text.is_empty() {
            self.bytes = std::mem::take(&mut self.text).into_bytes();
        }
        self.bytes.clear();
        self.numbers.clear();
        self.item_count = 0;
        self.too_long.clear();
        self.damaged.clear();
    }

    /// Keeps one element's value.
    pub(super) fn push(&mut self, scope: TagScope, head: &ElementHead, value: &[u8]) {
        let (item, tag, vr) = (self.item_count, head.tag, head.vr);
        let is_number = is_unsigned_short(tag) || vr.is_some_and(is_binary);
        let room = MAX_BYTES - self.bytes.len() - self.numbers.len();
        if self.elements.len() >= MAX_VALUES || value.len() > room {
            return;
        }
        let buffer = if is_number { &mut self.numbers } else { &mut self.bytes };
        let start = buffer.len();
        buffer.extend_from_slice(value);
        let range = start..buffer.len();
        self.keys.push(key(scope, tag));
        self.elements.push(HeaderElement { scope, item, tag, vr, is_number, range });
    }

    /// Notes an attribute whose value is too long to be kept.
    pub(super) fn push_too_long(&mut self, tag: Tag) {
        self.too_long.push(tag);
    }

    /// Notes a sequence that is damaged.
    pub(super) fn push_damaged(&mut self, tag: Tag) {
        self.damaged.push(tag);
    }

    /// The sequences that are damaged.
    pub(super) fn damaged(&self) -> &[Tag] {
        &self.damaged
    }

    /// The tags of the top level that occur more than once with different values.
    pub(super) fn repeated(&self) -> impl Iterator<Item = Tag> {
        self.elements.windows(2).filter_map(|pair| {
            let [first, second] = pair else { return None };
            let same = first.scope == TagScope::Top
                && second.scope == TagScope::Top
                && first.tag == second.tag;
            (same && self.bytes(first) != self.bytes(second)).then_some(first.tag)
        })
    }

    /// Whether all text is plain ASCII.
    pub(super) fn is_ascii(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Notes that an item of a sequence begins.
    pub(super) fn begin_item(&mut self, scope: TagScope) {
        if scope != TagScope::Elsewhere {
            self.item_count = self.item_count.saturating_add(1);
        }
    }

    /// Prepares the values for look-up, once all are in.
    pub(super) fn finish(&mut self) {
        if character_set::is_plain(&self.bytes) {
            self.text = String::from_utf8(std::mem::take(&mut self.bytes)).unwrap_or_default();
        }
        if !self.keys.is_sorted() {
            self.elements.sort_by_key(|e| key(e.scope, e.tag)); // stable: the first stays first
            self.keys.sort_unstable();
        }
        let is_filled = |scope: &TagScope| !self.in_scope(*scope).is_empty();
        self.has_nested = TagScope::NESTED.iter().any(is_filled);
    }

    /// The bytes of an element's value.
    pub(super) fn bytes(&self, element: &HeaderElement) -> &[u8] {
        let buffer = match element.is_number {
            true => &self.numbers,
            false if self.text.is_empty() => &self.bytes,
            false => self.text.as_bytes(),
        };
        buffer.get(element.range.clone()).unwrap_or_default()
    }

    /// The text of an element's value, where all text of the header is plain ASCII.
    pub(super) fn ascii(&self, element: &HeaderElement) -> Option<&str> {
        if element.is_number { None } else { self.text.get(element.range.clone()) }
    }

    /// The first element with that tag in a scope.
    pub(super) fn find(&self, scope: TagScope, tag: Tag) -> Option<&HeaderElement> {
        let wanted = key(scope, tag);
        let index = self.keys.partition_point(|key| *key < wanted);
        self.elements.get(index).filter(|_| self.keys.get(index) == Some(&wanted))
    }

    /// Whether any element lies in a 3D acquisition or functional group.
    pub(super) fn has_nested(&self) -> bool {
        self.has_nested
    }

    /// The elements of a scope, sorted by tag.
    pub(super) fn in_scope(&self, scope: TagScope) -> &[HeaderElement] {
        let [from, to] = [scope as u64, scope as u64 + 1]
            .map(|scope| self.keys.partition_point(|key| *key >> 32 < scope));
        self.elements.get(from..to).unwrap_or_default()
    }

    /// All elements, sorted by scope and tag.
    pub(super) fn elements(&self) -> &[HeaderElement] {
        &self.elements
    }

    /// How many bytes the values have in all.
    pub(super) fn byte_count(&self) -> usize {
        self.bytes.len() + self.text.len() + self.numbers.len()
    }

    /// Whether an attribute that was wanted has a value too long to be kept.
    pub(super) fn is_too_long(&self, tag: Tag) -> bool {
        self.too_long.contains(&tag)
    }
}

/// Whether values of the representation are binary numbers or codes (PS3.5 6.2).
fn is_binary(vr: [u8; 2]) -> bool {
    matches!(&vr, b"US" | b"SS" | b"UL" | b"SL" | b"FL" | b"FD" | b"AT" | b"OB" | b"OW" | b"UN")
}

/// Whether the attribute is an unsigned short (US).
pub(super) fn is_unsigned_short(tag: Tag) -> bool {
    matches!(
        tag,
        tags::ROWS
            | tags::COLUMNS
            | tags::SAMPLES_PER_PIXEL
            | tags::BITS_ALLOCATED
            | tags::BITS_STORED
    )
}
