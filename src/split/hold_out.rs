//! Patients held out for external validation.

use super::columns::check_column;
use super::error::SplitError;
use super::shares::is_part_name;
use crate::catalog::Catalog;
use crate::cohort::{ColumnTypes, PatientExpr, column_types};
use crate::sql::{identifier, literal};

/// `vendor=Siemens,GE`: patients with one of the values go to a part of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldOut {
    /// Column of `patients`, of `images`, or of both.
    pub column: String,
    /// The values as the user wrote them.
    pub values: Vec<String>,
    /// The name of the part.
    pub part: String,
}

impl HoldOut {
    /// Reads `vendor=Siemens,GE`; `part` is the name of the part that they go to.
    ///
    /// # Errors
    /// Another form, a name that a part cannot have.
    pub fn parse(text: &str, part: &str) -> Result<Self, SplitError> {
        let Some((column, values)) = text.split_once('=') else {
            return Err(SplitError::Plan(format!("--hold-out: {text:?} is not COLUMN=VALUE")));
        };
        let values: Vec<String> = values.split(',').map(|v| v.trim().to_owned()).collect();
        if values.iter().any(String::is_empty) {
            return Err(SplitError::Plan(format!("--hold-out: {text:?} is not COLUMN=VALUE")));
        }
        if !is_part_name(part) {
            let text = format!("--hold-out-as: {part:?} is not a valid name of a part");
            return Err(SplitError::Plan(text));
        }
        Ok(Self { column: column.trim().to_owned(), values, part: part.to_owned() })
    }

    /// The option: `vendor=Siemens,GE`.
    pub fn text(&self) -> String {
        format!("{}={}", self.column, self.values.join(","))
    }

    /// For a patient `held` where the column has one of the values in `patients` or in any of the
    /// images, `both` where an image has another value too, else NULL.
    pub(super) fn expr(
        &self,
        patients: &ColumnTypes,
        images: &ColumnTypes,
    ) -> Result<PatientExpr, SplitError> {
        let list: Vec<String> = self.values.iter().map(|v| literal(&v.to_lowercase())).collect();
        let list = list.join(", ");
        let value = |table: &str| {
            format!("lower(CAST({table}.{} AS VARCHAR)) IN ({list})", identifier(&self.column))
        };
        let image = |condition: String| {
            format!(
                "EXISTS (SELECT 1 FROM images AS i WHERE i.case_id = p.case_id AND {condition})"
            )
        };
        let (in_patients, in_images) =
            (patients.contains_key(&self.column), images.contains_key(&self.column));
        let mut conditions = Vec::new();
        if in_patients {
            conditions.push(format!("coalesce({}, false)", value("p")));
        }
        let other = if in_images {
            conditions.push(image(value("i")));
            image(format!("NOT ({})", value("i")))
        } else {
            "false".to_owned()
        };
        if conditions.is_empty() {
            check_column(patients, "--hold-out", &self.column)?;
        }
        let sql = format!(
            "CASE WHEN {} THEN CASE WHEN {other} THEN 'both' ELSE 'held' END END",
            conditions.join(" OR ")
        );
        Ok(PatientExpr { name: "hold_out".to_owned(), sql, band: None })
    }

    /// Values that the column has, to name in an error.
    pub(super) fn example_values(&self, catalog: &Catalog) -> Result<String, SplitError> {
        let column = identifier(&self.column);
        let mut values = Vec::new();
        for table in ["patients", "images"] {
            if column_types(catalog, table)?.contains_key(&self.column) {
                let sql = format!(
                    "SELECT DISTINCT CAST({column} AS VARCHAR) FROM {table} \
                     WHERE {column} IS NOT NULL LIMIT 20"
                );
                values.extend(catalog.values::<String>(&sql)?);
            }
        }
        values.sort();
        values.dedup();
        Ok(values.join(", "))
    }
}
