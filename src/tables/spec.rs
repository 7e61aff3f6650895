//! The tables as `schema/tables/*.toml` describes them.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, Fields, Schema, TimeUnit};
use serde::Deserialize;

use super::fact::ColumnFact;

/// One Parquet table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSpec {
    /// Its name, which is the file's stem.
    pub name: String,
    /// "One row per …".
    pub grain: String,
    /// The same in Korean.
    pub grain_ko: String,
    /// The columns that identify a row; rows are sorted by them.
    pub key: Vec<String>,
    /// Whether a snapshot has it only where the data set or the request has what it is for.
    #[serde(default)]
    pub optional: bool,
    /// What it is for.
    pub description: String,
    /// The same in Korean.
    pub description_ko: String,
    /// Its columns, in order.
    #[serde(rename = "column")]
    pub columns: Vec<ColumnSpec>,
}

/// One column of a table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnSpec {
    /// snake_case with a unit suffix.
    pub name: String,
    /// Its number in the Parquet file, from 1: it stays when columns are added, moved or renamed, and is not used
    /// again. That of a list's elements is 1000 + 10 × it; x and y of points have the next two.
    pub id: i32,
    /// What its cells hold.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// Whether its values are nearly all different, and are not lists.
    #[serde(default)]
    pub distinct: bool,
    /// The unit, where it has one.
    pub unit: Option<String>,
    /// DICOM keyword and tag, workbook header, JSON field, or how it is derived.
    pub source: String,
    /// Keyword of the DICOM attribute that is copied unchanged; absent when a rule decides.
    pub attribute: Option<String>,
    /// What the attribute's number is multiplied by to be in `unit`.
    pub factor: Option<f64>,
    /// The attributes that are used where the first is absent, in order of preference.
    #[serde(default)]
    pub otherwise: Vec<AttributeFallback>,
    /// The macro that ranks its texts, whose order as text is another.
    pub rank: Option<String>,
    /// What null means; absent when the column is never null.
    pub null: Option<String>,
    /// The same in Korean.
    pub null_ko: Option<String>,
    /// What it says.
    pub description: String,
    /// The same in Korean.
    pub description_ko: String,
    /// What must be true of its cells.
    #[serde(rename = "fact", default)]
    pub facts: Vec<ColumnFact>,
}

/// A second attribute for a column.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttributeFallback {
    /// Its keyword.
    pub attribute: String,
    /// What its number is multiplied by.
    pub factor: Option<f64>,
}

/// The types that a column can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum ColumnType {
    /// UTF-8 text.
    #[serde(rename = "text")]
    Text,
    /// True or false.
    #[serde(rename = "bool")]
    Bool,
    /// 16-bit integer.
    #[serde(rename = "int16")]
    Int16,
    /// 32-bit integer.
    #[serde(rename = "int32")]
    Int32,
    /// 64-bit integer.
    #[serde(rename = "int64")]
    Int64,
    /// 64-bit floating point, never NaN.
    #[serde(rename = "double")]
    Double,
    /// Calendar day.
    #[serde(rename = "date")]
    Date,
    /// Moment in UTC, to the millisecond.
    #[serde(rename = "timestamp")]
    Timestamp,
    /// Bytes, such as well-known binary geometry.
    #[serde(rename = "binary")]
    Binary,
    /// List of texts.
    #[serde(rename = "list<text>")]
    Texts,
    /// List of struct (x, y).
    #[serde(rename = "points")]
    Points,
}

impl ColumnType {
    /// The Arrow type.
    pub fn arrow(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Bool => DataType::Boolean,
            Self::Int16 => DataType::Int16,
            Self::Int32 => DataType::Int32,
            Self::Int64 => DataType::Int64,
            Self::Double => DataType::Float64,
            Self::Date => DataType::Date32,
            Self::Timestamp => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
            Self::Binary => DataType::Binary,
            Self::Texts => DataType::List(element(DataType::Utf8)),
            Self::Points => DataType::List(element(DataType::Struct(point_fields()))),
        }
    }

    /// The type as DuckDB names it.
    pub fn sql(self) -> &'static str {
        match self {
            Self::Text => "VARCHAR",
            Self::Bool => "BOOLEAN",
            Self::Int16 => "SMALLINT",
            Self::Int32 => "INTEGER",
            Self::Int64 => "BIGINT",
            Self::Double => "DOUBLE",
            Self::Date => "DATE",
            Self::Timestamp => "TIMESTAMPTZ",
            Self::Binary => "BLOB",
            Self::Texts => "VARCHAR[]",
            Self::Points => "STRUCT(x DOUBLE, y DOUBLE)[]",
        }
    }
}

/// The name of a list's elements, that of the Parquet format: readers such as Iceberg's find no other.
pub const LIST_ELEMENT: &str = "element";

/// The field of a list's elements.
pub fn element(kind: DataType) -> Arc<Field> {
    Arc::new(Field::new(LIST_ELEMENT, kind, true))
}

/// The fields of a point: x to the right, y down.
pub fn point_fields() -> Fields {
    vec![Field::new("x", DataType::Float64, false), Field::new("y", DataType::Float64, false)]
        .into()
}

impl ColumnSpec {
    /// What the dictionary says, by the keys `description`, `description_ko`, `source` and, where there is
    /// one, `unit` and `null_means`.
    pub fn metadata(&self) -> HashMap<String, String> {
        let mut metadata = HashMap::from([
            ("description".to_owned(), self.description.clone()),
            ("description_ko".to_owned(), self.description_ko.clone()),
            ("source".to_owned(), self.source.clone()),
        ]);
        let unit = self.unit.iter().map(|unit| ("unit".to_owned(), unit.clone()));
        metadata.extend(unit);
        metadata.extend(self.null.iter().map(|null| ("null_means".to_owned(), null.clone())));
        metadata
    }
}

impl TableSpec {
    /// The Arrow schema; each field carries what the dictionary says as metadata.
    pub fn arrow(&self) -> Arc<Schema> {
        let field = |column: &ColumnSpec| {
            Field::new(&column.name, column.kind.arrow(), column.null.is_some())
                .with_metadata(column.metadata())
        };
        Arc::new(Schema::new(self.columns.iter().map(field).collect::<Vec<_>>()))
    }
}

/// Every table, sorted by name.
pub fn all() -> &'static [TableSpec] {
    static TABLES: LazyLock<Vec<TableSpec>> = LazyLock::new(|| {
        // The texts are embedded when the binary is built; a test reads each of them.
        crate::schema::TABLES.iter().filter_map(|(_, text)| toml::from_str(text).ok()).collect()
    });
    &TABLES
}

/// The table of that name.
pub fn find(name: &str) -> Option<&'static TableSpec> {
    all().iter().find(|table| table.name == name)
}
