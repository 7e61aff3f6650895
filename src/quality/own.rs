//! The checks of a catalog's own: the files `checks/NAME.sql` in its folder.

use std::fs;
use std::path::Path;

use super::check::{CheckOrigin, CheckRule, QualityCheck};
use super::{program, written};
use crate::disk::{open_regular, read_bounded, stays_in};
use crate::saved::SavedName;

/// A file that is longer is not read, in bytes.
const LONGEST: u64 = 1 << 20;

/// The checks of a catalog's folder, by name; a file that cannot be used is a check that says why.
pub(super) fn checks(catalog: &Path) -> Vec<QualityCheck> {
    let entries = fs::read_dir(catalog.join("checks")).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "sql"));
    paths.sort();
    paths.iter().map(|path| check(catalog, path)).collect()
}

fn check(catalog: &Path, path: &Path) -> QualityCheck {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let bytes = open_regular(path).and_then(|file| read_bounded(file, LONGEST));
    let text = bytes
        .map_err(|error| error.to_string())
        .and_then(|bytes| String::from_utf8(bytes).map_err(|_| "the file is not UTF-8".to_owned()));
    let mut check = written::read(&stem, text.as_deref().unwrap_or_default(), CheckOrigin::Catalog);
    let fault = match text {
        Err(reason) => Some(reason),
        Ok(_) if !stays_in(catalog, path) => {
            Some("it is a link that leads outside the catalog".to_owned())
        }
        Ok(_) if stem.parse::<SavedName>().is_err() => {
            Some("the name of the file is not a valid name for a check".to_owned())
        }
        Ok(_) if program::checks().iter().any(|other| other.name == stem) => {
            Some("the program has a check of that name".to_owned())
        }
        Ok(_) if stem == "waive" => Some("a check cannot be called waive".to_owned()),
        Ok(_) => None,
    };
    if let Some(reason) = fault {
        check.rule = CheckRule::Unusable(reason);
    }
    check
}
