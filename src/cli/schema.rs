//! `mammodex schema`: tables, views and macros, and the meaning of their columns.

use clap::{Args, ValueEnum};

use super::context::{CommandContext, SnapshotArgs};
use super::explain::explained_code;
use super::fit::prose;
use super::outcome::{CliFailure, ExitOutcome};
use super::printer::complain;
use super::text_table::TextTable;
use crate::export::{CatalogScript, ExportContent};
use crate::language::{Language, chosen, localized};
use crate::quality;
use crate::records::issue::{ISSUE_CODES, IssueSpec};
use crate::tables::dictionary;
use crate::tables::relation::{self, MacroSpec, ViewSpec};
use crate::tables::spec::{self, TableSpec};
use crate::text::nearest;

/// Show the tables, views and macros, and the meaning of their columns.
///
/// --format sql prints a script for another DuckDB: the tables of one snapshot as views of its Parquet
/// files, macros, views, cohorts and splits, with comments. --format ddl prints CREATE TABLE statements of
/// empty tables, for other databases.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Name of a table, view or macro, with --issues of a code [default: all of them].
    name: Option<String>,
    /// Show the codes of findings instead of the tables; of one code also what to do.
    #[arg(long)]
    issues: bool,
    /// Format of the description.
    #[arg(long, value_enum, default_value_t = SchemaFormat::Table)]
    format: SchemaFormat,
    #[command(flatten)]
    at: SnapshotArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SchemaFormat {
    Table,
    Markdown,
    Json,
    /// Script for another DuckDB that reads the catalog.
    Sql,
    /// Empty tables.
    Ddl,
}

pub(super) fn run(
    context: &CommandContext,
    request: &SchemaArgs,
) -> Result<ExitOutcome, CliFailure> {
    if request.issues {
        return codes(context, request);
    }
    let is_static =
        |name: &String| relation::view(name).is_some() || relation::function(name).is_some();
    let text = match &request.name {
        name if request.format == SchemaFormat::Sql && !name.as_ref().is_some_and(is_static) => {
            script(context, request)?
        }
        None => everything(request.format),
        Some(name) => one(name, request.format)?,
    };
    context.printer.print(&text)?;
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
        SchemaFormat::Sql | SchemaFormat::Ddl => dictionary::sql(&tables),
    }
}

/// The script of a snapshot, or the part of it that makes one table.
fn script(context: &CommandContext, request: &SchemaArgs) -> Result<String, CliFailure> {
    if let Some(name) = request.name.as_ref().filter(|name| spec::find(name).is_none()) {
        return Err(unknown(name));
    }
    let catalog = context.open_by_absolute_path(&request.at)?;
    let script = CatalogScript::of(&catalog, ExportContent::Views)?;
    for unfit in catalog.take_unfit() {
        complain(&format!("excluded: {unfit}"));
    }
    Ok(request.name.as_ref().map_or_else(|| script.text(), |name| script.text_of(name)))
}

