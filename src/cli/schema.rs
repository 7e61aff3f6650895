//! `mammodex schema`: the tables and what their columns mean.

use std::io::Write;

use clap::{Args, ValueEnum};
use comfy_table::{ContentArrangement, Table as Grid, presets};

use super::{Failure, Outcome};
use crate::records::issue;
use crate::tables::dictionary;
use crate::tables::spec::{self, Table};

/// Show the tables and what their columns mean.
#[derive(Debug, Args)]
pub struct Request {
    /// One table; all of them when left out.
    table: Option<String>,
    /// The codes that findings carry, instead of the tables.
    #[arg(long, conflicts_with = "table")]
    issues: bool,
    /// How it is written.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Table,
    Markdown,
    Json,
    Sql,
}

pub(super) fn run(request: &Request) -> Result<Outcome, Failure> {
    if request.issues {
        return codes(request.format);
    }
    let tables: Vec<&Table> = match &request.table {
        None => spec::all().iter().collect(),
        Some(name) => vec![spec::find(name).ok_or_else(|| unknown(name))?],
    };
    let text = match (request.format, tables.as_slice()) {
        (Format::Table, [table]) if request.table.is_some() => columns(table),
        (Format::Table, _) => overview(&tables),
        (Format::Markdown, _) => dictionary::markdown(&tables),
        (Format::Json, _) => format!("{:#}\n", dictionary::json(&tables)),
        (Format::Sql, _) => dictionary::sql(&tables),
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(Outcome::Done)
}

fn codes(format: Format) -> Result<Outcome, Failure> {
    let text = match format {
        Format::Markdown => dictionary::codes_markdown(),
        Format::Json => format!("{:#}\n", dictionary::codes_json()),
        Format::Sql => {
            return Err("the codes are no table: --format table, markdown or json".into());
        }
        Format::Table => {
            let mut grid = grid(&["code", "severity", "meaning"]);
            for code in issue::codes().iter().flat_map(|(_, codes)| codes) {
                grid.add_row([code.code.as_str(), code.severity.as_str(), &code.meaning]);
            }
            format!("{grid}\n")
        }
    };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(Outcome::Done)
}

fn unknown(name: &str) -> Failure {
    let names: Vec<&str> = spec::all().iter().map(|t| t.name.as_str()).collect();
    format!("no table is called {name:?}; there are {}", names.join(", ")).into()
}

fn overview(tables: &[&Table]) -> String {
    let mut grid = grid(&["table", "columns", "grain"]);
    for table in tables {
        grid.add_row([table.name.as_str(), &table.columns.len().to_string(), &table.grain]);
    }
    format!("{grid}\n`mammodex schema TABLE` shows the columns of one.\n")
}

fn columns(table: &Table) -> String {
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
