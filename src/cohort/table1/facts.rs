//! What is known of characteristics: `schema/summaries/table1.toml`, and the dictionary for the rest.

use std::sync::LazyLock;

use serde::Deserialize;

use super::Request;
use crate::catalog::script::identifier;
use crate::cohort::CohortError;
use crate::tables::spec;

/// How a characteristic is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// n (%) per level.
    Categorical,
    /// Mean (standard deviation).
    Continuous,
    /// Median [quartiles].
    Skewed,
}

/// One characteristic.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fact {
    pub name: String,
    pub label: String,
    pub kind: Kind,
    #[serde(default = "one")]
    pub digits: usize,
    /// Levels in order, each with its text.
    #[serde(default)]
    pub levels: Vec<(String, String)>,
    /// Where it comes from, in SQL; the column of that name when none.
    #[serde(default)]
    pub sql: Option<String>,
    pub default: bool,
}

fn one() -> usize {
    1
}

impl Fact {
    /// What gives it of a patient `p`.
    pub fn sql(&self) -> String {
        self.sql.clone().unwrap_or_else(|| format!("p.{}", identifier(&self.name)))
    }
}

#[derive(Deserialize)]
struct File {
    variable: Vec<Fact>,
}

/// Every characteristic that the file names. A file that does not parse is found by a test.
fn known() -> &'static [Fact] {
    static KNOWN: LazyLock<Vec<Fact>> = LazyLock::new(|| {
        let text = crate::schema::SUMMARIES.iter().find(|(stem, _)| *stem == "table1");
        let file = text.and_then(|(_, text)| toml::from_str::<File>(text).ok());
        file.map(|file| file.variable).unwrap_or_default()
    });
    &KNOWN
}

/// The levels of a column in order, each with its text; empty when nothing is known.
pub(super) fn levels(column: &str) -> Vec<(String, String)> {
    let fact = known().iter().find(|fact| fact.name == column);
    fact.map(|fact| fact.levels.clone()).unwrap_or_default()
}

/// The characteristics of a table, in order.
///
/// # Errors
/// When there is none of that name, or it is no text, number or truth value.
pub(super) fn wanted(request: &Request) -> Result<Vec<Fact>, CohortError> {
    let by = match &request.by {
        Some(super::By::Column(column)) => column.as_str(),
        _ => "",
    };
    let mut facts: Vec<Fact> = if request.columns.is_empty() {
        known().iter().filter(|fact| fact.default && fact.name != by).cloned().collect()
    } else {
        request.columns.iter().map(|name| find(name)).collect::<Result<_, _>>()?
    };
    for (option, names, kind) in [
        ("--categorical", &request.categorical, Kind::Categorical),
        ("--median", &request.skewed, Kind::Skewed),
    ] {
        for name in names {
            let refused = |why: &str| CohortError::Table(format!("{option}: {name} {why}"));
            let Some(fact) = facts.iter_mut().find(|fact| fact.name == *name) else {
                return Err(refused("is not in the table"));
            };
            if kind == Kind::Skewed && fact.kind == Kind::Categorical && !numeric(name) {
                return Err(refused("is no number"));
            }
            fact.kind = kind;
        }
    }
    Ok(facts)
}

fn column(name: &str) -> Option<&'static spec::Column> {
    spec::find("patients")?.columns.iter().find(|column| column.name == name)
}

fn numeric(name: &str) -> bool {
    use spec::Kind::{Double, Int16, Int32, Int64};
    column(name).is_some_and(|column| matches!(column.kind, Int16 | Int32 | Int64 | Double))
}

fn find(name: &str) -> Result<Fact, CohortError> {
    if let Some(fact) = known().iter().find(|fact| fact.name == name) {
        return Ok(fact.clone());
    }
    let Some(column) = column(name) else {
        return Err(CohortError::Table(format!(
            "--columns: patients has no column {name:?}; `mammodex schema patients` lists them"
        )));
    };
    let kind = match column.kind {
        spec::Kind::Text | spec::Kind::Bool => Kind::Categorical,
        _ if numeric(name) => Kind::Continuous,
        _ => {
            let text = format!("--columns: {name} is neither text, number nor truth value");
            return Err(CohortError::Table(text));
        }
    };
    let unit = column.unit.as_ref().map(|unit| format!(", {unit}")).unwrap_or_default();
    Ok(Fact {
        name: name.to_owned(),
        label: format!("{name}{unit}"),
        kind,
        digits: 1,
        levels: Vec::new(),
        sql: None,
        default: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_names_columns_that_there_are() {
        let text = crate::schema::SUMMARIES.iter().find(|(stem, _)| *stem == "table1").unwrap().1;
        let file: File = toml::from_str(text).unwrap();
        assert_eq!(file.variable.len(), known().len());
        for fact in known() {
            assert!(fact.sql.is_some() || column(&fact.name).is_some(), "{}", fact.name);
        }
    }
}
