//! Finding the row, or the two rows, that name the columns.

use std::collections::HashMap;

use super::grid::SheetGrid;
use crate::records::column::ClinicalColumn;
use crate::records::header_words::{
    is_later_exam, is_millimetres, is_other_exam, is_study, is_unit, with_short_unit,
};
use crate::records::laterality::Laterality;
use crate::records::text;
use crate::sources::profile::{Profile, TableGrain};

/// Rows of titles and notes above a header, at most.
const SEARCHED_ROWS: usize = 40;
/// Rows of group headers above a header, at most.
const GROUP_ROWS: usize = 3;

/// The columns of a clinical table.
#[derive(Debug, Clone, Default)]
pub struct TableHeader {
    /// The columns that are known.
    pub columns: Vec<(ClinicalColumn, usize)>,
    /// Columns that the profile adds: place among these, index and header.
    pub extra: Vec<(usize, usize, String)>,
    /// Columns whose headers are not known, with them.
    pub unknown: Vec<(usize, String)>,
    /// Columns named twice, with place and header of the one that is not used.
    pub repeated: Vec<(ClinicalColumn, usize, String)>,
    /// The first of its rows.
    pub top_row: usize,
    /// The first row below.
    pub first_row: usize,
}

impl TableHeader {
    /// Whether other columns of the same table are in the same places.
    pub fn is_same(&self, other: &Self) -> bool {
        self.columns == other.columns
    }

    /// How many columns reach from the first to the last with a header.
    pub fn width(&self) -> usize {
        let known = self.columns.iter().map(|(_, index)| *index);
        let unknown = self.unknown.iter().map(|(index, _)| *index);
        let repeated = self.repeated.iter().map(|(_, index, _)| *index);
        let extra = self.extra.iter().map(|(_, index, _)| *index);
        known.chain(unknown).chain(repeated).chain(extra).max().map_or(0, |last| last + 1)
    }

    /// Whether the column has a header.
    pub fn names(&self, column: usize) -> bool {
        self.columns.iter().any(|(_, index)| *index == column)
            || self.unknown.iter().any(|(index, _)| *index == column)
            || self.repeated.iter().any(|(_, index, _)| *index == column)
            || self.extra.iter().any(|(_, index, _)| *index == column)
    }
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
        for (header, is_single) in candidates(sheet, row, profile).into_iter().zip([true, false]) {
            let is_better = best.as_ref().is_none_or(|best| {
                let count = |header: &TableHeader| header.columns.len() + header.extra.len();
                let (new, old) = (count(&header), count(best));
                // A title above a header, joined with it, names as much as the header alone.
                new > old || (new == old && is_single && header.first_row == best.first_row)
            });
            if is_better && fits(&header) {
                best = Some(header);
            }
        }
    }
    best
}

/// A row read as a header, alone and joined with the next.
fn candidates(sheet: &SheetGrid, row: usize, profile: &Profile) -> [TableHeader; 2] {
    [single(sheet, row), joined(sheet, row)].map(|rows| rows.read(sheet, profile))
}

/// The header that begins in this row, below another one, when it names the subject's column and a
/// finding's.
pub fn at(sheet: &SheetGrid, row: usize, profile: &Profile) -> Option<TableHeader> {
    let [single, joined] = candidates(sheet, row, profile);
    let best = if joined.columns.len() > single.columns.len() { joined } else { single };
    is_enough(&best, profile).then_some(best)
}

fn is_enough(header: &TableHeader, profile: &Profile) -> bool {
    let subject = if profile.workbook.grain == TableGrain::Image {
        ClinicalColumn::File
    } else {
        ClinicalColumn::Case
    };
    let names = |wanted: fn(ClinicalColumn) -> bool| header.columns.iter().any(|(c, _)| wanted(*c));
    let has_finding = names(ClinicalColumn::is_finding) || !header.extra.is_empty();
    header.columns.iter().any(|(column, _)| *column == subject) && has_finding
}

