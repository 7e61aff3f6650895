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
    /// The X-Ray 3D Acquisition Sequence (0018,9507) of tomosynthesis (PS3.3 C.8.21.3.2).
    Acquisition,
    /// The Shared Functional Groups Sequence (5200,9229).
    Shared,
    /// An item of a functional group shared by all frames (PS3.3 C.7.6.16).
    SharedGroup,
    /// The Per-Frame Functional Groups Sequence (5200,9230).
    PerFrame,
    /// An item of a functional group of the first frame.
    FrameGroup,
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
    tags::STUDY_DESCRIPTION,
    tags::SERIES_DESCRIPTION,
    tags::MANUFACTURER_MODEL_NAME,
    tags::VOLUMETRIC_PROPERTIES,
    tags::VOLUME_BASED_CALCULATION_TECHNIQUE,
    tags::PATIENT_ID,
    tags::PATIENT_IDENTITY_REMOVED,
    tags::BODY_PART_EXAMINED,
    tags::SOFTWARE_VERSIONS,
    tags::PROTOCOL_NAME,
    tags::DISTANCE_SOURCE_TO_DETECTOR,
    tags::DISTANCE_SOURCE_TO_PATIENT,
    tags::ESTIMATED_RADIOGRAPHIC_MAGNIFICATION_FACTOR,
    tags::IMAGER_PIXEL_SPACING,
    tags::BODY_PART_THICKNESS,
    tags::COMPRESSION_FORCE,
    tags::PADDLE_DESCRIPTION,
    tags::ACQUISITION_DEVICE_PROCESSING_DESCRIPTION,
    tags::POSITIONER_TYPE,
    tags::NOMINAL_SCANNED_PIXEL_SPACING,
    tags::VIEW_POSITION,
    TOMO_CLASS,
    tags::NUMBER_OF_TOMOSYNTHESIS_SOURCE_IMAGES,
    tags::CONCATENATION_UID,
    tags::SOP_INSTANCE_UID_OF_CONCATENATION_SOURCE,
    tags::PATIENT_ORIENTATION,
    tags::LATERALITY,
    tags::IMAGE_LATERALITY,
    tags::SAMPLES_PER_PIXEL,
    tags::NUMBER_OF_FRAMES,
    tags::ROWS,
    tags::COLUMNS,
    tags::PIXEL_SPACING,
    tags::PIXEL_SPACING_CALIBRATION_TYPE,
    tags::BITS_ALLOCATED,
    tags::QUALITY_CONTROL_IMAGE,
    tags::BREAST_IMPLANT_PRESENT,
    tags::PARTIAL_VIEW,
    tags::ORGAN_DOSE,
    tags::PERFORMED_PROCEDURE_STEP_DESCRIPTION,
    tags::REQUESTED_PROCEDURE_DESCRIPTION,
    PRIVATE_VOLUME_CREATORS[0],
    PRIVATE_VOLUME_CREATORS[1],
];

/// Tomo Class (0018,9076).
pub const TOMO_CLASS: Tag = tags::TOMO_CLASS;
/// The private creators of the groups in which Hologic's secondary captures hold a volume.
pub const PRIVATE_VOLUME_CREATORS: [Tag; 2] = [Tag(0x7E01, 0x0010), Tag(0x7F01, 0x0010)];

/// The attributes of technique that tomosynthesis has in sequences, not at the top level: PS3.3
/// C.8.21.3 (X-Ray 3D Acquisition) and C.7.6.16 (functional groups).
pub const NESTED: &[Tag] = &[
    tags::KVP,
    tags::DISTANCE_SOURCE_TO_DETECTOR,
    tags::DISTANCE_SOURCE_TO_PATIENT,
    tags::ESTIMATED_RADIOGRAPHIC_MAGNIFICATION_FACTOR,
    tags::EXPOSURE_TIME,
    tags::X_RAY_TUBE_CURRENT,
    tags::EXPOSURE,
    tags::EXPOSURE_INU_AS,
    tags::IMAGER_PIXEL_SPACING,
    tags::ANODE_TARGET_MATERIAL,
    tags::BODY_PART_THICKNESS,
    tags::COMPRESSION_FORCE,
    tags::POSITIONER_PRIMARY_ANGLE,
    tags::FILTER_MATERIAL,
    tags::FIELD_OF_VIEW_ROTATION,
    tags::FIELD_OF_VIEW_HORIZONTAL_FLIP,
    tags::EXPOSURE_TIME_INMS,
    tags::X_RAY_TUBE_CURRENT_INM_A,
    tags::EXPOSURE_INM_AS,
    tags::FRAME_LATERALITY,
    tags::PIXEL_SPACING,
    tags::WINDOW_CENTER,
    tags::WINDOW_WIDTH,
    tags::ORGAN_DOSE,
    tags::ENTRANCE_DOSE_INM_GY,
];

const CODE: &[Tag] =
    &[tags::CODE_VALUE, tags::CODING_SCHEME_DESIGNATOR, tags::CODE_MEANING, tags::LONG_CODE_VALUE];

impl TagScope {
    /// The scopes that hold attributes of technique, in order of preference.
    pub const NESTED: [Self; 3] = [Self::Acquisition, Self::SharedGroup, Self::FrameGroup];

    /// Whether the value of `tag` in an item of this scope is read; for the top level there is
    /// [`TagList`].
    pub fn reads(self, tag: Tag) -> bool {
        match self {
            Self::View | Self::Modifier => CODE.contains(&tag),
            Self::Acquisition | Self::SharedGroup | Self::FrameGroup => NESTED.contains(&tag),
            Self::Top | Self::Shared | Self::PerFrame | Self::Elsewhere => false,
        }
    }

    /// The scope of the items of the sequence `tag` in this scope.
    pub fn inside(self, tag: Tag) -> Self {
        match (self, tag) {
            (Self::Top, tags::VIEW_CODE_SEQUENCE) => Self::View,
            (Self::Top | Self::View, tags::VIEW_MODIFIER_CODE_SEQUENCE) => Self::Modifier,
            (Self::Top, tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE) => Self::Shared,
            (Self::Top, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE) => Self::PerFrame,
            (Self::Top, tags::X_RAY3_D_ACQUISITION_SEQUENCE) => Self::Acquisition,
            (Self::Shared, _) => Self::SharedGroup,
            (Self::PerFrame, _) => Self::FrameGroup,
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
