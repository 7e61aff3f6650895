//! Two tables beside each other on one sheet: each is read by its own header, so that no value of one lands
//! on a case of the other.

use super::grid::SheetGrid;
use super::header;
use crate::records::column::ClinicalColumn;
use crate::records::text;
use crate::sources::profile::{Profile, TableGrain};

/// Tables that a sheet may have beside each other.
const MOST_TABLES: usize = 16;

/// The tables of a sheet, from left to right, each as a sheet of its own with the addresses of its cells; none
/// for a sheet with a single table.
pub fn tables(sheet: &SheetGrid, profile: &Profile) -> Option<Vec<SheetGrid>> {
    let second = second_table(sheet, profile)?;
    let mut tables = vec![sheet.part(0..second)];
    let mut rest = sheet.part(second..sheet.width());
    while tables.len() < MOST_TABLES
        && let Some(next) = second_table(&rest, profile)
    {
        tables.push(rest.part(0..next));
        rest = rest.part(next..rest.width());
    }
    tables.push(rest);
    Some(tables)
}

/// The first repeated column of IDs that begins another table: both sides name an ID and a finding, most
/// of the IDs differ, and an empty column is before it or it repeats a finding too.
fn second_table(sheet: &SheetGrid, profile: &Profile) -> Option<usize> {
    let header = header::find(sheet, profile)?;
    let subject = if profile.workbook.grain == TableGrain::Image {
        ClinicalColumn::File
    } else {
        ClinicalColumn::Case
    };
    let (_, first) = header.columns.iter().find(|(column, _)| *column == subject)?;
    let repeats = || header.repeated.iter();
    let seconds = repeats().filter(|(column, index, _)| *column == subject && index > first);
    let second = seconds.map(|(_, index, _)| *index).min()?;
    let id = |row: usize, column: usize| text::fold(sheet.text(row, column));
    // The fields of a row that is wider than the header may have moved.
    let fits = |row: &usize| sheet.field_count(*row).is_none_or(|fields| fields <= header.width());
    let rows = (header.first_row..sheet.height()).filter(fits);
    let filled: Vec<usize> = rows.filter(|row| !text::is_blank(&id(*row, second))).collect();
    let differing = filled.iter().filter(|row| id(**row, *first) != id(**row, second));
    let digits = |column: usize| {
        let has_digit = |row: &&usize| id(**row, column).chars().any(char::is_numeric);
        filled.iter().filter(has_digit).count() * 2 > filled.len()
    };
    // Words in a column that is called ID are not IDs.
    let are_alike = digits(second) || !digits(*first);
    if differing.count() * 2 <= filled.len() || !are_alike {
        return None;
    }
    let (left, right) = (sheet.part(0..second), sheet.part(second..sheet.width()));
    header::find(&left, profile)?;
    header::find(&right, profile)?;
    let is_empty = |column: usize| {
        let texts = (header.top_row..sheet.height()).map(|row| sheet.text(row, column));
        texts.into_iter().all(|text| text.trim().is_empty())
    };
    let repeats_finding =
        repeats().any(|(column, index, _)| column.is_finding() && *index > second);
    (is_empty(second - 1) || repeats_finding).then_some(second)
}
