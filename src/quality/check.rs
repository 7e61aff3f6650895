//! The checks, read from `schema/checks`.

use std::cmp::Reverse;
use std::sync::LazyLock;

use crate::records::issue::Severity;
use crate::sql::Statement;
use crate::tables::head::ParquetHead;
use crate::text::nearest;

/// One rule.
#[derive(Debug)]
pub struct QualityCheck {
    /// Its name, which is the file's stem.
    pub name: &'static str,
    /// How much a row matters: an error must not be used as it is, a warning is doubtful, an info
    /// is worth knowing.
    pub severity: Severity,
    /// What its rows are.
    pub title: &'static str,
    /// Why they are wrong.
    pub means: &'static str,
    /// What to do about them.
    pub advice: &'static str,
    sql: &'static str,
}

/// There is no check of that name.
#[derive(Debug, thiserror::Error)]
#[error("there is no check {name:?}{}; `mammodex check` lists them", near(.name))]
pub struct UnknownCheck {
    name: String,
}

impl QualityCheck {
    /// The query that gives the offending rows; its first columns say where they are.
    pub fn statement(&self) -> Statement {
        Statement::new(self.sql)
    }

    /// Name, severity, meaning and advice, in lines for a reader.
    pub fn explained(&self) -> String {
        let Self { name, severity, title, means, advice, .. } = self;
        format!("{name} ({severity}): {title}\n{means}\nWhat to do: {advice}\n")
    }
}

/// Every check, the gravest first, then by name.
pub fn checks() -> &'static [QualityCheck] {
    static CHECKS: LazyLock<Vec<QualityCheck>> = LazyLock::new(|| {
        let check = |(name, text): &(&'static str, &'static str)| {
            let head = ParquetHead::read(text);
            let severity = match head.get("severity") {
                "error" => Severity::Error,
                "warning" => Severity::Warning,
                _ => Severity::Info,
            };
            let [title, means, advice] = ["title", "means", "advice"].map(|key| head.get(key));
            QualityCheck { name, severity, title, means, advice, sql: head.sql.trim() }
        };
        let mut all: Vec<QualityCheck> = crate::schema::CHECKS.iter().map(check).collect();
        all.sort_by_key(|check| (Reverse(check.severity), check.name));
        all
    });
    &CHECKS
}

/// The check of that name.
///
/// # Errors
/// When there is none, with the nearest.
pub fn check(name: &str) -> Result<&'static QualityCheck, UnknownCheck> {
    let found = checks().iter().find(|check| check.name == name);
    found.ok_or_else(|| UnknownCheck { name: name.to_owned() })
}

fn near(name: &str) -> String {
    match nearest(name, checks().iter().map(|check| check.name)) {
        Some(near) => format!(" (did you mean {near}?)"),
        None => String::new(),
    }
}
