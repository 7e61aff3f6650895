//! The case of an image, a clinical row or an annotation, by the rules of a profile.

use super::case_name::{CaseName, CaseVerdict, RecentPatientIds};
use super::definition::{
    CaseRule, IdHashing, Profile, ProfileGroup, ReaderNaming, RuleSource, RuleWeight,
};
use super::pseudonym::PseudonymKey;

impl Profile {
    /// The case of an image, by its path and Patient ID in the order of the rules. `recent` is what this
    /// profile made of the images before.
    pub fn image_case(
        &self,
        path: &str,
        patient_id: Option<&str>,
        identity_removed: bool,
        recent: &mut RecentPatientIds,
    ) -> Option<CaseVerdict> {
        let mut answers = self.cases.iter().enumerate().filter_map(|(number, rule)| {
            let weight = rule.weight;
            let case = match rule.from {
                RuleSource::Path => self.apply(rule, path, None),
                RuleSource::PatientId => {
                    recent.case(number, patient_id?, |id| self.apply(rule, id, None))
                }
                RuleSource::Annotation | RuleSource::Workbook => None,
            }?;
            let hide = rule.hashed == IdHashing::UnlessIdentityRemoved && !identity_removed;
            Some((if hide { self.key.of_patient(&case) } else { case }, weight))
        });
        let (case_id, _) = answers.next()?;
        let against =
            answers.find(|(other, weight)| *weight == RuleWeight::Evidence && *other != case_id);
        let against = against.map(|(other, _)| other);
        Some(CaseVerdict { case_id, against })
    }

    /// The case that a text names by the rules for `from`; `group` is the group known otherwise.
    pub fn case(
        &self,
        from: RuleSource,
        text: &str,
        group: Option<&ProfileGroup>,
    ) -> Option<CaseName> {
        let mut rules = self.cases.iter().filter(|rule| rule.from == from);
        rules.find_map(|rule| {
            let id = self.apply(rule, text.trim(), group)?;
            Some(CaseName { id, hashed: rule.hashed })
        })
    }

    /// The name of a reader that may be published.
    pub fn published_reader(&self, name: String) -> String {
        match self.annotation.readers {
            ReaderNaming::AsWritten => name,
            ReaderNaming::Pseudonym => self.key.of_reader(&name),
        }
    }

    /// Whether the profile replaces IDs or names by pseudonyms, for which a key is needed.
    pub fn has_pseudonyms(&self) -> bool {
        self.annotation.readers == ReaderNaming::Pseudonym
            || self.cases.iter().any(|rule| rule.hashed != IdHashing::Never)
    }

    /// The profile with the key of its pseudonyms.
    pub fn with_key(self, key: PseudonymKey) -> Self {
        Self { key, ..self }
    }

    /// The key of its pseudonyms.
    pub fn key(&self) -> &PseudonymKey {
        &self.key
    }

    /// Whether the profile has a rule for `from`.
    pub fn has_rule(&self, from: RuleSource) -> bool {
        self.cases.iter().any(|rule| rule.from == from)
    }

    /// Whether a path names a case by a fallback rule.
    pub fn is_fallback(&self, path: &str) -> bool {
        let mut rules = self.cases.iter().filter(|rule| rule.from == RuleSource::Path);
        rules
            .find(|rule| rule.pattern.is_match(path))
            .is_some_and(|rule| rule.weight == RuleWeight::Fallback)
    }

    fn apply(&self, rule: &CaseRule, text: &str, group: Option<&ProfileGroup>) -> Option<String> {
        let captures = rule.pattern.captures(text)?;
        let named = rule.group.and_then(|part| self.group(captures.get(part)?.as_str()));
        rule.case_id.fill(&captures, named.or(group).map(|group| group.name.as_str()))
    }
}
