//! The numbers of an earlier snapshot beside those of the report.

use super::section::SectionSpec;
use super::table::{ReportCell, ReportTable};

/// Adds a column of the earlier table after each column that does not name rows; rows that the earlier table
/// alone has come last.
pub(super) fn beside(
    newer: &ReportTable,
    older: &ReportTable,
    spec: &SectionSpec,
    snapshot: u32,
) -> ReportTable {
    let keys = spec.keys.min(newer.columns.len());
    let mut names: Vec<String> = newer.columns[keys..].to_vec();
    let others = older.columns.iter().skip(keys).filter(|name| !newer.columns.contains(name));
    names.extend(others.cloned());
    let cell = |table: &ReportTable, row: Option<&Vec<ReportCell>>, name: &String| {
        let place = table.columns.iter().position(|column| column == name);
        place.zip(row).map_or(ReportCell::Missing, |(place, row)| row[place].clone())
    };
    let mut columns = newer.columns[..keys].to_vec();
    for name in &names {
        columns.extend([name.clone(), format!("{name} ({snapshot})")]);
    }
    let find = |table: &'_ ReportTable, key: &[ReportCell]| {
        table.rows.iter().position(|row| row[..keys] == *key)
    };
    let only_older = older.rows.iter().filter(|row| find(newer, &row[..keys]).is_none());
    let all = newer.rows.iter().chain(only_older).map(|row| row[..keys].to_vec());
    let row = |key: Vec<ReportCell>| {
        let (now, then) = (find(newer, &key), find(older, &key));
        let mut cells = key;
        for name in &names {
            cells.push(cell(newer, now.map(|place| &newer.rows[place]), name));
            cells.push(cell(older, then.map(|place| &older.rows[place]), name));
        }
        cells
    };
    ReportTable { columns, rows: all.map(row).collect() }
}
