//! Two tables beside each other on one sheet: each is read by its own header, so that no value of one lands
//! on a case of the other. Where it is open whether columns are a second table, they are not read.

use super::grid::SheetGrid;
use super::header;
use crate::records::column::ClinicalColumn;
use crate::records::group_name::GroupMention;
use crate::records::issue::{Issue, IssueCode};
use crate::records::text;
use crate::sources::profile::{Profile, ProfileGroup, TableGrain};

/// Tables that a sheet may have beside each other.
const MOST_TABLES: usize = 16;

/// The tables of a sheet, from left to right, each as a sheet of its own with the addresses of its cells; none
/// for a sheet with a single table. Columns that may be another table are excluded, and a finding.
pub fn tables(
    sheet: &SheetGrid,
    profile: &Profile,
    path: &str,
    issues: &mut Vec<Issue>,
) -> Option<Vec<SheetGrid>> {
    let mut second = second_table(sheet, profile)?;
    let mut tables = Vec::new();
    let mut rest = sheet.part(0..sheet.width());
    loop {
        tables.push(rest.part(0..second.column));
        if !second.is_certain {
            issues.push(unread_columns(&rest, &second, path));
            return Some(tables);
        }
        rest = rest.part(second.column..rest.width());
        match second_table(&rest, profile) {
            Some(next) if tables.len() < MOST_TABLES => second = next,
            _ => break,
        }
    }
    tables.push(rest);
    Some(tables)
}

/// What the title above a table says of its group, where the sheet has several tables beside each other.
pub fn titled_group<'p>(table: &SheetGrid, profile: &'p Profile) -> GroupMention<&'p ProfileGroup> {
    let top_row = header::find(table, profile).map_or(0, |header| header.top_row);
    let mentions = (0..top_row).rev().flat_map(|row| {
        (0..table.row_width(row)).map(move |column| profile.mention(table.text(row, column)))
    });
    let mut mentions = mentions.filter(|mention| !matches!(mention, GroupMention::Absent));
    mentions.next().unwrap_or(GroupMention::Absent)
}

/// Where another table begins in a sheet.
struct SecondTable {
    /// Its first column.
    column: usize,
    /// Whether a gap or a finding that is named again says so; otherwise only the IDs do.
    is_certain: bool,
    /// The column of the first table's IDs.
    first_ids: usize,
    /// The first row below the header.
    first_row: usize,
}

/// The finding on columns that follow other IDs in the same rows.
fn unread_columns(sheet: &SheetGrid, second: &SecondTable, path: &str) -> Issue {
    let is_filled = |row: &usize| {
        let mut columns = second.column..sheet.row_width(*row);
        columns.any(|column| !sheet.text(*row, column).trim().is_empty())
    };
    let last = (second.first_row..sheet.height()).rev().find(is_filled);
    let rows = [second.first_row, last.unwrap_or(second.first_row)];
    let [first, last] = rows.map(|row| sheet.row_number(row));
    let columns = [second.column, sheet.width() - 1, second.first_ids];
    let [left, right, ids] = columns.map(|column| sheet.column_letters(column));
    let message = format!(
        "rows {first} to {last} of columns {left} to {right} follow other IDs than those of column {ids}; they were not read"
    );
    let place = sheet.address(second.first_row, second.column);
    Issue::new(IssueCode::RowsUnderOtherHeader, path, message).at(place)
}

/// The first repeated column of IDs that begins another table: both sides name an ID and a finding, most
/// of the IDs differ. It is certain where an empty column is before it or it repeats a finding too.
fn second_table(sheet: &SheetGrid, profile: &Profile) -> Option<SecondTable> {
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
    let is_certain = is_empty(second - 1) || repeats_finding;
    let (first_ids, first_row) = (*first, header.first_row);
    Some(SecondTable { column: second, is_certain, first_ids, first_row })
}
