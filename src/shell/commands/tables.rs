//! Commands that say what the catalog holds and what it means.

use super::{Call, Cells, batch};
use crate::catalog::script::{identifier, literal};
use crate::shell::distribution;
use crate::shell::relations::{self, Relation};
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
    let table = relation.table(&columns);
    let (mut names, mut kinds) = (Vec::new(), Vec::new());
    let (mut units, mut descriptions) = (Vec::new(), Vec::new());
    for (name, kind) in columns {
        let known = relations::described(table, &name);
        units.push(known.and_then(|c| c.unit.clone()));
        descriptions.push(known.map(|c| c.description.clone()));
        names.push(Some(name));
        kinds.push(Some(kind));
    }
    let mut columns = vec![("column", Cells::Texts(names)), ("type", Cells::Texts(kinds))];
    if table.is_some() {
        columns.push(("unit", Cells::Texts(units)));
        columns.push(("description", Cells::Texts(descriptions)));
    }
    session.screen.rows(&batch(columns)?, &session.look)?;
    Ok(Next::Read)
}

pub(super) fn describe(session: &mut Session<'_>, call: &Call<'_>) -> Result<Next, Complaint> {
    let name = call.word(0).unwrap_or_default();
    let relations = relations::all(&session.catalog)?;
    if let Some(relation) = relations::named(&relations, name) {
        return whole(session, relation);
    }
    let parted = name.rsplit_once('.');
    let found = parted.and_then(|(of, column)| Some((relations::named(&relations, of)?, column)));
    let (relation, column) = match found {
        Some(found) => found,
        // A column alone is one of patients, the table that most questions are about.
        None => match relations::named(&relations, "patients") {
            Some(patients) if parted.is_none() => (patients, name),
            _ => return Err(nothing_called(name)),
        },
    };
    let columns = relations::columns(&session.catalog, relation)?;
    let column = column.replace('"', "");
    let Some((column, kind)) = columns.iter().find(|(n, _)| n.eq_ignore_ascii_case(&column)) else {
        let slips = |(n, _): &&(String, String)| strsim::damerau_levenshtein(n, &column);
        let near = columns.iter().min_by_key(slips).filter(|c| slips(c) <= 2);
        let near = near.map_or(String::new(), |(n, _)| format!("; did you mean {n}?"));
        return Err(format!("{} has no column {column}{near}", relation.shown()).into());
    };
    let width = session.screen.width();
    let mut text = format!("{}.{column}  {kind}", relation.shown());
    let known = relations::described(relation.table(&columns), column);
    text.push_str(&known.and_then(|c| c.unit.as_ref()).map_or(String::new(), |u| format!(", {u}")));
    text.push('\n');
    if let Some(known) = known {
        text.push_str(&format!("  {}\n  {}\n", known.description, known.description_ko));
        text.push_str(&format!("  source  {}\n", known.source));
        text.push_str(&format!("  null    {}\n", known.null.as_deref().unwrap_or("never")));
    }
    text.push_str(&distribution::of(&session.catalog, relation, column, kind, width)?);
    session.screen.text(&text)?;
    Ok(Next::Read)
}

/// How filled every column of a table is.
fn whole(session: &mut Session<'_>, relation: &Relation) -> Result<Next, Complaint> {
    let columns = relations::columns(&session.catalog, relation)?;
    let table = relation.table(&columns);
    let mut filled = vec![String::from("count(*)")];
    filled.extend(columns.iter().map(|(name, _)| format!("count({})", identifier(name))));
    let (schema, name) = (identifier(&relation.schema), identifier(&relation.name));
    let counts =
        session.catalog.texts(&format!("SELECT {} FROM {schema}.{name}", filled.join(", ")))?;
    let mut counts = counts.into_iter().flatten().flatten();
    let rows = counts.next().unwrap_or_default();
    let filled = counts.map(|count| count.parse().ok()).collect();
    if let Some(table) = table {
        let grain = relation.grain().unwrap_or_default();
        let (text, korean) = (&table.description, &table.description_ko);
        session.screen.say(&format!("{}: {grain}. {text}\n{korean}", relation.shown()));
    }
    let known: Vec<_> = columns.iter().map(|(n, _)| relations::described(table, n)).collect();
    let units = known.iter().map(|c| c.and_then(|c| c.unit.clone())).collect();
    let nulls = known.iter().map(|c| c.and_then(|c| c.null.clone())).collect();
    let (names, kinds) = columns.into_iter().map(|(n, k)| (Some(n), Some(k))).unzip();
    let mut shown = vec![("column", Cells::Texts(names)), ("type", Cells::Texts(kinds))];
    if table.is_some() {
        shown.push(("unit", Cells::Texts(units)));
    }
    let heading = format!("filled of {rows}");
    shown.push((&heading, Cells::Counts(filled)));
    if table.is_some() {
        shown.push(("null means", Cells::Texts(nulls)));
    }
    session.screen.rows(&batch(shown)?, &session.look)?;
    Ok(Next::Read)
}

fn find(session: &Session<'_>, name: &str) -> Result<Relation, Complaint> {
    let relations = relations::all(&session.catalog)?;
    relations::named(&relations, name).cloned().ok_or_else(|| nothing_called(name))
}

fn nothing_called(name: &str) -> Complaint {
    format!("there is no table or column {name}; .tables lists the tables").into()
}
