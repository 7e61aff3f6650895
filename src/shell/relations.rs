//! The tables, views, cohorts and splits of the open catalog, and their columns.

use crate::catalog::{Catalog, CatalogError};
use crate::sql::identifier;
use crate::tables::relation::{self as views, ViewSpec};
use crate::tables::spec::{self, ColumnSpec, TableSpec};

/// A table or view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ListedRelation {
    /// `main`, `cohorts`, `splits` or a schema of the user's.
    pub(super) schema: String,
    /// Its name in the schema.
    pub(super) name: String,
}

impl ListedRelation {
    /// The name as displayed: `patients`, `cohorts.t2`.
    pub(super) fn shown(&self) -> String {
        match self.schema.as_str() {
            "main" => self.name.clone(),
            schema => format!("{schema}.{}", self.name),
        }
    }

    /// The name as typed: quoted where it must be.
    pub(super) fn typed(&self) -> String {
        match self.schema.as_str() {
            "main" => plain(&self.name),
            schema => format!("{}.{}", plain(schema), plain(&self.name)),
        }
    }

    /// What is written of the catalog's own relations: a cohort has the columns of what its members
    /// are. Nothing for splits and for what the session made.
    pub(super) fn described(&self, columns: &[(String, String)]) -> DescriptionSource {
        let same = |table: &&TableSpec| {
            let names = table.columns.iter().map(|column| &column.name);
            names.eq(columns.iter().map(|(name, _)| name))
        };
        match self.schema.as_str() {
            "cohorts" => spec::all()
                .iter()
                .find(same)
                .map_or(DescriptionSource::Not, DescriptionSource::Table),
            "main" => match (spec::find(&self.name), views::view(&self.name)) {
                (Some(table), _) => DescriptionSource::Table(table),
                (None, Some(view)) => DescriptionSource::View(view),
                (None, None) => DescriptionSource::Not,
            },
            _ => DescriptionSource::Not,
        }
    }

    /// What one row is.
    pub(super) fn grain(&self) -> Option<String> {
        match self.schema.as_str() {
            "cohorts" => Some("The members of a cohort".to_owned()),
            "splits" => Some("The parts of a split".to_owned()),
            _ => match self.described(&[]) {
                DescriptionSource::Table(table) => Some(table.grain.clone()),
                DescriptionSource::View(view) => Some(view.grain.to_owned()),
                DescriptionSource::Not => None,
            },
        }
    }
}

/// The source of a relation's description.
#[derive(Clone, Copy)]
pub(super) enum DescriptionSource {
    /// In `schema/tables`.
    Table(&'static TableSpec),
    /// In the head of a file of `schema/views`.
    View(&'static ViewSpec),
    /// Nowhere.
    Not,
}

impl DescriptionSource {
    /// The description of a column of a table, with its source and the meaning of null.
    pub(super) fn column(self, name: &str) -> Option<&'static ColumnSpec> {
        let Self::Table(table) = self else { return None };
        table.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
    }

    /// Unit and description of a column of a table or view.
    pub(super) fn words(self, name: &str) -> (Option<&'static str>, Option<&'static str>) {
        match self {
            Self::View(view) => {
                let column = view.columns.iter().find(|c| c.name.eq_ignore_ascii_case(name));
                (column.and_then(|c| c.unit), column.map(|c| c.description))
            }
            _ => {
                let column = self.column(name);
                (column.and_then(|c| c.unit.as_deref()), column.map(|c| c.description.as_str()))
            }
        }
    }
}

/// Every table and view, those of `main` first, then by name.
pub(super) fn all(catalog: &Catalog) -> Result<Vec<ListedRelation>, CatalogError> {
    let rows = catalog.rows(
        "FROM (SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal
               UNION ALL SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal)
         ORDER BY schema_name <> 'main', schema_name, view_name",
    )?;
    Ok(rows.into_iter().map(|(schema, name)| ListedRelation { schema, name }).collect())
}

/// The relation of that name, in any case, as `patients` or `cohorts.t2`.
pub(super) fn named<'r>(relations: &'r [ListedRelation], name: &str) -> Option<&'r ListedRelation> {
    let name = name.replace('"', "");
    relations.iter().find(|relation| relation.shown().eq_ignore_ascii_case(&name))
}

/// Name and type of every column.
pub(super) fn columns(
    catalog: &Catalog,
    relation: &ListedRelation,
) -> Result<Vec<(String, String)>, CatalogError> {
    catalog.rows(&format!(
        "SELECT column_name, column_type FROM (DESCRIBE FROM {}.{})",
        identifier(&relation.schema),
        identifier(&relation.name)
    ))
}

/// A name as typed: quoted where SQL would read it differently.
pub(super) fn plain(name: &str) -> String {
    let simple = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if simple { name.to_owned() } else { identifier(name) }
}
