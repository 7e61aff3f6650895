//! A sheet of an exported workbook.

/// A sheet of a workbook that was written.
#[derive(Debug)]
pub struct ExportedSheet {
    /// Its name.
    pub name: String,
    /// The table, view, cohort or split.
    pub relation: String,
    /// Its rows, without the header.
    pub rows: u64,
    /// The columns with cells that were left empty, since Excel takes no text so long, and their number.
    pub omitted: Vec<(String, u64)>,
}
