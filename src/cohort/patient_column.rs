//! One column of the patients of a cohort, each distinct value kept once.

use std::collections::HashMap;

use arrow::array::{Array, ArrayRef, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;

use crate::catalog::CatalogError;

/// Numbers are compared as whole millionths, so that the difference of 1.8 and 1.6 is exactly 0.2.
pub const MILLION: i64 = 1_000_000;

/// The value of every patient in one column.
#[derive(Debug, Clone, Default)]
pub struct PatientColumn {
    /// Its name.
    pub name: String,
    /// The distinct values: numbers by size, texts by their bytes; the missing value is last.
    pub values: Vec<Option<String>>,
    /// The index into `values` of each patient's value.
    pub codes: Vec<u32>,
}

impl PatientColumn {
    /// The value of a patient; none where it is missing.
    pub fn value(&self, patient: usize) -> Option<&str> {
        self.values[self.codes[patient] as usize].as_deref()
    }

    /// Each distinct value in millionths; none where it is missing or not a number.
    pub fn millionths(&self) -> Vec<Option<i64>> {
        let number = |value: &Option<String>| {
            let scaled = value.as_ref()?.parse::<f64>().ok()? * MILLION as f64;
            // Doubles beyond this are more than a millionth apart.
            (scaled.abs() < 9e15).then(|| scaled.round() as i64)
        };
        self.values.iter().map(number).collect()
    }
}

/// The cells of a VARCHAR column, in whichever string layout DuckDB returns.
pub(crate) fn texts(array: &ArrayRef) -> Result<StringArray, CatalogError> {
    let array = cast(array, &DataType::Utf8).map_err(|e| CatalogError::Query(e.to_string()))?;
    let text = array.as_any().downcast_ref::<StringArray>().cloned();
    text.ok_or_else(|| CatalogError::Query("a column is not text".to_owned()))
}

/// Collects the values of a column.
#[derive(Default)]
pub(crate) struct PatientColumnBuilder {
    known: HashMap<String, u32>,
    missing: Option<u32>,
    codes: Vec<u32>,
    count: u32,
}

impl PatientColumnBuilder {
    /// Adds the value of the next patient.
    pub fn push(&mut self, value: Option<&str>) {
        let known = match value {
            Some(text) => self.known.get(text).copied(),
            None => self.missing,
        };
        let code = known.unwrap_or_else(|| {
            let code = self.count;
            self.count += 1;
            match value {
                Some(text) => drop(self.known.insert(text.to_owned(), code)),
                None => self.missing = Some(code),
            }
            code
        });
        self.codes.push(code);
    }

    /// The column of that name.
    pub fn finish(self, name: String) -> PatientColumn {
        let mut values: Vec<(Option<String>, u32)> =
            self.known.into_iter().map(|(text, code)| (Some(text), code)).collect();
        values.extend(self.missing.map(|code| (None, code)));
        let number = |text: &str| text.parse::<f64>().ok();
        let numeric = values.iter().filter_map(|(v, _)| v.as_deref()).all(|v| number(v).is_some());
        values.sort_by(|(a, _), (b, _)| match (a, b) {
            (Some(a), Some(b)) if numeric => {
                number(a).partial_cmp(&number(b)).unwrap_or(a.cmp(b)).then_with(|| a.cmp(b))
            }
            _ => (a.is_none(), a).cmp(&(b.is_none(), b)),
        });
        let mut sorted_code = vec![0; values.len()];
        for (index, (_, code)) in (0_u32..).zip(&values) {
            sorted_code[*code as usize] = index;
        }
        PatientColumn {
            name,
            values: values.into_iter().map(|(value, _)| value).collect(),
            codes: self.codes.into_iter().map(|code| sorted_code[code as usize]).collect(),
        }
    }
}
