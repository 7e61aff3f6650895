//! A Table 1 as rows: a page for readers, and numbers for programs.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, StringArray, UInt64Array};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;

use super::facts::CharacteristicKind;
use super::model::{LineSubject, Table1, Table1Cell, Table1Line, Table1Variable};
use crate::statistics::{CellMark, NumberSummary};

/// The mark of a cell that would reveal another one.
const WITHHELD: &str = "x";

impl Table1 {
    /// The table as a page shows it: one row per line, every cell a text.
    ///
    /// The columns are characteristic, level, overall, the groups, and where there are several p,
    /// test and SMD.
    pub fn page(&self) -> Result<RecordBatch, ArrowError> {
        let compared = self.compared() > 1;
        let mut rows = vec![self.head(compared)];
        for variable in &self.variables {
            for (row, line) in variable.lines.iter().enumerate() {
                rows.push(self.row(variable, line, row == 0, compared));
            }
        }
        let mut names = vec!["characteristic".to_owned(), "level".to_owned(), "overall".to_owned()];
        names.extend(self.groups.iter().map(|group| group.title().to_owned()));
        if compared {
            names.extend(["p", "test", "SMD"].map(str::to_owned));
        }
        let column = |index: usize| -> ArrayRef {
            Arc::new(
                rows.iter().map(|row| row.get(index).map(String::as_str)).collect::<StringArray>(),
            )
        };
        let columns = names.into_iter().enumerate().map(|(index, name)| (name, column(index)));
        RecordBatch::try_from_iter(columns)
    }

    /// Groups that take part in tests.
    pub fn compared(&self) -> usize {
        self.groups.iter().filter(|group| group.name.is_some()).count()
    }

    fn head(&self, compared: bool) -> Vec<String> {
        let mut row = vec!["n".to_owned(), String::new(), self.patients.to_string()];
        row.extend(self.groups.iter().map(|group| group.patients.to_string()));
        if compared {
            row.extend([const { String::new() }; 3]);
        }
        row
    }

    fn row(
        &self,
        variable: &Table1Variable,
        line: &Table1Line,
        first: bool,
        compared: bool,
    ) -> Vec<String> {
        let title = match variable.kind {
            CharacteristicKind::Categorical => format!("{}, n (%)", variable.label),
            CharacteristicKind::Continuous => format!("{}, mean (SD)", variable.label),
            CharacteristicKind::Skewed => format!("{}, median [IQR]", variable.label),
        };
        let level = match &line.subject {
            LineSubject::Values => String::new(),
            LineSubject::Level(level) => level.clone(),
            LineSubject::Missing => "missing".to_owned(),
        };
        let mut row = vec![if first { title } else { String::new() }, level];
        let shown = if self.groups.is_empty() { 1 } else { line.cells.len() };
        row.extend(line.cells.iter().take(shown).map(|cell| self.text(variable, cell)));
        if compared && first && variable.withheld {
            row.extend([WITHHELD.to_owned(), String::new(), WITHHELD.to_owned()]);
        } else if compared && first {
            row.push(variable.test.map(|test| probability(test.p)).unwrap_or_default());
            row.push(variable.test.map(|test| test.method.as_str().to_owned()).unwrap_or_default());
            row.push(variable.smd.map(difference).unwrap_or_default());
        } else if compared {
            row.extend([const { String::new() }; 3]);
        }
        row
    }

    fn text(&self, variable: &Table1Variable, cell: &Table1Cell) -> String {
        let digits = variable.digits;
        match cell {
            Table1Cell::Count(count, None) => count.to_string(),
            Table1Cell::Count(count, Some(percent)) => format!("{count} ({percent:.1})"),
            Table1Cell::Values(None) => String::new(),
            Table1Cell::Values(Some(summary)) if variable.kind == CharacteristicKind::Skewed => {
                let NumberSummary { median, lower, upper, .. } = summary;
                format!("{median:.digits$} [{lower:.digits$}, {upper:.digits$}]")
            }
            Table1Cell::Values(Some(summary)) => {
                let spread = summary.deviation.map(|deviation| format!(" ({deviation:.digits$})"));
                format!("{:.digits$}{}", summary.mean, spread.unwrap_or_default())
            }
            Table1Cell::Hidden(CellMark::Small) => format!("<{}", self.min_cell.unwrap_or(0)),
            Table1Cell::Hidden(_) => WITHHELD.to_owned(),
        }
    }

