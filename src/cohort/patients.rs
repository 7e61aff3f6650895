//! The patients of a cohort: case IDs, and columns of `patients`.

use arrow::array::{Array, StringArray, StringBuilder};

use super::definition::CohortDefinition;
use super::error::CohortError;
use super::patient_column::{MILLION, PatientColumn, PatientColumnBuilder, texts};
use crate::catalog::Catalog;

/// A value that is read of every patient, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientExpr {
    /// Its name in labels.
    pub name: String,
    /// SQL expression over `patients AS p`.
    pub sql: String,
    /// The width of its bands in millionths, where the value is the number of a band.
    pub band: Option<i64>,
}

/// Case IDs, sorted.
#[derive(Debug, Clone)]
pub struct CaseIds(StringArray);

impl CaseIds {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The index of a case; none when it is not among them.
    pub fn find(&self, case: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.0.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.0.value(middle).cmp(case) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The case ID of a patient.
    pub fn get(&self, patient: usize) -> &str {
        self.0.value(patient)
    }
}

/// The patients of a cohort, sorted by case ID, with columns.
#[derive(Debug, Clone)]
pub struct Patients {
    /// Their case IDs.
    pub cases: CaseIds,
    /// The columns of the expressions, in that order.
    pub columns: Vec<PatientColumn>,
}

impl Patients {
    /// Reads the patients of a cohort.
    ///
    /// # Errors
    /// When DuckDB refuses the cohort's query or an expression, or a member has no case ID or no row
    /// in `patients`.
    pub fn read(
        catalog: &Catalog,
        definition: &CohortDefinition,
        exprs: &[PatientExpr],
    ) -> Result<Self, CohortError> {
        let cells: String =
            exprs.iter().map(|expr| format!(", CAST({} AS VARCHAR)", expr.sql)).collect();
        let mut results = catalog.query(&format!(
            "SELECT CASE WHEN p.case_id IS NOT NULL THEN m.case_id END{cells}
             FROM ({}) AS m LEFT JOIN patients AS p ON p.case_id = m.case_id ORDER BY 1",
            definition.members()
        ))?;
        let mut cases = StringBuilder::new();
        let mut columns: Vec<PatientColumnBuilder> =
            exprs.iter().map(|_| PatientColumnBuilder::default()).collect();
        while let Some(batch) = results.next_batch()? {
            let ids = texts(batch.column(0))?;
            if ids.null_count() > 0 {
                // Counting the cohort names what is wrong with it.
                drop(results);
                definition.counts(catalog)?;
                let text = "the cohort has a case that the catalog does not have";
                return Err(CohortError::Members(text.to_owned()));
            }
            for case in ids.iter() {
                cases.append_value(case.unwrap_or_default());
            }
            for (column, array) in columns.iter_mut().zip(&batch.columns()[1..]) {
                for value in texts(array)?.iter() {
                    column.push(value);
                }
            }
        }
        let columns = columns.into_iter().zip(exprs).map(|(column, expr)| {
            let mut column = column.finish(expr.name.clone());
            if let Some(width) = expr.band {
                let bands = column.values.iter_mut().flatten();
                bands.for_each(|value| *value = band_label(value, width));
            }
            column
        });
        Ok(Self { cases: CaseIds(cases.finish()), columns: columns.collect() })
    }
}

/// The bounds of a band by its number: `40-49` where they are whole, else `1.5-<2`.
fn band_label(index: &str, width: i64) -> String {
    let low = index.parse::<i64>().unwrap_or_default().saturating_mul(width);
    let high = low.saturating_add(width);
    if low % MILLION == 0 && width % MILLION == 0 {
        format!("{}-{}", low / MILLION, high / MILLION - 1)
    } else {
        let decimal = |value: i64| value as f64 / MILLION as f64;
        format!("{}-<{}", decimal(low), decimal(high))
    }
}
