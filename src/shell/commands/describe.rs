//! `.describe`: the meaning of a table or column, how many of its cells are filled, and their values.

use super::cells::{ShellCells, batch};
use super::command::{CommandCall, CommandOutcome};
use super::tables::nothing_called;
use crate::shell::distribution;
use crate::shell::error::ShellError;
use crate::shell::relations::{self, DescriptionSource, ListedRelation};
use crate::shell::session::ShellSession;
use crate::sql::identifier;
use crate::text::nearest;

pub(super) fn describe(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    let name = call.word(0).unwrap_or_default();
    let relations = relations::all(&session.catalog)?;
    if let Some(relation) = relations::named(&relations, name) {
        return describe_relation(session, relation);
    }
    let qualified = name.rsplit_once('.');
    let known = qualified
        .and_then(|(relation, column)| Some((relations::named(&relations, relation)?, column)));
    let (relation, column) = match known {
        Some(known) => known,
        // A column without a table is one of patients, which most questions are about.
        None => match relations::named(&relations, "patients") {
            Some(patients) if qualified.is_none() && is_column(session, patients, name)? => {
                (patients, name)
            }
            _ => return Err(nothing_called(name, &relations)),
        },
    };
    describe_column(session, relation, &column.replace('"', ""))
}

fn is_column(
    session: &ShellSession<'_>,
    relation: &ListedRelation,
    name: &str,
) -> Result<bool, ShellError> {
    let columns = relations::columns(&session.catalog, relation)?;
    // A slip in the name of a column of patients is one too.
    let is_name = |(column, _): &(String, String)| column.eq_ignore_ascii_case(name);
    Ok(columns.iter().any(is_name)
        || nearest(name, columns.iter().map(|(column, _)| column.as_str())).is_some())
}

/// One column with its source, the meaning of null, and its values.
fn describe_column(
    session: &mut ShellSession<'_>,
    relation: &ListedRelation,
    column: &str,
) -> Result<CommandOutcome, ShellError> {
    let columns = relations::columns(&session.catalog, relation)?;
    let Some((column, kind)) = columns.iter().find(|(n, _)| n.eq_ignore_ascii_case(column)) else {
        let near = nearest(column, columns.iter().map(|(name, _)| name.as_str()));
        let near = near.map_or(String::new(), |name| format!("; did you mean {name}?"));
        return Err(format!("{} has no column {column}{near}", relation.shown()).into());
    };
    let described = relation.described(&columns);
    let (unit, description) = described.words(column);
    let unit = unit.map_or(String::new(), |unit| format!(", {unit}"));
    let mut text = format!("{}.{column}  {kind}{unit}\n", relation.shown());
    if let Some(description) = description {
        text.push_str(&format!("  {description}\n"));
    }
    if let Some(known) = described.column(column) {
        text.push_str(&format!("  {}\n  source  {}\n", known.description_ko, known.source));
        text.push_str(&format!("  null    {}\n", known.null.as_deref().unwrap_or("never")));
    }
    let width = session.screen.width();
    text.push_str(&distribution::of(&session.catalog, relation, column, kind, width)?);
    session.screen.text(&text, &session.display)?;
    Ok(CommandOutcome::Done)
}

/// The columns of a relation with the number of filled cells.
fn describe_relation(
    session: &mut ShellSession<'_>,
    relation: &ListedRelation,
) -> Result<CommandOutcome, ShellError> {
    let columns = relations::columns(&session.catalog, relation)?;
    let filled: Vec<String> =
        columns.iter().map(|(name, _)| format!("count({})", identifier(name))).collect();
    let (schema, name) = (identifier(&relation.schema), identifier(&relation.name));
    let rows = session.catalog.count(&format!("SELECT count(*) FROM {schema}.{name}"))?;
    // One query reads every column once.
    let filled = session.catalog.values::<u64>(&format!(
        "SELECT unnest([{}]::UBIGINT[]) FROM {schema}.{name}",
        filled.join(", ")
    ))?;
    let filled = filled.into_iter().map(Some).collect();
    let described = relation.described(&columns);
    let heading = format!("{}: {}", relation.shown(), relation.grain().unwrap_or_default());
    match described {
        DescriptionSource::Table(table) => {
            let (text, korean) = (&table.description, &table.description_ko);
            session.screen.note(&format!("{heading}. {text}\n{korean}"));
        }
        DescriptionSource::View(view) => session.screen.note(&format!("{heading}. {}", view.title)),
        DescriptionSource::Not => {}
    }
    let unit = |(name, _): &(String, String)| described.words(name).0.map(str::to_owned);
    let units = columns.iter().map(unit).collect();
    let null = |(name, _): &(String, String)| described.column(name).and_then(|c| c.null.clone());
    let nulls = columns.iter().map(null).collect();
    let (names, kinds) = columns.into_iter().map(|(n, k)| (Some(n), Some(k))).unzip();
    let heading = format!("filled of {rows}");
    let mut shown = vec![("column", ShellCells::Texts(names)), ("type", ShellCells::Texts(kinds))];
    if !matches!(described, DescriptionSource::Not) {
        shown.push(("unit", ShellCells::Texts(units)));
    }
    shown.push((&heading, ShellCells::Counts(filled)));
    if matches!(described, DescriptionSource::Table(_)) {
        shown.push(("null means", ShellCells::Texts(nulls)));
    }
    session.screen.rows(&batch(shown)?, &session.display)?;
    Ok(CommandOutcome::Done)
}
