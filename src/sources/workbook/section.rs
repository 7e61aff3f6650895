//! The parts of a sheet: a clinical table may be followed by another header with other columns, or by
//! a table about something else.

use std::collections::HashMap;
use std::ops::Range;

use super::grid::SheetGrid;
use super::header::{self, TableHeader};
use crate::records::clinical::{ClinicalRecord, ColumnContext};
use crate::records::column::ClinicalColumn;
use crate::records::issue::{Issue, IssueCode};
use crate::records::text;
use crate::sources::profile::{Profile, TableGrain};

/// Rows below one header.
pub struct TableSection {
    /// The header that they are read by.
    pub header: TableHeader,
    /// The rows, those of the next header excluded.
    pub rows: Range<usize>,
    /// Columns by which the values are to the right of their headers: row names without a header.
    pub shift: usize,
    /// Fields of the header in delimited text.
    fields: usize,
    /// Whether more than half of the rows have more fields than the header.
    pub is_mostly_wide: bool,
    /// Whether they are rows of a clinical table.
    pub kind: SectionKind,
}

/// What the rows of a section are.
pub enum SectionKind {
    /// Rows about cases.
    Clinical,
    /// Rows below a header that names no ID or no finding.
    Foreign {
        /// Column of the header's first cell.
        column: usize,
        /// The header as read.
        header: String,
    },
}

impl TableSection {
    /// How many fields a row may have.
    pub fn width(&self) -> usize {
        self.fields.max(self.header.width()) + self.shift
    }

    /// The first filled column of a row beyond the header's fields.
    pub fn excess(&self, sheet: &SheetGrid, row: usize) -> Option<usize> {
        (self.width()..sheet.field_count(row)?).find(|column| is_filled(sheet, row, *column))
    }

    fn is_mostly_wide(&self, sheet: &SheetGrid) -> bool {
        let is_row = |row: &usize| (0..sheet.row_width(*row)).any(|c| is_filled(sheet, *row, c));
        let wide = self.rows.clone().filter(|row| self.excess(sheet, *row).is_some()).count();
        wide > 0 && wide * 2 > self.rows.clone().filter(is_row).count()
    }
}

fn is_filled(sheet: &SheetGrid, row: usize, column: usize) -> bool {
    sheet.cell(row, column).is_some_and(|cell| !cell.is_blank())
}

/// A finding about rows above the header that look like rows of a table: they belong to a header that
/// names no ID or no finding.
pub fn rows_above(sheet: &SheetGrid, header: &TableHeader, path: &str) -> Option<Issue> {
    /// Cells of a title or of its date and author, at most.
    const MOST_TITLE_CELLS: usize = 3;
    let is_table_row = |row: &usize| {
        let filled = (0..sheet.row_width(*row)).filter(|column| is_filled(sheet, *row, *column));
        let numbers = (0..sheet.row_width(*row))
            .filter(|column| sheet.text(*row, *column).trim().parse::<f64>().is_ok());
        filled.count() > MOST_TITLE_CELLS && numbers.take(2).count() > 1
    };
    let mut rows = (0..header.top_row).filter(is_table_row);
    let first = rows.next()?;
    let last = rows.next_back().unwrap_or(first);
    let (first_number, last_number) = (sheet.row_number(first), sheet.row_number(last));
    let message = format!(
        "rows {first_number} to {last_number} are above the header that was found; they were not read"
    );
    Some(Issue::new(IssueCode::RowsUnderOtherHeader, path, message).at(sheet.address(first, 0)))
}

/// The sections of a sheet from its first header on.
pub fn sections(sheet: &SheetGrid, first: TableHeader, profile: &Profile) -> Vec<TableSection> {
    let mut names = HeaderNames { profile, known: HashMap::new() };
    let mut sections = Vec::new();
    let mut start = first.first_row;
    let mut current = (first, SectionKind::Clinical);
    let mut row = start;
    while row < sheet.height() {
        let next = names.header_at(sheet, row, &current.0);
        let Some((header, kind)) = next else {
            row += 1;
            continue;
        };
        let rows_begin = header.first_row;
        sections.push(section(sheet, current, start..row));
        current = (header, kind);
        start = rows_begin;
        row = rows_begin.max(row + 1);
    }
    sections.push(section(sheet, current, start..sheet.height()));
    sections.retain(|section| !section.rows.is_empty());
    sections
}

fn section(
    sheet: &SheetGrid,
    (header, kind): (TableHeader, SectionKind),
    rows: Range<usize>,
) -> TableSection {
    let header_rows = header.top_row..header.first_row;
    let fields = header_rows.filter_map(|row| sheet.field_count(row)).max().unwrap_or(0);
    let shift = usize::from(has_row_names(sheet, &header, fields, &rows));
    let mut section = TableSection { header, rows, shift, fields, kind, is_mostly_wide: false };
    section.is_mostly_wide = section.is_mostly_wide(sheet);
    section
}

/// Whether every row has one field more than the header, and the first is a row name: `write.table`
/// of R writes no header for it. Only its quotes distinguish a row name from an ID.
fn has_row_names(
    sheet: &SheetGrid,
    header: &TableHeader,
    fields: usize,
    rows: &Range<usize>,
) -> bool {
    let width = header.width();
    let mut filled = rows.clone().filter(|row| sheet.field_count(*row).is_some_and(|n| n > 1));
    let mut names = filled.clone();
    fields == width
        && filled.next().is_some()
        && filled.all(|row| sheet.field_count(row) == Some(width + 1))
        && names.all(|row| sheet.is_quoted(row))
}

