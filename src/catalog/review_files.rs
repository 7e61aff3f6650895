//! The files that the view `reviews` reads: `reviews/NAME.jsonl` in the catalog's folder.

use std::path::{Path, PathBuf};

use crate::disk::stays_in;
use crate::sql::{literal, path_pattern};

/// The view that reads them.
pub(super) const REVIEWS: &str = "reviews";
/// Their place in the text of the view.
const PLACE: &str = "'reviews/*.jsonl'";
/// The files of a catalog, sorted; none for an engine without a catalog, whose folder is empty.
pub(super) fn review_files(dir: &Path) -> Vec<PathBuf> {
    if dir.as_os_str().is_empty() {
        return Vec::new();
    }
    let entries = std::fs::read_dir(dir.join(REVIEWS)).into_iter().flatten().flatten();
    // A pipe would be waited for without end, a hidden file is not whole, and a link may lead out of the catalog.
    let is_review = |path: &PathBuf| {
        let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        !hidden
            && path.extension().is_some_and(|ending| ending == "jsonl")
            && path.is_file()
            && stays_in(dir, path)
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_review).collect();
    files.sort();
    files
}

/// The text of a view with these files in place of the pattern. DuckDB refuses an empty list:
/// `without_verdicts` is read where there are none, a file of which no line is a verdict.
pub(super) fn with_files(sql: &str, files: &[PathBuf], without_verdicts: &Path) -> String {
    let files = if files.is_empty() { &[without_verdicts.to_owned()] } else { files };
    let patterns = files.iter().filter_map(|file| path_pattern(file));
    let list: Vec<String> = patterns.map(|pattern| literal(&pattern)).collect();
    sql.replace(PLACE, &format!("[{}]", list.join(", ")))
}
