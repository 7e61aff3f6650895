//! The items of sequences of the top level, such as the VOI LUT Sequence, with all that is in them.
//!
//! Source of the rules: DICOM PS3.5 7.5. The header walk keeps single values; a lookup table or the
//! functional groups of frames are read here, for the images whose pixels are shown.

use std::io;

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::element::{
    ElementEncoding, ElementHead, ITEM, ITEM_END, SEQUENCE_END, is_vr, read_head,
};
use super::window::FileWindow;

/// Sequences in sequences; those that are read have three.
const MAX_DEPTH: u8 = 8;
/// Bytes of all values that are kept, and elements: the functional groups of some thousand frames.
const MAX_BYTES: usize = 32 * 1024 * 1024;
const MAX_ELEMENTS: usize = 400_000;

/// An item of a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SequenceItem {
    elements: Vec<ItemElement>,
    big_endian: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct ItemElement {
    tag: Tag,
    vr: Option<[u8; 2]>,
    value: Vec<u8>,
    items: Vec<SequenceItem>,
}

impl SequenceItem {
    fn element(&self, tag: Tag) -> Option<&ItemElement> {
        self.elements.iter().find(|element| element.tag == tag)
    }

    /// The items of a sequence within this item.
    pub fn items(&self, tag: Tag) -> &[Self] {
        self.element(tag).map_or(&[], |element| &element.items)
    }

    /// The bytes of a value.
    pub fn bytes(&self, tag: Tag) -> Option<&[u8]> {
        self.element(tag).map(|element| element.value.as_slice())
    }

    /// Whether a value is declared as signed (SS); absent where the file does not say.
    pub fn is_signed(&self, tag: Tag) -> Option<bool> {
        match self.element(tag)?.vr.as_ref()? {
            b"SS" => Some(true),
            b"US" | b"OW" => Some(false),
            _ => None,
        }
    }

    /// A value of ASCII text, trimmed.
    pub fn text(&self, tag: Tag) -> Option<String> {
        let text = String::from_utf8_lossy(self.bytes(tag)?).into_owned();
        Some(text.trim_matches(|c: char| c.is_whitespace() || c == '\0').to_owned())
    }

    /// A value of numbers of two bytes.
    pub fn shorts(&self, tag: Tag) -> Option<Vec<u16>> {
        let pair = |pair: &[u8; 2]| {
            if self.big_endian { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) }
        };
        Some(self.bytes(tag)?.as_chunks::<2>().0.iter().map(pair).collect())
    }
}

/// Reads the sequences of the top level with these tags from the data set that begins at `offset`.
/// What is damaged ends the reading; what was read before is returned.
///
/// # Errors
/// When the file cannot be read.
pub fn read_sequences(
    window: &mut FileWindow<'_>,
    offset: u64,
    encoding: ElementEncoding,
    wanted: &[Tag],
) -> io::Result<Vec<(Tag, Vec<SequenceItem>)>> {
    let mut reader = SequenceReader { window, bytes: 0, elements: 0 };
    let mut sequences = Vec::new();
    let mut place = offset;
    while let Some(head) = read_head(reader.window, place, encoding)? {
        if head.tag.0 >= tags::PIXEL_DATA.0 {
            break;
        }
        let is_wanted = wanted.contains(&head.tag);
        let end = if is_wanted || head.end().is_none() {
            let mut items = Vec::new();
            let end = reader.items(&head, encoding, is_wanted, 1, &mut items)?;
            if is_wanted {
                sequences.push((head.tag, items));
            }
            end
        } else {
            head.end()
        };
        match end.filter(|end| *end > place) {
            Some(end) => place = end,
            None => break,
        }
    }
    Ok(sequences)
}

struct SequenceReader<'a, 'w> {
    window: &'a mut FileWindow<'w>,
    bytes: usize,
    elements: usize,
}

