//! How a record fills a row: each value goes to the column of its name.

use arrow::array::{
    ArrayBuilder, ArrayRef, BinaryBuilder, BooleanBuilder, Date32Builder, Float64Builder,
    Int16Builder, Int32Builder, Int64Builder, ListBuilder, StringBuilder, StructBuilder,
    TimestampMillisecondBuilder,
};
use arrow::datatypes::DataType;
use chrono::NaiveDate;

use super::spec::{ColumnType, TableSpec, element, point_fields};
use crate::records::attribute::AttributeValue;

/// A record that is one row of a table.
pub trait RowRecord {
    /// The table's name in `schema/tables`.
    const TABLE: &'static str;

    /// Hands over the cells, in the order of the table's columns. A column that is skipped is null.
    fn write<'a>(&'a self, out: &mut RowCells<'a>);
}

pub(super) enum CellBuilder {
    Text(StringBuilder),
    Bool(BooleanBuilder),
    Int16(Int16Builder),
    Int32(Int32Builder),
    Int64(Int64Builder),
    Double(Float64Builder),
    Date(Date32Builder),
    Timestamp(TimestampMillisecondBuilder),
    Binary(BinaryBuilder),
    Texts(ListBuilder<StringBuilder>),
    Points(ListBuilder<StructBuilder>),
}

impl CellBuilder {
    pub(super) fn new(kind: ColumnType) -> Self {
        match kind {
            ColumnType::Text => Self::Text(StringBuilder::new()),
            ColumnType::Bool => Self::Bool(BooleanBuilder::new()),
            ColumnType::Int16 => Self::Int16(Int16Builder::new()),
            ColumnType::Int32 => Self::Int32(Int32Builder::new()),
            ColumnType::Int64 => Self::Int64(Int64Builder::new()),
            ColumnType::Double => Self::Double(Float64Builder::new()),
            ColumnType::Date => Self::Date(Date32Builder::new()),
            ColumnType::Timestamp => {
                Self::Timestamp(TimestampMillisecondBuilder::new().with_timezone("UTC"))
            }
            ColumnType::Binary => Self::Binary(BinaryBuilder::new()),
            ColumnType::Texts => Self::Texts(
                ListBuilder::new(StringBuilder::new()).with_field(element(DataType::Utf8)),
            ),
            ColumnType::Points => {
                let points = StructBuilder::from_fields(point_fields(), 0);
                let field = element(DataType::Struct(point_fields()));
                Self::Points(ListBuilder::new(points).with_field(field))
            }
        }
    }

    fn null(&mut self) {
        match self {
            Self::Text(b) => b.append_null(),
            Self::Bool(b) => b.append_null(),
            Self::Int16(b) => b.append_null(),
            Self::Int32(b) => b.append_null(),
            Self::Int64(b) => b.append_null(),
            Self::Double(b) => b.append_null(),
            Self::Date(b) => b.append_null(),
            Self::Timestamp(b) => b.append_null(),
            Self::Binary(b) => b.append_null(),
            Self::Texts(b) => b.append_null(),
            Self::Points(b) => b.append_null(),
        }
    }

    /// A value read by the column's description; one of another type is null.
    fn value(&mut self, value: &AttributeValue) {
        match (self, value) {
            (Self::Text(b), AttributeValue::Text(text)) => b.append_value(text),
            (Self::Bool(b), AttributeValue::Flag(flag)) => b.append_value(*flag),
            (Self::Int16(b), AttributeValue::Integer(n)) => b.append_option((*n).try_into().ok()),
            (Self::Int32(b), AttributeValue::Integer(n)) => b.append_option((*n).try_into().ok()),
            (Self::Int64(b), AttributeValue::Integer(n)) => b.append_value(*n),
            (Self::Double(b), AttributeValue::Number(n)) => {
                b.append_option(Some(*n).filter(|n| n.is_finite()));
            }
            (Self::Date(b), AttributeValue::Date(day)) => b.append_option(days(*day)),
            (other, _) => other.null(),
        }
    }

    pub(super) fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(b) => ArrayBuilder::finish(b),
            Self::Bool(b) => ArrayBuilder::finish(b),
            Self::Int16(b) => ArrayBuilder::finish(b),
            Self::Int32(b) => ArrayBuilder::finish(b),
            Self::Int64(b) => ArrayBuilder::finish(b),
            Self::Double(b) => ArrayBuilder::finish(b),
            Self::Date(b) => ArrayBuilder::finish(b),
            Self::Timestamp(b) => ArrayBuilder::finish(b),
            Self::Binary(b) => ArrayBuilder::finish(b),
            Self::Texts(b) => ArrayBuilder::finish(b),
            Self::Points(b) => ArrayBuilder::finish(b),
        }
    }
}

/// Days since 1970.
fn days(day: NaiveDate) -> Option<i32> {
    day.signed_duration_since(NaiveDate::default()).num_days().try_into().ok()
}