/// Whether a row is the header of something else, of which no column is known: words alone, which fit no
/// column that has numbers or codes; a number may be in them.
fn is_other_header(sheet: &SheetGrid, row: usize, current: &TableHeader) -> bool {
    /// Cells of a header, at least.
    const FEWEST: usize = 3;
    let texts = || (0..sheet.row_width(row)).map(|column| sheet.text(row, column));
    let filled = || texts().filter(|text| !text::is_blank(text));
    let is_number = |text: &str| !text.chars().any(char::is_alphabetic);
    if filled().take(FEWEST).count() < FEWEST || filled().any(is_number) {
        return false;
    }
    if has_ids_of_letters(sheet, row, current) {
        return false;
    }
    let cell = |wanted: ClinicalColumn| {
        let (_, index) = current.columns.iter().find(|(column, _)| *column == wanted)?;
        Some(sheet.text(row, *index)).filter(|text| !text::is_blank(text))
    };
    let coded = [
        ClinicalColumn::BiradsBoth,
        ClinicalColumn::BiradsLeft,
        ClinicalColumn::BiradsRight,
        ClinicalColumn::TStage,
        ClinicalColumn::NStage,
        ClinicalColumn::TumorSizeMm,
        ClinicalColumn::Age,
    ];
    let is_coded = |column: ClinicalColumn| coded.contains(&column);
    let mut doubts = Vec::new();
    let coded_cell = |column| cell(column).filter(|_| is_coded(column));
    ClinicalRecord::read(coded_cell, ColumnContext::default(), &mut doubts);
    let count = coded.iter().filter(|column| cell(**column).is_some()).count();
    count > 1 && doubts.len() >= count
}

/// Whether most IDs near a row of the table have no digit, so that a row of words may be a case like
/// any other.
fn has_ids_of_letters(sheet: &SheetGrid, row: usize, current: &TableHeader) -> bool {
    /// Rows before and after that are looked at.
    const NEAR: usize = 50;
    let subject = [ClinicalColumn::Case, ClinicalColumn::File];
    let id = current.columns.iter().find(|(column, _)| subject.contains(column));
    let Some((_, index)) = id else { return false };
    let near = row.saturating_sub(NEAR).max(current.first_row)..(row + NEAR).min(sheet.height());
    let ids = near.filter(|other| *other != row).map(|other| sheet.text(other, *index));
    let ids: Vec<&str> = ids.filter(|id| !text::is_blank(id)).collect();
    let letters = ids.iter().filter(|id| !id.chars().any(char::is_numeric)).count();
    letters * 2 > ids.len()
}

/// Which texts of a sheet are names of columns.
struct HeaderNames<'p> {
    profile: &'p Profile,
    known: HashMap<String, Option<ClinicalColumn>>,
}

impl HeaderNames<'_> {
    fn column(&mut self, text: &str) -> Option<ClinicalColumn> {
        /// Distinct texts that are remembered.
        const MOST: usize = 100_000;
        if !text.chars().any(char::is_alphabetic) {
            return None;
        }
        if let Some(known) = self.known.get(text) {
            return *known;
        }
        let column = self.profile.column(text);
        if self.known.len() < MOST {
            self.known.insert(text.to_owned(), column);
        }
        column
    }

    /// The header that begins in a row below another one: a row that names several columns, or whose
    /// ID is the name of a column.
    fn header_at(
        &mut self,
        sheet: &SheetGrid,
        row: usize,
        current: &TableHeader,
    ) -> Option<(TableHeader, SectionKind)> {
        let subject = if self.profile.workbook.grain == TableGrain::Image {
            ClinicalColumn::File
        } else {
            ClinicalColumn::Case
        };
        let mut columns: Vec<ClinicalColumn> = (0..sheet.row_width(row))
            .filter_map(|column| self.column(sheet.text(row, column)))
            .collect();
        columns.sort_unstable();
        columns.dedup();
        let mut named = (0..sheet.row_width(row))
            .filter(|column| self.column(sheet.text(row, *column)).is_some());
        if named.next().is_some_and(|column| column >= current.width()) {
            return None; // names of a table beside this one
        }
        let id = current.columns.iter().find(|(column, _)| *column == subject);
        let is_id_name =
            id.is_some_and(|(_, index)| self.column(sheet.text(row, *index)).is_some());
        let is_other_table = is_other_header(sheet, row, current);
        if !is_other_table && !is_id_name && (columns.len() < 2 || !columns.contains(&subject)) {
            return None;
        }
        if let Some(header) = header::at(sheet, row, self.profile) {
            return Some((header, SectionKind::Clinical));
        }
        let texts = (0..sheet.row_width(row)).map(|column| text::fold(sheet.text(row, column)));
        let texts: Vec<(usize, String)> =
            texts.enumerate().filter(|(_, text)| !text.is_empty()).collect();
        let column = texts.first().map_or(0, |(column, _)| *column);
        let names: Vec<&str> = texts.iter().map(|(_, text)| text.as_str()).collect();
        let kind = SectionKind::Foreign { column, header: names.join(" | ") };
        let header = TableHeader { top_row: row, first_row: row + 1, ..current.clone() };
        Some((header, kind))
    }
}
