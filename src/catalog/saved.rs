//! What is kept beside the snapshots and can be named in SQL, such as `cohorts.young`: made when a
//! statement first names it, and anew when what is kept has changed since.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::script::identifier;
use super::{Access, Catalog, CatalogError, policy};

/// A folder of the catalog whose things are views of a schema.
#[derive(Debug, Clone, Copy)]
pub struct SavedKind {
    /// The schema.
    pub schema: &'static str,
    /// What one of its things is: `cohort`.
    pub kind: &'static str,
    /// The names of all in a catalog's folder.
    pub names: fn(&Path) -> Vec<String>,
    /// The query behind one of them; the error says why there is none.
    pub query: fn(&Path, &str) -> Result<String, String>,
}

/// Schema and name.
type ViewKey = (&'static str, String);

/// What a session has made of the shelves.
#[derive(Debug, Default)]
pub(super) struct SavedViews {
    shelves: &'static [SavedKind],
    /// The query of each view.
    made: BTreeMap<ViewKey, String>,
    /// What cannot be made, and why.
    unfit: BTreeMap<ViewKey, String>,
    /// What of it was noted for the user, and what of that has not been handed out.
    told: BTreeSet<ViewKey>,
    untold: Vec<String>,
}

impl Catalog {
    /// The catalog with what is kept in these shelves.
    #[must_use]
    pub fn with(self, shelves: &'static [SavedKind]) -> Self {
        self.kept.borrow_mut().shelves = shelves;
        self
    }

    /// What a list of all there is lacks, since it does not fit the open snapshot, and why; each is
    /// handed out once.
    pub fn left_out(&self) -> Vec<String> {
        std::mem::take(&mut self.kept.borrow_mut().untold)
    }

    /// Makes what the text names of the shelves. What does not fit is for those who wait for it.
    pub(super) fn make_kept_for(&self, text: &str) {
        let shelves = self.kept.borrow().shelves;
        for shelf in shelves.iter().filter(|shelf| names(text, shelf.schema)) {
            for name in (shelf.names)(&self.dir) {
                if names(text, &name.to_lowercase()) {
                    self.make_kept(shelf, &name);
                }
            }
        }
    }

    /// Makes all of them.
    pub(super) fn make_all_kept(&self) {
        let shelves = self.kept.borrow().shelves;
        for shelf in shelves {
            for name in (shelf.names)(&self.dir) {
                self.make_kept(shelf, &name);
            }
        }
    }

    /// Notes what will not be in a list of all there is.
    pub(super) fn note_left_out(&self) {
        let mut kept = self.kept.borrow_mut();
        let SavedViews { shelves, unfit, told, untold, .. } = &mut *kept;
        for ((schema, name), why) in &*unfit {
            if told.insert((*schema, name.clone())) {
                let kind = shelves.iter().find(|s| s.schema == *schema).map_or("", |s| s.kind);
                untold.push(format!("{kind} {name}: {why}"));
            }
        }
    }

    /// Why something that the statement names cannot be asked, when something cannot.
    pub(super) fn unfit_in(&self, sql: &str) -> Option<CatalogError> {
        let text = sql.to_lowercase();
        let kept = self.kept.borrow();
        let found = kept
            .unfit
            .iter()
            .find(|((schema, name), _)| names(&text, schema) && names(&text, &name.to_lowercase()));
        let ((schema, name), why) = found?;
        let kind = kept.shelves.iter().find(|shelf| shelf.schema == *schema)?.kind;
        Some(CatalogError::Unfit { what: format!("{kind} {name}"), why: why.clone() })
    }

    fn make_kept(&self, shelf: &SavedKind, name: &str) {
        let key = (shelf.schema, name.to_owned());
        let made = (shelf.query)(&self.dir, name).and_then(|query| {
            if self.kept.borrow().made.get(&key) == Some(&query) {
                return Ok(());
            }
            // Noted first: two that speak of each other would wait for each other.
            self.kept.borrow_mut().made.insert(key.clone(), query.clone());
            self.define(&key, &query).map_err(|error| {
                self.kept.borrow_mut().made.remove(&key);
                error.to_string().lines().next().unwrap_or_default().to_owned()
            })
        });
        let mut kept = self.kept.borrow_mut();
        match made {
            Ok(()) => kept.unfit.remove(&key),
            Err(why) => kept.unfit.insert(key, why),
        };
    }

    /// Makes a view of a query that came from a file; in a safe session it must only read.
    fn define(&self, (schema, name): &ViewKey, query: &str) -> Result<(), CatalogError> {
        if self.limits.access == Access::Safe {
            policy::only_reads(&self.connection, query)?;
        }
        self.make_for(query)?;
        let name = identifier(name);
        let sql = format!(
            "CREATE SCHEMA IF NOT EXISTS {schema}; CREATE OR REPLACE VIEW {schema}.{name} AS {query}"
        );
        self.connection.execute_batch(&sql).map_err(CatalogError::query)
    }
}

/// Whether a name stands in a text by itself, not within another one; both in lower case.
fn names(text: &str, name: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    text.match_indices(name)
        .any(|(at, _)| !text[..at].ends_with(part) && !text[at + name.len()..].starts_with(part))
}
