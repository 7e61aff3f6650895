//! A file's header by the basic confidentiality profile of PS3.15 annex E: what identifies a person is
//! removed, emptied or replaced, at any depth. Pixels are not looked at.
//!
//! A file is never half de-identified: one whose header cannot be followed to the pixels is refused.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io;
use std::ops::Range;

use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;

use super::basic_profile::{self, ProfileAction, ProfiledElement};
use super::element::{
    ElementEncoding, ElementHead, ITEM, ITEM_END, SEQUENCE_END, format_tag, is_vr, read_head,
};
use super::element_bytes::{length_bytes, push_element, push_item};
use super::file::DataSetStart;
use super::window::FileWindow;
use crate::sources::profile::PseudonymKey;

/// Sequences in sequences: real files stay below ten.
const MAX_DEPTH: u8 = 48;
/// The most bytes that a header may have.
const MAX_HEADER: usize = 64 << 20;
/// How much of a value is looked at for whether it is filled in.
const MAX_LOOK: usize = 64 * 1024;

/// Why a file cannot be de-identified.
#[derive(Debug, thiserror::Error)]
pub enum DeidentificationError {
    /// The file cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The header cannot be followed; why.
    #[error("its header cannot be de-identified: {0}")]
    Header(String),
}

fn refused<T>(why: impl Into<String>) -> Result<T, DeidentificationError> {
    Err(DeidentificationError::Header(why.into()))
}

/// A header without what identifies a person.
#[derive(Debug)]
pub struct DeidentifiedHeader {
    /// All that comes before the pixels.
    pub bytes: Vec<u8>,
    /// The pixels with their own head, as offsets in the file; what comes behind them is dropped.
    pub pixels: Option<Range<u64>>,
    /// SOP Instance UID (0008,0018), replaced.
    pub sop_instance_uid: Option<String>,
    /// Keywords of the identifying attributes that are filled in, those of nested items too.
    pub identifying: BTreeSet<Cow<'static, str>>,
}

impl DeidentifiedHeader {
    /// De-identifies the header of the DICOM file in `window`; its UIDs are replaced with the key.
    ///
    /// # Errors
    /// When the file cannot be read, its header cannot be followed to the pixels, or its data set is
    /// deflated, and when Burned In Annotation (0028,0301) is YES, since pixels are not cleaned.
    pub fn read(
        window: &mut FileWindow<'_>,
        key: &PseudonymKey,
    ) -> Result<Self, DeidentificationError> {
        let mut filter = HeaderFilter::new(window, key.clone());
        let start = DataSetStart::find(filter.window)?;
        let (pixels, encoding) = filter.top_level(&start)?;
        if filter.is_burned_in {
            return refused("Burned In Annotation is YES, and pixels are not cleaned");
        }
        let mut bytes = filter.meta(&start)?;
        let mut elements = std::mem::take(&mut filter.top);
        elements.extend(statement(encoding));
        elements.sort_by_key(|(tag, _)| *tag);
        bytes.extend(elements.into_iter().flat_map(|(_, element)| element));
        let HeaderFilter { identifying, sop_instance_uid, .. } = filter;
        Ok(Self { bytes, pixels, sop_instance_uid, identifying })
    }
}

/// Returns the keywords of the identifying attributes that are filled in, those of nested items too: as
/// far as the header can be followed.
///
/// # Errors
/// When the file cannot be read.
pub fn identifying_attributes(
    window: &mut FileWindow<'_>,
) -> io::Result<BTreeSet<Cow<'static, str>>> {
    let filter = HeaderFilter::new(window, PseudonymKey::of_process());
    let mut filter = HeaderFilter { is_inspecting: true, ..filter };
    let start = DataSetStart::find(filter.window)?;
    match filter.top_level(&start) {
        Err(DeidentificationError::Io(error)) => Err(error),
        Err(DeidentificationError::Header(_)) | Ok(_) => Ok(filter.identifying),
    }
}

/// What a de-identified data set says about itself (PS3.15 E.1, PS3.3 C.7.1.1).
fn statement(encoding: ElementEncoding) -> [(Tag, Vec<u8>); 4] {
    let element = |tag: Tag, vr: &[u8; 2], value: &[u8]| {
        let mut bytes = Vec::new();
        push_element(&mut bytes, encoding, tag, *vr, value);
        bytes
    };
    let code = [
        element(tags::CODE_VALUE, b"SH", b"113100"),
        element(tags::CODING_SCHEME_DESIGNATOR, b"SH", b"DCM "),
        element(tags::CODE_MEANING, b"LO", b"Basic Application Confidentiality Profile "),
    ]
    .concat();
    let mut item = Vec::new();
    push_item(&mut item, encoding, &code);
    let [removed, method, codes, dates] = basic_profile::WRITTEN;
    let name = concat!("PS3.15 2024e basic profile\\mammodex ", env!("CARGO_PKG_VERSION"));
    let mut name = name.as_bytes().to_vec();
    if !name.len().is_multiple_of(2) {
        name.push(b' ');
    }
    [
        (removed, element(removed, b"CS", b"YES ")),
        (method, element(method, b"LO", &name)),
        (codes, element(codes, b"SQ", &item)),
        (dates, element(dates, b"CS", b"REMOVED ")),
    ]
}

