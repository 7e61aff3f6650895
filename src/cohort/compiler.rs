//! Each step of `cohort create` as a condition in SQL that a reader can check.

use std::path::Path;

use super::case_list;
use super::condition::is_one_of;
use super::error::CohortError;
use super::scale::{self, GradeScale};
use super::span;
use super::step::labelled;
use super::store;
use super::unit::MemberUnit;
use super::user_query::UserQuery;
use crate::catalog::{Catalog, CatalogError, check_untrusted_expression};
use crate::saved::SavedName;
use crate::sql;
use crate::text::nearest;

/// What the steps compiled so far have in common with the next ones.
pub(super) struct StepCompiler<'c> {
    pub catalog: &'c Catalog,
    pub unit: MemberUnit,
    /// The views that images are limited to so far; empty for all.
    pub views: Vec<String>,
}

/// How cohorts are combined.
#[derive(Clone, Copy)]
enum CohortOperator {
    Union,
    Intersect,
    Except,
}

impl CohortOperator {
    fn option(self) -> &'static str {
        match self {
            Self::Union => "--union",
            Self::Intersect => "--intersect",
            Self::Except => "--except",
        }
    }
}

impl StepCompiler<'_> {
    pub fn union(&mut self, text: &str) -> Result<String, CohortError> {
        self.combine(CohortOperator::Union, text)
    }

    pub fn intersect(&mut self, text: &str) -> Result<String, CohortError> {
        self.combine(CohortOperator::Intersect, text)
    }

    pub fn except(&mut self, text: &str) -> Result<String, CohortError> {
        self.combine(CohortOperator::Except, text)
    }

    pub fn cases(&mut self, text: &str) -> Result<String, CohortError> {
        let path = Path::new(text);
        case_list::condition(self.catalog, path, &case_list::read_case_list(path)?)
    }

    /// Of a side, the diagnosis of that side where the clinical table gives one.
    pub fn diagnosis(&mut self, text: &str) -> Result<String, CohortError> {
        let values = self.choose("--diagnosis", text, "patients", "diagnosis")?;
        let column = if self.unit == MemberUnit::Patient { "p.diagnosis" } else { "b.diagnosis" };
        Ok(is_one_of(column, &values))
    }

    /// BI-RADS of the side, of a patient that of the worse one: `4,5` categories, `4A` a
    /// subdivision; 0 is incomplete and not part of the order.
    pub fn birads(&mut self, text: &str) -> Result<String, CohortError> {
        match self.unit {
            MemberUnit::Patient => scale::BIRADS.condition(text),
            _ => scale::BIRADS_OF_SIDE.condition(text),
        }
    }

    /// T: `>=2`, `1c`, `2,3`, `Tis`, `>=1c`. A whole number is a category (0 is T0 and Tis), a code
    /// with letters that code; a comparison with a code takes higher or lower categories whole, and
    /// of the same category the codes that are known to fit.
    pub fn t_stage(&mut self, text: &str) -> Result<String, CohortError> {
        self.stage(&scale::T, text)
    }

    /// N, likewise.
    pub fn n_stage(&mut self, text: &str) -> Result<String, CohortError> {
        self.stage(&scale::N, text)
    }

    /// Histology groups or ICD-O-3 codes.
    pub fn histology(&mut self, text: &str) -> Result<String, CohortError> {
        let groups = distinct_values(self.catalog, "patients", "histology_group")?;
        let codes = distinct_values(self.catalog, "patients", "icdo3")?;
        let values: Vec<String> = groups.iter().chain(&codes).cloned().collect();
        let chosen = choose("--histology", text, &values)?;
        let (by_group, by_code): (Vec<_>, Vec<_>) =
            chosen.into_iter().partition(|value| groups.contains(value));
        let mut conditions = Vec::new();
        if !by_group.is_empty() {
            conditions.push(is_one_of("p.histology_group", &by_group));
        }
        if !by_code.is_empty() {
            conditions.push(is_one_of("p.icdo3", &by_code));
        }
        Ok(self.on_tumor_side(match conditions.as_slice() {
            [one] => one.clone(),
            several => format!("({})", several.join(" OR ")),
        }))
    }

    /// The side of the tumour: L, R, or B for both. Of a side, that side itself.
    pub fn tumor_side(&mut self, text: &str) -> Result<String, CohortError> {
        let letter = |side: &str| match side.trim().to_lowercase().as_str() {
            "left" => "L".to_owned(),
            "right" => "R".to_owned(),
            "both" => "B".to_owned(),
            _ => side.to_owned(),
        };
        let text = text.split(',').map(letter).collect::<Vec<_>>().join(",");
        let values = self.choose("--tumor-side", &text, "patients", "tumor_side")?;
        Ok(self.on_tumor_side(is_one_of("p.tumor_side", &values)))
    }

    /// The year of the study: of a patient or side that of any of its images.
    pub fn year(&mut self, text: &str) -> Result<String, CohortError> {
        let condition = span::condition("--year", "year(i.study_date)", text)?;
        Ok(self.of_an_image(&condition))
    }

    /// Manufacturers: of an image or a lesion that in the image's header, else the patient's.
    pub fn vendor(&mut self, text: &str) -> Result<String, CohortError> {
        let (table, column) = match self.unit {
            MemberUnit::Patient | MemberUnit::Breast => ("patients", "p.vendor"),
            MemberUnit::Image | MemberUnit::Lesion => ("images", "i.vendor"),
        };
        Ok(is_one_of(column, &self.choose("--vendor", text, table, "vendor")?))
    }

    fn choose(
        &self,
        option: &'static str,
        text: &str,
        table: &str,
        column: &str,
    ) -> Result<Vec<String>, CohortError> {
        choose(option, text, &distinct_values(self.catalog, table, column)?)
    }

    fn stage(&self, scale: &GradeScale, text: &str) -> Result<String, CohortError> {
        Ok(self.on_tumor_side(scale.condition(text)?))
    }

    /// A condition on a tumour holds for the side that has it, not for the other one.
    fn on_tumor_side(&self, condition: String) -> String {
        match self.unit {
            MemberUnit::Patient => condition,
            _ => format!("({condition} AND b.has_tumor)"),
        }
    }

    fn combine(&mut self, operator: CohortOperator, text: &str) -> Result<String, CohortError> {
        let mut conditions = Vec::new();
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let name: SavedName = name.parse()?;
            let cohort = store::load(self.catalog.dir(), &name)?;
            let definition = cohort.definition();
            if definition.unit != self.unit {
                return Err(CohortError::Step(format!(
                    "cohort {name} has {} and this one has {}: use --unit {}, or \
                     --where \"EXISTS (FROM cohorts.{name} …)\"",
                    definition.unit.table(),
                    self.unit.table(),
                    definition.unit
                )));
            }
            definition.counts(self.catalog)?;
            if !matches!(operator, CohortOperator::Except) {
                self.limit_views(&definition.views, &format!("cohort {name}"))?;
            }
            conditions.push(self.unit.is_in(&definition.sql));
        }
        if conditions.is_empty() {
            return Err(CohortError::Step(format!("{}: name a cohort", operator.option())));
        }
        Ok(match operator {
            CohortOperator::Union => format!("({})", conditions.join(" OR ")),
            CohortOperator::Intersect => format!("({})", conditions.join(" AND ")),
            CohortOperator::Except => format!("NOT ({})", conditions.join(" OR ")),
        })
    }

    /// Takes over the views of a cohort, which must be those of the steps before it.
    fn limit_views(&mut self, views: &[String], owner: &str) -> Result<(), CohortError> {
        if views == self.views || views.is_empty() {
            return Ok(());
        }
        if !self.views.is_empty() {
            return Err(CohortError::Step(format!(
                "{owner} is limited to images of {}, the steps before it to {}: limit both to the \
                 same views first",
                views.join(", "),
                self.views.join(", ")
            )));
        }
        self.views = views.to_vec();
        Ok(())
    }

    /// A query of the user's own. The members that it names must be in the catalog.
    pub fn query(&mut self, text: &str) -> Result<String, CohortError> {
        let query = UserQuery::parse(self.catalog, text)?;
        let has = |key: &str| query.has_column(key);
        let (sql, columns) = (&query.sql, &query.columns);
        let base = self.unit.base();
        let missing: Vec<&str> = self.unit.keys().iter().copied().filter(|key| !has(key)).collect();
        let (condition, keys) = match self.unit {
            MemberUnit::Image if has("path") => by_key("path", sql),
            MemberUnit::Image if has("sop_instance_uid") => by_key("sop_instance_uid", sql),
            MemberUnit::Image => {
                return Err(CohortError::Sql(format!(
                    "for images the query must return a column path or sop_instance_uid; it returns {}",
                    columns.join(", ")
                )));
            }
            _ if !missing.is_empty() => {
                return Err(CohortError::Sql(format!(
                    "for {} the query must return {}; it returns {}",
                    self.unit.table(),
                    self.unit.keys().join(", "),
                    columns.join(", ")
                )));
            }
            _ => (self.unit.is_in(sql), self.same_row()),
        };
        let unknown = self.catalog.count(&format!(
            "SELECT count(*) FROM (\n{sql}\n) AS u WHERE NOT EXISTS (SELECT 1 FROM {base} WHERE {keys})"
        ))?;
        if unknown > 0 {
            let table = self.unit.table();
            return Err(CohortError::Sql(format!(
                "{unknown} of its rows are not in the catalog's {table}"
            )));
        }
        Ok(condition)
    }

    /// The condition that a row `u` names the member of the base.
    fn same_row(&self) -> String {
        let alias = self.unit.alias();
        let same =
            |key: &&str| format!("CAST(u.{key} AS VARCHAR) IS NOT DISTINCT FROM {alias}.{key}");
        self.unit.keys().iter().map(same).collect::<Vec<_>>().join(" AND ")
    }

    /// Only images of these views belong to the cohort, and only members who have one.
    pub fn view(&mut self, text: &str) -> Result<String, CohortError> {
        let known = distinct_values(self.catalog, "images", "view")?;
        let chosen = choose("--view", &both_sides(text, &known), &known)?;
        if self.views.is_empty() {
            self.views = chosen;
        } else {
            self.views.retain(|view| chosen.contains(view));
        }
        if self.views.is_empty() {
            return Err(CohortError::Step(format!(
                "--view {text}: none of the views chosen before is among these"
            )));
        }
        Ok(self.of_an_image(&is_one_of("i.view", &self.views)))
    }

    /// The condition that an image of the member meets one on `i`.
    fn of_an_image(&self, condition: &str) -> String {
        match self.unit {
            MemberUnit::Patient => format!(
                "EXISTS (SELECT 1 FROM images AS i WHERE i.case_id = p.case_id AND {condition})"
            ),
            MemberUnit::Breast => format!(
                "EXISTS (SELECT 1 FROM images AS i WHERE i.case_id = b.case_id \
                 AND i.laterality = b.laterality AND {condition})"
            ),
            MemberUnit::Image | MemberUnit::Lesion => condition.to_owned(),
        }
    }

    /// A condition of the user's own, checked and in parentheses. After a comment the closing one is
    /// on a line of its own, where it is not part of the comment.
    pub fn condition(&mut self, text: &str) -> Result<String, CohortError> {
        let (_, text) = labelled(text);
        let statements = sql::statements(text);
        let [only] = statements.as_slice() else {
            return Err(CohortError::Condition("give one SQL condition".to_owned()));
        };
        let sql = only.sql.trim();
        let refused = |error: CatalogError| CohortError::Condition(error.to_string());
        let base = self.unit.base();
        // The condition begins a line of its own, so that an error quotes what the user wrote and no more.
        self.catalog.query(&format!("EXPLAIN SELECT 1 FROM {base} WHERE (\n{sql}\n)")).map_err(
            |error| CohortError::Condition(error.to_string().replacen("LINE 2: ", "LINE 1: ", 1)),
        )?;
        // What could not be read from the cohort's file later is not saved.
        check_untrusted_expression(sql).map_err(refused)?;
        Ok(if sql.contains("--") { format!("({sql}\n)") } else { format!("({sql})") })
    }
}

