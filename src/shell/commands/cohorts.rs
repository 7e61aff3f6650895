//! Commands around a study: cohorts, splits, manifests, snapshots.

use super::{CommandCall, ShellCells, batch, find, misused};
use crate::cohort::{self, Cohort, CohortDefinition, CohortError};
use crate::quality;
use crate::saved::{IfExists, SavedError, SavedName};
use crate::shell::{DisplayOptions, RowLimit, ShellError, ShellSession, ShellStep, relations};
use crate::sql::{Statement, identifier, literal};
use crate::tables::snapshot;

pub(super) fn cohort(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<ShellStep, ShellError> {
    match (call.word(0), call.word(1)) {
        // Without options it is made of the last result.
        (Some("create"), Some(name)) if call.words.len() == 2 => save(session, name.parse()?, &[])?,
        (Some("create" | "show" | "list" | "drop" | "diff"), _) => {
            run_subcommand(session, "cohort", call)?;
        }
        (Some("save"), Some(name)) => save(session, name.parse()?, &call.words[2..])?,
        (None, _) => {
            let format = session.screen.format(&session.look);
            let words = ["cohort", "list", "--format", format.name()];
            session.screen.subcommand(&session.catalog, &words)?;
        }
        (Some(name), None) => {
            let snapshot = session.catalog.snapshot().id.to_string();
            let words = ["cohort", "show", "--snapshot", &snapshot, name];
            session.screen.subcommand(&session.catalog, &words)?;
        }
        _ => return Err(find(".cohort").map_or_else(|| "usage".into(), misused)),
    }
    Ok(ShellStep::Read)
}

/// Runs the subcommand of `mammodex` that is written in the same words, on the open snapshot.
fn run_subcommand(
    session: &mut ShellSession<'_>,
    noun: &str,
    call: &CommandCall<'_>,
) -> Result<(), ShellError> {
    let snapshot = session.catalog.snapshot().id.to_string();
    let format = session.screen.format(&session.look);
    let verb = call.word(0).unwrap_or_default();
    let mut words = vec![noun, verb];
    match verb {
        "list" => words.extend(["--format", format.name()]),
        "create" | "show" | "check" => words.extend(["--snapshot", &snapshot]),
        _ => {}
    }
    words.extend(call.words.iter().skip(1).map(String::as_str));
    session.screen.subcommand(&session.catalog, &words)
}

/// Makes a cohort of the last result, on a catalog opened anew: a query that speaks of something
/// that this session alone has would be none in the next one.
fn save(
    session: &mut ShellSession<'_>,
    name: SavedName,
    note: &[String],
) -> Result<(), ShellError> {
    let Some(sql) = &session.last else {
        return Err("there is no result yet: ask for the patients first".into());
    };
    let told = |error: CohortError| -> ShellError {
        match error {
            CohortError::Sql(text) => format!("the last result makes no cohort: {text}").into(),
            other => other.into(),
        }
    };
    let note = (!note.is_empty()).then(|| note.join(" "));
    let fresh = (session.open)(Some(session.catalog.snapshot().id))?;
    let definition = CohortDefinition::from_sql(&fresh, sql).map_err(told)?;
    let (cohort, counts) = Cohort::new(&fresh, name, note, definition).map_err(told)?;
    let path =
        cohort::save(session.catalog.dir(), &cohort, IfExists::Fail).map_err(
            |error| match error {
                CohortError::Saved(SavedError::Exists { name, .. }) => ShellError::from(format!(
                    "there is a cohort {name} already; `mammodex cohort drop {name}` drops it"
                )),
                other => other.into(),
            },
        )?;
    let Cohort { name, patients, images, .. } = &cohort;
    session.screen.say(&format!(
        "cohort {name}: {patients} patients, {images} images; saved to {}",
        path.display()
    ));
    if counts.repeated > 0 {
        let rows = counts.repeated;
        session.screen.say(&format!("{rows} rows named a patient again; each counts once"));
    }
    Ok(())
}

pub(super) fn split(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<ShellStep, ShellError> {
    if let Some("create" | "show" | "check" | "list" | "drop") = call.word(0) {
        run_subcommand(session, "split", call)?;
        return Ok(ShellStep::Read);
    }
    if call.words.len() > 1 {
        return Err(find(".split").map_or_else(|| "usage".into(), misused));
    }
    let relations = relations::all(&session.catalog)?;
    let splits: Vec<&str> =
        relations.iter().filter(|r| r.schema == "splits").map(|r| r.name.as_str()).collect();
    let sql = match call.word(0) {
        Some(name) if splits.contains(&name) => format!(
            "SELECT stratum, split, count(*) AS patients FROM splits.{} GROUP BY ALL ORDER BY ALL",
            identifier(name)
        ),
        Some(name) => {
            let there = if splits.is_empty() { "none".to_owned() } else { splits.join(", ") };
            return Err(format!("there is no split {name}; there are: {there}").into());
        }
        None => {
            let part = |name: &&str| {
                let (text, name) = (literal(name), identifier(name));
                format!("SELECT {text} AS name, split, case_id FROM splits.{name}")
            };
            let mut parts: Vec<String> = splits.iter().map(part).collect();
            // Without a split there are the columns alone.
            parts.push("SELECT '' AS name, '' AS split, '' AS case_id WHERE false".to_owned());
            format!(
                "SELECT name AS split, split AS part, count(*) AS patients FROM ({}) GROUP BY ALL
                 ORDER BY ALL",
                parts.join(" UNION ALL ")
            )
        }
    };
    let look = DisplayOptions { rows: RowLimit::All, ..session.look.clone() };
    session.screen.run(&session.catalog, &Statement::new(sql), &look)?;
    Ok(ShellStep::Read)
}

pub(super) fn manifest(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<ShellStep, ShellError> {
    if let Some("create" | "verify") = call.word(0) {
        run_subcommand(session, "manifest", call)?;
        return Ok(ShellStep::Read);
    }
    let snapshot = session.catalog.snapshot().id.to_string();
    let mut words = vec!["manifest", "create", "--snapshot", &snapshot];
    words.extend(call.words.iter().map(String::as_str));
    session.screen.subcommand(&session.catalog, &words)?;
    Ok(ShellStep::Read)
}

/// The checks with the rows that they have, or the rows of one, which can become a cohort.
pub(super) fn check(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<ShellStep, ShellError> {
    let Some(name) = call.word(0) else {
        let found = quality::count_all(&session.catalog, quality::checks())?;
        let look = DisplayOptions { rows: RowLimit::All, ..session.look.clone() };
        session.screen.rows(&quality::overview(&found)?, &look)?;
        return Ok(ShellStep::Read);
    };
    let check = quality::check(name)?;
    let statement = check.statement();
    session.screen.say(check.explained().trim_end());
    session.screen.run(&session.catalog, &statement, &session.look)?;
    session.last = Some(statement.sql);
    Ok(ShellStep::Read)
}

pub(super) fn snapshot(
    session: &mut ShellSession<'_>,
    call: &CommandCall<'_>,
) -> Result<ShellStep, ShellError> {
    if let Some(number) = call.word(0) {
        let number = number.parse().map_err(|_| format!("{number} is no number of a snapshot"))?;
        session.turn_to(Some(number))?;
    }
    let open = session.catalog.snapshot();
    let there: Vec<String> = snapshot::ids(session.catalog.dir())
        .iter()
        .map(|id| if *id == open.id { format!("{id} (asked now)") } else { id.to_string() })
        .collect();
    session.screen.say(&format!(
        "snapshot {} of {}, profile {}; there are {}",
        open.id,
        open.root,
        open.profile,
        there.join(", ")
    ));
    let tables = open.tables.iter();
    let (names, rows) = tables.map(|(n, t)| (Some(n.clone()), Some(t.rows))).unzip();
    let shown =
        batch(vec![("table", ShellCells::Texts(names)), ("rows", ShellCells::Counts(rows))])?;
    session.screen.rows(&shown, &session.look)?;
    Ok(ShellStep::Read)
}
