//! From bytes to the values of a header: no further than the pixels, and never a panic.
//!
//! Source of the rules: DICOM PS3.5 7.5 (sequences) and annex A (transfer syntaxes).

use std::io;

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::element::{
    ElementEncoding, ElementHead, ITEM, ITEM_END, SEQUENCE_END, has_short_length, is_vr, read_head,
};
use super::values::HeaderValues;
use super::wanted::{TagList, TagScope};
use super::window::FileWindow;

/// The first group of those that hold the attributes of frames, and pixels.
const PER_FRAME: u16 = tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE.0;
/// Sequences in sequences: real files stay below ten.
const MAX_DEPTH: u8 = 48;
/// How often a walk recovers from damage, and how far it looks for the end of a sequence.
const MAX_RECOVERIES: u8 = 16;
const MAX_SEARCH: u64 = 1024 * 1024;
/// The longest value that is kept; the attributes that are read stay far below.
const MAX_VALUE: u32 = 64 * 1024;

/// Where and why a walk ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WalkEnd {
    /// The data set ended; it has no pixels.
    Whole,
    /// Pixel data begin; this many of their bytes are missing from the file.
    Pixels(u64),
    /// The file ends within the header, in or after this element.
    Truncated(Tag),
    /// This element cannot be read; why.
    Malformed(Tag, &'static str),
}

/// Why a walk stops early.
pub enum WalkStop {
    /// The pixels were reached, or the data set cannot be read further.
    End(WalkEnd),
    /// The file could not be read.
    Io(io::Error),
}

impl From<io::Error> for WalkStop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A walk over a data set that keeps the wanted values.
pub struct DataSetWalk<'a, 'w> {
    /// The file.
    pub window: &'a mut FileWindow<'w>,
    /// The attributes of the top level that are kept.
    pub wanted: TagList<'a>,
    /// The values that were kept.
    pub values: &'a mut HeaderValues,
    /// Offset of the next element.
    pub offset: u64,
    /// The head of Pixel Data, once the walk has ended there.
    pub pixels: Option<ElementHead>,
    /// Whether the walk came to the Per-Frame Functional Groups Sequence.
    pub reached_frames: bool,
    /// How often a damaged sequence was skipped.
    pub recoveries: u8,
}

