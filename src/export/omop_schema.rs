//! What `schema/omop` says of the OMOP Common Data Model: tables, columns, and what is excluded.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::schema::OMOP;

/// The files of an export to OMOP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OmopFormat {
    /// One Parquet file per table.
    Parquet,
    /// One CSV file per table, NULL as an empty cell.
    Csv,
}

impl OmopFormat {
    /// The ending of its files.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Csv => "csv",
        }
    }
}

/// A column of CDM 5.4 or of the Medical Imaging CDM (`schema/omop/columns.csv`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OmopColumn {
    /// The table.
    pub table: String,
    /// The column.
    #[serde(rename = "column")]
    pub name: String,
    required: String,
    #[serde(rename = "type")]
    kind: String,
}

impl OmopColumn {
    /// Whether the column is NOT NULL.
    pub fn is_required(&self) -> bool {
        self.required == "yes"
    }

    /// The type in DuckDB.
    pub fn sql_type(&self) -> &'static str {
        match self.kind.as_str() {
            "integer" => "INTEGER",
            "date" => "DATE",
            "datetime" => "TIMESTAMP",
            "float" => "DOUBLE",
            _ => "VARCHAR",
        }
    }

    /// The characters that a text may have.
    pub fn most_characters(&self) -> Option<u32> {
        self.kind.strip_prefix("varchar(")?.strip_suffix(')')?.parse().ok()
    }
}

/// Rows that an export excludes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OmopExclusion {
    /// What they are, in the singular.
    pub noun: String,
    /// Why.
    pub reason: String,
    /// The query of their number.
    pub(super) count: String,
}

#[derive(Deserialize)]
struct ExclusionFile {
    exclusion: Vec<OmopExclusion>,
}

fn file(stem: &str) -> &'static str {
    OMOP.iter().find(|(name, _)| *name == stem).map_or("", |(_, text)| text)
}

/// Every column, in the order of the tables and of their columns.
pub fn omop_columns() -> &'static [OmopColumn] {
    static COLUMNS: LazyLock<Vec<OmopColumn>> = LazyLock::new(|| {
        let rows = csv::Reader::from_reader(file("columns").as_bytes()).into_deserialize();
        rows.collect::<Result<_, _>>().unwrap_or_default()
    });
    &COLUMNS
}

/// The tables in an order in which each uses only those before it.
pub fn omop_tables() -> Vec<&'static str> {
    let mut tables: Vec<&str> = omop_columns().iter().map(|column| column.table.as_str()).collect();
    tables.dedup();
    tables
}

/// The query of a table's rows.
pub(super) fn mapping(table: &str) -> &'static str {
    file(table)
}

pub(super) fn exclusions() -> Vec<OmopExclusion> {
    toml::from_str::<ExclusionFile>(file("exclusions")).map_or(Vec::new(), |file| file.exclusion)
}
