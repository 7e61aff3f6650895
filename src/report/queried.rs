//! Sections that are an SQL query.

use super::error::ReportError;
use super::section::SectionSpec;
use super::table::ReportTable;
use crate::catalog::Catalog;

/// The query of a section for the cases of a subject, as it can be copied.
///
/// # Errors
/// When `schema/report` has no file of its name; a test reads all.
pub(super) fn query(spec: &SectionSpec, cases: &str) -> Result<String, ReportError> {
    let file = crate::schema::REPORT.iter().find(|(stem, _)| *stem == spec.name);
    let missing = || ReportError::Schema {
        file: format!("{}.sql", spec.name),
        reason: "there is no such file".to_owned(),
    };
    let (_, text) = file.ok_or_else(missing)?;
    Ok(text.trim().replace("{cases}", cases))
}

/// The rows of a query.
///
/// # Errors
/// When the catalog refuses.
pub(super) fn rows(
    catalog: &Catalog,
    spec: &SectionSpec,
    sql: &str,
) -> Result<ReportTable, ReportError> {
    let mut results = catalog.query(sql)?;
    let columns = results.schema().fields().iter().map(|field| field.name().clone()).collect();
    let mut batches = Vec::new();
    while let Some(batch) = results.next_batch()? {
        batches.push(batch);
    }
    let table = ReportTable::of_batches(columns, &batches)?;
    Ok(if spec.pivot { table.pivoted() } else { table })
}
