//! What the open catalog has: tables, views, cohorts, splits, and their columns.

use crate::catalog::script::identifier;
use crate::catalog::{Catalog, CatalogError};
use crate::tables::spec::{self, Column, Table};

/// A table or view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Relation {
    /// `main`, `cohorts`, `splits` or a schema of the user's.
    pub(super) schema: String,
    /// Its name in the schema.
    pub(super) name: String,
}

impl Relation {
    /// The name as one reads it: `patients`, `cohorts.t2`.
    pub(super) fn shown(&self) -> String {
        match self.schema.as_str() {
            "main" => self.name.clone(),
            schema => format!("{schema}.{}", self.name),
        }
    }

    /// The name as one types it: quoted where it must be.
    pub(super) fn typed(&self) -> String {
        match self.schema.as_str() {
            "main" => plain(&self.name),
            schema => format!("{}.{}", plain(schema), plain(&self.name)),
        }
    }

    /// The description of its columns, where there is one: a cohort has those of what its members
    /// are.
    pub(super) fn table(&self, columns: &[(String, String)]) -> Option<&'static Table> {
        let same = |table: &&Table| {
            let names = table.columns.iter().map(|column| &column.name);
            names.eq(columns.iter().map(|(name, _)| name))
        };
        match self.schema.as_str() {
            "main" => spec::find(&self.name),
            "cohorts" => spec::all().iter().find(same),
            _ => None,
        }
    }

    /// One row per what.
    pub(super) fn grain(&self) -> Option<String> {
        match self.schema.as_str() {
            "cohorts" => Some("The members of a cohort".to_owned()),
            "splits" => Some("The parts of a split".to_owned()),
            _ => spec::find(&self.name).map(|table| table.grain.clone()),
        }
    }
}

/// Every table and view, those of `main` first, then by name.
pub(super) fn all(catalog: &Catalog) -> Result<Vec<Relation>, CatalogError> {
    let rows = catalog.texts(
        "FROM (SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal
               UNION ALL SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal)
         ORDER BY schema_name <> 'main', schema_name, view_name",
    )?;
    let relation = |row: Vec<Option<String>>| {
        let [schema, name] = <[Option<String>; 2]>::try_from(row).ok()?;
        Some(Relation { schema: schema?, name: name? })
    };
    Ok(rows.into_iter().filter_map(relation).collect())
}

/// The relation of that name, in any case, as `patients` or `cohorts.t2`.
pub(super) fn named<'r>(relations: &'r [Relation], name: &str) -> Option<&'r Relation> {
    let name = name.replace('"', "");
    relations.iter().find(|relation| relation.shown().eq_ignore_ascii_case(&name))
}

/// Name and type of every column.
pub(super) fn columns(
    catalog: &Catalog,
    relation: &Relation,
) -> Result<Vec<(String, String)>, CatalogError> {
    let rows = catalog.texts(&format!(
        "SELECT column_name, column_type FROM (DESCRIBE FROM {}.{})",
        identifier(&relation.schema),
        identifier(&relation.name)
    ))?;
    let column = |row: Vec<Option<String>>| {
        let [name, kind] = <[Option<String>; 2]>::try_from(row).ok()?;
        Some((name?, kind?))
    };
    Ok(rows.into_iter().filter_map(column).collect())
}

/// What a table says of one of its columns.
pub(super) fn described(table: Option<&'static Table>, name: &str) -> Option<&'static Column> {
    table?.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
}

/// A name as one types it: quoted where SQL would take it for something else.
pub(super) fn plain(name: &str) -> String {
    let simple = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if simple { name.to_owned() } else { identifier(name) }
}
