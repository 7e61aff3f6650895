//! What a split is stratified by: columns of `patients`, or bands of one.

use super::columns::{check_column, check_number, parse_millionths};
use super::error::SplitError;
use crate::cohort::{ColumnTypes, MILLION, PatientExpr};
use crate::sql::identifier;

/// A column of `patients`, or bands of one: `vendor`, `age_years:10`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StratumColumn {
    column: String,
    /// Width of a band in millionths.
    band: Option<i64>,
    text: String,
}

impl StratumColumn {
    /// Reads `vendor` or `age_years:10`.
    ///
    /// # Errors
    /// A band width that is not above 0.
    pub fn parse(text: &str) -> Result<Self, SplitError> {
        let text = text.trim();
        let (column, band) = match text.split_once(':') {
            None => (text, None),
            Some((column, width)) => match parse_millionths(width).filter(|width| *width > 0) {
                Some(millionths) => (column.trim(), Some(millionths)),
                None => {
                    return Err(SplitError::Plan(format!(
                        "--stratify: {width:?} is not a band width; write age_years:10"
                    )));
                }
            },
        };
        Ok(Self { column: column.to_owned(), band, text: text.to_owned() })
    }

    /// The column as the user wrote it.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn expr(&self, types: &ColumnTypes) -> Result<PatientExpr, SplitError> {
        let column = format!("p.{}", identifier(&self.column));
        let sql = match self.band {
            None => {
                check_column(types, "--stratify", &self.column)?;
                column
            }
            Some(width) => {
                check_number(types, "--stratify", &self.column)?;
                let millionths = format!("round(CAST({column} AS DOUBLE) * {MILLION})");
                format!("CAST(floor({millionths} / {width}) AS BIGINT)")
            }
        };
        Ok(PatientExpr { name: self.column.clone(), sql, band: self.band })
    }
}

/// The expressions of `--stratify`.
///
/// # Errors
/// A column that `patients` does not have, or that is named twice.
pub(super) fn stratum_exprs(
    columns: &[StratumColumn],
    types: &ColumnTypes,
) -> Result<Vec<PatientExpr>, SplitError> {
    for (number, column) in columns.iter().enumerate() {
        if columns[..number].iter().any(|earlier| earlier.column == column.column) {
            return Err(SplitError::Plan(format!(
                "--stratify: {:?} is named twice",
                column.column
            )));
        }
    }
    columns.iter().map(|column| column.expr(types)).collect()
}
