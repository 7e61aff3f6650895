//! What an SQL file of `schema/` says of itself: comment lines `-- key: text` before its SQL.
//!
//! Lines that follow without a key are notes: what a reader should know before using it. A line `ko: text` is
//! the Korean of the text before it; several are one text.

/// The words that begin a line of a head; other comment lines are notes.
const KEYS: &[&str] = &[
    "title",
    "grain",
    "key",
    "depends",
    "usage",
    "gives",
    "example",
    "severity",
    "means",
    "advice",
    "population",
    "finding",
    "at-most",
    "at-most-percent",
];

/// The head of a file.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ParquetHead<'a> {
    lines: Vec<(&'a str, &'a str)>,
    /// Name, description and unit of every `-- column NAME: description [unit]`.
    pub columns: Vec<(&'a str, &'a str, Option<&'a str>)>,
    /// The notes, joined to one text.
    pub notes: String,
    /// Every text with its Korean.
    pub korean: Vec<(String, String)>,
    /// The SQL below the head.
    pub sql: &'a str,
}

impl<'a> ParquetHead<'a> {
    /// Reads the comment lines at the beginning of a file; what has no key is a note.
    pub fn read(text: &'a str) -> Self {
        let mut head = Self { sql: text, ..Self::default() };
        let mut notes: Vec<&str> = Vec::new();
        let mut before = String::new();
        while let Some(comment) = head.sql.strip_prefix("--") {
            let (line, rest) = comment.split_once('\n').unwrap_or((comment, ""));
            head.sql = rest;
            let line = line.trim();
            match line.split_once(':') {
                Some(("ko", korean)) => head.add_korean(&before, korean.trim()),
                Some((key, value)) if KEYS.contains(&key) => {
                    head.lines.push((key, value.trim()));
                    before = value.trim().to_owned();
                }
                Some((key, value)) if key.starts_with("column ") => {
                    let (description, unit) = unit(value.trim());
                    head.columns.push((key["column ".len()..].trim(), description, unit));
                    before = description.to_owned();
                }
                _ => {
                    notes.push(line);
                    before = notes.join(" ");
                }
            }
        }
        head.notes = notes.join(" ");
        head
    }

    fn add_korean(&mut self, text: &str, korean: &str) {
        match self.korean.last_mut() {
            Some((english, begun)) if english == text => {
                begun.push(' ');
                begun.push_str(korean);
            }
            _ => self.korean.push((text.to_owned(), korean.to_owned())),
        }
    }

    /// The text behind a key; empty when the head has none.
    pub fn get(&self, key: &str) -> &'a str {
        self.lines.iter().find(|(name, _)| *name == key).map_or("", |(_, value)| value)
    }

    /// The names behind a key, separated by commas.
    pub fn names(&self, key: &str) -> impl Iterator<Item = &'a str> {
        self.get(key).split(',').map(str::trim).filter(|name| !name.is_empty())
    }
}

/// `Longest diameter. [mm]` is a description and a unit.
fn unit(text: &str) -> (&str, Option<&str>) {
    let bracket = text.strip_suffix(']').and_then(|open| open.rsplit_once('['));
    bracket.map_or((text, None), |(description, unit)| (description.trim(), Some(unit)))
}
