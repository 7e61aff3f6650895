//! Views, keys, deliveries and columns, as file names and headers spell them.

use super::definition::{ExtraColumn, Profile};
use crate::records::column::ClinicalColumn;
use crate::records::text;
use crate::records::view::{self, SideView};
use crate::sources::path_parts;

impl Profile {
    /// The view that a file's name says.
    pub fn pane(&self, path: &str) -> Option<SideView> {
        if let Some(pattern) = &self.files.view {
            return view::pane(pattern.captures(path)?.name("view")?.as_str());
        }
        view::pane(path_parts::stem(path))
    }

    /// The key by which a clinical row with one row per image names a file.
    pub fn file_key<'p>(&self, path: &'p str) -> Option<&'p str> {
        match &self.files.key {
            Some(pattern) => Some(pattern.captures(path)?.name("key")?.as_str()),
            None => Some(path_parts::stem(path)),
        }
    }

    /// The views that every case should have.
    pub fn expected_views(&self) -> &[String] {
        &self.files.expected_views
    }

    /// Whether the profile itself names this header for the column.
    pub fn names_column(&self, column: ClinicalColumn, header: &str) -> bool {
        let key = text::key(header);
        let mut columns = self.workbook.columns.iter().filter(|(name, _)| name.0 == column);
        columns.any(|(_, spellings)| spellings.iter().any(|spelling| text::key(spelling) == key))
    }

    /// The column that a header means here.
    pub fn column(&self, header: &str) -> Option<ClinicalColumn> {
        let key = text::key(header);
        let mut spelt = self
            .workbook
            .columns
            .iter()
            .filter(|(_, spellings)| spellings.iter().any(|s| text::key(s) == key));
        let column = spelt.next().map(|(name, _)| name.0);
        column.or_else(|| ClinicalColumn::from_header(header))
    }

    /// The place among the profile's own columns of the one that a header means.
    pub fn extra_column(&self, header: &str) -> Option<usize> {
        let key = text::key(header);
        let is_its_header =
            |column: &ExtraColumn| column.headers.iter().any(|h| text::key(h) == key);
        self.workbook.extra.iter().position(is_its_header)
    }

    /// The delivery that a path names.
    pub fn delivery(&self, path: &str) -> Option<String> {
        let captures = self.annotation.delivery.as_ref()?.captures_iter(path).last()?;
        Some(captures.get(1)?.as_str().to_owned())
    }
}
