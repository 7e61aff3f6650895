//! Filters of `cohort create`, compiled to SQL that a reader can check.

use std::collections::BTreeMap;

use super::scale::{self, Scale};
use super::{CohortError, Definition};
use crate::catalog::script::{self, literal};
use crate::catalog::{Catalog, CatalogError};

/// Conditions on patients, as the user wrote them; all of those given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// T: `>=2`, `1c`, `2,3`, `Tis`, `>=1c`. A whole number speaks of the category (0 is T0 and
    /// Tis), a code with letters of that code; a comparison with a code takes higher or lower
    /// categories whole, and of the same category the codes that are known to fit.
    pub t_stage: Option<String>,
    /// N, likewise.
    pub n_stage: Option<String>,
    /// Histology groups or ICD-O-3 codes.
    pub histology: Option<String>,
    /// Makers.
    pub vendor: Option<String>,
    /// BI-RADS of the worse side: `4,5` categories, `4A` a subdivision; 0 is incomplete and takes
    /// part in no comparison.
    pub birads: Option<String>,
    /// Groups.
    pub diagnosis: Option<String>,
    /// Views: only images of these views belong to the cohort, and only patients who have one.
    pub view: Option<String>,
    /// Any SQL condition on `patients AS p`.
    pub condition: Option<String>,
}

impl Filters {
    /// Each filter that is given: its option without the dashes, and its text.
    pub fn given(&self) -> BTreeMap<String, String> {
        let all = [
            ("t-stage", &self.t_stage),
            ("n-stage", &self.n_stage),
            ("histology", &self.histology),
            ("vendor", &self.vendor),
            ("birads", &self.birads),
            ("diagnosis", &self.diagnosis),
            ("view", &self.view),
            ("where", &self.condition),
        ];
        let filled = |(name, text): (&str, &Option<String>)| {
            text.as_ref().map(|text| (name.to_owned(), text.clone()))
        };
        all.into_iter().filter_map(filled).collect()
    }

    /// The SQL that selects the patients, and the views that the images are limited to.
    ///
    /// # Errors
    /// A value that the catalog does not have, with those that it has; a grade that is none; a
    /// condition that DuckDB refuses.
    pub fn compile(&self, catalog: &Catalog) -> Result<Definition, CohortError> {
        let mut conditions = Vec::new();
        let graded: [(&Option<String>, &Scale); 3] = [
            (&self.t_stage, &scale::T),
            (&self.n_stage, &scale::N),
            (&self.birads, &scale::BIRADS),
        ];
        for (text, scale) in graded {
            if let Some(text) = text {
                conditions.push(scale.condition(text)?);
            }
        }
        if let Some(text) = &self.histology {
            conditions.push(histology(catalog, text)?);
        }
        for (text, option, column) in
            [(&self.vendor, "--vendor", "vendor"), (&self.diagnosis, "--diagnosis", "diagnosis")]
        {
            if let Some(text) = text {
                let there = values(catalog, "patients", column)?;
                let chosen = choose(option, text, &there)?;
                conditions.push(format!("p.{column} IN ({})", list(&chosen)));
            }
        }
        let mut views = Vec::new();
        if let Some(text) = &self.view {
            views = choose("--view", text, &values(catalog, "images", "view")?)?;
            conditions.push(format!(
                "EXISTS (SELECT 1 FROM images AS i WHERE i.case_id = p.case_id AND i.view IN ({}))",
                list(&views)
            ));
        }
        if let Some(text) = &self.condition {
            conditions.push(condition(catalog, text)?);
        }
        let sql = format!(
            "SELECT p.case_id\nFROM patients AS p\nWHERE {}\nORDER BY p.case_id",
            conditions.join("\n  AND ")
        );
        Ok(Definition { sql, views, filters: self.given() })
    }
}

/// A condition of the user's own, checked and in parentheses. The closing one stands on a line of
/// its own, where no comment can swallow it.
fn condition(catalog: &Catalog, text: &str) -> Result<String, CohortError> {
    let statements = script::statements(text);
    let [only] = statements.as_slice() else {
        return Err(CohortError::Condition("give one SQL condition".to_owned()));
    };
    let sql = only.sql.trim();
    let refused = |error: CatalogError| CohortError::Condition(error.to_string());
    catalog
        .query(&format!("EXPLAIN SELECT 1 FROM patients AS p WHERE ({sql}\n)"))
        .map_err(refused)?;
    Ok(if sql.contains("--") { format!("({sql}\n)") } else { format!("({sql})") })
}

fn histology(catalog: &Catalog, text: &str) -> Result<String, CohortError> {
    let groups = values(catalog, "patients", "histology_group")?;
    let codes = values(catalog, "patients", "icdo3")?;
    let there: Vec<String> = groups.iter().chain(&codes).cloned().collect();
    let chosen = choose("--histology", text, &there)?;
    let (by_group, by_code): (Vec<_>, Vec<_>) =
        chosen.into_iter().partition(|value| groups.contains(value));
    let mut conditions = Vec::new();
    if !by_group.is_empty() {
        conditions.push(format!("p.histology_group IN ({})", list(&by_group)));
    }
    if !by_code.is_empty() {
        conditions.push(format!("p.icdo3 IN ({})", list(&by_code)));
    }
    Ok(match conditions.as_slice() {
        [one] => one.clone(),
        several => format!("({})", several.join(" OR ")),
    })
}

/// The distinct values of a column, sorted.
fn values(catalog: &Catalog, table: &str, column: &str) -> Result<Vec<String>, CatalogError> {
    let sql =
        format!("SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY 1");
    Ok(catalog
        .texts(&sql)?
        .into_iter()
        .filter_map(|row| row.into_iter().next().flatten())
        .collect())
}

/// The wanted values in the catalog's spelling.
fn choose(option: &'static str, text: &str, there: &[String]) -> Result<Vec<String>, CohortError> {
    let mut chosen = Vec::new();
    for wanted in text.split(',').map(str::trim).filter(|wanted| !wanted.is_empty()) {
        let same = |value: &&String| value.to_lowercase() == wanted.to_lowercase();
        let Some(value) = there.iter().find(same) else {
            return Err(CohortError::Unknown {
                option,
                value: wanted.to_owned(),
                there: if there.is_empty() { "none".to_owned() } else { there.join(", ") },
            });
        };
        if !chosen.contains(value) {
            chosen.push(value.clone());
        }
    }
    if chosen.is_empty() {
        let there = there.join(", ");
        return Err(CohortError::Unknown { option, value: text.to_owned(), there });
    }
    Ok(chosen)
}

/// Values as a list of SQL literals.
pub(super) fn list(values: &[String]) -> String {
    values.iter().map(|value| literal(value)).collect::<Vec<_>>().join(", ")
}
