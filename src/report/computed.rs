//! Sections that other modules compute.

use super::error::ReportError;
use super::request::{ReportRequest, ReportSubject};
use super::table::{ReportCell, ReportTable};
use crate::agreement::{self, AgreementError, AgreementRequest, ReaderPairs};
use crate::audit::{self, VendorRows};
use crate::catalog::diff::SnapshotDiff;
use crate::catalog::{Catalog, CatalogError};
use crate::quality::CheckResult;
use crate::records::agreement::Comparison;
use crate::shortcuts::{self, ShortcutError, ShortcutRequest};
use crate::split::Split;
use crate::sql::identifier;
use crate::tables::snapshot;

/// Resamples of the intervals of a report.
const RESAMPLES: usize = 1000;
/// The least Dice coefficient of full agreement, that of `mammodex agreement`.
const AGREEMENT_THRESHOLD: f64 = 0.8;
/// The stratum of all patients.
const ALL: &str = "all";
const FOLDS: usize = 5;
const SEED: u64 = 1;

/// Rows that changed since an earlier snapshot.
#[derive(Debug, Clone)]
pub(super) struct SnapshotChanges {
    pub older: u32,
    pub added: u64,
    pub removed: u64,
    pub changed: u64,
    pub table: ReportTable,
}

fn text(value: &str) -> ReportCell {
    ReportCell::Text(value.to_owned())
}

fn whole(value: u64) -> ReportCell {
    ReportCell::Whole(i64::try_from(value).unwrap_or(i64::MAX))
}

fn named(columns: &[&str], rows: Vec<Vec<ReportCell>>) -> ReportTable {
    ReportTable { columns: columns.iter().map(|name| (*name).to_owned()).collect(), rows }
}

