//! How one delivery is laid out: which case a file or row belongs to, what headers are called,
//! where contours have their origin. `schema/profiles/*.toml`, or a file of the user's own.

mod definition;
mod template;

pub use definition::{
    AnnotationRules, IdHashing, Origin, Profile, ProfileGroup, RuleSource, TableGrain,
    WorkbookRules, YAxis,
};

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::records::column::ClinicalColumn;
use crate::records::text;
use crate::records::view::{self, SideView};
use definition::{CaseRule, RuleWeight};

/// A profile could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Neither a built-in name nor a file.
    #[error("no profile is called {name:?}: give a file, or one of {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// The file could not be read.
    #[error("cannot read the profile {path}: {source}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The text is no profile.
    #[error("profile {name}: {reason}")]
    Malformed {
        /// Which.
        name: String,
        /// Why, with the line where there is one.
        reason: String,
    },
}

/// Which case something belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseVerdict {
    /// What the first rule that matched says.
    pub case_id: String,
    /// What a later rule says against it.
    pub against: Option<String>,
}

/// A case that a table or an annotation names.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CaseName {
    /// The ID as its rule makes it.
    pub id: String,
    /// When it must be replaced by a hash of itself. Neither a table nor an annotation says whether
    /// the identity was removed: it was when images go by this ID.
    pub hashed: IdHashing,
}

impl CaseName {
    /// The ID that may be told; `known` says whether images go by an ID.
    pub fn told(self, known: impl Fn(&str) -> bool) -> String {
        if self.hashed == IdHashing::Never || known(&self.id) { self.id } else { self.masked() }
    }

    /// The hash of the ID.
    pub fn masked(&self) -> String {
        pseudonym(&self.id)
    }
}

/// What each rule of a profile made of the Patient ID that came last: the images of a case follow each
/// other.
#[derive(Debug, Default)]
pub struct RecentPatientIds(Vec<Option<(String, Option<String>)>>);