struct HeaderFilter<'a, 'w> {
    window: &'a mut FileWindow<'w>,
    /// The key of the UIDs that replace those of the file.
    key: PseudonymKey,
    /// The elements of the top level.
    top: Vec<(Tag, Vec<u8>)>,
    size: usize,
    identifying: BTreeSet<Cow<'static, str>>,
    sop_instance_uid: Option<String>,
    is_burned_in: bool,
    /// Whether nothing is written, and what would be removed is looked into as well.
    is_inspecting: bool,
}

impl<'a, 'w> HeaderFilter<'a, 'w> {
    fn new(window: &'a mut FileWindow<'w>, key: PseudonymKey) -> Self {
        Self {
            window,
            key,
            top: Vec::new(),
            size: 0,
            identifying: BTreeSet::new(),
            sop_instance_uid: None,
            is_burned_in: false,
            is_inspecting: false,
        }
    }

    /// An empty preamble, and of the meta group what readers need (PS3.10 7.1): no application
    /// titles, no private information.
    fn meta(&mut self, start: &DataSetStart) -> Result<Vec<u8>, DeidentificationError> {
        let mut group = Vec::new();
        let mut offset = start.meta_offset;
        while offset < start.offset {
            let Some(head) = read_head(self.window, offset, ElementEncoding::EXPLICIT)? else {
                break;
            };
            let Some(end) = head.end() else { break };
            let vr = head.vr.unwrap_or(*b"UN");
            match head.tag {
                tags::MEDIA_STORAGE_SOP_INSTANCE_UID => {
                    let value = basic_profile::replaced_uids(&self.value(&head)?, &self.key);
                    push_element(&mut group, ElementEncoding::EXPLICIT, head.tag, vr, &value);
                }
                tags::FILE_META_INFORMATION_VERSION
                | tags::MEDIA_STORAGE_SOP_CLASS_UID
                | tags::TRANSFER_SYNTAX_UID
                | tags::IMPLEMENTATION_CLASS_UID
                | tags::IMPLEMENTATION_VERSION_NAME => {
                    let value = self.value(&head)?;
                    push_element(&mut group, ElementEncoding::EXPLICIT, head.tag, vr, &value);
                }
                _ => {}
            }
            offset = end;
        }
        let mut bytes = Vec::new();
        if start.meta_offset > 0 {
            bytes.resize(128, 0);
            bytes.extend_from_slice(b"DICM");
        }
        if !group.is_empty() {
            let length = length_bytes(ElementEncoding::EXPLICIT, group.len());
            let tag = tags::FILE_META_INFORMATION_GROUP_LENGTH;
            push_element(&mut bytes, ElementEncoding::EXPLICIT, tag, *b"UL", &length);
        }
        bytes.append(&mut group);
        Ok(bytes)
    }

    /// Filters the elements of the top level up to the pixels. Returns where these are.
    fn top_level(
        &mut self,
        start: &DataSetStart,
    ) -> Result<(Option<Range<u64>>, ElementEncoding), DeidentificationError> {
        let Some(encoding) = start.encoding else { return refused("its data set is deflated") };
        let mut offset = start.offset;
        while offset < self.window.length() {
            let Some(head) = read_head(self.window, offset, encoding)? else {
                let rest = self.window.get(offset, 8)?;
                let is_padding = rest.iter().all(|byte| *byte == 0);
                return if is_padding { Ok((None, encoding)) } else { refused("the file is cut") };
            };
            match head.tag {
                Tag(0, 0) => break, // zeros pad the file
                Tag(0xFFFE, _) => return refused("an item outside a sequence"),
                tags::PIXEL_DATA | tags::FLOAT_PIXEL_DATA | tags::DOUBLE_FLOAT_PIXEL_DATA => {
                    let end = match head.end() {
                        Some(end) => end.min(self.window.length()),
                        None => self.skip_items(&head, encoding, 1)?,
                    };
                    return Ok((Some(offset..end), encoding));
                }
                _ => {}
            }
            let mut element = Vec::new();
            offset = self.element(&head, encoding, 0, &mut element)?;
            if !element.is_empty() {
                self.top.push((head.tag, element));
            }
        }
        Ok((None, encoding))
    }

