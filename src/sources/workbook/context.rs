//! What the columns of a table decide for their cells: the unit of sizes, and whether `양성` is a result.

use super::grid::SheetGrid;
use super::header::TableHeader;
use super::section::TableSection;
use crate::records::clinical::ColumnContext;
use crate::records::column::ClinicalColumn;
use crate::records::group_name::{self, GroupMention};
use crate::records::header_words;
use crate::records::size::{self, SizeUnit};
use crate::records::text;
use crate::sources::profile::{Profile, ProfileGroup};

/// What the columns of a table decide for their cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableContext {
    /// The context of the clinical columns.
    pub cells: ColumnContext,
    /// Index of the size column and what is wrong with its unit; absent when nothing is.
    pub size_finding: Option<(usize, String)>,
    has_group_results: bool,
}

impl TableContext {
    /// The group that a cell of the group column names. A filled cell that names none is unclear.
    pub(super) fn group_cell<'p>(
        &self,
        cell: &str,
        profile: &'p Profile,
    ) -> GroupMention<&'p ProfileGroup> {
        let word = text::fold(cell);
        if text::is_blank(&word) || profile.groups.is_empty() {
            return GroupMention::Absent;
        }
        if text::key(&word) == "양성" && self.has_group_results {
            return GroupMention::Unclear; // positive, beside 음성
        }
        let group = profile.group(&word).or_else(|| profile.group_in(&word));
        group.map_or(GroupMention::Unclear, GroupMention::Named)
    }
}

/// The context of a table's columns.
pub(super) fn read(sheet: &SheetGrid, section: &TableSection, profile: &Profile) -> TableContext {
    let table = SectionCells { sheet, section };
    let has_results = |wanted| {
        let index = column(&section.header, wanted);
        index.is_some_and(|index| table.texts(index).any(group_name::is_negative_result))
    };
    let (size_unit, size_finding) = table.size_unit(profile);
    TableContext {
        cells: ColumnContext {
            size_unit,
            has_test_results: has_results(ClinicalColumn::Diagnosis),
        },
        size_finding,
        has_group_results: has_results(ClinicalColumn::Group),
    }
}

fn column(header: &TableHeader, wanted: ClinicalColumn) -> Option<usize> {
    header.columns.iter().find(|(column, _)| *column == wanted).map(|(_, index)| *index)
}

/// The cells of a section.
#[derive(Clone, Copy)]
struct SectionCells<'a> {
    sheet: &'a SheetGrid,
    section: &'a TableSection,
}

impl<'a> SectionCells<'a> {
    /// The texts of a column, row by row.
    fn texts(self, index: usize) -> impl Iterator<Item = &'a str> {
        let Self { sheet, section } = self;
        section.rows.clone().map(move |row| sheet.text(row, index + section.shift))
    }

    /// The unit of the size column, and what is wrong with it: the column's index and a message.
    fn size_unit(self, profile: &Profile) -> (Option<SizeUnit>, Option<(usize, String)>) {
        let certain = (Some(SizeUnit::Cm), None);
        let header = &self.section.header;
        let Some(size) = column(header, ClinicalColumn::TumorSize) else { return certain };
        let mut names =
            (header.top_row..header.first_row).rev().map(|row| self.sheet.text(row, size));
        if names.clone().any(|name| profile.names_column(ClinicalColumn::TumorSize, name)) {
            return certain;
        }
        if let Some(unit) = names.find_map(size::unit_of_header) {
            return (Some(unit), None);
        }
        let bare = self.texts(size).filter(|text| !size::has_own_unit(text)).count();
        if bare == 0 {
            return certain;
        }
        let unit = self.unit_by_stage(size);
        let message = match unit {
            Some(SizeUnit::Cm) => {
                "no unit in the column; by the stages beside them the sizes are in cm".to_owned()
            }
            Some(SizeUnit::Mm) => {
                "no unit in the column; by the stages beside them the sizes are in mm".to_owned()
            }
            None => format!(
                "no unit in the column, and no stage beside it decides between cm and mm: {bare} sizes \
                 are null; name the header under tumor_size or tumor_size_mm in a profile"
            ),
        };
        (unit, Some((size, message)))
    }

    fn unit_by_stage(self, size: usize) -> Option<SizeUnit> {
        let pairs = |stage: usize| self.texts(size).zip(self.texts(stage));
        let t_stage = column(&self.section.header, ClinicalColumn::TStage);
        let by_t = t_stage.and_then(|index| size::unit_by_stage(pairs(index), false));
        by_t.or_else(|| {
            let mut unknown = self.section.header.unknown.iter();
            let (index, _) = unknown.find(|(_, name)| header_words::is_stage_group(name))?;
            size::unit_by_stage(pairs(*index), true)
        })
    }
}
