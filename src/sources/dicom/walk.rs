//! From bytes to the values of a header: no further than the pixels, and never a panic.
//!
//! Source of the rules: DICOM PS3.5 7.5 (sequences) and annex A (transfer syntaxes).

use std::io;

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::element::{
    ElementEncoding, ElementHead, ITEM, ITEM_END, SEQUENCE_END, has_short_length, read_head,
};
use super::values::HeaderValues;
use super::wanted::{TagList, TagScope};
use super::window::FileWindow;

/// The first group of those that hold the attributes of frames, and pixels.
const PER_FRAME: u16 = tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE.0;
/// Sequences in sequences: real files stay below ten.
const MAX_DEPTH: u8 = 48;
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
    /// Where it ends.
    pub until: WalkUntil,
}

/// Where a walk ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalkUntil {
    /// Before the attributes of single frames, behind which only pixels follow.
    Frames,
    /// Before the pixels.
    Pixels,
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

    /// Ends the walk where pixels begin, or where only per-frame attributes and pixels follow.
    fn stop_at_pixels(&self, head: &ElementHead) -> Result<(), WalkStop> {
        match head.tag {
            tags::PIXEL_DATA | tags::FLOAT_PIXEL_DATA | tags::DOUBLE_FLOAT_PIXEL_DATA => {
                let missing = head.end().map_or(0, |e| e.saturating_sub(self.window.length()));
                Err(WalkStop::End(WalkEnd::Pixels(missing)))
            }
            tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE if self.until == WalkUntil::Frames => {
                Err(WalkStop::End(WalkEnd::Pixels(0)))
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
        let inside = || scope.inside(head.tag);
        let items = || if head.vr == Some(*b"UN") { ElementEncoding::IMPLICIT } else { encoding };
        self.offset = head.value;
        let Some(end) = head.end() else {
            // Undefined length: a sequence, or the fragments of nested pixels.
            return self.items(items(), inside(), head, until, depth + 1);
        };
        if end > self.window.length() {
            return Err(self.cut(head.tag));
        }
        if is_sequence && inside() != TagScope::Elsewhere {
            self.items(items(), inside(), head, end.min(until), depth + 1)?;
        } else if self.is_wanted(scope, head.tag) {
            self.keep(scope, head)?;
        }
        self.offset = end;
        Ok(())
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
        scope: TagScope,
        sequence: &ElementHead,
        until: u64,
        depth: u8,
    ) -> Result<(), WalkStop> {
        if depth > MAX_DEPTH {
            let why = "sequences are nested too deep";
            return Err(WalkStop::End(WalkEnd::Malformed(sequence.tag, why)));
        }
        while self.offset < until {
            let Some(item) = read_head(self.window, self.offset, encoding)? else {
                return Err(self.cut(sequence.tag));
            };
            self.offset = item.value;
            match (item.tag, item.end()) {
                (SEQUENCE_END, _) => return Ok(()),
                (ITEM, Some(end)) if end > self.window.length() => {
                    return Err(self.cut(sequence.tag));
                }
                // Nothing in it is wanted: its length leads past it.
                (ITEM, Some(end)) if scope == TagScope::Elsewhere => self.offset = end,
                (ITEM, Some(end)) => {
                    self.values.begin_item(scope);
                    // Elements end with their item, or bytes would be read again and again.
                    self.elements(encoding, scope, end.min(until), depth)?;
                    self.offset = end;
                }
                (ITEM, None) => {
                    self.values.begin_item(scope);
                    self.elements(encoding, scope, until, depth)?;
                }
                _ => {
                    let why = "an item was expected in the sequence";
                    return Err(WalkStop::End(WalkEnd::Malformed(sequence.tag, why)));
                }
            }
        }
        Ok(())
    }
}