/// One table, view or macro.
fn one(name: &str, format: SchemaFormat) -> Result<String, CliFailure> {
    if let Some(table) = spec::find(name) {
        return Ok(match format {
            SchemaFormat::Table => columns(table),
            SchemaFormat::Markdown => dictionary::markdown(&[table]),
            SchemaFormat::Json => json(dictionary::json(&[table])),
            SchemaFormat::Sql | SchemaFormat::Ddl => dictionary::sql(&[table]),
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
        SchemaFormat::Sql | SchemaFormat::Ddl => {
            views.iter().map(|v| dictionary::view_sql(v)).chain(macros.iter().map(made)).collect()
        }
    })
}

fn json(all: Vec<serde_json::Value>) -> String {
    format!("{:#}\n", serde_json::Value::Array(all))
}

fn codes(context: &CommandContext, request: &SchemaArgs) -> Result<ExitOutcome, CliFailure> {
    if let Some(name) = &request.name {
        let find = |spec: &&IssueSpec| spec.name == name;
        let Some(spec) = ISSUE_CODES.iter().find(find) else {
            let names = ISSUE_CODES.iter().map(|spec| spec.name);
            return Err(no_name("code of findings", name, names, "mammodex schema --issues"));
        };
        context.printer.print(&prose(&explained_code(spec)))?;
        return Ok(ExitOutcome::Done);
    }
    let text = match request.format {
        SchemaFormat::Markdown => dictionary::codes_markdown() + &quality::markdown(),
        SchemaFormat::Json => format!("{:#}\n", dictionary::codes_json()),
        SchemaFormat::Sql | SchemaFormat::Ddl => {
            return Err(
                "the codes are not a table of the catalog: use --format table, markdown or json"
                    .into(),
            );
        }
        SchemaFormat::Table => {
            let mut codes = TextTable::new(&["code", "severity", "meaning"]);
            for spec in ISSUE_CODES {
                codes.add_row(&[spec.name, spec.severity.as_str(), spec.meaning]);
            }
            codes.to_string()
        }
    };
    context.printer.print(&text)?;
    Ok(ExitOutcome::Done)
}

fn unknown(name: &str) -> CliFailure {
    let tables = spec::all().iter().map(|t| t.name.as_str());
    let views = relation::views().iter().map(|v| v.name);
    let macros = relation::macros().iter().map(|m| m.name);
    let names = tables.chain(views).chain(macros);
    no_name("table, view or macro", name, names, "mammodex schema")
}

/// The error of a name that nothing has: the nearest one, and the command that lists them.
fn no_name<'n>(
    kind: &str,
    name: &str,
    names: impl Iterator<Item = &'n str>,
    list: &str,
) -> CliFailure {
    let near = nearest(name, names);
    let near = near.map(|near| format!(" (did you mean {near}?)")).unwrap_or_default();
    format!("there is no {kind} {name:?}{near}; `{list}` lists them").into()
}

fn overview(tables: &[&TableSpec], views: &[&ViewSpec], macros: &[&MacroSpec]) -> String {
    let mut table_list = TextTable::new(&["table", "columns", "grain"]);
    for table in tables {
        table_list.add_row(&[table.name.as_str(), &table.columns.len().to_string(), &table.grain]);
    }
    let mut view_list = TextTable::new(&["view", "columns", "what it shows", "grain"]);
    for view in views {
        view_list.add_row(&[view.name, &view.columns.len().to_string(), view.title, view.grain]);
    }
    let mut macro_list = TextTable::new(&["macro", "what it answers", "usage"]);
    for function in macros {
        macro_list.add_row(&[function.name, function.title, function.usage]);
    }
    let hint = localized("`mammodex schema NAME` shows one of them.");
    format!("{table_list}\n{view_list}\n{macro_list}\n{hint}\n")
}

fn view_columns(view: &ViewSpec) -> String {
    let mut columns = TextTable::new(&["column", "unit", "description"]);
    for column in &view.columns {
        columns.add_row(&[column.name, column.unit.unwrap_or(""), column.description]);
    }
    let notes =
        if view.notes.is_empty() { String::new() } else { format!("{}\n", localized(&view.notes)) };
    let (grain, title) = (localized(view.grain), localized(view.title));
    prose(&format!("{}: {grain}. {title}.\n{columns}{notes}", view.name))
}

fn explain(function: &MacroSpec) -> String {
    let MacroSpec { title, usage, gives, example, notes, .. } = function;
    let notes = if notes.is_empty() { String::new() } else { format!("{}\n", localized(notes)) };
    let (title, gives) = (localized(title), localized(gives));
    let example_is = localized("Example:");
    prose(&format!("{usage}\n{title}: {gives}.\n{notes}{example_is} {example}\n"))
}

/// The text of the language of this run.
fn in_language<'t>(english: &'t str, korean: &'t str) -> &'t str {
    match chosen() {
        Language::English => english,
        Language::Korean => korean,
    }
}

fn columns(table: &TableSpec) -> String {
    let mut columns = TextTable::new(&["column", "type", "unit", "description", "source"]);
    for c in &table.columns {
        let unit = c.unit.as_deref().unwrap_or("");
        let description = in_language(&c.description, &c.description_ko);
        columns.add_row(&[c.name.as_str(), c.kind.sql(), unit, description, &c.source]);
    }
    let grain = in_language(&table.grain, &table.grain_ko);
    let description = in_language(&table.description, &table.description_ko);
    format!("{}: {grain}. {description}\n{columns}", table.name)
}
