//! The manifest as a relation of the engine, every cell as text.

use std::io;
use std::path::Path;

use super::super::error::ManifestError;
use super::super::provenance::ProvenanceRecord;
use super::super::request::ManifestFormat;
use super::super::rows;
use crate::catalog::{Catalog, CatalogError};
use crate::disk::{io_error, open_regular};
use crate::sql::{literal, path_pattern};

/// Returns the relation of a manifest with rows; none for other formats.
pub fn relation(record: &ProvenanceRecord, path: &Path) -> Result<Option<String>, ManifestError> {
    let (format, path) = match record.request.format {
        ManifestFormat::Folder => (ManifestFormat::Csv, path.join("manifest.csv")),
        format if format.is_table() => (format, path.to_owned()),
        _ => return Ok(None),
    };
    // The engine would wait for a pipe without end, also where the provenance does not name the file.
    open_regular(&path).map_err(io_error("read", &path))?;
    let pattern = path_pattern(&path).ok_or_else(|| {
        let why = io::Error::new(io::ErrorKind::InvalidInput, "the path is not UTF-8");
        io_error("read", &path)(why)
    })?;
    let names = match format {
        // Columns are matched by name, whatever their order.
        ManifestFormat::Csv => header(&path).map_err(io_error("read", &path))?,
        _ => columns(record),
    };
    let types: Vec<String> =
        names.iter().map(|name| format!("{}: 'VARCHAR'", literal(name))).collect();
    let (file, types) = (literal(&pattern), types.join(", "));
    Ok(Some(match format {
        ManifestFormat::Parquet => format!("read_parquet({file}, hive_partitioning = false)"),
        ManifestFormat::Jsonl => format!(
            "read_json({file}, format = 'newline_delimited', columns = {{{types}}}, \
             hive_partitioning = false)"
        ),
        _ => format!(
            "read_csv({file}, auto_detect = false, header = true, delim = ',', quote = '\"', \
             escape = '\"', nullstr = '', allow_quoted_nulls = false, parallel = false, \
             columns = {{{types}}}, hive_partitioning = false)"
        ),
    }))
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
    let mut reader = csv::Reader::from_path(path)?;
    Ok(reader.headers()?.iter().map(str::to_owned).collect())
}

/// Returns the recorded columns that the manifest lacks.
///
/// # Errors
/// When the manifest cannot be read.
pub fn missing_columns(
    catalog: &Catalog,
    record: &ProvenanceRecord,
    relation: &str,
) -> Result<Vec<String>, CatalogError> {
    let there = catalog.columns(relation)?;
    Ok(columns(record).into_iter().filter(|name| !there.contains(name)).collect())
}
