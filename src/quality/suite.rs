//! All checks of a catalog, and how they are run.

use std::collections::BTreeMap;
use std::time::SystemTime;

use chrono::{DateTime, Utc};

use super::check::{CheckRule, QualityCheck};
use super::error::{QualityError, UnknownCheck};
use super::report::{CheckResult, CheckStatus, QualityReport};
use super::waiver::WaiverList;
use super::{own, program};
use crate::catalog::{Catalog, CatalogError};

/// The checks of a catalog with its waivers.
#[derive(Debug, Clone)]
pub struct CheckSuite {
    /// The checks of the program and the catalog's own, the most severe first, then by name.
    pub checks: Vec<QualityCheck>,
    /// The waivers of the catalog.
    pub waivers: WaiverList,
}

/// Runs every check of a catalog: those of the program and its own, with its waivers.
///
/// # Errors
/// When the file of waivers is not as it should be, or the user stops it. An SQL error of one check is its
/// result.
///
/// ```no_run
/// # use mammodex::{catalog::Catalog, quality};
/// let catalog = Catalog::open("catalog".as_ref(), None)?;
/// for result in quality::run_checks(&catalog)?.results {
///     println!("{}: {} of {:?}", result.check.name, result.rows, result.population);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn run_checks(catalog: &Catalog) -> Result<QualityReport, QualityError> {
    Ok(CheckSuite::of(catalog)?.run(catalog)?)
}

/// Rows that break a check, and rows that it applies to.
type RowCounts = (u64, Option<u64>);

impl CheckSuite {
    /// The checks and waivers of a catalog.
    ///
    /// # Errors
    /// When the file of waivers is not as it should be.
    pub fn of(catalog: &Catalog) -> Result<Self, QualityError> {
        let mut checks = program::checks().to_vec();
        checks.extend(own::checks(catalog.dir()));
        program::sort(&mut checks);
        Ok(Self { checks, waivers: WaiverList::read(catalog.dir())? })
    }

    /// The check of that name.
    ///
    /// # Errors
    /// When there is none, with the nearest.
    pub fn find(&self, name: &str) -> Result<&QualityCheck, UnknownCheck> {
        let names = self.checks.iter().map(|check| check.name.as_str());
        let check = self.checks.iter().find(|check| check.name == name);
        check.ok_or_else(|| UnknownCheck::new(name, names))
    }

    /// The suite with these checks alone.
    ///
    /// # Errors
    /// When there is no check of one of the names.
    pub fn only(self, names: &[String]) -> Result<Self, UnknownCheck> {
        let chosen = names.iter().map(|name| self.find(name).cloned());
        let checks = chosen.collect::<Result<Vec<_>, _>>()?;
        Ok(Self { checks, waivers: self.waivers })
    }

    /// The checks of the program, without waivers.
    pub fn of_program() -> Self {
        Self { checks: program::checks().to_vec(), waivers: WaiverList::default() }
    }

    /// Runs the checks.
    ///
    /// # Errors
    /// When the catalog cannot be read, or the user stops it.
    pub fn run(&self, catalog: &Catalog) -> Result<QualityReport, CatalogError> {
        let mut scanned = scan(catalog, &self.checks)?;
        let mut results = Vec::new();
        for (place, check) in self.checks.iter().enumerate() {
            let counts = match scanned.remove(&place) {
                Some(counts) => Ok(counts),
                None => or_reason(count(catalog, check))?,
            };
            results.push(judge(check, counts));
        }
        let today = DateTime::<Utc>::from(SystemTime::now()).date_naive().to_string();
        let waiver_faults =
            self.waivers.apply(&self.checks, &mut results, catalog.snapshot().id, &today);
        Ok(QualityReport { results, waiver_faults })
    }
}

fn judge(check: &QualityCheck, counts: Result<RowCounts, String>) -> CheckResult {
    let (status, rows, population) = match counts {
        Err(reason) => (CheckStatus::Error(reason), 0, None),
        Ok((0, Some(0))) => (CheckStatus::NotApplicable, 0, Some(0)),
        Ok((rows, population)) if check.tolerance.covers(rows, population) => {
            (CheckStatus::Passed, rows, population)
        }
        Ok((rows, population)) => (CheckStatus::Failed, rows, population),
    };
    CheckResult { check: check.clone(), status, rows, population }
}

/// An error of one check's SQL as its reason; what ends the whole run as an error.
fn or_reason<T>(counted: Result<T, CatalogError>) -> Result<Result<T, String>, CatalogError> {
    match counted {
        Err(error @ (CatalogError::Interrupted | CatalogError::Timeout(_))) => Err(error),
        Err(error @ CatalogError::Broken { .. }) => Err(error),
        other => Ok(other.map_err(|error| error.to_string())),
    }
}

/// Counts the rows of every check of one table's rows by one scan of the table; those of a table whose
/// scan fails are missing, and are then counted one by one.
fn scan(
    catalog: &Catalog,
    checks: &[QualityCheck],
) -> Result<BTreeMap<usize, RowCounts>, CatalogError> {
    let mut tables: BTreeMap<&str, Vec<(usize, String)>> = BTreeMap::new();
    for (place, check) in checks.iter().enumerate() {
        if let CheckRule::Rows { table, applies, breaks, .. } = &check.rule {
            let counts = format!(
                "count(*) FILTER (({applies}) AND ({breaks})), count(*) FILTER ({applies})"
            );
            tables.entry(table).or_default().push((place, counts));
        }
    }
    let mut counts = BTreeMap::new();
    for (table, rules) in tables {
        let columns: Vec<&str> = rules.iter().map(|(_, counts)| counts.as_str()).collect();
        let sql = format!("SELECT {} FROM {table}", columns.join(", "));
        let Ok(rows) = or_reason(catalog.texts(&sql))? else { continue };
        let cells = rows.into_iter().flatten().map(|cell| cell.and_then(|cell| cell.parse().ok()));
        let Some(cells) = cells.collect::<Option<Vec<u64>>>() else { continue };
        for ((place, _), pair) in rules.iter().zip(cells.chunks_exact(2)) {
            counts.insert(*place, (pair[0], Some(pair[1])));
        }
    }
    Ok(counts)
}

/// Counts the rows of one check.
fn count(catalog: &Catalog, check: &QualityCheck) -> Result<RowCounts, CatalogError> {
    let population = match &check.rule {
        CheckRule::Unusable(reason) => return Err(CatalogError::Query(reason.clone())),
        CheckRule::Query { population, .. } => population.clone(),
        CheckRule::Rows { table, applies, .. } => Some(format!("{table} WHERE {applies}")),
    };
    let rows = catalog.count(&format!("SELECT count(*) FROM (\n{}\n)", check.sql()))?;
    let population = population.map(|from| catalog.count(&format!("SELECT count(*) FROM {from}")));
    Ok((rows, population.transpose()?))
}
