//! The manifest as a relation of the engine, every cell as text.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use serde_json::{Map, Value};

use super::super::error::ManifestError;
use super::super::provenance::ProvenanceRecord;
use super::super::request::ManifestFormat;
use super::super::rows;
use crate::catalog::{Catalog, CatalogError};
use crate::disk::{ScratchFolder, WholeFile, io_error, open_regular, read_bounded};
use crate::results::csv_field;
use crate::sources::workbook::{self, TableContainer};
use crate::sql::{literal, path_pattern};

/// Lines of JSON and headers of CSV beyond this are not read for their fields.
const LONGEST_LINE: u64 = 16 << 20;

/// What a query reads a manifest from.
pub struct ManifestRelation {
    sql: String,
    /// The rows of a workbook as CSV, as long as they are read.
    _scratch: Option<ScratchFolder>,
}

impl ManifestRelation {
    fn of_file(sql: String) -> Self {
        Self { sql, _scratch: None }
    }

    /// The relation in SQL.
    pub fn sql(&self) -> &str {
        &self.sql
    }
}

impl std::fmt::Display for ManifestRelation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.sql)
    }
}

/// Returns the relation of a manifest with rows; none for other formats.
pub fn relation(
    record: &ProvenanceRecord,
    path: &Path,
) -> Result<Option<ManifestRelation>, ManifestError> {
    let (format, path) = match record.request.format {
        ManifestFormat::Folder => (ManifestFormat::Csv, path.join("manifest.csv")),
        format if format.is_table() => (format, path.to_owned()),
        _ => return Ok(None),
    };
    // The engine would wait for a pipe without end, also where the provenance does not name the file.
    open_regular(&path).map_err(io_error("read", &path))?;
    if format == ManifestFormat::Xlsx {
        return workbook(&path).map(Some);
    }
    let pattern = path_pattern(&path).ok_or_else(|| {
        let why = io::Error::new(io::ErrorKind::InvalidInput, "the path is not UTF-8");
        io_error("read", &path)(why)
    })?;
    let names = match format {
        // Columns are matched by name, whatever their order.
        ManifestFormat::Csv => header(&path).map_err(io_error("read", &path))?,
        ManifestFormat::Jsonl => fields(record, &path).map_err(io_error("read", &path))?,
        _ => columns(record),
    };
    let types: Vec<String> =
        names.iter().map(|name| format!("{}: 'VARCHAR'", literal(name))).collect();
    let (file, types) = (literal(&pattern), types.join(", "));
    Ok(Some(ManifestRelation::of_file(match format {
        ManifestFormat::Parquet => format!("read_parquet({file}, hive_partitioning = false)"),
        ManifestFormat::Jsonl => format!(
            "read_json({file}, format = 'newline_delimited', columns = {{{types}}}, \
             hive_partitioning = false)"
        ),
        _ => csv_relation(&file, &types),
    })))
}

fn csv_relation(file: &str, types: &str) -> String {
    format!(
        "read_csv({file}, auto_detect = false, header = true, delim = ',', quote = '\"', \
         escape = '\"', nullstr = '', allow_quoted_nulls = false, parallel = false, \
         columns = {{{types}}}, hive_partitioning = false)"
    )
}

/// Writes the first sheet of a workbook as CSV, which the engine reads.
fn workbook(path: &Path) -> Result<ManifestRelation, ManifestError> {
    let read_error = || io_error("read", path);
    let bytes = open_regular(path).and_then(|file| read_bounded(file, workbook::MOST_BYTES));
    let bytes = bytes.map_err(read_error())?;
    let invalid = |reason: String| io::Error::new(io::ErrorKind::InvalidData, reason);
    let unreadable = |reason: String| ManifestError::from(read_error()(invalid(reason)));
    let table = workbook::open(&bytes, TableContainer::Xlsx)
        .map_err(|error| unreadable(error.to_string()))?;
    let sheet = match table.sheets.first() {
        Some(Ok(sheet)) => sheet,
        Some(Err(bad)) => return Err(unreadable(bad.reason.clone())),
        None => return Err(unreadable("it has no sheet".to_owned())),
    };
    let scratch =
        ScratchFolder::create().map_err(io_error("make a folder in", &std::env::temp_dir()))?;
    let rows = scratch.path().join("rows.csv");
    let mut text = String::new();
    for row in 0..sheet.height() {
        for column in 0..sheet.width() {
            if column > 0 {
                text.push(',');
            }
            let cell = sheet.text(row, column);
            if !cell.is_empty() {
                csv_field(cell, &mut text);
            }
        }
        text.push('\n');
    }
    WholeFile::write(&rows, text.as_bytes()).map_err(io_error("write", &rows))?;
    let types: Vec<String> = (0..sheet.width())
        .map(|column| format!("{}: 'VARCHAR'", literal(sheet.text(0, column))))
        .collect();
    let file = literal(&rows.display().to_string());
    Ok(ManifestRelation { sql: csv_relation(&file, &types.join(", ")), _scratch: Some(scratch) })
}

/// Returns the columns of a manifest with rows.
pub fn columns(record: &ProvenanceRecord) -> Vec<String> {
    match record.request.format {
        ManifestFormat::Folder => rows::IMAGE.map(str::to_owned).to_vec(),
        _ => record.manifest.columns.clone(),
    }
}

/// Returns the columns that the header of a CSV names.
fn header(path: &Path) -> io::Result<Vec<String>> {
    let mut reader = csv::Reader::from_reader(open_regular(path)?.take(LONGEST_LINE));
    Ok(reader.headers()?.iter().map(str::to_owned).collect())
}

/// Returns the recorded columns and those of the first line of JSON, each once. The engine refuses an
/// empty list and a name twice.
///
/// # Errors
/// When neither names a column.
fn fields(record: &ProvenanceRecord, path: &Path) -> io::Result<Vec<String>> {
    let mut line = Vec::new();
    BufReader::new(open_regular(path)?).take(LONGEST_LINE).read_until(b'\n', &mut line)?;
    let first: Map<String, Value> = serde_json::from_slice(&line).unwrap_or_default();
    let mut names: Vec<String> = Vec::new();
    for name in columns(record).into_iter().chain(first.keys().cloned()) {
        let is_known = |known: &String| known.to_lowercase() == name.to_lowercase();
        if !name.is_empty() && !names.iter().any(is_known) {
            names.push(name);
        }
    }
    if names.is_empty() {
        let why = "neither the provenance nor the first line names a column";
        return Err(io::Error::new(io::ErrorKind::InvalidData, why));
    }
    Ok(names)
}

/// Returns the recorded columns that the manifest lacks.
///
/// # Errors
/// When the manifest cannot be read.
pub fn missing_columns(
    catalog: &Catalog,
    record: &ProvenanceRecord,
    relation: &ManifestRelation,
) -> Result<Vec<String>, CatalogError> {
    let names = catalog.columns(relation.sql())?;
    Ok(columns(record).into_iter().filter(|name| !names.contains(name)).collect())
}