impl DataSetWalk<'_, '_> {
    /// Walks from `offset` to the pixels, or to the end of the data set.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn run(&mut self, encoding: ElementEncoding) -> io::Result<WalkEnd> {
        match self.elements(encoding, TagScope::Top, u64::MAX, 0) {
            Ok(()) => Ok(WalkEnd::Whole),
            Err(WalkStop::End(end)) => Ok(end),
            Err(WalkStop::Io(error)) => Err(error),
        }
    }

    /// Walks the elements up to `until`, or to an item delimiter.
    fn elements(
        &mut self,
        encoding: ElementEncoding,
        scope: TagScope,
        until: u64,
        depth: u8,
    ) -> Result<(), WalkStop> {
        while self.offset < until.min(self.window.length()) {
            if scope == TagScope::Top && encoding == ElementEncoding::EXPLICIT {
                self.plain_elements();
            }
            let Some(head) = read_head(self.window, self.offset, encoding)? else {
                // Zeros at the end of the top level are padding; otherwise the file is cut.
                let rest = self.window.get(self.offset, 8)?;
                let padding = depth == 0 && rest.iter().all(|byte| *byte == 0);
                return if padding { Ok(()) } else { Err(self.cut(Tag(0, 0))) };
            };
            match head.tag {
                ITEM_END if depth > 0 => {
                    self.offset = head.value;
                    return Ok(());
                }
                // The item lacks its delimiter: the sequence's delimiter ends both.
                SEQUENCE_END if depth > 0 => return Ok(()),
                Tag(0, 0) if scope == TagScope::Top => return Ok(()), // zeros pad the file
                _ => {}
            }
            if scope == TagScope::Top {
                self.reached_frames |= head.tag == tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE;
                self.stop_at_pixels(&head)?;
            }
            self.take(encoding, scope, &head, until, depth)?;
        }
        if depth > 0 && self.offset < until { Err(self.cut(Tag(0, 0))) } else { Ok(()) }
    }

    /// Keeps or skips the elements from here that are in memory and plain, most of a header. What
    /// has items or a long value, or might end the walk, is left to [`Self::elements`].
    fn plain_elements(&mut self) {
        let bytes = self.window.held(self.offset);
        let (mut start, mut gap) = (0, None);
        while let Some(head) = bytes.get(start..).and_then(<[u8]>::first_chunk::<8>) {
            let [a, b, c, d, e, f, g, h] = *head;
            let tag = Tag(u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
            let length = u16::from_le_bytes([g, h]);
            let end = start + 8 + usize::from(length);
            let is_plain = has_short_length([e, f]) && (1..PER_FRAME).contains(&tag.0);
            if !is_plain || end > bytes.len() {
                break;
            }
            if !gap.is_some_and(|(above, below)| above < tag && tag < below) {
                gap = self.wanted.gap_around(tag);
                if gap.is_none() {
                    let (vr, value) = (Some([e, f]), self.offset + start as u64 + 8);
                    let head = ElementHead { tag, vr, length: u32::from(length), value };
                    self.values.push(TagScope::Top, &head, &bytes[start + 8..end]);
                }
            }
            start = end;
        }
        self.offset += start as u64;
    }

    fn cut(&self, tag: Tag) -> WalkStop {
        WalkStop::End(WalkEnd::Truncated(tag))
    }

    /// Ends the walk where pixels begin.
    fn stop_at_pixels(&mut self, head: &ElementHead) -> Result<(), WalkStop> {
        match head.tag {
            tags::PIXEL_DATA | tags::FLOAT_PIXEL_DATA | tags::DOUBLE_FLOAT_PIXEL_DATA => {
                self.pixels = Some(*head);
                let missing = head.end().map_or(0, |e| e.saturating_sub(self.window.length()));
                Err(WalkStop::End(WalkEnd::Pixels(missing)))
            }
            _ => Ok(()),
        }
    }

    /// Keeps, enters or skips one element.
    fn take(
        &mut self,
        encoding: ElementEncoding,
        scope: TagScope,
        head: &ElementHead,
        until: u64,
        depth: u8,
    ) -> Result<(), WalkStop> {
        let is_sequence = matches!(head.vr.as_ref(), None | Some(b"SQ" | b"UN"));
        let inside = scope.inside(head.tag);
        self.offset = head.value;
        let Some(end) = head.end() else {
            // Undefined length: a sequence, or the fragments of nested pixels.
            let walked = self.items(encoding, inside, head, until, depth + 1);
            return if scope == TagScope::Top {
                self.recover(encoding, head, walked)
            } else {
                walked
            };
        };
        if end > self.window.length() {
            return Err(self.cut(head.tag));
        }
        if is_sequence && inside != TagScope::Elsewhere {
            match self.items(encoding, inside, head, end.min(until), depth + 1) {
                Err(WalkStop::End(_)) => self.values.push_damaged(head.tag),
                other => other?,
            }
        } else if self.is_wanted(scope, head.tag) {
            self.keep(scope, head)?;
        }
        self.offset = end;
        Ok(())
    }

    /// Goes on behind a damaged sequence of the top level, where its end can be found: one sequence
    /// does not cost the image.
    fn recover(
        &mut self,
        encoding: ElementEncoding,
        sequence: &ElementHead,
        walked: Result<(), WalkStop>,
    ) -> Result<(), WalkStop> {
        let Err(WalkStop::End(_)) = walked else { return walked };
        if self.recoveries >= MAX_RECOVERIES {
            return walked;
        }
        self.recoveries += 1;
        let Some(offset) = self.find_end(encoding, sequence)? else { return walked };
        self.values.push_damaged(sequence.tag);
        self.offset = offset;
        Ok(())
    }

    /// The offset behind a sequence delimiter that the data set plausibly continues at.
    fn find_end(
        &mut self,
        encoding: ElementEncoding,
        sequence: &ElementHead,
    ) -> io::Result<Option<u64>> {
        const STEP: usize = 16 * 1024;
        let mut delimiter = [0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0];
        if encoding.big_endian {
            delimiter[..4].copy_from_slice(&[0xff, 0xfe, 0xe0, 0xdd]);
        }
        let mut start = sequence.value;
        while start < sequence.value + MAX_SEARCH {
            let bytes = self.window.get(start, STEP)?;
            let count = bytes.len();
            let hits: Vec<u64> = bytes
                .windows(delimiter.len())
                .enumerate()
                .filter(|(_, window)| *window == delimiter)
                .map(|(index, _)| start + (index + delimiter.len()) as u64)
                .collect();
            for offset in hits {
                if self.continues_at(offset, sequence.tag, encoding)? {
                    return Ok(Some(offset));
                }
            }
            if count < STEP {
                break;
            }
            start += (STEP - delimiter.len() + 1) as u64;
        }
        Ok(None)
    }

    /// Whether the top level plausibly continues at `offset`, behind the sequence `after`: its tags
    /// ascend, its elements fit the file, and no delimiter interrupts them.
    fn continues_at(
        &mut self,
        mut offset: u64,
        after: Tag,
        encoding: ElementEncoding,
    ) -> io::Result<bool> {
        let mut previous = after;
        for _ in 0..32 {
            if offset == self.window.length() {
                return Ok(true);
            }
            let Some(head) = read_head(self.window, offset, encoding)? else { return Ok(false) };
            let fits = !encoding.explicit || head.vr.is_some_and(is_vr);
            if head.tag <= previous || head.tag.0 == 0xFFFE || !fits {
                return Ok(false);
            }
            match head.end() {
                _ if head.tag == tags::PIXEL_DATA => return Ok(true),
                None => return Ok(matches!(head.vr.as_ref(), None | Some(b"SQ" | b"UN"))),
                Some(end) if end > self.window.length() => return Ok(false),
                Some(end) => offset = end,
            }
            previous = head.tag;
        }
        Ok(true)
    }

    fn is_wanted(&mut self, scope: TagScope, tag: Tag) -> bool {
        if scope == TagScope::Top { self.wanted.has(tag) } else { scope.reads(tag) }
    }

    fn keep(&mut self, scope: TagScope, head: &ElementHead) -> Result<(), WalkStop> {
        if head.length <= MAX_VALUE {
            let bytes = self.window.get(head.value, head.length as usize)?;
            if bytes.len() < head.length as usize {
                return Err(self.cut(head.tag));
            }
            self.values.push(scope, head, bytes);
        } else if scope == TagScope::Top {
            self.values.push_too_long(head.tag);
        }
        Ok(())
    }

    /// Walks the items of a sequence up to `until` or to its delimiter.
    fn items(
        &mut self,
        encoding: ElementEncoding,
        mut scope: TagScope,
        sequence: &ElementHead,
        until: u64,
        depth: u8,
    ) -> Result<(), WalkStop> {
        let malformed = |why| Err(WalkStop::End(WalkEnd::Malformed(sequence.tag, why)));
        if depth > MAX_DEPTH {
            return malformed("sequences are nested too deep");
        }
        let mut after_defined = false;
        while self.offset < until {
            let Some(item) = read_head(self.window, self.offset, encoding)? else {
                return Err(self.cut(sequence.tag));
            };
            let ends_with_delimiter = sequence.end().is_none();
            match (item.tag, item.end()) {
                (SEQUENCE_END, _) => {
                    self.offset = item.value;
                    return Ok(());
                }
                (ITEM, Some(end)) if end > self.window.length() => {
                    return Err(self.cut(sequence.tag));
                }
                (ITEM, end) => {
                    self.offset = item.value;
                    self.item(encoding, scope, sequence, &item, until, depth)?;
                    after_defined = end.is_some();
                    if scope == TagScope::PerFrame {
                        scope = TagScope::Elsewhere; // the first frame stands for all
                    }
                }
                // Some writers also end items of defined length with a delimiter,
                (ITEM_END, _) if after_defined => {
                    self.offset = item.value;
                    after_defined = false;
                }
                // or end the sequence with the delimiter of items,
                (ITEM_END, _) if ends_with_delimiter => {
                    self.offset = item.value;
                    return Ok(());
                }
                // or not at all.
                _ if ends_with_delimiter
                    && depth == 1
                    && self.continues_at(self.offset, sequence.tag, encoding)? =>
                {
                    return Ok(());
                }
                _ => return malformed("an item was expected in the sequence"),
            }
        }
        Ok(())
    }

    /// Walks one item, whose elements begin here.
    fn item(
        &mut self,
        encoding: ElementEncoding,
        scope: TagScope,
        sequence: &ElementHead,
        item: &ElementHead,
        until: u64,
        depth: u8,
    ) -> Result<(), WalkStop> {
        match item.end() {
            // Nothing in it is wanted: its length leads past it.
            Some(end) if scope == TagScope::Elsewhere => self.offset = end,
            Some(end) => {
                self.values.begin_item(scope);
                // Elements end with their item, or bytes would be read again and again.
                let end_here = end.min(until);
                let encoding = self.item_encoding(encoding, sequence, item, end_here)?;
                self.elements(encoding, scope, end_here, depth)?;
                self.offset = end;
            }
            None => {
                self.values.begin_item(scope);
                let encoding = self.item_encoding(encoding, sequence, item, until)?;
                self.elements(encoding, scope, until, depth)?;
            }
        }
        Ok(())
    }

    /// How the elements of an item are written. Those of an unknown representation (UN) are Implicit
    /// VR Little Endian (PS3.5 6.2.2), but some writers keep them explicit; others write explicit
    /// items in an implicit data set.
    fn item_encoding(
        &mut self,
        encoding: ElementEncoding,
        sequence: &ElementHead,
        item: &ElementHead,
        until: u64,
    ) -> io::Result<ElementEncoding> {
        let is_unknown = sequence.vr == Some(*b"UN");
        if encoding.explicit && !is_unknown {
            return Ok(encoding);
        }
        let encoding = if is_unknown { ElementEncoding::IMPLICIT } else { encoding };
        let Some(head) = read_head(self.window, item.value, encoding)? else { return Ok(encoding) };
        let bytes = self.window.get(item.value, 8)?;
        let vr = bytes.get(4..6).and_then(|vr| vr.try_into().ok());
        let names_vr = head.tag.0 != 0xFFFE && vr.is_some_and(is_vr);
        let fits = head.end().is_some_and(|end| end <= until.min(self.window.length()));
        Ok(ElementEncoding { explicit: names_vr && (is_unknown || !fits), ..encoding })
    }
}
