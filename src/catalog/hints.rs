//! Errors that teach: a hint below what DuckDB says, and its caret under the right place.
//!
//! A hint is given where it is sure; where nothing is near enough, nothing is said.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::records::{birads, outcome::ParseOutcome, stage};
use crate::sql;
use crate::tables::relation::{self, MacroSpec};
use crate::tables::spec;
use crate::text::nearest;

/// What a tab or another control character of the statement takes in the error's line.
const TAB: &str = "    ";

/// The error's text with its caret mended, and a line `hint: …` where there is one.
///
/// `sql` is the statement, empty when it is not at hand. `relations` gives the names of what
/// can be asked, such as `patients` and `cohorts.young`; it is called only when a table is not found.
pub(super) fn improve(text: &str, sql: &str, relations: &dyn Fn() -> Vec<String>) -> String {
    let placed = place(text);
    match hint(text, sql, relations) {
        Some(hint) => format!("{}\nhint: {hint}", placed.trim_end()),
        None => placed,
    }
}

fn hint(text: &str, sql: &str, relations: &dyn Fn() -> Vec<String>) -> Option<String> {
    static COLUMN: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        patterns(&[
            r#"^Binder Error: Referenced column "(.+?)" (?:not found in|was not found because)"#,
            r#"^Binder Error: (?:Values list|Table) ".+?" does not have a column named "(.+?)""#,
        ])
    });
    static TABLE: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        patterns(&[r#"^Catalog Error: Table with name "?([^" ]+)"? does not exist"#])
    });
    static MACRO: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        patterns(&[
            r"^Binder Error: Macro (\w+)\(\) does not support",
            r"^Catalog Error: (?:Scalar|Aggregate|Table|Table-Producing) Function with name (\w+) does not exist",
        ])
    });
    static CODE: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        patterns(&[r"^Conversion Error: Could not convert string '([^']+)' to INT\d+(?:\n|$)"])
    });
    static SOURCE: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        patterns(&[
            r"^Conversion Error: Could not convert string .* when casting from source column (\w+)_code",
        ])
    });
    let named =
        |patterns: &[Regex]| patterns.iter().find_map(|p| Some(p.captures(text)?[1].to_owned()));
    if let Some(name) = named(&COLUMN) {
        return column(&name, sql);
    }
    if let Some(name) = named(&TABLE) {
        return table(&name, text, &relations());
    }
    if let Some(name) = named(&MACRO) {
        return function(&name);
    }
    if let Some(value) = named(&CODE) {
        return code(&value, sql);
    }
    if is_second_statement(text) {
        return Some("end the statement above with ;".to_owned());
    }
    let number = named(&SOURCE)?;
    is_number(&number).then(|| format!("{number}_code is text; the number is {number}"))
}

/// Whether the syntax error is at the beginning of a line that begins a statement or command.
fn is_second_statement(text: &str) -> bool {
    const BEGINNINGS: [&str; 8] =
        ["SELECT", "FROM", "WITH", "SUMMARIZE", "DESCRIBE", "SHOW", "EXPLAIN", "."];
    let word = text.strip_prefix("Parser Error: syntax error at or near \"");
    let word = word.and_then(|rest| rest.split('"').next()).unwrap_or_default();
    let mut lines = text.lines().skip_while(|line| !line.starts_with("LINE "));
    let (Some(line), Some(caret)) = (lines.next(), lines.next()) else { return false };
    let head = line.split_inclusive(": ").next().unwrap_or_default();
    BEGINNINGS.iter().any(|begin| word.eq_ignore_ascii_case(begin))
        && head != "LINE 1: "
        && caret.trim_end().len() == head.len() + 1
}

/// The patterns are constants, and a test uses each of them.
fn patterns(all: &[&str]) -> Vec<Regex> {
    all.iter().filter_map(|pattern| Regex::new(pattern).ok()).collect()
}

/// Every column of tables and views, with the relation that it is of.
fn columns() -> Vec<(&'static str, &'static str)> {
    let tables = spec::all().iter().flat_map(|table| {
        table.columns.iter().map(|column| (table.name.as_str(), column.name.as_str()))
    });
    let views = relation::views()
        .iter()
        .flat_map(|view| view.columns.iter().map(|column| (view.name, column.name)));
    tables.chain(views).collect()
}

/// A column that is not there: text in double quotes, one of another table, or a slip.
fn column(name: &str, sql: &str) -> Option<String> {
    let wanted = name.to_lowercase();
    let words: BTreeSet<String> =
        sql.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_lowercase).collect();
    let all = columns();
    let exact: Vec<&str> = all.iter().filter(|(_, c)| *c == wanted).map(|(t, _)| *t).collect();
    if !exact.is_empty() {
        return Some(format!("{wanted} is a column of {}", listed(&exact)));
    }
    // Tables that the statement names come first.
    let spoken: Vec<_> = all.iter().filter(|(t, _)| words.contains(*t)).copied().collect();
    let hit = nearest(&wanted, spoken.iter().map(|(_, c)| *c))
        .map(|near| (near, &spoken))
        .or_else(|| nearest(&wanted, all.iter().map(|(_, c)| *c)).map(|near| (near, &all)));
    if let Some((near, among)) = hit {
        let tables: Vec<&str> = among.iter().filter(|(_, c)| *c == near).map(|(t, _)| *t).collect();
        return Some(format!("did you mean {near}, a column of {}?", listed(&tables)));
    }
    let quoted = sql::identifier(name);
    sql.contains(&quoted).then(|| {
        let text = sql::literal(name);
        format!("{quoted} in double quotes is a name; text is in single quotes: {text}")
    })
}

