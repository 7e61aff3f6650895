//! Rows that the program itself made, in the language of this run.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;

use crate::language::{Language, chosen, korean, localized};

/// The rows with column names and texts in the language of this run. Codes and names, which are single words in
/// lower case, stay as they are.
///
/// # Errors
/// None: the columns keep their lengths.
pub(super) fn localized_rows(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    if chosen() == Language::English {
        return Ok(batch.clone());
    }
    let names = batch.schema();
    let fields = names.fields().iter().map(|field| {
        let name = localized(field.name()).into_owned();
        Field::new(name, field.data_type().clone(), field.is_nullable())
    });
    let schema = Schema::new(fields.collect::<Vec<_>>());
    let columns = names.fields().iter().zip(batch.columns());
    // The source of a column names elements of DICOM and words of the schema.
    let columns = columns.map(|(field, column)| match field.name().as_str() {
        "source" => column.clone(),
        name => in_korean(column, name == "result"),
    });
    RecordBatch::try_new(Arc::new(schema), columns.collect())
}

fn in_korean(column: &ArrayRef, is_status: bool) -> ArrayRef {
    let Some(texts) = column.as_any().downcast_ref::<StringArray>() else { return column.clone() };
    debug_assert_eq!(column.data_type(), &DataType::Utf8);
    let is_code =
        |text: &str| !is_status && text.chars().all(|c| !c.is_uppercase() && !c.is_whitespace());
    let shown = texts.iter().map(|text| {
        text.map(|text| match korean(text) {
            Some(korean) if !is_code(text) => korean,
            _ => text.to_owned(),
        })
    });
    Arc::new(shown.collect::<StringArray>())
}
