//! The label of a contour, by the spellings of `schema/vocabulary/labels.csv`.

use super::text;
use super::vocabulary::{field, rows};

/// The label that a spelling means; absent for one that is not known.
pub fn parse(spelling: &str) -> Option<&'static str> {
    let key = text::fold(spelling).to_lowercase();
    let row = rows("labels").iter().find(|row| field(row, 1) == key)?;
    Some(field(row, 0))
}
