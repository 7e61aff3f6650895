//! What a report holds, before it is drawn.

use super::pictures::CasePicture;
use super::section::{ReportOutline, SectionSpec};
use super::table::ReportTable;
use super::verdict::ReportVerdict;
use crate::language::Language;

/// A section with its rows.
#[derive(Debug, Clone)]
pub(super) struct FilledSection {
    pub spec: SectionSpec,
    /// The rows as shown, those of an earlier snapshot beside them where requested.
    pub table: ReportTable,
    /// The rows of the picture: those of this snapshot alone.
    pub drawn: ReportTable,
    /// The SQL or command to copy.
    pub origin: SectionOrigin,
    /// Why there are no rows.
    pub blank: Option<String>,
    /// Whether counts are withheld.
    pub withheld: bool,
    /// Pictures of the cases of its rows.
    pub pictures: Vec<CasePicture>,
}

/// How a reader gets the rows of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SectionOrigin {
    Sql(String),
    Command(String),
}

/// An earlier snapshot whose numbers are shown beside.
#[derive(Debug, Clone)]
pub(super) struct ComparedSnapshot {
    pub snapshot: u32,
    pub verdict: ReportVerdict,
}

/// A report.
#[derive(Debug, Clone)]
pub struct ReportPage {
    pub(super) language: Language,
    pub(super) subject: String,
    pub(super) source_line: String,
    pub(super) snapshot: u32,
    pub(super) compared: Option<ComparedSnapshot>,
    pub(super) min_cell: u64,
    pub(super) label: String,
    pub(super) verdict: ReportVerdict,
    pub(super) outline: ReportOutline,
    pub(super) sections: Vec<FilledSection>,
}
