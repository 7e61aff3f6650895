//! Tables of the OMOP Common Data Model, filled from a catalog by the queries of `schema/omop`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::error::ExportError;
use super::omop_schema::{self, OmopColumn, OmopExclusion, OmopFormat, omop_columns, omop_tables};
use super::omop_source::{OmopSource, source_query};
use crate::catalog::{Catalog, QueryResults};
use crate::disk::WholeFolder;
use crate::results::{self, CellReader, ColumnDescriptions, ResultError, csv_field};
use crate::sql::identifier;

/// What an export to OMOP has written.
#[derive(Debug)]
pub struct OmopReport {
    /// Tables and their rows.
    pub tables: Vec<(&'static str, u64)>,
    /// What was excluded, and how many; only what occurs.
    pub exclusions: Vec<(OmopExclusion, u64)>,
    /// Columns as `table.column` with texts longer than the model allows, and their number. They are written.
    pub long_texts: Vec<(String, u64)>,
}

/// Writes the tables to a folder, which appears when all are whole. Without a source `cdm_source` has no row.
///
/// # Errors
/// When the folder has files, cannot be written, or the catalog is damaged.
pub fn write_omop(
    catalog: &Catalog,
    path: &Path,
    format: OmopFormat,
    source: Option<&OmopSource>,
) -> Result<OmopReport, ExportError> {
    let file_error = |source| ExportError::File { path: path.to_owned(), source };
    let folder = WholeFolder::create(path).map_err(file_error)?;
    let mut report =
        OmopReport { tables: Vec::new(), exclusions: Vec::new(), long_texts: Vec::new() };
    let source = source_query(source);
    catalog.execute(&format!("CREATE OR REPLACE TEMP TABLE omop_source_file AS {source}"))?;
    for table in omop_tables() {
        let columns: Vec<&OmopColumn> =
            omop_columns().iter().filter(|column| column.table == table).collect();
        fill(catalog, table, &columns)?;
        report.long_texts.extend(long_texts(catalog, table, &columns)?);
        let list = columns.iter().map(|column| {
            let name = identifier(&column.name);
            format!("CAST({name} AS {}) AS {name}", column.sql_type())
        });
        let list = list.collect::<Vec<_>>().join(", ");
        let mut results = catalog.query(&format!("SELECT {list} FROM omop_{table} ORDER BY 1"))?;
        let name = folder.path().join(format!("{table}.{}", format.ending()));
        let file = File::create(&name).map_err(file_error)?;
        let rows = match format {
            OmopFormat::Parquet => {
                results::parquet::write(&mut results, &ColumnDescriptions::default(), file)?
            }
            OmopFormat::Csv => write_csv(&mut results, BufWriter::new(file))?,
        };
        report.tables.push((table, rows));
    }
    for exclusion in omop_schema::exclusions() {
        let count = catalog.count(&exclusion.count)?;
        if count > 0 {
            report.exclusions.push((exclusion, count));
        }
    }
    folder.sync().map_err(file_error)?;
    folder.finish().map_err(file_error)?;
    Ok(report)
}

/// Runs the query of a table, and checks what the model requires of it.
fn fill(catalog: &Catalog, table: &str, columns: &[&OmopColumn]) -> Result<(), ExportError> {
    let mapping = omop_schema::mapping(table);
    catalog.execute(&format!("CREATE OR REPLACE TEMP TABLE omop_{table} AS\n{mapping}"))?;
    let required = columns.iter().filter(|column| column.is_required());
    let is_null = required.map(|column| format!("{} IS NULL", identifier(&column.name)));
    let is_null = is_null.collect::<Vec<_>>().join(" OR ");
    let rows = catalog.count(&format!("SELECT count(*) FROM omop_{table} WHERE {is_null}"))?;
    if rows > 0 {
        return Err(ExportError::Required { table: table.to_owned(), rows });
    }
    Ok(())
}

/// The columns of a table with texts that the model has no room for.
fn long_texts(
    catalog: &Catalog,
    table: &str,
    columns: &[&OmopColumn],
) -> Result<Vec<(String, u64)>, ExportError> {
    let mut long = Vec::new();
    for column in columns {
        let Some(most) = column.most_characters() else { continue };
        let name = identifier(&column.name);
        let texts = catalog.count(&format!(
            "SELECT count(*) FROM omop_{table} WHERE length({name}::VARCHAR) > {most}"
        ))?;
        if texts > 0 {
            long.push((format!("{table}.{}", column.name), texts));
        }
    }
    Ok(long)
}

/// Rows as CSV for a loader of databases: no cell is changed, unlike in CSV for spreadsheets.
fn write_csv(results: &mut QueryResults<'_>, mut out: impl Write) -> Result<u64, ResultError> {
    let schema = results.schema().clone();
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    writeln!(out, "{}", names.join(","))?;
    let mut rows = 0;
    while let Some(batch) = results.next_batch()? {
        let columns = batch.columns().iter().zip(schema.fields());
        let columns = columns.map(|(array, field)| CellReader::new(array, field));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        rows += batch.num_rows() as u64;
        for row in 0..batch.num_rows() {
            write_row(&columns, row, &mut out)?;
        }
    }
    out.flush()?;
    Ok(rows)
}

fn write_row(columns: &[CellReader], row: usize, out: &mut impl Write) -> io::Result<()> {
    let mut line = String::new();
    let mut text = String::new();
    for (index, cells) in columns.iter().enumerate() {
        if index > 0 {
            line.push(',');
        }
        if !cells.is_null(row) {
            text.clear();
            cells.text(row, &mut text);
            csv_field(&text, &mut line);
        }
    }
    line.push('\n');
    out.write_all(line.as_bytes())
}
