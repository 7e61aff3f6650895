//! Who is dealt out: case IDs and the columns that decide, each value kept once.

use std::collections::{BTreeMap, HashMap};

use arrow::array::{Array, ArrayRef, StringArray, StringBuilder};
use arrow::compute::cast;
use arrow::datatypes::DataType;

use crate::catalog::script::identifier;
use crate::catalog::{Catalog, CatalogError};
use crate::cohort::{CohortDefinition, CohortError};

/// Millionths: numbers are compared as whole ones, so that 1.8 and 1.6 lie 0.2 apart.
pub const MILLION: i64 = 1_000_000;

/// One thing read of every patient, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientExpr {
    /// What labels call it.
    pub name: String,
    /// SQL over `patients AS p`.
    pub sql: String,
    /// The width of its bands in millionths, where it is a band's number.
    pub band: Option<i64>,
}

/// A column's value of every patient.
#[derive(Debug, Clone, Default)]
pub struct PatientColumn {
    /// Its name.
    pub name: String,
    /// The distinct values: numbers by size, else texts by their bytes, the missing one last.
    pub values: Vec<Option<String>>,
    /// The place in `values` of each patient's value.
    pub codes: Vec<u32>,
}

/// The patients of a cohort, sorted by case ID, with columns.
#[derive(Debug, Clone)]
pub struct Patients {
    /// Their case IDs.
    pub cases: StringArray,
    /// The columns asked for, in that order.
    pub columns: Vec<PatientColumn>,
}

impl Patients {
    /// Reads the patients of a cohort.
    ///
    /// # Errors
    /// What DuckDB says of the cohort's query or an expression; a case without an ID or without a
    /// row of `patients`.
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
        let mut columns: Vec<Interning> = exprs.iter().map(|_| Interning::default()).collect();
        while let Some(batch) = results.next_batch()? {
            let ids = texts(batch.column(0))?;
            if ids.null_count() > 0 {
                // The cohort's own count says what is wrong with it.
                drop(results);
                definition.counts(catalog)?;
                let text = "the cohort has a case that the catalog does not have";
                return Err(CohortError::Plan(text.to_owned()));
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
                bands.for_each(|value| *value = band(value, width));
            }
            column
        });
        Ok(Self { cases: cases.finish(), columns: columns.collect() })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// The place of a case; none when it is not among them.
    pub fn find(&self, case: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.cases.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.cases.value(middle).cmp(case) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}

impl PatientColumn {
    /// A patient's value.
    pub fn of(&self, member: usize) -> Option<&str> {
        self.values[self.codes[member] as usize].as_deref()
    }

    /// Each distinct value as a number in millionths; none where it is missing or none.
    pub fn millionths(&self) -> Vec<Option<i64>> {
        let number = |value: &Option<String>| {
            let scaled = value.as_ref()?.parse::<f64>().ok()? * MILLION as f64;
            // Beyond it neighbouring numbers are more than a millionth apart.
            (scaled.abs() < 9e15).then(|| scaled.round() as i64)
        };
        self.values.iter().map(number).collect()
    }
}

/// Cells of text; DuckDB gives VARCHAR so.
pub(crate) fn texts(array: &ArrayRef) -> Result<StringArray, CatalogError> {
    let array = cast(array, &DataType::Utf8).map_err(|e| CatalogError::Query(e.to_string()))?;
    let text = array.as_any().downcast_ref::<StringArray>().cloned();
    text.ok_or_else(|| CatalogError::Query("a column is not text".to_owned()))
}

/// A column that is being read: each value is kept once.
#[derive(Default)]
pub(crate) struct Interning {
    known: HashMap<String, u32>,
    missing: Option<u32>,
    codes: Vec<u32>,
    count: u32,
}

impl Interning {
    /// One more patient's value.
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
        let mut place = vec![0; values.len()];
        for (at, (_, code)) in (0_u32..).zip(&values) {
            place[*code as usize] = at;
        }
        PatientColumn {
            name,
            values: values.into_iter().map(|(value, _)| value).collect(),
            codes: self.codes.into_iter().map(|code| place[code as usize]).collect(),
        }
    }
}

/// The bounds of a band by its number: `40-49` where they are whole, else `1.5-<2`.
fn band(index: &str, width: i64) -> String {
    let low = index.parse::<i64>().unwrap_or_default().saturating_mul(width);
    let high = low.saturating_add(width);
    if low % MILLION == 0 && width % MILLION == 0 {
        format!("{}-{}", low / MILLION, high / MILLION - 1)
    } else {
        let decimal = |value: i64| value as f64 / MILLION as f64;
        format!("{}-<{}", decimal(low), decimal(high))
    }
}

/// The columns of `patients` with their types, as DuckDB names these.
pub fn types(catalog: &Catalog, table: &str) -> Result<BTreeMap<String, String>, CatalogError> {
    let sql = format!("SELECT column_name, column_type FROM (DESCRIBE FROM {})", identifier(table));
    Ok(catalog.rows(&sql)?.into_iter().collect())
}

/// Whether numbers of that type can be told apart by size.
pub fn is_number(kind: &str) -> bool {
    const NUMBERS: [&str; 10] = [
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "UBIGINT",
        "FLOAT",
        "DOUBLE",
    ];
    NUMBERS.contains(&kind) || kind.starts_with("DECIMAL")
}

/// The combinations of columns that occur, with the patients of each.
#[derive(Debug, Clone, Default)]
pub struct Strata {
    /// `diagnosis=malignant, t_stage=2`; in the order of the columns' values.
    pub names: Vec<String>,
    /// The place in `names` of each patient's stratum.
    pub of: Vec<u32>,
}

impl Strata {
    /// Joins columns; without any, `all` is the only stratum.
    pub fn join(columns: &[PatientColumn], people: usize) -> Self {
        let mut known: HashMap<Vec<u32>, u32> = HashMap::new();
        let mut of = Vec::with_capacity(people);
        let mut key = Vec::with_capacity(columns.len());
        for member in 0..people {
            key.clear();
            key.extend(columns.iter().map(|column| column.codes[member]));
            let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
            let code = match known.get(&key) {
                Some(code) => *code,
                None => *known.entry(key.clone()).or_insert(next),
            };
            of.push(code);
        }
        let mut sorted: Vec<(Vec<u32>, u32)> = known.into_iter().collect();
        sorted.sort();
        let mut place = vec![0; sorted.len()];
        for (at, (_, code)) in (0_u32..).zip(&sorted) {
            place[*code as usize] = at;
        }
        let name = |(key, _): &(Vec<u32>, u32)| label(columns, key);
        Self {
            names: sorted.iter().map(name).collect(),
            of: of.into_iter().map(|code| place[code as usize]).collect(),
        }
    }
}

fn label(columns: &[PatientColumn], key: &[u32]) -> String {
    if columns.is_empty() {
        return "all".to_owned();
    }
    let cell = |(column, code): (&PatientColumn, &u32)| {
        cell(&column.name, column.values[*code as usize].as_deref())
    };
    columns.iter().zip(key).map(cell).collect::<Vec<_>>().join(", ")
}

/// `t_stage=2`; a text that could be taken for something else is quoted.
pub fn cell(name: &str, value: Option<&str>) -> String {
    match value {
        None => format!("{name}=NULL"),
        Some(text) if text == "NULL" || text.is_empty() || text.contains([',', '=', '"']) => {
            format!("{name}=\"{}\"", text.replace('"', "\"\""))
        }
        Some(text) => format!("{name}={text}"),
    }
}
