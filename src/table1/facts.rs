//! The characteristics that a table can have: those in `schema/summaries/table1.toml`, and any other
//! column of `patients`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::error::Table1Error;
use super::request::{GroupBy, Table1Request};
use crate::sql::identifier;
use crate::tables::spec;
use crate::text::nearest;

/// How a characteristic is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CharacteristicKind {
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
pub(super) struct Characteristic {
    pub name: String,
    pub label: String,
    #[serde(rename = "label_ko")]
    _label_ko: String,
    pub kind: CharacteristicKind,
    #[serde(default = "one")]
    pub digits: usize,
    /// The levels in order, each with its label.
    #[serde(default)]
    pub levels: Vec<(String, String)>,
    /// The SQL expression of a patient `p`; none for the column of that name.
    #[serde(default)]
    pub sql: Option<String>,
    pub default: bool,
}

fn one() -> usize {
    1
}

impl Characteristic {
    /// The SQL expression of a patient `p`.
    pub fn sql(&self) -> String {
        self.sql.clone().unwrap_or_else(|| format!("p.{}", identifier(&self.name)))
    }
}

#[derive(Deserialize)]
struct Table1SchemaFile {
    variable: Vec<Characteristic>,
}

/// Every characteristic in the file. A test parses the file.
fn known() -> &'static [Characteristic] {
    static KNOWN: LazyLock<Vec<Characteristic>> = LazyLock::new(|| {
        let text = crate::schema::SUMMARIES.iter().find(|(stem, _)| *stem == "table1");
        let file = text.and_then(|(_, text)| toml::from_str::<Table1SchemaFile>(text).ok());
        file.map(|file| file.variable).unwrap_or_default()
    });
    &KNOWN
}

/// The levels of a column in order, each with its label; empty for a column without an order.
pub(super) fn levels(column: &str) -> Vec<(String, String)> {
    let fact = known().iter().find(|fact| fact.name == column);
    fact.map(|fact| fact.levels.clone()).unwrap_or_default()
}

/// The characteristics of a table, in order.
///
/// # Errors
/// When a column is unknown, or is not text, a number or a Boolean.
pub(super) fn chosen(request: &Table1Request) -> Result<Vec<Characteristic>, Table1Error> {
    let by = match &request.by {
        Some(GroupBy::Column(column)) => column.as_str(),
        _ => "",
    };
    let mut facts: Vec<Characteristic> = if request.columns.is_empty() {
        known().iter().filter(|fact| fact.default && fact.name != by).cloned().collect()
    } else {
        request.columns.iter().map(|name| find(name)).collect::<Result<_, _>>()?
    };
    for (option, names, kind) in [
        ("--categorical", &request.categorical, CharacteristicKind::Categorical),
        ("--median", &request.skewed, CharacteristicKind::Skewed),
    ] {
        for name in names {
            let refused = |why: &str| Table1Error::Request(format!("{option}: {name} {why}"));
            let Some(fact) = facts.iter_mut().find(|fact| fact.name == *name) else {
                return Err(refused("is not in the table"));
            };
            if kind == CharacteristicKind::Skewed
                && fact.kind == CharacteristicKind::Categorical
                && !numeric(name)
            {
                return Err(refused("is not a number"));
            }
            fact.kind = kind;
        }
    }
    Ok(facts)
}

fn column(name: &str) -> Option<&'static spec::ColumnSpec> {
    spec::find("patients")?.columns.iter().find(|column| column.name == name)
}

pub(super) fn numeric(name: &str) -> bool {
    use spec::ColumnType::{Double, Int16, Int32, Int64};
    column(name).is_some_and(|column| matches!(column.kind, Int16 | Int32 | Int64 | Double))
}

fn find(name: &str) -> Result<Characteristic, Table1Error> {
    if let Some(fact) = known().iter().find(|fact| fact.name == name) {
        return Ok(fact.clone());
    }
    let Some(column) = column(name) else {
        let columns = spec::find("patients").into_iter().flat_map(|table| &table.columns);
        let advice = match nearest(name, columns.map(|column| column.name.as_str())) {
            Some(near) => format!("did you mean {near}?"),
            None => "`mammodex schema patients` lists them".to_owned(),
        };
        return Err(Table1Error::Request(format!(
            "--columns: patients has no column {name:?}; {advice}"
        )));
    };
    let kind = match column.kind {
        spec::ColumnType::Text | spec::ColumnType::Bool => CharacteristicKind::Categorical,
        _ if numeric(name) => CharacteristicKind::Continuous,
        _ => {
            let text = format!("--columns: {name} is not text, a number or a Boolean");
            return Err(Table1Error::Request(text));
        }
    };
    let unit = column.unit.as_ref().map(|unit| format!(", {unit}")).unwrap_or_default();
    Ok(Characteristic {
        name: name.to_owned(),
        label: format!("{name}{unit}"),
        _label_ko: format!("{name}{unit}"),
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
    fn the_file_names_columns_that_exist() {
        let text = crate::schema::SUMMARIES.iter().find(|(stem, _)| *stem == "table1").unwrap().1;
        let file: Table1SchemaFile = toml::from_str(text).unwrap();
        assert_eq!(file.variable.len(), known().len());
        for fact in known() {
            assert!(fact.sql.is_some() || column(&fact.name).is_some(), "{}", fact.name);
        }
    }
}
