//! A DuckDB file of a catalog.

use std::path::Path;

use super::content::ExportContent;
use super::error::ExportError;
use super::script::CatalogScript;
use crate::catalog::{self, Catalog};
use crate::disk::LibraryFile;

/// Writes the catalog's tables, macros, views, cohorts and splits as a DuckDB file, which appears when it is
/// whole.
///
/// # Errors
/// When the catalog is damaged, or the file cannot be written.
pub fn write_duckdb_file(
    catalog: &Catalog,
    path: &Path,
    content: ExportContent,
) -> Result<(), ExportError> {
    let file_error = |source| ExportError::File { path: path.to_owned(), source };
    let script = CatalogScript::of(catalog, content)?;
    let file = LibraryFile::create(path).map_err(file_error)?;
    catalog::write_database(file.path(), &script.statements())?;
    file.finish().map_err(file_error)
}
