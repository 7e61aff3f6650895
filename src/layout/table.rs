//! Clinical tables read with a profile: the headers it knows, the rows that name a case.

use crate::records::issue::IssueCode;
use std::collections::BTreeMap;

use super::trial::ProfileTrial;
use crate::records::column::ClinicalColumn;
use crate::records::text;
use crate::sources::archive::Archives;
use crate::sources::profile::Profile;
use crate::sources::source_file::{FileOrigin, SourceFile};
use crate::sources::source_root::{ReadExtent, SourceRoot};
use crate::sources::workbook::{self, OpenTable, SheetGrid, TableContainer, TableHeader};

/// Rows near the top of which one may be a header without a known column.
const SEARCHED_ROWS: usize = 40;

/// A table that opened.
#[derive(Debug)]
pub struct ProbedTable {
    path: String,
    table: OpenTable,
}

/// A header and its place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HeaderCell {
    /// File, relative to the root.
    pub file: String,
    /// `sheet!cell`.
    pub place: String,
    /// The header as read.
    pub header: String,
    /// The column that it resembles.
    pub like: Option<ClinicalColumn>,
}

/// The tables, read with one profile.
#[derive(Debug, Clone, Default)]
pub struct TableProbe {
    /// Sheets that are clinical tables: `file!sheet` and their rows.
    pub sheets: Vec<(String, usize)>,
    /// Sheets with text that are not clinical tables.
    pub others: Vec<String>,
    /// Headers without a column.
    pub unknown: Vec<HeaderCell>,
}

impl ProbedTable {
    /// Opens a table; absent when it cannot be opened, which is reported elsewhere.
    pub fn open(root: &SourceRoot, archives: &Archives<'_>, file: &SourceFile) -> Option<Self> {
        let bytes = match file.origin {
            FileOrigin::Member { index, .. } => {
                archives.member(file.place(), index).and_then(|member| member.whole()).ok()?
            }
            _ => {
                let open = root.open_file(file, ReadExtent::Whole).ok()?;
                open.whole(workbook::MOST_BYTES).ok()?
            }
        };
        let container = workbook::container(&bytes).unwrap_or(TableContainer::Text);
        let table = workbook::open(&bytes, container).ok()?;
        Some(Self { path: file.path.to_string(), table })
    }

    fn grids(&self) -> impl Iterator<Item = &SheetGrid> {
        self.table.sheets.iter().flatten()
    }

    /// Adds the table's headers and rows to a trial.
    pub fn count(&self, profile: &Profile, trial: &mut ProfileTrial) {
        for grid in self.grids() {
            if let Some(header) = workbook::closest(grid, profile) {
                trial.headers.part += header.columns.len();
                trial.headers.whole += header.columns.len() + header.unknown.len();
            } else if let Some((_, names)) = likely_header(grid) {
                trial.headers.whole += names.len();
            }
        }
        let mut issues = Vec::new();
        let mut named = 0;
        let tables =
            workbook::read(&self.table.sheets, profile, &self.path, &mut issues, |_| named += 1);
        let lost = issues.iter().filter(|issue| issue.code == IssueCode::RowWithoutCase).count();
        trial.rows.part += named;
        trial.rows.whole += named + lost;
        if tables == 0 {
            // Rows of a table whose header is not known name no case.
            let likely = self.grids().filter_map(|g| Some(g.height() - likely_header(g)?.0 - 1));
            trial.rows.whole += likely.sum::<usize>();
        }
    }

    fn label(&self, grid: &SheetGrid) -> String {
        grid.name().map_or_else(|| self.path.clone(), |name| format!("{}!{name}", self.path))
    }
}

/// Rows of every group's sheets.
pub fn rows_by_group(books: &[ProbedTable], profile: &Profile) -> BTreeMap<String, usize> {
    let mut rows = BTreeMap::new();
    for book in books {
        for grid in book.grids() {
            let group = workbook::group(grid, profile, &book.path);
            if let (Some(group), Some(header)) = (group, workbook::header(grid, profile)) {
                *rows.entry(group.name.clone()).or_default() += below(grid, &header);
            }
        }
    }
    rows
}

impl TableProbe {
    /// The tables, read with this profile.
    pub fn new(books: &[ProbedTable], profile: &Profile) -> Self {
        let mut tables = Self::default();
        for book in books {
            for grid in book.grids() {
                tables.add(book, grid, profile);
            }
        }
        tables
    }

    fn add(&mut self, book: &ProbedTable, grid: &SheetGrid, profile: &Profile) {
        match workbook::header(grid, profile) {
            Some(header) => self.sheets.push((book.label(grid), below(grid, &header))),
            None if grid.height() > 0 => self.others.push(book.label(grid)),
            None => {}
        }
        let (row, names) = match workbook::closest(grid, profile) {
            Some(header) => (header.first_row.saturating_sub(1), header.unknown),
            None => match likely_header(grid) {
                Some(found) => found,
                None => return,
            },
        };
        self.unknown.extend(names.into_iter().map(|(column, header)| HeaderCell {
            file: book.path.clone(),
            place: grid.address(row, column),
            like: ClinicalColumn::like(&header),
            header,
        }));
    }
}

/// Rows below a header that are not empty.
fn below(grid: &SheetGrid, header: &TableHeader) -> usize {
    let filled =
        |row: &usize| (0..grid.width()).any(|column| !text::is_blank(grid.text(*row, column)));
    (header.first_row..grid.height()).filter(filled).count()
}

/// The row near the top with most words, two at least: what may be a header.
fn likely_header(grid: &SheetGrid) -> Option<(usize, Vec<(usize, String)>)> {
    let words = |row: usize| -> Vec<(usize, String)> {
        let cells = (0..grid.width()).map(|column| (column, text::fold(grid.text(row, column))));
        cells.filter(|(_, text)| text.chars().any(char::is_alphabetic)).collect()
    };
    let rows = (0..grid.height().min(SEARCHED_ROWS)).map(|row| (row, words(row)));
    let best = rows.reduce(|best, next| if next.1.len() > best.1.len() { next } else { best })?;
    (best.1.len() > 1).then_some(best)
}