impl RecentPatientIds {
    fn case(
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

impl Profile {
    /// Reads a profile's text.
    ///
    /// # Errors
    /// When the text is no profile, with the line and what is allowed there.
    pub fn parse(name: &str, text: &str) -> Result<Self, ProfileError> {
        let malformed = |e: toml::de::Error| ProfileError::Malformed {
            name: name.to_owned(),
            reason: e.to_string().trim_end().to_owned(),
        };
        toml::from_str(text).map_err(malformed)
    }

    /// The profiles that come with the program, sorted by name.
    pub fn built_in() -> Vec<Self> {
        let read = |(name, text): &(&str, &str)| Self::parse(name, text).ok(); // a test reads each
        crate::schema::PROFILES.par_iter().filter_map(read).collect()
    }

    /// The profile of that name, or in that file.
    ///
    /// # Errors
    /// When there is none, or it is no profile.
    pub fn find(name: &str) -> Result<Self, ProfileError> {
        Self::parse(name, &Self::text(name)?)
    }

    /// The text of the profile of that name, or in that file, as it is written.
    ///
    /// # Errors
    /// When there is none.
    pub fn text(name: &str) -> Result<String, ProfileError> {
        if let Some((_, text)) = crate::schema::PROFILES.iter().find(|(n, _)| *n == name) {
            return Ok((*text).to_owned());
        }
        let path = Path::new(name);
        if !path.exists() {
            let known: Vec<&str> = crate::schema::PROFILES.iter().map(|(name, _)| *name).collect();
            let known = known.join(", ");
            return Err(ProfileError::Unknown { name: name.to_owned(), known });
        }
        std::fs::read_to_string(path)
            .map_err(|source| ProfileError::Unreadable { path: path.to_owned(), source })
    }

    /// How many of the paths a rule of this profile names a case for.
    pub fn fit<'a>(&self, paths: impl Iterator<Item = &'a str>) -> usize {
        let rules: Vec<_> =
            self.cases.iter().filter(|rule| rule.from == RuleSource::Path).collect();
        paths.filter(|path| rules.iter().any(|rule| rule.pattern.is_match(path))).count()
    }

    /// The case of an image, by its path and Patient ID in the order of the rules. `recent` is what this
    /// profile made of the images before.
    pub fn image_case(
        &self,
        path: &str,
        patient_id: Option<&str>,
        identity_removed: bool,
        recent: &mut RecentPatientIds,
    ) -> Option<CaseVerdict> {
        let mut said = self.cases.iter().enumerate().filter_map(|(number, rule)| {
            let weight = rule.weight;
            let case = match rule.from {
                RuleSource::Path => self.apply(rule, path, None),
                RuleSource::PatientId => {
                    recent.case(number, patient_id?, |id| self.apply(rule, id, None))
                }
                RuleSource::Annotation | RuleSource::Workbook => None,
            }?;
            let hide = rule.hashed == IdHashing::UnlessIdentityRemoved && !identity_removed;
            Some((if hide { pseudonym(&case) } else { case }, weight))
        });
        let (case_id, _) = said.next()?;
        let against =
            said.find(|(other, weight)| *weight == RuleWeight::Evidence && *other != case_id);
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

    /// Whether a rule for `from` stands in the profile.
    pub fn has_rule(&self, from: RuleSource) -> bool {
        self.cases.iter().any(|rule| rule.from == from)
    }

    /// Whether a path names a case only for want of anything better.
    pub fn is_fallback(&self, path: &str) -> bool {
        let mut rules = self.cases.iter().filter(|rule| rule.from == RuleSource::Path);
        rules
            .find(|rule| rule.pattern.is_match(path))
            .is_some_and(|rule| rule.weight == RuleWeight::Fallback)
    }

    fn apply(&self, rule: &CaseRule, text: &str, group: Option<&ProfileGroup>) -> Option<String> {
        let found = rule.pattern.captures(text)?;
        let named = rule.group.and_then(|part| self.group(found.get(part)?.as_str()));
        rule.case_id.fill(&found, named.or(group))
    }

    /// The group that a word names.
    pub fn group(&self, word: &str) -> Option<&ProfileGroup> {
        self.groups.iter().find(|g| g.spellings.iter().any(|s| same_word(s, word)))
    }

    /// The group that a sheet, file or folder is called after: the longest spelling that stands in
    /// the name as a word.
    pub fn group_in(&self, name: &str) -> Option<&ProfileGroup> {
        let name = text::fold(name).to_lowercase();
        let spelled = self.groups.iter().flat_map(|g| g.spellings.iter().map(move |s| (s, g)));
        let mut found: Vec<(usize, &ProfileGroup)> = spelled
            .filter(|(spelling, _)| stands_in(&name, &spelling.to_lowercase()))
            .map(|(spelling, group)| (spelling.len(), group))
            .collect();
        found.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
        found.first().map(|(_, group)| *group)
    }

    /// The group whose name begins a case ID such as `Cancer_00001`.
    pub fn group_of_case(&self, case_id: &str) -> Option<&ProfileGroup> {
        let (name, _) = case_id.rsplit_once('_')?;
        self.groups.iter().find(|g| g.name == name)
    }

    /// The group whose spelling is a folder of the path.
    pub fn group_of_path(&self, path: &str) -> Option<&ProfileGroup> {
        path.rsplit('/').skip(1).find_map(|folder| self.group(folder))
    }

    /// The view that a file's name says.
    pub fn pane(&self, path: &str) -> Option<SideView> {
        if let Some(pattern) = &self.files.view {
            return view::pane(pattern.captures(path)?.name("view")?.as_str());
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        view::pane(name.rsplit_once('.').map_or(name, |(stem, _)| stem))
    }

    /// The key by which a clinical row with one row per image names a file.
    pub fn file_key<'p>(&self, path: &'p str) -> Option<&'p str> {
        match &self.files.key {
            Some(pattern) => Some(pattern.captures(path)?.name("key")?.as_str()),
            None => {
                let name = path.rsplit('/').next().unwrap_or(path);
                Some(name.rsplit_once('.').map_or(name, |(stem, _)| stem))
            }
        }
    }

    /// The views that every case should have.
    pub fn expected_views(&self) -> &[String] {
        &self.files.expected_views
    }

    /// The column that a header means here.
    pub fn column(&self, header: &str) -> Option<ClinicalColumn> {
        let key = text::key(header);
        let own = self.workbook.columns.iter();
        let mut own = own.filter(|(_, spellings)| spellings.iter().any(|s| text::key(s) == key));
        let own = own.next().map(|(name, _)| name.0);
        own.or_else(|| ClinicalColumn::from_header(header))
    }

    /// The delivery that a path names.
    pub fn delivery(&self, path: &str) -> Option<String> {
        let found = self.annotation.delivery.as_ref()?.captures_iter(path).last()?;
        Some(found.get(1)?.as_str().to_owned())
    }
}

/// Whether two words are the same but for their case.
fn same_word(a: &str, b: &str) -> bool {
    let plain = || a.is_ascii() && b.is_ascii();
    a.eq_ignore_ascii_case(b) || !plain() && a.to_lowercase() == b.to_lowercase()
}

/// Whether `word` stands in `name` between ends, separators, or characters of another script.
fn stands_in(name: &str, word: &str) -> bool {
    let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    name.match_indices(word).any(|(at, _)| {
        let (before, after) =
            (name[..at].chars().next_back(), name[at + word.len()..].chars().next());
        // Korean words take endings (`악성군`): they are looked for anywhere.
        !word.is_ascii() || !(latin(before) || latin(after))
    })
}

/// An ID that cannot be read back: eleven hexadecimal digits of its SHA-256.
fn pseudonym(id: &str) -> String {
    let hash = Sha256::digest(id.as_bytes());
    let hex: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("P{}", &hex[..11])
}

#[cfg(test)]
mod tests;
