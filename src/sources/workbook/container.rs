//! The kind of container that a table comes in, by its content.

use std::io::Cursor;

use super::package;
use crate::sources::sniff;

/// The file format of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableContainer {
    /// Office Open XML.
    Xlsx,
    /// Binary Excel 2007.
    Xlsb,
    /// Excel 97, or an encrypted workbook.
    Xls,
    /// OpenDocument.
    Ods,
    /// Comma, semicolon or tab between cells.
    Text,
}

/// What kind of table these bytes are, by content; absent for a ZIP archive of another kind.
/// Text is a table only when the caller knows that it is: its content does not say so.
pub fn container(bytes: &[u8]) -> Option<TableContainer> {
    if sniff::is_ole(bytes) {
        return Some(TableContainer::Xls);
    }
    if !sniff::is_zip_member(bytes) {
        return None;
    }
    package::check_directory(bytes).ok()?;
    let archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let names: Vec<_> = archive.file_names().flatten().collect();
    container_of(names.iter().map(AsRef::as_ref))
}

/// What kind of spreadsheet a ZIP archive with members of these names is.
pub fn container_of<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Option<TableContainer> {
    let has = |name: &str| names.clone().any(|n| n.eq_ignore_ascii_case(name));
    if has("xl/workbook.bin") {
        Some(TableContainer::Xlsb)
    } else if has("xl/workbook.xml") || has("[Content_Types].xml") {
        Some(TableContainer::Xlsx)
    } else if has("content.xml") {
        Some(TableContainer::Ods)
    } else {
        None
    }
}
