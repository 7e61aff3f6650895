//! What defines a cohort: one query, and the steps that it was compiled from.

use super::condition::is_one_of;
use super::error::CohortError;
use super::step::CohortStep;
use super::unit::MemberUnit;
use super::user_query::UserQuery;
use crate::catalog::{Catalog, CatalogError, check_untrusted_expression, check_untrusted_query};
use crate::text::counted;

/// What defines a cohort, before it has a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CohortDefinition {
    /// The query whose columns name the members: those of [`MemberUnit::keys`].
    pub sql: String,
    /// What its members are.
    pub unit: MemberUnit,
    /// The views that its images are limited to; empty for all.
    pub views: Vec<String>,
    /// The steps that the query was compiled from, in the order given.
    pub steps: Vec<CohortStep>,
}

impl CohortDefinition {
    /// Checks a definition that was read from a file: its query and conditions may only read the catalog's
    /// own tables, cohorts and splits.
    ///
    /// # Errors
    /// When one of them is anything else; nothing of it was run.
    pub fn check_untrusted(&self) -> Result<(), CatalogError> {
        check_untrusted_query(&self.sql)?;
        let conditions = self.steps.iter().map(|step| step.condition.as_str());
        conditions
            .filter(|condition| !condition.is_empty())
            .try_for_each(check_untrusted_expression)
    }

    /// Patients by a query of the user's own. A patient in several rows is one member; the repeated
    /// rows are counted.
    ///
    /// # Errors
    /// When it is not one query with a column `case_id`.
    pub fn from_sql(catalog: &Catalog, text: &str) -> Result<Self, CohortError> {
        let query = UserQuery::parse(catalog, text)?;
        if !query.has_column("case_id") {
            return Err(CohortError::Sql(format!(
                "the query must return a column case_id; it returns {}",
                query.columns.join(", ")
            )));
        }
        let (sql, unit) = (query.sql, MemberUnit::Patient);
        let condition = unit.is_in(&sql);
        let (option, text) = ("sql".to_owned(), text.trim().to_owned());
        let steps = vec![CohortStep { option, text, condition, views: Vec::new() }];
        Ok(Self { sql, unit, views: Vec::new(), steps })
    }

    /// The patients of the members: one row per patient, column `case_id`.
    pub fn members(&self) -> String {
        format!("SELECT DISTINCT CAST(case_id AS VARCHAR) AS case_id FROM (\n{}\n)", self.sql)
    }

    /// The members: one row each, columns those of [`MemberUnit::keys`], as text.
    pub fn keys(&self) -> String {
        let keys: Vec<String> =
            self.unit.keys().iter().map(|key| format!("CAST({key} AS VARCHAR) AS {key}")).collect();
        format!("SELECT DISTINCT {} FROM (\n{}\n)", keys.join(", "), self.sql)
    }

    /// The condition that an image `i` of a member's patient belongs to the cohort: it is of the
    /// views, and of a member breast, a member itself, or under a member lesion.
    pub fn image_condition(&self) -> String {
        let mut conditions = Vec::new();
        if !self.views.is_empty() {
            conditions.push(is_one_of("i.view", &self.views));
        }
        if self.unit != MemberUnit::Patient {
            let covers = self.unit.covers();
            conditions
                .push(format!("EXISTS (SELECT 1 FROM (\n{}\n) AS u WHERE {covers})", self.sql));
        }
        if conditions.is_empty() { "true".to_owned() } else { conditions.join(" AND ") }
    }

    /// Checks the members and counts them.
    ///
    /// # Errors
    /// When the query fails, returns a NULL, or names a case that the catalog does not have.
    pub fn counts(&self, catalog: &Catalog) -> Result<CohortCounts, CohortError> {
        let counts = catalog.row::<(u64, u64, u64)>(&format!(
            "SELECT count(*), count(case_id), count(DISTINCT case_id) FROM (\n{}\n)",
            self.sql
        ));
        // A query that fails inside this one also fails by itself, and then the error names the line
        // that the user wrote.
        let (rows, filled, patients) = counts.map_err(|error| match error {
            CatalogError::Query(_) => catalog.texts(&self.sql).err().unwrap_or(error),
            other => other,
        })?;
        if filled < rows {
            let nulls = rows - filled;
            return Err(CohortError::Sql(format!(
                "case_id is NULL in {nulls} of {}",
                counted(rows, "row")
            )));
        }
        let unknown = catalog.values::<String>(&format!(
            "SELECT case_id::VARCHAR FROM ({}) ANTI JOIN patients USING (case_id) ORDER BY 1",
            self.members()
        ))?;
        if let Some(first) = unknown.first() {
            return Err(CohortError::Sql(format!(
                "{} of {patients} case IDs are not in patients, for example {first:?}",
                unknown.len()
            )));
        }
        let images = catalog.count(&format!(
            "SELECT count(*) FROM ({}) JOIN images AS i USING (case_id) WHERE {}",
            self.members(),
            self.image_condition()
        ))?;
        let members = match self.unit {
            MemberUnit::Patient => patients,
            _ => catalog.count(&format!("SELECT count(*) FROM ({})", self.keys()))?,
        };
        Ok(CohortCounts { members, patients, images, repeated: rows - members })
    }
}

/// The size of a cohort on one snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CohortCounts {
    /// Members: patients, breasts, images or lesions.
    pub members: u64,
    /// Patients of these members.
    pub patients: u64,
    /// Images that belong to the cohort.
    pub images: u64,
    /// Rows of the query that name a member again.
    pub repeated: u64,
}
