//! The size of a cohort in words.

use crate::cohort::MemberUnit;
use crate::text::counted;

/// Returns `34 patients, 136 images`; for other units the members first.
pub fn size_text(unit: MemberUnit, members: u64, patients: u64, images: u64) -> String {
    let patients = counted(patients, "patient");
    match unit {
        MemberUnit::Patient => format!("{patients}, {}", counted(images, "image")),
        MemberUnit::Image => format!("{} of {patients}", counted(members, "image")),
        _ => format!(
            "{} of {patients}, {}",
            counted(members, unit.as_str()),
            counted(images, "image")
        ),
    }
}
