//! The groups that words, names and paths refer to.

use super::definition::{Profile, ProfileGroup};
use crate::records::group_name::{self, GroupMention};

impl Profile {
    /// The group that a word names.
    pub fn group(&self, word: &str) -> Option<&ProfileGroup> {
        self.groups.iter().find(|g| g.spellings.iter().any(|s| same_word(s, word)))
    }

    /// The group that the name of a sheet, file or folder, or a cell, names as a whole word.
    pub fn group_in(&self, name: &str) -> Option<&ProfileGroup> {
        self.mention(name).named()
    }

    /// What a name says about groups: it names one, denies or leaves open which, or mentions none.
    pub fn mention(&self, name: &str) -> GroupMention<&ProfileGroup> {
        let indexed = self.groups.iter().enumerate();
        let spellings = indexed
            .flat_map(|(index, group)| group.spellings.iter().map(move |s| (s.as_str(), index)));
        match group_name::mention(name, spellings) {
            GroupMention::Named(index) => {
                self.groups.get(index).map_or(GroupMention::Absent, GroupMention::Named)
            }
            GroupMention::Unclear => GroupMention::Unclear,
            GroupMention::Absent => GroupMention::Absent,
        }
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
