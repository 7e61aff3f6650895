//! Whether an image is a mammogram, of which type, and why it is not a standard view: by the rules of
//! `schema/vocabulary`.

use dicom_dictionary_std::{tags, uids};

use super::rules::{HeaderRules, RuleFacts};

/// The sum of weights from which an image is a mammogram.
const ENOUGH: i32 = 3;
/// The weight of evidence that decides alone, for or against.
const DECISIVE: i32 = 50;

/// What an object is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectKind {
    /// A mammogram.
    Mammogram,
    /// The directory of a medium.
    Directory,
    /// Another kind of object, with the names of what indicates a breast all the same.
    Other {
        /// Evidence for a mammogram, as `schema/vocabulary/mammogram_evidence.csv` names it.
        evidence: Vec<&'static str>,
        /// Whether modality or class are those of another kind of examination.
        is_certain: bool,
    },
}

/// Weighs the evidence of `schema/vocabulary/mammogram_evidence.csv`.
pub fn decide(facts: &RuleFacts<'_>) -> ObjectKind {
    let header = facts.header;
    if header.sop_class().as_deref() == Some(uids::MEDIA_STORAGE_DIRECTORY_STORAGE) {
        return ObjectKind::Directory;
    }
    let is_image = header.unsigned_short(tags::ROWS).is_some();
    let (mut sum, mut evidence, mut is_certain) = (0, Vec::new(), false);
    for rule in HeaderRules::get().evidence.iter().filter(|rule| facts.satisfy(rule)) {
        // A class of mammography needs no rows: the file may be cut.
        if rule.weight > DECISIVE && (is_image || rule.result == "mammography class") {
            return ObjectKind::Mammogram;
        }
        sum += rule.weight.min(DECISIVE);
        is_certain |= rule.weight <= -DECISIVE;
        if rule.weight > 0 {
            evidence.push(rule.result);
        }
    }
    if is_image && !is_certain && sum >= ENOUGH {
        return ObjectKind::Mammogram;
    }
    ObjectKind::Other { evidence, is_certain }
}

/// The type by the first rule of `schema/vocabulary/mammogram_types.csv` that holds;
/// absent where none does, or one that says that it is unknown.
pub fn mammogram_type(facts: &RuleFacts<'_>) -> Option<&'static str> {
    let rule = HeaderRules::get().types.iter().find(|rule| facts.satisfy(rule));
    rule.map(|rule| rule.result).filter(|result| *result != "unknown")
}

/// Why the image is a special view, by the rules of `schema/vocabulary/special_views.csv`.
pub fn special_view_signs(facts: &RuleFacts<'_>) -> Vec<&'static str> {
    HeaderRules::get()
        .special_views
        .iter()
        .filter(|rule| facts.satisfy(rule))
        .map(|rule| rule.result)
        .collect()
}
