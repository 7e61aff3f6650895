//! What the basic confidentiality profile does with an attribute.
//!
//! Source: DICOM PS3.15 annex E, table E.1-1 (`schema/vocabulary/identifying.csv`), without any of
//! its options.

use std::borrow::Cow;

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};

use crate::records::identifying;
use crate::sources::profile::PseudonymKey;

/// What becomes of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileAction {
    /// It stays as it is; items of a sequence are looked into.
    Keep,
    /// It is removed.
    Remove,
    /// Its value is removed.
    Empty,
    /// A value without meaning takes its place.
    Dummy,
    /// Its UIDs are replaced; items of a sequence are looked into.
    Uid,
}

/// An element as the profile sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfiledElement {
    /// What becomes of it.
    pub action: ProfileAction,
    /// The keyword that a report names it by, where it may identify a person.
    pub identifying: Option<Cow<'static, str>>,
    /// Its value representation: that of the dictionary where the file has none.
    pub vr: VR,
}

/// The name of private attributes in reports: only their maker knows what they hold.
const PRIVATE: &str = "private attributes";
/// Standard attributes that the dictionary lacks, or whose representation contradicts it.
const UNKNOWN: &str = "unknown attributes";

/// Returns what the profile does with an element; `vr` is the representation that the file names.
pub fn profiled(tag: Tag, vr: Option<[u8; 2]>) -> ProfiledElement {
    let named = vr.and_then(VR::from_binary).filter(|vr| *vr != VR::UN);
    let removed = |name: Cow<'static, str>| ProfiledElement {
        action: ProfileAction::Remove,
        identifying: Some(name),
        vr: named.unwrap_or(VR::UN),
    };
    if !tag.0.is_multiple_of(2) {
        return removed(PRIVATE.into());
    }
    match tag.0 {
        0x5000..=0x50FF => return removed("CurveData".into()),
        0x6000..=0x60FF => return removed("OverlayData".into()),
        _ => {}
    }
    let Some(entry) = StandardDataDictionary.by_tag(tag) else {
        return removed(UNKNOWN.into());
    };
    let known = match entry.vr() {
        VirtualVr::Exact(vr) => vr,
        VirtualVr::Xs | VirtualVr::Lt => VR::US,
        _ => VR::OW,
    };
    let keyword = entry.alias();
    let vr = named.unwrap_or(known);
    let action = action(keyword, vr);
    let contradicts = (vr == VR::SQ) != (known == VR::SQ);
    if contradicts || (action == ProfileAction::Keep && is_unreadable_sequence(known, named)) {
        return removed(UNKNOWN.into());
    }
    // UIDs identify no person to those who have not the originals, and every file has some.
    let is_reported = !matches!(action, ProfileAction::Keep | ProfileAction::Uid);
    ProfiledElement { action, identifying: is_reported.then(|| keyword.into()), vr }
}

/// Whether a sequence is written as an unknown representation (UN).
fn is_unreadable_sequence(known: VR, named: Option<VR>) -> bool {
    known == VR::SQ && named.is_some_and(|named| named != VR::SQ)
}

/// The action of the table. Where it depends on the type of the attribute, an empty value, which types
/// 2 and 3 allow, else its removal: none of them is of type 1 in a mammogram.
fn action(keyword: &str, vr: VR) -> ProfileAction {
    match identifying::action(keyword) {
        Some("U" | "X/Z/U*") => ProfileAction::Uid,
        Some("D") => ProfileAction::Dummy,
        Some(action) if action.contains('Z') => ProfileAction::Empty,
        Some(_) => ProfileAction::Remove,
        None if vr == VR::PN => ProfileAction::Empty,
        None => ProfileAction::Keep,
    }
}

/// Attributes that de-identification itself writes.
pub const WRITTEN: [Tag; 4] = [
    tags::PATIENT_IDENTITY_REMOVED,
    tags::DEIDENTIFICATION_METHOD,
    tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE,
    tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED,
];

/// A value without meaning, of even length; empty where no value would be without one.
pub fn dummy(vr: VR) -> &'static [u8] {
    match vr {
        VR::AS => b"000Y",
        VR::DA => b"19000101",
        VR::TM => b"000000",
        VR::DT => b"19000101000000",
        VR::DS | VR::IS => b"0 ",
        VR::US | VR::SS => &[0; 2],
        VR::UL | VR::SL | VR::FL | VR::AT => &[0; 4],
        VR::FD | VR::UV | VR::SV => &[0; 8],
        VR::AE | VR::CS | VR::LO | VR::LT | VR::PN | VR::SH | VR::ST | VR::UC | VR::UT => {
            b"ANONYMIZED"
        }
        _ => &[],
    }
}

/// Returns the UIDs that take the place of those in a value: with one key a UID has one successor,
/// whatever the file, so that references hold. UIDs of the standard stay.
pub fn replaced_uids(value: &[u8], key: &PseudonymKey) -> Vec<u8> {
    let text = String::from_utf8_lossy(value);
    let uids = text.split('\\').map(|uid| uid.trim_matches([' ', '\0']));
    let replaced = uids.map(|uid| replaced_uid(uid, key));
    let mut replaced = replaced.collect::<Vec<_>>().join("\\").into_bytes();
    if !replaced.len().is_multiple_of(2) {
        replaced.push(0);
    }
    replaced
}

fn replaced_uid(uid: &str, key: &PseudonymKey) -> String {
    if uid.is_empty() || uid.starts_with("1.2.840.10008.") {
        return uid.to_owned();
    }
    key.of_uid(uid)
}
