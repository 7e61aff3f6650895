//! The numbers of an earlier snapshot beside those of the report.

use super::section::SectionSpec;
use super::table::{ReportCell, ReportTable};

/// The newer table with a column of the earlier one after each column that neither names rows nor is shown
/// once; rows that the earlier table alone has come last. A table that is absent has no rows.
pub(super) fn beside(
    newer: Option<&ReportTable>,
    older: Option<&ReportTable>,
    spec: &SectionSpec,
    snapshot: u32,
) -> Option<ReportTable> {
    let columns = &newer.or(older)?.columns;
    let keys = spec.keys.min(columns.len());
    let is_other = |name: &&String| !columns.contains(name);
    let only_older = older.into_iter().flat_map(|table| table.columns.iter().skip(keys));
    let names: Vec<&String> = columns[keys..].iter().chain(only_older.filter(is_other)).collect();
    let mut shown = columns[..keys].to_vec();
    for name in &names {
        shown.push((*name).clone());
        if !spec.once.contains(name) {
            shown.push(format!("{name} ({snapshot})"));
        }
    }
    let row_of = |table: Option<&ReportTable>, key: &[ReportCell]| {
        rows_of(table).iter().find(|row| row[..keys] == *key).cloned()
    };
    // A table of rows, columns and counts has 0 where there is nothing.
    let empty = if spec.pivot { ReportCell::Whole(0) } else { ReportCell::Missing };
    let cell = |table: Option<&ReportTable>, row: Option<&Vec<ReportCell>>, name: &String| {
        let place = table?.columns.iter().position(|column| column == name)?;
        Some(row?[place].clone())
    };
    let is_new = |row: &&Vec<ReportCell>| row_of(newer, &row[..keys]).is_none();
    let added = rows_of(older).iter().filter(is_new);
    let row = |key: &[ReportCell]| {
        let (now, then) = (row_of(newer, key), row_of(older, key));
        let mut cells = key.to_vec();
        for name in &names {
            let cell_now = cell(newer, now.as_ref(), name);
            let cell_then = cell(older, then.as_ref(), name);
            if spec.once.contains(name) {
                cells.push(cell_now.or(cell_then).unwrap_or(ReportCell::Missing));
            } else {
                cells.push(cell_now.unwrap_or_else(|| empty.clone()));
                cells.push(cell_then.unwrap_or_else(|| empty.clone()));
            }
        }
        cells
    };
    let rows = rows_of(newer).iter().chain(added).map(|cells| row(&cells[..keys])).collect();
    Some(ReportTable { columns: shown, rows })
}

fn rows_of(table: Option<&ReportTable>) -> &[Vec<ReportCell>] {
    table.map_or(&[], |table| &table.rows)
}
