//! What is wrong in a catalog as a whole: rules in SQL, one per file of `schema/checks`.
//!
//! A finding of the indexer is about one file or cell; a check holds rows of several tables against
//! each other. It gives the rows that break its rule, and passes when there is none.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, StringArray, UInt64Array};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;

use crate::catalog::{Catalog, CatalogError};
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

/// How many rows break a rule.
#[derive(Debug, Clone, Copy)]
pub struct CheckResult {
    /// The rule.
    pub check: &'static QualityCheck,
    /// Rows that break it; 0 passes.
    pub rows: u64,
}

impl QualityCheck {
    /// The query that gives the offending rows; its first columns say where they are.
    pub fn statement(&self) -> Statement {
        Statement::new(self.sql)
    }

    /// Counts the rows that break it.
    ///
    /// # Errors
    /// What DuckDB says.
    pub fn count(&'static self, catalog: &Catalog) -> Result<CheckResult, CatalogError> {
        let rows = catalog.count(&format!("SELECT count(*) FROM (\n{}\n)", self.sql))?;
        Ok(CheckResult { check: self, rows })
    }

    /// Name, severity, meaning and advice, in lines for a reader.
    pub fn explained(&self) -> String {
        let Self { name, severity, title, means, advice, .. } = self;
        format!("{name} ({severity}): {title}\n{means}\nWhat to do: {advice}\n")
    }
}

impl CheckResult {
    /// Whether it makes the command fail: rows of a rule of severity error.
    pub fn is_failure(&self) -> bool {
        self.rows > 0 && self.check.severity == Severity::Error
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
        all.sort_by_key(|check| (std::cmp::Reverse(check.severity), check.name));
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

/// Counts the rows of several checks, in their order.
///
/// # Errors
/// What DuckDB says.
pub fn count_all(
    catalog: &Catalog,
    checks: &'static [QualityCheck],
) -> Result<Vec<CheckResult>, CatalogError> {
    checks.iter().map(|check| check.count(catalog)).collect()
}

/// The findings as rows: severity, check, rows, title.
///
/// # Errors
/// None that can be met: the columns are of one length.
pub fn overview(found: &[CheckResult]) -> Result<RecordBatch, ArrowError> {
    let text = |of: fn(&CheckResult) -> &'static str| -> ArrayRef {
        Arc::new(found.iter().map(|f| Some(of(f))).collect::<StringArray>())
    };
    let rows: ArrayRef = Arc::new(found.iter().map(|f| Some(f.rows)).collect::<UInt64Array>());
    RecordBatch::try_from_iter([
        ("severity", text(|f| f.check.severity.as_str())),
        ("check", text(|f| f.check.name)),
        ("rows", rows),
        ("title", text(|f| f.check.title)),
    ])
}

fn near(name: &str) -> String {
    match nearest(name, checks().iter().map(|check| check.name)) {
        Some(near) => format!(" (did you mean {near}?)"),
        None => String::new(),
    }
}
