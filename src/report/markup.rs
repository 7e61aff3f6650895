//! Text and numbers of a page.

use super::table::ReportCell;
use crate::results::escape;
use crate::text;

/// A text for HTML: markup as entities, control characters visible.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => out.push(c),
            c if escape::is_hostile(c) => out.push('\u{fffd}'),
            c => escape::push_html(c, &mut out),
        }
    }
    out
}

/// A whole number with its thousands separated by commas.
pub(super) fn grouped(number: i64) -> String {
    let sign = if number < 0 { "−" } else { "" };
    format!("{sign}{}", text::grouped(number.unsigned_abs()))
}

/// A number of a cell as people read it; none for a text.
pub(super) fn number(cell: &ReportCell, digits: usize) -> Option<String> {
    match cell {
        ReportCell::Whole(number) => Some(grouped(*number)),
        ReportCell::Real(number) => {
            let text = format!("{number:.digits$}");
            let is_zero = text.chars().all(|c| matches!(c, '0' | '.' | '-'));
            Some(if is_zero { text.replace('-', "") } else { text.replace('-', "−") })
        }
        _ => None,
    }
}
