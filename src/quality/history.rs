//! The rows of checks in two snapshots, compared by their keys.

use std::cmp::Ordering;

use arrow::array::{Array, StringArray};
use arrow::record_batch::RecordBatch;

use super::check::QualityCheck;
use crate::catalog::{Catalog, CatalogError, QueryResults};
use crate::sql::identifier;

/// How the rows of a check changed between two snapshots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CheckChange {
    /// Rows that the newer snapshot alone has.
    pub new: u64,
    /// Rows that the older snapshot alone has.
    pub gone: u64,
    /// Rows that both have.
    pub same: u64,
}

/// Where a row of a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowChange {
    /// In the newer snapshot alone.
    New,
    /// In the older snapshot alone.
    Gone,
    /// In both.
    Same,
}

impl RowChange {
    /// The word in tables of results.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Gone => "gone",
            Self::Same => "same",
        }
    }
}

/// Compares the rows of a check in two snapshots by their keys, and passes each key with its change to
/// `row`, sorted. A key is a JSON list of texts, in the order of [`QualityCheck::key`]. Memory holds one
/// batch of either snapshot at a time.
///
/// # Errors
/// What DuckDB reports.
pub fn compare(
    check: &QualityCheck,
    older: &Catalog,
    newer: &Catalog,
    mut row: impl FnMut(&str, RowChange),
) -> Result<CheckChange, CatalogError> {
    let sql = keys_query(check);
    let mut sides = [KeyStream::start(older, &sql)?, KeyStream::start(newer, &sql)?];
    let mut change = CheckChange::default();
    loop {
        let [before, after] = &sides;
        let order = match (before.key(), after.key()) {
            (None, None) => return Ok(change),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(before), Some(after)) => before.cmp(after),
        };
        let (kind, count) = match order {
            Ordering::Less => (RowChange::Gone, &mut change.gone),
            Ordering::Greater => (RowChange::New, &mut change.new),
            Ordering::Equal => (RowChange::Same, &mut change.same),
        };
        *count += 1;
        if let Some(key) = before.key().filter(|_| order.is_le()).or(after.key()) {
            row(key, kind);
        }
        let [before, after] = &mut sides;
        if order.is_le() {
            before.advance()?;
        }
        if order.is_ge() {
            after.advance()?;
        }
    }
}

/// The key of a row of a check as SQL; its rows are those of `broken`.
pub(super) fn key_of(check: &QualityCheck) -> String {
    let key = match check.key.as_slice() {
        [] => "to_json(broken)".to_owned(),
        columns => {
            let texts = columns.iter().map(|name| format!("broken.{}::VARCHAR", identifier(name)));
            format!("to_json([{}])", texts.collect::<Vec<_>>().join(", "))
        }
    };
    format!("{key}::VARCHAR")
}

/// The query of the keys of a check's rows, sorted.
fn keys_query(check: &QualityCheck) -> String {
    let (key, sql) = (key_of(check), check.sql());
    format!("SELECT {key} AS key FROM (\n{sql}\n) AS broken ORDER BY 1")
}

/// Sorted keys, batch by batch.
struct KeyStream<'c> {
    results: QueryResults<'c>,
    batch: Option<RecordBatch>,
    row: usize,
}

impl<'c> KeyStream<'c> {
    fn start(catalog: &'c Catalog, sql: &str) -> Result<Self, CatalogError> {
        let mut stream = Self { results: catalog.query(sql)?, batch: None, row: 0 };
        stream.fill()?;
        Ok(stream)
    }

    fn fill(&mut self) -> Result<(), CatalogError> {
        self.row = 0;
        loop {
            self.batch = self.results.next_batch()?;
            if self.batch.as_ref().is_none_or(|batch| batch.num_rows() > 0) {
                return Ok(());
            }
        }
    }

    fn key(&self) -> Option<&str> {
        let keys = self.batch.as_ref()?.column(0).as_any().downcast_ref::<StringArray>()?;
        Some(if keys.is_null(self.row) { "" } else { keys.value(self.row) })
    }

    fn advance(&mut self) -> Result<(), CatalogError> {
        self.row += 1;
        match &self.batch {
            Some(batch) if self.row < batch.num_rows() => Ok(()),
            _ => self.fill(),
        }
    }
}
