//! The patients of a cohort: their characteristics and groups.

use super::facts::{Fact, Kind};
use super::{By, Group};
use crate::catalog::Catalog;
use crate::catalog::script::identifier;
use crate::cohort::{CohortError, Definition, store};

/// One characteristic of every patient.
pub(super) enum Column {
    Levels(Vec<Option<String>>),
    Numbers(Vec<Option<f64>>),
}

/// The patients, in the order of their cases.
pub(super) struct Data {
    /// What parts them.
    pub by: Vec<Option<String>>,
    /// One per fact.
    pub columns: Vec<Column>,
}

pub(super) fn read(
    catalog: &Catalog,
    definition: &Definition,
    by: Option<&By>,
    facts: &[Fact],
) -> Result<Data, CohortError> {
    let (by, joined) = match by {
        None => ("''".to_owned(), String::new()),
        Some(By::Split(name)) => {
            let split = store::load_split(catalog.dir(), name)?;
            let file = split.relation(catalog)?;
            ("s.split".to_owned(), format!("LEFT JOIN {file} AS s ON s.case_id = p.case_id"))
        }
        Some(By::Column(column)) => {
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
            let kind = if fact.kind == Kind::Categorical { "VARCHAR" } else { "DOUBLE" };
            format!(", CAST({} AS {kind})", fact.sql())
        })
        .collect();
    let rows = catalog.texts(&format!(
        "SELECT {by}{cells}
         FROM ({}) AS c JOIN patients AS p ON p.case_id = c.case_id
         LEFT JOIN (SELECT i.case_id, count(*) AS images FROM images AS i WHERE {} GROUP BY 1) AS m
              ON m.case_id = p.case_id
         {joined}
         ORDER BY p.case_id",
        definition.members(),
        definition.image_condition()
    ))?;
    let cell = |row: &Vec<Option<String>>, at: usize| row.get(at).cloned().flatten();
    let column = |(at, fact): (usize, &Fact)| {
        let texts = rows.iter().map(|row| cell(row, at + 1));
        if fact.kind == Kind::Categorical {
            Column::Levels(texts.collect())
        } else {
            Column::Numbers(texts.map(|text| text?.parse().ok()).collect())
        }
    };
    let columns = facts.iter().enumerate().map(column).collect();
    Ok(Data { by: rows.iter().map(|row| cell(row, 0)).collect(), columns })
}

/// Who is in which group.
pub(super) struct Parts {
    /// The groups, in order.
    pub groups: Vec<Group>,
    /// The group of each patient; none for those who are left out.
    pub of: Vec<Option<usize>>,
}

impl Parts {
    /// The groups in their given order, others after them, patients without one last.
    pub fn new(data: &Data, order: &[(String, String)], parted: bool) -> Self {
        let mut values: Vec<Option<&String>> = data.by.iter().map(Option::as_ref).collect();
        values.sort();
        values.dedup();
        let named: Vec<String> = values.into_iter().flatten().cloned().collect();
        let mut levels: Vec<(Option<String>, Option<String>)> = ordered(named, order)
            .into_iter()
            .map(|(value, text)| (Some(value), parted.then_some(text)))
            .collect();
        if data.by.iter().any(Option::is_none) {
            levels.push((None, None));
        }
        let place = |value: &Option<String>| levels.iter().position(|(level, _)| level == value);
        let of: Vec<Option<usize>> = data.by.iter().map(place).collect();
        let count = |at: usize| of.iter().filter(|group| **group == Some(at)).count() as u64;
        let group = |(at, (_, name)): (usize, &(_, Option<String>))| Group {
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
