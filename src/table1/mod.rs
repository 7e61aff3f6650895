//! Table 1: who is in a cohort, group by group.
//!
//! One row per patient, whatever the cohort's unit. What is shown, and how, `schema/summaries`
//! says; what must not be shown, `statistics::protect` decides before anything is written.

mod data;
mod facts;
mod table;
mod variable;

use std::str::FromStr;

use crate::catalog::Catalog;
use crate::cohort::{CohortDefinition, CohortError, NameError, SavedName};
use crate::split;
use crate::statistics::{CellMark, NumberSummary, TestResult};

pub use facts::CharacteristicKind;

/// Groups that a table can hold and a page show.
const MOST_GROUPS: usize = 20;

/// What parts the patients into groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupBy {
    /// The parts of a split.
    Split(SavedName),
    /// The values of a column of patients.
    Column(String),
}

impl FromStr for GroupBy {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        match text.strip_prefix("split:") {
            Some(name) => Ok(Self::Split(name.parse()?)),
            None => Ok(Self::Column(text.to_owned())),
        }
    }
}

/// What a table shall show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table1Request {
    /// What parts the groups; none for one column of all.
    pub by: Option<GroupBy>,
    /// The characteristics; empty for those of `schema/summaries/table1.toml`.
    pub columns: Vec<String>,
    /// Characteristics shown by level, whatever they are.
    pub categorical: Vec<String>,
    /// Characteristics shown by median and quartiles.
    pub skewed: Vec<String>,
    /// The least count that may be shown; none to show all.
    pub min_cell: Option<u64>,
}

/// A Table 1. Nothing in it that must not be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Table1 {
    /// Patients in all groups.
    pub patients: u64,
    /// The groups, in order; none when nothing parts the patients.
    pub groups: Vec<Table1Group>,
    /// Groups that are left out with their patients, because they are smaller than the least count.
    pub left_out: Vec<String>,
    /// The least count that is shown, where one was asked for.
    pub min_cell: Option<u64>,
    /// The characteristics.
    pub variables: Vec<Table1Variable>,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table1Group {
    /// Its name; none for patients of whom nothing says which group they are of. They are shown,
    /// and take no part in tests and differences.
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
    /// How it stands in the table, with its unit.
    pub label: String,
    /// How it is shown.
    pub kind: CharacteristicKind,
    /// Decimals of its values.
    pub digits: usize,
    /// Its lines.
    pub lines: Vec<Table1Line>,
    /// Whether the groups differ; none where that cannot be tested, or is withheld.
    pub tested: Option<TestResult>,
    /// The largest standardised difference of two groups, without sign; none likewise.
    pub smd: Option<f64>,
    /// Whether a cell of it is withheld, and the test and difference with it.
    pub withheld: bool,
}

/// One line of a characteristic.
#[derive(Debug, Clone, PartialEq)]
pub struct Table1Line {
    /// What it is of.
    pub of: LineSubject,
    /// All patients first, then group by group.
    pub cells: Vec<Table1Cell>,
}

/// What a line is of.
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
    /// Patients, and their share in per cent: of a level of those with a value, of missing ones of
    /// all. None where nobody has a value, or the share would tell a count that is withheld.
    Count(u64, Option<f64>),
    /// The values; none where there is none.
    Values(Option<NumberSummary>),
    /// Nothing that tells a number.
    Hidden(CellMark),
}

/// Describes a cohort.
///
/// # Errors
/// When a column is not there or cannot be described, there are too many groups or no patients, or
/// all groups are smaller than the least count.
///
/// ```no_run
/// # use mammodex::catalog::Catalog;
/// # use mammodex::cohort::{self, table1};
/// let catalog = Catalog::open("catalog".as_ref(), None)?;
/// let cohort = cohort::load(catalog.dir(), &"pilot".parse()?)?;
/// let request = table1::Request { by: Some("diagnosis".parse()?), ..Default::default() };
/// let table = table1::describe(&catalog, &cohort.definition(), &request)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn describe(
    catalog: &Catalog,
    definition: &CohortDefinition,
    request: &Table1Request,
) -> Result<Table1, CohortError> {
    let facts = facts::wanted(request)?;
    let order = match &request.by {
        None => Vec::new(),
        Some(GroupBy::Split(name)) => {
            let split = split::load(catalog.dir(), name)?;
            split.parts.iter().map(|part| (part.name.clone(), part.name.clone())).collect()
        }
        Some(GroupBy::Column(column)) => facts::levels(column),
    };
    let data = data::read(catalog, definition, request.by.as_ref(), &facts)?;
    let mut parts = data::GroupMembership::new(&data, &order, request.by.is_some());
    let refused = |text: String| Err(CohortError::Table(text));
    if parts.groups.len() > MOST_GROUPS {
        let many = parts.groups.len();
        return refused(format!("--by gives {many} groups; a table holds {MOST_GROUPS}"));
    }
    let left_out = parts.leave_out_below(request.min_cell.unwrap_or(0));
    if parts.groups.is_empty() {
        return match request.min_cell.filter(|_| !left_out.is_empty()) {
            Some(least) => {
                refused(format!("no group has {least} patients, so nothing can be shown"))
            }
            None => refused("the cohort has no patients".to_owned()),
        };
    }
    let variables = facts
        .iter()
        .zip(&data.columns)
        .map(|(fact, column)| variable::describe(fact, column, &parts, request.min_cell))
        .collect();
    let groups = if request.by.is_some() { parts.groups.clone() } else { Vec::new() };
    Ok(Table1 {
        patients: parts.groups.iter().map(|group| group.patients).sum(),
        groups,
        left_out,
        min_cell: request.min_cell,
        variables,
    })
}
