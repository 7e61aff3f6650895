//! Checks of the facts of `schema/tables`: one generator writes the SQL of all.

use super::check::{CheckOrigin, CheckRule, CheckTolerance, QualityCheck};
use crate::sql::{identifier, literal};
use crate::tables::fact::{ColumnFact, FactKind, FactValue};
use crate::tables::spec::{self, ColumnSpec, ColumnType, TableSpec};

/// Groups of fewer rows are not judged by the share that is filled.
const LEAST_GROUP: u32 = 10;

/// Columns that say where a row of a table comes from, shown where the table has them.
const PLACES: &[&str] = &["vendor", "source_file", "source_sheet", "source_row", "annotation_path"];

/// The checks of every fact, in the order of tables and columns.
pub(super) fn checks() -> Vec<QualityCheck> {
    let mut checks = Vec::new();
    for table in spec::all() {
        for column in &table.columns {
            for fact in &column.facts {
                let source = FactOfColumn { table, column, fact };
                checks.push(source.check());
                checks.extend(source.unit_check());
            }
        }
    }
    checks
}

/// A fact with the column that it is about.
struct FactOfColumn {
    table: &'static TableSpec,
    column: &'static ColumnSpec,
    fact: &'static ColumnFact,
}

impl FactOfColumn {
    fn check(&self) -> QualityCheck {
        let Self { fact, .. } = self;
        let rule = match fact.kind {
            FactKind::Filled => self.shares(),
            _ => self.rows(&self.applies(), &self.breaks()),
        };
        self.named(fact.kind.as_str(), self.title(), self.advice(), rule)
    }

    /// The check that values are not in another unit, beside that of their range.
    fn unit_check(&self) -> Option<QualityCheck> {
        let units: Vec<&str> = self.fact.other_units.keys().map(String::as_str).collect();
        let column = identifier(&self.column.name);
        let breaks = format!("NOT ({}) AND ({})", self.within(&column), self.in_other_unit()?);
        let title =
            format!("Values of {} that are probably in {}", self.place(), units.join(" or "));
        let unit = self.column.unit.as_deref().unwrap_or("its unit");
        let advice = self.fact.advice.clone();
        let advice = advice.unwrap_or(format!("Convert the value to {unit} in the source."));
        Some(self.named("unit", title, advice, self.rows(&self.applies(), &breaks)))
    }

    fn named(&self, kind: &str, title: String, advice: String, rule: CheckRule) -> QualityCheck {
        let mut key = self.table.key.clone();
        if key.is_empty() {
            key.push("case_id".to_owned());
        }
        QualityCheck {
            name: format!("{}.{kind}", self.place()),
            severity: self.fact.severity,
            title,
            means: self.fact.because.clone(),
            advice,
            finding: self.fact.finding.clone(),
            tolerance: CheckTolerance::default(),
            key,
            origin: CheckOrigin::Fact,
            rule,
        }
    }

    /// `table.column`.
    fn place(&self) -> String {
        format!("{}.{}", self.table.name, self.column.name)
    }

    fn title(&self) -> String {
        let (place, fact) = (self.place(), self.fact);
        let unit = self.column.unit.as_deref().map(in_plural).unwrap_or_default();
        let subset = fact.of.as_ref().map(|subset| format!(" of {subset}")).unwrap_or_default();
        match fact.kind {
            FactKind::Required => format!("Missing values of {place}{subset}"),
            FactKind::Range => format!("Values of {place} outside {}{unit}", fact.range()),
            FactKind::Vocabulary => format!("Values of {place} other than {}", fact.list()),
            FactKind::Only => {
                let subset = fact.of.as_deref().unwrap_or("the rows that have it");
                format!("Values of {place} outside {subset}")
            }
            FactKind::Filled => format!(
                "Missing values of {place}{subset} where a {} has less than {} %",
                fact.by.join(" or "),
                fact.at_least_percent.unwrap_or_default()
            ),
        }
    }

    fn advice(&self) -> String {
        let general = match self.fact.kind {
            FactKind::Required => {
                "Complete the source; until then exclude the row where the value is needed."
            }
            FactKind::Range => "Compare the value with its source; do not average over it.",
            FactKind::Vocabulary => {
                "Compare the value with its source; select rows by this column."
            }
            FactKind::Only => "Find out whether the value or the group of its row is wrong.",
            FactKind::Filled => "Complete the source, or do not compare the groups by this column.",
        };
        self.fact.advice.clone().unwrap_or(general.to_owned())
    }

    /// The condition of the rows that the check applies to.
    fn applies(&self) -> String {
        let condition = self.fact.condition.as_deref();
        let column = identifier(&self.column.name);
        match self.fact.kind {
            FactKind::Required => condition.unwrap_or("true").to_owned(),
            FactKind::Only => format!("({}) IS NOT true", condition.unwrap_or("true")),
            FactKind::Range | FactKind::Vocabulary | FactKind::Filled => match condition {
                Some(condition) => format!("{condition} AND {column} IS NOT NULL"),
                None => format!("{column} IS NOT NULL"),
            },
        }
    }

    /// The condition of those of them that break the rule.
    fn breaks(&self) -> String {
        let column = identifier(&self.column.name);
        match self.fact.kind {
            FactKind::Required | FactKind::Filled => format!("{column} IS NULL"),
            FactKind::Only => format!("{column} IS NOT NULL"),
            FactKind::Vocabulary => {
                let values: Vec<String> =
                    self.fact.values.iter().map(|value| self.literal(value)).collect();
                format!("{column} NOT IN ({})", values.join(", "))
            }
            FactKind::Range => match self.in_other_unit() {
                // The check of units has these rows: one fault is reported once.
                Some(other) => format!("NOT ({}) AND NOT ({other})", self.within(&column)),
                None => format!("NOT ({})", self.within(&column)),
            },
        }
    }

