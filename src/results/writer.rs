//! A result written in a text format.

use std::io::Write;

use arrow::datatypes::Schema;
use arrow::record_batch::RecordBatch;

use super::docx::DocxSink;
use super::error::ResultError;
use super::format::ResultFormat;
use super::grid::{GridSink, TableFit};
use super::html::HtmlSink;
use super::latex::LatexSink;
use super::lines::{DelimitedSink, JsonSink, MarkdownSink};
use super::record::RecordSink;
use super::sink::ResultSink;
use super::xlsx::XlsxSink;
use crate::catalog::QueryResults;

/// The sink of a format; a table for Parquet, which [`super::parquet::write`] writes.
pub fn sink(format: ResultFormat, fit: TableFit) -> Box<dyn ResultSink> {
    match format {
        ResultFormat::Table | ResultFormat::Parquet => Box::new(GridSink::new(fit)),
        ResultFormat::Csv => Box::new(DelimitedSink::commas()),
        ResultFormat::Tsv => Box::new(DelimitedSink::tabs()),
        ResultFormat::Json => Box::new(JsonSink::array()),
        ResultFormat::Jsonl => Box::new(JsonSink::lines()),
        ResultFormat::Markdown => Box::new(MarkdownSink),
        ResultFormat::Html => Box::new(HtmlSink::default()),
        ResultFormat::Line => Box::new(RecordSink::new(fit.null)),
        ResultFormat::Latex => Box::new(LatexSink::new(fit.null)),
        ResultFormat::Xlsx => Box::new(XlsxSink::default()),
        ResultFormat::Docx => Box::new(DocxSink::new(fit.null)),
    }
}

/// Writes a whole result and returns the number of its rows; `out` is not flushed.
pub fn write(
    results: &mut QueryResults<'_>,
    sink: &mut dyn ResultSink,
    out: &mut dyn Write,
) -> Result<u64, ResultError> {
    let schema = results.schema().clone();
    let mut rows = 0;
    sink.begin(&schema, out)?;
    while let Some(batch) = results.next_batch()? {
        rows += batch.num_rows() as u64;
        sink.batch(&batch, out)?;
    }
    sink.end(out)?;
    Ok(rows)
}

/// Writes the rows of one batch as a whole result.
pub fn write_batch(
    batch: &RecordBatch,
    sink: &mut dyn ResultSink,
    out: &mut dyn Write,
) -> Result<(), ResultError> {
    sink.begin(batch.schema_ref(), out)?;
    sink.batch(batch, out)?;
    sink.end(out)
}

/// Whether a result is that of SUMMARIZE, which has one row per column of its query.
pub fn is_summary(schema: &Schema) -> bool {
    let mut names = schema.fields().iter().map(|field| field.name().as_str());
    let first: Vec<&str> = names.by_ref().take(5).collect();
    first == ["column_name", "column_type", "min", "max", "approx_unique"]
        && names.next_back() == Some("null_percentage")
}

/// Whether these are the columns of DESCRIBE.
pub fn is_description(schema: &Schema) -> bool {
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    names == ["column_name", "column_type", "null", "key", "default", "extra"]
}
