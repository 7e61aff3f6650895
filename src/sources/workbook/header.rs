//! Finding the row, or the two rows, that name the columns.

use std::collections::HashSet;

use super::grid::Grid;
use crate::records::column::Column;
use crate::records::text;
use crate::sources::profile::{Grain, Profile};

/// Titles and notes stand above a header; nobody puts more of them than this.
const SEARCHED_ROWS: usize = 40;

/// Which column holds what.
#[derive(Debug)]
pub struct Header {
    /// The columns that are known.
    pub columns: Vec<(Column, usize)>,
    /// Headers of columns that are not known.
    pub unknown: Vec<String>,
    /// Columns named twice, with the header of the later one.
    pub repeated: Vec<(Column, String)>,
    /// The first row below.
    pub first_row: usize,
}

/// The header of a sheet: of the rows near the top, alone or joined with the next, the one that
/// names most columns, the subject's and a finding's at least. Absent when no row does.
pub fn find(sheet: &Grid, profile: &Profile) -> Option<Header> {
    let mut best: Option<Header> = None;
    for row in 0..sheet.height().min(SEARCHED_ROWS) {
        for names in [single(sheet, row), joined(sheet, row)] {
            let header = read(&names.0, names.1, profile);
            let better = best.as_ref().is_none_or(|b| header.columns.len() > b.columns.len());
            if better && is_enough(&header, profile) {
                best = Some(header);
            }
        }
    }
    best
}

fn is_enough(header: &Header, profile: &Profile) -> bool {
    let subject = if profile.workbook.grain == Grain::Image { Column::File } else { Column::Case };
    let names = |wanted: fn(Column) -> bool| header.columns.iter().any(|(c, _)| wanted(*c));
    header.columns.iter().any(|(column, _)| *column == subject) && names(Column::is_finding)
}

fn single(sheet: &Grid, row: usize) -> (Vec<String>, usize) {
    ((0..sheet.width()).map(|column| sheet.text(row, column).to_owned()).collect(), row + 1)
}

/// Two rows as one: the upper one reaches over the columns to its right that it leaves empty, as
/// merged cells do, where the lower one says more.
fn joined(sheet: &Grid, row: usize) -> (Vec<String>, usize) {
    let mut above = String::new();
    let names = (0..sheet.width()).map(|column| {
        let (upper, lower) = (sheet.text(row, column), sheet.text(row + 1, column));
        if !upper.trim().is_empty() {
            above = upper.to_owned();
        }
        match (upper.trim().is_empty(), lower.trim().is_empty()) {
            (true, true) => String::new(),
            (false, true) => upper.to_owned(),
            _ => format!("{above} {lower}"),
        }
    });
    (names.collect(), row + 2)
}

fn read(names: &[String], first_row: usize, profile: &Profile) -> Header {
    let mut header =
        Header { columns: Vec::new(), unknown: Vec::new(), repeated: Vec::new(), first_row };
    let mut seen = HashSet::new();
    for (at, name) in names.iter().enumerate() {
        match profile.column(name) {
            Some(column) if seen.insert(column) => header.columns.push((column, at)),
            Some(column) => header.repeated.push((column, text::fold(name))),
            None if text::fold(name).is_empty() => {}
            None => header.unknown.push(text::fold(name)),
        }
    }
    header
}
