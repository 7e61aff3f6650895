//! What a header still says about the identity of its patient, and about its de-identification. No
//! value leaves this module that could identify a person.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io;
use std::sync::LazyLock;

use dicom_core::Tag;
use dicom_core::dictionary::{DataDictionary as _, DataDictionaryEntry as _};
use dicom_dictionary_std::{StandardDataDictionary, tags};

use super::deidentification::identifying_attributes;
use super::element::ElementEncoding;
use super::file::{DataSetStart, read_header};
use super::sequence_items::read_sequences;
use super::values::HeaderValues;
use super::window::FileWindow;
use crate::records::identifying::{self, MethodCode};
use crate::records::vendor;

/// The attributes that are read besides those that people type into.
const STATEMENTS: [Tag; 8] = [
    tags::SPECIFIC_CHARACTER_SET,
    tags::SOP_INSTANCE_UID,
    tags::MANUFACTURER,
    tags::PATIENT_NAME,
    tags::PATIENT_ID,
    tags::PATIENT_IDENTITY_REMOVED,
    tags::DEIDENTIFICATION_METHOD,
    tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED,
];

/// The attributes that people type into; a test finds a keyword that the dictionary lacks.
fn searched() -> &'static [Tag] {
    static SEARCHED: LazyLock<Vec<Tag>> = LazyLock::new(|| {
        let entries = identifying::searched_attributes();
        entries.filter_map(|keyword| Some(StandardDataDictionary.by_name(keyword)?.tag())).collect()
    });
    &SEARCHED
}

/// The attributes that are read, sorted.
fn wanted() -> &'static [Tag] {
    static WANTED: LazyLock<Vec<Tag>> = LazyLock::new(|| {
        let mut tags = [&STATEMENTS[..], searched()].concat();
        tags.sort_unstable();
        tags.dedup();
        tags
    });
    &WANTED
}

/// What a header says about the identity of its patient.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeaderIdentity {
    /// The vendor by `vendors.csv`; absent for others, whose text may hold anything.
    pub vendor: Option<String>,
    /// Keywords of the identifying attributes that are filled in, at any depth. Patient's Name is
    /// not among them where it is a placeholder or the same as Patient ID.
    pub identifying: BTreeSet<Cow<'static, str>>,
    /// Whether Patient's Name is filled in without the name of a person.
    pub has_placeholder_name: bool,
    /// The kind of personal number or name that Patient ID has the form of, in words.
    pub patient_id_form: Option<&'static str>,
    /// The kinds of personal data that descriptions have the form of, in words.
    pub description_forms: BTreeSet<&'static str>,
    /// Patient Identity Removed (0012,0062); absent when it is not recorded.
    pub identity_removed: Option<bool>,
    /// Whether De-identification Method (0012,0063) is filled in.
    pub has_method: bool,
    /// The codes of De-identification Method Code Sequence (0012,0064) that `deidentification_codes.csv` lists;
    /// none where the data set is deflated.
    pub method_codes: BTreeSet<MethodCode>,
    /// Longitudinal Temporal Information Modified (0028,0303): UNMODIFIED, MODIFIED or REMOVED.
    pub dates_modified: Option<String>,
    /// The root of SOP Instance UID in `uid_roots.csv`: its owner and origin.
    pub uid_root: Option<UidRoot>,
}

/// A root of UIDs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UidRoot {
    /// Who has it.
    pub owner: &'static str,
    /// Whether a device gives UIDs below it; a root of derived UIDs otherwise.
    pub is_of_device: bool,
}

impl HeaderIdentity {
    /// Reads the header of the DICOM file in `window`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(window: &mut FileWindow<'_>) -> io::Result<Self> {
        let mut identifying = identifying_attributes(window)?;
        let header = read_header(window, wanted(), HeaderValues::default())?;
        let method_codes = match header.deflated_from {
            Some(_) => BTreeSet::new(),
            None => method_codes(window, header.encoding)?,
        };
        let text = |tag| header.text(tag).filter(|text| !text.is_empty());
        let (name, id) = (text(tags::PATIENT_NAME), text(tags::PATIENT_ID));
        let is_pseudonym = |name: &str| identifying::is_pseudonym(name, id.as_deref());
        let has_placeholder_name = name.as_deref().is_some_and(is_pseudonym);
        if has_placeholder_name {
            identifying.remove("PatientName");
        }
        let dates = text(tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED);
        let known = ["UNMODIFIED", "MODIFIED", "REMOVED"];
        Ok(Self {
            vendor: text(tags::MANUFACTURER)
                .map(|maker| vendor::vendor(&maker))
                .filter(|vendor| vendor.known)
                .map(|vendor| vendor.name),
            identifying,
            has_placeholder_name,
            patient_id_form: id
                .as_deref()
                .and_then(identifying::mask_text)
                .map(|masked| masked.kind),
            description_forms: searched()
                .iter()
                .filter_map(|tag| identifying::mask_text(&text(*tag)?))
                .map(|masked| masked.kind)
                .collect(),
            identity_removed: header.flag(tags::PATIENT_IDENTITY_REMOVED),
            has_method: text(tags::DEIDENTIFICATION_METHOD).is_some(),
            method_codes,
            dates_modified: dates
                .map(Cow::into_owned)
                .filter(|text| known.contains(&text.as_str())),
            uid_root: text(tags::SOP_INSTANCE_UID).and_then(|uid| uid_root(&uid)),
        })
    }
}

fn method_codes(
    window: &mut FileWindow<'_>,
    encoding: ElementEncoding,
) -> io::Result<BTreeSet<MethodCode>> {
    let start = DataSetStart::find(window)?.offset;
    let wanted = [tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE];
    let sequences = read_sequences(window, start, encoding, &wanted)?;
    let items = sequences.iter().flat_map(|(_, items)| items);
    let values: Vec<String> = items.filter_map(|item| item.text(tags::CODE_VALUE)).collect();
    let known = identifying::method_codes();
    Ok(known.filter(|known| values.iter().any(|value| value == known.code)).collect())
}

fn uid_root(uid: &str) -> Option<UidRoot> {
    let (owner, origin) = identifying::uid_root(uid)?;
    Some(UidRoot { owner, is_of_device: origin == "device" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_searched_attribute_is_in_the_dictionary() {
        assert_eq!(searched().len(), identifying::searched_attributes().count());
        assert!(searched().contains(&tags::STUDY_DESCRIPTION) && searched().len() > 10);
    }
}
