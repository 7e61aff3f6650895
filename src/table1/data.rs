//! The patients of a cohort with their characteristics and groups.

use arrow::array::{ArrayRef, AsArray};
use arrow::datatypes::Float64Type;

use super::error::Table1Error;
use super::facts::{self, Characteristic, CharacteristicKind};
use super::model::Table1Group;
use super::request::GroupBy;
use crate::catalog::{Catalog, CatalogError};
use crate::cohort::{CohortDefinition, PatientColumn, PatientColumnBuilder, texts};
use crate::sql::identifier;
use crate::text::nearest;

/// One characteristic of every patient.
pub(super) enum CharacteristicColumn {
    Levels(PatientColumn),
    Numbers(Vec<Option<f64>>),
}

/// The patients, in the order of their cases.
pub(super) struct Table1Data {
    /// The group of each.
    pub by: PatientColumn,
    /// One per characteristic.
    pub columns: Vec<CharacteristicColumn>,
}

/// The band of a patient in SQL: `40-49`, or `2 to <4` where the column has fractions.
fn band(column: &str, width: u32) -> String {
    let value = format!("p.{}", identifier(column));
    let first = format!("CAST(floor({value} / {width}) AS BIGINT) * {width}");
    format!(
        "CASE WHEN {value} IS NULL THEN NULL
         WHEN typeof({value}) IN ('FLOAT', 'DOUBLE') THEN concat({first}, ' to <', {first} + {width})
         WHEN {width} = 1 THEN CAST({first} AS VARCHAR)
         ELSE concat({first}, '-', {first} + {width} - 1) END"
    )
}

/// The bands of a cohort's patients in ascending order, each with its label.
///
/// # Errors
/// When patients have no such column, or it is not a number.
pub(super) fn bands(
    catalog: &Catalog,
    definition: &CohortDefinition,
    column: &str,
    width: u32,
) -> Result<Vec<(String, String)>, Table1Error> {
    check_column(catalog, column)?;
    if !facts::numeric(column) {
        return Err(Table1Error::Request(format!(
            "--by: {column} is not a number of patients, so it has no bands"
        )));
    }
    let name = identifier(column);
    let labels = catalog.values::<String>(&format!(
        "SELECT any_value({}) FROM ({}) JOIN patients AS p USING (case_id)
         WHERE p.{name} IS NOT NULL GROUP BY floor(p.{name} / {width}) ORDER BY floor(p.{name} / {width})",
        band(column, width),
        definition.members()
    ))?;
    Ok(labels.into_iter().map(|label| (label.clone(), label)).collect())
}

fn check_column(catalog: &Catalog, column: &str) -> Result<(), Table1Error> {
    let columns = catalog.columns("patients")?;
    if columns.iter().any(|name| name == column) {
        return Ok(());
    }
    let advice = match nearest(column, columns.iter().map(String::as_str)) {
        Some(name) => format!("did you mean {name}?"),
        None => "`mammodex schema patients` lists them, and split:NAME is a split".into(),
    };
    Err(Table1Error::Request(format!("--by: patients has no column {column:?}; {advice}")))
}

