//! How one delivery is laid out: which case a file or row belongs to, what headers are called,
//! where contours have their origin. `schema/profiles/*.toml`, or a file of the user's own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use regex::{Captures, Regex};
use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};

use super::annotation::Fields;
use crate::records::column::Column;
use crate::records::diagnosis::Diagnosis;
use crate::records::text;
use crate::records::view::{self, Pane};

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

/// One delivery's layout.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// What it is for, in one line.
    pub title: String,
    /// The groups of cases.
    #[serde(default, rename = "group")]
    pub groups: Vec<Group>,
    /// Which case something belongs to, in order of preference.
    #[serde(rename = "case")]
    cases: Vec<CaseRule>,
    /// What file names say.
    #[serde(default)]
    files: Files,
    /// Clinical tables.
    #[serde(default)]
    pub workbook: Workbook,
    /// Annotation files.
    pub annotation: Annotations,
}

/// A group of cases.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// As case IDs write it.
    pub name: String,
    /// What its members have.
    #[serde(deserialize_with = "diagnosis")]
    pub diagnosis: Diagnosis,
    /// What sheets, files, folders and IDs call it; case ignored.
    pub spellings: Vec<String>,
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// The file's path relative to the root.
    Path,
    /// Patient ID (0010,0020).
    PatientId,
    /// The annotation file's own case field.
    Annotation,
    /// The ID cell of a clinical table.
    Workbook,
}

/// When an ID is replaced by a hash of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hashed {
    /// The rule's pattern makes sure that it identifies no one.
    #[default]
    Never,
    /// Unless Patient Identity Removed (0012,0062) is YES.
    UnlessIdentityRemoved,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseRule {
    from: From,
    #[serde(deserialize_with = "regex")]
    pattern: Regex,
    case_id: String,
    #[serde(default)]
    hashed: Hashed,
    #[serde(default)]
    weight: Weight,
}

/// What a rule's word is worth beside another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Weight {
    /// Where it contradicts an earlier rule, that is worth an issue.
    #[default]
    Evidence,
    /// It speaks where no other rule does.
    Fallback,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Files {
    #[serde(default, deserialize_with = "maybe_regex")]
    view: Option<Regex>,
    #[serde(default, deserialize_with = "maybe_regex")]
    key: Option<Regex>,
    #[serde(default)]
    expected_views: Vec<String>,
}

/// What one row of a clinical table is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    /// A case.
    #[default]
    Case,
    /// One breast of a case.
    Side,
    /// One image.
    Image,
}

/// Clinical tables.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workbook {
    /// What one row is about.
    #[serde(default)]
    pub grain: Grain,
    /// Spellings of headers besides those of `schema/vocabulary/headers.csv`, by column.
    #[serde(default)]
    columns: BTreeMap<String, Vec<String>>,
}

/// Where coordinates begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Corner {
    /// The image's centre.
    Centre,
    /// Its top left corner.
    TopLeft,
}

/// Where y grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Upright {
    /// Towards the bottom of the image.
    Down,
    /// Towards its top.
    Up,
}

/// Annotation files.
#[derive(Debug, Clone, Deserialize)]
pub struct Annotations {
    /// What the fields are called.
    #[serde(flatten)]
    pub fields: Fields,
    /// Where coordinates begin.
    pub origin: Corner,
    /// Where y grows.
    pub y: Upright,
    /// What in a path names the delivery; the greatest is the newest.
    #[serde(default, deserialize_with = "maybe_regex")]
    delivery: Option<Regex>,
}

fn regex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Regex, D::Error> {
    let text = String::deserialize(deserializer)?;
    Regex::new(&text).map_err(serde::de::Error::custom)
}

fn maybe_regex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Regex>, D::Error> {
    regex(deserializer).map(Some)
}

fn diagnosis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Diagnosis, D::Error> {
    let text = String::deserialize(deserializer)?;
    let none = || serde::de::Error::custom(format!("{text:?} is no diagnosis"));
    Diagnosis::parse(&text).ok_or_else(none)
}

/// Which case something belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseVerdict {
    /// What the first rule that matched says.
    pub case_id: String,
    /// What a later rule says against it.
    pub against: Option<String>,
}

