//! Steps of `cohort create`, compiled to SQL that a reader can check.

use std::path::Path;

use super::scale::{self, GradeScale};
use super::{CohortDefinition, CohortError, CohortStep, MemberUnit, SavedName, cases, store};
use crate::catalog::script::{self, literal};
use crate::catalog::{Catalog, CatalogError};

/// What a step asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CohortCriterion {
    /// Members of any of these cohorts.
    Union,
    /// Members of all of these cohorts.
    Intersect,
    /// Members of none of these cohorts.
    Except,
    /// Members that a query gives.
    Sql,
    /// The cases of a file.
    Cases,
    /// Groups. Of a side, that of the side's own where the clinical table gives one.
    Diagnosis,
    /// BI-RADS of the side, of a patient that of the worse one: `4,5` categories, `4A` a
    /// subdivision; 0 is incomplete and takes part in no comparison.
    Birads,
    /// T: `>=2`, `1c`, `2,3`, `Tis`, `>=1c`. A whole number speaks of the category (0 is T0 and
    /// Tis), a code with letters of that code; a comparison with a code takes higher or lower
    /// categories whole, and of the same category the codes that are known to fit. Of a side, an
    /// image or a lesion it asks for the side with the tumour.
    TStage,
    /// N, likewise.
    NStage,
    /// Histology groups or ICD-O-3 codes, likewise.
    Histology,
    /// The side of the tumour: L, R, or B for both. Of a side, that side itself.
    TumorSide,
    /// Makers: of an image or a lesion that of the image's header, else that of the patient.
    Vendor,
    /// Views: only images of these views belong to the cohort, and only members who have one.
    View,
    /// Any SQL condition.
    Where,
}

impl CohortCriterion {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Union,
        Self::Intersect,
        Self::Except,
        Self::Sql,
        Self::Cases,
        Self::Diagnosis,
        Self::Birads,
        Self::TStage,
        Self::NStage,
        Self::Histology,
        Self::TumorSide,
        Self::Vendor,
        Self::View,
        Self::Where,
    ];

    /// Its option, without the dashes.
    pub fn option(self) -> &'static str {
        match self {
            Self::Union => "union",
            Self::Intersect => "intersect",
            Self::Except => "except",
            Self::Sql => "sql",
            Self::Cases => "cases",
            Self::Diagnosis => "diagnosis",
            Self::Birads => "birads",
            Self::TStage => "t-stage",
            Self::NStage => "n-stage",
            Self::Histology => "histology",
            Self::TumorSide => "tumor-side",
            Self::Vendor => "vendor",
            Self::View => "view",
            Self::Where => "where",
        }
    }
}

/// One step as the user wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CohortFilter {
    /// What it asks for.
    pub criterion: CohortCriterion,
    /// The values.
    pub text: String,
}

