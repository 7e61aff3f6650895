//! CSV, JSON lines, Parquet or Excel: the rows of a query.

use super::error::ManifestError;
use super::job::{ManifestContent, ManifestFile, ManifestJob};
use super::request::ManifestFormat;
use super::rows;
use super::selection::LabelCounts;
use crate::results::{self, ColumnDescriptions, ResultFormat};

/// Writes the rows of a table.
pub(super) fn write(
    job: &ManifestJob<'_>,
    out: &mut ManifestFile,
) -> Result<ManifestContent, ManifestError> {
    let query = rows::table(job.catalog, job.source, job.options, job.path_style)?;
    let mut results = job.catalog.query(&query.sql)?;
    let rows = match job.options.format {
        ManifestFormat::Parquet => {
            results::parquet::write(&mut results, &ColumnDescriptions::default(), &mut *out)?
        }
        format => {
            let format = match format {
                ManifestFormat::Csv => ResultFormat::Csv,
                ManifestFormat::Xlsx => ResultFormat::Xlsx,
                _ => ResultFormat::Jsonl,
            };
            let mut sink = results::sink(format, results::TableFit::default());
            results::write(&mut results, sink.as_mut(), out)?
        }
    };
    drop(results);
    let labels = match job.options.label {
        Some(_) => label_counts(job, &query.sql)?,
        None => LabelCounts::new(),
    };
    Ok(ManifestContent {
        rows,
        counts: job.counts.clone(),
        labels,
        columns: query.columns,
        sql: Some(query.sql),
        ..ManifestContent::default()
    })
}

/// Counts the rows by part and label.
fn label_counts(job: &ManifestJob<'_>, sql: &str) -> Result<LabelCounts, ManifestError> {
    let columns = &job.options.columns;
    let has_split = columns.is_empty() || columns.iter().any(|column| column == "split");
    let split = if has_split { "split" } else { "NULL" };
    let rows = job.catalog.rows(&format!(
        "SELECT {split}::VARCHAR, label::VARCHAR, count(*) FROM ({sql}) GROUP BY ALL ORDER BY ALL"
    ))?;
    Ok(rows.into_iter().map(|(split, label, count)| ((split, label), count)).collect())
}
