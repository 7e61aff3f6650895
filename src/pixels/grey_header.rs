//! What a header says of grey levels: at the top level, or in the functional groups of frames.
//!
//! Source of the rules: DICOM PS3.3 C.11.1 (Modality LUT), C.11.2 (VOI LUT), C.7.6.16.2.9 and
//! C.7.6.16.2.10 (functional groups).

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::window::{GreyWindow, LookupTable, VoiFunction};
use crate::sources::dicom::{DicomHeader, SequenceItem, StoredPixels};

/// The sequences that are read, with all that is in them.
pub const GREY_SEQUENCES: [Tag; 4] = [
    tags::MODALITY_LUT_SEQUENCE,
    tags::VOILUT_SEQUENCE,
    tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE,
    tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE,
];

/// How a frame, counted from 1, is shown. What the frame's own functional groups say counts before
/// those that frames share, and these before the top level.
pub fn grey_window(stored: &StoredPixels<'_>, frame: u32) -> GreyWindow {
    let header = &stored.header;
    let is_signed = header.unsigned_short(tags::PIXEL_REPRESENTATION) == Some(1);
    let mut window = top_level(header, is_signed);
    let table = |tag| table(items(stored, tag).first()?, is_signed);
    window.modality_table = table(tags::MODALITY_LUT_SEQUENCE);
    window.voi_table = table(tags::VOILUT_SEQUENCE);
    let per_frame = items(stored, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE);
    let index = usize::try_from(frame.saturating_sub(1)).unwrap_or(usize::MAX);
    let shared = items(stored, tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE).first();
    for groups in [shared, per_frame.get(index)].into_iter().flatten() {
        if let Some(group) = groups.items(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE).first() {
            let slope = number(group, tags::RESCALE_SLOPE);
            window.rescale = slope.zip(number(group, tags::RESCALE_INTERCEPT)).or(window.rescale);
        }
        if let Some(group) = groups.items(tags::FRAME_VOILUT_SEQUENCE).first() {
            let pair = number(group, tags::WINDOW_CENTER).zip(number(group, tags::WINDOW_WIDTH));
            if pair.is_some() {
                window.window = pair;
                let term = group.text(tags::VOILUT_FUNCTION).unwrap_or_default();
                window.function = VoiFunction::from_term(&term);
            }
        }
    }
    window
}

fn items<'a>(stored: &'a StoredPixels<'_>, tag: Tag) -> &'a [SequenceItem] {
    let sequence = stored.sequences.iter().find(|(other, _)| *other == tag);
    sequence.map_or(&[], |(_, items)| items)
}

fn top_level(header: &DicomHeader, is_signed: bool) -> GreyWindow {
    let number = |tag| first_number(&header.text(tag)?);
    let pair = |a, b| Some((number(a)?, number(b)?));
    let padding = header.unsigned_short(tags::PIXEL_PADDING_VALUE);
    GreyWindow {
        rescale: pair(tags::RESCALE_SLOPE, tags::RESCALE_INTERCEPT),
        window: pair(tags::WINDOW_CENTER, tags::WINDOW_WIDTH),
        function: header
            .text(tags::VOILUT_FUNCTION)
            .map_or(VoiFunction::default(), |term| VoiFunction::from_term(&term)),
        padding: padding.map(|value| short(value, is_signed)),
        inverse: header
            .text(tags::PRESENTATION_LUT_SHAPE)
            .is_some_and(|shape| shape.trim() == "INVERSE"),
        ..GreyWindow::default()
    }
}

fn number(item: &SequenceItem, tag: Tag) -> Option<f64> {
    first_number(&item.text(tag)?)
}

fn first_number(text: &str) -> Option<f64> {
    let number: f64 = text.split('\\').next()?.trim().parse().ok()?;
    number.is_finite().then_some(number)
}

fn short(value: u16, is_signed: bool) -> i32 {
    if is_signed { i32::from(value.cast_signed()) } else { i32::from(value) }
}

/// The table of an item; none where its descriptor and its data contradict each other.
fn table(item: &SequenceItem, is_signed: bool) -> Option<LookupTable> {
    let descriptor = item.shorts(tags::LUT_DESCRIPTOR)?;
    let [count, first, bits] = *descriptor.first_chunk::<3>()?;
    // 0 stands for 65,536 entries (PS3.3 C.11.1.1.1).
    let count = if count == 0 { 1 << 16 } else { usize::from(count) };
    let is_signed = item.is_signed(tags::LUT_DESCRIPTOR).unwrap_or(is_signed);
    let bytes = item.bytes(tags::LUT_DATA)?;
    // Entries of eight bits may come one to a byte.
    let mut entries: Vec<u16> = if bytes.len().div_ceil(2) == count.div_ceil(2) && count > 1 {
        bytes.iter().map(|byte| u16::from(*byte)).collect()
    } else {
        item.shorts(tags::LUT_DATA)?
    };
    entries.truncate(count);
    let bits = u8::try_from(bits).ok().filter(|bits| (1..=16).contains(bits))?;
    (entries.len() == count).then_some(LookupTable {
        first: short(first, is_signed),
        bits,
        entries,
    })
}
