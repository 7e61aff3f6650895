//! The shell's commands, in one table: help, parsing and running all follow from it.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use arrow::record_batch::RecordBatch;

use super::{Complaint, Next, Session};
use crate::catalog::script::identifier;
use crate::tables::{relation, spec};

/// One command.
pub struct Command {
    /// Its name with the dot.
    pub name: &'static str,
    /// Other names for it.
    pub others: &'static [&'static str],
    /// What follows the name.
    pub usage: &'static str,
    /// The fewest and the most words that may follow.
    pub arity: (usize, usize),
    /// What it does, in one line.
    pub help: &'static str,
    run: fn(&mut Session<'_>, &[&str]) -> Result<Next, Complaint>,
}

/// Every command, in the order of the help.
pub const COMMANDS: &[Command] = &[
    Command {
        name: ".tables",
        others: &["tables"],
        usage: "",
        arity: (0, 0),
        help: "the tables, cohorts and splits",
        run: tables,
    },
    Command {
        name: ".schema",
        others: &[],
        usage: "TABLE",
        arity: (1, 1),
        help: "the columns of a table, and what they mean",
        run: schema,
    },
    Command {
        name: ".help",
        others: &["help"],
        usage: "",
        arity: (0, 0),
        help: "this list",
        run: help,
    },
    Command {
        name: ".quit",
        others: &[".exit", "quit", "exit"],
        usage: "",
        arity: (0, 0),
        help: "leave; so does Ctrl-D",
        run: quit,
    },
];

/// The words of a command; none when the text is SQL.
pub(super) fn parse(text: &str) -> Option<Vec<&str>> {
    let line = text.trim().trim_end_matches(';').trim_end();
    if line.starts_with('.') && !line.contains('\n') {
        return Some(line.split_whitespace().collect());
    }
    let plain = |command: &Command| command.others.contains(&line);
    COMMANDS.iter().any(plain).then(|| vec![line])
}

pub(super) fn run(session: &mut Session<'_>, words: &[&str]) -> Result<Next, Complaint> {
    let Some((name, arguments)) = words.split_first() else { return Ok(Next::Read) };
    let called = |c: &&Command| c.name == *name || c.others.contains(name);
    let Some(command) = COMMANDS.iter().find(called) else {
        return Err(format!("there is no command {name}; .help lists them{}", meant(name)).into());
    };
    let (fewest, most) = command.arity;
    if arguments.len() < fewest || arguments.len() > most {
        return Err(format!("usage: {}", usage(command)).into());
    }
    (command.run)(session, arguments)
}

/// The commands that begin as the word does.
fn meant(word: &str) -> String {
    let start: String = word.chars().take(2).collect();
    let near: Vec<&str> =
        COMMANDS.iter().map(|c| c.name).filter(|name| name.starts_with(&start)).collect();
    match near.as_slice() {
        [] => String::new(),
        _ if start.len() < 2 => String::new(),
        names => format!(" (did you mean {}?)", names.join(" or ")),
    }
}

fn usage(command: &Command) -> String {
    format!("{} {}", command.name, command.usage).trim_end().to_owned()
}

fn help(session: &mut Session<'_>, _: &[&str]) -> Result<Next, Complaint> {
    let width = COMMANDS.iter().map(|c| usage(c).len()).max().unwrap_or(0);
    let mut text = String::from("SQL ends with ; and may run over several lines.\n");
    for command in COMMANDS {
        let others = match command.others {
            [] => String::new(),
            others => format!(" (also {})", others.join(", ")),
        };
        text.push_str(&format!("  {:width$}  {}{others}\n", usage(command), command.help));
    }
    session.screen.text(&text)?;
    Ok(Next::Read)
}

fn tables(session: &mut Session<'_>, _: &[&str]) -> Result<Next, Complaint> {
    let rows = session.catalog.texts(
        "SELECT CASE WHEN schema_name = 'main' THEN view_name ELSE schema_name || '.' || view_name END
         FROM duckdb_views() WHERE NOT internal AND database_name = current_database()
         UNION ALL SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY 1",
    )?;
    let names: Vec<String> = rows.into_iter().filter_map(|mut row| row.pop().flatten()).collect();
    let grain = |name: &String| match name.split_once('.') {
        Some(("cohorts", _)) => Some("The patients of a cohort".to_owned()),
        Some(("splits", _)) => Some("The parts of a split".to_owned()),
        _ => spec::find(name)
            .map(|table| table.grain.clone())
            .or_else(|| relation::view(name).map(|view| view.grain.to_owned())),
    };
    let grains: Vec<Option<String>> = names.iter().map(grain).collect();
    let names = names.into_iter().map(Some).collect();
    session.screen.rows(&batch(vec![("table", names), ("grain", grains)])?)?;
    Ok(Next::Read)
}

fn schema(session: &mut Session<'_>, arguments: &[&str]) -> Result<Next, Complaint> {
    let name = arguments.first().copied().unwrap_or_default();
    let parts: Vec<String> = name.split('.').map(identifier).collect();
    let rows = session.catalog.texts(&format!(
        "SELECT column_name, column_type FROM (DESCRIBE FROM {})",
        parts.join(".")
    ))?;
    let table = spec::find(name);
    let view = relation::view(name);
    let (mut names, mut kinds) = (Vec::new(), Vec::new());
    let (mut units, mut descriptions) = (Vec::new(), Vec::new());
    for mut row in rows {
        let kind = row.pop().flatten();
        let column = row.pop().flatten();
        let known = table.and_then(|t| t.columns.iter().find(|c| Some(&c.name) == column.as_ref()));
        let shown = view.and_then(|v| v.columns.iter().find(|c| Some(c.name) == column.as_deref()));
        units.push(
            known.and_then(|c| c.unit.clone()).or(shown.and_then(|c| c.unit.map(str::to_owned))),
        );
        descriptions
            .push(known.map(|c| c.description.clone()).or(shown.map(|c| c.description.to_owned())));
        names.push(column);
        kinds.push(kind);
    }
    let mut columns = vec![("column", names), ("type", kinds)];
    if table.is_some() || view.is_some() {
        columns.extend([("unit", units), ("description", descriptions)]);
    }
    session.screen.rows(&batch(columns)?)?;
    Ok(Next::Read)
}

fn quit(_: &mut Session<'_>, _: &[&str]) -> Result<Next, Complaint> {
    Ok(Next::Leave)
}

fn batch(columns: Vec<(&str, Vec<Option<String>>)>) -> Result<RecordBatch, Complaint> {
    let column = |(name, cells): (&str, Vec<Option<String>>)| -> (String, ArrayRef, bool) {
        (name.to_owned(), Arc::new(StringArray::from(cells)), true)
    };
    Ok(RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(column))?)
}