    /// The condition that a value, converted from another unit, is within the range.
    fn in_other_unit(&self) -> Option<String> {
        let column = identifier(&self.column.name);
        let factors = self.fact.other_units.values();
        let within = factors.map(|factor| self.within(&format!("{column} * {factor}")));
        let within: Vec<String> = within.map(|condition| format!("({condition})")).collect();
        (!within.is_empty()).then(|| within.join(" OR "))
    }

    fn within(&self, value: &str) -> String {
        let limit = |limit: &Option<FactValue>, sign: &str| {
            limit.as_ref().map(|limit| format!("{value} {sign} {}", self.literal(limit)))
        };
        let limits = [limit(&self.fact.minimum, ">="), limit(&self.fact.maximum, "<=")];
        let limits: Vec<String> = limits.into_iter().flatten().collect();
        if limits.is_empty() { "true".to_owned() } else { limits.join(" AND ") }
    }

    fn literal(&self, value: &FactValue) -> String {
        match value {
            FactValue::Truth(_) | FactValue::Number(_) => value.to_string(),
            FactValue::Text(text) if self.column.kind == ColumnType::Date => {
                format!("DATE {}", literal(text))
            }
            FactValue::Text(text) => literal(text),
        }
    }

    /// The columns of a row: its case, its key, the value, and its source.
    fn shown(&self) -> Vec<&str> {
        let mut shown = vec!["case_id"];
        let key = self.table.key.iter().map(String::as_str);
        let places = PLACES
            .iter()
            .copied()
            .filter(|place| self.table.columns.iter().any(|column| column.name == *place));
        for name in key.chain([self.column.name.as_str()]).chain(places) {
            if !shown.contains(&name) {
                shown.push(name);
            }
        }
        shown
    }

    fn rows(&self, applies: &str, breaks: &str) -> CheckRule {
        CheckRule::Rows {
            table: &self.table.name,
            columns: list(&self.shown()),
            applies: applies.to_owned(),
            breaks: breaks.to_owned(),
            order: list(&self.table.key),
        }
    }

    /// The rows without a value in each group that has too few. A column without any value is not
    /// judged: the data set does not have it.
    fn shares(&self) -> CheckRule {
        let (table, column) = (&self.table.name, identifier(&self.column.name));
        let condition = self.fact.condition.as_deref().unwrap_or("true");
        let has = |name: &String| self.table.columns.iter().any(|column| column.name == *name);
        let foreign: Vec<&String> = self.fact.by.iter().filter(|name| !has(name)).collect();
        let from = match foreign.as_slice() {
            [] => table.clone(),
            names => format!(
                "{table} LEFT JOIN (SELECT case_id, {} FROM patients) USING (case_id)",
                list(names)
            ),
        };
        let least = self.fact.at_least_percent.unwrap_or_default();
        let shares = self.fact.by.iter().map(|by| {
            let by = identifier(by);
            format!(
                "CASE WHEN count(*) OVER (PARTITION BY {by}) >= {LEAST_GROUP} THEN round(100.0 * \
                 count({column}) OVER (PARTITION BY {by}) / count(*) OVER (PARTITION BY {by}), 1) END"
            )
        });
        let names: Vec<String> =
            self.fact.by.iter().map(|by| format!("{by}_filled_percent")).collect();
        let shares = shares.zip(&names).map(|(share, name)| format!("{share} AS {name}"));
        let shares: Vec<String> = shares.collect();
        let low: Vec<String> = names.iter().map(|name| format!("{name} < {least}")).collect();
        let mut shown = self.shown();
        shown.retain(|name| *name != self.column.name);
        shown.extend(self.fact.by.iter().map(String::as_str));
        let mut columns: Vec<&str> = Vec::new();
        for name in shown.into_iter().chain(names.iter().map(String::as_str)) {
            if !columns.contains(&name) {
                columns.push(name);
            }
        }
        let sql = format!(
            "SELECT {}\nFROM (\n    SELECT *, count({column}) OVER () AS all_filled,\n        {}\n    \
             FROM {from}\n    WHERE {condition}\n)\nWHERE {column} IS NULL AND all_filled > 0 AND \
             ({})\nORDER BY {}",
            list(&columns),
            shares.join(",\n        "),
            low.join(" OR "),
            list(&self.table.key)
        );
        let population = format!(
            "{table} WHERE ({condition}) AND EXISTS (FROM {table} WHERE ({condition}) AND {column} IS NOT NULL)"
        );
        CheckRule::Query { sql, population: Some(population) }
    }
}

/// A unit behind a number.
fn in_plural(unit: &str) -> String {
    match unit {
        "year" | "degree" | "bit" | "byte" => format!(" {unit}s"),
        _ => format!(" {unit}"),
    }
}

/// Names as a list in SQL, quoted where they need it.
fn list<S: AsRef<str>>(names: &[S]) -> String {
    let quoted = |name: &str| match name {
        "rows" | "columns" | "view" => identifier(name),
        _ => name.to_owned(),
    };
    names.iter().map(|name| quoted(name.as_ref())).collect::<Vec<_>>().join(", ")
}
