//! Commands that say what the catalog holds and what it means.

use super::cells::{ShellCells, batch};
use super::command::{CommandCall, CommandOutcome};
use crate::shell::error::ShellError;
use crate::shell::relations::{self, DescriptionSource, ListedRelation};
use crate::shell::session::ShellSession;
use crate::sql::literal;
use crate::text::nearest;

pub(super) fn tables(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    let mut relations = relations::all(&session.catalog)?;
    if let Some(pattern) = call.word(0) {
        let names: Vec<String> = relations.iter().map(|r| literal(&r.shown())).collect();
        let matching: Vec<String> = session.catalog.values(&format!(
            "SELECT name FROM (SELECT unnest([{}]::VARCHAR[]) AS name) WHERE name ILIKE {}",
            names.join(", "),
            literal(pattern)
        ))?;
        relations.retain(|relation| matching.contains(&relation.shown()));
    }
    let grains = relations.iter().map(ListedRelation::grain).collect();
    let names = relations.iter().map(|relation| Some(relation.shown())).collect();
    session.screen.rows(
        &batch(vec![("table", ShellCells::Texts(names)), ("grain", ShellCells::Texts(grains))])?,
        &session.display,
    )?;
    Ok(CommandOutcome::Done)
}

pub(super) fn schema(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<CommandOutcome, ShellError> {
    let relation = find(session, call.word(0).unwrap_or_default())?;
    let columns = relations::columns(&session.catalog, &relation)?;
    let described = relation.described(&columns);
    let (mut names, mut kinds) = (Vec::new(), Vec::new());
    let (mut units, mut descriptions) = (Vec::new(), Vec::new());
    for (name, kind) in columns {
        let (unit, description) = described.words(&name);
        units.push(unit.map(str::to_owned));
        descriptions.push(description.map(str::to_owned));
        names.push(Some(name));
        kinds.push(Some(kind));
    }
    let mut columns =
        vec![("column", ShellCells::Texts(names)), ("type", ShellCells::Texts(kinds))];
    if !matches!(described, DescriptionSource::Not) {
        columns.push(("unit", ShellCells::Texts(units)));
        columns.push(("description", ShellCells::Texts(descriptions)));
    }
    session.screen.rows(&batch(columns)?, &session.display)?;
    Ok(CommandOutcome::Done)
}

fn find(session: &ShellSession<'_>, name: &str) -> Result<ListedRelation, ShellError> {
    let relations = relations::all(&session.catalog)?;
    relations::named(&relations, name).cloned().ok_or_else(|| nothing_called(name, &relations))
}

/// The error that there is no relation of that name, nor a column of patients.
pub(super) fn nothing_called(name: &str, relations: &[ListedRelation]) -> ShellError {
    let names: Vec<String> = relations.iter().map(ListedRelation::shown).collect();
    match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("there is no table or column {name}; did you mean {near}?").into(),
        None => format!("there is no table or column {name}; .tables lists the tables").into(),
    }
}