    /// Filters one element. Returns the offset behind it.
    fn element(
        &mut self,
        head: &ElementHead,
        encoding: ElementEncoding,
        depth: u8,
        out: &mut Vec<u8>,
    ) -> Result<u64, DeidentificationError> {
        if encoding.explicit && !head.vr.is_some_and(is_vr) {
            return refused(format!("{} has no value representation", format_tag(head.tag)));
        }
        if head.end().is_some_and(|end| end > self.window.length()) {
            return refused(format!("{} is longer than the file", format_tag(head.tag)));
        }
        let is_derived = head.tag.1 == 0 || basic_profile::WRITTEN.contains(&head.tag);
        let profiled = basic_profile::profiled(head.tag, head.vr);
        let nested_pixels = depth > 0 && head.tag.0 == tags::PIXEL_DATA.0;
        if is_derived || nested_pixels {
            return self.skip(head, encoding, depth);
        }
        if let Some(keyword) = &profiled.identifying
            && self.is_filled(head, encoding)?
        {
            self.identifying.insert(keyword.clone());
        }
        let vr = head
            .vr
            .unwrap_or_else(|| profiled.vr.to_string().as_bytes().try_into().unwrap_or(*b"UN"));
        let is_sequence = profiled.vr == VR::SQ;
        if is_sequence && self.is_inspecting {
            return match self.items(head, encoding, depth + 1, &mut Vec::new()) {
                Err(DeidentificationError::Header(_)) => self.skip(head, encoding, depth),
                followed => followed,
            };
        }
        match profiled.action {
            ProfileAction::Remove => return self.skip(head, encoding, depth),
            ProfileAction::Empty => push_element(out, encoding, head.tag, vr, &[]),
            ProfileAction::Dummy if is_sequence => push_element(out, encoding, head.tag, vr, &[]),
            ProfileAction::Dummy => {
                push_element(out, encoding, head.tag, vr, basic_profile::dummy(profiled.vr));
            }
            ProfileAction::Keep | ProfileAction::Uid if is_sequence => {
                let mut items = Vec::new();
                let end = self.items(head, encoding, depth + 1, &mut items)?;
                push_element(out, encoding, head.tag, vr, &items);
                return Ok(end);
            }
            ProfileAction::Keep | ProfileAction::Uid => {
                self.copy(head, &profiled, vr, encoding, depth, out)?
            }
        }
        self.skip(head, encoding, depth)
    }

    /// Writes a value as it is, or with its UIDs replaced.
    fn copy(
        &mut self,
        head: &ElementHead,
        profiled: &ProfiledElement,
        vr: [u8; 2],
        encoding: ElementEncoding,
        depth: u8,
        out: &mut Vec<u8>,
    ) -> Result<(), DeidentificationError> {
        if head.end().is_none() {
            return refused(format!("{} has no length", format_tag(head.tag)));
        }
        let mut value = self.value(head)?;
        if profiled.action == ProfileAction::Uid {
            value = basic_profile::replaced_uids(&value, &self.key);
        }
        if depth == 0 {
            let text = || String::from_utf8_lossy(&value).trim_matches([' ', '\0']).to_owned();
            match head.tag {
                tags::SOP_INSTANCE_UID => self.sop_instance_uid = Some(text()),
                tags::BURNED_IN_ANNOTATION => self.is_burned_in = text() == "YES",
                _ => {}
            }
        }
        push_element(out, encoding, head.tag, vr, &value);
        Ok(())
    }

    /// The whole value of an element; their total size is limited.
    fn value(&mut self, head: &ElementHead) -> Result<Vec<u8>, DeidentificationError> {
        let length = head.length as usize;
        self.size = self.size.saturating_add(length);
        if self.size > MAX_HEADER {
            return refused(format!("it is longer than {} MiB", MAX_HEADER >> 20));
        }
        let bytes = self.window.get(head.value, length)?;
        if bytes.len() < length {
            return refused(format!("{} is longer than the file", format_tag(head.tag)));
        }
        Ok(bytes.to_vec())
    }

    /// Whether an element has a value other than blanks, or a sequence an item.
    fn is_filled(&mut self, head: &ElementHead, encoding: ElementEncoding) -> io::Result<bool> {
        if head.end().is_none() {
            let item = read_head(self.window, head.value, encoding)?;
            return Ok(item.is_some_and(|item| item.tag == ITEM));
        }
        let bytes = self.window.get(head.value, (head.length as usize).min(MAX_LOOK))?;
        Ok(bytes.iter().any(|byte| !matches!(byte, 0 | b' ' | b'\\' | b'^')))
    }