impl Profile {
    /// Reads a profile's text.
    pub fn parse(name: &str, text: &str) -> Result<Self, ProfileError> {
        let malformed = |reason: String| ProfileError::Malformed { name: name.to_owned(), reason };
        let profile: Self = toml::from_str(text).map_err(|e| malformed(e.to_string()))?;
        for column in profile.workbook.columns.keys() {
            if Column::from_name(column).is_none() {
                return Err(malformed(format!("[workbook.columns] has no column {column:?}")));
            }
        }
        Ok(profile)
    }

    /// The profiles that come with the program, sorted by name.
    pub fn built_in() -> Vec<Self> {
        let read = |(name, text): &(&str, &str)| Self::parse(name, text).ok(); // a test reads each
        crate::schema::PROFILES.iter().filter_map(read).collect()
    }

    /// The profile of that name, or in that file.
    pub fn find(name: &str) -> Result<Self, ProfileError> {
        if let Some((_, text)) = crate::schema::PROFILES.iter().find(|(n, _)| *n == name) {
            return Self::parse(name, text);
        }
        let path = Path::new(name);
        if !path.exists() {
            let known: Vec<&str> = crate::schema::PROFILES.iter().map(|(name, _)| *name).collect();
            let known = known.join(", ");
            return Err(ProfileError::Unknown { name: name.to_owned(), known });
        }
        let text = std::fs::read_to_string(path)
            .map_err(|source| ProfileError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(name, &text)
    }

    /// How many of the paths a rule of this profile names a case for.
    pub fn fit<'a>(&self, paths: impl Iterator<Item = &'a str>) -> usize {
        let rules: Vec<_> = self.cases.iter().filter(|rule| rule.from == From::Path).collect();
        paths.filter(|path| rules.iter().any(|rule| rule.pattern.is_match(path))).count()
    }

    /// The case of an image, by its path and Patient ID in the order of the rules.
    pub fn image_case(
        &self,
        path: &str,
        patient_id: Option<&str>,
        identity_removed: bool,
    ) -> Option<CaseVerdict> {
        let mut said = self.cases.iter().filter_map(|rule| {
            let weight = rule.weight;
            let text = match rule.from {
                From::Path => Some(path),
                From::PatientId => patient_id,
                From::Annotation | From::Workbook => None,
            }?;
            let case = self.apply(rule, text, None)?;
            let hide = rule.hashed == Hashed::UnlessIdentityRemoved && !identity_removed;
            Some((if hide { pseudonym(&case) } else { case }, weight))
        });
        let (case_id, _) = said.next()?;
        let against = said.find(|(other, weight)| *weight == Weight::Evidence && *other != case_id);
        let against = against.map(|(other, _)| other);
        Some(CaseVerdict { case_id, against })
    }

    /// The case that a text names by the rules for `from`; `group` is the group known otherwise.
    pub fn case(&self, from: From, text: &str, group: Option<&Group>) -> Option<String> {
        let rules = self.cases.iter().filter(|rule| rule.from == from);
        rules.into_iter().find_map(|rule| self.apply(rule, text.trim(), group))
    }

    /// Whether a path names a case only for want of anything better.
    pub fn is_fallback(&self, path: &str) -> bool {
        let mut rules = self.cases.iter().filter(|rule| rule.from == From::Path);
        rules
            .find(|rule| rule.pattern.is_match(path))
            .is_some_and(|rule| rule.weight == Weight::Fallback)
    }

    fn apply(&self, rule: &CaseRule, text: &str, group: Option<&Group>) -> Option<String> {
        let found = rule.pattern.captures(text)?;
        let named = found.name("group").and_then(|g| self.group(g.as_str()));
        fill(&rule.case_id, &found, named.or(group))
    }

    /// The group that a word names.
    pub fn group(&self, word: &str) -> Option<&Group> {
        let word = word.to_lowercase();
        self.groups.iter().find(|g| g.spellings.iter().any(|s| s.to_lowercase() == word))
    }