/// The definition of the members for whom every step holds, in the order given.
///
/// # Errors
/// A value that the catalog does not have, with those that it has; a grade that is none; a
/// condition or query that DuckDB refuses; a cohort of another unit or other views; a case ID that
/// is not there.
pub fn compile(
    catalog: &Catalog,
    unit: MemberUnit,
    filters: &[CohortFilter],
) -> Result<CohortDefinition, CohortError> {
    if let [CohortFilter { criterion: CohortCriterion::Sql, text }] = filters
        && unit == MemberUnit::Patient
    {
        return CohortDefinition::from_sql(catalog, text);
    }
    let mut compiler = FilterCompiler { catalog, unit, views: Vec::new() };
    let mut steps = Vec::new();
    for filter in filters {
        let before = compiler.views.clone();
        let condition = compiler.condition(filter)?;
        let changed = compiler.views != before;
        steps.push(CohortStep {
            option: filter.criterion.option().to_owned(),
            text: filter.text.clone(),
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

struct FilterCompiler<'c> {
    catalog: &'c Catalog,
    unit: MemberUnit,
    /// The views that images are limited to so far; empty for all.
    views: Vec<String>,
}

impl FilterCompiler<'_> {
    fn condition(&mut self, filter: &CohortFilter) -> Result<String, CohortError> {
        let text = filter.text.as_str();
        let whole = self.unit == MemberUnit::Patient;
        match filter.criterion {
            CohortCriterion::Union | CohortCriterion::Intersect | CohortCriterion::Except => {
                self.algebra(filter.criterion, text)
            }
            CohortCriterion::Sql => self.query(text),
            CohortCriterion::Cases => {
                let path = Path::new(text);
                cases::condition(self.catalog, path, &cases::read(path)?)
            }
            CohortCriterion::Diagnosis => {
                let chosen = self.chosen("--diagnosis", text, "patients", "diagnosis")?;
                let column = if whole { "p.diagnosis" } else { "b.diagnosis" };
                Ok(format!("{column} IN ({})", list(&chosen)))
            }
            CohortCriterion::Birads if whole => scale::BIRADS.condition(text),
            CohortCriterion::Birads => scale::BIRADS_OF_SIDE.condition(text),
            CohortCriterion::TStage => self.staged(&scale::T, text),
            CohortCriterion::NStage => self.staged(&scale::N, text),
            CohortCriterion::Histology => Ok(self.of_the_tumor(histology(self.catalog, text)?)),
            CohortCriterion::TumorSide => {
                let chosen = self.chosen("--tumor-side", text, "patients", "tumor_side")?;
                Ok(self.of_the_tumor(format!("p.tumor_side IN ({})", list(&chosen))))
            }
            CohortCriterion::Vendor => {
                let (table, column) = match self.unit {
                    MemberUnit::Patient | MemberUnit::Breast => ("patients", "p.vendor"),
                    MemberUnit::Image | MemberUnit::Lesion => ("images", "i.vendor"),
                };
                let chosen = self.chosen("--vendor", text, table, "vendor")?;
                Ok(format!("{column} IN ({})", list(&chosen)))
            }
            CohortCriterion::View => self.view(text),
            CohortCriterion::Where => self.own(text),
        }
    }

    fn chosen(
        &self,
        option: &'static str,
        text: &str,
        table: &str,
        column: &str,
    ) -> Result<Vec<String>, CohortError> {
        choose(option, text, &values(self.catalog, table, column)?)
    }

    fn staged(&self, scale: &GradeScale, text: &str) -> Result<String, CohortError> {
        Ok(self.of_the_tumor(scale.condition(text)?))
    }

    /// What is said of a tumour holds for the side that has it, not for the other one.
    fn of_the_tumor(&self, condition: String) -> String {
        match self.unit {
            MemberUnit::Patient => condition,
            _ => format!("({condition} AND b.has_tumor)"),
        }
    }

    fn algebra(&mut self, criterion: CohortCriterion, text: &str) -> Result<String, CohortError> {
        let mut conditions = Vec::new();
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let name: SavedName = name.parse()?;
            let cohort = store::load(self.catalog.dir(), &name)?;
            let definition = cohort.definition();
            if definition.unit != self.unit {
                return Err(CohortError::Units(format!(
                    "cohort {name} has {} and this one has {}: give --unit {}, or ask with \
                     --where \"EXISTS (FROM cohorts.{name} …)\"",
                    definition.unit.table(),
                    self.unit.table(),
                    definition.unit
                )));
            }
            definition.counts(self.catalog)?;
            if criterion != CohortCriterion::Except {
                self.limit(&definition.views, &format!("cohort {name}"))?;
            }
            conditions.push(self.unit.among(&definition.sql));
        }
        if conditions.is_empty() {
            return Err(CohortError::Units(format!("--{}: name a cohort", criterion.option())));
        }
        Ok(match criterion {
            CohortCriterion::Union => format!("({})", conditions.join(" OR ")),
            CohortCriterion::Intersect => format!("({})", conditions.join(" AND ")),
            _ => format!("NOT ({})", conditions.join(" OR ")),
        })
    }

    /// Takes over the views of a cohort, which must be those of the ones before it.
    fn limit(&mut self, views: &[String], whose: &str) -> Result<(), CohortError> {
        if views == self.views || views.is_empty() {
            return Ok(());
        }
        if !self.views.is_empty() {
            return Err(CohortError::Units(format!(
                "{whose} has the images of {} alone, and before it stands {}: make them of the \
                 same views first",
                views.join(", "),
                self.views.join(", ")
            )));
        }
        self.views = views.to_vec();
        Ok(())
    }

    /// A query of the user's own. What it names must be there.
    fn query(&self, text: &str) -> Result<String, CohortError> {
        let (sql, columns) = super::one_query(self.catalog, text)?;
        let has = |key: &str| columns.iter().any(|column| column.eq_ignore_ascii_case(key));
        let base = self.unit.base();
        let missing: Vec<&str> = self.unit.keys().iter().copied().filter(|key| !has(key)).collect();
        let (condition, keys) = match self.unit {
            MemberUnit::Image if has("path") => by_key("path", &sql),
            MemberUnit::Image if has("sop_instance_uid") => by_key("sop_instance_uid", &sql),
            MemberUnit::Image => {
                return Err(CohortError::Sql(format!(
                    "for images the query must give a column path or sop_instance_uid; it gives {}",
                    columns.join(", ")
                )));
            }
            _ if !missing.is_empty() => {
                return Err(CohortError::Sql(format!(
                    "for {} the query must give {}; it gives {}",
                    self.unit.table(),
                    self.unit.keys().join(", "),
                    columns.join(", ")
                )));
            }
            _ => (self.unit.among(&sql), self.same_row()),
        };
        let strangers = self.catalog.count(&format!(
            "SELECT count(*) FROM (\n{sql}\n) AS u WHERE NOT EXISTS (SELECT 1 FROM {base} WHERE {keys})"
        ))?;
        if strangers > 0 {
            let what = self.unit.table();
            return Err(CohortError::Sql(format!(
                "{strangers} of its rows name none of the catalog's {what}"
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

    fn view(&mut self, text: &str) -> Result<String, CohortError> {
        let chosen = self.chosen("--view", text, "images", "view")?;
        if self.views.is_empty() {
            self.views = chosen;
        } else {
            self.views.retain(|view| chosen.contains(view));
        }
        if self.views.is_empty() {
            return Err(CohortError::Units(format!("--view {text}: no view is left")));
        }
        let views = list(&self.views);
        Ok(match self.unit {
            MemberUnit::Patient => format!(
                "EXISTS (SELECT 1 FROM images AS i WHERE i.case_id = p.case_id AND i.view IN ({views}))"
            ),
            MemberUnit::Breast => format!(
                "EXISTS (SELECT 1 FROM images AS i WHERE i.case_id = b.case_id \
                 AND i.laterality = b.laterality AND i.view IN ({views}))"
            ),
            MemberUnit::Image | MemberUnit::Lesion => format!("i.view IN ({views})"),
        })
    }

    /// A condition of the user's own, checked and in parentheses. The closing one stands on a line
    /// of its own, where no comment can swallow it.
    fn own(&self, text: &str) -> Result<String, CohortError> {
        let statements = script::statements(text);
        let [only] = statements.as_slice() else {
            return Err(CohortError::Condition("give one SQL condition".to_owned()));
        };
        let sql = only.sql.trim();
        let refused = |error: CatalogError| CohortError::Condition(error.to_string());
        let base = self.unit.base();
        self.catalog
            .query(&format!("EXPLAIN SELECT 1 FROM {base} WHERE ({sql}\n)"))
            .map_err(refused)?;
        Ok(if sql.contains("--") { format!("({sql}\n)") } else { format!("({sql})") })
    }
}

/// Images that a query names by one column: the condition on them, and on a row `u` of the query.
fn by_key(key: &str, sql: &str) -> (String, String) {
    (
        format!("EXISTS (SELECT 1 FROM (\n{sql}\n) AS u WHERE u.{key} = i.{key})"),
        format!("u.{key} = i.{key}"),
    )
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
    catalog.values(&sql)
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