/// What a column may be called.
#[derive(Debug, Default, Clone)]
struct ColumnNames {
    /// The header of the group that the column is in; empty without one.
    group: String,
    /// Its own header.
    own: String,
    /// The unit in the row below; empty without one.
    unit: String,
}

/// One or two rows that may be a header.
struct HeaderRows {
    top_row: usize,
    first_row: usize,
    names: Vec<ColumnNames>,
}

/// One row; a side in the row above is that of its columns.
fn single(sheet: &SheetGrid, row: usize) -> HeaderRows {
    let names = (0..sheet.row_width(row)).map(|column| {
        let text = sheet.text(row, column).to_owned();
        let group =
            if text.trim().is_empty() { None } else { groups_above(sheet, row, column).next() };
        let group = group.filter(|group| Laterality::parse(group).is_some()).unwrap_or_default();
        ColumnNames { group, own: text, unit: String::new() }
    });
    HeaderRows { top_row: row, first_row: row + 1, names: names.collect() }.with_units(sheet)
}

/// Two rows as one: the upper one reaches over the columns to its right that it leaves empty, as
/// merged cells do.
fn joined(sheet: &SheetGrid, row: usize) -> HeaderRows {
    let mut above = String::new();
    let width = sheet.row_width(row).max(sheet.row_width(row + 1));
    let names = (0..width).map(|column| {
        let (upper, lower) = (sheet.text(row, column), sheet.text(row + 1, column));
        if !upper.trim().is_empty() {
            above = upper.to_owned();
        }
        match (upper.trim().is_empty(), lower.trim().is_empty()) {
            (true, true) => ColumnNames::default(),
            (false, true) => ColumnNames { own: upper.to_owned(), ..ColumnNames::default() },
            _ if above.trim() == lower.trim() => {
                ColumnNames { own: lower.to_owned(), ..ColumnNames::default() }
            }
            _ => ColumnNames { group: above.clone(), own: lower.to_owned(), unit: String::new() },
        }
    });
    HeaderRows { top_row: row, first_row: row + 2, names: names.collect() }.with_units(sheet)
}

impl HeaderRows {
    /// Takes the row below too when all that it says is units.
    fn with_units(mut self, sheet: &SheetGrid) -> Self {
        let row = self.first_row;
        let units: Vec<&str> =
            (0..sheet.row_width(row)).map(|column| sheet.text(row, column)).collect();
        // `[-]` says that a column has no unit.
        let says = |unit: &&&str| unit.chars().any(|c| c.is_alphanumeric() || c == '%');
        let mut filled = units.iter().filter(says).peekable();
        if filled.peek().is_none() || !filled.all(|unit| is_unit(unit)) {
            return self;
        }
        self.first_row += 1;
        for (names, unit) in self.names.iter_mut().zip(units) {
            unit.trim().clone_into(&mut names.unit);
        }
        self
    }

    fn read(self, sheet: &SheetGrid, profile: &Profile) -> TableHeader {
        let Self { top_row, first_row, names } = self;
        let mut header = TableHeader { top_row, first_row, ..TableHeader::default() };
        let mut places: HashMap<ClinicalColumn, usize> = HashMap::new();
        for (index, column_names) in names.iter().enumerate() {
            if text::fold(&column_names.own).is_empty() {
                continue;
            }
            if let Some(extra) = column_names.extra(profile)
                && header.extra.iter().all(|(known, ..)| *known != extra)
            {
                header.extra.push((extra, index, column_names.full()));
                continue;
            }
            let column = column_names.column(profile).filter(|column| is_used(*column, profile));
            let Some(column) = column else {
                header.unknown.push((index, column_names.full()));
                continue;
            };
            if column.is_finding()
                && let Some(exam) = column_names.other_exam(column, sheet, top_row, index)
            {
                let name = text::fold(&format!("{exam} {}", column_names.own));
                header.unknown.push((index, name));
                continue;
            }
            match places.get(&column) {
                None => {
                    places.insert(column, header.columns.len());
                    header.columns.push((column, index));
                }
                // A column of studies gives way to one of patients.
                Some(place) if column == ClinicalColumn::Case && !is_study(&column_names.own) => {
                    let first = header.columns[*place].1;
                    if is_study(&names[first].own) {
                        header.unknown.push((first, names[first].full()));
                        header.columns[*place].1 = index;
                    } else {
                        header.repeated.push((column, index, column_names.full()));
                    }
                }
                Some(_) => header.repeated.push((column, index, column_names.full())),
            }
        }
        header
    }
}

