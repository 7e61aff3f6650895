//! Commands that say what the catalog holds and what it means.

use super::{Call, Cells, batch};
use crate::catalog::script::literal;
use crate::shell::relations::{self, Described, Relation};
use crate::shell::{Complaint, Next, Session};

pub(super) fn tables(session: &mut Session<'_>, call: &Call<'_>) -> Result<Next, Complaint> {
    let mut relations = relations::all(&session.catalog)?;
    if let Some(pattern) = call.word(0) {
        let names: Vec<String> = relations.iter().map(|r| literal(&r.shown())).collect();
        let kept = session.catalog.texts(&format!(
            "SELECT name FROM (SELECT unnest([{}]::VARCHAR[]) AS name) WHERE name ILIKE {}",
            names.join(", "),
            literal(pattern)
        ))?;
        let kept: Vec<Option<String>> = kept.into_iter().flatten().collect();
        relations.retain(|relation| kept.contains(&Some(relation.shown())));
    }
    let grains = relations.iter().map(Relation::grain).collect();
    let names = relations.iter().map(|relation| Some(relation.shown())).collect();
    session.screen.rows(
        &batch(vec![("table", Cells::Texts(names)), ("grain", Cells::Texts(grains))])?,
        &session.look,
    )?;
    Ok(Next::Read)
}

pub(super) fn schema(session: &mut Session<'_>, call: &Call<'_>) -> Result<Next, Complaint> {
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
    let mut columns = vec![("column", Cells::Texts(names)), ("type", Cells::Texts(kinds))];
    if !matches!(described, Described::Not) {
        columns.push(("unit", Cells::Texts(units)));
        columns.push(("description", Cells::Texts(descriptions)));
    }
    session.screen.rows(&batch(columns)?, &session.look)?;
    Ok(Next::Read)
}

fn find(session: &Session<'_>, name: &str) -> Result<Relation, Complaint> {
    let relations = relations::all(&session.catalog)?;
    relations::named(&relations, name).cloned().ok_or_else(|| nothing_called(name))
}

pub(super) fn nothing_called(name: &str) -> Complaint {
    format!("there is no table or column {name}; .tables lists the tables").into()
}
