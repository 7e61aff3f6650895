//! From the steps as the user wrote them to the definition of a cohort.

use super::compiler::StepCompiler;
use super::definition::CohortDefinition;
use super::error::CohortError;
use super::step::CohortStep;
use super::step_kind::{QUERY, StepKind};
use super::unit::MemberUnit;
use crate::catalog::Catalog;

/// One step as the user wrote it.
#[derive(Debug, Clone)]
pub struct CohortFilter {
    /// Its kind.
    pub kind: &'static StepKind,
    /// The values.
    pub text: String,
}

/// The definition of the members that meet every step, in the order given.
///
/// # Errors
/// A value that the catalog does not have, with those that it has; a grade that is not valid; a
/// condition or query that DuckDB refuses; a cohort of another unit or other views; a case ID that
/// the catalog does not have.
pub fn compile(
    catalog: &Catalog,
    unit: MemberUnit,
    filters: &[CohortFilter],
) -> Result<CohortDefinition, CohortError> {
    // One query alone stays as the user wrote it.
    if let [CohortFilter { kind, text }] = filters
        && kind.option == QUERY
        && unit == MemberUnit::Patient
    {
        return CohortDefinition::from_sql(catalog, text);
    }
    let mut compiler = StepCompiler { catalog, unit, views: Vec::new() };
    let mut steps = Vec::new();
    for CohortFilter { kind, text } in filters {
        let views_before = compiler.views.clone();
        let condition = (kind.condition)(&mut compiler, text)?;
        let changed = compiler.views != views_before;
        steps.push(CohortStep {
            option: kind.option.to_owned(),
            text: text.clone(),
            condition,
            views: if changed { compiler.views.clone() } else { Vec::new() },
        });
    }
    let conditions: Vec<&str> = steps.iter().map(|step| step.condition.as_str()).collect();
    let sql = format!(
        "SELECT {}\nFROM {}\nWHERE {}\nORDER BY {}",
        unit.selection(),
        unit.base(),
        if conditions.is_empty() { "true".to_owned() } else { conditions.join("\n  AND ") },
        unit.order()
    );
    Ok(CohortDefinition { sql, unit, views: compiler.views, steps })
}
