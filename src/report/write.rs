//! From a request to a report.

use super::compare;
use super::computed;
use super::error::ReportError;
use super::page::{FilledSection, ReportPage, SectionOrigin};
use super::queried;
use super::request::{ReportRequest, ReportSubject};
use super::section::{SectionSource, SectionSpec, sections};
use super::table::ReportTable;
use super::texts::ReportTexts;
use super::verdict::{self, ReportVerdict};
use super::withhold::withhold;
use crate::catalog::Catalog;
use crate::quality::{self, CheckResult};

/// Makes a report. `older` is the catalog at the snapshot that the request compares with.
///
/// # Errors
/// When the catalog refuses a query.
pub fn report(
    catalog: &Catalog,
    older: Option<&Catalog>,
    request: &ReportRequest,
) -> Result<ReportPage, ReportError> {
    let outline = sections()?;
    let checks = quality::run_checks(catalog)?.results;
    let verdict = verdict::verdict(catalog, &request.subject, &checks)?;
    let writer = ReportWriter { catalog, older, request, checks: &checks, verdict: &verdict };
    let shown = outline.sections.iter().filter(|spec| request.single_cases || !spec.on_request);
    let sections = shown.map(|spec| writer.section(spec)).collect::<Result<_, _>>()?;
    Ok(ReportPage {
        language: request.language,
        subject: writer.subject(),
        source_line: writer.source_line(),
        snapshot: catalog.snapshot().id,
        compared: older.map(|older| older.snapshot().id),
        min_cell: request.min_cell,
        label: request.label.clone(),
        verdict,
        outline,
        sections,
    })
}

struct ReportWriter<'r> {
    catalog: &'r Catalog,
    older: Option<&'r Catalog>,
    request: &'r ReportRequest,
    checks: &'r [CheckResult],
    verdict: &'r ReportVerdict,
}

impl ReportWriter<'_> {
    fn word(&self, code: &str, values: &[(&str, &str)]) -> String {
        ReportTexts::get().filled(code, self.request.language, values)
    }

    fn subject(&self) -> String {
        match &self.request.subject {
            ReportSubject::Whole => self.word("whole", &[]),
            ReportSubject::Cohort { name, .. } => self.word("cohort", &[("name", name)]),
            ReportSubject::Split(split) => {
                let (name, cohort) = (split.name.to_string(), split.cohort.to_string());
                self.word("split", &[("name", &name), ("cohort", &cohort)])
            }
        }
    }

    fn source_line(&self) -> String {
        let snapshot = self.catalog.snapshot();
        let checksum = snapshot.checksum.as_deref().unwrap_or_default();
        let values = [
            ("snapshot", snapshot.id.to_string()),
            ("profile", snapshot.profile.clone()),
            ("version", snapshot.tool_version.clone()),
            ("checksum", checksum.chars().take(16).collect()),
        ];
        let values = values.iter().map(|(name, value)| (*name, value.as_str()));
        self.word("source_line", &values.collect::<Vec<_>>())
    }

    fn section(&self, spec: &SectionSpec) -> Result<FilledSection, ReportError> {
        let (catalog, request) = (self.catalog, self.request);
        let (table, origin, blank) = match spec.source {
            SectionSource::Sql => return self.queried(spec),
            SectionSource::Checks => (Some(computed::checks(self.checks)), "check", "no_rows"),
            SectionSource::Changes => {
                let changes = self.verdict.changes.as_ref();
                (changes.map(|changes| changes.table.clone()), "snapshot diff", "no_snapshot")
            }
            SectionSource::Snapshot => {
                (Some(computed::snapshot_tables(catalog)), "snapshot show", "no_rows")
            }
            SectionSource::Agreement => {
                let table = computed::agreement(catalog, &request.subject)?;
                (table, "agreement", "no_agreement")
            }
            SectionSource::Shortcuts => {
                (computed::shortcuts(catalog, request)?, "shortcuts", "no_shortcuts")
            }
            SectionSource::Audit => (computed::audit(catalog, request)?, "audit", "no_audit"),
            SectionSource::Balance => {
                let split = match &request.subject {
                    ReportSubject::Split(split) => Some(computed::balance(split)),
                    _ => None,
                };
                (split, "split show", "no_split")
            }
        };
        let origin = SectionOrigin::Command(self.command(origin));
        let blank = table.is_none().then(|| self.word(blank, &[]));
        let mut table = table.unwrap_or_default().selected(&spec.columns);
        let withheld = withhold(&mut table, spec, request.min_cell);
        Ok(FilledSection {
            spec: spec.clone(),
            drawn: table.clone(),
            table,
            origin,
            blank,
            withheld,
        })
    }

    fn queried(&self, spec: &SectionSpec) -> Result<FilledSection, ReportError> {
        let sql = queried::query(spec, &self.request.subject.cases())?;
        let mut drawn = queried::rows(self.catalog, spec, &sql)?;
        let mut withheld = withhold(&mut drawn, spec, self.request.min_cell);
        let table = match self.older {
            None => drawn.clone(),
            Some(older) => {
                let mut table: ReportTable = queried::rows(older, spec, &sql)?;
                withheld |= withhold(&mut table, spec, self.request.min_cell);
                compare::beside(&drawn, &table, spec, older.snapshot().id)
            }
        };
        let blank = table.rows.is_empty().then(|| self.word("no_rows", &[]));
        let origin = SectionOrigin::Sql(sql);
        Ok(FilledSection { spec: spec.clone(), table, drawn, origin, blank, withheld })
    }

    /// The command line of a computed section.
    fn command(&self, command: &str) -> String {
        let quoted = |text: &str| {
            shlex::try_quote(text).map_or_else(|_| text.to_owned(), |t| t.into_owned())
        };
        let name = match &self.request.subject {
            ReportSubject::Whole => None,
            ReportSubject::Cohort { name, .. } => Some(name.clone()),
            ReportSubject::Split(split) => Some(split.cohort.to_string()),
        };
        let rest = match (command, &self.request.subject, name) {
            ("shortcuts", ReportSubject::Split(split), Some(name)) => {
                let label = quoted(&self.request.label);
                format!(" {name} --split {} --label {label}", split.name)
            }
            ("shortcuts", _, name) => {
                let name = name.unwrap_or_else(|| "COHORT".to_owned());
                format!(" {name} --label {}", quoted(&self.request.label))
            }
            ("agreement", _, Some(name)) => format!(" --cohort {name}"),
            ("snapshot diff", ..) => {
                let older = self.verdict.changes.as_ref().map_or(0, |changes| changes.older);
                format!(" {older} {}", self.catalog.snapshot().id)
            }
            ("split show", ReportSubject::Split(split), _) => format!(" {}", split.name),
            _ => String::new(),
        };
        format!("mammodex {command}{rest}")
    }
}
