//! The rows of clinical tables: the case or image of each, its cells parsed, and findings about them.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::records::clinical::{CellDoubt, ClinicalRecord, RowOrigin};
use crate::records::column::ClinicalColumn;
use crate::records::extra::{self, ExtraCell, ExtraType};
use crate::records::group_name::GroupMention;
use crate::records::identifying;
use crate::records::issue::{Issue, IssueCode};
use crate::records::laterality::Laterality;
use crate::records::text;
use crate::sources::path_parts;
use crate::sources::profile::{IdHashing, Profile, ProfileGroup, RuleSource, TableGrain};

use super::beside;
use super::context::{self, TableContext};
use super::error::OpenSheet;
use super::grid::{CellNote, SheetCell, SheetGrid};
use super::header::{self, TableHeader};
use super::row::{RowSubject, WorkbookRow};
use super::section::{SectionKind, TableSection, rows_above, sections};

/// Reads every clinical row of a table's sheets, and passes each to `take`. Returns the number of
/// sheets that have a known header row; the others have no rows.
pub fn read(
    sheets: &[OpenSheet],
    profile: &Profile,
    path: &str,
    issues: &mut Vec<Issue>,
    mut take: impl FnMut(WorkbookRow),
) -> usize {
    let mut tables = 0;
    for sheet in sheets {
        let sheet = match sheet {
            Ok(sheet) => sheet,
            Err(bad) => {
                let message = format!("the sheet cannot be read: {}", bad.reason);
                issues.push(Issue::new(IssueCode::SheetUnreadable, path, message).at(&bad.name));
                continue;
            }
        };
        let parts = beside::tables(sheet, profile, path, issues);
        let sheets = parts.as_deref().unwrap_or(std::slice::from_ref(sheet));
        let mut is_table = false;
        for sheet in sheets {
            let Some(header) = header::find(sheet, profile) else { continue };
            is_table = true;
            let titled = parts.as_ref().map(|_| beside::titled_group(sheet, profile));
            let group = match titled {
                None | Some(GroupMention::Absent) => group(sheet, profile, path),
                Some(mention) => mention.named(),
            };
            issues.extend(rows_above(sheet, &header, path));
            for section in sections(sheet, header, profile) {
                let columns = context::read(sheet, &section, profile);
                let mut table =
                    ClinicalTable { sheet, section, columns, profile, path, group, issues };
                table.read(&mut take);
            }
        }
        tables += usize::from(is_table);
    }
    tables
}

/// The group that a sheet is about: by its own name, its file's, or a folder's.
pub fn group<'p>(sheet: &SheetGrid, profile: &'p Profile, path: &str) -> Option<&'p ProfileGroup> {
    // A name that denies a group, or names several, is not replaced by that of the file or folder.
    for name in [sheet.name().unwrap_or_default(), path_parts::stem(path)] {
        match profile.mention(name) {
            GroupMention::Absent => {}
            mention => return mention.named(),
        }
    }
    profile.group_of_path(path)
}

/// The rows of a sheet below one header.
struct ClinicalTable<'a> {
    sheet: &'a SheetGrid,
    section: TableSection,
    columns: TableContext,
    profile: &'a Profile,
    path: &'a str,
    group: Option<&'a ProfileGroup>,
    issues: &'a mut Vec<Issue>,
}

