//! Results written for people and programs: tables, CSV and TSV, JSON, Markdown, LaTeX, Parquet.

mod cell;
pub mod escape;
mod grid;
mod html;
mod latex;
mod lines;
mod moment;
pub mod parquet;
mod record;

use std::io::{self, Write};

use arrow::datatypes::Schema;
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;

use crate::catalog::{CatalogError, QueryResults};
use crate::tables::batches::BatchError;

pub use cell::CellReader;
pub use grid::TableFit;
pub use lines::csv_field;

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultFormat {
    /// A grid for reading.
    Table,
    /// Comma-separated values (RFC 4180, lines ended by a line feed).
    Csv,
    /// The same with tabs between the cells.
    Tsv,
    /// One JSON array of objects.
    Json,
    /// One JSON object per line.
    Jsonl,
    /// A Markdown table.
    Markdown,
    /// An HTML table.
    Html,
    /// One line per cell: `column = value`.
    Line,
    /// A LaTeX table with the rules of booktabs.
    Latex,
    /// Parquet.
    Parquet,
}

impl ResultFormat {
    /// Every format, in the order of the help.
    pub const ALL: &'static [Self] = &[
        Self::Table,
        Self::Csv,
        Self::Tsv,
        Self::Json,
        Self::Jsonl,
        Self::Markdown,
        Self::Html,
        Self::Line,
        Self::Latex,
        Self::Parquet,
    ];

    /// Its name in options and commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Line => "line",
            Self::Latex => "latex",
            Self::Parquet => "parquet",
        }
    }

    /// The format of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.name() == name)
    }

    /// The format that a file's name asks for.
    pub fn of_path(path: &std::path::Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "tsv" => Some(Self::Tsv),
            "tex" => Some(Self::Latex),
            "json" => Some(Self::Json),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "md" | "markdown" => Some(Self::Markdown),
            "html" | "htm" => Some(Self::Html),
            "parquet" => Some(Self::Parquet),
            "txt" => Some(Self::Table),
            _ => None,
        }
    }

    /// Whether a file of this format holds one result and no more.
    pub fn holds_one(self) -> bool {
        matches!(self, Self::Json | Self::Parquet)
    }
}

/// Writing a result failed.
#[derive(Debug, thiserror::Error)]
pub enum ResultError {
    /// The query failed on its way.
    #[error(transparent)]
    Query(#[from] CatalogError),
    /// The output could not be written.
    #[error("cannot write the result: {0}")]
    Write(#[from] io::Error),
    /// A column's type cannot be written.
    #[error("a column cannot be written: {0}")]
    Column(#[from] ArrowError),
    /// Parquet refused.
    #[error(transparent)]
    Parquet(#[from] BatchError),
}

impl ResultError {
    /// Whether the reader of the output has gone away, which is no fault.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Write(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// Takes the batches of one result and writes them as they come.
pub trait ResultSink {
    /// The columns are known.
    fn begin(&mut self, schema: &Schema, out: &mut dyn Write) -> Result<(), ResultError>;
    /// More rows.
    fn batch(&mut self, batch: &RecordBatch, out: &mut dyn Write) -> Result<(), ResultError>;
    /// No more rows.
    fn end(&mut self, out: &mut dyn Write) -> Result<(), ResultError>;
}

/// The writer of a text format; Parquet has [`parquet::write`] and gives a table here.
pub fn sink(format: ResultFormat, fit: TableFit) -> Box<dyn ResultSink> {
    match format {
        ResultFormat::Table | ResultFormat::Parquet => Box::new(grid::GridSink::new(fit)),
        ResultFormat::Csv => Box::new(lines::DelimitedSink::commas()),
        ResultFormat::Tsv => Box::new(lines::DelimitedSink::tabs()),
        ResultFormat::Json => Box::new(lines::JsonSink::array()),
        ResultFormat::Jsonl => Box::new(lines::JsonSink::lines()),
        ResultFormat::Markdown => Box::new(lines::MarkdownSink),
        ResultFormat::Html => Box::new(html::HtmlSink::default()),
        ResultFormat::Line => Box::new(record::RecordSink::new(fit.null)),
        ResultFormat::Latex => Box::new(latex::LatexSink::new(fit.null)),
    }
}

/// Writes a whole result. Gives the number of rows. What is buffered in `out` stays there.
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

/// Whether a result is the drawing of a plan, as EXPLAIN gives it.
pub fn is_plan(schema: &Schema) -> bool {
    let names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
    names == ["explain_key", "explain_value"]
}

/// Whether a result is that of SUMMARIZE: a row for each column of what was asked.
pub fn is_summary(schema: &Schema) -> bool {
    let mut names = schema.fields().iter().map(|field| field.name().as_str());
    let first: Vec<&str> = names.by_ref().take(5).collect();
    first == ["column_name", "column_type", "min", "max", "approx_unique"]
        && names.next_back() == Some("null_percentage")
}

/// Writes a plan as the drawing that it is: on a table's one line nobody could read it. Gives the
/// number of drawings.
pub fn plan(results: &mut QueryResults<'_>, out: &mut dyn Write) -> Result<u64, ResultError> {
    let mut drawings = 0;
    while let Some(batch) = results.next_batch()? {
        let columns = cells(&batch)?;
        drawings += batch.num_rows() as u64;
        for row in 0..batch.num_rows() {
            let mut text = String::new();
            if let Some(drawing) = columns.last() {
                drawing.text(row, &mut text);
            }
            writeln!(out, "{}", escape::lines(text.trim_end()))?;
        }
    }
    Ok(drawings)
}

/// Writes rows that are all there.
pub fn write_batch(
    batch: &RecordBatch,
    sink: &mut dyn ResultSink,
    out: &mut dyn Write,
) -> Result<(), ResultError> {
    sink.begin(batch.schema_ref(), out)?;
    sink.batch(batch, out)?;
    sink.end(out)
}

fn cells(batch: &RecordBatch) -> Result<Vec<CellReader>, ArrowError> {
    let schema = batch.schema_ref();
    batch
        .columns()
        .iter()
        .zip(schema.fields())
        .map(|(array, field)| CellReader::new(array, field))
        .collect()
}
