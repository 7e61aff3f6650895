//! The groups that words, names and paths refer to.

use super::definition::{Profile, ProfileGroup};
use crate::records::text;

impl Profile {
    /// The group that a word names.
    pub fn group(&self, word: &str) -> Option<&ProfileGroup> {
        self.groups.iter().find(|g| g.spellings.iter().any(|s| same_word(s, word)))
    }

    /// The group that the name of a sheet, file or folder refers to: the one whose spelling is the longest
    /// word of the name.
    pub fn group_in(&self, name: &str) -> Option<&ProfileGroup> {
        let name = text::fold(name).to_lowercase();
        let spelled = self.groups.iter().flat_map(|g| g.spellings.iter().map(move |s| (s, g)));
        let mut found: Vec<(usize, &ProfileGroup)> = spelled
            .filter(|(spelling, _)| has_word(&name, &spelling.to_lowercase()))
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
}

/// Whether two words are the same but for their case.
fn same_word(a: &str, b: &str) -> bool {
    let plain = || a.is_ascii() && b.is_ascii();
    a.eq_ignore_ascii_case(b) || !plain() && a.to_lowercase() == b.to_lowercase()
}

/// Whether `word` occurs in `name` between ends, separators, or characters of another script.
fn has_word(name: &str, word: &str) -> bool {
    let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    name.match_indices(word).any(|(at, _)| {
        let (before, after) =
            (name[..at].chars().next_back(), name[at + word.len()..].chars().next());
        // Korean words take endings (`악성군`): they are looked for anywhere.
        !word.is_ascii() || !(latin(before) || latin(after))
    })
}