impl ClinicalTable<'_> {
    fn place(&self, row: usize, column: usize) -> String {
        self.sheet.address(row, column)
    }

    fn note(&mut self, code: IssueCode, place: String, message: String, value: Option<&str>) {
        let mut issue = Issue::new(code, self.path, message).at(place);
        issue.value = value.map(str::to_owned);
        self.issues.push(issue);
    }

    fn read(&mut self, take: &mut impl FnMut(WorkbookRow)) {
        let rows = self.section.rows.clone();
        if let SectionKind::Foreign { column, header } = &self.section.kind {
            let (first, last) =
                (self.sheet.row_number(rows.start), self.sheet.row_number(rows.end - 1));
            let message = format!(
                "rows {first} to {last} follow another header, which names no ID and finding; they were not read"
            );
            let (place, header) = (self.place(rows.start, *column), header.clone());
            self.note(IssueCode::RowsUnderOtherHeader, place, message, Some(&header));
            return;
        }
        self.note_headers();
        self.note_size_unit();
        self.note_cells_without_header(rows.clone());
        for row in rows {
            if let Some(entry) = self.row(row) {
                take(entry);
            }
        }
    }

    fn header(&self) -> &TableHeader {
        &self.section.header
    }

    /// Reports columns with cells and no header, once each.
    fn note_cells_without_header(&mut self, rows: Range<usize>) {
        let mut columns: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for row in rows.clone() {
            let is_filled =
                |column: usize| self.sheet.cell(row, column).is_some_and(|cell| !cell.is_blank());
            let mut known = self.header().columns.iter();
            if !known.any(|(_, column)| is_filled(*column)) || self.total(row).is_some() {
                continue;
            }
            // A row of delimited text beyond its header's fields is checked by its width.
            let is_text = self.sheet.field_count(row).is_some();
            let width = if is_text { self.section.width() } else { self.sheet.row_width(row) };
            for column in self.section.shift..width.min(self.sheet.row_width(row)) {
                if !self.header().names(column - self.section.shift) && is_filled(column) {
                    columns.entry(column).or_insert((row, 0)).1 += 1;
                }
            }
        }
        for (column, (first, count)) in columns {
            if column == 0 && self.numbers_rows(rows.clone()) {
                continue;
            }
            let cells = if count == 1 { "cell in a column" } else { "cells in a column" };
            let is_beyond = count == 1 && column >= self.header().width() + self.section.shift;
            let shift = if is_beyond { "; its row may be in other columns" } else { "" };
            let message = format!("{count} {cells} without a header; not imported{shift}");
            let (place, value) = (self.place(first, column), self.sheet.text(first, column));
            let (code, value) = (IssueCode::ColumnWithoutHeader, text::fold(value));
            self.note(code, place, message, Some(&value));
        }
    }

    /// Whether the first column numbers the rows from 0 or 1, as data frames are written.
    fn numbers_rows(&self, rows: Range<usize>) -> bool {
        let texts = rows.map(|row| self.sheet.text(row, 0)).filter(|text| !text.is_empty());
        let mut numbers = texts.map(|text| text.parse::<usize>().ok()).enumerate().peekable();
        let first = numbers.peek().and_then(|(_, number)| *number).unwrap_or(usize::MAX);
        first <= 1 && numbers.all(|(index, number)| number == Some(first + index))
    }

    /// Reports a size column without a unit.
    fn note_size_unit(&mut self) {
        let Some((column, message)) = self.columns.size_finding.take() else { return };
        let row = self.section.header.first_row.saturating_sub(1);
        let header = text::fold(self.sheet.text(row, column));
        self.note(IssueCode::SizeUnitMissing, self.place(row, column), message, Some(&header));
    }

    fn note_headers(&mut self) {
        let row = self.header().first_row.saturating_sub(1);
        for (column, index, name) in self.header().repeated.clone() {
            let first = self.header().columns.iter().find(|(known, _)| *known == column);
            let first = first.map_or(0, |(_, index)| *index);
            let message = format!(
                "a second column for {}; the first was taken, column {}",
                column.name(),
                self.sheet.column_letters(first)
            );
            self.note(IssueCode::HeaderRepeated, self.place(row, index), message, Some(&name));
        }
        if let Some((first, _)) = self.header().unknown.first() {
            let message = "columns that no table uses; the profile can name them".to_owned();
            let names: Vec<&str> =
                self.header().unknown.iter().map(|(_, name)| name.as_str()).collect();
            let (place, names) = (self.place(row, *first), names.join(" | "));
            self.note(IssueCode::HeaderUnknown, place, message, Some(&names));
        }
    }

    fn row(&mut self, row: usize) -> Option<WorkbookRow> {
        let columns = self.section.header.columns.iter();
        let cells: BTreeMap<ClinicalColumn, (usize, &SheetCell)> = columns
            .filter_map(|(column, index)| {
                let index = index + self.section.shift;
                Some((*column, (index, self.sheet.cell(row, index)?)))
            })
            .collect();
        if cells.values().all(|(_, cell)| cell.is_blank()) {
            return None;
        }
        self.note_cells(row, &cells);
        self.note_reading(row, &cells);
        let cell = |column: ClinicalColumn| cells.get(&column).map(|(_, cell)| cell.text());
        if !self.has_right_width(row) {
            return None;
        }
        let subject = self.subject(row, &cells)?;
        let case = match &subject {
            RowSubject::Case(named) if named.hashed == IdHashing::Never => Some(named.id.clone()),
            _ => None,
        };
        let mut doubts = Vec::new();
        let mut clinical = ClinicalRecord::read(cell, self.columns.cells, &mut doubts);
        let side = self.side(row, &cells, &mut doubts, &mut clinical);
        if self.is_shifted(row, &doubts) {
            return None;
        }
        clinical.origin = Some(RowOrigin {
            file: self.path.to_owned(),
            sheet: self.sheet.name().map(str::to_owned),
            row: u32::try_from(self.sheet.row_number(row)).unwrap_or(u32::MAX),
        });
        for doubt in doubts {
            let index = cells.get(&doubt.column).map_or(0, |(index, _)| *index);
            let message = format!("{}: {}", doubt.column.name(), doubt.reason);
            let mut issue = Issue::new(doubt.code, self.path, message).at(self.place(row, index));
            issue.value = Some(doubt.raw);
            issue.case_id.clone_from(&case);
            self.issues.push(issue);
        }
        let extra = self.extra_cells(row, case.as_deref());
        Some(WorkbookRow { subject, side, clinical, extra })
    }

    /// The filled cells of a row in columns that the profile adds.
    fn extra_cells(&mut self, row: usize, case: Option<&str>) -> Vec<ExtraCell> {
        let mut cells = Vec::new();
        for (place, index, header) in self.section.header.extra.clone() {
            let index = index + self.section.shift;
            let Some(column) = self.profile.workbook.extra.get(place) else { continue };
            let Some(cell) = self.sheet.cell(row, index) else { continue };
            self.note_cell(row, index, cell);
            let text = text::fold(cell.text());
            let is_word = column.kind == ExtraType::YesNo && extra::yes_or_no(&text).is_some();
            if text.is_empty() || (text::is_blank(&text) && !is_word) {
                continue;
            }
            let masked = identifying::mask_cell(&text, true);
            let mut cell = ExtraCell {
                name: column.name.clone(),
                header,
                place: self.place(row, index),
                file: self.path.to_owned(),
                raw: masked.as_ref().map_or(text, |masked| masked.text.clone()),
                number: None,
                date: None,
                flag: None,
            };
            let reason = match (masked, cell.read(column.kind)) {
                (Some(masked), _) => Some((
                    IssueCode::CellIdentifying,
                    format!("contains {}, which was masked", masked.kind),
                )),
                (None, false) => {
                    let name = ExtraType::name(column.kind);
                    Some((IssueCode::ExtraUnreadable, format!("not a value of type {name}")))
                }
                (None, true) => None,
            };
            if let Some((code, reason)) = reason {
                let message = format!("{}: {reason}", column.name);
                let mut issue = Issue::new(code, self.path, message).at(&cell.place);
                issue.value = Some(cell.raw.clone());
                issue.case_id = case.map(str::to_owned);
                self.issues.push(issue);
            }
            cells.push(cell);
        }
        cells
    }

    /// Whether a row of delimited text has no more fields than its header; one that has, and every row where
    /// most have, is reported and not read: its values may be in any column.
    fn has_right_width(&mut self, row: usize) -> bool {
        let Some(fields) = self.sheet.field_count(row) else { return true };
        let (width, excess) = (self.section.width(), self.section.excess(self.sheet, row));
        let message = match excess {
            None if !self.section.is_mostly_wide => return true,
            None => format!("most rows have more fields than the header, {width}"),
            Some(_) => format!("the row has {fields} fields, its header {width}"),
        };
        let message = format!("{message}: values may be in other columns; it was not read");
        let column = excess.unwrap_or(0);
        let value = text::fold(self.sheet.text(row, column));
        self.note(IssueCode::RowWidth, self.place(row, column), message, Some(&value));
        false
    }

    /// Whether a row of delimited text lacks fields that its header has, and a value fits its column
    /// badly: one before it may be missing. A row whose values all fit is reported, and read: Excel
    /// omits empty fields at the end of rows.
    fn is_shifted(&mut self, row: usize, doubts: &[CellDoubt]) -> bool {
        let Some(fields) = self.sheet.field_count(row) else { return false };
        let width = self.header().width() + self.section.shift;
        if fields >= width {
            return false;
        }
        let is_shifted = !doubts.is_empty();
        let outcome = if is_shifted {
            "a value does not fit its column; it was not read"
        } else {
            "the missing ones were treated as empty"
        };
        let message = format!("the row has {fields} fields, its header {width}: {outcome}");
        self.note(IssueCode::RowWidth, self.place(row, fields.saturating_sub(1)), message, None);
        is_shifted
    }

    /// Reports what the reader of the format noticed about cells of the row.
    fn note_reading(&mut self, row: usize, cells: &BTreeMap<ClinicalColumn, (usize, &SheetCell)>) {
        let is_known = |column: usize| cells.values().any(|(index, _)| *index == column);
        let mut struck = Vec::new();
        for (column, note) in self.sheet.notes(row).iter().cloned() {
            let place = self.place(row, column);
            match note {
                CellNote::QuoteUnclosed => {
                    let message =
                        "a quote opens and does not close; the row was read to the end of its line";
                    let value = text::fold(self.sheet.text(row, column));
                    self.note(IssueCode::QuoteUnclosed, place, message.to_owned(), Some(&value));
                }
                CellNote::QuoteWithin => {
                    let message =
                        "a quote within a field that is not in quotes; it was read as text";
                    let value = text::fold(self.sheet.text(row, column));
                    self.note(IssueCode::QuoteWithin, place, message.to_owned(), Some(&value));
                }
                CellNote::Footnote(text) if is_known(column) => {
                    let message = "a footnote mark was removed from the value".to_owned();
                    self.note(IssueCode::FootnoteMark, place, message, Some(&text));
                }
                CellNote::Struck if is_known(column) => struck.push(place),
                CellNote::Footnote(_) | CellNote::Struck => {}
            }
        }
        if let Some(first) = struck.into_iter().next() {
            let message = "the row has cells that are struck out; they were read".to_owned();
            self.note(IssueCode::RowStruck, first, message, None);
        }
    }

    /// Reports cells that have no value though they are not empty.
    fn note_cells(&mut self, row: usize, cells: &BTreeMap<ClinicalColumn, (usize, &SheetCell)>) {
        for (index, cell) in cells.values() {
            self.note_cell(row, *index, cell);
        }
    }

    fn note_cell(&mut self, row: usize, index: usize, cell: &SheetCell) {
        let (code, message, value) = match cell {
            SheetCell::Text(_) => return,
            SheetCell::Fault(fault) => {
                (IssueCode::CellError, "the cell holds a spreadsheet error", Some(fault.as_str()))
            }
            SheetCell::Pending => (
                IssueCode::FormulaWithoutResult,
                "the file holds the formula, not its result",
                None,
            ),
        };
        let message = format!("{message}; it was taken as empty");
        self.note(code, self.place(row, index), message, value);
    }

    /// The case or image that the row is about; a filled row without one is an issue.
    fn subject(
        &mut self,
        row: usize,
        cells: &BTreeMap<ClinicalColumn, (usize, &SheetCell)>,
    ) -> Option<RowSubject> {
        if let Some((index, total)) = self.total(row) {
            let message = "a row that counts the rows above; it belongs to no case".to_owned();
            self.note(IssueCode::RowTotal, self.place(row, index), message, Some(&total));
            return None;
        }
        let is_image = self.profile.workbook.grain == TableGrain::Image;
        let wanted = if is_image { ClinicalColumn::File } else { ClinicalColumn::Case };
        let subject_cell = cells.get(&wanted).filter(|(_, cell)| !text::is_blank(cell.text()));
        let Some((index, cell)) = subject_cell else {
            let message = "a filled row without an ID; it belongs to no case".to_owned();
            self.note(IssueCode::RowWithoutCase, self.place(row, 0), message, None);
            return None;
        };
        let id = text::fold(cell.text());
        if is_image && !self.profile.has_rule(RuleSource::Workbook) {
            return Some(RowSubject::File(self.profile.file_key(&id).unwrap_or(&id).to_owned()));
        }
        let group_of_row =
            cells.get(&ClinicalColumn::Group).map_or(GroupMention::Absent, |(_, cell)| {
                self.columns.group_cell(cell.text(), self.profile)
            });
        let case_name = match group_of_row {
            GroupMention::Named(group) => self.profile.case(RuleSource::Workbook, &id, Some(group)),
            GroupMention::Absent => self.profile.case(RuleSource::Workbook, &id, self.group),
            // An ID such as `Cancer_00001` names its group itself.
            GroupMention::Unclear => self.profile.case(RuleSource::Workbook, &id, None),
        };
        if matches!(group_of_row, GroupMention::Unclear) {
            self.note_group_cell(row, cells, case_name.is_some());
        }
        if case_name.is_none() {
            let message = "no rule of the profile makes a case of this ID and its group".to_owned();
            let masked = identifying::mask_cell(&id, false).map_or(id, |masked| masked.text);
            self.note(IssueCode::RowWithoutCase, self.place(row, *index), message, Some(&masked));
        }
        case_name
            .map(|name| if is_image { RowSubject::File(name.id) } else { RowSubject::Case(name) })
    }

    /// Reports a filled group cell that names no group: it is never replaced by the group of the sheet.
    fn note_group_cell(
        &mut self,
        row: usize,
        cells: &BTreeMap<ClinicalColumn, (usize, &SheetCell)>,
        has_case: bool,
    ) {
        let Some((index, cell)) = cells.get(&ClinicalColumn::Group) else { return };
        let (code, message) = if has_case {
            (
                IssueCode::DiagnosisUnknown,
                "the cell names no group of the profile; the ID names one",
            )
        } else {
            (IssueCode::GroupUnknown, "the cell names no group of the profile")
        };
        let raw = cell.text();
        let value = identifying::mask_cell(raw, false).map_or(raw.to_owned(), |masked| masked.text);
        self.note(code, self.place(row, *index), message.to_owned(), Some(&value));
    }

    /// Place and text of the row's first cell with text, when that says that the row is a total.
    fn total(&self, row: usize) -> Option<(usize, String)> {
        let cells = (0..self.sheet.row_width(row))
            .map(|index| (index, text::fold(self.sheet.text(row, index))));
        cells
            .into_iter()
            .find(|(_, text)| !text.is_empty())
            .filter(|(_, text)| text::is_total(text))
    }

    /// The side of a row about one side or image, whose findings go to that side. A BI-RADS that names
    /// no side is that of both where the row is about a case.
    fn side(
        &mut self,
        row: usize,
        cells: &BTreeMap<ClinicalColumn, (usize, &SheetCell)>,
        doubts: &mut Vec<CellDoubt>,
        clinical: &mut ClinicalRecord,
    ) -> Option<Laterality> {
        if self.profile.workbook.grain == TableGrain::Case {
            if let Some((_, cell)) = cells.get(&ClinicalColumn::Birads) {
                clinical.set_birads_without_side(cell.text(), doubts);
            }
            return None;
        }
        let (index, cell) = *cells.get(&ClinicalColumn::Laterality)?;
        let Some(side) = Laterality::parse(cell.text()) else {
            let message = "the row is about one side and does not say which".to_owned();
            self.note(
                IssueCode::SideUnreadable,
                self.place(row, index),
                message,
                Some(cell.text()),
            );
            return None;
        };
        let sides = [Laterality::L, Laterality::R];
        clinical.side_diagnosis =
            sides.map(|s| clinical.diagnosis.filter(|_| side == s || side == Laterality::B));
        if let Some((_, cell)) = cells.get(&ClinicalColumn::Birads) {
            let read = ClinicalRecord::birads_of_row(cell.text(), doubts);
            match side {
                Laterality::L => clinical.birads_left = read,
                Laterality::R => clinical.birads_right = read,
                Laterality::B => clinical.birads_both = read,
            }
        }
        Some(side)
    }
}
