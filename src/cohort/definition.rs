//! What makes a cohort: one query, and the steps that it came from.

use serde::{Deserialize, Serialize};

use super::{CohortError, MemberUnit, filter};
use crate::catalog::script;
use crate::catalog::{Catalog, CatalogError};

/// What makes a cohort, before it has a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CohortDefinition {
    /// The query whose columns name the members: those of [`MemberUnit::keys`].
    pub sql: String,
    /// What its members are.
    pub unit: MemberUnit,
    /// The views that its images are limited to; empty for all.
    pub views: Vec<String>,
    /// The steps that the query came from, in the order given.
    pub steps: Vec<CohortStep>,
}

/// One step of a cohort: those for whom its condition does not hold are out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CohortStep {
    /// The option, without the dashes.
    pub option: String,
    /// What the user wrote.
    pub text: String,
    /// The condition on a member, in SQL; empty in files of earlier versions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub condition: String,
    /// The views that images are limited to from here on; empty when it changes nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub views: Vec<String>,
}

impl CohortStep {
    /// The step in words, on one line: `T stage: >=2`, `in none of: pilot`.
    pub fn label(&self) -> String {
        format!("{}: {}", self.phrase(), self.words())
    }

    fn phrase(&self) -> &str {
        match self.option.as_str() {
            "union" => "in any of",
            "intersect" => "in all of",
            "except" => "in none of",
            "sql" => "query",
            "cases" => "cases of",
            "t-stage" => "T stage",
            "n-stage" => "N stage",
            "birads" => "BI-RADS",
            "tumor-side" => "side of the tumour",
            other => other,
        }
    }

    /// Of whom it excludes, on one line: `T stage not >=2`, `in pilot`.
    pub fn unmet(&self) -> String {
        match self.option.as_str() {
            "union" => format!("in none of {}", self.words()),
            "intersect" => format!("not in all of {}", self.words()),
            "except" => format!("in {}", self.words()),
            "cases" => format!("not listed in {}", self.words()),
            "view" => format!("no image of {}", self.words()),
            "sql" => "not given by the query".to_owned(),
            "where" => format!("not ({})", self.words()),
            _ => format!("{} not {}", self.phrase(), self.words()),
        }
    }

    fn words(&self) -> String {
        let words: Vec<&str> = self.text.split_whitespace().collect();
        words.join(" ")
    }
}

/// A query of the user's own, without the `;`, and its columns.
///
/// # Errors
/// When it is not one statement, or DuckDB refuses it.
pub(crate) fn one_query(
    catalog: &Catalog,
    text: &str,
) -> Result<(String, Vec<String>), CohortError> {
    let statements = script::statements(text);
    let [only] = statements.as_slice() else {
        return Err(CohortError::Sql("give one SELECT statement".to_owned()));
    };
    let sql = only.sql.trim().to_owned();
    let refused = |error: CatalogError| CohortError::Sql(error.to_string());
    // By itself first, so that an error names the line that the user wrote.
    catalog.check(&only.sql).map_err(refused)?;
    let columns = catalog.columns(&format!("(\n{sql}\n)")).map_err(refused)?;
    Ok((sql, columns))
}

impl CohortDefinition {
    /// Patients by a query of the user's own. It gives every patient at most once in the end, so
    /// repeated rows do no harm and are only counted.
    ///
    /// # Errors
    /// When it is not one query with a column `case_id`.
    pub fn from_sql(catalog: &Catalog, text: &str) -> Result<Self, CohortError> {
        let (sql, columns) = one_query(catalog, text)?;
        if !columns.iter().any(|column| column.eq_ignore_ascii_case("case_id")) {
            return Err(CohortError::Sql(format!(
                "the query must give a column case_id; it gives {}",
                columns.join(", ")
            )));
        }
        let unit = MemberUnit::Patient;
        let condition = unit.among(&sql);
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
            conditions.push(format!("i.view IN ({})", filter::list(&self.views)));
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
    /// When the query fails, gives a NULL, or names a case that the catalog does not have.
    pub fn counts(&self, catalog: &Catalog) -> Result<CohortCounts, CohortError> {
        let counted = catalog.row::<(u64, u64, u64)>(&format!(
            "SELECT count(*), count(case_id), count(DISTINCT case_id) FROM (\n{}\n)",
            self.sql
        ));
        // What fails in the middle fails by itself too, and then names the line that the user wrote.
        let (rows, filled, patients) = counted.map_err(|error| match error {
            CatalogError::Query(_) => catalog.texts(&self.sql).err().unwrap_or(error),
            other => other,
        })?;
        if filled < rows {
            let nulls = rows - filled;
            return Err(CohortError::Sql(format!("{nulls} of {rows} rows have no case_id (NULL)")));
        }
        let strangers = catalog.values::<String>(&format!(
            "SELECT case_id::VARCHAR FROM ({}) ANTI JOIN patients USING (case_id) ORDER BY 1",
            self.members()
        ))?;
        if let Some(first) = strangers.first() {
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
        let members = match self.unit {
            MemberUnit::Patient => patients,
            _ => catalog.count(&format!("SELECT count(*) FROM ({})", self.keys()))?,
        };
        Ok(CohortCounts { members, patients, images, repeated: rows - members })
    }
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CohortCounts {
    /// Members: patients, breasts, images or lesions.
    pub members: u64,
    /// Patients that they are of.
    pub patients: u64,
    /// Images that belong to the cohort.
    pub images: u64,
    /// Rows of the query that named a member once more.
    pub repeated: u64,
}
