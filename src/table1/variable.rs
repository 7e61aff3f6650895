//! One characteristic, described and tested, without what must not be shown.

use super::data::{CharacteristicColumn, GroupMembership, ordered};
use super::facts::{Characteristic, CharacteristicKind};
use super::model::{LineSubject, Table1Cell, Table1Line, Table1Variable};
use crate::cohort::PatientColumn;
use crate::statistics::{self, CellMark, DisclosureCell, NumberSummary, smd};

pub(super) fn describe(
    fact: &Characteristic,
    column: &CharacteristicColumn,
    membership: &GroupMembership,
    min_cell: Option<u64>,
) -> Table1Variable {
    let mut variable = Table1Variable {
        name: fact.name.clone(),
        label: fact.label.clone(),
        kind: fact.kind,
        digits: fact.digits,
        lines: Vec::new(),
        test: None,
        smd: None,
        withheld: false,
    };
    match column {
        CharacteristicColumn::Levels(values) => {
            levels(&mut variable, fact, values, membership, min_cell)
        }
        CharacteristicColumn::Numbers(values) => {
            numbers(&mut variable, values, membership, min_cell)
        }
    }
    if variable.withheld {
        (variable.test, variable.smd) = (None, None);
    }
    variable
}

/// Patients by line and group, and by line in all.
struct LineCounts {
    rows: Vec<Vec<u64>>,
    /// Whether the last line counts missing values.
    missing: bool,
}

impl LineCounts {
    fn total(&self, row: usize) -> u64 {
        self.rows[row].iter().sum()
    }

    /// Patients with a value: in a group, or in all.
    fn valued(&self, group: Option<usize>) -> u64 {
        let last = self.rows.len() - usize::from(self.missing);
        let count = |row: &Vec<u64>| group.map_or_else(|| row.iter().sum(), |column| row[column]);
        self.rows[..last].iter().map(count).sum()
    }

    /// The marks of all patients first, then by group; all shown without a smallest count.
    fn marks(
        &self,
        least: Option<u64>,
        cells: &[Vec<DisclosureCell>],
    ) -> Option<Vec<Vec<CellMark>>> {
        let groups = self.rows.first().map_or(0, Vec::len);
        let Some(least) = least else {
            return Some(vec![vec![CellMark::Shown; groups + 1]; self.rows.len()]);
        };
        let all_first = |marks: Vec<CellMark>| {
            let total = marks.last().copied().unwrap_or(CellMark::Shown);
            std::iter::once(total).chain(marks.into_iter().take(groups)).collect()
        };
        Some(statistics::protect(cells, least)?.into_iter().map(all_first).collect())
    }
}

fn levels(
    variable: &mut Table1Variable,
    fact: &Characteristic,
    column: &PatientColumn,
    membership: &GroupMembership,
    least: Option<u64>,
) {
    let mut by_value = vec![vec![0_u64; membership.groups.len()]; column.values.len()];
    for (code, group) in column.codes.iter().zip(&membership.group_of) {
        if let Some(group) = group {
            by_value[*code as usize][*group] += 1;
        }
    }
    let by_value = || column.values.iter().zip(&by_value);
    let present = by_value().filter(|(_, counts)| counts.iter().any(|count| *count > 0));
    let levels = ordered(present.filter_map(|(value, _)| value.clone()).collect(), &fact.levels);
    let mut rows = vec![vec![0; membership.groups.len()]; levels.len() + 1];
    for (value, counts) in by_value() {
        let level = |value: &String| levels.iter().position(|(level, _)| level == value);
        let row = value.as_ref().and_then(level).unwrap_or(levels.len());
        rows[row].iter_mut().zip(counts).for_each(|(row, count)| *row += count);
    }
    let missing = rows[levels.len()].iter().any(|count| *count > 0);
    rows.truncate(levels.len() + usize::from(missing));
    let counts = LineCounts { rows, missing };
    let compared = membership.compared();
    let shares: Vec<Vec<u64>> = counts.rows[..levels.len()]
        .iter()
        .map(|row| compared.iter().map(|group| row[*group]).collect())
        .collect();
    variable.test = statistics::test_counts(&shares);
    let of_group = |column: usize| shares.iter().map(|row| row[column]).collect::<Vec<u64>>();
    variable.smd = largest(compared.len(), |a, b| smd::categorical(&of_group(a), &of_group(b)));

    let cell = |count: &u64| DisclosureCell { count: *count, published: true, sensitive: false };
    let cells: Vec<Vec<_>> = counts.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    let marks = counts.marks(least, &cells);
    variable.withheld = is_withheld(marks.as_deref());
    for row in 0..counts.rows.len() {
        let subject = match levels.get(row) {
            Some((_, text)) => LineSubject::Level(text.clone()),
            None => LineSubject::Missing,
        };
        let line = count_line(&counts, row, marks.as_deref(), membership);
        variable.lines.push(Table1Line { subject, cells: line });
    }
}