impl SequenceReader<'_, '_> {
    /// Reads the items of a sequence, or skips them. Returns the offset behind it; none where it is
    /// damaged.
    fn items(
        &mut self,
        sequence: &ElementHead,
        encoding: ElementEncoding,
        keeps: bool,
        depth: u8,
        items: &mut Vec<SequenceItem>,
    ) -> io::Result<Option<u64>> {
        if depth > MAX_DEPTH {
            return Ok(None);
        }
        let mut place = sequence.value;
        while sequence.end().is_none_or(|end| place < end) {
            let Some(item) = read_head(self.window, place, encoding)? else { return Ok(None) };
            match item.tag {
                SEQUENCE_END => return Ok(Some(item.value)),
                ITEM => {}
                _ => return Ok(None),
            }
            if let (Some(end), false) = (item.end(), keeps) {
                place = end;
                continue;
            }
            let mut content =
                SequenceItem { elements: Vec::new(), big_endian: encoding.big_endian };
            let item_encoding = self.item_encoding(sequence, &item, encoding)?;
            let end = self.elements(&item, item_encoding, keeps, depth, &mut content)?;
            items.extend(keeps.then_some(content));
            match end.filter(|end| *end > place) {
                Some(end) => place = end,
                None => return Ok(None),
            }
        }
        Ok(sequence.end())
    }

    /// Items of an unknown representation are implicit (PS3.5 6.2.2); some writers keep the VR.
    fn item_encoding(
        &mut self,
        sequence: &ElementHead,
        item: &ElementHead,
        encoding: ElementEncoding,
    ) -> io::Result<ElementEncoding> {
        if sequence.vr != Some(*b"UN") {
            return Ok(encoding);
        }
        let bytes = self.window.get(item.value, 8)?;
        let vr = bytes.get(4..6).and_then(|vr| vr.try_into().ok());
        Ok(ElementEncoding { explicit: vr.is_some_and(is_vr), ..ElementEncoding::IMPLICIT })
    }

    fn elements(
        &mut self,
        item: &ElementHead,
        encoding: ElementEncoding,
        keeps: bool,
        depth: u8,
        content: &mut SequenceItem,
    ) -> io::Result<Option<u64>> {
        let mut place = item.value;
        while item.end().is_none_or(|end| place < end) {
            let Some(head) = read_head(self.window, place, encoding)? else { return Ok(None) };
            if head.tag == ITEM_END {
                return Ok(Some(head.value));
            }
            self.elements += 1;
            if head.tag.0 == 0xFFFE || self.elements > MAX_ELEMENTS {
                return Ok(None);
            }
            let mut element =
                ItemElement { tag: head.tag, vr: head.vr, value: Vec::new(), items: Vec::new() };
            let is_sequence = head.vr == Some(*b"SQ") || head.end().is_none();
            let end = if is_sequence || (head.vr.is_none() && self.begins_with_item(&head)?) {
                self.items(&head, encoding, keeps, depth + 1, &mut element.items)?
            } else {
                if keeps {
                    self.value(&head, &mut element)?;
                }
                head.end()
            };
            content.elements.extend(keeps.then_some(element));
            match end.filter(|end| *end > place) {
                Some(end) => place = end,
                None => return Ok(None),
            }
        }
        Ok(item.end())
    }

    /// Whether a value without a named representation is a sequence.
    fn begins_with_item(&mut self, head: &ElementHead) -> io::Result<bool> {
        let bytes = self.window.get(head.value, 4)?;
        Ok(head.length >= 8 && bytes == [0xFE, 0xFF, 0x00, 0xE0])
    }

    fn value(&mut self, head: &ElementHead, element: &mut ItemElement) -> io::Result<()> {
        let length = head.length as usize;
        if self.bytes + length > MAX_BYTES {
            return Ok(());
        }
        self.bytes += length;
        element.value = self.window.get(head.value, length)?.to_vec();
        Ok(())
    }
}
