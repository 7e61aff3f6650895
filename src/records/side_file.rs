//! Files that lie beside data and are not data, by their name: `schema/vocabulary/side_files.csv`.

use super::vocabulary::{field, rows};

/// A file that is not data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SideFile {
    /// Why it is ignored.
    pub reason: &'static str,
    /// Whether it is worth a finding; files that programs leave by themselves are not.
    pub is_finding: bool,
}

impl SideFile {
    /// The entry for a file name; absent for any other name.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.to_lowercase();
        let row = rows("side_files").iter().find(|row| {
            let text = field(row, 1);
            match field(row, 0) {
                "prefix" => name.starts_with(text),
                "suffix" => name.len() > text.len() && name.ends_with(text),
                _ => name == text,
            }
        })?;
        Some(Self { reason: field(row, 3), is_finding: field(row, 2) == "yes" })
    }
}
