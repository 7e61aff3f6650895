//! How one delivery is laid out: which case a file or row belongs to, what headers are called,
//! where contours have their origin. `schema/profiles/*.toml`, or a file of the user's own.

mod case_name;
mod case_rules;
mod choice;
mod definition;
mod file_names;
mod groups;
mod key_file;
mod library;
mod pseudonym;
mod template;

pub use case_name::{CaseName, CaseVerdict, RecentPatientIds};
pub use choice::{GENERIC, best_profile};
pub use definition::{
    AnnotationRules, IdHashing, Origin, Profile, ProfileGroup, RuleSource, TableGrain,
    WorkbookRules, YAxis,
};
pub use key_file::{KeyFileError, PseudonymKeyFile};
pub use library::ProfileError;
pub use pseudonym::PseudonymKey;

#[cfg(test)]
mod tests;
