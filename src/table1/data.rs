//! The patients of a cohort: their characteristics and groups.

use arrow::array::{ArrayRef, AsArray};
use arrow::datatypes::Float64Type;

use super::facts::{Characteristic, CharacteristicKind};
use super::{GroupBy, Table1Group};
use crate::catalog::script::identifier;
use crate::catalog::{Catalog, CatalogError};
use crate::cohort::patients::{self, Interning, texts};
use crate::cohort::{CohortDefinition, CohortError};
use crate::split;

/// One characteristic of every patient.
pub(super) enum CharacteristicColumn {
    Levels(patients::PatientColumn),
    Numbers(Vec<Option<f64>>),
}

/// The patients, in the order of their cases.
pub(super) struct Table1Data {
    /// What parts them.
    pub by: patients::PatientColumn,
    /// One per fact.
    pub columns: Vec<CharacteristicColumn>,
}

pub(super) fn read(
    catalog: &Catalog,
    definition: &CohortDefinition,
    by: Option<&GroupBy>,
    facts: &[Characteristic],
) -> Result<Table1Data, CohortError> {
    let (by, joined) = match by {
        None => ("''".to_owned(), String::new()),
        Some(GroupBy::Split(name)) => {
            let split = split::load(catalog.dir(), name)?;
            let file = split.relation(catalog)?;
            ("s.split".to_owned(), format!("LEFT JOIN {file} AS s ON s.case_id = p.case_id"))
        }
        Some(GroupBy::Column(column)) => {
            if !catalog.columns("patients")?.contains(column) {
                return Err(CohortError::Table(format!(
                    "--by: patients has no column {column:?}; `mammodex schema patients` lists \
                     them, and split:NAME takes a split"
                )));
            }
            (format!("CAST(p.{} AS VARCHAR)", identifier(column)), String::new())
        }
    };
    let cells: String = facts
        .iter()
        .map(|fact| {
            let kind =
                if fact.kind == CharacteristicKind::Categorical { "VARCHAR" } else { "DOUBLE" };
            format!(", CAST({} AS {kind})", fact.sql())
        })
        .collect();
    let mut results = catalog.query(&format!(
        "SELECT {by}{cells}
         FROM ({}) AS c JOIN patients AS p ON p.case_id = c.case_id
         LEFT JOIN (SELECT i.case_id, count(*) AS images FROM images AS i WHERE {} GROUP BY 1) AS m
              ON m.case_id = p.case_id
         {joined}
         ORDER BY p.case_id",
        definition.members(),
        definition.image_condition()
    ))?;
    // A million patients have few different values: each is kept once.
    let (mut by, mut columns) = (Interning::default(), Vec::new());
    for fact in facts {
        columns.push(CharacteristicReader::new(fact));
    }
    while let Some(batch) = results.next_batch()? {
        texts(batch.column(0))?.iter().for_each(|value| by.push(value));
        for (column, array) in columns.iter_mut().zip(&batch.columns()[1..]) {
            column.push(array)?;
        }
    }
    let columns = columns.into_iter().map(CharacteristicReader::finish).collect();
    Ok(Table1Data { by: by.finish(String::new()), columns })
}

/// A characteristic that is being read.
enum CharacteristicReader {
    Levels(Interning),
    Numbers(Vec<Option<f64>>),
}

impl CharacteristicReader {
    fn new(fact: &Characteristic) -> Self {
        match fact.kind {
            CharacteristicKind::Categorical => Self::Levels(Interning::default()),
            _ => Self::Numbers(Vec::new()),
        }
    }

    fn push(&mut self, array: &ArrayRef) -> Result<(), CatalogError> {
        match self {
            Self::Levels(values) => texts(array)?.iter().for_each(|value| values.push(value)),
            Self::Numbers(values) => {
                let numbers = array.as_primitive_opt::<Float64Type>();
                let wrong = || CatalogError::Query("a column is no number".to_owned());
                values.extend(numbers.ok_or_else(wrong)?.iter());
            }
        }
        Ok(())
    }

    fn finish(self) -> CharacteristicColumn {
        match self {
            Self::Levels(values) => CharacteristicColumn::Levels(values.finish(String::new())),
            Self::Numbers(values) => CharacteristicColumn::Numbers(values),
        }
    }
}

/// Who is in which group.
pub(super) struct GroupMembership {
    /// The groups, in order.
    pub groups: Vec<Table1Group>,
    /// The group of each patient; none for those who are left out.
    pub of: Vec<Option<usize>>,
}

impl GroupMembership {
    /// The groups in their given order, others after them, patients without one last.
    pub fn new(data: &Table1Data, order: &[(String, String)], parted: bool) -> Self {
        let named: Vec<String> = data.by.values.iter().flatten().cloned().collect();
        let mut levels: Vec<(Option<String>, Option<String>)> = ordered(named, order)
            .into_iter()
            .map(|(value, text)| (Some(value), parted.then_some(text)))
            .collect();
        if data.by.values.iter().any(Option::is_none) {
            levels.push((None, None));
        }
        let place = |value: &Option<String>| levels.iter().position(|(level, _)| level == value);
        let places: Vec<Option<usize>> = data.by.values.iter().map(place).collect();
        let of: Vec<Option<usize>> =
            data.by.codes.iter().map(|code| places[*code as usize]).collect();
        let count = |at: usize| of.iter().filter(|group| **group == Some(at)).count() as u64;
        let group = |(at, (_, name)): (usize, &(_, Option<String>))| Table1Group {
            name: name.clone(),
            patients: count(at),
        };
        Self { groups: levels.iter().enumerate().map(group).collect(), of }
    }

    /// Leaves out the groups that are too small, with their patients. Gives their names.
    pub fn leave_out_below(&mut self, least: u64) -> Vec<String> {
        let mut kept = Vec::new();
        let mut left_out = Vec::new();
        let mut places = Vec::new();
        for group in std::mem::take(&mut self.groups) {
            if group.patients < least {
                left_out.push(group.title().to_owned());
                places.push(None);
            } else {
                places.push(Some(kept.len()));
                kept.push(group);
            }
        }
        self.groups = kept;
        for of in &mut self.of {
            *of = of.and_then(|group| places[group]);
        }
        left_out
    }

    /// The places of groups that take part in tests: those with a name.
    pub fn compared(&self) -> Vec<usize> {
        (0..self.groups.len()).filter(|at| self.groups[*at].name.is_some()).collect()
    }
}

/// Values with their texts: those of the order first, others after them by number or name.
pub(super) fn ordered(values: Vec<String>, order: &[(String, String)]) -> Vec<(String, String)> {
    let listed = order.iter().filter(|(value, _)| values.contains(value)).cloned();
    let mut found: Vec<(String, String)> = listed.collect();
    let mut rest: Vec<String> =
        values.into_iter().filter(|value| !order.iter().any(|(known, _)| known == value)).collect();
    let number = |text: &String| text.parse::<f64>().ok();
    if rest.iter().all(|text| number(text).is_some()) {
        rest.sort_by(|a, b| number(a).unwrap_or(0.0).total_cmp(&number(b).unwrap_or(0.0)));
    } else {
        rest.sort();
    }
    found.extend(rest.into_iter().map(|value| (value.clone(), value)));
    found
}