/// A list of views in which CC is LCC and RCC, where the catalog has no view of that very name.
fn both_sides(text: &str, known: &[String]) -> String {
    let views = text.split(',').map(str::trim).map(|view| {
        let is = |name: &String, side: &str| name.eq_ignore_ascii_case(&format!("{side}{view}"));
        let sides = known.iter().filter(|name| is(name, "L") || is(name, "R")).cloned();
        let sides: Vec<String> = sides.collect();
        if sides.is_empty() || known.iter().any(|name| is(name, "")) {
            view.to_owned()
        } else {
            sides.join(",")
        }
    });
    views.collect::<Vec<_>>().join(",")
}

/// Images that a query names by one column: the condition on them, and on a row `u` of the query.
fn by_key(key: &str, sql: &str) -> (String, String) {
    (
        format!("EXISTS (SELECT 1 FROM (\n{sql}\n) AS u WHERE u.{key} = i.{key})"),
        format!("u.{key} = i.{key}"),
    )
}

/// The distinct values of a column, sorted.
fn distinct_values(
    catalog: &Catalog,
    table: &str,
    column: &str,
) -> Result<Vec<String>, CatalogError> {
    let sql =
        format!("SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY 1");
    catalog.values(&sql)
}

/// The wanted values in the catalog's spelling.
fn choose(option: &'static str, text: &str, values: &[String]) -> Result<Vec<String>, CohortError> {
    let mut chosen = Vec::new();
    for wanted in text.split(',').map(str::trim).filter(|wanted| !wanted.is_empty()) {
        let same = |value: &&String| value.to_lowercase() == wanted.to_lowercase();
        let Some(value) = values.iter().find(same) else {
            return Err(CohortError::Unknown {
                option,
                value: wanted.to_owned(),
                near: nearest(wanted, values.iter().map(String::as_str)).map(str::to_owned),
                values: if values.is_empty() { "none".to_owned() } else { values.join(", ") },
            });
        };
        if !chosen.contains(value) {
            chosen.push(value.clone());
        }
    }
    if chosen.is_empty() {
        let values = values.join(", ");
        return Err(CohortError::Unknown { option, value: text.to_owned(), near: None, values });
    }
    Ok(chosen)
}
