//! Case IDs from a CSV file.

use std::path::Path;

use super::error::CohortError;
use crate::catalog::Catalog;
use crate::disk::io_error;
use crate::sql::literal;

/// IDs that a message lists; the others are counted.
const LISTED_IDS: usize = 10;

/// Reads a CSV file's case IDs, sorted: its column `case_id`, else its only column. Blank lines,
/// white space around IDs and repeated IDs are ignored.
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
    let is_heading = |cell: &str| cell.eq_ignore_ascii_case("case_id");
    let column = rows.first().and_then(|row| row.iter().position(is_heading));
    if column.is_none() && rows.iter().any(|row| row.len() > 1) {
        return Err(refused("it has several columns, none of them named case_id"));
    }
    let header_rows = usize::from(column.is_some());
    let mut cases: Vec<String> = rows
        .iter()
        .skip(header_rows)
        .filter_map(|row| row.get(column.unwrap_or(0)))
        .filter(|case| !case.is_empty())
        .map(str::to_owned)
        .collect();
    cases.sort();
    cases.dedup();
    if cases.is_empty() {
        return Err(refused("it has no case IDs"));
    }
    if cases.iter().any(|case| case.contains('\n')) {
        return Err(refused("a case ID contains a line break"));
    }
    Ok(cases)
}

/// The condition that a patient `p` is one of the cases.
///
/// # Errors
/// When the catalog does not have one of them: a list is never cut silently.
pub(super) fn condition(
    catalog: &Catalog,
    path: &Path,
    cases: &[String],
) -> Result<String, CohortError> {
    // One text, split by SQL: DuckDB's parser is slow with a literal per case.
    let case_table =
        format!("SELECT unnest(string_split({}, chr(10))) AS case_id", literal(&cases.join("\n")));
    let sql = format!("FROM ({case_table}) ANTI JOIN patients USING (case_id) ORDER BY 1");
    let unknown: Vec<String> = catalog.values(&sql)?;
    if !unknown.is_empty() {
        let listed_ids: Vec<String> =
            unknown.iter().take(LISTED_IDS).map(|id| format!("{id:?}")).collect();
        let rest = unknown.len() - listed_ids.len();
        let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        return Err(CohortError::Cases(format!(
            "{}: {} of {} case IDs are not in the catalog: {}{more}",
            path.display(),
            unknown.len(),
            cases.len(),
            listed_ids.join(", ")
        )));
    }
    Ok(format!("p.case_id IN ({case_table})"))
}