/// The open row of a table that is being written.
pub struct RowCells<'a> {
    table: &'static TableSpec,
    builders: &'a mut [CellBuilder],
    next: usize,
    declared: std::slice::Iter<'a, AttributeValue>,
}

impl<'a> RowCells<'a> {
    pub(super) fn new(table: &'static TableSpec, builders: &'a mut [CellBuilder]) -> Self {
        Self { table, builders, next: 0, declared: [].iter() }
    }

    /// Hands over the values of the columns that name an attribute, in the order of the columns;
    /// they go to their places as those are passed over.
    pub fn declared(&mut self, values: &'a [AttributeValue]) -> &mut Self {
        self.declared = values.iter();
        self
    }

    /// Fills a column that the record does not name: from its attribute, else with null.
    fn pass(&mut self) {
        let builder = &mut self.builders[self.next];
        let attribute = self.table.columns[self.next].attribute.is_some();
        self.next += 1;
        match attribute.then(|| self.declared.next()).flatten() {
            Some(value) => builder.value(value),
            None => builder.null(),
        }
    }

    /// Goes to the column called `name`; those passed over become null.
    ///
    /// # Panics
    /// When the table has no such column further on: a mistake in the program, found by any test
    /// that writes one row of the table.
    fn column(&mut self, name: &str) -> &mut CellBuilder {
        while let Some(column) = self.table.columns.get(self.next) {
            if column.name == name {
                self.next += 1;
                return &mut self.builders[self.next - 1];
            }
            self.pass();
        }
        panic!("table {} has no column {name} at this place", self.table.name)
    }

    pub(super) fn close(mut self) {
        while self.next < self.builders.len() {
            self.pass();
        }
    }

    /// A text.
    pub fn text(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        match self.column(name) {
            CellBuilder::Text(b) => b.append_option(value),
            _ => panic!("column {name} is not text"),
        }
        self
    }

    /// A whole number; one that the column's type cannot hold becomes null.
    pub fn int(&mut self, name: &str, value: Option<i64>) -> &mut Self {
        match self.column(name) {
            CellBuilder::Int16(b) => b.append_option(value.and_then(|v| v.try_into().ok())),
            CellBuilder::Int32(b) => b.append_option(value.and_then(|v| v.try_into().ok())),
            CellBuilder::Int64(b) => b.append_option(value),
            _ => panic!("column {name} is not an integer"),
        }
        self
    }

    /// A number; NaN and infinities become null.
    pub fn double(&mut self, name: &str, value: Option<f64>) -> &mut Self {
        match self.column(name) {
            CellBuilder::Double(b) => b.append_option(value.filter(|v| v.is_finite())),
            _ => panic!("column {name} is not a double"),
        }
        self
    }

    /// True or false.
    pub fn bool(&mut self, name: &str, value: Option<bool>) -> &mut Self {
        match self.column(name) {
            CellBuilder::Bool(b) => b.append_option(value),
            _ => panic!("column {name} is not a bool"),
        }
        self
    }

    /// A calendar day.
    pub fn date(&mut self, name: &str, value: Option<NaiveDate>) -> &mut Self {
        match self.column(name) {
            CellBuilder::Date(b) => b.append_option(value.and_then(days)),
            _ => panic!("column {name} is not a date"),
        }
        self
    }

    /// A moment, in milliseconds since 1970 UTC.
    pub fn timestamp(&mut self, name: &str, value: Option<i64>) -> &mut Self {
        match self.column(name) {
            CellBuilder::Timestamp(b) => b.append_option(value),
            _ => panic!("column {name} is not a timestamp"),
        }
        self
    }

    /// Bytes.
    pub fn binary(&mut self, name: &str, value: Option<&[u8]>) -> &mut Self {
        match self.column(name) {
            CellBuilder::Binary(b) => b.append_option(value),
            _ => panic!("column {name} is not binary"),
        }
        self
    }

    /// A list of texts; an empty list is an empty list, not null.
    pub fn texts<S: AsRef<str>>(&mut self, name: &str, values: &[S]) -> &mut Self {
        match self.column(name) {
            CellBuilder::Texts(b) => {
                values.iter().for_each(|v| b.values().append_value(v.as_ref()));
                b.append(true);
            }
            _ => panic!("column {name} is not a list of texts"),
        }
        self
    }

    /// A list of points (x, y), or null.
    pub fn points(&mut self, name: &str, values: Option<&[[f64; 2]]>) -> &mut Self {
        match (self.column(name), values) {
            (CellBuilder::Points(b), None) => b.append_null(),
            (CellBuilder::Points(b), Some(values)) => {
                let points = b.values();
                for point in values {
                    for (axis, value) in point.iter().enumerate() {
                        if let Some(b) = points.field_builder::<Float64Builder>(axis) {
                            b.append_value(*value);
                        }
                    }
                    points.append(true);
                }
                b.append(true);
            }
            _ => panic!("column {name} is not a list of points"),
        }
        self
    }
}