    /// Filters the items of a sequence. Returns the offset behind it.
    fn items(
        &mut self,
        sequence: &ElementHead,
        encoding: ElementEncoding,
        depth: u8,
        out: &mut Vec<u8>,
    ) -> Result<u64, DeidentificationError> {
        if depth > MAX_DEPTH {
            return refused("sequences are nested too deep");
        }
        let mut offset = sequence.value;
        while sequence.end().is_none_or(|end| offset < end) {
            let item = self.item_head(sequence, offset, encoding)?;
            if item.tag == SEQUENCE_END && sequence.end().is_none() {
                return Ok(item.value);
            }
            let mut content = Vec::new();
            offset = self.item(sequence, &item, encoding, depth, &mut content)?;
            push_item(out, encoding, &content);
        }
        Ok(offset)
    }

    /// The head of an item, or of the delimiter behind the last.
    fn item_head(
        &mut self,
        sequence: &ElementHead,
        offset: u64,
        encoding: ElementEncoding,
    ) -> Result<ElementHead, DeidentificationError> {
        let item = read_head(self.window, offset, encoding)?;
        let limit = sequence.end().unwrap_or(self.window.length());
        match item {
            Some(item) if item.tag == SEQUENCE_END => Ok(item),
            Some(item) if item.tag == ITEM && item.end().is_none_or(|end| end <= limit) => Ok(item),
            _ => refused(format!("{} is damaged", format_tag(sequence.tag))),
        }
    }

    fn item(
        &mut self,
        sequence: &ElementHead,
        item: &ElementHead,
        encoding: ElementEncoding,
        depth: u8,
        out: &mut Vec<u8>,
    ) -> Result<u64, DeidentificationError> {
        if item.tag != ITEM {
            return refused(format!("{} is damaged", format_tag(sequence.tag)));
        }
        let mut offset = item.value;
        let limit = item.end().or(sequence.end()).unwrap_or(self.window.length());
        while item.end().is_none() || offset < limit {
            let Some(head) = read_head(self.window, offset, encoding)? else {
                return refused("the file is cut");
            };
            if head.tag == ITEM_END && item.end().is_none() {
                return Ok(head.value);
            }
            if head.tag.0 == 0xFFFE || head.end().is_some_and(|end| end > limit) {
                return refused(format!("{} is damaged", format_tag(sequence.tag)));
            }
            offset = self.element(&head, encoding, depth, out)?;
        }
        Ok(offset)
    }

    /// Returns the offset behind an element.
    fn skip(
        &mut self,
        head: &ElementHead,
        encoding: ElementEncoding,
        depth: u8,
    ) -> Result<u64, DeidentificationError> {
        match head.end() {
            Some(end) => Ok(end),
            None => self.skip_items(head, encoding, depth + 1),
        }
    }

    /// Returns the offset behind a sequence, or the fragments of pixels, without a length.
    fn skip_items(
        &mut self,
        sequence: &ElementHead,
        encoding: ElementEncoding,
        depth: u8,
    ) -> Result<u64, DeidentificationError> {
        if depth > MAX_DEPTH {
            return refused("sequences are nested too deep");
        }
        let mut offset = sequence.value;
        loop {
            let item = self.item_head(sequence, offset, encoding)?;
            if item.tag == SEQUENCE_END {
                return Ok(item.value);
            }
            offset = match item.end() {
                Some(end) => end,
                None => self.skip_item(sequence, &item, encoding, depth)?,
            };
        }
    }

    /// Returns the offset behind an item without a length.
    fn skip_item(
        &mut self,
        sequence: &ElementHead,
        item: &ElementHead,
        encoding: ElementEncoding,
        depth: u8,
    ) -> Result<u64, DeidentificationError> {
        // Items of an unknown representation are implicit (PS3.5 6.2.2); some writers keep the VR.
        let mut encoding = encoding;
        if sequence.vr == Some(*b"UN") {
            let bytes = self.window.get(item.value, 8)?;
            let vr = bytes.get(4..6).and_then(|vr| vr.try_into().ok());
            encoding.explicit = vr.is_some_and(is_vr);
        }
        let mut offset = item.value;
        loop {
            let Some(head) = read_head(self.window, offset, encoding)? else {
                return refused("the file is cut");
            };
            match head.tag {
                ITEM_END => return Ok(head.value),
                Tag(0xFFFE, _) => {
                    return refused(format!("{} is damaged", format_tag(sequence.tag)));
                }
                _ => offset = self.skip(&head, encoding, depth)?,
            }
        }
    }
}
