//! The attributes that are read, by their place in the data set.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

/// The place of an attribute in the data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TagScope {
    /// The data set itself.
    Top,
    /// An item of the View Code Sequence (0054,0220).
    View,
    /// An item of the View Modifier Code Sequence (0054,0222), nested in the view or at the top.
    Modifier,
    /// The Shared Functional Groups Sequence (5200,9229).
    Shared,
    /// The Frame Anatomy Sequence (0020,9071) shared by all frames.
    FrameAnatomy,
    /// The Pixel Measures Sequence (0028,9110) shared by all frames.
    PixelMeasures,
    /// Anywhere else: skipped.
    Elsewhere,
}

/// The attributes of the top level that rules read, whatever the columns of the table are.
pub const RULES: &[Tag] = &[
    tags::SPECIFIC_CHARACTER_SET,
    tags::IMAGE_TYPE,
    tags::SOP_CLASS_UID,
    tags::SOP_INSTANCE_UID,
    tags::MODALITY,
    tags::CONVERSION_TYPE,
    tags::MANUFACTURER,
    tags::SERIES_DESCRIPTION,
    tags::MANUFACTURER_MODEL_NAME,
    tags::BODY_PART_EXAMINED,
    tags::PATIENT_ID,
    tags::PATIENT_IDENTITY_REMOVED,
    tags::SOFTWARE_VERSIONS,
    tags::DISTANCE_SOURCE_TO_DETECTOR,
    tags::DISTANCE_SOURCE_TO_PATIENT,
    tags::ESTIMATED_RADIOGRAPHIC_MAGNIFICATION_FACTOR,
    tags::IMAGER_PIXEL_SPACING,
    tags::ACQUISITION_DEVICE_PROCESSING_DESCRIPTION,
    tags::VIEW_POSITION,
    tags::PATIENT_ORIENTATION,
    tags::LATERALITY,
    tags::IMAGE_LATERALITY,
    tags::NUMBER_OF_FRAMES,
    tags::ROWS,
    tags::COLUMNS,
    tags::PIXEL_SPACING,
    tags::PIXEL_SPACING_CALIBRATION_TYPE,
];

const CODE: &[Tag] = &[tags::CODE_VALUE, tags::CODING_SCHEME_DESIGNATOR, tags::LONG_CODE_VALUE];

impl TagScope {
    /// Whether the value of `tag` in an item of this scope is read; for the top level there is
    /// [`TagList`].
    pub fn reads(self, tag: Tag) -> bool {
        match self {
            Self::View | Self::Modifier => CODE.contains(&tag),
            Self::FrameAnatomy => tag == tags::FRAME_LATERALITY,
            Self::PixelMeasures => tag == tags::PIXEL_SPACING,
            Self::Top | Self::Shared | Self::Elsewhere => false,
        }
    }

    /// The scope of the items of the sequence `tag` in this scope.
    pub fn inside(self, tag: Tag) -> Self {
        match (self, tag) {
            (Self::Top, tags::VIEW_CODE_SEQUENCE) => Self::View,
            (Self::Top | Self::View, tags::VIEW_MODIFIER_CODE_SEQUENCE) => Self::Modifier,
            (Self::Top, tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE) => Self::Shared,
            (Self::Shared, tags::FRAME_ANATOMY_SEQUENCE) => Self::FrameAnatomy,
            (Self::Shared, tags::PIXEL_MEASURES_SEQUENCE) => Self::PixelMeasures,
            _ => Self::Elsewhere,
        }
    }
}

/// A sorted list of tags, looked up in the order of a data set: tags ascend there (PS3.5 7.1), so
/// the list is followed, not searched. A tag out of order is also found.
pub struct TagList<'a> {
    tags: &'a [Tag],
    /// Index of the first that is not below the last tag looked up.
    next: usize,
}

impl<'a> TagList<'a> {
    /// Follows `tags`, which are sorted.
    pub fn new(tags: &'a [Tag]) -> Self {
        Self { tags, next: 0 }
    }

    /// Whether the list has `tag`.
    pub fn has(&mut self, tag: Tag) -> bool {
        if self.next > 0 && self.tags[self.next - 1] >= tag {
            self.next = 0;
        }
        while self.tags.get(self.next).is_some_and(|wanted| *wanted < tag) {
            self.next += 1;
        }
        self.tags.get(self.next) == Some(&tag)
    }

    /// The neighbours of `tag` in the list, between which nothing is wanted; absent when `tag` itself is.
    pub fn gap_around(&mut self, tag: Tag) -> Option<(Tag, Tag)> {
        /// The lowest and highest tags.
        const ENDS: (Tag, Tag) = (Tag(0, 0), Tag(u16::MAX, u16::MAX));
        if self.has(tag) {
            return None;
        }
        let above = self.next.checked_sub(1).map_or(ENDS.0, |before| self.tags[before]);
        Some((above, self.tags.get(self.next).copied().unwrap_or(ENDS.1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_in_a_gap_is_wanted(lookups in prop::collection::vec(0_u16..12, 0..40)) {
            let tags = [2, 3, 5, 9].map(|element| Tag(8, element));
            let mut wanted = TagList::new(&tags);
            for element in lookups {
                let tag = Tag(8, element);
                let Some((above, below)) = wanted.gap_around(tag) else {
                    prop_assert!(tags.contains(&tag));
                    continue;
                };
                prop_assert!(above < tag && tag < below);
                prop_assert!(!tags.iter().any(|wanted| above < *wanted && *wanted < below));
            }
        }

        #[test]
        fn a_tag_is_found_whatever_was_looked_up_before(lookups in prop::collection::vec(0_u16..12, 0..40)) {
            let tags = [2, 3, 5, 9].map(|element| Tag(8, element));
            let mut wanted = TagList::new(&tags);
            for element in lookups {
                let tag = Tag(8, element);
                prop_assert_eq!(wanted.has(tag), tags.contains(&tag));
            }
        }
    }
}
