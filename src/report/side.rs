//! The tables of a report of one snapshot.

use super::computed;
use super::error::ReportError;
use super::queried;
use super::request::{ReportRequest, ReportSubject};
use super::section::{SectionSource, SectionSpec};
use super::table::ReportTable;
use super::verdict::{self, ReportVerdict};
use super::withhold::withhold;
use crate::catalog::Catalog;
use crate::quality::{self, CheckResult};

/// A snapshot of which a report shows numbers.
pub(super) struct ReportSide<'r> {
    pub catalog: &'r Catalog,
    pub verdict: ReportVerdict,
    request: &'r ReportRequest,
    checks: Vec<CheckResult>,
}

/// The rows of a section; none where there is nothing to compute them from.
pub(super) struct SideTable {
    pub table: Option<ReportTable>,
    /// Whether counts are withheld.
    pub withheld: bool,
}

impl<'r> ReportSide<'r> {
    /// The snapshot of the report itself, with what has changed before it.
    pub fn current(catalog: &'r Catalog, request: &'r ReportRequest) -> Result<Self, ReportError> {
        let mut side = Self::earlier(catalog, request)?;
        side.verdict.changes = computed::changes(catalog, request.compare)?;
        Ok(side)
    }

    /// The snapshot that it is compared with.
    pub fn earlier(catalog: &'r Catalog, request: &'r ReportRequest) -> Result<Self, ReportError> {
        let checks = quality::run_checks(catalog)?.results;
        let verdict = verdict::verdict(catalog, &request.subject, &checks)?;
        Ok(Self { catalog, verdict, request, checks })
    }

    /// The rows of a section, small counts withheld.
    pub fn table(&self, spec: &SectionSpec) -> Result<SideTable, ReportError> {
        let (catalog, request) = (self.catalog, self.request);
        let table = match spec.source {
            SectionSource::Sql => {
                let sql = queried::query(spec, &request.subject.cases())?;
                Some(queried::rows(catalog, spec, &sql)?)
            }
            SectionSource::Checks => Some(computed::checks(&self.checks)),
            SectionSource::Changes => {
                self.verdict.changes.as_ref().map(|changes| changes.table.clone())
            }
            SectionSource::Snapshot => Some(computed::snapshot_tables(catalog)),
            SectionSource::Agreement => computed::agreement(catalog, &request.subject)?,
            SectionSource::Shortcuts => computed::shortcuts(catalog, request)?,
            SectionSource::Audit => computed::audit(catalog, request)?,
            SectionSource::Balance => match &request.subject {
                ReportSubject::Split(split) => Some(computed::balance(catalog, split)?),
                _ => None,
            },
        };
        let mut table = table.map(|table| table.selected(&spec.columns));
        let withheld = table.as_mut().is_some_and(|table| withhold(table, spec, request.min_cell));
        Ok(SideTable { table, withheld })
    }
}