pub(super) fn read(
    catalog: &Catalog,
    definition: &CohortDefinition,
    by: Option<&GroupBy>,
    facts: &[Characteristic],
) -> Result<Table1Data, Table1Error> {
    let (by, joined) = match by {
        None => ("''".to_owned(), String::new()),
        Some(GroupBy::Parts { relation, .. }) => {
            ("s.split".to_owned(), format!("LEFT JOIN {relation} AS s ON s.case_id = p.case_id"))
        }
        Some(GroupBy::Column(column)) => {
            check_column(catalog, column)?;
            (format!("CAST(p.{} AS VARCHAR)", identifier(column)), String::new())
        }
        Some(GroupBy::Band { column, width }) => (band(column, *width), String::new()),
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
    let (mut by, mut columns) = (PatientColumnBuilder::default(), Vec::new());
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
    Levels(PatientColumnBuilder),
    Numbers(Vec<Option<f64>>),
}

impl CharacteristicReader {
    fn new(fact: &Characteristic) -> Self {
        match fact.kind {
            CharacteristicKind::Categorical => Self::Levels(PatientColumnBuilder::default()),
            _ => Self::Numbers(Vec::new()),
        }
    }

    fn push(&mut self, array: &ArrayRef) -> Result<(), CatalogError> {
        match self {
            Self::Levels(values) => texts(array)?.iter().for_each(|value| values.push(value)),
            Self::Numbers(values) => {
                let numbers = array.as_primitive_opt::<Float64Type>();
                let wrong = || CatalogError::Query("a column is not numeric".to_owned());
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

/// The group of each patient.
pub(super) struct GroupMembership {
    /// The groups, in order.
    pub groups: Vec<Table1Group>,
    /// The index of each patient's group; none for patients who are excluded.
    pub group_of: Vec<Option<usize>>,
}

impl GroupMembership {
    /// The groups in the given order, others after them, patients without a group last. Without a
    /// grouping there is one group, which has no name.
    pub fn new(data: &Table1Data, order: &[(String, String)], is_grouped: bool) -> Self {
        let values: Vec<String> = data.by.values.iter().flatten().cloned().collect();
        let mut levels: Vec<(Option<String>, Option<String>)> = ordered(values, order)
            .into_iter()
            .map(|(value, text)| (Some(value), is_grouped.then_some(text)))
            .collect();
        if data.by.values.iter().any(Option::is_none) {
            levels.push((None, None));
        }
        let group = |value: &Option<String>| levels.iter().position(|(level, _)| level == value);
        let group_of_value: Vec<Option<usize>> = data.by.values.iter().map(group).collect();
        let group_of: Vec<Option<usize>> =
            data.by.codes.iter().map(|code| group_of_value[*code as usize]).collect();
        let count =
            |index: usize| group_of.iter().filter(|group| **group == Some(index)).count() as u64;
        let group = |(index, (_, name)): (usize, &(_, Option<String>))| Table1Group {
            name: name.clone(),
            patients: count(index),
        };
        Self { groups: levels.iter().enumerate().map(group).collect(), group_of }
    }

    /// Excludes the groups that are too small, with their patients, and returns their names.
    pub fn exclude_below(&mut self, smallest: u64) -> Vec<String> {
        let mut groups = Vec::new();
        let mut excluded = Vec::new();
        let mut new_index = Vec::new();
        for group in std::mem::take(&mut self.groups) {
            if group.patients < smallest {
                excluded.push(group.title().to_owned());
                new_index.push(None);
            } else {
                new_index.push(Some(groups.len()));
                groups.push(group);
            }
        }
        self.groups = groups;
        for group in &mut self.group_of {
            *group = group.and_then(|index| new_index[index]);
        }
        excluded
    }

    /// The indices of the groups that are tested: those with a name.
    pub fn compared(&self) -> Vec<usize> {
        (0..self.groups.len()).filter(|index| self.groups[*index].name.is_some()).collect()
    }
}

/// Values with their labels: those of the order first, others after them by number or name.
pub(super) fn ordered(values: Vec<String>, order: &[(String, String)]) -> Vec<(String, String)> {
    let listed = order.iter().filter(|(value, _)| values.contains(value)).cloned();
    let mut labelled: Vec<(String, String)> = listed.collect();
    let mut rest: Vec<String> =
        values.into_iter().filter(|value| !order.iter().any(|(known, _)| known == value)).collect();
    let number = |text: &String| text.parse::<f64>().ok();
    if rest.iter().all(|text| number(text).is_some()) {
        rest.sort_by(|a, b| number(a).unwrap_or(0.0).total_cmp(&number(b).unwrap_or(0.0)));
    } else {
        rest.sort();
    }
    labelled.extend(rest.into_iter().map(|value| (value.clone(), value)));
    labelled
}