/// A relation that is not there: a cohort without its schema, a slip, else what there is.
fn table(name: &str, text: &str, relations: &[String]) -> Option<String> {
    let wanted = name.to_lowercase();
    let bare = |other: &&String| {
        other.split_once('.').is_some_and(|(_, rest)| rest.to_lowercase() == wanted)
    };
    let saved: Vec<&str> = relations.iter().filter(bare).map(String::as_str).collect();
    if !saved.is_empty() {
        return Some(format!("write {}", saved.join(" or ")));
    }
    if text.contains(&format!("Did you mean \"memory.{wanted}\"")) {
        // It is there, and the session has chosen another database or search path.
        return Some("USE memory returns to the catalog".to_owned());
    }
    if spec::find(&wanted).is_some() {
        return Some(format!("this snapshot was made without {wanted}"));
    }
    let known: Vec<&str> = relations.iter().map(String::as_str).collect();
    match nearest(&wanted, known.iter().copied()) {
        Some(near) if text.contains(&format!("Did you mean \"{near}")) => None,
        Some(near) => Some(format!("did you mean {near}?")),
        None => Some(format!("there are {}", known.join(", "))),
    }
}

/// A macro that is not there or is called with other arguments.
fn function(name: &str) -> Option<String> {
    let wanted = name.to_lowercase();
    let near = nearest(&wanted, relation::macros().iter().map(|function| function.name))?;
    let MacroSpec { usage, .. } = relation::function(near)?;
    let ways: Vec<&str> = usage.split(';').map(str::trim).collect();
    Some(format!("write {}", ways.join(" or ")))
}

/// The hint for a code such as `1c` compared with a column of whole numbers, next to which there is one
/// of codes.
fn code(value: &str, sql: &str) -> Option<String> {
    let (number, operator) = compared(value, sql)?;
    if !is_number(&number) {
        return None;
    }
    let read = |reading: ParseOutcome<stage::TnmStage>| match reading {
        ParseOutcome::Value(stage) => Some(stage.code),
        _ => None,
    };
    let (macros, code) = match number.split('_').next()? {
        "t" => ("t", read(stage::parse_t(value))?),
        "n" => ("n", read(stage::parse_n(value))?),
        "birads" => match birads::parse(value) {
            ParseOutcome::Value(found) => ("birads", found.code()),
            _ => return None,
        },
        _ => return None,
    };
    let code = sql::literal(&code);
    Some(match operator.as_str() {
        ">=" => format!(
            "{number} is a number; for codes write {macros}_at_least({number}_code, {code})"
        ),
        "=" | "in" => format!("{number} is a number; for codes write {number}_code = {code}"),
        _ => format!(
            "{number} is a number; for codes write {macros}_rank({number}_code) and {macros}_rank({code})"
        ),
    })
}

/// The column that a text is compared with in the statement, if it is one only, and the operator,
/// empty when there are several.
fn compared(value: &str, sql: &str) -> Option<(String, String)> {
    let literal = regex::escape(&sql::literal(value));
    let before = format!(r"(?i)(\w+)\s*(<=|>=|<>|!=|=|<|>)\s*{literal}");
    let list = format!(r"(?i)(\w+)\s+(?:not\s+)?(in)\s*\([^()]*{literal}");
    let between = format!(r"(?i)(\w+)\s+(?:not\s+)?(between)\s+(?:'[^']*'\s+and\s+)?{literal}");
    let after = format!(r"(?i){literal}\s*(<=|>=|<>|!=|=|<|>)\s*(?:\w+\.)?(\w+)");
    let mut compared = BTreeSet::new();
    for pattern in [before, list, between] {
        for hit in Regex::new(&pattern).ok()?.captures_iter(sql) {
            compared.insert((hit[1].to_lowercase(), hit[2].to_lowercase()));
        }
    }
    for hit in Regex::new(&after).ok()?.captures_iter(sql) {
        let turned = hit[1].chars().map(|c| match c {
            '<' => '>',
            '>' => '<',
            other => other,
        });
        compared.insert((hit[2].to_lowercase(), turned.collect()));
    }
    let columns: BTreeSet<&String> = compared.iter().map(|(column, _)| column).collect();
    match (columns.len(), compared.len()) {
        (1, 1) => compared.pop_first(),
        // Compared in several ways: what is true of all of them.
        (1, _) => compared.pop_first().map(|(column, _)| (column, String::new())),
        _ => None,
    }
}

/// Whether it is a column of whole numbers with one of codes beside it.
fn is_number(column: &str) -> bool {
    let all = columns();
    let has_name = |name: &str| all.iter().any(|(_, known)| *known == name);
    has_name(column) && has_name(&format!("{column}_code"))
}

fn listed(names: &[&str]) -> String {
    match names {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        names => names.join(", "),
    }
}

/// DuckDB gives tabs and other control characters no width when it places its caret; shown, they
/// have one. Each becomes blanks, and the caret moves with them.
fn place(text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for line_number in 1..lines.len() {
        let caret = lines[line_number].trim_end_matches(' ').len();
        let is_caret =
            lines[line_number].trim() == "^" && lines[line_number - 1].starts_with("LINE ");
        if is_caret && let Some(column) = shifted(&lines[line_number - 1], caret - 1) {
            lines[line_number] = format!("{}^", " ".repeat(column));
        }
    }
    for line in &mut lines {
        *line = line.trim_end().replace(char::is_control, TAB);
    }
    lines.join("\n")
}

/// The column in the corrected line of the character at that column of DuckDB's message.
fn shifted(line: &str, column: usize) -> Option<usize> {
    let mut passed = 0;
    let mut place = 0;
    for c in line.chars() {
        if passed == column && !c.is_control() {
            return Some(place);
        }
        passed += c.width().unwrap_or(0);
        place += if c.is_control() { TAB.width() } else { c.width().unwrap_or(0) };
    }
    (passed == column).then_some(place)
}
