//! The catalog's tables, macros and views as SQL for another engine.

use crate::sql::identifier;

/// What a statement can name, and the SQL that makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationDefinition {
    /// Its schema; none for the catalog's own.
    pub schema: Option<&'static str>,
    /// Its name, unquoted.
    pub name: String,
    /// What it is.
    pub kind: DefinitionKind,
    /// Its query, without a `;`; the statements of a macro.
    pub sql: String,
    /// Whether the query names files.
    pub reads_files: bool,
}

/// The kinds of what a statement can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefinitionKind {
    /// A Parquet file of the snapshot.
    Table,
    /// A function of `schema/macros`.
    Macro,
    /// A view of `schema/views`.
    View,
    /// A cohort or split.
    Saved,
}

impl RelationDefinition {
    /// The name as SQL: `"images"`, `cohorts."young"`.
    pub fn identifier(&self) -> String {
        let name = identifier(&self.name);
        self.schema.map_or(name.clone(), |schema| format!("{schema}.{name}"))
    }
}
