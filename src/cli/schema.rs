//! `mammodex schema`: tables, views and macros, and what their columns mean.

use std::io::Write;

use clap::{Args, ValueEnum};
use comfy_table::{ContentArrangement, Table as Grid, presets};

use super::{CliFailure, ExitOutcome};
use crate::records::issue::ISSUE_CODES;
use crate::tables::dictionary;
use crate::tables::relation::{self, MacroSpec, ViewSpec};
use crate::tables::spec::{self, TableSpec};

/// Show the tables, views and macros, and what their columns mean.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// One table, view or macro; all of them when left out.
    #[arg(value_name = "NAME")]
    table: Option<String>,
    /// The codes that findings carry, instead of the tables.
    #[arg(long, conflicts_with = "table")]
    issues: bool,
    /// How it is written.
    #[arg(long, value_enum, default_value_t = SchemaFormat::Table)]
    format: SchemaFormat,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SchemaFormat {
    Table,
    Markdown,
    Json,
    Sql,
}

pub(super) fn run(request: &SchemaArgs) -> Result<ExitOutcome, CliFailure> {
    if request.issues {
        return codes(request.format);
    }
    let text = match &request.table {
        None => everything(request.format),
        Some(name) => one(name, request.format)?,
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(ExitOutcome::Done)
}

fn everything(format: SchemaFormat) -> String {
    let tables: Vec<&TableSpec> = spec::all().iter().collect();
    let views: Vec<&ViewSpec> = relation::views().iter().collect();
    let macros: Vec<&MacroSpec> = relation::macros().iter().collect();
    match format {
        SchemaFormat::Table => overview(&tables, &views, &macros),
        SchemaFormat::Markdown => {
            dictionary::markdown(&tables) + &dictionary::relations_markdown(&views, &macros)
        }
        SchemaFormat::Json => {
            let mut all = dictionary::json(&tables);
            all.extend(dictionary::relations_json(&views, &macros));
            json(all)
        }
        SchemaFormat::Sql => dictionary::sql(&tables),
    }
}

/// One table, view or macro.
fn one(name: &str, format: SchemaFormat) -> Result<String, CliFailure> {
    if let Some(table) = spec::find(name) {
        return Ok(match format {
            SchemaFormat::Table => columns(table),
            SchemaFormat::Markdown => dictionary::markdown(&[table]),
            SchemaFormat::Json => json(dictionary::json(&[table])),
            SchemaFormat::Sql => dictionary::sql(&[table]),
        });
    }
    let (views, macros) = (relation::views(), relation::macros());
    let views = views.iter().filter(|view| view.name == name).collect::<Vec<_>>();
    let macros = macros.iter().filter(|function| function.name == name).collect::<Vec<_>>();
    if views.is_empty() && macros.is_empty() {
        return Err(unknown(name));
    }
    let shown = |view: &&ViewSpec| view_columns(view);
    let explained = |function: &&MacroSpec| explain(function);
    let made = |function: &&MacroSpec| format!("{}\n", function.sql);
    Ok(match format {
        SchemaFormat::Table => {
            views.iter().map(shown).chain(macros.iter().map(explained)).collect()
        }
        SchemaFormat::Markdown => dictionary::relations_markdown(&views, &macros),
        SchemaFormat::Json => json(dictionary::relations_json(&views, &macros)),
        SchemaFormat::Sql => {
            views.iter().map(|v| dictionary::view_sql(v)).chain(macros.iter().map(made)).collect()
        }
    })
}

fn json(all: Vec<serde_json::Value>) -> String {
    format!("{:#}\n", serde_json::Value::Array(all))
}

fn codes(format: SchemaFormat) -> Result<ExitOutcome, CliFailure> {
    let text = match format {
        SchemaFormat::Markdown => dictionary::codes_markdown(),
        SchemaFormat::Json => format!("{:#}\n", dictionary::codes_json()),
        SchemaFormat::Sql => {
            return Err("the codes are no table: --format table, markdown or json".into());
        }
        SchemaFormat::Table => {
            let mut grid = grid(&["code", "severity", "meaning"]);
            for spec in ISSUE_CODES {
                grid.add_row([spec.name, spec.severity.as_str(), spec.meaning]);
            }
            format!("{grid}\n")
        }
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(ExitOutcome::Done)
}

fn unknown(name: &str) -> CliFailure {
    let tables = spec::all().iter().map(|t| t.name.as_str());
    let views = relation::views().iter().map(|v| v.name);
    let macros = relation::macros().iter().map(|m| m.name);
    let names: Vec<&str> = tables.chain(views).chain(macros).collect();
    format!("no table, view or macro is called {name:?}; there are {}", names.join(", ")).into()
}

fn overview(tables: &[&TableSpec], views: &[&ViewSpec], macros: &[&MacroSpec]) -> String {
    let mut there = grid(&["table", "columns", "grain"]);
    for table in tables {
        there.add_row([table.name.as_str(), &table.columns.len().to_string(), &table.grain]);
    }
    let mut made = grid(&["view", "columns", "what it shows", "grain"]);
    for view in views {
        made.add_row([view.name, &view.columns.len().to_string(), view.title, view.grain]);
    }
    let mut functions = grid(&["macro", "what it answers", "usage"]);
    for function in macros {
        functions.add_row([function.name, function.title, function.usage]);
    }
    format!("{there}\n{made}\n{functions}\n`mammodex schema NAME` shows one of them.\n")
}

fn view_columns(view: &ViewSpec) -> String {
    let mut grid = grid(&["column", "unit", "description"]);
    for column in &view.columns {
        grid.add_row([column.name, column.unit.unwrap_or(""), column.description]);
    }
    let notes = if view.notes.is_empty() { String::new() } else { format!("{}\n", view.notes) };
    format!("{}: {}. {}.\n{grid}\n{notes}", view.name, view.grain, view.title)
}

fn explain(function: &MacroSpec) -> String {
    let MacroSpec { title, usage, gives, example, notes, .. } = function;
    let notes = if notes.is_empty() { String::new() } else { format!("{notes}\n") };
    format!("{usage}\n{title}: {gives}.\n{notes}Example: {example}\n")
}

fn columns(table: &TableSpec) -> String {
    let mut grid = grid(&["column", "type", "unit", "description", "source"]);
    for c in &table.columns {
        let unit = c.unit.as_deref().unwrap_or("");
        grid.add_row([c.name.as_str(), c.kind.sql(), unit, &c.description, &c.source]);
    }
    format!("{}: {}. {}\n{grid}\n", table.name, table.grain, table.description)
}

fn grid(header: &[&str]) -> Grid {
    let mut grid = Grid::new();
    grid.load_style(presets::UTF8_BORDERS_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(header.to_vec());
    if let Some((terminal_size::Width(width), _)) = terminal_size::terminal_size() {
        grid.set_width(width);
    }
    grid
}
