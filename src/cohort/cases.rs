//! Case IDs from a file that someone else made.

use std::path::Path;

use super::CohortError;
use crate::catalog::Catalog;
use crate::catalog::script::literal;
use crate::disk::io_error;

/// IDs that a message names; the rest are counted.
const NAMED: usize = 10;

/// Reads a CSV file's case IDs: its column `case_id`, else its only column, whose first line may
/// be `case_id`. Blank lines and white space around IDs do not count, nor does order.
///
/// # Errors
/// When the file cannot be read, has several columns and none of that name, or no ID.
pub fn read(path: &Path) -> Result<Vec<String>, CohortError> {
    let text = std::fs::read_to_string(path).map_err(io_error("read", path))?;
    let refused = |reason: &str| CohortError::Cases(format!("{}: {reason}", path.display()));
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for row in reader.records() {
        rows.push(row.map_err(|error| refused(&error.to_string()))?);
    }
    let heading = |cell: &str| cell.eq_ignore_ascii_case("case_id");
    let column = rows.first().and_then(|row| row.iter().position(heading));
    if column.is_none() && rows.iter().any(|row| row.len() > 1) {
        return Err(refused("it has several columns, and none is headed case_id"));
    }
    let skipped = usize::from(column.is_some());
    let mut cases: Vec<String> = rows
        .iter()
        .skip(skipped)
        .filter_map(|row| row.get(column.unwrap_or(0)))
        .filter(|case| !case.is_empty())
        .map(str::to_owned)
        .collect();
    cases.sort();
    cases.dedup();
    if cases.is_empty() {
        return Err(refused("it names no case"));
    }
    if cases.iter().any(|case| case.contains('\n')) {
        return Err(refused("a case ID holds a line break"));
    }
    Ok(cases)
}

/// The condition that a patient `p` is one of the cases.
///
/// # Errors
/// When the catalog does not have one of them: a list that is silently cut is no list.
pub(super) fn condition(
    catalog: &Catalog,
    path: &Path,
    cases: &[String],
) -> Result<String, CohortError> {
    // One text, parted by SQL: a literal per case would take DuckDB's parser long.
    let listed =
        format!("SELECT unnest(string_split({}, chr(10))) AS case_id", literal(&cases.join("\n")));
    let strangers: Vec<String> = catalog
        .values(&format!("FROM ({listed}) ANTI JOIN patients USING (case_id) ORDER BY 1"))?;
    if !strangers.is_empty() {
        let named: Vec<String> = strangers.iter().take(NAMED).map(|id| format!("{id:?}")).collect();
        let rest = strangers.len() - named.len();
        let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        return Err(CohortError::Cases(format!(
            "{}: {} of {} case IDs are not in the catalog: {}{more}",
            path.display(),
            strangers.len(),
            cases.len(),
            named.join(", ")
        )));
    }
    Ok(format!("p.case_id IN ({listed})"))
}
