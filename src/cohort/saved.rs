//! A cohort with a name: `cohorts/NAME.toml`.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::definition::{CohortCounts, CohortDefinition};
use super::error::CohortError;
use super::step::CohortStep;
use super::unit::MemberUnit;
use crate::catalog::Catalog;
use crate::saved::SavedName;

/// A saved cohort: `cohorts/NAME.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cohort {
    /// Its name.
    pub name: SavedName,
    /// Its purpose, in the user's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The snapshot that it was made on.
    pub snapshot: u32,
    /// What its members are.
    #[serde(default)]
    pub unit: MemberUnit,
    /// Members on that snapshot; absent in files of earlier versions, whose members are patients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<u64>,
    /// Patients on that snapshot.
    pub patients: u64,
    /// Images on that snapshot.
    pub images: u64,
    /// The query.
    pub sql: String,
    /// The views that its images are limited to; empty for all.
    #[serde(default)]
    pub views: Vec<String>,
    /// The steps that the query was compiled from, in order.
    #[serde(default, rename = "step", alias = "filters", deserialize_with = "steps")]
    pub steps: Vec<CohortStep>,
}

/// Steps in order; in files of earlier versions filters by name, without their conditions.
fn steps<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<CohortStep>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum StepList {
        Steps(Vec<CohortStep>),
        Filters(BTreeMap<String, String>),
    }
    let step =
        |(option, text)| CohortStep { option, text, condition: String::new(), views: Vec::new() };
    Ok(match StepList::deserialize(deserializer)? {
        StepList::Steps(steps) => steps,
        StepList::Filters(filters) => filters.into_iter().map(step).collect(),
    })
}

impl Cohort {
    /// Names a definition and counts its members on the catalog's snapshot.
    ///
    /// # Errors
    /// Those of [`CohortDefinition::counts`].
    pub fn new(
        catalog: &Catalog,
        name: SavedName,
        note: Option<String>,
        definition: CohortDefinition,
    ) -> Result<(Self, CohortCounts), CohortError> {
        let counts = definition.counts(catalog)?;
        let CohortDefinition { sql, unit, views, steps } = definition;
        let CohortCounts { patients, images, members, .. } = counts;
        let (snapshot, members) = (catalog.snapshot().id, Some(members));
        let cohort =
            Self { name, note, snapshot, unit, members, patients, images, sql, views, steps };
        Ok((cohort, counts))
    }

    /// Its definition.
    pub fn definition(&self) -> CohortDefinition {
        CohortDefinition {
            sql: self.sql.clone(),
            unit: self.unit,
            views: self.views.clone(),
            steps: self.steps.clone(),
        }
    }

    /// The query behind `cohorts.NAME`: rows of its unit's table.
    pub(crate) fn query(&self) -> String {
        let (alias, table) = (self.unit.alias(), self.unit.table());
        format!("SELECT {alias}.* FROM {table} AS {alias} WHERE {}", self.unit.is_in(&self.sql))
    }
}
