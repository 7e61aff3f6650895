//! What an export contains.

/// What the tables of an export are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportContent {
    /// Views that read the files of the catalog.
    Views,
    /// Copies of the rows, which need the catalog no more.
    Copies,
}
