//! Statements run one after the other, and their results written.

use std::cell::RefCell;
use std::io::Write;

use super::output_error::OutputError;
use super::waiting::QuerySpinner;
use crate::catalog::{Catalog, CatalogError, Parameters, QueryResults, RecordedRows};
use crate::results::{
    self, CellFit, ColumnDescriptions, LongText, ResultError, ResultFormat, TableFit,
    WorkbookWriter,
};
use crate::sql::Statement;

/// Statements, the catalog that they query, and their parameters.
pub(super) struct QueryScript<'a> {
    pub catalog: &'a Catalog,
    pub statements: &'a [Statement],
    pub parameters: &'a Parameters,
    /// The sheets of the results in a workbook, one per statement; without them they are numbered.
    pub sheets: &'a [String],
    /// Receives the rows of the last result, where they are wanted again.
    pub record: Option<&'a RefCell<Option<RecordedRows>>>,
}

/// Runs statements and writes their results. Returns the rows that were written; none when no
/// statement returns any.
pub(super) fn run_all<W: Write + Send>(
    script: &QueryScript<'_>,
    format: ResultFormat,
    fit: &TableFit,
    waiting: &QuerySpinner,
    out: &mut W,
) -> Result<Option<u64>, OutputError> {
    let mut written = None;
    for statement in script.statements {
        if written.is_some() {
            // One result is seen while the next statement runs.
            out.flush().map_err(ResultError::from)?;
        }
        waiting.begin();
        let started = script.catalog.query_with(&statement.sql, script.parameters);
        let placed = |error: CatalogError| error.behind_lines(statement.lines_omitted);
        let mut results = started.map_err(placed).map_err(ResultError::from)?;
        if statement.is_silent() {
            while results.next_batch().map_err(ResultError::from)?.is_some() {}
            continue;
        }
        if written.is_some() {
            out.write_all(b"\n").map_err(ResultError::from)?;
        }
        if script.record.is_some() {
            results.record();
        }
        let rows = one(&mut results, &statement.sql, (format, fit), waiting, out)?;
        if let Some(record) = script.record {
            record.replace(results.take_record());
        }
        written = Some(written.unwrap_or(0) + rows);
    }
    Ok(written)
}

/// Runs statements and writes each result that has rows on a sheet of one workbook.
pub(super) fn run_sheets<W: Write>(
    script: &QueryScript<'_>,
    waiting: &QuerySpinner,
    out: &mut W,
) -> Result<(), OutputError> {
    let mut workbook = WorkbookWriter::new(LongText::Refuse)?;
    let mut names: Vec<String> = Vec::new();
    for (index, statement) in script.statements.iter().enumerate() {
        waiting.begin();
        let started = script.catalog.query_with(&statement.sql, script.parameters);
        let mut results = started.map_err(ResultError::from)?;
        if !statement.is_silent() {
            let title = script.sheets.get(index).map_or("result", String::as_str);
            let others: Vec<&str> = names.iter().map(String::as_str).collect();
            let name = results::sheet_name(title, &others);
            workbook.begin_sheet(&name, results.schema())?;
            names.push(name);
        }
        while let Some(batch) = results.next_batch().map_err(ResultError::from)? {
            if !statement.is_silent() {
                workbook.write_batch(&batch)?;
            }
        }
    }
    Ok(workbook.finish(out)?)
}

fn one<W: Write + Send>(
    results: &mut QueryResults<'_>,
    sql: &str,
    (format, fit): (ResultFormat, &TableFit),
    waiting: &QuerySpinner,
    out: &mut W,
) -> Result<u64, OutputError> {
    Ok(if format == ResultFormat::Parquet {
        results::parquet::write(results, &ColumnDescriptions::of_query(sql), &mut *out)?
    } else if format == ResultFormat::Table && results::is_plan(results.schema()) {
        results::write_plan(results, out)?
    } else {
        let mut fit = fit.clone();
        if results::is_summary(results.schema()) || results::is_description(results.schema()) {
            // SUMMARIZE and DESCRIBE have one row per column of their query: all of them are shown.
            (fit.rows, fit.folded, fit.kinds) = (None, true, false);
            fit.cells = CellFit::Wrapped;
        }
        let mut sink = waiting.counting(results::sink(format, fit));
        results::write(results, &mut sink, out)?
    })
}
