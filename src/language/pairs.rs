//! Every English text of `schema/` with its Korean.

use toml::{Table, Value};

use crate::schema;
use crate::schema::ParquetHead;

/// An English text and its Korean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextPair {
    /// English; `{name}` stands for a value, in the form of a format string of Rust.
    pub en: String,
    /// Korean; `{name}` stands for the same value, `{~name}` for its Korean.
    pub ko: String,
    /// The file of `schema/` that has both.
    pub file: String,
}

/// Every pair: `en` beside `ko` and `KEY` beside `KEY_ko` in TOML, a line `ko:` below a line of the head of an
/// SQL file.
pub fn pairs() -> Vec<TextPair> {
    let mut pairs = Vec::new();
    let toml = [
        ("texts", schema::TEXTS),
        ("issues", schema::ISSUES),
        ("summaries", schema::SUMMARIES),
        ("shortcuts", schema::SHORTCUTS),
        ("tables", schema::TABLES),
    ];
    for (folder, files) in toml {
        for (stem, text) in files {
            let file = format!("schema/{folder}/{stem}.toml");
            if let Ok(table) = text.parse::<Table>() {
                collect(&table, &file, &mut pairs);
            }
        }
    }
    let sql = [("views", schema::VIEWS), ("macros", schema::MACROS), ("checks", schema::CHECKS)];
    for (folder, files) in sql {
        for (stem, text) in files {
            let file = format!("schema/{folder}/{stem}.sql");
            let korean = ParquetHead::read(text).korean.into_iter();
            pairs.extend(korean.map(|(en, ko)| TextPair { en, ko, file: file.clone() }));
        }
    }
    pairs
}

fn collect(table: &Table, file: &str, pairs: &mut Vec<TextPair>) {
    for (key, value) in table {
        let korean = if key == "en" { "ko".to_owned() } else { format!("{key}_ko") };
        match (value, table.get(&korean)) {
            (Value::String(en), Some(Value::String(ko))) => {
                pairs.push(TextPair { en: en.clone(), ko: ko.clone(), file: file.to_owned() });
            }
            (Value::Table(inner), _) => collect(inner, file, pairs),
            (Value::Array(items), _) => {
                let tables = items.iter().filter_map(Value::as_table);
                tables.for_each(|inner| collect(inner, file, pairs));
            }
            _ => {}
        }
    }
}
