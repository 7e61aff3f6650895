//! Field numbers of Parquet columns, by which Iceberg and others know a column whatever its name and place.
//!
//! Source: Apache Iceberg table specification, Appendix A, Parquet; `schema/tables` has the numbers.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Schema};
use parquet::arrow::{ArrowSchemaConverter, PARQUET_FIELD_ID_META_KEY};
use parquet::errors::ParquetError;
use parquet::schema::types::SchemaDescriptor;

use super::spec::{ColumnSpec, TableSpec};

/// The Parquet schema of a table, every field numbered. The Arrow types of its batches have no numbers.
///
/// # Errors
/// When a column's type has no Parquet type, which no type of `schema/tables` is.
pub fn parquet_schema(table: &TableSpec) -> Result<SchemaDescriptor, ParquetError> {
    let fields: Vec<Field> = table.columns.iter().map(numbered_column).collect();
    ArrowSchemaConverter::new().convert(&Schema::new(fields))
}

fn numbered_column(column: &ColumnSpec) -> Field {
    let kind = match column.kind.arrow() {
        DataType::List(element) => DataType::List(numbered_element(&element, column.id)),
        kind => kind,
    };
    numbered(Field::new(&column.name, kind, column.null.is_some()), column.id)
}

/// The elements of a list, and the fields of those that have some.
fn numbered_element(element: &FieldRef, column: i32) -> FieldRef {
    let id = 1000 + 10 * column;
    let kind = match element.data_type() {
        DataType::Struct(fields) => {
            let fields = fields.iter().zip(id + 1..);
            DataType::Struct(
                fields.map(|(field, id)| numbered(field.as_ref().clone(), id)).collect(),
            )
        }
        kind => kind.clone(),
    };
    Arc::new(numbered(element.as_ref().clone().with_data_type(kind), id))
}

fn numbered(field: Field, id: i32) -> Field {
    field.with_metadata(HashMap::from([(PARQUET_FIELD_ID_META_KEY.to_owned(), id.to_string())]))
}
