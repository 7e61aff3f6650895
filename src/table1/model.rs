//! A Table 1: groups, characteristics, lines and cells.

use super::facts::CharacteristicKind;
use crate::statistics::{CellMark, NumberSummary, TestResult};

/// A Table 1, without anything that must not be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Table1 {
    /// Patients in all groups.
    pub patients: u64,
    /// The groups, in order; empty for one column of all patients.
    pub groups: Vec<Table1Group>,
    /// Groups that are excluded with their patients, because they are smaller than the smallest count.
    pub excluded: Vec<String>,
    /// The smallest count that is shown, where the request has one.
    pub min_cell: Option<u64>,
    /// The characteristics.
    pub variables: Vec<Table1Variable>,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table1Group {
    /// Its name; none for patients without a group, who are shown but not tested.
    pub name: Option<String>,
    /// Its patients.
    pub patients: u64,
}

impl Table1Group {
    /// Its name in the table.
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or("missing")
    }
}

/// One characteristic.
#[derive(Debug, Clone, PartialEq)]
pub struct Table1Variable {
    /// The column.
    pub name: String,
    /// Its name in the table, with its unit.
    pub label: String,
    /// How it is shown.
    pub kind: CharacteristicKind,
    /// Decimals of its values.
    pub digits: usize,
    /// Its lines.
    pub lines: Vec<Table1Line>,
    /// The test of the groups; none where they cannot be tested, or the result is withheld.
    pub test: Option<TestResult>,
    /// The largest absolute standardised difference over all pairs of groups; none likewise.
    pub smd: Option<f64>,
    /// Whether a cell is withheld, and the test and difference with it.
    pub withheld: bool,
}

/// One line of a characteristic.
#[derive(Debug, Clone, PartialEq)]
pub struct Table1Line {
    /// What it shows.
    pub subject: LineSubject,
    /// All patients first, then group by group.
    pub cells: Vec<Table1Cell>,
}

/// What a line shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineSubject {
    /// The values as numbers.
    Values,
    /// Patients of one level.
    Level(String),
    /// Patients without a value.
    Missing,
}

/// What a cell shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Table1Cell {
    /// Patients, and their percentage: for a level of those with a value, for missing values of all.
    /// No percentage where no patient has a value, or where it would reveal a withheld count.
    Count(u64, Option<f64>),
    /// The values; none without any.
    Values(Option<NumberSummary>),
    /// A mark in place of a number.
    Hidden(CellMark),
}
