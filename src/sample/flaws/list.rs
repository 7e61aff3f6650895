//! Every fault, and the cases that they spoil.

use std::collections::HashMap;

use super::place::FlawPlace;
use super::{drawings, images, rows};
use crate::sample::case::{DiscardFlag, SampleCase};
use crate::sample::request::SampleGroup;

/// One fault.
pub(in crate::sample) struct Flaw {
    /// The code of the indexer's finding.
    pub code: &'static str,
    /// The group whose cases it can spoil.
    group: SampleGroup,
    /// Spoils a case and returns the place.
    spoil: fn(&mut SampleCase) -> FlawPlace,
}

/// Every fault, in the order of `flaws.json`.
const FLAWS: &[Flaw] = {
    use SampleGroup::{Benign, Malignant, Normal};
    &[
        Flaw { code: "dicom-truncated", group: Normal, spoil: images::truncated },
        Flaw { code: "dicom-unreadable", group: Normal, spoil: images::beheaded },
        Flaw { code: "file-empty", group: Normal, spoil: images::emptied },
        Flaw { code: "file-unrecognised", group: Normal, spoil: images::stray_note },
        Flaw { code: "case-unknown", group: Normal, spoil: images::stranger },
        Flaw { code: "views-missing", group: Normal, spoil: images::view_missing },
        Flaw { code: "view-conflict", group: Normal, spoil: images::view_contradicted },
        Flaw { code: "laterality-unknown", group: Normal, spoil: images::side_untold },
        Flaw { code: "patient-without-images", group: Normal, spoil: images::none_left },
        Flaw { code: "image-without-patient", group: Benign, spoil: rows::row_missing },
        Flaw { code: "sop-duplicate", group: Benign, spoil: images::uid_twice },
        Flaw { code: "vendor-unknown", group: Benign, spoil: rows::vendor_unknown },
        Flaw { code: "birads-unreadable", group: Benign, spoil: rows::birads_unreadable },
        Flaw { code: "birads-both-mismatch", group: Benign, spoil: rows::birads_mismatch },
        Flaw { code: "rows-disagree", group: Benign, spoil: rows::two_rows },
        Flaw { code: "annotation-without-images", group: Benign, spoil: drawings::no_images },
        Flaw { code: "annotation-unreadable", group: Malignant, spoil: drawings::cut },
        Flaw { code: "contour-out-of-image", group: Malignant, spoil: drawings::outside },
        Flaw { code: "contour-open", group: Malignant, spoil: drawings::open },
        Flaw { code: "contour-short", group: Malignant, spoil: drawings::short },
        Flaw { code: "contour-self-crossing", group: Malignant, spoil: drawings::crossing },
        Flaw { code: "contour-duplicate", group: Malignant, spoil: drawings::twice },
        Flaw { code: "lesion-side-contradicts", group: Malignant, spoil: drawings::other_side },
        Flaw { code: "readers-disagree", group: Malignant, spoil: drawings::second_reader },
        Flaw { code: "t-stage-unreadable", group: Malignant, spoil: rows::stage_unreadable },
        Flaw { code: "size-doubtful", group: Malignant, spoil: rows::size_tenfold },
        Flaw { code: "histology-unknown", group: Malignant, spoil: rows::histology_unknown },
    ]
};

/// The fault of each case that has one, by index.
pub(in crate::sample) struct FlawAssignment(HashMap<(SampleGroup, u32), usize>);

impl FlawAssignment {
    /// No faults.
    pub fn none() -> Self {
        Self(HashMap::new())
    }

    /// Every fault on a case of its own, spread over the group. `counts` are the groups' sizes.
    ///
    /// `None` when a group has fewer cases than faults.
    pub fn spread(counts: &[(SampleGroup, u32)]) -> Option<Self> {
        let mut taken = HashMap::new();
        for (group, count) in counts {
            let of_group: Vec<usize> =
                (0..FLAWS.len()).filter(|i| FLAWS[*i].group == *group).collect();
            let stride = count / of_group.len().max(1) as u32;
            if stride == 0 {
                return None;
            }
            taken.extend(
                of_group.iter().zip(0..).map(|(flaw, n)| ((*group, 1 + n * stride), *flaw)),
            );
        }
        Some(Self(taken))
    }

    /// The number of faults.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Spoils the case when a fault is assigned to it. Returns the fault's index, code and place.
    pub fn spoil(&self, case: &mut SampleCase) -> Option<(usize, &'static str, FlawPlace)> {
        let index = *self.0.get(&(case.group, case.number))?;
        if case.group == SampleGroup::Malignant {
            case.draw(DiscardFlag::Usable);
        }
        let place = (FLAWS[index].spoil)(case);
        Some((index, FLAWS[index].code, place))
    }
}

/// Fewest patients that leave every fault a case of its own.
pub(in crate::sample) fn fewest_patients(share: impl Fn(u32) -> Vec<(SampleGroup, u32)>) -> u32 {
    (1..).find(|patients| FlawAssignment::spread(&share(*patients)).is_some()).unwrap_or(u32::MAX)
}
