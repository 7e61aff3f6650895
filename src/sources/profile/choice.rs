//! The profile that fits a data set, by the paths of its files.

use super::definition::{Profile, RuleSource};
use super::library::ProfileError;
use crate::records::side_file::SideFile;
use crate::sources::files::FileTable;
use crate::sources::path_parts;

/// Paths that are compared with the rules; more would not change the choice.
const MOST_PATHS: usize = 400;
/// The profile for a data set that no other one fits.
pub const GENERIC: &str = "generic";

/// The profile whose rules name a case for most paths; the generic one unless a tenth fits. Paths of
/// tables, annotations and side files count only where there are no others: a profile that names no
/// image is of no use.
///
/// # Errors
/// When the generic profile is not among the built-in ones.
pub fn best_profile(files: &FileTable, candidates: Vec<Profile>) -> Result<Profile, ProfileError> {
    let images = files.places(may_be_image);
    let places = if images.is_empty() { (0..files.len()).collect() } else { images };
    let step = places.len().div_ceil(MOST_PATHS).max(1);
    let sample = places.into_iter().step_by(step).filter_map(|place| files.get(place));
    let paths: Vec<String> = sample.map(|file| file.rule_path().into_owned()).collect();
    let specific = candidates.into_iter().filter(|profile| profile.name != GENERIC);
    let scored = specific.map(|profile| (profile.fit(paths.iter().map(|p| &**p)), profile));
    // Of two that fit alike the first by name.
    let best = scored.reduce(|a, b| if b.0 > a.0 { b } else { a });
    match best {
        Some((score, profile)) if score > 0 && score * 10 >= paths.len() => Ok(profile),
        _ => Profile::find(GENERIC),
    }
}

/// Whether a file may be an image, by its name.
fn may_be_image(path: &str) -> bool {
    let other = ["xlsx", "xls", "xlsb", "xlsm", "ods", "csv", "tsv", "json", "xml", "txt", "md"];
    let is_side_file = SideFile::from_name(path_parts::file_name(path)).is_some();
    !is_side_file && !other.contains(&path_parts::extension(path).as_str())
}

impl Profile {
    /// How many of the paths a rule of this profile names a case for.
    fn fit<'a>(&self, paths: impl Iterator<Item = &'a str>) -> usize {
        let rules: Vec<_> =
            self.cases.iter().filter(|rule| rule.from == RuleSource::Path).collect();
        paths.filter(|path| rules.iter().any(|rule| rule.pattern.is_match(path))).count()
    }
}
