//! The images of a cohort with their label and attributes.

use arrow::array::{Array, AsArray};

use super::attribute::AttributeKind;
use super::error::ShortcutError;
use super::levels::AttributeLevels;
use super::request::ShortcutRequest;
use crate::catalog::{Catalog, CatalogError};
use crate::cohort::{PatientColumnBuilder, texts};

/// The labelled images, in the order of their case and path.
pub(super) struct ShortcutData {
    /// The patient of each, numbered in the order of case IDs.
    pub patients: Vec<usize>,
    /// The case IDs of the patients.
    pub cases: Vec<String>,
    /// The label of each image.
    pub labels: Vec<bool>,
    /// Images whose label is NULL, which are excluded.
    pub unlabelled: u64,
    /// One per attribute.
    pub attributes: Vec<AttributeLevels>,
}

impl ShortcutData {
    /// Whether each patient has an image with the label.
    pub fn positive_patients(&self) -> Vec<bool> {
        let mut positive = vec![false; self.cases.len()];
        for (patient, label) in self.patients.iter().zip(&self.labels) {
            positive[*patient] |= label;
        }
        positive
    }
}

/// The tables that label and attributes are over: images of the cohort as `i`, their patients as `p`.
pub(super) fn relation(request: &ShortcutRequest) -> String {
    let within = request.within.as_ref().map_or_else(String::new, |relation| {
        format!(" AND i.case_id IN (SELECT case_id FROM {relation})")
    });
    format!(
        "({}) AS m JOIN images AS i ON i.case_id = m.case_id JOIN patients AS p ON p.case_id = m.case_id \
         WHERE {}{within}",
        request.cohort.members(),
        request.cohort.image_condition()
    )
}

pub(super) fn read(
    catalog: &Catalog,
    request: &ShortcutRequest,
) -> Result<ShortcutData, ShortcutError> {
    let cell = |sql: &str, kind: AttributeKind| match kind {
        AttributeKind::Category => format!(", CAST(({sql}) AS VARCHAR)"),
        AttributeKind::Number => format!(", CAST(CAST(({sql}) AS DOUBLE) AS VARCHAR)"),
    };
    let cells: String =
        request.attributes.iter().map(|attribute| cell(&attribute.sql, attribute.kind)).collect();
    let mut results = catalog.query(&format!(
        "SELECT i.case_id, CAST(({}) AS BOOLEAN){cells}\nFROM {}\nORDER BY i.case_id, i.path",
        request.label,
        relation(request)
    ))?;
    let mut columns: Vec<PatientColumnBuilder> =
        request.attributes.iter().map(|_| PatientColumnBuilder::default()).collect();
    let (mut patients, mut cases, mut labels) = (Vec::new(), Vec::<String>::new(), Vec::new());
    let mut unlabelled = 0;
    while let Some(batch) = results.next_batch()? {
        let ids = texts(batch.column(0))?;
        let wrong = || CatalogError::Query("--label is not a condition".to_owned());
        let label = batch.column(1).as_boolean_opt().ok_or_else(wrong)?;
        let cells = batch.columns()[2..].iter().map(texts).collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            if label.is_null(row) {
                unlabelled += 1;
                continue;
            }
            let case = ids.value(row);
            if cases.last().is_none_or(|last| last != case) {
                cases.push(case.to_owned());
            }
            patients.push(cases.len() - 1);
            labels.push(label.value(row));
            for (column, cells) in columns.iter_mut().zip(&cells) {
                column.push(cells.is_valid(row).then(|| cells.value(row)));
            }
        }
    }
    let attributes = columns
        .into_iter()
        .zip(&request.attributes)
        .map(|(column, attribute)| {
            AttributeLevels::new(&column.finish(attribute.name.clone()), attribute.kind)
        })
        .collect();
    Ok(ShortcutData { patients, cases, labels, unlabelled, attributes })
}