    /// The table as numbers: one row per characteristic, line and group. The group of all patients
    /// has no name; `mark` is the reason for a missing number.
    pub fn numbers(&self) -> Result<RecordBatch, ArrowError> {
        let mut cells: Vec<(&Table1Variable, &Table1Line, Option<&str>, &Table1Cell)> = Vec::new();
        for variable in &self.variables {
            for line in &variable.lines {
                let groups = self.groups.iter().map(|group| Some(group.title()));
                for (group, cell) in std::iter::once(None).chain(groups).zip(&line.cells) {
                    cells.push((variable, line, group, cell));
                }
            }
        }
        type Row<'t> = (&'t Table1Variable, &'t Table1Line, Option<&'t str>, &'t Table1Cell);
        let text = |cell: &dyn Fn(&Row) -> Option<String>| -> ArrayRef {
            Arc::new(cells.iter().map(cell).collect::<StringArray>())
        };
        let number = |cell: &dyn Fn(&Row) -> Option<f64>| -> ArrayRef {
            // JSON has no infinite numbers.
            Arc::new(
                cells
                    .iter()
                    .map(|row| cell(row).filter(|n| n.is_finite()))
                    .collect::<Float64Array>(),
            )
        };
        let summary = |row: &Row| match row.3 {
            Table1Cell::Values(summary) => *summary,
            _ => None,
        };
        let count = |row: &Row| match row.3 {
            Table1Cell::Count(count, _) => Some(*count),
            Table1Cell::Values(summary) => Some(summary.map_or(0, |s| s.count as u64)),
            Table1Cell::Hidden(_) => None,
        };
        let percent = |row: &Row| match row.3 {
            Table1Cell::Count(_, percent) => *percent,
            _ => None,
        };
        // With withheld missing values the number of the other values would reveal them.
        let reveals = |row: &Row| row.0.withheld && matches!(row.3, Table1Cell::Values(_));
        let counts: UInt64Array =
            cells.iter().map(|row| count(row).filter(|_| !reveals(row))).collect();
        RecordBatch::try_from_iter_with_nullable([
            ("variable", text(&|row| Some(row.0.name.clone())), false),
            ("label", text(&|row| Some(row.0.label.clone())), false),
            ("line", text(&|row| Some(line_kind(&row.1.subject).to_owned())), false),
            ("level", text(&|row| level(&row.1.subject)), true),
            ("group", text(&|row| row.2.map(str::to_owned)), true),
            ("n", Arc::new(counts), true),
            ("percent", number(&percent), true),
            ("mean", number(&|row| Some(summary(row)?.mean)), true),
            ("sd", number(&|row| summary(row)?.deviation), true),
            ("median", number(&|row| Some(summary(row)?.median)), true),
            ("q1", number(&|row| Some(summary(row)?.lower)), true),
            ("q3", number(&|row| Some(summary(row)?.upper)), true),
            ("mark", text(&|row| mark(row.3).map(str::to_owned)), true),
            ("p", number(&|row| Some(row.0.test?.p)), true),
            ("test", text(&|row| Some(row.0.test?.method.as_str().to_owned())), true),
            ("smd", number(&|row| row.0.smd), true),
        ])
    }
}

fn line_kind(subject: &LineSubject) -> &'static str {
    match subject {
        LineSubject::Values => "values",
        LineSubject::Level(_) => "level",
        LineSubject::Missing => "missing",
    }
}

fn level(subject: &LineSubject) -> Option<String> {
    match subject {
        LineSubject::Level(level) => Some(level.clone()),
        _ => None,
    }
}

fn mark(cell: &Table1Cell) -> Option<&'static str> {
    match cell {
        Table1Cell::Hidden(CellMark::Small) => Some("small"),
        Table1Cell::Hidden(_) => Some("withheld"),
        _ => None,
    }
}

fn probability(p: f64) -> String {
    if p < 0.001 {
        "<0.001".to_owned()
    } else if p > 0.999 {
        ">0.999".to_owned()
    } else {
        format!("{p:.3}")
    }
}

fn difference(smd: f64) -> String {
    if smd.is_finite() { format!("{smd:.3}") } else { "∞".to_owned() }
}