    /// The group that a sheet, file or folder is called after: the longest spelling that stands in
    /// the name as a word.
    pub fn group_in(&self, name: &str) -> Option<&Group> {
        let name = text::fold(name).to_lowercase();
        let spelled = self.groups.iter().flat_map(|g| g.spellings.iter().map(move |s| (s, g)));
        let mut found: Vec<(usize, &Group)> = spelled
            .filter(|(spelling, _)| stands_in(&name, &spelling.to_lowercase()))
            .map(|(spelling, group)| (spelling.len(), group))
            .collect();
        found.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
        found.first().map(|(_, group)| *group)
    }

    /// The group whose name begins a case ID such as `Cancer_00001`.
    pub fn group_of_case(&self, case_id: &str) -> Option<&Group> {
        let (name, _) = case_id.rsplit_once('_')?;
        self.groups.iter().find(|g| g.name == name)
    }

    /// The group whose spelling is a folder of the path.
    pub fn group_of_path(&self, path: &str) -> Option<&Group> {
        path.rsplit('/').skip(1).find_map(|folder| self.group(folder))
    }

    /// The view that a file's name says.
    pub fn pane(&self, path: &str) -> Option<Pane> {
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
    pub fn column(&self, header: &str) -> Option<Column> {
        let key = text::key(header);
        let own = self.workbook.columns.iter();
        let mut own = own.filter(|(_, spellings)| spellings.iter().any(|s| text::key(s) == key));
        let own = own.next().and_then(|(name, _)| Column::from_name(name));
        own.or_else(|| Column::from_header(header))
    }

    /// The delivery that a path names.
    pub fn delivery(&self, path: &str) -> Option<String> {
        let found = self.annotation.delivery.as_ref()?.captures_iter(path).last()?;
        Some(found.get(1)?.as_str().to_owned())
    }
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

/// Fills `{name}` and `{number:05}`; none where a name has nothing to say.
fn fill(template: &str, found: &Captures<'_>, group: Option<&Group>) -> Option<String> {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, tail)) = rest.split_once('{') {
        text.push_str(before);
        let (name, after) = tail.split_once('}')?;
        let (name, width) = name.split_once(':').unwrap_or((name, ""));
        let value = match (name, group) {
            ("group", group) => group?.name.as_str(),
            _ => found.name(name)?.as_str(),
        };
        let width: usize = width.trim_start_matches('0').parse().unwrap_or(0);
        text.extend(std::iter::repeat_n('0', width.saturating_sub(value.len())));
        text.push_str(value);
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_profile_reads() {
        assert_eq!(Profile::built_in().len(), crate::schema::PROFILES.len());
    }

    #[test]
    fn cases_of_the_release_are_found_everywhere() {
        let ncc = Profile::find("ncc").unwrap();
        let case = |path, id| ncc.image_case(path, id, false).map(|v| v.case_id);
        assert_eq!(case("dcm/Cancer/Cancer_00001/LCC.dcm", None).as_deref(), Some("Cancer_00001"));
        assert_eq!(
            case("dcm/Benign_additional/Benign_additional_00012/x.dcm", None).as_deref(),
            Some("Benign_additional_00012")
        );
        assert_eq!(case("a/b.dcm", Some("normal_7")).as_deref(), Some("Normal_00007"));
        assert_eq!(case("a/b.dcm", Some("Hong Gildong")), None);
        let verdict = ncc.image_case("Cancer_00001/LCC.dcm", Some("Cancer_00002"), false).unwrap();
        assert_eq!(verdict.against.as_deref(), Some("Cancer_00002"));
        let cancer = ncc.group_in("01_악성군 임상정보");
        assert_eq!(ncc.case(From::Workbook, "1", cancer).as_deref(), Some("Cancer_00001"));
        assert_eq!(ncc.case(From::Workbook, "1", None), None);
        assert_eq!(ncc.group_in("Benign_additional.xlsx").unwrap().name, "Benign_additional");
        assert!(ncc.group_in("cancerous").is_none());
    }

    #[test]
    fn an_identifying_patient_id_becomes_a_hash() {
        let generic = Profile::find("generic").unwrap();
        let hidden = generic.image_case("a/b", Some("12345678"), false).unwrap().case_id;
        assert!(hidden.starts_with('P') && hidden.len() == 12 && !hidden.contains("12345678"));
        assert_eq!(generic.image_case("a/b", Some("anon-1"), true).unwrap().case_id, "anon-1");
    }
}
