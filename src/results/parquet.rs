//! A result as one Parquet file, its columns described where the dictionary does. Types that Parquet lacks (intervals, unions) go in as text.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringBuilder};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow::record_batch::RecordBatch;

use super::cell::CellReader;
use super::descriptions::ColumnDescriptions;
use super::error::ResultError;
use crate::catalog::QueryResults;
use crate::tables::batches::BatchWriter;

/// Writes a whole result and returns the number of its rows.
pub fn write<W: Write + Send>(
    results: &mut QueryResults<'_>,
    descriptions: &ColumnDescriptions,
    out: W,
) -> Result<u64, ResultError> {
    let schema = fitting(results.schema(), descriptions);
    let mut file = BatchWriter::new(out, &schema)?;
    let mut rows = 0;
    while let Some(batch) = results.next_batch()? {
        rows += batch.num_rows() as u64;
        file.push(&fit(&batch, &schema)?)?;
    }
    file.finish()?;
    Ok(rows)
}

/// Writes rows that are all there.
pub fn write_batch<W: Write + Send>(batch: &RecordBatch, out: W) -> Result<(), ResultError> {
    let schema = fitting(batch.schema_ref(), &ColumnDescriptions::default());
    let mut file = BatchWriter::new(out, &schema)?;
    file.push(&fit(batch, &schema)?)?;
    file.finish()?;
    Ok(())
}

fn holds(kind: &DataType) -> bool {
    match kind {
        DataType::Interval(_) | DataType::Union(..) | DataType::Duration(_) => false,
        DataType::List(f) | DataType::LargeList(f) | DataType::FixedSizeList(f, _) => {
            holds(f.data_type())
        }
        DataType::Map(entries, _) => holds(entries.data_type()),
        DataType::Struct(fields) => {
            !fields.is_empty() && fields.iter().all(|f| holds(f.data_type()))
        }
        _ => true,
    }
}

fn fitting(schema: &Schema, descriptions: &ColumnDescriptions) -> SchemaRef {
    let shape = |field: &Arc<Field>| match field.data_type() {
        DataType::Null => Field::new(field.name(), DataType::Utf8, true),
        // Parquet has no whole seconds.
        DataType::Timestamp(TimeUnit::Second, zone) => {
            let kind = DataType::Timestamp(TimeUnit::Millisecond, zone.clone());
            Field::new(field.name(), kind, true)
        }
        kind if holds(kind) => field.as_ref().clone().with_metadata(Default::default()),
        _ => Field::new(field.name(), DataType::Utf8, true),
    };
    let field = |field: &Arc<Field>| {
        let names = schema.fields().iter().filter(|other| other.name() == field.name());
        let metadata = if names.count() == 1 { descriptions.of(field.name()) } else { None };
        shape(field).with_metadata(metadata.cloned().unwrap_or_default())
    };
    Arc::new(Schema::new(schema.fields().iter().map(field).collect::<Vec<_>>()))
}

fn fit(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ResultError> {
    let old = batch.schema();
    let pairs = batch.columns().iter().zip(old.fields()).zip(schema.fields());
    let columns = pairs.map(|((column, from), to)| {
        if from.data_type() == to.data_type() {
            return Ok(column.clone());
        }
        if !to.data_type().is_string() {
            return Ok(cast(column, to.data_type())?);
        }
        let cells = CellReader::new(column, from)?;
        let mut texts = StringBuilder::new();
        for row in 0..column.len() {
            let mut text = String::new();
            cells.text(row, &mut text);
            texts.append_option((!cells.is_null(row)).then_some(text));
        }
        Ok::<ArrayRef, ResultError>(Arc::new(texts.finish()))
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    Ok(RecordBatch::try_new(schema.clone(), columns)?)
}
