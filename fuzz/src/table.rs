//! Parquet tables and lists of files.

use mammodex::cohort;
use mammodex::index::inventory;
use mammodex::sources::source_root::SourceRoot;
use mammodex::storage::Requests;
use mammodex::tables::reader::TableReader;

use crate::place;

/// A list of files: text, CSV, JSON lines or Parquet.
pub fn inventory(bytes: &[u8]) {
    let list = place::write("list", bytes);
    let root = place::folder().join("data");
    let Ok(folder) = SourceRoot::open(&root) else { return };
    let _ = inventory::read(&list, &root, &folder, &Requests::default());
}

/// A list of cases: delimited text, a spreadsheet or Parquet.
pub fn cases(bytes: &[u8]) {
    let list = place::write("cases", bytes);
    let _ = cohort::read_case_list(&list);
}

/// A table of a catalog, such as the rows of a split.
pub fn read(bytes: &[u8]) {
    place::write("rows.parquet", bytes);
    let Ok(mut table) = TableReader::open(place::folder(), "rows") else { return };
    while let Ok(Some(row)) = table.advance() {
        for column in ["case_id", "split", "match_id", "readers", "views"] {
            let _ = (row.text(column), row.int(column), row.double(column), row.bool(column));
            let _ = (row.date(column), row.timestamp(column), row.words(column));
        }
    }
}
