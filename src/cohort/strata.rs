//! Strata: the combinations of values that patients have.

use std::collections::HashMap;

use super::patient_column::PatientColumn;

/// The combinations of values that occur, and the one of each patient.
#[derive(Debug, Clone, Default)]
pub struct Strata {
    /// The combinations in the order of the columns' values: `diagnosis=malignant, t_stage=2`.
    pub names: Vec<String>,
    /// The index into `names` of each patient's stratum.
    pub codes: Vec<u32>,
}

impl Strata {
    /// The stratum of a patient.
    pub fn name(&self, patient: usize) -> &str {
        &self.names[self.codes[patient] as usize]
    }

    /// Combines columns; without any, `all` is the only stratum.
    pub fn combine(columns: &[PatientColumn], patients: usize) -> Self {
        let mut known: HashMap<Vec<u32>, u32> = HashMap::new();
        let mut codes = Vec::with_capacity(patients);
        let mut key = Vec::with_capacity(columns.len());
        for patient in 0..patients {
            key.clear();
            key.extend(columns.iter().map(|column| column.codes[patient]));
            let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
            let code = match known.get(&key) {
                Some(code) => *code,
                None => *known.entry(key.clone()).or_insert(next),
            };
            codes.push(code);
        }
        let mut sorted: Vec<(Vec<u32>, u32)> = known.into_iter().collect();
        sorted.sort();
        let mut sorted_code = vec![0; sorted.len()];
        for (index, (_, code)) in (0_u32..).zip(&sorted) {
            sorted_code[*code as usize] = index;
        }
        let name = |(key, _): &(Vec<u32>, u32)| label(columns, key);
        Self {
            names: sorted.iter().map(name).collect(),
            codes: codes.into_iter().map(|code| sorted_code[code as usize]).collect(),
        }
    }
}

fn label(columns: &[PatientColumn], key: &[u32]) -> String {
    if columns.is_empty() {
        return "all".to_owned();
    }
    let part = |(column, code): (&PatientColumn, &u32)| {
        value_label(&column.name, column.values[*code as usize].as_deref())
    };
    columns.iter().zip(key).map(part).collect::<Vec<_>>().join(", ")
}

/// A column with its value, `t_stage=2`; a text that would be ambiguous is quoted.
pub fn value_label(name: &str, value: Option<&str>) -> String {
    match value {
        None => format!("{name}=NULL"),
        Some(text) if text == "NULL" || text.is_empty() || text.contains([',', '=', '"']) => {
            format!("{name}=\"{}\"", text.replace('"', "\"\""))
        }
        Some(text) => format!("{name}={text}"),
    }
}
