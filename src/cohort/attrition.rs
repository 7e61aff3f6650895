//! The attrition table of a cohort: how many members each step leaves; and the members by diagnosis.

use super::condition::is_one_of;
use super::definition::CohortDefinition;
use super::error::CohortError;
use super::step::CohortStep;
use crate::catalog::Catalog;

/// The members left after a step. The first stage is the whole catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttritionStage {
    /// The step in words.
    pub step: String,
    /// The property of the members that it excludes, in words; empty for the first stage.
    pub negation: String,
    /// Members left: patients, breasts, images or lesions.
    pub members: u64,
    /// Patients of these members.
    pub patients: u64,
    /// Images that belong to them.
    pub images: u64,
    /// Members that were left before this step and are excluded by it.
    pub excluded: u64,
    /// Members of the whole catalog that this step alone would exclude.
    pub excluded_alone: u64,
}

/// The stages of a cohort on the open snapshot, in the order of its steps. Members with an
/// unknown condition (NULL) are excluded, as in SQL.
///
/// A cohort file of an earlier version, without conditions, has one step for all of its filters.
///
/// # Errors
/// When a condition no longer fits the tables.
pub fn attrition(
    catalog: &Catalog,
    definition: &CohortDefinition,
) -> Result<Vec<AttritionStage>, CohortError> {
    let steps = steps(definition);
    let rows = catalog.rows::<(u64, u64, u64, u64, u64)>(&query(definition, &steps))?;
    let mut stages: Vec<AttritionStage> = Vec::with_capacity(rows.len());
    let labels = std::iter::once((format!("all {}", definition.unit.table()), String::new()))
        .chain(steps.iter().map(|step| (step.label(), step.negation())));
    for ((step, negation), (_, members, patients, images, excluded_alone)) in labels.zip(rows) {
        let excluded = stages.last().map_or(0, |before| before.members.saturating_sub(members));
        stages.push(AttritionStage {
            step,
            negation,
            members,
            patients,
            images,
            excluded,
            excluded_alone,
        });
    }
    Ok(stages)
}

/// Members of one diagnosis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiagnosisCount {
    /// The patients' diagnosis; absent where the catalog has none.
    pub diagnosis: Option<String>,
    /// Members.
    pub members: u64,
    /// Patients of these members.
    pub patients: u64,
    /// Images that belong to them.
    pub images: u64,
}

/// The cohort by the diagnosis of its patients, sorted by name, those without one last.
///
/// # Errors
/// When the cohort no longer fits the tables.
pub fn by_diagnosis(
    catalog: &Catalog,
    definition: &CohortDefinition,
) -> Result<Vec<DiagnosisCount>, CohortError> {
    let condition = definition.image_condition();
    let rows = catalog.rows(&format!(
        "SELECT p.diagnosis, CAST(sum(n) AS BIGINT), count(*),
                CAST(coalesce(sum(m.images), 0) AS BIGINT)
         FROM (SELECT case_id, count(*) AS n FROM ({}) GROUP BY 1) JOIN patients AS p USING (case_id)
         LEFT JOIN (SELECT i.case_id, count(*) AS images FROM images AS i WHERE {condition} GROUP BY 1) AS m
              USING (case_id)
         GROUP BY 1 ORDER BY 1 NULLS LAST",
        definition.keys()
    ))?;
    let count = |(diagnosis, members, patients, images)| DiagnosisCount {
        diagnosis,
        members,
        patients,
        images,
    };
    Ok(rows.into_iter().map(count).collect())
}

/// The steps that carry a condition, else the cohort's query as the one step.
fn steps(definition: &CohortDefinition) -> Vec<CohortStep> {
    if definition.steps.iter().all(|step| !step.condition.is_empty())
        && !definition.steps.is_empty()
    {
        return definition.steps.clone();
    }
    let words: Vec<String> = definition.steps.iter().map(CohortStep::label).collect();
    let text = if words.is_empty() { definition.sql.clone() } else { words.join(", ") };
    vec![CohortStep {
        option: if words.is_empty() { "sql" } else { "filters" }.to_owned(),
        text,
        condition: definition.unit.is_in(&definition.sql),
        views: definition.views.clone(),
    }]
}

/// One row per stage: its number, members, patients, images, excluded alone.
fn query(definition: &CohortDefinition, steps: &[CohortStep]) -> String {
    let unit = definition.unit;
    let flags: String = steps
        .iter()
        .enumerate()
        .map(|(number, step)| format!(",\n  ({}) IS TRUE AS s{number}", step.condition))
        .collect();
    let mut views: &[String] = &[];
    let mut conditions = vec!["true".to_owned()];
    let mut stages = Vec::new();
    for stage in 0..=steps.len() {
        let alone = match stage.checked_sub(1).and_then(|number| Some((number, steps.get(number)?)))
        {
            Some((number, step)) => {
                if !step.views.is_empty() {
                    views = &step.views;
                }
                conditions.push(format!("u.s{number}"));
                format!("(SELECT count(*) FROM m AS u WHERE NOT u.s{number})")
            }
            None => "0".to_owned(),
        };
        let left = conditions.join(" AND ");
        let of_views =
            if views.is_empty() { "true".to_owned() } else { is_one_of("i.view", views) };
        stages.push(format!(
            "SELECT {stage} AS stage,
  (SELECT count(*) FROM m AS u WHERE {left}),
  (SELECT count(DISTINCT u.case_id) FROM m AS u WHERE {left}),
  (SELECT count(*) FROM images AS i WHERE {of_views}
   AND EXISTS (SELECT 1 FROM m AS u WHERE {} AND {left})),
  {alone}",
            unit.covers()
        ));
    }
    format!(
        "WITH m AS MATERIALIZED (SELECT {}{flags}\nFROM {})\n{}\nORDER BY 1",
        unit.selection(),
        unit.base(),
        stages.join("\nUNION ALL\n")
    )
}
