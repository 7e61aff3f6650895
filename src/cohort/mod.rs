//! Who is in it: filters to SQL, saved cohorts, splits.
//!
//! A cohort is a set of patients. Where it names views, only images of those views belong to it.

pub mod allot;
mod filter;
mod name;
mod scale;
mod split;
mod store;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use filter::Filters;
pub use name::{Name, NameError};
pub use split::{Part, Plan, Split, Stratum};
pub use store::{Standing, attach, delete, list, load, load_split, nothing_called, save};

use crate::catalog::script;
use crate::catalog::{Catalog, CatalogError};
use filter::list as literals;

/// A cohort or split could not be made, read or removed.
#[derive(Debug, thiserror::Error)]
pub enum CohortError {
    /// The catalog refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The text is no name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A filter asks for a value that no row has.
    #[error("{option}: the catalog has no {value:?}; it has {there}")]
    Unknown {
        /// The filter.
        option: &'static str,
        /// What was asked.
        value: String,
        /// What there is.
        there: String,
    },
    /// A filter's term is no grade of its scale.
    #[error(
        "{option}: {term:?} is not understood; write numbers from 0 to {top}, or one of {codes}, \
         with >=, >, <=, < or nothing before it, several parted by commas"
    )]
    Grade {
        /// The filter.
        option: &'static str,
        /// The term.
        term: String,
        /// The highest number.
        top: u8,
        /// The codes that the scale has.
        codes: String,
    },
    /// `--where` is refused.
    #[error("--where: {0}")]
    Condition(String),
    /// `--sql` is refused.
    #[error("--sql: {0}")]
    Sql(String),
    /// There is nothing of that name.
    #[error("there is no {kind} {name}; there are: {there}")]
    Missing {
        /// `cohort`, `split`, or both.
        kind: &'static str,
        /// The name.
        name: Name,
        /// The names that there are.
        there: String,
    },
    /// There is something of that name.
    #[error("there is a {kind} {name} already; --force replaces it")]
    Exists {
        /// `cohort` or `split`.
        kind: &'static str,
        /// The name that is taken.
        name: Name,
    },
    /// The plan of a split is refused.
    #[error("{0}")]
    Plan(String),
    /// A file cannot be read or written.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A saved file is not as mammodex writes it.
    #[error("{path}: {reason}")]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// What makes a cohort, before it has a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The query whose column `case_id` names the patients.
    pub sql: String,
    /// The views that its images are limited to; empty for all.
    pub views: Vec<String>,
    /// The filters that the query came from; empty when the user gave the query.
    pub filters: BTreeMap<String, String>,
}

impl Definition {
    /// A query of the user's own. It gives every patient at most once in the end, so repeated
    /// rows do no harm and are only counted.
    ///
    /// # Errors
    /// When it is not one query with a column `case_id`.
    pub fn from_sql(catalog: &Catalog, text: &str) -> Result<Self, CohortError> {
        let statements = script::statements(text);
        let [only] = statements.as_slice() else {
            return Err(CohortError::Sql("give one SELECT statement".to_owned()));
        };
        let sql = only.sql.trim().to_owned();
        let refused = |error: CatalogError| CohortError::Sql(error.to_string());
        let columns = catalog.columns(&format!("(\n{sql}\n)")).map_err(refused)?;
        if !columns.iter().any(|column| column.eq_ignore_ascii_case("case_id")) {
            return Err(CohortError::Sql(format!(
                "the query must give a column case_id; it gives {}",
                columns.join(", ")
            )));
        }
        Ok(Self { sql, views: Vec::new(), filters: BTreeMap::new() })
    }

    /// The members: one row per patient, column `case_id`.
    pub fn members(&self) -> String {
        format!("SELECT DISTINCT CAST(case_id AS VARCHAR) AS case_id FROM (\n{}\n)", self.sql)
    }

    /// The condition that an image `i` of a member belongs to the cohort.
    pub fn image_condition(&self) -> String {
        if self.views.is_empty() {
            "true".to_owned()
        } else {
            format!("i.view IN ({})", literals(&self.views))
        }
    }

    /// Checks the members and counts them.
    ///
    /// # Errors
    /// When the query fails, gives a NULL, or names a case that the catalog does not have.
    pub fn counts(&self, catalog: &Catalog) -> Result<Counts, CohortError> {
        let rows = catalog.texts(&format!(
            "SELECT count(*), count(case_id), count(DISTINCT case_id) FROM (\n{}\n)",
            self.sql
        ))?;
        let cell = |at: usize| -> u64 {
            let text = rows.first().and_then(|row| row.get(at)).cloned().flatten();
            text.and_then(|text| text.parse().ok()).unwrap_or(0)
        };
        let (rows, filled, patients) = (cell(0), cell(1), cell(2));
        if filled < rows {
            let nulls = rows - filled;
            return Err(CohortError::Sql(format!("{nulls} of {rows} rows have no case_id (NULL)")));
        }
        let strangers = catalog.texts(&format!(
            "SELECT case_id FROM ({}) ANTI JOIN patients USING (case_id) ORDER BY 1",
            self.members()
        ))?;
        if let Some(Some(first)) = strangers.first().and_then(|row| row.first()) {
            return Err(CohortError::Sql(format!(
                "{} of {patients} case IDs are not in patients, the first is {first:?}",
                strangers.len()
            )));
        }
        let images = catalog.count(&format!(
            "SELECT count(*) FROM ({}) JOIN images AS i USING (case_id) WHERE {}",
            self.members(),
            self.image_condition()
        ))?;
        Ok(Counts { patients, images, repeated: rows - patients })
    }
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Patients.
    pub patients: u64,
    /// Images of those patients that belong to the cohort.
    pub images: u64,
    /// Rows of the query that named a patient once more.
    pub repeated: u64,
}

/// A saved cohort: `cohorts/NAME.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cohort {
    /// Its name.
    pub name: Name,
    /// Why it was made, in the user's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The snapshot that it was made on.
    pub snapshot: u32,
    /// Patients on that snapshot.
    pub patients: u64,
    /// Images on that snapshot.
    pub images: u64,
    /// The query.
    pub sql: String,
    /// The views that its images are limited to; empty for all.
    #[serde(default)]
    pub views: Vec<String>,
    /// The filters that the query came from.
    #[serde(default)]
    pub filters: BTreeMap<String, String>,
}

impl Cohort {
    /// Names a definition and counts it on the catalog's snapshot.
    pub fn new(
        catalog: &Catalog,
        name: Name,
        note: Option<String>,
        definition: Definition,
    ) -> Result<(Self, Counts), CohortError> {
        let counts = definition.counts(catalog)?;
        let Definition { sql, views, filters } = definition;
        let (snapshot, Counts { patients, images, .. }) = (catalog.snapshot().id, counts);
        Ok((Self { name, note, snapshot, patients, images, sql, views, filters }, counts))
    }

    /// What makes it.
    pub fn definition(&self) -> Definition {
        Definition {
            sql: self.sql.clone(),
            views: self.views.clone(),
            filters: self.filters.clone(),
        }
    }

    /// The query behind `cohorts.NAME`: rows of `patients`.
    fn query(&self) -> String {
        format!(
            "SELECT p.* FROM patients AS p SEMI JOIN ({}) USING (case_id)",
            self.definition().members()
        )
    }
}
