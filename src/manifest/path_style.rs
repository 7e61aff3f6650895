//! How a manifest names the files of the data set.

use std::borrow::Cow;

use super::error::ManifestError;
use super::image_root::ImageRoot;
use super::request::PathNaming;
use crate::disk::{io_error, relative};
use crate::results::escape::FORMULA;
use crate::sql::literal;

/// The prefix that makes a path of the catalog a path of the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PathStyle {
    before: String,
}

impl PathStyle {
    /// For a data set at `root`. The absolute path of an object is its address.
    ///
    /// # Errors
    /// When a folder is not there, or its path is not UTF-8.
    pub fn new(paths: &PathNaming, root: &ImageRoot) -> Result<Self, ManifestError> {
        let folder = match paths {
            PathNaming::Relative => return Ok(Self { before: String::new() }),
            PathNaming::Under(address) => {
                return Ok(Self { before: format!("{}/", address.trim_end_matches('/')) });
            }
            PathNaming::Absolute => match root.folder() {
                Some(folder) => std::path::absolute(folder).map_err(io_error("find", folder))?,
                None => root.path().to_owned(),
            },
            PathNaming::To(folder) => {
                let root = root.folder().ok_or_else(|| {
                    let why = "--relative-to: no path leads from a folder to a store: use --paths";
                    ManifestError::Request(why.to_owned())
                })?;
                relative(
                    &folder.canonicalize().map_err(io_error("find", folder))?,
                    &root.canonicalize().map_err(io_error("find", root))?,
                )
            }
        };
        let text = folder.to_str().ok_or_else(|| {
            ManifestError::Request(format!("{} is not UTF-8: use relative paths", folder.display()))
        })?;
        let before = if text.is_empty() { String::new() } else { format!("{text}/") };
        Ok(Self { before })
    }

    /// The path as the manifest has it.
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.before)
    }

    /// Whether a row of a table has the path as the catalog has it.
    pub fn keeps(&self, path: &str, csv: bool) -> bool {
        self.before.is_empty() && !(csv && path.starts_with(FORMULA))
    }

    /// The path as a row of a table has it, in CSV with `./` before what a spreadsheet would run.
    pub fn row_path(&self, path: &str, csv: bool) -> String {
        let safe = csv && self.before.is_empty() && path.starts_with(FORMULA);
        if safe { format!("./{path}") } else { self.path(path) }
    }

    /// The path of the data set behind a path as a row of a table has it; absent when it is not of this
    /// form.
    pub fn original<'a>(&self, listed: &'a str, csv: bool) -> Option<&'a str> {
        let path = listed.strip_prefix(&self.before)?;
        let is_marked = csv && self.before.is_empty();
        Some(path.strip_prefix("./").filter(|_| is_marked).unwrap_or(path))
    }

    /// The same in SQL.
    pub fn sql(&self, column: &str) -> String {
        if self.before.is_empty() {
            column.to_owned()
        } else {
            format!("{} || {column}", literal(&self.before))
        }
    }

    /// The same in SQL for CSV, like [`csv_path`].
    pub fn csv_sql(&self, column: &str) -> String {
        if !self.before.is_empty() {
            return self.sql(column);
        }
        let marks: Vec<String> =
            FORMULA.iter().map(|c| format!("chr({})", u32::from(*c))).collect();
        format!(
            "CASE WHEN {column}[1] IN ({}) THEN './' || {column} ELSE {column} END",
            marks.join(", ")
        )
    }
}

/// A path as CSV has it: with `./` before one that a spreadsheet would run. That names the same file,
/// where an apostrophe would name another one.
pub(super) fn csv_path(path: &str) -> Cow<'_, str> {
    if path.starts_with(FORMULA) { Cow::Owned(format!("./{path}")) } else { Cow::Borrowed(path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_a_spreadsheet_would_run_names_the_same_file() {
        for (path, shown) in [("=a/b.dcm", "./=a/b.dcm"), ("-5", "./-5"), ("a/=b", "a/=b")] {
            assert_eq!(csv_path(path), shown);
        }
    }
}