/// What differs from an earlier snapshot, that before this one unless it is named; none for the first, and
/// where the other cannot be read.
pub(super) fn changes(
    catalog: &Catalog,
    since: Option<u32>,
) -> Result<Option<SnapshotChanges>, ReportError> {
    let current = catalog.snapshot().id;
    let before = || snapshot::ids(catalog.dir()).into_iter().filter(|id| *id < current).max();
    let Some(older) = since.or_else(before) else { return Ok(None) };
    let tables = match SnapshotDiff::new(catalog, older) {
        Ok(diff) => diff.tables()?,
        // Tables of another version, or a damaged snapshot: the report itself does not need it.
        Err(CatalogError::Version { .. } | CatalogError::Broken { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let sum = |pick: fn(&crate::catalog::diff::TableDiff) -> u64| tables.iter().map(pick).sum();
    let row = |diff: &crate::catalog::diff::TableDiff| {
        vec![text(diff.table), whole(diff.added), whole(diff.removed), whole(diff.changed)]
    };
    let rows = tables.iter().filter(|diff| diff.differs()).map(row).collect();
    Ok(Some(SnapshotChanges {
        older,
        added: sum(|diff| diff.added),
        removed: sum(|diff| diff.removed),
        changed: sum(|diff| diff.changed),
        table: named(&["table", "added", "removed", "changed"], rows),
    }))
}

/// The checks that failed, are waived, or could not run.
pub(super) fn checks(results: &[CheckResult]) -> ReportTable {
    let row = |result: &CheckResult| {
        let check = &result.check;
        let (severity, status) = (check.severity.as_str(), result.status.as_str());
        vec![
            text(severity),
            text(&check.name),
            text(status),
            whole(result.rows),
            result.population.map_or(ReportCell::Missing, whole),
            text(&check.title),
            check.finding.as_deref().map_or(ReportCell::Missing, text),
        ]
    };
    let rows = results.iter().filter(|result| result.is_notable()).map(row).collect();
    named(&["severity", "check", "status", "rows", "of", "title", "finding"], rows)
}

/// The tables of the snapshot.
pub(super) fn snapshot_tables(catalog: &Catalog) -> ReportTable {
    let row = |(name, file): (&String, &snapshot::TableFile)| {
        vec![text(name), whole(file.rows), text(&file.sha256)]
    };
    named(&["table", "rows", "checksum"], catalog.snapshot().tables.iter().map(row).collect())
}

/// Agreement between readers; none where no case has two readings.
pub(super) fn agreement(
    catalog: &Catalog,
    subject: &ReportSubject,
) -> Result<Option<ReportTable>, ReportError> {
    let request = AgreementRequest {
        comparison: Comparison::BetweenReaders,
        pairs: ReaderPairs::Together,
        cases: match subject {
            ReportSubject::Whole => None,
            _ => Some((subject.cases(), "the report".to_owned())),
        },
        threshold: AGREEMENT_THRESHOLD,
        resamples: RESAMPLES,
        seed: SEED,
    };
    match agreement::summarise(catalog, &request) {
        Ok(summary) => Ok(Some(ReportTable::of_batch(&summary.table()?)?)),
        Err(AgreementError::NothingToCompare { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What attributes predict of the label; none where too few patients have it.
pub(super) fn shortcuts(
    catalog: &Catalog,
    request: &ReportRequest,
) -> Result<Option<ReportTable>, ReportError> {
    let wanted = ShortcutRequest {
        cohort: request.subject.definition(),
        cohort_name: String::new(),
        within: Some(format!("({})", request.subject.cases())),
        label: request.label.clone(),
        attributes: shortcuts::attributes().to_vec(),
        folds: FOLDS,
        seed: SEED,
        resamples: RESAMPLES,
        min_cell: request.min_cell,
    };
    match shortcuts::measure_shortcuts(catalog, &wanted) {
        Ok(summary) => Ok(Some(ReportTable::of_batch(&summary.table()?)?)),
        Err(ShortcutError::Request(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The audit of the data set, where its folder is given.
pub(super) fn audit(
    catalog: &Catalog,
    request: &ReportRequest,
) -> Result<Option<ReportTable>, ReportError> {
    let Some(root) = &request.audit_root else { return Ok(None) };
    let report = audit::audit(catalog, root, VendorRows::Together, &|| ())?;
    Ok(Some(ReportTable::of_batch(&report.table()?)?))
}

/// Counts of the patients of a split that the catalog has, by stratum and part.
pub(super) fn balance(catalog: &Catalog, split: &Split) -> Result<ReportTable, ReportError> {
    let parts = split.parts.iter().map(|part| part.name.as_str());
    let columns: Vec<&str> = std::iter::once("stratum").chain(parts).collect();
    let counts: Vec<(Option<String>, String, u64)> = catalog.rows(&format!(
        "SELECT stratum, split, count(*) FROM splits.{} WHERE split IS NOT NULL AND case_id IN \
         (SELECT case_id FROM patients) GROUP BY ALL ORDER BY ALL",
        identifier(&split.name.to_string())
    ))?;
    // Strata of the iterative method are single values, of which a patient has several.
    let has = |stratum: Option<&str>, name: &str| {
        stratum.is_some_and(|stratum| format!(", {stratum}, ").contains(&format!(", {name}, ")))
    };
    let row = |name: &str| {
        let in_part = |part: &str| {
            let rows = counts.iter().filter(|(_, other, _)| other == part);
            let rows = rows.filter(|(stratum, ..)| name == ALL || has(stratum.as_deref(), name));
            whole(rows.map(|(_, _, count)| count).sum())
        };
        let parts = split.parts.iter().map(|part| in_part(&part.name));
        std::iter::once(text(name)).chain(parts).collect()
    };
    let mut rows: Vec<Vec<ReportCell>> =
        split.strata.iter().map(|stratum| row(&stratum.name)).collect();
    if rows.len() != 1 {
        rows.push(row(ALL));
    }
    Ok(named(&columns, rows))
}
