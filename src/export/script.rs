//! The statements that make a catalog's tables, macros, views, cohorts and splits in another DuckDB.

use std::collections::BTreeSet;

use super::comment::comments;
use super::content::ExportContent;
use super::error::ExportError;
use crate::catalog::{Catalog, DefinitionKind, RelationDefinition};

/// What another DuckDB runs to have what `mammodex query` has, pinned to one snapshot: files are named by
/// the snapshot's own folder, not by `current`.
#[derive(Debug)]
pub struct CatalogScript {
    head: String,
    statements: Vec<(String, String)>,
}

impl CatalogScript {
    /// The statements for a catalog that was opened by an absolute path. Cohorts and splits that do not fit
    /// the snapshot are missing; [`Catalog::take_unfit`] names them.
    ///
    /// # Errors
    /// When a file of the catalog is damaged.
    pub fn of(catalog: &Catalog, content: ExportContent) -> Result<Self, ExportError> {
        let mut schemas = BTreeSet::new();
        let mut statements = Vec::new();
        for definition in catalog.definitions()? {
            let name = definition.name.clone();
            if let Some(schema) = definition.schema.filter(|schema| schemas.insert(*schema)) {
                statements
                    .push((schema.to_owned(), format!("CREATE SCHEMA IF NOT EXISTS {schema}")));
            }
            let (statement, noun) = creation(&definition, content);
            statements.push((name.clone(), statement));
            statements.extend(comments(&definition, noun).into_iter().map(|c| (name.clone(), c)));
        }
        let snapshot = catalog.snapshot();
        let head = format!(
            "-- Snapshot {} of {}, written by mammodex {}.\n",
            snapshot.id,
            catalog.snapshot_dir().display().to_string().replace(['\n', '\r'], " "),
            env!("CARGO_PKG_VERSION"),
        );
        Ok(Self { head, statements })
    }

    /// Each statement, without a `;`.
    pub fn statements(&self) -> Vec<String> {
        self.statements.iter().map(|(_, sql)| sql.clone()).collect()
    }

    /// The statements as a text.
    pub fn text(&self) -> String {
        self.statements.iter().fold(self.head.clone(), |text, (_, sql)| text + sql + ";\n")
    }

    /// The statements that make one table, view or macro.
    pub fn text_of(&self, name: &str) -> String {
        let named = self.statements.iter().filter(|(of, _)| of == name);
        named.fold(self.head.clone(), |text, (_, sql)| text + sql + ";\n")
    }
}

/// The statement that makes a relation, and what it is then.
fn creation(definition: &RelationDefinition, content: ExportContent) -> (String, &'static str) {
    let (name, sql) = (definition.identifier(), definition.sql.trim());
    match definition.kind {
        // A second run of the script replaces what the first has made.
        DefinitionKind::Macro => (sql.replace("CREATE MACRO", "CREATE OR REPLACE MACRO"), "MACRO"),
        _ if definition.reads_files && content == ExportContent::Copies => {
            (format!("CREATE OR REPLACE TABLE {name} AS\n{sql}"), "TABLE")
        }
        _ => (format!("CREATE OR REPLACE VIEW {name} AS\n{sql}"), "VIEW"),
    }
}
