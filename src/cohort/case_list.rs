//! Case IDs from a list.

use std::fs::File;
use std::path::Path;

use super::error::CohortError;
use crate::catalog::Catalog;
use crate::disk::{io_error, read_bounded};
use crate::sources::{sniff, workbook};
use crate::sql::literal;
use crate::tables::texts;

/// The column of a table that names the cases.
const COLUMN: &str = "case_id";
/// IDs that a message lists; the others are counted.
const LISTED_IDS: usize = 10;

/// Reads the case IDs of a list, sorted: a column `case_id`, else the only column, of delimited text in any
/// character set, of a spreadsheet or of a Parquet file. Blank lines, white space around IDs and repeated IDs
/// are ignored.
///
/// # Errors
/// When the file cannot be read or is too long, has several columns and none of that name, a cell that is not plain text,
/// or no ID.
pub fn read_case_list(path: &Path) -> Result<Vec<String>, CohortError> {
    let refused = |reason: &dyn std::fmt::Display| {
        CohortError::Cases(format!("{}: {reason}", path.display()))
    };
    let file = File::open(path).map_err(io_error("read", path))?;
    // A pipe is as good as a file.
    let bytes = read_bounded(file, workbook::MOST_BYTES).map_err(io_error("read", path))?;
    let mut cases: Vec<String> = if sniff::is_parquet(&bytes) {
        let cells = texts::column(path, COLUMN).map_err(|error| refused(&error))?;
        let cells = cells.into_iter().flatten().map(|case| case.trim().to_owned());
        cells.filter(|case| !case.is_empty()).collect()
    } else {
        let cells = workbook::read_column(&bytes, COLUMN).map_err(|error| refused(&error))?;
        cells.into_iter().map(|cell| cell.text).collect()
    };
    cases.sort();
    cases.dedup();
    if cases.is_empty() {
        return Err(refused(&"it has no case IDs"));
    }
    if cases.iter().any(|case| case.contains('\n')) {
        return Err(refused(&"a case ID contains a line break"));
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
