//! Columns that the options of a split name, as expressions over `patients AS p`.

use super::error::SplitError;
use crate::cohort::{ColumnTypes, MILLION, PatientExpr, is_number};
use crate::sql::identifier;
use crate::text::nearest;

/// Checks that `patients` has a column.
pub(super) fn check_column(
    types: &ColumnTypes,
    option: &str,
    column: &str,
) -> Result<(), SplitError> {
    if types.contains_key(column) {
        return Ok(());
    }
    let hint = match nearest(column, types.keys().map(String::as_str)) {
        Some(name) => format!("; did you mean {name}?"),
        None => "; `mammodex schema patients` lists them".to_owned(),
    };
    Err(SplitError::Plan(format!("{option}: patients has no column {column:?}{hint}")))
}

/// Checks that `patients` has a column of numbers.
pub(super) fn check_number(
    types: &ColumnTypes,
    option: &str,
    column: &str,
) -> Result<(), SplitError> {
    check_column(types, option, column)?;
    match types.get(column).filter(|kind| is_number(kind)) {
        Some(_) => Ok(()),
        None => Err(SplitError::Plan(format!("{option}: {column} is not a number"))),
    }
}

/// A column of `patients` as it is.
pub(super) fn column_expr(column: &str) -> PatientExpr {
    PatientExpr { name: column.to_owned(), sql: format!("p.{}", identifier(column)), band: None }
}

/// A patient's last date, as a text that sorts by time.
pub(super) fn last_date_expr(
    column: &str,
    patients: &ColumnTypes,
    images: &ColumnTypes,
) -> Result<PatientExpr, SplitError> {
    let (kind, sql) = match (patients.get(column), images.get(column)) {
        (Some(kind), _) => (kind, format!("p.{}", identifier(column))),
        (None, Some(kind)) => {
            let max = format!("max(i.{})", identifier(column));
            (kind, format!("(SELECT {max} FROM images AS i WHERE i.case_id = p.case_id)"))
        }
        (None, None) => {
            return Err(SplitError::Plan(format!(
                "--temporal: neither patients nor images has a column {column:?}"
            )));
        }
    };
    if !kind.starts_with("DATE") && !kind.starts_with("TIMESTAMP") {
        return Err(SplitError::Plan(format!("--temporal: {column} is not a date")));
    }
    Ok(PatientExpr { name: column.to_owned(), sql, band: None })
}

/// A decimal of at least 0 in millionths.
pub(super) fn parse_millionths(text: &str) -> Option<i64> {
    let number: f64 = text.trim().parse().ok()?;
    let millionths = (number * MILLION as f64).round();
    (0.0..9e15).contains(&millionths).then_some(millionths as i64)
}
