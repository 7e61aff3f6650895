//! Small counts of patients, withheld as Table 1 does.

use super::section::SectionSpec;
use super::table::{ReportCell, ReportTable};
use crate::statistics::{CellMark, DisclosureCell, protect};

/// Withholds counts from 1 to `least` − 1, the counts from which one would follow, and the columns that are
/// derived from them. Returns whether any is withheld.
pub(super) fn withhold(table: &mut ReportTable, spec: &SectionSpec, least: u64) -> bool {
    let is_count = |place: usize, name: &String| {
        place >= spec.keys && (spec.pivot || spec.counts.iter().any(|c| c == name || c == "*"))
    };
    let counts: Vec<usize> = table
        .columns
        .iter()
        .enumerate()
        .filter(|(place, name)| is_count(*place, name))
        .map(|(place, _)| place)
        .collect();
    if least < 2 || spec.counts.is_empty() || counts.is_empty() {
        return false;
    }
    let derived: Vec<usize> = (0..table.columns.len())
        .filter(|place| spec.derived.contains(&table.columns[*place]))
        .collect();
    let cell = |cell: &ReportCell| DisclosureCell {
        count: match cell {
            ReportCell::Whole(count) => u64::try_from(*count).unwrap_or(0),
            _ => 0,
        },
        published: true,
        sensitive: false,
    };
    let cells: Vec<Vec<DisclosureCell>> = table
        .rows
        .iter()
        .map(|row| counts.iter().map(|place| cell(&row[*place])).collect())
        .collect();
    let marks = protect(&cells, least);
    let mut any = false;
    for (place, row) in table.rows.iter_mut().enumerate() {
        let mut hides = false;
        for (index, column) in counts.iter().enumerate() {
            let mark = marks.as_ref().map_or(CellMark::Withheld, |marks| marks[place][index]);
            let text = match mark {
                CellMark::Shown => continue,
                CellMark::Small => format!("<{least}"),
                CellMark::Withheld => "x".to_owned(),
            };
            row[*column] = ReportCell::Withheld(text);
            hides = true;
        }
        for column in derived.iter().filter(|_| hides) {
            row[*column] = ReportCell::Withheld("x".to_owned());
        }
        any |= hides;
    }
    any
}
