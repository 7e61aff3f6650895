//! Finding the row, or the two rows, that name the columns.

use std::collections::HashSet;

use super::grid::SheetGrid;
use crate::records::column::ClinicalColumn;
use crate::records::text;
use crate::sources::profile::{Profile, TableGrain};

/// Rows of titles and notes above a header, at most.
const SEARCHED_ROWS: usize = 40;

/// The columns of a clinical table.
#[derive(Debug, Clone, Default)]
pub struct TableHeader {
    /// The columns that are known.
    pub columns: Vec<(ClinicalColumn, usize)>,
    /// Columns whose headers are not known, with them.
    pub unknown: Vec<(usize, String)>,
    /// Columns named twice, with place and header of the later one.
    pub repeated: Vec<(ClinicalColumn, usize, String)>,
    /// The first row below.
    pub first_row: usize,
}

/// The header of a sheet: the closest row, when it names the subject's column and a finding's.
pub fn find(sheet: &SheetGrid, profile: &Profile) -> Option<TableHeader> {
    search(sheet, profile, |header| is_enough(header, profile))
}

/// Of the rows near the top, alone or joined with the next, the one that names most columns;
/// absent when no row names any.
pub fn closest(sheet: &SheetGrid, profile: &Profile) -> Option<TableHeader> {
    search(sheet, profile, |header| !header.columns.is_empty())
}

fn search(
    sheet: &SheetGrid,
    profile: &Profile,
    fits: impl Fn(&TableHeader) -> bool,
) -> Option<TableHeader> {
    let mut best: Option<TableHeader> = None;
    for row in 0..sheet.height().min(SEARCHED_ROWS) {
        // A single row first: a second one must name more.
        let candidates = [read(&single(sheet, row), row + 1, profile), {
            read(&joined(sheet, row), row + 2, profile)
        }];
        for (header, is_single) in candidates.into_iter().zip([true, false]) {
            let better = best.as_ref().is_none_or(|b| {
                let (new, old) = (header.columns.len(), b.columns.len());
                // A title above a header, joined with it, names as much as the header alone.
                new > old || (new == old && is_single && header.first_row == b.first_row)
            });
            if better && fits(&header) {
                best = Some(header);
            }
        }
    }
    best
}

fn is_enough(header: &TableHeader, profile: &Profile) -> bool {
    let subject = if profile.workbook.grain == TableGrain::Image {
        ClinicalColumn::File
    } else {
        ClinicalColumn::Case
    };
    let names = |wanted: fn(ClinicalColumn) -> bool| header.columns.iter().any(|(c, _)| wanted(*c));
    header.columns.iter().any(|(column, _)| *column == subject) && names(ClinicalColumn::is_finding)
}

/// What a column may be called, the best reading first.
type ColumnNames = Vec<String>;

fn single(sheet: &SheetGrid, row: usize) -> Vec<ColumnNames> {
    (0..sheet.width()).map(|column| vec![sheet.text(row, column).to_owned()]).collect()
}

/// Two rows as one: the upper one reaches over the columns to its right that it leaves empty, as
/// merged cells do. Where the two together mean nothing the lower one counts alone.
fn joined(sheet: &SheetGrid, row: usize) -> Vec<ColumnNames> {
    let mut above = String::new();
    let names = (0..sheet.width()).map(|column| {
        let (upper, lower) = (sheet.text(row, column), sheet.text(row + 1, column));
        if !upper.trim().is_empty() {
            above = upper.to_owned();
        }
        match (upper.trim().is_empty(), lower.trim().is_empty()) {
            (true, true) => Vec::new(),
            (false, true) => vec![upper.to_owned()],
            _ if above.trim() == lower.trim() => vec![lower.to_owned()],
            _ => vec![format!("{above} {lower}"), lower.to_owned()],
        }
    });
    names.collect()
}

fn read(names: &[ColumnNames], first_row: usize, profile: &Profile) -> TableHeader {
    let mut header = TableHeader { first_row, ..TableHeader::default() };
    let mut seen = HashSet::new();
    for (index, names) in names.iter().enumerate() {
        let known = names.iter().find_map(|name| Some((profile.column(name)?, name)));
        let known = known.filter(|(column, _)| is_used(*column, profile));
        match (known, names.first()) {
            (Some((column, _)), _) if seen.insert(column) => header.columns.push((column, index)),
            (Some((column, name)), _) => header.repeated.push((column, index, text::fold(name))),
            (None, Some(name)) if !text::fold(name).is_empty() => {
                header.unknown.push((index, text::fold(name)));
            }
            _ => {}
        }
    }
    header
}

/// Whether rows of this profile use the column: a row about a case has no side, view or file, and such
/// a column is reported as one that no table uses.
fn is_used(column: ClinicalColumn, profile: &Profile) -> bool {
    profile.workbook.grain != TableGrain::Case
        || !matches!(
            column,
            ClinicalColumn::Laterality | ClinicalColumn::View | ClinicalColumn::File
        )
}
