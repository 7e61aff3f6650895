//! The views and macros as `schema/views` and `schema/macros` describe them.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::schema::ParquetHead;

/// A view that every catalog has beside its tables.
#[derive(Debug)]
pub struct ViewSpec {
    /// Its name, which is the file's stem.
    pub name: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// "One row per …".
    pub grain: &'static str,
    /// The columns that identify a row.
    pub key: Vec<&'static str>,
    /// Its columns, in order.
    pub columns: Vec<ViewColumn>,
    /// What to know before using it; may be empty.
    pub notes: String,
    /// The query that it is, without a `;`.
    pub sql: &'static str,
}

/// One column of a view.
#[derive(Debug)]
pub struct ViewColumn {
    /// snake_case, with a unit suffix where it measures.
    pub name: &'static str,
    /// What it says, and what null means.
    pub description: &'static str,
    /// The unit, where it has one.
    pub unit: Option<&'static str>,
}

impl ViewColumn {
    /// What the dictionary says, by the keys `description` and, where there is one, `unit`.
    pub fn metadata(&self) -> HashMap<String, String> {
        let unit = self.unit.map(|unit| ("unit".to_owned(), unit.to_owned()));
        let description = ("description".to_owned(), self.description.to_owned());
        std::iter::once(description).chain(unit).collect()
    }
}

/// A function that every catalog has.
#[derive(Debug)]
pub struct MacroSpec {
    /// Its name, which is the file's stem.
    pub name: &'static str,
    /// What it answers.
    pub title: &'static str,
    /// How it is called; several ways are separated by `;`.
    pub usage: &'static str,
    /// What comes out, and when null.
    pub gives: &'static str,
    /// A query that uses it.
    pub example: &'static str,
    /// What to know before using it; may be empty.
    pub notes: String,
    /// The statements that make it.
    pub sql: &'static str,
}

/// Every view, sorted by name.
pub fn views() -> &'static [ViewSpec] {
    static VIEWS: LazyLock<Vec<ViewSpec>> = LazyLock::new(|| {
        let view = |(name, text): &(&'static str, &'static str)| {
            let head = ParquetHead::read(text);
            let column = |&(name, description, unit): &_| ViewColumn { name, description, unit };
            ViewSpec {
                name,
                title: head.get("title"),
                grain: head.get("grain"),
                key: head.names("key").collect(),
                columns: head.columns.iter().map(column).collect(),
                sql: head.sql.trim().trim_end_matches(';'),
                notes: head.notes,
            }
        };
        crate::schema::VIEWS.iter().map(view).collect()
    });
    &VIEWS
}

/// Every macro, sorted by name.
pub fn macros() -> &'static [MacroSpec] {
    static MACROS: LazyLock<Vec<MacroSpec>> = LazyLock::new(|| {
        let function = |(name, text): &(&'static str, &'static str)| {
            let head = ParquetHead::read(text);
            MacroSpec {
                name,
                title: head.get("title"),
                usage: head.get("usage"),
                gives: head.get("gives"),
                example: head.get("example"),
                sql: head.sql.trim(),
                notes: head.notes,
            }
        };
        crate::schema::MACROS.iter().map(function).collect()
    });
    &MACROS
}

/// The view of that name.
pub fn view(name: &str) -> Option<&'static ViewSpec> {
    views().iter().find(|view| view.name == name)
}

/// The macro of that name.
pub fn function(name: &str) -> Option<&'static MacroSpec> {
    macros().iter().find(|function| function.name == name)
}
