//! What is saved beside the snapshots and can be named in SQL, such as `cohorts.young`: a view is made when
//! a statement first names it, and again when the file has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use duckdb::Connection;

use super::definition::{DefinitionKind, RelationDefinition};
use super::error::CatalogError;
use super::policy;
use super::relations::{self, CatalogRelations};
use crate::sql::{self, identifier};

/// A folder of the catalog whose files are views of a schema.
#[derive(Debug, Clone, Copy)]
pub struct SavedKind {
    /// The schema.
    pub schema: &'static str,
    /// What one of its files is: `cohort`.
    pub kind: &'static str,
    /// The names of all in a catalog's folder.
    pub names: fn(&Path) -> Vec<String>,
    /// The query of one of them; the error is the reason when there is none.
    pub query: fn(&Path, &str) -> Result<SavedQuery, String>,
}

/// The query of a saved view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SavedQuery {
    /// SQL that a file contains: a stranger may have written it, so it may only read the catalog's tables.
    Untrusted(String),
    /// SQL that the program made of names and paths that it has checked.
    Made(String),
}

impl SavedQuery {
    fn sql(&self) -> &str {
        match self {
            Self::Untrusted(sql) | Self::Made(sql) => sql,
        }
    }
}

/// Schema and name.
type ViewKey = (&'static str, String);

/// The saved views of a session.
#[derive(Debug)]
pub(super) struct SavedViews {
    dir: PathBuf,
    kinds: &'static [SavedKind],
    /// The query of each view that was made.
    views: BTreeMap<ViewKey, SavedQuery>,
    /// Views that cannot be made, and why.
    unfit: BTreeMap<ViewKey, String>,
    /// Those of them that were reported, and reports that were not yet handed out.
    reported: BTreeSet<ViewKey>,
    reports: Vec<String>,
}

impl SavedViews {
    pub(super) fn new(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            kinds: &[],
            views: BTreeMap::new(),
            unfit: BTreeMap::new(),
            reported: BTreeSet::new(),
            reports: Vec::new(),
        }
    }

    pub(super) fn set_kinds(&mut self, kinds: &'static [SavedKind]) {
        self.kinds = kinds;
    }

    /// The names of everything saved, such as `cohorts.young`, by the files alone.
    pub(super) fn names(&self) -> Vec<String> {
        let names = |kind: &SavedKind| {
            let schema = kind.schema;
            (kind.names)(&self.dir).into_iter().map(move |name| format!("{schema}.{name}"))
        };
        self.kinds.iter().flat_map(names).collect()
    }

    /// Makes the views that a statement names, by its names in lower case. A view that does not fit fails
    /// the statement later.
    pub(super) fn make_for(
        &mut self,
        engine: &Connection,
        relations: &mut CatalogRelations,
        names: &BTreeSet<String>,
    ) {
        for kind in self.kinds.iter().filter(|kind| names.contains(kind.schema)) {
            for name in (kind.names)(&self.dir) {
                if names.contains(&name.to_lowercase()) {
                    self.make(engine, relations, kind, &name);
                }
            }
        }
    }

    /// Makes all of them.
    pub(super) fn make_all(&mut self, engine: &Connection, relations: &mut CatalogRelations) {
        for kind in self.kinds {
            for name in (kind.names)(&self.dir) {
                self.make(engine, relations, kind, &name);
            }
        }
    }

    /// Reports, once, every view that is missing from a list of everything.
    pub(super) fn report_unfit(&mut self) {
        for ((schema, name), reason) in &self.unfit {
            if self.reported.insert((*schema, name.clone())) {
                let kind = self.kinds.iter().find(|kind| kind.schema == *schema);
                let kind = kind.map_or("", |kind| kind.kind);
                self.reports.push(format!("{kind} {name}: {reason}"));
            }
        }
    }

    /// The reports since the last call.
    pub(super) fn take_reports(&mut self) -> Vec<String> {
        std::mem::take(&mut self.reports)
    }

    /// The reason why a view that a statement names could not be made, if so.
    pub(super) fn unfit_in(&self, sql: &str) -> Option<CatalogError> {
        let names = sql::names(sql);
        let mut unfit = self.unfit.iter();
        let ((schema, name), why) = unfit.find(|((schema, name), _)| {
            names.contains(*schema) && names.contains(&name.to_lowercase())
        })?;
        let kind = self.kinds.iter().find(|kind| kind.schema == *schema)?.kind;
        Some(CatalogError::Unfit { what: format!("{kind} {name}"), why: why.clone() })
    }

    fn make(
        &mut self,
        engine: &Connection,
        relations: &mut CatalogRelations,
        kind: &SavedKind,
        name: &str,
    ) {
        let key = (kind.schema, name.to_owned());
        let made = (kind.query)(&self.dir, name).and_then(|query| {
            if self.views.get(&key) == Some(&query) {
                return Ok(());
            }
            // Noted first: two that name each other would wait for each other.
            self.views.insert(key.clone(), query.clone());
            self.define(engine, relations, &key, &query).map_err(|error| {
                self.views.remove(&key);
                error.to_string().lines().next().unwrap_or_default().to_owned()
            })
        });
        match made {
            Ok(()) => self.unfit.remove(&key),
            Err(reason) => self.unfit.insert(key, reason),
        };
    }

    fn define(
        &mut self,
        engine: &Connection,
        relations: &mut CatalogRelations,
        (schema, name): &ViewKey,
        query: &SavedQuery,
    ) -> Result<(), CatalogError> {
        if let SavedQuery::Untrusted(sql) = query {
            policy::only_reads_tables(engine, sql)?;
        }
        let names = sql::names(query.sql());
        if relations::lists_all(&names) {
            relations.make_all(engine)?;
            self.make_all(engine, relations);
        } else {
            relations.make_for(engine, &names)?;
            self.make_for(engine, relations, &names);
        }
        let sql = format!(
            "CREATE SCHEMA IF NOT EXISTS {schema}; CREATE OR REPLACE VIEW {schema}.{} AS {}",
            identifier(name),
            query.sql()
        );
        relations::in_catalog_schema(engine, || {
            engine.execute_batch(&sql).map_err(CatalogError::query)
        })?;
        relations.note(RelationDefinition {
            schema: Some(schema),
            name: name.clone(),
            kind: DefinitionKind::Saved,
            sql: query.sql().to_owned(),
            reads_files: matches!(query, SavedQuery::Made(_)),
        });
        Ok(())
    }
}
