//! Whole numbers as steps write them: `40-69`, `>=50`, `2013,2015-2016`.

use super::error::CohortError;

/// The condition that a number is in any of the comma-separated terms; both ends of a range are in it.
pub(super) fn condition(
    option: &'static str,
    expression: &str,
    text: &str,
) -> Result<String, CohortError> {
    let terms = text.split(',').map(|term| compare(expression, term.trim()));
    let conditions: Option<Vec<String>> = terms.collect();
    match conditions.as_deref() {
        None => Err(CohortError::Span { option, text: text.to_owned() }),
        Some([one]) => Ok(one.clone()),
        Some(several) => Ok(format!("({})", several.join(" OR "))),
    }
}

/// The condition of one term; none when it is not a number or range.
fn compare(expression: &str, term: &str) -> Option<String> {
    for operator in [">=", "<=", "=", ">", "<"] {
        if let Some(number) = term.strip_prefix(operator) {
            return Some(format!("{expression} {operator} {}", number.trim().parse::<u32>().ok()?));
        }
    }
    let number = |text: &str| text.trim().parse::<u32>().ok();
    match term.split_once(['-', '–']) {
        None => Some(format!("{expression} = {}", number(term)?)),
        Some((least, most)) => {
            let (least, most) = (number(least)?, number(most)?);
            (least <= most).then(|| format!("{expression} BETWEEN {least} AND {most}"))
        }
    }
}