impl ColumnNames {
    /// Group, header and unit as one.
    fn full(&self) -> String {
        text::fold(&format!("{} {} {}", self.group, self.own, self.unit))
    }

    /// The column of the profile's own that the names mean together, or the header alone where it is not
    /// that of another column.
    fn extra(&self, profile: &Profile) -> Option<usize> {
        let alone = || profile.extra_column(&self.own).filter(|_| self.column(profile).is_none());
        profile.extra_column(&self.full()).or_else(alone)
    }

    /// The group, or the sheet, that says that the column belongs to another modality or exam.
    fn other_exam(
        &self,
        column: ClinicalColumn,
        sheet: &SheetGrid,
        top_row: usize,
        index: usize,
    ) -> Option<String> {
        let headings = [sheet.name().unwrap_or_default(), &self.group].map(str::to_owned);
        headings
            .into_iter()
            .chain(groups_above(sheet, top_row, index))
            .find(|text| is_other_exam(text) || (column.is_birads() && is_later_exam(text)))
    }

    /// The column that the names mean together, else that of the header alone with what the group
    /// says of the side and the row below of the unit.
    fn column(&self, profile: &Profile) -> Option<ClinicalColumn> {
        if let Some(column) = profile.column(&self.full()) {
            return Some(column);
        }
        if let Some(own) = with_short_unit(&self.own) {
            return Self { own, ..self.clone() }.column(profile);
        }
        let with_unit = format!("{} {}", self.own, self.unit);
        let column = profile.column(&with_unit).or_else(|| self.with_unit(profile))?;
        match (column, Laterality::parse(&self.group)) {
            (ClinicalColumn::Birads, Some(Laterality::L)) => Some(ClinicalColumn::BiradsLeft),
            (ClinicalColumn::Birads, Some(Laterality::R)) => Some(ClinicalColumn::BiradsRight),
            (ClinicalColumn::Birads, Some(Laterality::B)) => Some(ClinicalColumn::BiradsBoth),
            // Of one breast where the column is about the case.
            (column, Some(Laterality::L | Laterality::R)) if column.is_finding() => None,
            (column, _) => Some(column),
        }
    }

    /// The column of the header alone, its unit that of the row below; absent where the header names
    /// another unit.
    fn with_unit(&self, profile: &Profile) -> Option<ClinicalColumn> {
        let column = profile.column(&self.own)?;
        let is_size = matches!(column, ClinicalColumn::TumorSize | ClinicalColumn::TumorSizeMm);
        let Some(below) = is_millimetres(&self.unit).filter(|_| is_size) else {
            return Some(column);
        };
        match is_millimetres(&self.own) {
            Some(own) if own != below => None,
            _ if below => Some(ClinicalColumn::TumorSizeMm),
            _ => Some(ClinicalColumn::TumorSize),
        }
    }
}

/// What the rows directly above a header say above a column: its own cell, or in a row of several
/// groups the next one to the left. A title in one cell says nothing about other columns.
fn groups_above(sheet: &SheetGrid, top_row: usize, column: usize) -> impl Iterator<Item = String> {
    let rows = (0..top_row).rev().take(GROUP_ROWS);
    let rows = rows.take_while(|row| {
        (0..sheet.row_width(*row)).any(|column| !sheet.text(*row, column).trim().is_empty())
    });
    rows.filter_map(move |row| {
        let text =
            |column: usize| Some(sheet.text(row, column)).filter(|text| !text.trim().is_empty());
        let groups = (0..sheet.row_width(row)).filter_map(text).take(2).count();
        let left = || (0..column).rev().find_map(text).filter(|_| groups > 1);
        text(column).or_else(left).map(str::to_owned)
    })
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
