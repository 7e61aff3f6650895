//! Pieces of SQL conditions.

use crate::sql::literal;

/// The condition that a column has one of these values.
pub(super) fn is_one_of(column: &str, values: &[String]) -> String {
    let literals: Vec<String> = values.iter().map(|value| literal(value)).collect();
    format!("{column} IN ({})", literals.join(", "))
}
