//! The tables' description for readers: Markdown, JSON and SQL.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::relation::{MacroSpec, ViewSpec};
use super::spec::{ColumnSpec, TableSpec};
use crate::language;
use crate::records::issue::{ISSUE_CODES, IssueSpec};

/// `docs/dictionary.md`: every column of the tables given.
pub fn markdown(tables: &[&TableSpec]) -> String {
    let mut page = String::from(
        "# Dictionary\n\nWritten by `mammodex schema --format markdown` from `schema/tables`.\n",
    );
    for table in tables {
        let _ = write!(
            page,
            "\n## {}\n\n{}. {}\n{}\n\nKey: {}.\n\n| column | type | unit | description | 설명 | source | null means | checked |\n|---|---|---|---|---|---|---|---|\n",
            table.name,
            table.grain,
            table.description,
            table.description_ko,
            table.key.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", "),
        );
        for column in &table.columns {
            let unit = column.unit.as_deref().unwrap_or("");
            let null = match (&column.null, &column.null_ko) {
                (Some(null), Some(korean)) => format!("{null}; {korean}"),
                _ => "never null".to_owned(),
            };
            let facts: Vec<String> = column.facts.iter().map(|fact| fact.summary(unit)).collect();
            let cells = [
                &format!("`{}`", column.name),
                column.kind.sql(),
                unit,
                &column.description,
                &column.description_ko,
                &column.source,
                &null,
                &facts.join("; "),
            ];
            let cells = cells.map(|cell| cell.replace('|', "\\|"));
            let _ = writeln!(page, "| {} |", cells.join(" | "));
        }
    }
    page
}

/// The part of `docs/dictionary.md` that follows the tables: views and macros.
pub fn relations_markdown(views: &[&ViewSpec], macros: &[&MacroSpec]) -> String {
    let mut page = String::new();
    if !views.is_empty() {
        page.push_str(
            "\n# Views\n\nWritten from `schema/views`. They are there in every query beside the tables; \
         `mammodex schema VIEW --format sql` prints one as SQL.\n",
        );
    }
    for view in views {
        let key = view.key.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ");
        let notes = if view.notes.is_empty() { String::new() } else { format!(" {}", view.notes) };
        let _ = write!(
            page,
            "\n## {}\n\n{}. {}.{notes}\n\n{}\n\nKey: {key}.\n\n\
             | column | unit | description | 설명 |\n|---|---|---|---|\n",
            view.name,
            view.grain,
            view.title,
            korean_line(&[view.grain, view.title, &view.notes]),
        );
        for column in &view.columns {
            let text = column.description.replace('|', "\\|");
            let unit = column.unit.unwrap_or("");
            let korean = korean_cell(column.description);
            let _ = writeln!(page, "| `{}` | {unit} | {text} | {korean} |", column.name);
        }
    }
    if !macros.is_empty() {
        page.push_str(
            "\n# Macros\n\nWritten from `schema/macros`: functions for queries. The column comes first; codes \
         may be written in capitals or not, with the letter or without.\n",
        );
    }
    for function in macros {
        let MacroSpec { name, title, usage, gives, example, notes, .. } = function;
        let usage: Vec<String> = usage.split(';').map(|way| format!("`{}`", way.trim())).collect();
        let _ = write!(
            page,
            "\n## {name}\n\n{title}. {}: {gives}. {notes}\n\n{}\n\n    {example}\n",
            usage.join(" or "),
            korean_line(&[title, gives, notes]),
        );
    }
    page
}

/// The Korean of texts as one line of sentences.
fn korean_line(texts: &[&str]) -> String {
    let korean = texts.iter().filter_map(|text| language::korean(text));
    let ended = |text: String| match text.ends_with('.') {
        true => text,
        false => text + ".",
    };
    korean.map(ended).collect::<Vec<_>>().join(" ")
}

/// The Korean of a text in a cell of a table; empty where there is none.
fn korean_cell(text: &str) -> String {
    language::korean(text).unwrap_or_default().replace('|', "\\|")
}

/// A view or the statements of a macro, as SQL that DuckDB runs on the tables.
pub fn view_sql(view: &ViewSpec) -> String {
    format!("-- {}\nCREATE VIEW {} AS\n{};\n", view.grain, view.name, view.sql.trim_end())
}