/// One line of counts: all patients first, then group by group.
fn count_line(
    counts: &LineCounts,
    row: usize,
    marks: Option<&[Vec<CellMark>]>,
    membership: &GroupMembership,
) -> Vec<Table1Cell> {
    let is_missing = counts.missing && row + 1 == counts.rows.len();
    let all: u64 = membership.groups.iter().map(|group| group.patients).sum();
    let cell = |column: usize| {
        let mark = marks.map_or(CellMark::Withheld, |marks| marks[row][column]);
        if mark != CellMark::Shown {
            return Table1Cell::Hidden(mark);
        }
        let group = column.checked_sub(1);
        let count = group.map_or_else(|| counts.total(row), |group| counts.rows[row][group]);
        // A percentage of those with a value reveals how many have none.
        let reveals = |marks: &[Vec<CellMark>]| {
            marks.last().is_some_and(|missing| counts.missing && missing[column] != CellMark::Shown)
        };
        if marks.is_some_and(reveals) {
            return Table1Cell::Count(count, None);
        }
        let whole = match (is_missing, group) {
            (true, None) => all,
            (true, Some(group)) => membership.groups[group].patients,
            (false, group) => counts.valued(group),
        };
        Table1Cell::Count(count, (whole > 0).then(|| 100.0 * count as f64 / whole as f64))
    };
    (0..=membership.groups.len()).map(cell).collect()
}

fn numbers(
    variable: &mut Table1Variable,
    values: &[Option<f64>],
    membership: &GroupMembership,
    least: Option<u64>,
) {
    let mut groups: Vec<Vec<f64>> = vec![Vec::new(); membership.groups.len()];
    for (value, group) in values.iter().zip(&membership.group_of) {
        if let (Some(value), Some(group)) = (value, group) {
            groups[*group].push(*value);
        }
    }
    let compared: Vec<Vec<f64>> =
        membership.compared().into_iter().map(|group| groups[group].clone()).collect();
    variable.test = match variable.kind {
        CharacteristicKind::Skewed => statistics::test_ranks(&compared),
        _ => statistics::test_means(&compared),
    };
    variable.smd = largest(compared.len(), |a, b| smd::continuous(&compared[a], &compared[b]));

    let valued: Vec<u64> = groups.iter().map(|group| group.len() as u64).collect();
    let missing: Vec<u64> = membership
        .groups
        .iter()
        .zip(&valued)
        .map(|(group, valued)| group.patients - valued)
        .collect();
    let few = |count: u64| least.is_some_and(|least| (1..least).contains(&count));
    let cells = disclosure_cells(&valued, &missing, few);
    let counts = LineCounts { rows: vec![valued.clone(), missing], missing: true };
    let marks = counts.marks(least, &cells);
    // The mean of a few patients is withheld, and with it the mean of all, from which it follows.
    let hidden: Vec<bool> = valued.iter().map(|count| few(*count)).collect();
    let any_hidden = hidden.contains(&true);
    variable.withheld = is_withheld(marks.as_deref()) || any_hidden;
    let all: Vec<f64> = groups.iter().flatten().copied().collect();
    let summary = |hidden: bool, values: &[f64]| {
        if hidden {
            Table1Cell::Hidden(CellMark::Withheld)
        } else {
            Table1Cell::Values(NumberSummary::new(values))
        }
    };
    let mut line = vec![summary(any_hidden, &all)];
    line.extend(hidden.iter().zip(&groups).map(|(hidden, group)| summary(*hidden, group)));
    variable.lines.push(Table1Line { subject: LineSubject::Values, cells: line });
    if counts.total(1) > 0 {
        let cells = count_line(&counts, 1, marks.as_deref(), membership);
        variable.lines.push(Table1Line { subject: LineSubject::Missing, cells });
    }
}

/// The counts of patients with and without a number, per group. Those with one are not shown; those without
/// are, and must not reveal a small number with one.
fn disclosure_cells(
    valued: &[u64],
    missing: &[u64],
    few: impl Fn(u64) -> bool,
) -> Vec<Vec<DisclosureCell>> {
    let with_value =
        |count: &u64| DisclosureCell { count: *count, published: false, sensitive: false };
    let without_value = |(count, valued): (&u64, &u64)| DisclosureCell {
        count: *count,
        published: true,
        sensitive: few(*valued),
    };
    vec![
        valued.iter().map(with_value).collect(),
        missing.iter().zip(valued).map(without_value).collect(),
    ]
}

fn is_withheld(marks: Option<&[Vec<CellMark>]>) -> bool {
    marks.is_none_or(|marks| marks.iter().flatten().any(|mark| *mark != CellMark::Shown))
}

/// The largest absolute difference over all pairs of groups.
fn largest(groups: usize, difference: impl Fn(usize, usize) -> Option<f64>) -> Option<f64> {
    let pairs = (0..groups).flat_map(|a| (0..a).map(move |b| (b, a)));
    pairs.filter_map(|(a, b)| difference(a, b)).map(f64::abs).max_by(f64::total_cmp)
}
