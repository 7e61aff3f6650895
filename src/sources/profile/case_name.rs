//! Cases as rules name them.

use serde::{Deserialize, Serialize};

use super::definition::IdHashing;
use super::pseudonym::PseudonymKey;

/// The case of an image, and what contradicts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseVerdict {
    /// The case of the first rule that matched.
    pub case_id: String,
    /// Another case that a later rule names.
    pub against: Option<String>,
}

/// A case that a table or an annotation names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseName {
    /// The ID as its rule makes it.
    pub id: String,
    /// When it must be replaced by a pseudonym. Neither a table nor an annotation says whether
    /// the identity was removed: it was when images go by this ID.
    pub hashed: IdHashing,
}

impl CaseName {
    /// The ID that may be published; `is_image_case` says whether images have this ID.
    pub fn published_id(self, key: &PseudonymKey, is_image_case: impl Fn(&str) -> bool) -> String {
        if self.hashed == IdHashing::Never || is_image_case(&self.id) {
            self.id
        } else {
            self.masked(key)
        }
    }

    /// The pseudonym of the ID.
    pub fn masked(&self, key: &PseudonymKey) -> String {
        key.of_patient(&self.id)
    }
}

/// What each rule of a profile made of the latest Patient ID: the images of a case follow each other.
#[derive(Debug, Default)]
pub struct RecentPatientIds(Vec<Option<(String, Option<String>)>>);

impl RecentPatientIds {
    /// The case that the rule of this number makes of the ID; `make` is called for a new ID only.
    pub(super) fn case(
        &mut self,
        rule: usize,
        id: &str,
        make: impl FnOnce(&str) -> Option<String>,
    ) -> Option<String> {
        if self.0.len() <= rule {
            self.0.resize(rule + 1, None);
        }
        let last = &mut self.0[rule];
        if last.as_ref().is_none_or(|(of, _)| of != id) {
            *last = Some((id.to_owned(), make(id)));
        }
        last.as_ref().and_then(|(_, case)| case.clone())
    }
}