/// The tables as JSON, for programs.
pub fn json(tables: &[&TableSpec]) -> Vec<Value> {
    let column = |c: &ColumnSpec| {
        json!({
            "name": c.name, "type": c.kind.sql(), "unit": c.unit, "nullable": c.null.is_some(),
            "null_means": c.null, "source": c.source, "description": c.description,
            "description_ko": c.description_ko,
        })
    };
    let table = |t: &&TableSpec| {
        json!({
            "name": t.name, "kind": "table", "grain": t.grain, "key": t.key, "description": t.description,
            "description_ko": t.description_ko,
            "columns": t.columns.iter().map(column).collect::<Vec<_>>(),
        })
    };
    tables.iter().map(table).collect()
}

/// Views and macros as JSON, beside the tables.
pub fn relations_json(views: &[&ViewSpec], macros: &[&MacroSpec]) -> Vec<Value> {
    let view = |v: &&ViewSpec| {
        let columns = v
            .columns
            .iter()
            .map(|c| json!({ "name": c.name, "unit": c.unit, "description": c.description }));
        json!({
            "name": v.name, "kind": "view", "grain": v.grain, "key": v.key, "description": v.title,
            "notes": v.notes, "columns": columns.collect::<Vec<_>>(),
        })
    };
    let function = |m: &&MacroSpec| {
        json!({
            "name": m.name, "kind": "macro", "description": m.title, "usage": m.usage,
            "gives": m.gives, "example": m.example, "notes": m.notes,
        })
    };
    views.iter().map(view).chain(macros.iter().map(function)).collect()
}

/// `CREATE TABLE` and `COMMENT` statements, as DuckDB reads them.
pub fn sql(tables: &[&TableSpec]) -> String {
    let quote = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let mut script = String::new();
    for table in tables {
        let _ = writeln!(script, "-- {}", table.grain);
        let column = |c: &ColumnSpec| {
            let constraint = if c.null.is_none() { " NOT NULL" } else { "" };
            format!("  \"{}\" {}{constraint}", c.name, c.kind.sql())
        };
        let columns: Vec<String> = table.columns.iter().map(column).collect();
        let _ = writeln!(script, "CREATE TABLE {} (\n{}\n);", table.name, columns.join(",\n"));
        let _ =
            writeln!(script, "COMMENT ON TABLE {} IS {};", table.name, quote(&table.description));
        for c in &table.columns {
            let text = quote(&c.description);
            let _ = writeln!(script, "COMMENT ON COLUMN {}.\"{}\" IS {text};", table.name, c.name);
        }
        script.push('\n');
    }
    script
}

/// `docs/issues.md`: every code that a finding can carry.
pub fn codes_markdown() -> String {
    let mut page = String::from(
        "# Findings\n\nWritten by `mammodex schema --issues --format markdown` from `schema/issues`. \
         Each row of the table `issues` carries one of these codes. An error means that a file or \
         row was lost or must not be used as it is, and makes the exit code 1; a warning that a \
         value is null or doubtful; an info that something is worth knowing.\n",
    );
    for area in ISSUE_CODES.chunk_by(|a, b| a.area == b.area) {
        let _ = write!(
            page,
            "\n## {}\n\n| code | severity | what it means | 뜻 | what to do | 조치 |\n\
             |---|---|---|---|---|---|\n",
            area[0].area
        );
        for IssueSpec { name, severity, meaning, advice, .. } in area {
            let (meaning_ko, advice_ko) = (korean_cell(meaning), korean_cell(advice));
            let _ = writeln!(
                page,
                "| `{name}` | {severity} | {meaning} | {meaning_ko} | {advice} | {advice_ko} |"
            );
        }
    }
    page
}

/// The codes as JSON.
pub fn codes_json() -> Value {
    let spec = |IssueSpec { name, area, severity, meaning, advice, .. }: &IssueSpec| {
        json!({
            "code": name, "area": area, "severity": severity.as_str(), "meaning": meaning,
            "advice": advice,
        })
    };
    Value::Array(ISSUE_CODES.iter().map(spec).collect())
}
